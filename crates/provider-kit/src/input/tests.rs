//! Types from bytes, names for headers.

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";

async fn typed(content: &'static [u8], name: &str) -> String {
    LocalInput::open(&MediaInput::bytes(content, name)).await.unwrap().unwrap().media_type
}

#[tokio::test]
async fn the_first_bytes_win_over_the_name() {
    assert_eq!(typed(PNG, "x.jpg").await, "image/png");
    assert_eq!(typed(b"RIFF\x24\0\0\0WAVEfmt ", "x").await, "audio/wav");
    assert_eq!(typed(b"plain words", "a.TXT").await, "text/plain");
    assert_eq!(typed(b"plain words", "a").await, "application/octet-stream");
    assert_eq!(typed(b"plain words", "a.mp4").await, "application/octet-stream", "a video has a mark");
}

#[tokio::test]
async fn one_reading_gives_type_facts_and_the_hash_of_what_is_small() {
    let folder = tempfile::tempdir().unwrap();
    let gif = b"GIF89a\x40\x01\xf0\x00\x00\x00\x00";
    let mut large = gif.to_vec();
    large.resize(usize::try_from(SMALL).unwrap() + 1, 0);
    for (name, content, hashed) in [("small.gif", &gif[..], true), ("large.gif", &large, false)] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        for media in [MediaInput::Path(path.clone()), MediaInput::bytes(content.to_vec(), name)] {
            let input = LocalInput::open(&media).await.unwrap().unwrap();
            assert_eq!((input.facts.width, input.facts.height), (Some(320), Some(240)), "{media:?}");
            assert_eq!((input.len, input.facts.bytes), (Some(content.len() as u64), Some(content.len() as u64)));
            assert_eq!(input.hash, hashed.then(|| blake3::hash(content)), "{media:?}");
        }
    }
}

#[tokio::test]
async fn content_that_cannot_be_what_it_is_for_is_refused_and_the_unknown_passes() {
    let wav: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0";
    let mp4: &[u8] = b"\0\0\0\x18ftypisom\0\0\0\0isommp42";
    let gif: &[u8] = b"GIF89a\x40\x01\xf0\x00\x00\x00\x00";
    let jpeg: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    for (content, good, bad) in [
        (PNG, "image mask end_image reference source_face", "audio voice_sample"),
        (gif, "image video", "audio"),
        (jpeg, "image", "video audio"),
        (mp4, "video audio reference", "image mask"),
        (wav, "audio voice_sample", "image video reference"),
        (b"a list of words", "", "image video audio reference mask"),
        (b"{\"a\": 1}", "", "image video audio"),
        (b"PK\x03\x04 and more", "image video audio", ""),
        (b"\x01\x02\x03 something", "image video audio", ""),
    ] {
        let input = LocalInput::open(&MediaInput::bytes(content, "x")).await.unwrap().unwrap();
        for (words, expected) in [(good, true), (bad, false)] {
            for word in words.split_whitespace() {
                let role = *Role::ALL.iter().find(|role| role.as_str() == word).unwrap();
                let checked = input.check_role(role);
                assert_eq!(checked.is_ok(), expected, "{} as {role}", input.media_type);
            }
        }
    }
    let text = LocalInput::open(&MediaInput::bytes(&b"a list"[..], "x.png")).await.unwrap().unwrap();
    let error = text.check_role(Role::Image).unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InvalidInput, "image"));
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
