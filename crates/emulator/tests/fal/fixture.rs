//! An emulator and a client for it.

use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// The key of all tests, as it stands in the header.
pub(crate) const KEY: &str = "Key test-id:test-secret";
/// A small image model of the built-in catalogue, and its application.
pub(crate) const MODEL: &str = "fal-ai/flux/schnell";
pub(crate) const APP: &str = "fal-ai/flux";

pub(crate) struct Fixture {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
}

/// What came back.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) json: Value,
}

impl Got {
    pub(crate) async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("body");
        Self { status, headers, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A tiny request for [`MODEL`].
pub(crate) fn input() -> Value {
    json!({ "prompt": "a small house", "seed": 7, "image_size": { "width": 64, "height": 64 } })
}

/// The fast emulator of most tests.
pub(crate) fn quick() -> EmulatorConfig {
    EmulatorConfig::default().with_run_delay(Duration::ZERO)
}

/// One whose jobs stay in the queue until cancelled.
pub(crate) fn queued_forever() -> EmulatorConfig {
    quick().with_queue_delay(Duration::from_hours(1))
}

/// One whose jobs start at once and run until cancelled.
pub(crate) fn running_forever() -> EmulatorConfig {
    quick().with_run_delay(Duration::from_hours(1))
}

/// The address of a job of [`MODEL`].
pub(crate) fn job(id: &str, rest: &str) -> String {
    format!("/queue/{APP}/requests/{id}{rest}")
}

impl Fixture {
    pub(crate) async fn new(config: EmulatorConfig) -> Self {
        let emulator = Emulator::start(config).await.expect("start");
        let http = reqwest::Client::builder().no_proxy().build().expect("client");
        Self { emulator, http }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.emulator.base_url()) }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path)).header("authorization", KEY)
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        Got::of(self.request(Method::GET, path).send().await.expect("answer")).await
    }

    pub(crate) async fn put(&self, path: &str) -> Got {
        Got::of(self.request(Method::PUT, path).send().await.expect("answer")).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Got {
        Got::of(self.request(Method::POST, path).json(body).send().await.expect("answer")).await
    }

    /// Submits the tiny request and returns fal's id.
    pub(crate) async fn submit(&self) -> String {
        let got = self.post(&format!("/queue/{MODEL}"), &input()).await;
        assert_eq!(got.status, 200);
        got.json["request_id"].as_str().expect("request_id").to_owned()
    }

    #[expect(clippy::panic, reason = "a test that waits in vain has failed")]
    /// Polls until the status is `word`; fails after half a minute.
    pub(crate) async fn until(&self, id: &str, word: &str) -> Got {
        for _ in 0..3000 {
            let got = self.get(&job(id, "/status?logs=1")).await;
            if got.json["status"] == word {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("job {id} never got to {word}");
    }
}
