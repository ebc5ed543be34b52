#![allow(clippy::unwrap_used, reason = "a test")]

use super::{class::Class, link::link, page, *};
use mediagen_assets::record::{AssetFacts, InputRecord, Made, Record};
use serde_json::Value;

fn record(file: &str, hash: char, prompt: Option<&str>) -> Record {
    let mut asset = AssetFacts::default();
    file.clone_into(&mut asset.file);
    asset.blake3 = Some(hash.to_string().repeat(64));
    asset.facts.media_type = Some("image/png".to_owned());
    let mut made = Made::new("p", "m/one", "text-to-image");
    made.prompt = prompt.map(str::to_owned);
    made.created_at = Some("2026-01-01T00:00:00Z".into());
    Record::new(asset).with_made(made)
}

fn input(hash: char, record: Option<Record>) -> InputRecord {
    let mut input = InputRecord::new("image", "in.png");
    input.blake3 = Some(hash.to_string().repeat(64));
    input.record = record.map(Box::new);
    input
}

/// The page of `gallery` and the data in it.
fn written(gallery: &Gallery) -> (String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/page.html");
    gallery.write(&path).unwrap();
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing but the page is left");
    let html = std::fs::read_to_string(path).unwrap();
    let island = html.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data = serde_json::from_str(island).unwrap();
    (html, data)
}

fn inputs(data: &Value, node: usize) -> Vec<Option<u64>> {
    data["nodes"][node]["inputs"].as_array().unwrap().iter().map(|edge| edge["to"].as_u64()).collect()
}

#[test]
fn hostile_text_cannot_leave_the_island() {
    let hostile = "</script><script>window.hacked=1</script>\"><img onerror=x>&amp;\u{2028}\u{2029}{{script}}<!--";
    let gallery = Gallery::new(hostile).with_entry(Entry::new(record("a.png", 'a', Some(hostile))));
    let (html, data) = written(&gallery);
    assert_eq!(data["nodes"][0]["made"]["prompt"], hostile);
    assert_eq!(html.matches("<script").count(), 2, "the island and the one script");
    assert_eq!(html.matches("</script").count(), 2);
    assert!(!html.contains("<img onerror") && !html.contains("<!--"));
    let island = html.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    assert!(!island.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    assert_eq!(html.matches("window.hacked=1").count(), 3, "as text: title, heading, prompt");
}

#[test]
fn own_parts_cannot_end_their_elements() {
    assert!(!page::SCRIPT.contains("</script") && !page::SCRIPT.contains("<!--") && !page::STYLE.contains("</style"));
    for forbidden in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "http:", "https:"]
    {
        let allowed = if forbidden == "http:" { "http://www.w3.org/2000/svg" } else { "\0" };
        assert!(!page::SCRIPT.replace(allowed, "").contains(forbidden), "{forbidden}");
    }
    assert!(!page::STYLE.contains("url(") && !page::STYLE.contains("@import"));
}

#[test]
fn a_seed_of_64_bits_is_not_rounded() {
    let mut one = record("a.png", 'a', None);
    let made = one.made.as_mut().unwrap();
    made.seed = Some(u64::MAX);
    made.body = serde_json::json!({"seed": u64::MAX});
    let (_, data) = written(&Gallery::new("x").with_entry(Entry::new(one)));
    assert_eq!(data["nodes"][0]["made"]["seed"], "18446744073709551615");
    assert!(data["nodes"][0]["made"]["body"].as_str().unwrap().contains("18446744073709551615"));
}

#[test]
fn inputs_are_linked_by_hash_and_unlisted_ancestors_become_nodes() {
    let root = record("root.png", 'a', Some("root"));
    let middle = record("middle.png", 'b', None).with_input(input('a', Some(root.clone())));
    let last = record("last.png", 'c', None).with_input(input('b', Some(middle.clone()))).with_input(input('9', None));
    let all = [last.clone(), middle, root].map(Entry::new);
    let (_, data) = written(&Gallery::new("x").with_entries(all));
    assert_eq!(data["nodes"].as_array().unwrap().len(), 3);
    assert_eq!((inputs(&data, 0), inputs(&data, 1)), (vec![Some(1), None], vec![Some(2)]));
    let (_, data) = written(&Gallery::new("x").with_entry(Entry::new(last)));
    let listed: Vec<_> =
        data["nodes"].as_array().unwrap().iter().map(|node| node["listed"].as_bool().unwrap()).collect();
    assert_eq!(listed, [true, false, false]);
    assert_eq!((inputs(&data, 0), inputs(&data, 1)), (vec![Some(1), None], vec![Some(2)]));
}

