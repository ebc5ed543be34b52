//! What is refused before anything is paid for, and how clearly that is said.

use crate::{Ran, Rig};

const SMALL: &[&str] = &["generate", "fal-ai/flux/dev", "x", "--size", "64x64", "--json"];

#[test]
fn a_template_that_names_no_file_is_refused_before_anything_is_paid_for() {
    let rig = Rig::new();
    for template in ["{bogus}.{ext}", "{", "{{index}}"] {
        let error = rig.run(&[SMALL, &["--name", template]].concat()).error(2);
        assert_eq!(error["fields"][0]["path"], "name", "{error}");
        assert!(error["message"].as_str().unwrap().contains(template), "{error}");
        assert_eq!(error["dispatch"], "not-sent");
    }
    assert!(rig.emulator.requests().is_empty());
}

#[test]
fn a_folder_that_takes_no_file_is_refused_before_anything_is_paid_for() {
    let rig = Rig::new();
    std::fs::write(rig.folder.path().join("file"), "x").unwrap();
    let mut folders = vec!["file", "file/sub"];
    // A folder that is there and takes no file, even of root.
    if std::path::Path::new("/proc/self").is_dir() {
        folders.push("/proc/self");
    }
    for folder in folders {
        let error = rig.run(&[SMALL, &["--out", folder]].concat()).error(2);
        assert_eq!(error["fields"][0]["path"], "out", "{error}");
        assert!(error["message"].as_str().unwrap().contains(folder) && error["hint"].is_string(), "{error}");
    }
    assert_eq!(rig.emulator.jobs_created(), 0);
    rig.run(&[SMALL, &["--out", "new/one"]].concat()).good();
    let left: Vec<_> = std::fs::read_dir(rig.folder.path().join("new/one")).unwrap().map(|e| e.unwrap()).collect();
    assert_eq!(left.len(), 2, "the file and its record: {left:?}");
}

#[test]
fn a_webhook_that_cannot_be_posted_to_is_refused() {
    let rig = Rig::new();
    let error = rig.run(&[SMALL, &["--webhook", "file:///etc/passwd"]].concat()).error(2);
    assert_eq!(error["fields"][0]["path"], "webhook", "{error}");
    assert!(rig.emulator.requests().is_empty());
}

#[test]
fn a_usage_error_names_the_field_the_value_and_what_is_allowed() {
    let rig = Rig::new();
    for (option, value, allowed) in [
        ("size", "10", "1024x768"),
        ("aspect_ratio", "wide", "16:9"),
        ("quality", "super", "draft"),
        ("format", "gif", "webp"),
        ("kind", "film", "text-to-video"),
        ("policy", "nice", "strict"),
        ("priority", "high", "low"),
        ("seed", "99999999999999999999", "18446744073709551615"),
        ("timeout", "-5", "above 0"),
        ("loop", "yes", "true, false"),
    ] {
        let flag = format!("--{}={value}", option.replace('_', "-"));
        let error = rig.run(&["generate", "m", "x", &flag, "--json"]).error(2);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(value) && message.contains(allowed), "{option}: {message}");
        assert_eq!(error["fields"][0]["path"], option, "{error}");
        assert!(error["hint"].as_str().unwrap().contains("generate --help"), "{error}");
    }
    let error = rig.run(&["generate", "--json"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("<MODEL>"), "{error}");
    assert_eq!(
        error["fields"][0],
        serde_json::json!({"path": "MODEL", "code": "missing", "message": "required", "give": [], "drop": [], "expected": null})
    );
    let error = rig.run(&["generate", "m", "--promt", "--json"]).error(2);
    assert_eq!(
        error["fields"][0],
        serde_json::json!({"path": "promt", "code": "unknown", "message": "not known", "give": [], "drop": [], "expected": null})
    );
    // Behind `--` it is a value and no option.
    let ran = rig.run(&["nonsense", "--", "--json"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
}

#[test]
fn references_alone_are_told_to_come_as_images() {
    let rig = Rig::new();
    image::RgbImage::new(8, 8).save(rig.folder.path().join("in.png")).unwrap();
    let model = "fal-ai/vidu/q1/reference-to-video";
    let error = rig.run(&["generate", model, "a walk", "--reference", "in.png", "--json"]).error(2);
    assert!(error["hint"].as_str().unwrap().contains("as `image`"), "{error}");
    let document = rig.run(&["generate", model, "a walk", "--image", "in.png", "--dry-run", "--json"]).good();
    assert!(document["body"]["reference_image_urls"].is_array(), "{document}");
}

#[test]
fn half_a_key_pair_is_told_what_the_other_half_is() {
    let rig = Rig::new();
    let mut command = rig.command(SMALL);
    command.env_remove("FAL_KEY").env("FAL_KEY_ID", "half");
    let error = Ran::of(command.output().unwrap()).error(3);
    assert!(error["hint"].as_str().unwrap().contains("FAL_KEY_SECRET"), "{error}");
}

#[test]
fn an_error_for_scripts_tells_its_cause_and_what_to_do() {
    let rig = Rig::new();
    let error = rig.run(&["emulate", "--port", "0", "--catalog", "nofile", "--json"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("No such file"), "{error}");
    // A port that nobody listens on any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = rig.command(SMALL);
    command.env("FAL_BASE_URL", format!("http://127.0.0.1:{port}"));
    let error = Ran::of(command.output().unwrap()).error(5);
    assert!(error["message"].as_str().unwrap().contains("refused"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("doctor"), "{error}");
}
