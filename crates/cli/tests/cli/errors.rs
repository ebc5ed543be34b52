//! Every failure: the document, the exit code, and that nothing was paid that should not be.

use crate::{Rig, bare};
use mediagen_emulator::fal::{EmulatorConfig, Fault, Route};
use serde_json::json;

const SMALL: &[&str] = &["generate", "fal-ai/flux/dev", "x", "--size", "256x256", "--json"];

#[test]
fn a_011_an_unknown_model_names_the_nearest_ones() {
    let rig = Rig::new();
    let error = rig.run(&["generate", "fal-ai/flux/dve", "x", "--json"]).error(2);
    assert_eq!(error["kind"], "not-found");
    assert!(error["hint"].as_str().unwrap().contains("fal-ai/flux/dev"), "{error}");
    assert_eq!(rig.emulator.jobs_created(), 0);
}

#[test]
fn a_009_a_wrong_kind_names_both_kinds() {
    let rig = Rig::new();
    let error = rig.run(&["generate", "fal-ai/flux/dev", "x", "--kind", "text-to-audio", "--json"]).error(2);
    assert_eq!(error["kind"], "kind-mismatch");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("text-to-image") && message.contains("text-to-audio"), "{message}");
    assert_eq!(rig.emulator.jobs_created(), 0);
}

#[test]
fn a_016_a_missing_or_empty_key_says_which_variable_to_set() {
    let rig = Rig::new();
    for key in [None, Some("")] {
        let mut command = bare(SMALL, rig.folder.path());
        command.env("FAL_BASE_URL", rig.emulator.base_url());
        if let Some(key) = key {
            command.env("FAL_KEY", key);
        }
        let error = crate::Ran::of(command.output().unwrap()).error(3);
        assert!(format!("{error}").contains("FAL_KEY"), "{error}");
        assert_eq!(error["dispatch"], "not-sent");
    }
    assert!(rig.emulator.requests().is_empty());
}

#[test]
fn a_refused_key_is_exit_3() {
    let rig = Rig::with(EmulatorConfig::default().with_accepted_key("other:key"));
    let error = rig.run(SMALL).error(3);
    assert_eq!((error["kind"].as_str(), error["http_status"].as_u64()), (Some("unauthenticated"), Some(401)));
}

#[test]
fn a_locked_account_is_exit_3_with_its_reason_and_one_submit() {
    let rig = Rig::with(EmulatorConfig::default().with_locked(true));
    let error = rig.run(SMALL).error(3);
    assert_eq!(error["kind"], "account-locked");
    assert!(error["message"].as_str().unwrap().contains("locked"), "{error}");
    assert_eq!(rig.queue().len(), 1);
}

#[test]
fn a_024_a_lost_answer_to_a_submit_is_exit_7_and_one_job() {
    let rig = Rig::new();
    rig.emulator.fail(Route::Submit, Fault::DropBeforeAnswer, 5);
    let error = rig.run(SMALL).error(7);
    assert_eq!((error["kind"].as_str(), error["dispatch"].as_str()), (Some("submit-unknown"), Some("unknown")));
    assert_eq!(rig.emulator.jobs_created(), 1);
}

#[test]
fn a_023_a_refusal_by_the_model_is_exit_4_with_fields_and_request_id() {
    let rig = Rig::new();
    let error = rig.run(&["generate", "fal-ai/flux/dev", "please [refuse] this", "--json"]).error(4);
    assert_eq!(error["kind"], "content-rejected", "{error}");
    assert!(error["request_id"].is_string());
    assert!(!format!("{error}").contains("please"), "the prompt is in the error: {error}");
    assert_eq!(rig.emulator.jobs_created(), 1);
}

#[test]
fn a_wrong_field_is_refused_here_with_the_nearest_name() {
    let rig = Rig::new();
    let error = rig.run(&["generate", "fal-ai/flux/dev", "x", "-P", "guidence_scale=3", "--json"]).error(2);
    assert!(format!("{error}").contains("guidance_scale"), "{error}");
    assert_eq!(error["fields"][0]["path"], "guidence_scale");
    assert_eq!(rig.emulator.jobs_created(), 0);
}

