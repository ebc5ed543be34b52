//! What a model answered, before it is an output.

use bytes::Bytes;
use mediagen_core::{BoxStream, Result, Usage};
use mediagen_http::HttpResponse;
use serde_json::Value;
use std::fmt;

/// Media types of answers that are the file itself.
const FILES: [&str; 4] = ["image/", "video/", "audio/", "model/"];

/// What a model answered.
#[non_exhaustive]
pub struct Answer {
    /// Its JSON; null where it answered a file.
    pub value: Value,
    /// Its bytes, where it answered a file: media type and content.
    pub file: Option<(String, BoxStream<'static, Result<Bytes>>)>,
    /// The server's id of the request.
    pub request_id: Option<String>,
    /// What the provider bills for it, as far as it says so.
    pub usage: Usage,
    /// The HTTP status.
    pub status: u16,
}

impl Answer {
    /// An answer in JSON.
    pub fn of_json(value: Value) -> Self {
        Self { value, file: None, request_id: None, usage: Usage::default(), status: 200 }
    }

    /// Reads an answer of success: JSON of at most `limit` bytes, or a file, which arrives while it is read.
    ///
    /// # Errors
    /// Those of reading the JSON.
    pub async fn read(response: HttpResponse, limit: usize) -> Result<Self> {
        let mut answer = Self { status: response.status(), ..Self::of_json(Value::Null) };
        let media_type = response.header("content-type").unwrap_or_default().to_owned();
        if FILES.iter().any(|file| media_type.starts_with(file)) {
            answer.file = Some((media_type, response.into_stream()));
        } else {
            answer.value = response.json(limit).await?;
        }
        Ok(answer)
    }

    /// Sets the server's id of the request.
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.request_id = id;
        self
    }

    /// Sets what the provider bills for it.
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}
