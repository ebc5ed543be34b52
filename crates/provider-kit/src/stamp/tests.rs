//! When a file counts as the same.

use super::*;

#[tokio::test]
async fn a_file_is_recognised_until_anything_changes_and_only_when_it_is_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, "one").unwrap();
    let now = SystemTime::now();
    let fresh = Stamp::of(&path, now).await.unwrap();
    assert!(!fresh.is_settled(), "it may change within one tick");
    let later = Stamp::of(&path, now + Duration::from_secs(4)).await.unwrap();
    assert!(later.is_settled());
    assert_eq!(later, fresh);
    // The time of the content can be set back; that this was done cannot be hidden.
    while Stamp::of(&path, now).await.unwrap() == fresh {
        std::fs::write(&path, "two").unwrap();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(fresh.modified.unsigned_abs());
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    }
    let changed = Stamp::of(&path, now).await.unwrap();
    assert_eq!((changed.len, changed.modified), (fresh.len, fresh.modified));
    assert_ne!(changed, fresh);
    assert_eq!(serde_json::from_str::<Stamp>(&serde_json::to_string(&changed).unwrap()).unwrap(), changed);
}

#[test]
fn a_clock_without_fractions_of_a_second_is_trusted_later() {
    let at = |nanos: u64| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos);
    let (whole, fine) = (7_000_000_000, 7_000_000_001);
    assert!(is_past(fine, at(7_600_000_000)) && !is_past(fine, at(7_400_000_000)));
    assert!(!is_past(whole, at(7_600_000_000)) && is_past(whole, at(10_000_000_001)));
    assert!(!is_past(i64::MAX, at(7_000_000_000)));
}
