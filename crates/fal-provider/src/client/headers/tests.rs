//! Each setting in fal's words, and each refusal by name.

use super::*;
use serde_json::json;

fn delivery(settings: &Value) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.settings = settings.as_object().cloned().unwrap();
    delivery
}

fn headers(handling: &Handling) -> Vec<(String, String)> {
    handling.headers.iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect()
}

#[test]
fn every_setting_becomes_its_header_or_parameter() {
    let mut delivery = delivery(&json!({
        "runner_hint": "abc", "store_io": false, "no_retry": true, "lifecycle": "1d", "max_queue_length": 5,
        "tags": {"team": "blue", "run": 7}, "disable_fallback": true
    }));
    delivery.start_timeout = Some(Duration::from_millis(1_500));
    delivery.priority = Some(Priority::Low);
    delivery.webhook = Some("https://hook.test/a?b=c d".parse().unwrap());
    let handling = Handling::of(&delivery, Policy::Adjust, Mode::Queue).unwrap();
    let expected = [
        ("x-fal-request-start-timeout", "1.5"),
        ("x-fal-request-timeout", "1.5"),
        ("x-fal-queue-priority", "low"),
        ("x-fal-object-lifecycle-preference", "{\"expiration_duration_seconds\":86400}"),
        ("x-app-fal-disable-fallback", "1"),
        ("x-fal-no-retry", "1"),
        ("x-fal-runner-hint", "abc"),
        ("x-fal-store-io", "0"),
        ("x-fal-tags", "run=7,team=blue"),
    ];
    assert_eq!(headers(&handling), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    let query = [("fal_max_queue_length", "5".to_owned()), ("fal_webhook", "https://hook.test/a?b=c%20d".to_owned())];
    assert_eq!(handling.query, query);
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
        (json!({"force_upload": "yes"}), "delivery.force_upload"),
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
