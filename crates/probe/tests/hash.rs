//! The hash of files, on one thread and a stretch at a time.
#![allow(clippy::unwrap_used, reason = "a test")]

use mediagen_probe::{hash_file, hash_file_blocking};
use std::io::ErrorKind;

#[tokio::test]
async fn both_ways_of_reading_come_to_the_hash_of_all_bytes() {
    let folder = tempfile::tempdir().unwrap();
    // Empty, less than a read, a whole number of reads, and more than the 16 MiB of one trip to a thread.
    for bytes in [0, 3, 1 << 20, (17 << 20) + 5] {
        let path = folder.path().join("a");
        let content: Vec<u8> = (0..bytes).map(|at: u32| (at >> 8).to_le_bytes()[0] ^ at.to_le_bytes()[0]).collect();
        std::fs::write(&path, &content).unwrap();
        let whole = hash_file_blocking(&path).unwrap();
        assert_eq!((whole.blake3, whole.bytes), (blake3::hash(&content), u64::from(bytes)));
        assert_eq!(hash_file(&path).await.unwrap(), whole);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_reported_as_the_system_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    assert_eq!(hash_file(&missing).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(hash_file_blocking(&missing).unwrap_err().kind(), ErrorKind::NotFound);
    assert!(hash_file(folder.path()).await.is_err(), "a folder has no content");
}
