//! Filters, and the way through the page without a mouse.

use crate::{browser::Browser, made};
use mediagen::gallery::Entry;
use serde_json::json;

const SHOWN: &str = "[...document.querySelectorAll('.card:not([hidden]) .title')].map((title) => title.textContent)";
const FOCUSED: &str =
    "document.activeElement.closest('.card')?.querySelector('.title').textContent ?? document.activeElement.id";
const COUNT: &str = "document.getElementById('count').textContent";

/// Twelve pictures of two models and two kinds; the file of the third is named after a bird.
fn open() -> Option<(Browser, tempfile::TempDir)> {
    let mut browser = Browser::start()?;
    let folder = tempfile::tempdir().unwrap();
    let entries = (0..12).map(|index: u8| {
        let name = if index == 2 { "Heron.png".to_owned() } else { format!("{index}.png") };
        made::picture(&folder.path().join(&name), [index * 20, 90, 120]);
        let (model, kind) =
            if index.is_multiple_of(3) { ("one/edit", "image-to-image") } else { ("two/paint", "text-to-image") };
        let prompt = format!("{} number {index}", if index.is_multiple_of(2) { "A Boat" } else { "a house" });
        Entry::new(made::record(&name, "image/png", &index.to_string(), model, kind, Some(&prompt)))
            .at(folder.path().join(name))
    });
    let page = made::page(folder.path(), entries.collect());
    browser.open(&page);
    Some((browser, folder))
}

#[test]
fn filters_filter_by_kind_model_and_text_together() {
    let Some((mut browser, _folder)) = open() else { return };
    assert_eq!(browser.run(COUNT), "12 assets");
    let choose = |id: &str, value: &str| {
        format!(
            "(() => {{ const select = document.getElementById('{id}'); select.value = '{value}'; select.dispatchEvent(new Event('change')); }})()"
        )
    };
    browser.run(&choose("kind", "image-to-image"));
    assert_eq!(
        browser.run(SHOWN),
        json!(["A Boat number 0", "a house number 3", "A Boat number 6", "a house number 9"])
    );
    assert_eq!(browser.run(COUNT), "4 of 12 assets");
    browser.run(&choose("model", "two/paint"));
    assert_eq!(browser.run(SHOWN), json!([]));
    assert_eq!(browser.run("document.getElementById('nothing').hidden"), false);
    browser.run("document.getElementById('reset').click()");
    assert_eq!(browser.run(COUNT), "12 assets");
    browser.press(&["/"]);
    assert_eq!(browser.run(FOCUSED), "find");
    for (text, found) in
        [("HERON", 1), ("boat number", 6), ("one/edit", 4), ("house one/", 2), ("zebra", 0), ("number 11", 1)]
    {
        browser.run("document.getElementById('find').select()");
        browser.write(text);
        assert_eq!(browser.run(SHOWN).as_array().unwrap().len(), found, "{text}");
    }
    browser.press(&["Enter"]);
    assert_eq!(browser.run(FOCUSED), "a house number 11");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_page_is_walked_with_the_keyboard_alone() {
    let Some((mut browser, _folder)) = open() else { return };
    // Skip link, chips, two selects, order, search: then the grid, which is one stop.
    browser.press(&["Tab"]);
    assert_eq!(browser.run("document.activeElement.className"), "skip");
    let mut stops = Vec::new();
    for _ in 0..6 {
        browser.press(&["Tab"]);
        stops.push(browser.run(&format!("document.activeElement.name || ({FOCUSED})")));
    }
    assert_eq!(json!(stops), json!(["class", "kind", "model", "order", "find", "A Boat number 0"]));
    let ring = "getComputedStyle(document.activeElement.closest('.card')).outlineStyle";
    assert_eq!(browser.run(ring), "solid", "the focus is seen");
    let columns =
        browser.run("getComputedStyle(document.getElementById('grid')).gridTemplateColumns.split(' ').length");
    assert_eq!(columns, 4);
    for (key, expected) in [
        ("ArrowRight", 1),
        ("ArrowDown", 5),
        ("ArrowLeft", 4),
        ("ArrowUp", 0),
        ("ArrowUp", 0),
        ("ArrowLeft", 0),
        ("End", 11),
        ("ArrowRight", 11),
        ("Home", 0),
    ] {
        browser.press(&[key]);
        let focused = browser.run(FOCUSED);
        assert!(focused.as_str().unwrap().ends_with(&format!(" {expected}")), "{key}: {focused}, not {expected}");
    }
    browser.press(&["ArrowRight", "Enter"]);
    assert_eq!(browser.run("document.getElementById('detail').matches(':modal')"), true);
    // The dialog has a name, and Tab stays inside it.
    assert_eq!(
        browser.run(
            "document.getElementById(document.getElementById('detail').getAttribute('aria-labelledby')).textContent"
        ),
        "a house number 1"
    );
    for _ in 0..12 {
        browser.press(&["Tab"]);
        let inside = "document.activeElement === document.body || document.activeElement.closest('dialog') !== null";
        assert_eq!(browser.run(inside), true);
    }
    browser.press(&["Escape"]);
    assert_eq!(browser.run(FOCUSED), "a house number 1");
    // Every control that a reader of the screen meets has a name.
    let nameless = "[...document.querySelectorAll('button, select, input')].filter((control) => !(control.getAttribute('aria-label') || control.closest('label')?.textContent || control.textContent).trim()).length";
    assert_eq!(browser.run(nameless), 0);
}

#[test]
fn a_window_of_another_width_keeps_the_rows_whole_and_the_focus() {
    let Some((mut browser, _folder)) = open() else { return };
    browser.run("document.querySelectorAll('.open')[6].focus()");
    for (width, groups) in [(1280, "8,4"), (1000, "6,6"), (700, "4,4,4"), (400, "2,2,2,2,2,2"), (1000, "6,6")] {
        browser.look(width, 900, "light");
        // Groups of two rows each.
        browser.until(&format!(
            "[...document.querySelectorAll('.rows')].map((group) => group.children.length).join() === '{groups}'"
        ));
        assert_eq!(browser.run(FOCUSED), "A Boat number 6", "at {width} pixels");
        assert_eq!(browser.run("document.querySelectorAll('.card').length"), 12);
    }
    browser.press(&["ArrowDown"]);
    assert_eq!(browser.run(FOCUSED), "a house number 9");
    assert_eq!(browser.complaints(), [""; 0]);
}
