//! The page of `mediagen demo`.

use crate::{browser::Browser, made};
use serde_json::json;

const FOCUSED: &str = "document.activeElement";
/// The largest picture that the README may show, in bytes.
const MAX_PICTURE: usize = 300_000;

/// The demo's page, loaded.
fn open() -> Option<Browser> {
    let mut browser = Browser::start()?;
    browser.open(&made::demo().join("demo/index.html"));
    Some(browser)
}

/// The card of the first asset of a class.
fn card(class: &str) -> String {
    format!("document.querySelector('.card:has(.is-{class})')")
}

#[test]
fn the_page_of_the_demo_loads_from_the_disk_and_asks_no_host() {
    let Some(mut browser) = open() else { return };
    assert_eq!(browser.run("document.querySelectorAll('.card').length"), 8);
    assert_eq!(browser.run("document.querySelectorAll('.card .missing').length"), 0);
    assert_eq!(browser.run("document.title"), "Demo");
    browser.run("window.scrollTo(0, document.body.scrollHeight)");
    browser.until("[...document.querySelectorAll('.stage')].every((stage) => stage.classList.contains('ready'))");
    let decoded = "[...document.querySelectorAll('.stage img')].map((picture) => picture.naturalWidth)";
    assert_eq!(browser.run(decoded), json!([1024, 2048, 1024]));
    browser.until(
        "[...document.querySelectorAll('.stage video')].every((film) => film.videoWidth > 0 && film.readyState > 1)",
    );
    // The shape of the sounds was measured when the page was written.
    let bars = "[...document.querySelectorAll('.wave-rest path')].map((path) => new Set(path.getAttribute('d').split('M').map((bar) => bar.split('V')[1])).size > 20)";
    assert_eq!(browser.run(bars), json!([true, true]));
    assert_eq!(browser.complaints(), [""; 0]);
    let requests = browser.requests();
    assert!(requests.len() > 8 && requests.iter().all(|url| url.starts_with("file:///")), "{requests:?}");
}

