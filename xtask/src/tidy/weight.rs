//! How many crates a program takes on with the library: by cargo's own tree, for each set of features.

use super::layers::{linked, packages};

/// Features of the facade, and the most crates that they may link, the facade itself included.
const MOST: &[(&str, usize)] = &[("", 90), ("fal", 160), ("fal,assets", 190)];

/// What a set of features must not link.
const NOT_WITH: &[(&str, &[&str])] = &[
    ("", &["reqwest", "hyper", "rustls", "object_store", "image", "symphonia"]),
    ("fal", &["object_store", "image", "symphonia", "hound", "mediagen-assets", "mediagen-discovery"]),
    ("fal,assets", &["image", "symphonia", "hound", "mediagen-cast", "mediagen-gallery", "quick-xml"]),
    ("gallery", &["image", "hound", "mediagen-cast"]),
];

/// What cargo is given for the facade with these features alone.
fn alone(features: &str) -> [&str; 3] {
    ["--no-default-features", "--features", features]
}

#[test]
fn the_library_stays_light() {
    for (features, most) in MOST {
        let found = packages("mediagen", &alone(features)).len();
        println!("`{features}`: {found} crates of {most}");
        assert!(
            found > 20 && found <= *most,
            "with the features `{features}` it is {found} crates; {most} are allowed"
        );
    }
}

#[test]
fn a_feature_brings_what_it_needs_and_no_more() {
    for (features, absent) in NOT_WITH {
        let linked = linked("mediagen", &alone(features));
        let wrong: Vec<_> = absent.iter().filter(|name| linked.contains(**name)).collect();
        assert!(wrong.is_empty(), "the features `{features}` pull in {wrong:?}");
    }
    // The names above are those of crates: each is linked by what needs it.
    let all = linked("mediagen", &alone("fal,s3,cast,gallery,discovery"));
    let unknown: Vec<_> = NOT_WITH.iter().flat_map(|(_, names)| *names).filter(|name| !all.contains(**name)).collect();
    assert!(unknown.is_empty(), "{unknown:?} are linked by nothing: the table is out of date");
}
