//! A large file in small memory. One test, because the peak it reads is that of the whole process.
#![allow(clippy::unwrap_used, reason = "a test")]

use mediagen_assets::{DownloadPolicy, Downloader, Target};
use mediagen_core::{Event, Part, PartSource};
use mediagen_testkit::context;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use url::Url;

const PIECE: usize = 1 << 20;
const PIECES: usize = 256;

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// 256 MiB here; `cargo xtask bench transfer down` does it with 1 GiB from another process.
#[tokio::test(flavor = "multi_thread")]
async fn a_082_a_large_file_needs_little_memory_and_progress_never_goes_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/large", listener.local_addr().unwrap())).unwrap();
    let piece = vec![7u8; PIECE];
    let expected = {
        let mut hasher = blake3::Hasher::new();
        for _ in 0..PIECES {
            hasher.update(&piece);
        }
        hasher.finalize().to_hex().to_string()
    };
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", PIECE * PIECES);
        socket.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..PIECES {
            socket.write_all(&piece).await.unwrap();
        }
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let cx = context().with_observer(move |event: &Event| {
        if let Event::Downloading { received, total } = event {
            kept.lock().unwrap().push((*received, *total));
        }
    });
    let downloader = Downloader::new(DownloadPolicy::default().allow_base(&url)).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let before = peak_kib();
    let part = Part::new("", PartSource::Url(url));
    let asset = downloader.save(&cx, &part, &Target::new(dir.path())).await.unwrap();
    let size = (PIECE * PIECES) as u64;
    assert_eq!((asset.bytes().unwrap(), asset.known_blake3().unwrap()), (size, &*expected));
    let seen = seen.lock().unwrap();
    assert!(seen.is_sorted_by_key(|(received, _)| *received) && seen.iter().all(|(_, total)| *total == Some(size)));
    assert_eq!(seen.last(), Some(&(size, Some(size))));
    // Elsewhere the system does not tell.
    if let (Some(before), Some(after)) = (before, peak_kib()) {
        let grown = after - before;
        assert!(grown < 32 << 10, "{grown} KiB");
    }
}
