//! Whole files in one request: with a CDN token (protocol 6.2) or to a signed address (6.4).

use super::store::{Signed, Store, StoredFile};
use crate::wire::{Answer, Call, detail, json};
use serde_json::json;

const DEFAULT_TYPE: &str = "application/octet-stream";

/// The media type that the client gave the file.
pub(super) fn media_type(call: &Call) -> String {
    call.header("content-type").unwrap_or(DEFAULT_TYPE).to_owned()
}

/// The length that the client gave the body.
pub(super) fn announced(call: &Call) -> Option<u64> {
    call.header("content-length")?.parse().ok()
}

/// `POST /files/upload`.
pub(super) async fn direct(store: &Store, call: Call) -> Result<Answer, Answer> {
    let media_type = media_type(&call);
    let key = Store::new_key(call.header("x-fal-file-name"), &media_type);
    save(store, &key, media_type, call).await?;
    Ok(json(200, &json!({ "access_url": store.url(&key), "uploaded": true })))
}

/// `PUT` to an address from `storage/upload/initiate`.
pub(super) async fn signed(store: &Store, id: &str, call: Call) -> Result<Answer, Answer> {
    let signed = check_signature(store, id, &call)?;
    save(store, &signed.key, media_type(&call), call).await?;
    Ok(json(200, &json!({})))
}

/// Finds the signed place, and refuses an address whose signature is missing or wrong.
pub(super) fn check_signature(store: &Store, id: &str, call: &Call) -> Result<Signed, Answer> {
    let signed = store.signed(id).ok_or_else(|| detail(404, "Not Found"))?;
    if call.param("signature").is_none_or(|sent| sent != signed.signature) {
        return Err(detail(403, "The signature of this address is missing or wrong"));
    }
    Ok(signed)
}

async fn save(store: &Store, key: &str, media_type: String, call: Call) -> Result<(), Answer> {
    let announced = announced(&call);
    let written = store.write(call.body, announced).await.map_err(|error| interrupted(&error))?;
    store.add(key, StoredFile { path: written.path, media_type, size: written.size, digest: written.etag });
    Ok(())
}

pub(super) fn interrupted(error: &std::io::Error) -> Answer {
    detail(400, &format!("The body could not be stored: {error}"))
}