#[test]
fn a_film_and_a_sound_play_in_the_grid_and_only_one_at_a_time() {
    let Some(mut browser) = open() else { return };
    for class in ["video", "audio"] {
        let card = card(class);
        browser.run(&format!("{card}.querySelector('.open').focus()"));
        // From the card that has the focus, Tab goes to its player.
        browser.press(&["Tab"]);
        assert_eq!(browser.run(&format!("{FOCUSED}.className")), "play", "{class}");
        browser.press(&["Enter"]);
        browser.until(&format!("{card}.querySelector('{class}').currentTime > 0.3"));
        let label = browser.run(&format!("{FOCUSED}.getAttribute('aria-label')"));
        assert!(label.as_str().unwrap().starts_with("Pause: "), "{label}");
        let running = "[...document.querySelectorAll('video, audio')].filter((player) => !player.paused).length";
        assert_eq!(browser.run(running), 1, "{class}");
    }
    browser.press(&["Enter"]);
    assert_eq!(browser.run("[...document.querySelectorAll('video, audio')].every((player) => player.paused)"), true);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_detail_view_opens_by_keyboard_with_body_facts_and_the_chain() {
    let Some(mut browser) = open() else { return };
    // The sixth asset is a film made from the fourth.
    browser.run("document.querySelectorAll('.open')[5].focus()");
    browser.press(&["Enter"]);
    browser.until("document.getElementById('detail').open");
    assert_eq!(browser.run(&format!("{FOCUSED}.id")), "detail-title");
    assert_eq!(browser.run("document.querySelector('#detail .over').textContent"), "Film · video-to-video");
    let chain = "[...document.querySelectorAll('#detail .lineage .thumb')].map((thumb) => thumb.innerText.replace(/\\n+/g, ' | '))";
    let expected =
        json!(["waves roll in under the turning light | prompt", "video | text-to-video", "this | video-to-video"]);
    assert_eq!(browser.run(chain), expected);
    let facts = browser.run("document.getElementById('detail').innerText");
    for word in
        ["fal-ai/video-upscaler", "1920 × 1080", "24 fps", "video/mp4", "\"scale\": 2", "BLAKE3", "running", "Request"]
    {
        assert!(facts.as_str().unwrap().contains(word), "{word} is missing: {facts}");
    }
    browser.run("document.querySelector('#detail .stage-full video').play()");
    browser.until("document.querySelector('#detail .stage-full video').currentTime > 0.3");
    // Along the chain to the film that it was made from, which knows where it went.
    browser.run("document.querySelector('#detail .lineage button.thumb').focus()");
    browser.press(&["Enter"]);
    assert_eq!(
        browser.run("document.getElementById('detail-title').textContent"),
        "waves roll in under the turning light"
    );
    assert_eq!(browser.run("document.querySelectorAll('#detail .uses .thumb').length"), 1);
    browser.press(&["ArrowRight"]);
    assert_eq!(browser.run("document.getElementById('detail-title').textContent"), "the light begins to turn");
    assert_eq!(browser.run("document.querySelector('#detail .where').textContent"), "5 of 8");
    browser.press(&["Escape"]);
    assert_eq!(browser.run("document.getElementById('detail').open"), false);
    // The focus is on what was seen last.
    browser.until(&format!("{FOCUSED}.closest('.card')?.dataset.index === '4'"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn dark_is_dark_and_light_is_light() {
    let Some(mut browser) = open() else { return };
    let mut shades = Vec::new();
    for scheme in ["light", "dark"] {
        browser.look(1280, 900, scheme);
        let picture = image::load_from_memory(&browser.picture()).unwrap().to_luma8();
        // The page beside the grid, and the words under the first card.
        shades.push((picture.get_pixel(10, 600).0[0], picture.get_pixel(900, 60).0[0]));
    }
    assert!(shades[0].0 > 220 && shades[0].1 > 220, "{shades:?}");
    assert!(shades[1].0 < 40 && shades[1].1 < 40, "{shades:?}");
}

#[test]
fn nothing_overflows_a_narrow_window() {
    let Some(mut browser) = open() else { return };
    for width in [400, 320] {
        browser.look(width, 800, "light");
        browser.run("document.querySelector('.open').click()");
        let wide = "[document.documentElement, document.getElementById('detail'), document.querySelector('.panes')].map((box) => box.scrollWidth <= box.clientWidth)";
        assert_eq!(browser.run(wide), json!([true, true, true]), "at {width} pixels");
        let outside = "[...document.querySelectorAll('.top *, .bar *, .card, .side *')].filter((box) => !box.closest('.hush') && box.getBoundingClientRect().right > innerWidth + 0.5).map((box) => box.outerHTML.slice(0, 80))";
        assert_eq!(browser.run(outside), json!([]), "at {width} pixels");
        browser.press(&["Escape"]);
    }
}

#[test]
fn the_readme_shows_the_gallery() {
    let Some(mut browser) = open() else { return };
    browser.look(1400, 1010, "light");
    browser.until("[...document.querySelectorAll('.stage')].every((stage) => stage.classList.contains('ready'))");
    // Past the fading in of the last frame.
    browser.run("new Promise((done) => setTimeout(done, 800))");
    let seen = browser.picture();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/gallery.png");
    if std::env::var_os("MEDIAGEN_WRITE_DOCS").is_some() {
        let picture = image::load_from_memory(&seen).unwrap().to_rgb8();
        let mut file = std::fs::File::create(path).unwrap();
        let (best, filter) = (image::codecs::png::CompressionType::Best, image::codecs::png::FilterType::Adaptive);
        picture.write_with_encoder(image::codecs::png::PngEncoder::new_with_quality(&mut file, best, filter)).unwrap();
    }
    let shown = std::fs::read(path).unwrap();
    assert!(shown.len() <= MAX_PICTURE, "{path} has {} bytes", shown.len());
    let (shown, seen) = (image::load_from_memory(&shown).unwrap(), image::load_from_memory(&seen).unwrap());
    assert_eq!((shown.width(), shown.height()), (seen.width(), seen.height()), "MEDIAGEN_WRITE_DOCS=1 writes it anew");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    assert!(readme.contains("(docs/gallery.png)"));
}
