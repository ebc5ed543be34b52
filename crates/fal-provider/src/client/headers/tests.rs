//! Each setting in fal's words, and each refusal by name.

use super::*;
use serde_json::json;

fn delivery(settings: &Value) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.settings = settings.as_object().cloned().unwrap();
    delivery
}

fn headers(handling: &Handling) -> Vec<(String, String)> {
    handling.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect()
}

#[test]
fn every_setting_becomes_its_header_or_parameter() {
    let mut delivery = delivery(&json!({
        "runner_hint": "abc", "store_io": false, "no_retry": true, "lifecycle": "1d", "max_queue_length": 5,
        "tags": {"team": "blue", "run": 7}, "disable_fallback": true, "priority": "low"
    }));
    delivery.start_timeout = Some(Duration::from_millis(1_500));
    delivery.webhook = Some("https://hook.test/a?b=c d".parse().unwrap());
    let handling = Handling::of(&delivery, Policy::Adjust, Mode::Queue).unwrap();
    let expected = [
        ("x-fal-request-start-timeout", "1.5"),
        ("x-fal-request-timeout", "1.5"),
        ("x-fal-object-lifecycle-preference", "{\"expiration_duration_seconds\":86400}"),
        ("x-app-fal-disable-fallback", "1"),
        ("x-fal-no-retry", "1"),
        ("x-fal-queue-priority", "low"),
        ("x-fal-runner-hint", "abc"),
        ("x-fal-store-io", "0"),
        ("x-fal-tags", "run=7,team=blue"),
    ];
    assert_eq!(headers(&handling), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    let query: Vec<_> = handling.query.iter().map(|(name, value)| (&**name, value.as_str())).collect();
    assert_eq!(query, [("fal_max_queue_length", "5"), ("fal_webhook", "https://hook.test/a?b=c%20d")]);
}

#[test]
fn nothing_set_sends_nothing() {
    assert_eq!(Handling::of(&Delivery::default(), Policy::Adjust, Mode::Queue).unwrap(), Handling::default());
    let off = delivery(&json!({"no_retry": false}));
    assert!(Handling::of(&off, Policy::Adjust, Mode::Queue).unwrap().headers.is_empty());
}

#[test]
fn whole_seconds_have_no_fraction() {
    let mut delivery = Delivery::default();
    delivery.start_timeout = Some(Duration::from_secs(30));
    assert_eq!(headers(&Handling::of(&delivery, Policy::Adjust, Mode::Queue).unwrap())[0].1, "30");
}

#[test]
fn what_fal_would_drop_in_silence_is_refused_by_name() {
    let many: serde_json::Map<String, Value> = (0..11).map(|n| (format!("k{n}"), json!("v"))).collect();
    for (settings, name) in [
        (json!({"runner_hints": "x"}), "delivery.runner_hints"),
        (json!({"tags": many}), "delivery.tags"),
        (json!({"tags": {"Upper": "v"}}), "delivery.tags"),
        (json!({"tags": {"fal.x": "v"}}), "delivery.tags"),
        (json!({"tags": {"k": "a,b"}}), "delivery.tags"),
        (json!({"tags": "k=ä"}), "delivery.tags"),
        (json!({"tags": {"k": "v".repeat(257)}}), "delivery.tags"),
        (json!({"lifecycle": "2d"}), "delivery.lifecycle"),
        (json!({"lifecycle": 0}), "delivery.lifecycle"),
        (json!({"lifecycle": {"expires": 5}}), "delivery.lifecycle"),
        (json!({"acl": "deny"}), "delivery.acl"),
        (json!({"acl": {"default": "hide", "rules": [{"user": "ann"}]}}), "delivery.acl"),
        (json!({"force_upload": true}), "delivery.force_upload"),
        (json!({"priority": "urgent"}), "delivery.priority"),
        (json!({"priority": 1}), "delivery.priority"),
        (json!({"inline_below": -1}), "delivery.inline_below"),
        (json!({"inline_below": 8_000_000}), "delivery.inline_below"),
        (json!({"store_io": 1}), "delivery.store_io"),
        (json!({"max_queue_length": -1}), "delivery.max_queue_length"),
        (json!({"mode": "stream"}), "delivery.mode"),
        (json!({"runner_hint": "a\nb"}), "x-fal-runner-hint"),
    ] {
        let error = Handling::of(&delivery(&settings), Policy::Adjust, Mode::Queue).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.fields()[0].path, name, "{settings}");
    }
    let mut short = Delivery::default();
    short.start_timeout = Some(Duration::from_millis(100));
    assert!(Handling::of(&short, Policy::Adjust, Mode::Queue).is_err());
}

#[test]
fn a_lifetime_for_ever_is_a_null() {
    let handling = Handling::of(&delivery(&json!({"lifecycle": "never"})), Policy::Adjust, Mode::Queue).unwrap();
    let lifecycle = handling.uploads.lifecycle.unwrap();
    assert_eq!(lifecycle.document.as_deref(), Some("{\"expiration_duration_seconds\":null}"));
}

#[test]
fn a_run_has_no_webhook_and_says_so() {
    let mut delivery = delivery(&json!({"mode": "run"}));
    delivery.webhook = Some("https://hook.test/a?token=s3cret".parse().unwrap());
    let handling = Handling::of(&delivery, Policy::Adjust, Mode::Queue).unwrap();
    assert_eq!(
        (handling.mode, handling.query.len(), handling.notes[0].option.as_str()),
        (Some(Mode::Run), 0, "webhook")
    );
    assert_eq!(handling.notes[0].from, "https://hook.test/a?…");
    let error = Handling::of(&delivery, Policy::Strict, Mode::Queue).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn uploads_are_used_again_unless_the_delivery_says_otherwise() {
    for (reuse, force) in [(None, false), (Some(true), false), (Some(false), true)] {
        let mut delivery = Delivery::default();
        delivery.reuse_uploads = reuse;
        let handling = Handling::of(&delivery, Policy::Adjust, Mode::Queue).unwrap();
        assert_eq!(handling.uploads.force, force, "{reuse:?}");
    }
}

#[test]
fn a_deadline_of_the_job_is_a_note_and_refused_under_the_strict_policy() {
    let delivery = Delivery::default().with_deadline(Duration::from_millis(90_500));
    let handling = Handling::of(&delivery, Policy::Adjust, Mode::Queue).unwrap();
    assert_eq!((handling.headers.len(), handling.query.len()), (0, 0));
    let note = &handling.notes[0];
    assert_eq!((note.option.as_str(), &note.from, &note.to), ("deadline", &json!(90.5), &Value::Null));
    let error = Handling::of(&delivery, Policy::Strict, Mode::Queue).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("`deadline`"), "{error}");
}

#[test]
fn what_is_written_down_is_read_again_and_sends_the_same() {
    let mut delivery = delivery(&json!({
        "runner_hint": "abc", "lifecycle": "1d", "acl": "forbid", "max_queue_length": 5, "inline_below": 9, "mode": "queue"
    }));
    delivery.start_timeout = Some(Duration::from_millis(1_500));
    delivery.webhook = Some("https://hook.test/a?b=c d".parse().unwrap());
    delivery.reuse_uploads = Some(false);
    let handling = Handling::of(&delivery, Policy::Adjust, Mode::Run).unwrap();
    assert!(handling.uploads.lifecycle.is_some() && handling.uploads.force && handling.query.len() == 2);
    let text = serde_json::to_string(&handling).unwrap();
    assert_eq!(serde_json::from_str::<Handling>(&text).unwrap(), handling);
    assert_eq!(serde_json::from_str::<Handling>("{}").unwrap(), Handling::default());
}
