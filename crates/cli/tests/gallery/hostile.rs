//! Text of others stays text, and files that cannot be shown have a sign.

use crate::{browser::Browser, made};
use mediagen::gallery::Entry;
use serde_json::json;

const HOSTILE: &[&str] = &[
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    "\"><img src=x onerror=\"window.hacked=1\">",
    "'-window.hacked=1-' ${window.hacked=1} {{script}} <!--<script>",
    "a\u{2028}b\u{2029}c \u{202E}desrever &lt;b&gt;",
    "<style>*{display:none}</style><svg/onload=window.hacked=1>",
];

#[test]
fn hostile_prompts_names_and_bodies_stay_text() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let entries = HOSTILE.iter().enumerate().map(|(index, text)| {
        let name = format!("{index}-'\"<img onerror=window.hacked=1> #?%&.png");
        made::picture(&folder.path().join(&name), [200, 30, 30]);
        let mut record = made::record(&name, "image/png", &index.to_string(), text, text, Some(text));
        record.asset.url = Some("javascript:window.hacked=1".into());
        Entry::new(record).at(folder.path().join(name))
    });
    browser.open(&made::page(folder.path(), entries.collect()));
    assert_eq!(
        browser.run("[...document.querySelectorAll('.title')].map((title) => title.textContent)"),
        json!(HOSTILE)
    );
    browser.until("[...document.querySelectorAll('.card .stage')].every((stage) => stage.classList.contains('ready'))");
    for text in HOSTILE {
        browser.run(&format!(
            "document.querySelectorAll('.open')[{}].click()",
            HOSTILE.iter().position(|t| t == text).unwrap()
        ));
        assert_eq!(browser.run("document.getElementById('detail-title').textContent"), json!(text));
        let body = browser.run("document.querySelector('#detail .json').textContent");
        let body: serde_json::Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
        assert_eq!(body, json!({"prompt": text, "seed": u64::MAX}));
        // A link is to a file of ours, or it is no link.
        let links = "[...document.querySelectorAll('a[href]')].every((link) => /^(file|#)/.test(link.protocol === 'file:' ? 'file' : link.getAttribute('href')))";
        assert_eq!(browser.run(links), true);
        browser.press(&["Escape"]);
    }
    assert_eq!(browser.run("typeof window.hacked"), "undefined");
    assert_eq!(browser.run("document.scripts.length"), 2);
    assert_eq!(browser.run("document.querySelectorAll('[onerror], [onload]').length"), 0);
    assert_eq!(browser.complaints(), [""; 0]);
    // The policy is in force: what slipped in would not run, and nothing would be sent.
    let injected = "new Promise((done) => { const script = document.createElement('script'); script.textContent = 'window.hacked = 1'; document.body.append(script); \
                    const image = new Image(); image.onerror = () => done(typeof window.hacked); image.src = 'http://127.0.0.1:9/x.png'; })";
    assert_eq!(browser.run(injected), "undefined");
    assert!(browser.complaints().len() >= 2, "both are refused by the policy");
}

#[test]
fn what_cannot_be_shown_has_a_sign_instead_of_a_broken_picture() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("broken.png"), "no picture").unwrap();
    std::fs::write(place("broken.mp4"), "no film").unwrap();
    std::fs::write(place("words.txt"), "Once <b>upon</b> a time").unwrap();
    std::fs::write(place("mesh.glb"), "glTF").unwrap();
    let entry =
        |name: &str, media_type: &str| Entry::new(made::record(name, media_type, name, "m", "k", None)).at(place(name));
    let mut entries = vec![
        entry("gone.png", "image/png"),
        entry("broken.png", "image/png"),
        entry("broken.mp4", "video/mp4"),
        entry("words.txt", "text/plain"),
        entry("mesh.glb", "application/octet-stream"),
    ];
    let source = made::record("source.png", "image/png", "5", "m", "k", None);
    let last = made::record("last.png", "image/png", "6", "m", "k", None).with_input(made::input("image", &source));
    entries.push(Entry::new(last));
    browser.open(&made::page(folder.path(), entries));
    browser.until("document.querySelectorAll('.card .failed').length === 2");
    let texts = browser.run("[...document.querySelectorAll('.card .stage')].map((stage) => stage.textContent)");
    let (gone, broken) = ("File is missing", "Cannot be shown");
    assert_eq!(texts, json!([gone, broken, broken, "Once <b>upon</b> a time", "", gone]));
    assert_eq!(browser.run("document.querySelectorAll('.stage img').length"), 0);
    assert_eq!(
        browser.run("[...document.querySelectorAll('.chip')].map((chip) => chip.innerText)"),
        json!(["All 6", "Pictures 3", "Films 1", "Texts 1", "3D 1"])
    );
    // An ancestor that is in no grid is met in the lineage, and has a view of its own.
    browser.run("document.querySelectorAll('.open')[5].click()");
    browser.run("document.querySelector('#detail .lineage button.thumb').click()");
    assert_eq!(browser.run("document.getElementById('detail-title').textContent"), "source.png");
    assert_eq!(browser.run("document.querySelector('#detail .where').textContent"), "Not in the grid");
}
