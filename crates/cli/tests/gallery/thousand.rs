//! A thousand assets: only what is near the window is loaded, and the page keeps moving.

use crate::{browser::Browser, made};
use mediagen::assets::gallery::Entry;

const ASSETS: usize = 1000;
const PICTURES: &str = "document.querySelectorAll('.card img').length";
const PLAYERS: &str = "document.querySelectorAll('.card video, .card audio').length";
/// Scrolls through the page a third of a window per frame and gives back the longest frame and the longest task, in milliseconds.
const SCROLL: &str = "new Promise((done) => {
  let task = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) task = Math.max(task, entry.duration); }).observe({ entryTypes: ['longtask'] });
  let frame = 0, frames = 0, last = performance.now(), most = 0;
  const step = (now) => {
    frame = Math.max(frame, now - last);
    last = now;
    frames += 1;
    most = Math.max(most, document.querySelectorAll('.card video, .card audio').length);
    window.scrollBy(0, innerHeight / 3);
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - 2) setTimeout(() => done({ frame, task, frames, most }), 300);
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})";

#[test]
fn a_thousand_assets_load_as_they_come_into_sight() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let film = made::demo().join("demo/5-image-to-video-0.mp4");
    let entries = (0..ASSETS).map(|index| {
        let hash = index.to_string();
        if index % 5 == 4 {
            let record = made::record("film.mp4", "video/mp4", &hash, "m/film", "image-to-video", Some("a film"));
            return Entry::new(record).at(&film);
        }
        let name = format!("{index}.png");
        made::picture(&folder.path().join(&name), [index.to_le_bytes()[0], index.to_le_bytes()[1], 128]);
        let prompt =
            format!("picture {index} of a thousand, with a prompt that is long enough to need two lines in its card");
        let record = made::record(&name, "image/png", &hash, "m/picture", "text-to-image", Some(&prompt));
        Entry::new(record).at(folder.path().join(name))
    });
    let page = made::page(folder.path(), entries.collect());
    browser.open(&page);
    let loaded = browser.run("performance.timing.loadEventEnd - performance.timing.navigationStart");
    assert_eq!(browser.run("document.querySelectorAll('.card').length"), ASSETS);
    browser.until("document.querySelector('.stage').classList.contains('ready')");
    let at_the_top = browser.run(PICTURES).as_u64().unwrap();
    assert!((4..60).contains(&at_the_top), "{at_the_top} pictures are loaded at the top");
    // A jump to the end passes by what lies between.
    browser.run("document.querySelector('.open').focus()");
    browser.press(&["End"]);
    browser.until("document.querySelector('.card:last-child .stage').classList.contains('ready')");
    let after_a_jump = browser.run(PICTURES).as_u64().unwrap();
    assert!(after_a_jump < 150, "{after_a_jump} pictures are loaded after a jump");
    let untouched = browser.run("document.querySelectorAll('.card')[500].querySelector('img, video')");
    assert!(untouched.is_null(), "the middle was never near the window");
    browser.press(&["Home"]);
    let measured = browser.run(SCROLL);
    let players = browser.run(PLAYERS).as_u64().unwrap();
    println!(
        "{ASSETS} assets: page loaded in {loaded} ms; {at_the_top} pictures at the top, {after_a_jump} after a jump; scrolled \
         in {} frames, longest frame {:.0} ms, longest task {:.0} ms, at most {} players, {players} at the end",
        measured["frames"],
        measured["frame"].as_f64().unwrap(),
        measured["task"].as_f64().unwrap(),
        measured["most"],
    );
    assert!(measured["frames"].as_u64().unwrap() > 100, "{measured}");
    assert!(
        measured["most"].as_u64().unwrap() < 60 && players < 30,
        "players of far films are taken out: {measured}, {players}"
    );
    assert_eq!(browser.run(PICTURES), 800, "each came into sight once");
    assert_eq!(browser.complaints(), [""; 0]);
}