#[test]
fn equal_bytes_make_no_cycle() {
    let same = record("same.png", 'a', None).with_input(input('a', None));
    let back = record("b.png", 'b', None).with_input(input('c', None));
    let forth = record("c.png", 'c', None).with_input(input('b', None));
    let (_, data) = written(&Gallery::new("x").with_entries([same, back, forth].map(Entry::new)));
    assert_eq!((inputs(&data, 0), inputs(&data, 1), inputs(&data, 2)), (vec![None], vec![Some(2)], vec![None]));
}

#[test]
fn links_are_relative_where_folders_are_shared_and_always_encoded() {
    let cases = [
        ("/home/me/out", "/home/me/out/a b#?%\"<.png", "./a%20b%23%3F%25%22%3C.png"),
        ("/home/me/out", "/home/me/store/ü.png", "../store/%C3%BC.png"),
        ("/home/me/out", "/home/me/out/javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("/home/me/out/../else", "/home/me/./out/a.png", "../out/a.png"),
        ("/home/me", "/srv/a b.png", "file:///srv/a%20b.png"),
    ];
    for (from, to, expected) in cases {
        assert_eq!(link(Path::new(from), Path::new(to)).as_deref(), Some(expected));
    }
}

#[test]
fn media_types_have_classes() {
    for (media_type, file, class) in [
        ("image/svg+xml", "a.svg", Class::Image),
        ("VIDEO/mp4; codecs=avc1", "a", Class::Video),
        ("audio/ogg", "a.ogg", Class::Audio),
        ("application/json", "a.json", Class::Text),
        ("application/octet-stream", "mesh.GLB", Class::Model),
        ("model/gltf-binary", "a", Class::Model),
        ("application/zip", "a.zip", Class::Other),
        ("", "", Class::Other),
    ] {
        assert_eq!(Class::of(media_type, file), class, "{media_type}");
    }
}

#[test]
fn a_file_that_is_not_there_is_counted_and_has_no_link() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("there.txt"), "Hello <b>\n").unwrap();
    let mut text = record("there.txt", 'a', None);
    text.asset.facts.media_type = Some("text/plain".to_owned());
    let gallery = Gallery::new("x").with_order(Order::Oldest).with_entries([
        Entry::new(text).at(folder.path().join("there.txt")),
        Entry::new(record("gone.png", 'b', None)).at(folder.path().join("gone.png")),
        Entry::new(record("nowhere.png", 'c', None)),
    ]);
    let page = folder.path().join("index.html");
    assert_eq!(gallery.write(&page).unwrap(), Written { assets: 3, missing: 2 });
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("\"./there.txt\"") && html.contains("Hello \\u003cb\\u003e"));
    assert!(!html.contains("./gone.png"));
    let refused = gallery.write(folder.path().join("there.txt/page.html")).unwrap_err();
    assert!(refused.kind() == ErrorKind::Io && refused.message().contains("page.html"));
}

#[test]
fn a_folder_is_collected_with_the_folders_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(place("deep/er")).unwrap();
    std::fs::create_dir_all(place(".hidden")).unwrap();
    for name in ["b.tar.png", "deep/er/a", ".hidden/c.png"] {
        record(name, 'a', None).write_beside(place(name)).unwrap();
    }
    std::fs::write(place("broken.png.mediagen.json"), "{").unwrap();
    std::fs::write(place(".mediagen.json"), "a name with nothing before the suffix").unwrap();
    let found = collect(folder.path()).unwrap();
    let paths: Vec<_> = found.entries.iter().map(|entry| entry.path.clone().unwrap()).collect();
    assert_eq!(paths, [place("b.tar.png"), place("deep/er/a")]);
    assert!(
        found.unreadable.len() == 1 && found.unreadable[0].to_string().contains("broken"),
        "{:?}",
        found.unreadable
    );
    let error = collect(place("nowhere")).unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.message().contains("nowhere"));
}
