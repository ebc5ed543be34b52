//! Chat completions (protocol 11).

use crate::fixture::{Fixture, Got, quick};
use mediagen_emulator::fal::{Fault, Route};
use serde_json::{Value, json};

const FREE: &str = "openrouter/free";

async fn chat(f: &Fixture, body: &Value) -> Got {
    let request = f.http.post(f.url("/openrouter/chat/completions")).header("authorization", "Bearer sk-or-test");
    Got::of(request.json(body).send().await.expect("answer")).await
}

#[tokio::test]
async fn a_completion_says_what_was_scripted_or_echoes() {
    let f = Fixture::new(quick()).await;
    let ask = json!({ "model": FREE, "messages": [{ "role": "user", "content": "hello there" }] });
    f.emulator.reply_in_chat("scripted");
    let first = chat(&f, &ask).await;
    assert_eq!(first.json["choices"][0]["message"]["content"], "scripted");
    assert_eq!(first.json["object"], "chat.completion");
    assert_eq!(first.json["model"], FREE);
    assert!(first.json["usage"]["total_tokens"].as_u64() > Some(0));
    assert_eq!(chat(&f, &ask).await.json["choices"][0]["message"]["content"], "hello there");
}

#[tokio::test]
async fn a_streamed_completion_ends_with_done() {
    let f = Fixture::new(quick()).await;
    let ask = json!({ "model": FREE, "stream": true, "messages": [{ "role": "user", "content": "one two three" }] });
    let request = f.http.post(f.url("/openrouter/chat/completions")).header("authorization", "Bearer k").json(&ask);
    let text = request.send().await.expect("answer").text().await.expect("text");
    assert!(text.starts_with(": ") && text.ends_with("data: [DONE]\n\n"), "{text}");
    let events = text.lines().filter_map(|l| l.strip_prefix("data: ")).filter(|l| *l != "[DONE]");
    let events: Vec<Value> = events.map(|l| serde_json::from_str(l).expect("json")).collect();
    let said: String = events.iter().filter_map(|e| e["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(said, "one two three");
    assert!(events.last().is_some_and(|e| e["usage"].is_object()));
}

#[tokio::test]
async fn errors_have_openrouters_shape() {
    let f = Fixture::new(quick()).await;
    let unknown = chat(&f, &json!({ "model": "deepseek/deepseek-chat:free", "messages": [] })).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json["error"]["message"], "No endpoints found for deepseek/deepseek-chat:free.");
    let keyless = f.http.post(f.url("/openrouter/chat/completions")).json(&json!({})).send().await.expect("answer");
    assert_eq!(Got::of(keyless).await.json["error"]["code"], 401);
    f.emulator.fail(Route::Chat, Fault::Status(402, json!({ "error": { "code": 402, "message": "no credits" } })), 1);
    assert_eq!(chat(&f, &json!({})).await.status, 402);
}

#[tokio::test]
async fn models_are_public_and_the_key_is_not() {
    let f = Fixture::new(quick()).await;
    let models = f.http.get(f.url("/openrouter/models")).send().await.expect("answer");
    let models = Got::of(models).await.json;
    let free = models["data"].as_array().expect("data").iter().find(|m| m["id"] == FREE).expect("free model");
    assert_eq!(free["pricing"]["prompt"], "0");
    assert_eq!(f.http.get(f.url("/openrouter/key")).send().await.expect("answer").status(), 401);
    let key = f.http.get(f.url("/openrouter/key")).header("authorization", "Bearer k").send().await.expect("answer");
    assert!(Got::of(key).await.json["data"]["free_model_daily_requests"]["limit"].is_u64());
}
