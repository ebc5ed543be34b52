//! Who may do what (protocol 1.2).

use super::{
    answer::{Answer, detail},
    app::App,
    dispatch::Call,
};
use axum::http::{HeaderMap, header};

fn scheme_and_value(headers: &HeaderMap) -> Option<(&str, &str)> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')
}

/// Whether a key came with the request that this emulator lets in.
pub(crate) fn has_key(app: &App, headers: &HeaderMap) -> bool {
    let Some((scheme, key)) = scheme_and_value(headers) else { return false };
    let accepted = &app.config.accepted_keys;
    scheme.eq_ignore_ascii_case("key")
        && !key.trim().is_empty()
        && (accepted.is_empty() || accepted.iter().any(|known| known == key))
}

/// Refuses a call without a good key; `what` completes the sentence for a missing one.
pub(crate) fn require_key(app: &App, headers: &HeaderMap, what: &str) -> Result<(), Answer> {
    if has_key(app, headers) {
        return Ok(());
    }
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(detail(401, "Authentication failed: invalid key credentials"));
    }
    Err(detail(401, &format!("Cannot access {what}. Authentication is required.")))
}

/// Like [`require_key`], or a browser token in the query (protocol 1.3).
pub(crate) fn require_key_or_token(app: &App, call: &Call, what: &str) -> Result<(), Answer> {
    match call.param("fal_jwt_token") {
        Some(token) if app.knows_token(&token) => Ok(()),
        Some(_) => Err(detail(401, "Authentication failed: invalid token")),
        None => require_key(app, &call.parts.headers, what),
    }
}

/// Refuses what a locked account may not do.
pub(crate) fn require_unlocked(app: &App) -> Result<(), Answer> {
    if app.locked() {
        return Err(detail(
            403,
            "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
        ));
    }
    Ok(())
}

/// Refuses an upload without a CDN token; the account's key is not one (protocol 6.1).
pub(crate) fn require_cdn_token(app: &App, headers: &HeaderMap) -> Result<(), Answer> {
    match scheme_and_value(headers) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && app.knows_token(token) => Ok(()),
        _ => Err(detail(401, "A valid CDN token is required")),
    }
}
