//! Types from bytes, names for headers.

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";

#[test]
fn the_first_bytes_win_over_the_name() {
    assert_eq!(sniff(PNG, "x.jpg").0, "image/png");
    assert_eq!(sniff(b"RIFF\x24\0\0\0WAVEfmt ", "x").0, "audio/wav");
    assert_eq!(sniff(b"plain words", "a.TXT").0, "text/plain");
    assert_eq!(sniff(b"plain words", "a").0, "application/octet-stream");
}

#[test]
fn a_name_loses_folders_and_what_no_header_carries_and_keeps_its_extension() {
    for (given, extension, expected) in [
        ("C:\\pics\\my photo.JPG", Some("jpg"), "my_photo.JPG"),
        ("/tmp/x.jpeg", Some("jpg"), "x.jpeg"),
        ("fake.jpg", Some("png"), "fake.jpg"),
        ("plain", Some("png"), "plain.png"),
        ("dot.", Some("png"), "dot.png"),
        ("größe.png", Some("png"), "gr__e.png"),
        ("日本.png", Some("png"), "upload.png"),
        ("", None, "upload.bin"),
        (".hidden", None, "hidden.bin"),
        ("a\r\nX-Evil: 1.txt", None, "a__X-Evil__1.txt"),
    ] {
        assert_eq!(clean_name(given, extension), expected, "{given}");
    }
}

#[tokio::test]
async fn an_empty_a_missing_and_an_unreadable_input_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let kind = |media| async move { LocalInput::open(&media).await.unwrap_err().kind() };
    assert_eq!(kind(MediaInput::bytes(Vec::new(), "e.png")).await, ErrorKind::InvalidInput);
    assert_eq!(kind(MediaInput::Path(folder.path().join("none.png"))).await, ErrorKind::NotFound);
    assert_eq!(kind(MediaInput::Path(folder.path().to_owned())).await, ErrorKind::InvalidInput);
    let url = MediaInput::Url("https://a.test/x.png".parse().unwrap());
    assert!(LocalInput::open(&url).await.unwrap().is_none());
    let path = folder.path().join("a.dat");
    std::fs::write(&path, PNG).unwrap();
    let file = LocalInput::open(&MediaInput::Path(path)).await.unwrap().unwrap();
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str(), file.len),
        ("a.dat", "image/png", Some(PNG.len() as u64))
    );
    assert!(!file.misnamed, "`dat` promises nothing");
}

#[tokio::test]
async fn a_name_that_promises_another_type_is_noted() {
    for (name, noted) in
        [("photo.jpg", true), ("photo.PNG", false), ("photo", false), ("photo.mp4", true), ("a.dat", false)]
    {
        let file = LocalInput::open(&MediaInput::bytes(PNG, name)).await.unwrap().unwrap();
        let note = file.note("image");
        assert_eq!(note.is_some(), noted, "{name}");
        assert!(note.is_none_or(|note| note.option == "image" && note.from == name && note.to == "image/png"));
    }
}

#[tokio::test]
async fn a_stream_is_looked_at_without_reading_it_whole() {
    let opened = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counter = std::sync::Arc::clone(&opened);
    let endless = MediaInput::stream("cam.bin", None, move || {
        let counter = std::sync::Arc::clone(&counter);
        let chunk = move |n: u64| {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(if n == 0 { Bytes::from_static(PNG) } else { Bytes::from(vec![0; 4096]) })
        };
        futures_util::stream::iter(0..).map(chunk).boxed()
    });
    let file = LocalInput::open(&endless).await.unwrap().unwrap();
    assert_eq!((file.media_type.as_str(), file.len, file.name.as_str()), ("image/png", None, "cam.bin"));
    assert!(opened.load(std::sync::atomic::Ordering::Relaxed) < 5);
    let empty = MediaInput::stream("none.png", None, || futures_util::stream::empty().boxed());
    assert_eq!(LocalInput::open(&empty).await.unwrap_err().kind(), ErrorKind::InvalidInput);
}
