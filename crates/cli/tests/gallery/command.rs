//! `mediagen assets gallery`.

use crate::{browser::Browser, made};
use mediagen::assets::Store;
use serde_json::Value;
use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

/// Runs the command in `folder`, where programs are found in `programs` only.
fn run(folder: &Path, programs: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediagen"));
    command.args(["assets", "gallery"]).args(arguments).current_dir(folder).env_clear();
    command.env("PATH", programs).env("MEDIAGEN_HOME", folder.join("home")).output().unwrap()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// A folder with two files, their records, and a record that is none.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out & more");
    std::fs::create_dir(&out).unwrap();
    let first = made::record("one.png", "image/png", "1", "m/one", "text-to-image", Some("one"));
    let second = made::record("two.png", "image/png", "2", "m/two", "image-to-image", None);
    let second = second.with_input(made::input("image", &first));
    for record in [first, second] {
        let path = out.join(&record.asset.file);
        made::picture(&path, [90, 120, 30]);
        record.write_beside(path).unwrap();
    }
    std::fs::write(out.join("three.png.mediagen.json"), "{}").unwrap();
    folder
}

#[test]
fn the_gallery_of_a_folder_is_written_and_looked_at() {
    let folder = filled();
    let ran = run(folder.path(), folder.path(), &["--from", "out & more", "--out", "page/all.html", "--json"]);
    let told = document(&ran);
    assert!(ran.status.success() && told["status"] == "completed" && told["gallery"] == "page/all.html", "{told}");
    assert_eq!((&told["assets"], &told["missing"], &told["opened"]), (&2.into(), &0.into(), &Value::Null));
    assert!(told["unreadable"][0].as_str().unwrap().contains("three.png"), "{told}");
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&folder.path().canonicalize().unwrap().join("page/all.html"));
    browser.until("[...document.querySelectorAll('.stage')].every((stage) => stage.classList.contains('ready'))");
    assert_eq!(browser.run("document.querySelectorAll('.card img').length"), 2);
    assert_eq!(browser.run("document.querySelector('.from').textContent"), "from “one”");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_gallery_of_the_store_is_written() {
    let folder = filled();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Store::at(folder.path().join("home/assets")).unwrap();
    let file = folder.path().join("out & more/one.png");
    runtime.block_on(async {
        let kept = store.put_bytes(std::fs::read(&file).unwrap().into()).await.unwrap();
        let mut record = made::record("one.png", "image/png", "1", "m/one", "text-to-image", Some("one"));
        record.asset.blake3 = Some(kept);
        store.put_record(&record).await.unwrap();
    });
    let ran = run(folder.path(), folder.path(), &["--json"]);
    let told = document(&ran);
    assert_eq!((&told["assets"], &told["missing"]), (&1.into(), &0.into()), "{told}");
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&folder.path().canonicalize().unwrap().join("mediagen-gallery.html"));
    // Content of the store has a hash for a name, and no extension.
    browser.until("document.querySelector('.stage img')?.naturalWidth === 64");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
#[cfg(target_os = "linux")]
fn open_hands_the_page_over_as_one_argument_and_says_when_it_cannot() {
    let folder = filled();
    let arguments = ["--from", "out & more", "--out", "a; touch hacked & $(touch hacked).html", "--open", "--json"];
    let told = document(&run(folder.path(), folder.path(), &arguments));
    assert!(told["opened"] == false && told["not_opened"] == "`xdg-open` is not installed", "{told}");
    let opener = folder.path().join("xdg-open");
    for (script, opened) in [("#!/bin/sh\nprintf '%s|' \"$@\" > seen\n", true), ("#!/bin/sh\nexit 3\n", false)] {
        std::fs::write(&opener, script).unwrap();
        std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
        let told = document(&run(folder.path(), folder.path(), &arguments));
        assert_eq!(told["opened"], opened, "{told}");
    }
    let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
    let page = folder.path().canonicalize().unwrap().join(arguments[3]);
    assert_eq!(seen, format!("{}|", page.display()));
    assert!(!folder.path().join("hacked").exists());
    let text = run(folder.path(), folder.path(), &arguments[..5]);
    assert!(
        text.status.success() && String::from_utf8_lossy(&text.stdout).contains("not opened: `xdg-open` ended with")
    );
}

#[test]
fn a_gallery_of_nothing_is_a_usage_error_that_names_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, word) in [
        (&["--from", "nowhere", "--json"][..], "nowhere"),
        (&["--from", ".", "--json"], "holds no record"),
        (&["--json"], "store"),
    ] {
        let ran = run(folder.path(), folder.path(), arguments);
        let told = document(&ran);
        assert_eq!((ran.status.code(), &told["status"]), (Some(2), &"error".into()), "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains(word), "{told}");
    }
    assert!(!folder.path().join("mediagen-gallery.html").exists());
}
