use super::*;
use mediagen_core::{BoxFuture, ModelSpec, ProviderId};
use std::{
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

#[derive(Debug, Clone)]
struct At(u64);

impl Clock for At {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0)
    }
}

const NOW: u64 = 1_800_000_000;
const HOUR: u64 = 3600;

fn index() -> Index {
    let spec = ModelSpec::new(ModelId::new(ProviderId::new("acme"), "acme/one")).with_category("text-to-image");
    Index {
        source: "shelf".into(),
        fetched_at: NOW,
        catalogue: [Arc::new(spec)].into_iter().collect(),
        report: Report::default(),
    }
}

#[test]
fn an_index_is_whole_or_absent_and_a_damaged_one_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("acme"));
    let warnings: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&warnings);
    let cx = Context::new(At(NOW)).with_observer(move |event: &Event| {
        if let Event::Warning(text) = event {
            sink.lock().unwrap().push(text.clone());
        }
    });
    assert_eq!(cache.index(&cx), None);
    cache.save_index(&index(), cx.clock()).unwrap();
    assert_eq!(cache.index(&cx), Some(index()));
    let path = folder.path().join("acme/index.json");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(cache.index(&cx), None);
    assert!(warnings.lock().unwrap()[0].contains("index.json.damaged"), "{warnings:?}");
    assert_eq!(std::fs::read(path.with_file_name("index.json.damaged")).unwrap(), &whole[..whole.len() / 2]);
    assert_eq!(cache.index(&cx), None);
    assert_eq!(warnings.lock().unwrap().len(), 1);
}

#[test]
fn a_099_another_format_is_not_misread_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, cx) = (Cache::new(folder.path().to_path_buf()), Context::new(At(NOW)));
    cache.save_index(&index(), cx.clock()).unwrap();
    let path = folder.path().join("index.json");
    for format in [0, 1, 99] {
        let text = std::fs::read_to_string(&path).unwrap().replacen("\"format\":2", &format!("\"format\":{format}"), 1);
        std::fs::write(&path, text).unwrap();
        assert_eq!(cache.index(&cx), None, "format {format}");
        assert!(path.exists(), "another version of the program may still read it");
        cache.save_index(&index(), cx.clock()).unwrap();
        assert_eq!(cache.index(&cx), Some(index()));
    }
}

#[test]
fn a_095_a_day_is_fresh_to_the_second_and_a_date_in_the_future_is_not() {
    let day = Duration::from_hours(24);
    assert!(is_fresh(NOW, NOW + 24 * HOUR - 1, day) && !is_fresh(NOW, NOW + 24 * HOUR, day));
    assert!(!is_fresh(NOW, NOW, Duration::ZERO));
    assert!(!is_fresh(NOW + 1, NOW, day));
}

#[test]
fn a_clock_that_is_put_back_revives_nothing_and_one_that_ran_ahead_is_forgiven() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().to_path_buf());
    cache.save_index(&index(), &At(NOW)).unwrap();
    assert_eq!(cache.now(&At(NOW + 30 * HOUR)), NOW + 30 * HOUR);
    let after = cache.now(&At(NOW + HOUR));
    assert!(!is_fresh(NOW, after, Duration::from_hours(24)), "it was stale before the clock went back");
    assert_eq!(cache.now(&At(NOW + 10_000 * HOUR)), NOW + 10_000 * HOUR);
    let mut fresh = index();
    fresh.fetched_at = NOW + 2 * HOUR;
    cache.save_index(&fresh, &At(NOW + 2 * HOUR)).unwrap();
    let now = cache.now(&At(NOW + 3 * HOUR));
    assert!(is_fresh(fresh.fetched_at, now, Duration::from_hours(24)));
}

#[test]
fn schemas_are_kept_by_their_content_and_a_foreign_digest_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, cx) = (Cache::new(folder.path().to_path_buf()), Context::new(At(NOW)));
    let field = mediagen_core::Field::new("prompt", mediagen_core::FieldType::text()).required();
    let schema = Schema::new(mediagen_core::SchemaSource::Live, vec![field]);
    for name in ["acme/one", "acme/two"] {
        let spec = ModelSpec::new(ModelId::new(ProviderId::new("acme"), name)).with_schema(schema.clone());
        let entry = Entry::new(spec, crate::Verdict::Open, "shelf", NOW);
        let id = entry.id().clone();
        cache.save_described(&id, &Described { fetched_at: NOW, entry: Some(entry.clone()) }).unwrap();
        assert_eq!(cache.described(&cx, &id).unwrap().entry, Some(entry));
    }
    assert_eq!(std::fs::read_dir(folder.path().join("schemas")).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(folder.path().join("models")).unwrap().count(), 2);
    assert!(cache.schema(&cx, "../../etc/passwd").is_none());
    cache.clear().unwrap();
    assert!(!folder.path().join("models").exists());
}
