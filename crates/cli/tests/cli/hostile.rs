//! Arguments, pipes and answers as nobody would wish them.

use crate::{Ran, Rig, bare};
use mediagen_emulator::fal::{Fault, JobFault, Route};
use serde_json::json;
use std::process::Stdio;

const SMALL: &[&str] = &["generate", "fal-ai/flux/dev", "x", "--size", "64x64", "--json"];

#[cfg(unix)]
#[test]
fn arguments_that_are_not_text_are_a_usage_error_and_never_a_panic() {
    use std::os::unix::ffi::OsStrExt as _;
    let rig = Rig::new();
    let odd = std::ffi::OsStr::from_bytes(b"\xff");
    let error = Ran::of(rig.command(&["generate", "--json"]).arg(odd).output().unwrap()).error(2);
    assert!(error["message"].as_str().unwrap().contains("UTF-8"), "{error}");
    assert!(rig.emulator.requests().is_empty());
    // A folder's name need not be text: what was paid for is told all the same.
    let document = Ran::of(rig.command(SMALL).arg("--out").arg(odd).output().unwrap()).good();
    assert_eq!(std::fs::read_dir(rig.folder.path().join(odd)).unwrap().count(), 2, "the file and its record");
    assert!(document["outputs"][0]["path"].as_str().unwrap().contains("fal-ai-flux-dev-0"), "{document}");
}

#[test]
fn a_full_disk_behind_stdout_is_a_failure_and_a_closed_pipe_is_none() {
    let rig = Rig::new();
    for arguments in [&["completions", "bash"][..], SMALL] {
        if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
            let output = rig.command(arguments).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
            let ran = Ran::of(output.wait_with_output().unwrap());
            assert_eq!(ran.code, 5, "{}", ran.err);
            assert!(ran.err.contains("standard output") && !ran.err.contains("panicked"), "{}", ran.err);
        }
        let mut child = rig.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
}

#[test]
fn when_one_of_three_downloads_fails_all_three_fates_are_told() {
    let rig = Rig::new();
    rig.emulator.fail(Route::Download, Fault::Status(404, json!({})), 1);
    let error = rig.run(&[SMALL, &["--count", "3"]].concat()).error(5);
    assert_eq!(error["dispatch"], "answered");
    let fields = error["fields"].as_array().unwrap();
    let message = |index: usize| fields[index]["message"].as_str().unwrap();
    assert_eq!(fields.len(), 3, "{error}");
    assert!(message(0).contains("not saved, get it at http"), "{error}");
    for index in [1, 2] {
        let path = message(index).trim_start_matches("saved as ");
        assert!(rig.folder.path().join(path).is_file(), "{error}");
        assert_eq!(fields[index]["path"], format!("outputs[{index}]"));
    }
}

#[test]
fn what_a_server_says_cannot_steer_the_terminal() {
    let rig = Rig::new();
    let body = json!({"detail": "\u{1b}[2J\u{1b}]0;owned\u{7}"});
    rig.emulator.fail_jobs(&JobFault::Model { status: 422, body, retryable: false }, 1);
    let ran = rig.run(&["generate", "fal-ai/flux/dev", "x", "--size", "64x64"]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.err.contains("owned") && !ran.err.contains('\u{1b}'), "{:?}", ran.err);
}

#[test]
fn verbosity_says_more_on_stderr_without_colours_in_a_file() {
    let rig = Rig::new();
    let plain = &SMALL[..5];
    let said = |more: &str| rig.run(&[plain, &[more]].concat()).err;
    let (usual, what, every) = (said("--no-progress"), said("-v"), said("-vv"));
    assert!(!usual.contains("saved"), "{usual}");
    assert!(what.contains("saved") && !what.contains("sending"), "{what}");
    assert!(every.contains("sending") && every.contains("submit"), "{every}");
    assert!(![usual, what, every].concat().contains('\u{1b}'), "colours without a terminal");
}

#[test]
fn completions_of_bash_load() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Ran::of(bare(&["completions", "bash"], folder.path()).output().unwrap());
    std::fs::write(folder.path().join("c"), &ran.out).unwrap();
    let Ok(loaded) = std::process::Command::new("bash")
        .args(["-c", ". ./c && complete -p mediagen"])
        .current_dir(folder.path())
        .output()
    else {
        println!("SKIPPED: there is no bash");
        return;
    };
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
}
