//! Webhooks: delivered, repeated until acknowledged, and signed (protocol 4).

use crate::fixture::{Fixture, MODEL, input, job, quick};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use base64::Engine;
use ring::{digest, signature};
use serde_json::{Value, json};
use tokio::sync::mpsc;

type Delivery = (HeaderMap, Bytes);

/// A receiver that answers with these codes in turn, then 200; its address, and what it gets.
async fn receiver(codes: Vec<u16>) -> (String, mpsc::UnboundedReceiver<Delivery>) {
    let (sender, deliveries) = mpsc::unbounded_channel();
    let codes = std::sync::Arc::new(std::sync::Mutex::new(codes.into_iter()));
    let take = |State((sender, codes)): State<(mpsc::UnboundedSender<Delivery>, _)>,
                headers: HeaderMap,
                body: Bytes| async move {
        let codes: std::sync::Arc<std::sync::Mutex<std::vec::IntoIter<u16>>> = codes;
        sender.send((headers, body)).expect("test is listening");
        let code = codes.lock().expect("lock").next().unwrap_or(200);
        axum::http::StatusCode::from_u16(code).expect("code")
    };
    let router = Router::new().route("/hook", post(take)).with_state((sender, codes));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let url = format!("http://{}/hook", listener.local_addr().expect("address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, deliveries)
}

async fn submit(f: &Fixture, hook: &str, input: &Value) -> String {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("fal_webhook", hook).finish();
    let got = f.post(&format!("/queue/{MODEL}?{query}"), input).await;
    got.json["request_id"].as_str().expect("id").to_owned()
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(byte).collect()
}

#[tokio::test]
async fn a_result_is_delivered_and_its_signature_verifies() {
    let f = Fixture::new(quick()).await;
    let (hook, mut deliveries) = receiver(vec![]).await;
    let id = submit(&f, &hook, &input()).await;
    let (headers, body) = deliveries.recv().await.expect("delivery");
    let sent: Value = serde_json::from_slice(&body).expect("json");
    assert_eq!(
        (&sent["request_id"], &sent["gateway_request_id"], &sent["status"]),
        (&json!(id), &json!(id), &json!("OK"))
    );
    assert_eq!(sent["payload"], f.get(&job(&id, "")).await.json);
    let keys = f.get("/rest/.well-known/jwks.json").await.json;
    let key = keys["keys"][0]["x"].as_str().expect("key");
    let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(key).expect("base64url");
    let text = |name: &str| headers[name].to_str().expect("text").to_owned();
    let hash = digest::digest(&digest::SHA256, &body);
    let hash = hash.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let (user, time) = (text("x-fal-webhook-user-id"), text("x-fal-webhook-timestamp"));
    let message = format!("{}\n{user}\n{time}\n{hash}", text("x-fal-webhook-request-id"));
    let proof = unhex(&text("x-fal-webhook-signature"));
    let key = signature::UnparsedPublicKey::new(&signature::ED25519, key);
    assert!(key.verify(message.as_bytes(), &proof).is_ok());
    assert!(key.verify(b"something else", &proof).is_err());
}

#[tokio::test]
async fn a_refused_delivery_is_repeated_until_acknowledged() {
    let f = Fixture::new(quick()).await;
    let (hook, mut deliveries) = receiver(vec![500, 404]).await;
    let id = submit(&f, &hook, &json!({})).await;
    let mut last = Value::Null;
    for _ in 0..3 {
        let (_, body) = deliveries.recv().await.expect("delivery");
        last = serde_json::from_slice(&body).expect("json");
    }
    assert_eq!((&last["request_id"], &last["status"]), (&json!(id), &json!("ERROR")));
    assert_eq!(last["error"], "Invalid status code: 422");
    assert!(last["payload"]["detail"].is_array());
}
