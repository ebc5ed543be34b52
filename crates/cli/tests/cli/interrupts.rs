//! Ctrl-C at every stage: 130, one document, and nothing bought afterwards.
#![cfg(unix)]

use crate::{Ran, Rig};
use mediagen_emulator::fal::{EmulatorConfig, Fault, Route};
use serde_json::Value;
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const LONG: Duration = Duration::from_secs(20);

/// Runs `arguments`, sends `signal` once the emulator has seen a request of `route`, and gives the error document.
fn stopped(rig: &Rig, arguments: &[&str], signal: &str, route: Route) -> Value {
    let mut command = rig.command(arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !rig.emulator.requests().iter().any(|request| request.route == route) {
        assert!(begun.elapsed() < LONG, "no request came");
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert!(begun.elapsed() < LONG, "it did not stop");
    let error = ran.error(130);
    assert_eq!(error["kind"], "cancelled");
    error
}

const SMALL: &[&str] = &["generate", "fal-ai/flux/dev", "x", "--size", "64x64", "--json"];

#[test]
fn a_025_ctrl_c_while_waiting_cancels_the_remote_job_and_tells_both_ids() {
    for signal in ["-INT", "-TERM"] {
        let rig = Rig::with(EmulatorConfig::default().with_queue_delay(LONG * 2));
        let error = stopped(&rig, SMALL, signal, Route::Stream);
        assert!(error["job"].is_string() && error["request_id"].is_string(), "{error}");
        assert!(rig.queue().iter().any(|request| request == "PUT cancel"), "{:?}", rig.queue());
    }
}

#[test]
fn ctrl_c_before_the_submission_buys_nothing() {
    for more in [&[][..], &["--dry-run"]] {
        let rig = Rig::new();
        rig.emulator.fail(Route::Models, Fault::Slow(LONG * 2), 1);
        let error = stopped(&rig, &[SMALL, more].concat(), "-INT", Route::Models);
        assert_eq!(error["dispatch"], "not-sent");
        assert_eq!(rig.emulator.jobs_created(), 0);
    }
}

#[test]
fn ctrl_c_during_an_upload_buys_nothing() {
    let rig = Rig::new();
    image::RgbImage::new(8, 8).save(rig.folder.path().join("in.png")).unwrap();
    rig.emulator.fail(Route::Upload, Fault::Slow(LONG * 2), 1);
    let error = stopped(&rig, &["generate", "fal-ai/esrgan", "--image", "in.png", "--json"], "-INT", Route::Upload);
    assert_eq!(error["dispatch"], "not-sent");
    assert!(error["job"].is_null(), "there is no job to take up: {error}");
    assert_eq!(rig.emulator.jobs_created(), 0);
    assert_eq!(rig.queue(), Vec::<String>::new());
}

#[test]
fn ctrl_c_ends_the_doctor() {
    let rig = Rig::new();
    rig.emulator.fail(Route::Pricing, Fault::Slow(LONG * 2), 1);
    stopped(&rig, &["doctor", "--json"], "-INT", Route::Pricing);
}

#[test]
fn ctrl_c_during_the_submission_waits_for_its_answer_and_cancels_the_job() {
    let rig = Rig::with(EmulatorConfig::default().with_queue_delay(LONG * 2));
    rig.emulator.fail(Route::Submit, Fault::Slow(Duration::from_secs(1)), 1);
    let error = stopped(&rig, SMALL, "-INT", Route::Submit);
    assert_eq!(error["dispatch"], "answered", "{error}");
    assert!(error["job"].is_string() && error["request_id"].is_string(), "{error}");
    assert_eq!(rig.queue(), ["POST submit", "PUT cancel"]);
    assert_eq!(rig.emulator.jobs_created(), 1);
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_the_answer_to_a_submission() {
    let rig = Rig::new();
    rig.emulator.fail(Route::Submit, Fault::Slow(LONG * 2), 1);
    let mut child = rig.command(SMALL).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    // Two signals in a moment count as one, so it is asked until it has gone.
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < LONG, "it did not stop");
        if rig.emulator.requests().iter().any(|request| request.route == Route::Submit) {
            Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let error = Ran::of(child.wait_with_output().unwrap()).error(130);
    assert_eq!((error["kind"].as_str(), error["dispatch"].as_str()), (Some("cancelled"), Some("unknown")));
}
