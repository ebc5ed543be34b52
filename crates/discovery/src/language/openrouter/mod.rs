//! Free language models at `OpenRouter`, spoken to in the manner of `OpenAI`'s chat (protocol 11).

mod choice;
mod failure;
mod quota;

use super::{Answer, Classifier, Question, answer};
use async_trait::async_trait;
use failure::Failure;
use http::HeaderMap;
use mediagen_core::{Context, Dispatch, Error, ErrorKind, Phase, Result, Retry};
use mediagen_http::{
    Authorize, Credential, HostPolicy, HttpClient, HttpRequest, HttpTransport, Repeat, RetryPolicy, check_base,
};
use quota::Quota;
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use url::Url;

/// Where it is.
pub const DEFAULT_BASE: &str = "https://openrouter.ai/api/v1";
/// Largest answer that is read, in bytes; the list of models is the largest.
const LIMIT: usize = 16 << 20;
/// Most tries for one call, when the service asks for patience.
const TRIES: u32 = 4;
/// The longest pause that is waited for.
const LONGEST: Duration = Duration::from_mins(2);
/// The longest that a model may take for an answer.
const ANSWER: Duration = Duration::from_mins(2);

/// How to reach the service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenRouterConfig {
    key: Credential,
    base: Url,
    model: Option<String>,
    state: Option<PathBuf>,
    transport: Option<TransportHandle>,
}

#[derive(Clone)]
struct TransportHandle(Arc<dyn HttpTransport>);

impl std::fmt::Debug for TransportHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpTransport")
    }
}

impl OpenRouterConfig {
    /// With `key`, at [`DEFAULT_BASE`].
    ///
    /// # Errors
    /// `Config` for an empty key.
    pub fn new(key: &str) -> Result<Self> {
        if key.trim().is_empty() {
            return Err(Error::new(ErrorKind::Config, "the key for the language model is empty"));
        }
        Ok(Self {
            key: Credential::new(format!("Bearer {}", key.trim()).into()),
            base: base()?,
            model: None,
            state: None,
            transport: None,
        })
    }

    /// Another address, such as an emulator's.
    ///
    /// # Errors
    /// `Config` unless it is `https`, or `http` to this machine.
    pub fn with_base(mut self, base: Url) -> Result<Self> {
        check_base(&base)?;
        self.base = base;
        Ok(self)
    }

    /// Asks this model and no other, also a paid one. By default a free one is picked from the live list.
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into()).filter(|model: &String| !model.trim().is_empty());
        self
    }

    /// Keeps the count of free calls in this file, across runs and processes. By default it ends with the process.
    pub fn with_state(mut self, file: impl Into<PathBuf>) -> Self {
        self.state = Some(file.into());
        self
    }

    /// Moves bytes with `transport`.
    pub fn with_transport(mut self, transport: Arc<dyn HttpTransport>) -> Self {
        self.transport = Some(TransportHandle(transport));
        self
    }
}

fn base() -> Result<Url> {
    Url::parse(DEFAULT_BASE)
        .map_err(|e| Error::new(ErrorKind::Config, "the default address is no address").with_source(e))
}

/// The default [`Classifier`].
#[derive(Debug)]
pub struct OpenRouter {
    http: HttpClient,
    base: Url,
    chosen: Option<String>,
    quota: Quota,
    /// Models to ask, best first; read once, shortened when one turns out to be gone.
    candidates: Mutex<Option<Vec<String>>>,
}

impl OpenRouter {
    /// A classifier; nothing is sent yet.
    ///
    /// # Errors
    /// `Config`.
    pub fn new(config: OpenRouterConfig) -> Result<Self> {
        let hosts = HostPolicy::new().with_credential(&config.base, config.key);
        let mut http = HttpClient::builder()
            .user_agent(concat!("mediagen/", env!("CARGO_PKG_VERSION")))
            .hosts(hosts)
            // What may be asked again is decided here: the same status means several things.
            .retry(RetryPolicy::none());
        if let Some(transport) = config.transport {
            http = http.transport(transport.0);
        }
        Ok(Self {
            http: http.build()?,
            base: config.base,
            chosen: config.model,
            quota: Quota::new(config.state),
            candidates: Mutex::default(),
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// The model to ask now.
    async fn model(&self, cx: &Context) -> Result<String> {
        if let Some(chosen) = &self.chosen {
            return Ok(chosen.clone());
        }
        let known = self.candidates().clone();
        let candidates = if let Some(candidates) = known {
            candidates
        } else {
            let found = self.free_models(cx).await?;
            self.learn_limits(cx).await?;
            *self.candidates() = Some(found.clone());
            found
        };
        candidates.into_iter().next().ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "no free language model is left to ask")
                .with_hint("name one with OPENROUTER_MODEL")
        })
    }

    async fn free_models(&self, cx: &Context) -> Result<Vec<String>> {
        let request = HttpRequest::get(self.url(&["models"]), Phase::Catalogue).authorize(Authorize::Never);
        let list: Value = match self.http.send(cx, request).await {
            Ok(response) if response.is_success() => response.json(LIMIT).await?,
            // Without a list the router still picks a free model by itself.
            _ => Value::Null,
        };
        Ok(choice::candidates(&list))
    }

