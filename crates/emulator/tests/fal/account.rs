//! Keys, locks, tokens and balances (protocol 1, 6.1, 7.8).

use crate::fixture::{Fixture, Got, MODEL, input, job, queued_forever, quick};
use mediagen_emulator::fal::Route;
use serde_json::json;

#[tokio::test]
async fn a_call_without_a_good_key_is_401() {
    let f = Fixture::new(quick().with_accepted_key("a:b")).await;
    for path in [format!("/queue/{MODEL}"), format!("/run/{MODEL}"), "/rest/storage/auth/token".to_owned()] {
        for key in [None, Some("Key "), Some("Key x:y"), Some("Bearer a:b"), Some("a:b")] {
            let mut request = f.http.post(f.url(&path)).json(&input());
            if let Some(key) = key {
                request = request.header("authorization", key);
            }
            let got = Got::of(request.send().await.expect("answer")).await;
            assert_eq!(got.status, 401, "{path} {key:?}");
            assert!(got.json["detail"].is_string(), "{path} {key:?}");
        }
    }
    let request = f.http.post(f.url(&format!("/queue/{MODEL}"))).header("authorization", "Key a:b").json(&input());
    assert_eq!(request.send().await.expect("answer").status(), 200);
    assert_eq!(f.emulator.jobs_created(), 1);
}

#[tokio::test]
async fn the_refusal_without_a_key_names_the_application() {
    let f = Fixture::new(quick()).await;
    let got =
        Got::of(f.http.post(f.url(&format!("/queue/{MODEL}"))).json(&input()).send().await.expect("answer")).await;
    let text = got.json["detail"].as_str().expect("detail");
    assert!(text.starts_with("Cannot access application \"fal-ai/flux\""), "{text}");
}

#[tokio::test]
async fn a_locked_account_can_only_ask_how_its_jobs_are() {
    let f = Fixture::new(queued_forever()).await;
    let id = f.submit().await;
    f.emulator.set_locked(true);
    for path in [
        format!("/queue/{MODEL}"),
        format!("/run/{MODEL}"),
        "/rest/storage/upload/initiate?storage_type=gcs".to_owned(),
    ] {
        let got = f.post(&path, &input()).await;
        assert_eq!(got.status, 403, "{path}");
        assert!(got.json["detail"].as_str().is_some_and(|d| d.starts_with("User is locked. Reason: ")), "{path}");
    }
    assert_eq!(f.get(&job(&id, "/status")).await.status, 202);
    f.emulator.set_locked(false);
    f.submit().await;
}

#[tokio::test]
async fn a_cdn_token_points_back_to_this_emulator() {
    let f = Fixture::new(quick()).await;
    let got = f.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", &json!({})).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.json["base_url"], format!("{}/cdn", f.emulator.base_url()));
    assert_eq!(got.json["token_type"], "Bearer");
    let (created, expires) = (got.json["created_at"].as_str(), got.json["expires_at"].as_str());
    assert!(created < expires && created.is_some_and(|t| t.ends_with("+00:00")), "{created:?} {expires:?}");
    assert_eq!(f.emulator.count(Route::Token), 1);
    assert_eq!(f.post("/rest/storage/auth/token?storage_type=other", &json!({})).await.status, 400);
}

#[tokio::test]
async fn browser_tokens_are_bare_json_strings() {
    let f = Fixture::new(quick()).await;
    for (path, body) in [
        ("/rest/tokens/", json!({ "allowed_apps": ["flux"], "token_expiration": 120 })),
        ("/rest/tokens/realtime", json!({ "allowed_apps": ["flux"], "duration": 120 })),
    ] {
        let got = f.post(path, &body).await;
        assert_eq!(got.status, 200, "{path}");
        assert!(got.json.as_str().is_some_and(|token| token.split('.').count() == 3), "{path}");
    }
    assert_eq!(f.post("/rest/tokens/", &json!({})).await.status, 422);
}

#[tokio::test]
async fn a_browser_token_in_the_query_stands_in_for_the_key() {
    let f = Fixture::new(quick()).await;
    let token = f.post("/rest/tokens/", &json!({ "allowed_apps": ["flux"] })).await.json;
    let token = token.as_str().expect("token");
    let call = |token: &str| f.http.post(f.url(&format!("/run/{MODEL}?fal_jwt_token={token}"))).json(&input()).send();
    assert_eq!(call(token).await.expect("answer").status(), 200);
    assert_eq!(call("made.up.token").await.expect("answer").status(), 401);
}

#[tokio::test]
async fn balances_are_a_bare_number_and_an_object() {
    let f = Fixture::new(quick().with_balance(-1.5)).await;
    assert_eq!(f.get("/rest/billing/user_balance").await.json, json!(-1.5));
    assert_eq!(f.get("/api/account/billing?expand=credits").await.json["credits"]["current_balance"], -1.5);
    assert!(f.get("/api/account/billing").await.json.get("credits").is_none());
    assert_eq!(f.http.get(f.url("/api/account/billing")).send().await.expect("answer").status(), 401);
}
