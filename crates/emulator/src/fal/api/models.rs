//! `GET /models`: the catalogue, page by page or by id (protocol 7.1).

use super::{invalid, lookup::lookup};
use crate::{
    fal::{
        account::Account,
        answer::platform_error,
        catalogue::{Catalogue, Endpoint},
    },
    wire::{Answer, Call, json},
};
use axum::http::header;
use base64::Engine;
use serde_json::{Value, json};

const DEFAULT_LIMIT: usize = 50;

/// How long pages of the list may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    /// Most models without their schemas.
    pub(crate) plain: usize,
    /// Most models with their schemas.
    pub(crate) expanded: usize,
    /// Whether a larger limit is refused.
    pub(crate) strict: bool,
}

/// What comes along with each model.
#[derive(Default)]
struct Expand {
    openapi: bool,
    enterprise: bool,
}

pub(super) fn list(catalogue: &Catalogue, account: &Account, pages: Pages, call: &Call) -> Result<Answer, Answer> {
    let headers = &call.parts.headers;
    if headers.contains_key(header::AUTHORIZATION) && !account.has_key(headers) {
        return Err(platform_error(401, "authorization_error", "Invalid key credentials"));
    }
    let expand = expand(call)?;
    if let Some(found) = lookup(catalogue, call)? {
        let models: Vec<Value> = found.into_iter().map(|e| item(e, &expand)).collect();
        return Ok(json(200, &json!({ "models": models, "next_cursor": null, "has_more": false })));
    }
    let all = filtered(catalogue, call)?;
    let limit = limit(pages, call, &expand)?;
    let page = page(call)?;
    let start = limit.saturating_mul(page - 1).min(all.len());
    let end = start.saturating_add(limit).min(all.len());
    let more = end < all.len();
    let next = more.then(|| base64::engine::general_purpose::STANDARD.encode((page + 1).to_string()));
    let models: Vec<Value> = all[start..end].iter().map(|e| item(e, &expand)).collect();
    Ok(json(200, &json!({ "models": models, "next_cursor": next, "has_more": more })))
}

fn expand(call: &Call) -> Result<Expand, Answer> {
    let mut expand = Expand::default();
    for (_, value) in call.query().into_iter().filter(|(name, _)| name == "expand" || name == "expand[]") {
        for word in value.split(',') {
            match word {
                "openapi-3.0" => expand.openapi = true,
                "enterprise_status" => expand.enterprise = true,
                _ => return Err(invalid("expand takes openapi-3.0 and enterprise_status")),
            }
        }
    }
    Ok(expand)
}

fn limit(pages: Pages, call: &Call, expand: &Expand) -> Result<usize, Answer> {
    // With schemas inside, pages are short.
    let most = if expand.openapi { pages.expanded } else { pages.plain };
    match call.param("limit") {
        None => Ok(DEFAULT_LIMIT.min(most)),
        Some(text) => match text.parse::<usize>() {
            Ok(limit) if limit > most && pages.strict => Err(invalid(&format!("limit must be at most {most}"))),
            Ok(limit) if limit >= 1 => Ok(limit.min(most)),
            _ => Err(invalid("limit must be an integer of at least 1")),
        },
    }
}

/// A cursor is the base64 of the page's number.
fn page(call: &Call) -> Result<usize, Answer> {
    let Some(cursor) = call.param("cursor") else { return Ok(1) };
    let decoded = base64::engine::general_purpose::STANDARD.decode(cursor).ok();
    let number = decoded.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    number.filter(|page| *page >= 1).ok_or_else(|| invalid("cursor is not one of this list"))
}

/// Makes a page of the list go on at the first one.
pub(crate) fn lead_back(page: &mut Value) {
    if let Some(page) = page.as_object_mut() {
        page.insert("next_cursor".to_owned(), base64::engine::general_purpose::STANDARD.encode("1").into());
        page.insert("has_more".to_owned(), true.into());
    }
}

fn filtered<'a>(catalogue: &'a Catalogue, call: &Call) -> Result<Vec<&'a Endpoint>, Answer> {
    // Without the parameter the list was seen to hold active models only (protocol 7.1).
    let status = call.param("status").unwrap_or_else(|| "active".to_owned());
    if !matches!(status.as_str(), "active" | "deprecated") {
        return Err(invalid("status is active or deprecated"));
    }
    let category = call.param("category");
    let found = catalogue.search(call.param("q").as_deref().unwrap_or(""));
    let wanted = |e: &&Endpoint| {
        e.metadata["status"].as_str().unwrap_or("active") == status
            && category.as_deref().is_none_or(|c| e.metadata["category"] == c)
    };
    Ok(found.into_iter().filter(wanted).collect())
}

fn item(endpoint: &Endpoint, expand: &Expand) -> Value {
    let mut item = json!({ "endpoint_id": endpoint.id });
    if endpoint.metadata.as_object().is_some_and(|metadata| !metadata.is_empty()) {
        item["metadata"] = endpoint.metadata.clone();
    }
    if let Some(document) = endpoint.openapi.as_ref().filter(|_| expand.openapi) {
        item["openapi"] = document.clone();
    }
    if expand.enterprise {
        item["enterprise_status"] = "ready".into();
    }
    item
}
