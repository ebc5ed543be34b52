//! How the binary waits: by the stream, and by polling where there is none.

use crate::Rig;
use mediagen_emulator::fal::{EmulatorConfig, Fault, Route};
use serde_json::json;
use std::time::Duration;

const SMALL: &[&str] = &["generate", "fal-ai/flux/dev", "x", "--size", "256x256", "--json"];

#[test]
fn with_the_stream_refused_it_polls_at_most_ten_requests_for_three_seconds() {
    let config = EmulatorConfig::default().with_status_stream(false).with_run_delay(Duration::from_secs(3));
    let rig = Rig::with(config);
    let document = rig.run(SMALL).good();
    let queue = rig.queue();
    assert!(queue.len() <= 10, "{} requests: {queue:?}", queue.len());
    assert!(queue.iter().filter(|r| *r == "GET status").count() >= 3, "{queue:?}");
    assert_eq!(rig.emulator.jobs_created(), 1);
    assert_eq!(document["requests"]["submit"], 1);
}

#[test]
fn a_long_job_takes_three_requests_by_the_stream() {
    let rig = Rig::with(EmulatorConfig::default().with_run_delay(Duration::from_secs(2)));
    rig.run(SMALL).good();
    assert_eq!(rig.queue(), ["POST submit", "GET status/stream", "GET result"]);
}

#[test]
fn a_stream_that_ends_early_is_opened_again() {
    let rig = Rig::with(EmulatorConfig::default().with_run_delay(Duration::from_millis(600)));
    rig.emulator.fail(Route::Stream, Fault::StreamEndsEarly, 1);
    rig.run(SMALL).good();
    assert_eq!(rig.emulator.jobs_created(), 1);
    assert!(rig.queue().len() <= 5, "{:?}", rig.queue());
}

#[test]
fn a_start_deadline_ends_with_a_resumable_error() {
    let rig = Rig::with(EmulatorConfig::default().with_queue_delay(Duration::from_mins(1)));
    let error = rig.run(&[SMALL, &["--start-timeout", "1"]].concat()).error(5);
    assert!(error["kind"] == json!("timeout-start") || error["http_status"] == json!(504), "{error}");
    assert!(error["request_id"].is_string(), "{error}");
    assert!(error["job"].is_string(), "{error}");
}

#[test]
fn a_timeout_bounds_the_whole_call_from_its_first_request() {
    let rig = Rig::new();
    rig.emulator.fail(Route::Models, Fault::Slow(Duration::from_mins(1)), 1);
    let begun = std::time::Instant::now();
    let error = rig.run(&[SMALL, &["--timeout", "1"]].concat()).error(5);
    assert!(begun.elapsed() < Duration::from_secs(20), "the schema is a part of the call");
    assert_eq!((&error["kind"], &error["dispatch"]), (&json!("timeout-total"), &json!("not-sent")), "{error}");
}

#[test]
fn the_provider_comes_from_the_model_the_flag_or_the_environment() {
    let rig = Rig::new();
    let dry = |model: &str, more: &[&str], environment: Option<&str>| {
        let mut command = rig.command(&[&["generate", model, "x", "--dry-run", "--json"], more].concat());
        command.envs(environment.map(|name| ("MEDIAGEN_PROVIDER", name)));
        crate::Ran::of(command.output().unwrap())
    };
    assert_eq!(dry("fal:fal-ai/flux/dev", &[], Some("elsewhere")).good()["model"], "fal-ai/flux/dev");
    assert_eq!(dry("fal-ai/flux/dev", &["--provider", "fal"], Some("elsewhere")).good()["provider"], "fal");
    let error = dry("fal-ai/flux/dev", &[], Some("elsewhere")).error(2);
    assert!(error["message"].as_str().unwrap().contains("elsewhere"), "{error}");
}

#[test]
fn progress_is_told_as_plain_lines_away_from_a_terminal() {
    let rig = Rig::with(EmulatorConfig::default().with_run_delay(Duration::from_millis(300)));
    let ran = rig.run(&["generate", "fal-ai/flux/dev", "x", "--size", "256x256"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("submitted") && ran.err.contains("running"), "{}", ran.err);
    assert!(!ran.err.contains('%'), "an invented percentage: {}", ran.err);
    let ran = rig.run(&["generate", "fal-ai/flux/dev", "x", "--size", "256x256", "--quiet"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}
