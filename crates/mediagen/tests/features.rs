//! What each set of features links.

use mediagen::core::{Registry, Settings};

#[cfg(feature = "fal")]
#[test]
fn a_114_with_fal_alone_the_registry_lists_exactly_fal_and_its_kinds() {
    use mediagen::core::ModelKind;
    let registry = mediagen::registry().unwrap();
    let providers: Vec<_> = registry.providers().map(|info| info.id.as_str()).collect();
    assert_eq!(providers, ["fal"]);
    let kinds = registry.kinds("fal");
    let media: Vec<_> = ModelKind::MEDIA.iter().filter(|kind| kinds.contains(kind)).collect();
    assert_eq!(media.len(), 7);
    assert_eq!(kinds.len(), 8, "the seven kinds and raw: {kinds:?}");
}

#[cfg(feature = "fal")]
#[test]
fn the_linked_registry_equals_the_explicit_one() {
    let linked = mediagen::registry().unwrap();
    let explicit = Registry::from_entries([&mediagen::fal::PROVIDER], mediagen::fal::MODELS).unwrap();
    assert_eq!(linked.kinds("fal"), explicit.kinds("fal"));
    assert_eq!(linked.providers().count(), explicit.providers().count());
}

#[cfg(not(feature = "fal"))]
#[test]
fn a_115_without_features_every_query_is_empty_or_no_provider() {
    use mediagen::core::ErrorKind;
    let registry = mediagen::registry().unwrap();
    assert_eq!(registry.providers().count(), 0);
    assert!(registry.kinds("fal").is_empty());
    let error = mediagen::connect("fal", &Settings::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoProvider);
    assert!(error.hint().unwrap().contains("feature"));
}

#[test]
fn a_115_an_empty_registry_answers_no_provider() {
    let registry = Registry::from_entries([], []).unwrap();
    let error = registry.connect("fal", &Settings::new()).unwrap_err();
    assert_eq!(error.kind(), mediagen::core::ErrorKind::NoProvider);
    assert!(error.hint().unwrap().contains("feature"));
}
