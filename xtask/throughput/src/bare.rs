//! The limit: the same three requests by reqwest alone, each answer read as JSON.

use crate::{KEY, MODEL, Outcome, PROMPT, load::Load};
use reqwest::{Client, RequestBuilder, header};
use serde_json::{Value, json};

pub(crate) async fn measure(base: &str, load: Load) -> Outcome<Value> {
    // No address here is `https`, but a client is not built without some cryptography.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = Client::builder().no_proxy().tls_certs_only([]).build()?;
    let submit = format!("{base}/queue/{MODEL}");
    load.measure(|| one(&client, &submit)).await
}

async fn one(client: &Client, submit: &str) -> Outcome {
    let body = serde_json::to_vec(&json!({ "prompt": PROMPT }))?;
    let job = answer(client.post(submit).header(header::CONTENT_TYPE, "application/json").body(body)).await?;
    let address = |name: &str| job[name].as_str().ok_or("an address is missing");
    let status = answer(client.get(address("status_url")?)).await?;
    if status["status"] != "COMPLETED" {
        return Err(format!("not an instant job: {status}").into());
    }
    let output = answer(client.get(address("response_url")?)).await?;
    if output["images"][0]["url"].is_string() { Ok(()) } else { Err("no image".into()) }
}

async fn answer(request: RequestBuilder) -> Outcome<Value> {
    let answer = request.header(header::AUTHORIZATION, format!("Key {KEY}")).send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&answer.bytes().await?)?)
}