    fn candidates(&self) -> std::sync::MutexGuard<'_, Option<Vec<String>>> {
        self.candidates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the account may call a day, where the service tells.
    async fn learn_limits(&self, cx: &Context) -> Result<()> {
        let request = HttpRequest::get(self.url(&["key"]), Phase::Catalogue);
        let Ok(response) = self.http.send(cx, request).await else { return Ok(()) };
        if !response.is_success() {
            return Ok(());
        }
        let Ok(told) = response.json::<Value>(LIMIT).await else { return Ok(()) };
        let daily = &told["data"]["free_model_daily_requests"];
        let number = |key: &str| daily[key].as_u64().and_then(|n| u32::try_from(n).ok());
        match number("limit") {
            Some(limit) => self.quota.told(cx.clock(), limit, number("used").unwrap_or_default()).await,
            None => Ok(()),
        }
    }

    async fn ask(&self, cx: &Context, model: &str, questions: &[Question], with_schema: bool) -> Result<Outcome> {
        let request = HttpRequest::post(self.url(&["chat", "completions"]), Phase::Catalogue)
            .header("x-title", "mediagen")
            .json(&body(model, questions, with_schema)?)?
            .timeout(ANSWER)
            .repeat(Repeat::Never);
        let response = self.http.send(cx, request).await?;
        let (status, headers): (u16, HeaderMap) = (response.status(), response.headers().clone());
        let answer: Value = match response.json(LIMIT).await {
            Ok(answer) => answer,
            Err(error) if (200..300).contains(&status) => return Err(error),
            Err(_) => Value::Null,
        };
        let choice = &answer["choices"][0];
        // Once a model has begun, an error comes with HTTP 200.
        let refusal = [&answer["error"], &choice["error"]].into_iter().find(|error| error.is_object());
        if refusal.is_some() || !(200..300).contains(&status) {
            let (code, message, failure) =
                failure::read(status, &headers, refusal.unwrap_or(&Value::Null), cx.clock().now());
            return Ok(Outcome::Refused(code, message, failure));
        }
        if choice["finish_reason"] == "length" {
            return Err(Error::new(ErrorKind::InvalidResponse, "the language model's answer was cut off"));
        }
        let text = choice["message"]["content"].as_str().unwrap_or_default();
        answer::read(text, questions).map(Outcome::Answers)
    }
}

enum Outcome {
    Answers(Vec<Answer>),
    Refused(u16, String, Failure),
}

fn body(model: &str, questions: &[Question], with_schema: bool) -> Result<Value> {
    let data = serde_json::to_string(questions)
        .map_err(|e| Error::new(ErrorKind::Unexpected, "the questions cannot be written").with_source(e))?;
    let mut body = json!({
        "model": model,
        "temperature": 0,
        "messages": [
            {"role": "system", "content": answer::instructions()},
            {"role": "user", "content": data},
        ],
    });
    if with_schema {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": {"name": "models", "strict": true, "schema": answer::json_schema()},
        });
        body["provider"] = json!({"require_parameters": true});
    }
    Ok(body)
}

#[async_trait]
impl Classifier for OpenRouter {
    fn name(&self) -> String {
        let first = self.candidates().as_ref().and_then(|all| all.first().cloned());
        self.chosen.clone().or(first).unwrap_or_else(|| "a language model".to_owned())
    }

    async fn classify(&self, cx: &Context, questions: &[Question]) -> Result<Vec<Answer>> {
        let (mut with_schema, mut tries) = (true, 0);
        loop {
            let model = self.model(cx).await?;
            self.quota.take(cx).await?;
            tries += 1;
            let (code, message, failure) = match self.ask(cx, &model, questions, with_schema).await? {
                Outcome::Answers(answers) => return Ok(answers),
                Outcome::Refused(code, message, failure) => (code, message, failure),
            };
            let error = |kind: ErrorKind| {
                Error::new(kind, format!("the language model `{model}` did not answer: {message}"))
                    .with_http_status(code)
                    .with_dispatch(Dispatch::Answered)
            };
            match failure {
                Failure::Format if with_schema => with_schema = false,
                Failure::Model if self.chosen.is_none() => {
                    if let Some(candidates) = self.candidates().as_mut() {
                        candidates.retain(|known| *known != model);
                    }
                }
                Failure::Later(pause) if tries < TRIES && pause.unwrap_or_default() <= LONGEST => {
                    let own = Duration::from_secs(2_u64.pow(tries.min(5)));
                    self.quota.close(cx.clock(), pause.unwrap_or(own)).await?;
                }
                Failure::Later(_) => return Err(error(ErrorKind::Unavailable).with_retry(Retry::Exhausted)),
                Failure::Day => {
                    self.quota.close_day(cx.clock()).await?;
                    return Err(error(ErrorKind::QuotaExceeded));
                }
                Failure::Credit => return Err(error(ErrorKind::QuotaExceeded)),
                Failure::Key => return Err(error(ErrorKind::Unauthenticated).with_hint("check OPENROUTER_API_KEY")),
                Failure::Words => return Err(error(ErrorKind::InvalidResponse)),
                Failure::Model => return Err(error(ErrorKind::NotFound)),
                Failure::Format | Failure::Other => return Err(error(ErrorKind::InvalidInput)),
            }
        }
    }
}
