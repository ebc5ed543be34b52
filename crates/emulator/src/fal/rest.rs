//! The REST helpers (protocol 1.3, 4.3, 6.1, 6.4, 7.8): tokens, places to upload to, keys, balance.

use super::{
    account::Account,
    cdn::{Multipart, Store},
    webhook::Sender,
};
use crate::wire::{Answer, Call, detail, json};
use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Life of a CDN token (protocol 6.1).
const TOKEN_LIFE: Duration = Duration::from_hours(30 * 24);

/// The REST helpers of one emulator.
pub(crate) struct Rest {
    pub(crate) account: Arc<Account>,
    pub(crate) store: Arc<Store>,
    pub(crate) webhooks: Arc<Sender>,
}

impl Rest {
    /// Answers everything below `/rest`.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        let (method, path) = (call.parts.method.as_str().to_owned(), call.path.clone());
        let done = match (method.as_str(), path.as_str()) {
            ("GET", ".well-known/jwks.json") => Ok(json(200, &self.webhooks.key_set())),
            ("GET", "billing/user_balance") => self.balance(&call),
            ("POST", "tokens" | "tokens/realtime") => self.browser_token(call).await,
            ("POST", "storage/auth/token") => self.cdn_token(call).await,
            ("POST", "storage/upload/initiate") => self.initiate(call, false).await,
            ("POST", "storage/upload/initiate-multipart") => self.initiate(call, true).await,
            _ => Err(detail(404, "Not Found")),
        };
        done.unwrap_or_else(|refusal| refusal)
    }

    fn balance(&self, call: &Call) -> Result<Answer, Answer> {
        self.account.require_key(&call.parts.headers, "the balance")?;
        Ok(json(200, &self.account.balance().into()))
    }

    /// A bare JSON string: three base64 parts, as opaque to clients as a real one.
    async fn browser_token(&self, call: Call) -> Result<Answer, Answer> {
        self.account.require_key(&call.parts.headers, "tokens")?;
        self.account.require_unlocked()?;
        let wanted = call.json().await.unwrap_or(Value::Null);
        if !wanted["allowed_apps"].is_array() {
            let entry = json!({ "loc": ["body", "allowed_apps"], "msg": "Field required", "type": "missing" });
            return Err(json(422, &json!({ "detail": [entry] })));
        }
        let life = wanted["token_expiration"].as_i64().or(wanted["duration"].as_i64()).unwrap_or(120);
        let expires = Timestamp::now().as_second().saturating_add(life);
        let claims = json!({ "allowed_apps": wanted["allowed_apps"], "exp": expires });
        let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let head = encode(br#"{"alg":"EdDSA","typ":"JWT"}"#);
        let signature = encode(uuid::Uuid::new_v4().as_bytes());
        let token = format!("{head}.{}.{signature}", encode(claims.to_string().as_bytes()));
        self.account.keep_token(&token);
        Ok(json(200, &token.into()))
    }

    async fn cdn_token(&self, call: Call) -> Result<Answer, Answer> {
        self.account.require_key(&call.parts.headers, "storage")?;
        self.account.require_unlocked()?;
        if call.param("storage_type").is_some_and(|t| t != "fal-cdn-v3") {
            return Err(detail(400, "Unknown storage_type; tokens exist for fal-cdn-v3"));
        }
        let wanted = call.json().await.unwrap_or(Value::Null);
        let life = wanted["expiration_seconds"].as_u64().map_or(TOKEN_LIFE, Duration::from_secs).min(TOKEN_LIFE);
        let now = Timestamp::now();
        let expires = now + SignedDuration::try_from(life).unwrap_or_default();
        // An offset instead of `Z`: older Pythons cannot read the latter.
        let write = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
        Ok(json(
            200,
            &json!({
                "token": self.account.issue_token(),
                "token_type": "Bearer",
                "base_url": self.store.address(),
                "created_at": write(now),
                "expires_at": write(expires),
            }),
        ))
    }

    /// Both storage types end at this emulator's CDN; the address carries its own permission.
    async fn initiate(&self, call: Call, in_parts: bool) -> Result<Answer, Answer> {
        self.account.require_key(&call.parts.headers, "storage")?;
        self.account.require_unlocked()?;
        if !call.param("storage_type").is_some_and(|t| matches!(t.as_str(), "fal-cdn-v3" | "gcs")) {
            return Err(detail(400, "Unknown storage_type; use fal-cdn-v3 or gcs"));
        }
        let wanted = call.json().await.unwrap_or(Value::Null);
        let media_type = wanted["content_type"].as_str().unwrap_or("application/octet-stream").to_owned();
        let key = Store::new_key(wanted["file_name"].as_str(), &media_type);
        let (id, signed) = self.store.sign(key.clone(), media_type);
        let folder = if in_parts { "upload/multipart" } else { "upload" };
        if in_parts {
            self.store.begin(id.clone(), Multipart::new(signed.key, signed.media_type));
        }
        let upload = format!("{}/{folder}/{id}?signature={}", self.store.address(), signed.signature);
        Ok(json(200, &json!({ "upload_url": upload, "file_url": self.store.url(&key) })))
    }
}
