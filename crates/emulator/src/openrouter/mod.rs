//! `OpenRouter`'s chat (protocol 11): completions whole and streamed, the model list, the key's limits.

use crate::wire::{Answer, Call, json, lock, text};
use axum::{body::Body, http::header};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use std::{collections::VecDeque, convert::Infallible, sync::Mutex};

/// Id, context length, price of a prompt token and of a completion token in USD.
const MODELS: [(&str, u32, &str, &str); 3] = [
    ("deepseek/deepseek-v4-flash:free", 131_072, "0", "0"),
    ("deepseek/deepseek-v4-flash", 131_072, "0.0000001", "0.0000002"),
    ("openrouter/free", 131_072, "0", "0"),
];

/// The chat of one emulator.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    /// What the next completions say, in order.
    replies: Mutex<VecDeque<String>>,
}

impl Chat {
    pub(crate) fn add_reply(&self, reply: String) {
        lock(&self.replies).push_back(reply);
    }

    /// Answers everything below `/openrouter`.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        let (method, path) = (call.parts.method.as_str().to_owned(), call.path.clone());
        let done = match (method.as_str(), path.as_str()) {
            ("GET", "models") => Ok(json(200, &models())),
            ("GET", "key") => require_key(&call).map(|()| json(200, &key())),
            ("POST", "chat/completions") => self.chat(call).await,
            _ => Err(error(404, "Not Found")),
        };
        done.unwrap_or_else(|refusal| refusal)
    }

    async fn chat(&self, call: Call) -> Result<Answer, Answer> {
        require_key(&call)?;
        let body = call.json().await.ok_or_else(|| error(400, "The body is not JSON"))?;
        let model = body["model"].as_str().unwrap_or("openrouter/free");
        if !MODELS.iter().any(|(id, ..)| *id == model) {
            return Err(error(404, &format!("No endpoints found for {model}.")));
        }
        let last =
            body["messages"].as_array().and_then(|m| m.last()).ok_or_else(|| error(400, "messages is required"))?;
        let prompt = last["content"].as_str().map_or_else(|| last["content"].to_string(), str::to_owned);
        let content = lock(&self.replies).pop_front().unwrap_or_else(|| echo(&body, &prompt));
        // About four characters make a token.
        let (used, made) = (prompt.len().div_ceil(4), content.len().div_ceil(4));
        let usage = json!({ "prompt_tokens": used, "completion_tokens": made, "total_tokens": used + made, "cost": 0 });
        let mut head = json!({
            "id": format!("gen-{}", uuid::Uuid::new_v4().simple()),
            "created": jiff::Timestamp::now().as_second(),
            "model": model,
            "provider": "emulator",
        });
        if body["stream"] == true {
            return Ok(streamed(&head, &content, &usage));
        }
        head["object"] = "chat.completion".into();
        head["usage"] = usage;
        head["choices"] = json!([{
            "index": 0, "finish_reason": "stop", "native_finish_reason": "stop",
            "message": { "role": "assistant", "content": content },
        }]);
        Ok(json(200, &head))
    }
}

fn error(code: u16, message: &str) -> Answer {
    json(code, &json!({ "error": { "code": code, "message": message } }))
}

fn require_key(call: &Call) -> Result<(), Answer> {
    let sent = call.parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let key = sent.and_then(|v| v.strip_prefix("Bearer ")).map(str::trim).unwrap_or_default();
    if key.is_empty() { Err(error(401, "No auth credentials found")) } else { Ok(()) }
}

fn models() -> Value {
    let entry = |(id, context, prompt, completion): &(&str, u32, &str, &str)| {
        json!({
            "id": id,
            "name": id,
            "context_length": context,
            "pricing": { "prompt": prompt, "completion": completion },
            "supported_parameters": ["max_tokens", "response_format", "structured_outputs", "temperature", "seed"],
            "architecture": { "input_modalities": ["text"], "output_modalities": ["text"] },
        })
    };
    json!({ "data": MODELS.iter().map(entry).collect::<Vec<_>>() })
}

fn key() -> Value {
    json!({ "data": {
        "label": "emulator", "limit": null, "limit_remaining": null, "usage": 0, "is_free_tier": true,
        "free_model_daily_requests": { "used": 0, "limit": 50, "remaining": 50 },
    } })
}

/// Without a scripted reply the last message comes back, as JSON where the format is JSON.
fn echo(body: &Value, prompt: &str) -> String {
    match body["response_format"]["type"].as_str() {
        Some("json_object" | "json_schema") => json!({ "echo": prompt }).to_string(),
        _ => prompt.to_owned(),
    }
}

/// Comment, one event per word, an event with the usage, `[DONE]`.
fn streamed(head: &Value, content: &str, usage: &Value) -> Answer {
    let chunk = |delta: Value, finish: Value| {
        let mut event = head.clone();
        event["object"] = "chat.completion.chunk".into();
        event["choices"] = json!([{ "index": 0, "delta": delta, "finish_reason": finish }]);
        event
    };
    let mut events = vec![": OPENROUTER PROCESSING\n\n".to_owned()];
    for word in content.split_inclusive(' ') {
        let event = chunk(json!({ "role": "assistant", "content": word }), Value::Null);
        events.push(format!("data: {event}\n\n"));
    }
    let mut last = chunk(json!({ "content": "" }), "stop".into());
    last["usage"] = usage.clone();
    events.push(format!("data: {last}\n\n"));
    events.push("data: [DONE]\n\n".to_owned());
    let body = Body::from_stream(stream::iter(events.into_iter().map(|e| Ok::<_, Infallible>(Bytes::from(e)))));
    text(200, "text/event-stream", body)
}
