//! Uploads by the binary: what moves, what does not, and what the server saw.

use crate::{Ran, Rig};
use mediagen_emulator::fal::{Fault, Route};
use std::{path::Path, process::Stdio};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and more";

/// A picture of this many bytes: a small PNG with noise behind its end.
fn picture(path: &Path, bytes: usize) {
    let image = image::RgbImage::from_pixel(64, 64, image::Rgb([200, 40, 90]));
    image.save_with_format(path, image::ImageFormat::Png).unwrap();
    let mut content = std::fs::read(path).unwrap();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    while content.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        content.extend_from_slice(&state.to_le_bytes());
    }
    content.truncate(bytes);
    std::fs::write(path, content).unwrap();
}

fn uploads(rig: &Rig) -> usize {
    rig.emulator.requests().iter().filter(|r| r.path == "/cdn/files/upload").count()
}

#[test]
fn the_same_50_mib_input_of_10_generations_in_3_processes_is_uploaded_once() {
    let rig = Rig::new();
    let path = rig.folder.path().join("large.png");
    picture(&path, 50 << 20);
    // Long enough for all three to be there while the first one uploads.
    rig.emulator.fail(Route::Upload, Fault::Slow(std::time::Duration::from_secs(1)), 1);
    let bases = rig.emulator.base_url();
    let program = rig.command(&[]).get_program().to_owned();
    let count = [4, 3, 3];
    let processes: Vec<_> = count.iter().enumerate().map(|(process, generations)| {
        // A process of the binary makes one generation, so ten generations are ten processes here, of which three run side
        // by side: more than three processes that share what they know. One after another would prove nothing.
        let script = format!(
            "i=0; while [ $i -lt {generations} ]; do \"$0\" generate fal-ai/esrgan --image large.png --json --out out-{process}-$i || exit 1; i=$((i+1)); done"
        );
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).arg(&program).current_dir(rig.folder.path()).env_clear();
        shell.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        shell.env("FAL_BASE_URL", &bases).env("FAL_KEY", crate::KEY);
        shell.env("MEDIAGEN_HOME", rig.folder.path().join("home"));
        shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }).collect();
    for process in processes {
        let ran = process.wait_with_output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    }
    assert_eq!(rig.emulator.jobs_created(), 10);
    assert_eq!(uploads(&rig), 1, "uploaded once");
    let moved: u64 = rig.emulator.requests().iter().filter(|r| r.route == Route::Upload).map(|r| r.body_bytes).sum();
    assert_eq!(moved, 50 << 20);
}

#[test]
fn upload_prints_the_address_and_moves_the_same_content_once() {
    let rig = Rig::new();
    std::fs::write(rig.folder.path().join("photo.jpg"), PNG).unwrap();
    let first = rig.run(&["upload", "photo.jpg", "--json"]).good();
    assert_eq!((first["status"].as_str(), first["provider"].as_str()), (Some("completed"), Some("fal")));
    assert_eq!((first["bytes"].as_u64(), first["media_type"].as_str()), (Some(25), Some("image/png")));
    assert_eq!((first["path"].as_str(), first["cached"].as_bool()), (Some("photo.jpg"), Some(false)));
    assert_eq!(first["blake3"].as_str().unwrap().len(), 64);
    assert_eq!(first["notes"][0]["from"], "photo.jpg");
    let again = rig.run(&["upload", "photo.jpg"]);
    assert_eq!((again.code, again.out.trim_end()), (0, first["url"].as_str().unwrap()));
    assert!(again.err.contains("note: file: \"photo.jpg\" -> \"image/png\""), "{}", again.err);
    assert_eq!(uploads(&rig), 1);
    let cached = rig.run(&["upload", "photo.jpg", "--json"]).good();
    assert!(first["timings_ms"]["total"].is_u64(), "{first}");
    assert_eq!((cached["cached"].as_bool(), &cached["url"]), (Some(true), &first["url"]));
    let forced = rig.run(&["upload", "photo.jpg", "--json", "--force-upload"]).good();
    assert_eq!(forced["cached"], false);
    assert_eq!(uploads(&rig), 2);
    assert!(rig.folder.path().join(crate::HOME).join("uploads").is_dir());
}