/// A program that knows nothing of the model mends its command line from the fields of the error alone.
#[test]
fn the_error_document_is_enough_to_mend_a_request() {
    let rig = Rig::new();
    let model = "fal-ai/ace-step/audio-to-audio";
    let mut arguments = vec!["generate", model, "calm", "--dry-run", "--json", "-P", "nonsense=1"];
    let error = rig.run(&arguments).error(2);
    let fields = error["fields"].as_array().unwrap();
    let missing = fields.iter().find(|field| field["code"] == "missing").unwrap();
    assert_eq!(missing["give"], json!(["--audio"]), "{error}");
    arguments.extend(["--audio", "https://media.test/song.mp3"]);
    let error = rig.run(&arguments).error(2);
    let fields = error["fields"].as_array().unwrap();
    let unknown = fields.iter().find(|field| field["code"] == "unknown").unwrap();
    assert_eq!((&unknown["path"], &unknown["drop"]), (&json!("nonsense"), &json!(["-P nonsense"])), "{error}");
    let missing = fields.iter().find(|field| field["code"] == "missing").unwrap();
    assert_eq!(
        (&missing["path"], &missing["give"], &missing["drop"]),
        (&json!("original_tags"), &json!([]), &json!([]))
    );
    assert_eq!((fields.len(), missing["expected"]["type"].as_str()), (2, Some("string")), "{error}");
    let own = format!("original_tags={}", missing["expected"]["example"].as_str().unwrap());
    arguments.retain(|argument| !argument.starts_with("nonsense"));
    let place = arguments.iter().position(|argument| *argument == "-P").unwrap();
    arguments.insert(place + 1, &own);
    let ran = rig.run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(ran.json()["body"]["original_tags"], "example");
    assert_eq!(rig.emulator.jobs_created(), 0);
}

#[test]
fn what_the_strict_policy_refuses_names_the_flag_and_the_nearest_value() {
    let rig = Rig::new();
    let error = rig.run(&["generate", "fal-ai/veo2", "x", "--duration", "30", "--policy", "strict", "--json"]).error(2);
    let field = &error["fields"][0];
    assert_eq!((&field["path"], &field["code"]), (&json!("duration"), &json!("choice")), "{error}");
    assert_eq!((&field["give"], &field["drop"]), (&json!(["--duration"]), &json!(["--duration"])), "{error}");
    assert_eq!(field["expected"]["example"], "8s", "{error}");
}

#[test]
fn a_missing_input_and_an_unreadable_file_are_named_before_anything_is_sent() {
    let rig = Rig::new();
    let error = rig.run(&["generate", "fal-ai/esrgan", "--json"]).error(2);
    assert!(format!("{error}").contains("image"), "{error}");
    let error = rig.run(&["generate", "fal-ai/esrgan", "--image", "no-such.png", "--json"]).error(2);
    assert_eq!(error["fields"][0]["path"], "image");
    assert!(rig.emulator.requests().iter().all(|r| r.method == "GET"));
}

#[test]
fn a_download_that_fails_is_exit_5_and_never_a_second_generation() {
    let rig = Rig::new();
    rig.emulator.fail(Route::Download, Fault::Status(404, json!({})), 50);
    let error = rig.run(SMALL).error(5);
    assert!(error["request_id"].is_string(), "{error}");
    assert!(error["message"].as_str().unwrap().contains("http"), "the URL is not kept: {error}");
    assert_eq!(rig.emulator.jobs_created(), 1);
}

#[test]
fn a_084_a_cut_download_is_fetched_again_and_whole() {
    let rig = Rig::new();
    rig.emulator.fail(Route::Download, Fault::TruncatedBody, 1);
    let document = rig.run(SMALL).good();
    let path = rig.folder.path().join(document["outputs"][0]["path"].as_str().unwrap());
    image::open(path).unwrap();
    assert_eq!(rig.emulator.jobs_created(), 1);
}

#[test]
fn strict_refuses_what_adjust_notes() {
    let rig = Rig::new();
    let arguments = ["generate", "fal-ai/flux/dev", "x", "--fps", "24", "--dry-run", "--json"];
    let document = rig.run(&arguments).good();
    assert_eq!(document["notes"][0]["option"], "fps", "{document}");
    let error = rig.run(&[&arguments[..], &["--policy", "strict"]].concat()).error(2);
    assert!(error["message"].as_str().unwrap().contains("fps"), "{error}");
}

#[test]
fn an_address_that_is_not_loopback_must_be_https() {
    let rig = Rig::new();
    let mut command = rig.command(SMALL);
    command.env("FAL_BASE_URL", "http://example.com");
    let error = crate::Ran::of(command.output().unwrap()).error(2);
    assert!(format!("{error}").contains("https"), "{error}");
}
