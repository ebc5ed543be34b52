//! The demo: all kinds, real files, and reports that agree with ffprobe.

use crate::{Ran, bare};
use serde_json::Value;
use std::{path::Path, process::Command};

#[test]
fn the_demo_makes_all_seven_kinds_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Ran::of(bare(&["demo", "--out", "out", "--json"], folder.path()).output().unwrap());
    let document = ran.good();
    let runs = document["runs"].as_array().unwrap();
    let kinds: std::collections::BTreeSet<_> = runs.iter().map(|run| run["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        [
            "audio-to-audio",
            "image-to-image",
            "image-to-video",
            "text-to-audio",
            "text-to-image",
            "text-to-video",
            "video-to-video"
        ]
    );
    let page = std::fs::read_to_string(folder.path().join(document["gallery"].as_str().unwrap())).unwrap();
    let probe = Command::new("ffprobe").arg("-version").output().is_ok();
    if !probe {
        println!("SKIPPED: ffprobe is not installed; films and sounds are not compared with it");
    }
    for output in runs.iter().flat_map(|run| run["outputs"].as_array().unwrap()) {
        let path = folder.path().join(output["path"].as_str().unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), output["bytes"].as_u64().unwrap());
        assert!(page.contains(path.file_name().unwrap().to_str().unwrap()));
        match output["media_type"].as_str().unwrap().split('/').next() {
            Some("image") => {
                let picture = image::open(&path).unwrap();
                assert_eq!(Some(u64::from(picture.width())), output["width"].as_u64());
                assert_eq!(Some(u64::from(picture.height())), output["height"].as_u64());
            }
            Some("video" | "audio") if probe => agrees(&path, output),
            Some("video" | "audio") => {}
            other => panic!("{other:?} is no media: {output}"),
        }
    }
}

/// The report of `output` says what ffprobe says of the file.
fn agrees(path: &Path, output: &Value) {
    let arguments = ["-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-count_frames"];
    let probed = Command::new("ffprobe").args(arguments).arg(path).output().unwrap();
    assert!(probed.status.success() && probed.stderr.is_empty(), "{}", String::from_utf8_lossy(&probed.stderr));
    let probed: Value = serde_json::from_slice(&probed.stdout).unwrap();
    let duration: f64 = probed["format"]["duration"].as_str().unwrap().parse().unwrap();
    let reported = output["duration_s"].as_f64().unwrap();
    assert!((duration - reported).abs() <= 0.05, "{}: {reported} s, ffprobe {duration} s", path.display());
    if output["media_type"].as_str().unwrap().starts_with("audio") {
        assert!(output["width"].is_null() && output["fps"].is_null());
        return;
    }
    let stream = &probed["streams"][0];
    assert_eq!((&stream["width"], &stream["height"]), (&output["width"], &output["height"]));
    let (frames, seconds) = stream["avg_frame_rate"].as_str().unwrap().split_once('/').unwrap();
    let rate = frames.parse::<f64>().unwrap() / seconds.parse::<f64>().unwrap();
    assert!((rate - output["fps"].as_f64().unwrap()).abs() < 0.01, "{}: ffprobe {rate} fps, {output}", path.display());
}

#[test]
fn the_demo_ends_in_a_table_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Ran::of(bare(&["demo", "--out", "out", "--quiet"], folder.path()).output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("kind"), "{}", ran.out);
    for word in ["text-to-image", "audio-to-audio", "video/mp4", "index.html"] {
        assert!(ran.out.contains(word), "{word} is missing:\n{}", ran.out);
    }
}
