//! Signatures made by a key of the test, and every way to spoil one.

use super::*;
use crate::FalConfig;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use serde_json::json;

const AT: u64 = 1_790_000_000;

struct Sender {
    key: Ed25519KeyPair,
    hooks: FalWebhooks,
}

impl Sender {
    fn new() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let client = FalClient::new(&FalConfig::new("id:secret").unwrap()).unwrap();
        Self { key: Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap(), hooks: FalWebhooks::new(Arc::new(client)) }
    }

    fn keys(&self) -> Value {
        let other = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([7_u8; 32])});
        json!({"keys": [other, {"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(self.key.public_key())}]})
    }

    fn headers(&self, body: &[u8]) -> Vec<(String, String)> {
        let message = format!("r-1\nu-1\n{AT}\n{}", to_hex(digest(&SHA256, body).as_ref()));
        let signature = to_hex(self.key.sign(message.as_bytes()).as_ref());
        [("Request-Id", "r-1"), ("User-Id", "u-1"), ("Timestamp", &AT.to_string()), ("Signature", &signature)]
            .map(|(name, value)| (format!("X-Fal-Webhook-{name}"), value.to_owned()))
            .to_vec()
    }

    fn verify(&self, headers: &[(String, String)], body: &[u8], now: u64) -> Result<WebhookEvent> {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.hooks.verify(&self.keys(), &headers, body, UNIX_EPOCH + Duration::from_secs(now))
    }
}

#[test]
fn a_signed_result_is_read_and_one_that_did_not_fit_can_be_fetched() {
    let sender = Sender::new();
    let payload = json!({"images": [{"url": "https://c.test/a.png"}], "seed": 7});
    let body = json!({"request_id": "r-1", "status": "OK", "payload": payload}).to_string();
    let event = sender.verify(&sender.headers(body.as_bytes()), body.as_bytes(), AT + 299).unwrap();
    let output = event.view.output.unwrap();
    assert_eq!((event.request_id.as_deref(), output.seed, output.parts.len()), (Some("r-1"), Some(7), 1));
    assert_eq!(output.request_id.as_deref(), Some("r-1"));
    let body = json!({"request_id": "r-1", "status": "OK", "payload": null, "payload_error": "too large"}).to_string();
    let event = sender.verify(&sender.headers(body.as_bytes()), body.as_bytes(), AT).unwrap();
    assert_eq!((event.view.status, event.view.output.is_none()), (JobStatus::Succeeded, true));
}

#[test]
fn a_signed_failure_says_why() {
    let sender = Sender::new();
    let detail = json!([{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]);
    let body = json!({"request_id": "r-1", "status": "ERROR", "error": "Invalid status code: 422",
        "payload": {"detail": detail}});
    let body = body.to_string();
    let event = sender.verify(&sender.headers(body.as_bytes()), body.as_bytes(), AT).unwrap();
    let failure = event.view.failure.unwrap();
    assert_eq!((event.view.status, failure.kind()), (JobStatus::Failed, ErrorKind::ContentRejected));
    assert_eq!((failure.http_status(), failure.request_id()), (Some(422), Some("r-1")));
    let body = json!({"request_id": "r-1", "status": "ERROR", "error": "Invalid status code: 404", "payload": null});
    let body = body.to_string();
    let event = sender.verify(&sender.headers(body.as_bytes()), body.as_bytes(), AT).unwrap();
    assert_eq!(event.view.failure.unwrap().http_status(), Some(404));
}

#[test]
fn nothing_spoiled_old_or_from_the_future_is_trusted() {
    let sender = Sender::new();
    let body = json!({"request_id": "r-1", "status": "OK", "payload": {}}).to_string();
    let good = sender.headers(body.as_bytes());
    assert!(sender.verify(&good, body.as_bytes(), AT).is_ok());
    let mut spoiled = body.clone();
    spoiled.push(' ');
    let spoiled = [
        sender.verify(&good, spoiled.as_bytes(), AT),
        sender.verify(&good, body.as_bytes(), AT + 301),
        sender.verify(&good, body.as_bytes(), AT - 301),
        Sender::new().verify(&good, body.as_bytes(), AT),
    ];
    for outcome in spoiled {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
    for missing in 0..good.len() {
        let mut headers = good.clone();
        let (name, _) = headers.remove(missing);
        let error = sender.verify(&headers, body.as_bytes(), AT).unwrap_err();
        assert!(error.to_string().contains(&name.to_ascii_lowercase()), "{error}");
    }
    for (index, wrong) in [(0, "r-2"), (1, "u-2"), (2, "1790000001"), (3, "00"), (3, "zz"), (3, "é0")] {
        let mut headers = good.clone();
        headers[index].1 = wrong.to_owned();
        let error = sender.verify(&headers, body.as_bytes(), AT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{wrong}");
    }
}
