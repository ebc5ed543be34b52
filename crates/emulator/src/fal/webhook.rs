//! Webhooks (protocol 4): delivery with retries, signed so that verification can be tested end to end.

use super::runner::Ending;
use base64::Engine;
use ring::{
    digest,
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use std::{fmt::Write, time::Duration};
use url::{Host, Url};

/// The emulator's one account.
const USER: &str = "emulated-user";
/// Most attempts for one delivery (protocol 4.2).
const ATTEMPTS: u32 = 31;
const FIRST_TIMEOUT: Duration = Duration::from_secs(15);
const RETRY_TIMEOUT: Duration = Duration::from_mins(2);
/// The wait before the first retry; it doubles up to a minute.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// Signs deliveries with a key pair that is new for each emulator, and repeats them until they arrive.
#[derive(Debug)]
pub(crate) struct Sender {
    key: Option<Ed25519KeyPair>,
    client: Option<reqwest::Client>,
}

impl Sender {
    pub(crate) fn new() -> Self {
        let seed = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok();
        let key = seed.and_then(|document| Ed25519KeyPair::from_pkcs8(document.as_ref()).ok());
        // Only plain http is sent, so no certificates are read.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self { key, client: client.tls_certs_only([]).build().ok() }
    }

    /// The public key as a JSON Web Key set.
    pub(crate) fn key_set(&self) -> Value {
        let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let entry = |key: &Ed25519KeyPair| json!({ "kty": "OKP", "crv": "Ed25519", "kid": "emulator-1", "x": encode(key.public_key().as_ref()) });
        json!({ "keys": self.key.iter().map(entry).collect::<Vec<_>>() })
    }

    /// The four headers of a delivery (protocol 4.3).
    fn headers(&self, request_id: &str, body: &[u8]) -> Vec<(&'static str, String)> {
        let timestamp = jiff::Timestamp::now().as_second().to_string();
        let digest = hex(digest::digest(&digest::SHA256, body).as_ref());
        let message = format!("{request_id}\n{USER}\n{timestamp}\n{digest}");
        let signature = self.key.as_ref().map(|key| hex(key.sign(message.as_bytes()).as_ref()));
        vec![
            ("x-fal-webhook-request-id", request_id.to_owned()),
            ("x-fal-webhook-user-id", USER.to_owned()),
            ("x-fal-webhook-timestamp", timestamp),
            ("x-fal-webhook-signature", signature.unwrap_or_default()),
        ]
    }

    /// Delivers the end of a request to `target`, a loopback address over plain http; others are dropped. Repeats it until
    /// it arrives or was tried too often: the caller stops it with the emulator.
    pub(crate) async fn deliver(&self, target: &str, request_id: &str, ending: &Ending) {
        let Some(target) = Url::parse(target).ok().filter(is_loopback) else {
            tracing::warn!(target, "a webhook to anything but loopback is not delivered");
            return;
        };
        let Some(client) = &self.client else { return };
        let body = body(request_id, ending).to_string();
        let mut wait = FIRST_WAIT;
        for attempt in 0..ATTEMPTS {
            let timeout = if attempt == 0 { FIRST_TIMEOUT } else { RETRY_TIMEOUT };
            let mut request = client.post(target.clone()).timeout(timeout).header("content-type", "application/json");
            for (name, value) in self.headers(request_id, body.as_bytes()) {
                request = request.header(name, value);
            }
            match request.body(body.clone()).send().await {
                // 2xx acknowledges, 3xx is a permanent failure (protocol 4.2).
                Ok(answer) if answer.status().is_success() || answer.status().is_redirection() => return,
                Ok(answer) => tracing::debug!(status = answer.status().as_u16(), "webhook refused"),
                Err(error) => tracing::debug!(%error, "webhook not delivered"),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_mins(1));
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn body(request_id: &str, ending: &Ending) -> Value {
    let (status, payload) = match ending {
        Ending::Output(outcome) => ("OK", outcome.body.clone()),
        Ending::Model(error) => ("ERROR", error.body.clone()),
        Ending::Infrastructure { error_type, detail, .. } => {
            ("ERROR", json!({ "detail": detail, "error_type": error_type }))
        }
    };
    let mut body = json!({
        "request_id": request_id, "gateway_request_id": request_id, "status": status, "payload": payload,
    });
    if status == "ERROR" {
        body["error"] = format!("Invalid status code: {}", ending.status()).into();
    }
    body
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
}