#[test]
fn a_080_generate_uploads_again_by_force() {
    let rig = Rig::new();
    picture(&rig.folder.path().join("a.png"), 20_000);
    let arguments = ["generate", "fal-ai/esrgan", "--image", "a.png", "--json"];
    rig.run(&arguments).good();
    assert_eq!(rig.run(&arguments).good()["requests"]["upload"], 0, "nothing was asked of the storage");
    rig.run(&[&arguments[..], &["--force-upload"]].concat()).good();
    assert_eq!((uploads(&rig), rig.emulator.jobs_created()), (2, 3));
}

#[test]
fn a_request_that_cannot_be_sent_uploads_nothing() {
    let rig = Rig::new();
    picture(&rig.folder.path().join("a.png"), 20_000);
    let error = rig.run(&["generate", "fal-ai/esrgan", "--image", "a.png", "-P", "scale=much", "--json"]).error(2);
    assert_eq!(error["dispatch"], "not-sent");
    assert_eq!((uploads(&rig), rig.emulator.count(Route::Token)), (0, 0));
}

#[test]
fn what_cannot_be_uploaded_is_exit_2_and_nothing_is_sent() {
    let rig = Rig::new();
    std::fs::write(rig.folder.path().join("empty.png"), "").unwrap();
    std::fs::create_dir(rig.folder.path().join("folder")).unwrap();
    for (file, why) in [
        ("missing.png", "cannot be read"),
        ("empty.png", "is empty"),
        ("folder", "is not a file"),
        ("https://a.test/x.png", "is an address already"),
        ("data:image/png;base64,AA==", "is an address already"),
    ] {
        let error = rig.run(&["upload", file, "--json"]).error(2);
        assert_eq!((error["kind"].as_str(), error["dispatch"].as_str()), (Some("invalid-input"), Some("not-sent")));
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
        assert_eq!(error["fields"][0]["path"], "file");
    }
    assert_eq!(rig.run(&["upload", "--json"]).error(2)["kind"], "invalid-input");
    assert!(rig.emulator.requests().is_empty());
    std::fs::write(rig.folder.path().join("x.png"), PNG).unwrap();
    let mut keyless = rig.command(&["upload", "x.png", "--json"]);
    keyless.env_remove("FAL_KEY");
    assert_eq!(Ran::of(keyless.output().unwrap()).error(3)["kind"], "unauthenticated");
    assert!(rig.emulator.requests().is_empty());
    rig.emulator.fail(Route::Upload, Fault::Status(500, serde_json::json!({"detail": "broken"})), 9);
    let error = rig.run(&["upload", "x.png", "--json"]).error(5);
    assert_eq!(error["kind"], "unavailable");
}

/// Peak of the resident memory of a run in KiB, as the system counts it.
#[cfg(target_os = "linux")]
fn peak(rig: &Rig, file: &str) -> u64 {
    let mut command = rig.command(&["upload", file, "--json", "--force-upload"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = kib.unwrap_or(peak);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Ran::of(child.wait_with_output().unwrap()).good();
    peak
}

#[test]
#[cfg(target_os = "linux")]
fn a_081_a_file_of_512_mib_goes_in_parts_with_little_memory() {
    let rig = Rig::new();
    let large = rig.folder.path().join("large.bin");
    std::fs::File::create(&large).unwrap().set_len(512 << 20).unwrap();
    std::fs::write(rig.folder.path().join("small.bin"), b"a few bytes").unwrap();
    let small = peak(&rig, "small.bin");
    rig.emulator.clear_requests();
    // One part in the middle fails and goes again alone.
    rig.emulator.fail(Route::Upload, Fault::Slow(std::time::Duration::ZERO), 20);
    rig.emulator.fail(Route::Upload, Fault::Status(503, serde_json::json!({})), 1);
    let grown = peak(&rig, "large.bin").saturating_sub(small);
    let requests = rig.emulator.requests();
    let parts = requests.iter().filter(|r| r.method == "PUT").count();
    assert_eq!(parts, 52 + 1, "parts of 10 MiB, and one of them again");
    assert!(requests.iter().all(|r| r.body_bytes <= 10 << 20));
    println!("512 MiB in parts: {grown} KiB above the {small} KiB of a small upload");
    assert!(small > 0 && grown < 32 << 10, "{grown} KiB more than the {small} KiB of a small upload");
}
