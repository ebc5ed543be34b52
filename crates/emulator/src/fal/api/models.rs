//! `GET /models`: the catalogue, page by page or by id (protocol 7.1).

use super::{
    super::{
        answer::{Answer, json, platform_error},
        app::App,
        auth,
        dispatch::Call,
    },
    lookup,
};
use crate::fal::catalogue::Endpoint;
use axum::http::header;
use base64::Engine;
use serde_json::{Value, json};

const DEFAULT_LIMIT: usize = 50;

/// What is asked to come along with each model.
#[derive(Default)]
struct Expand {
    openapi: bool,
    enterprise: bool,
}

pub(super) fn list(app: &App, call: &Call) -> Result<Answer, Answer> {
    let headers = &call.parts.headers;
    if headers.contains_key(header::AUTHORIZATION) && !auth::has_key(app, headers) {
        return Err(platform_error(401, "authorization_error", "Invalid key credentials"));
    }
    let expand = expand(call)?;
    if let Some(found) = lookup(app, call)? {
        let models: Vec<Value> = found.into_iter().map(|e| item(e, &expand)).collect();
        return Ok(json(200, &json!({ "models": models, "next_cursor": null, "has_more": false })));
    }
    let all = filtered(app, call)?;
    let limit = limit(app, call, &expand)?;
    let page = page(call)?;
    let start = limit.saturating_mul(page - 1).min(all.len());
    let end = start.saturating_add(limit).min(all.len());
    let more = end < all.len();
    let next = more.then(|| base64::engine::general_purpose::STANDARD.encode((page + 1).to_string()));
    let models: Vec<Value> = all[start..end].iter().map(|e| item(e, &expand)).collect();
    Ok(json(200, &json!({ "models": models, "next_cursor": next, "has_more": more })))
}

fn invalid(message: &str) -> Answer {
    platform_error(400, "validation_error", message)
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

fn limit(app: &App, call: &Call, expand: &Expand) -> Result<usize, Answer> {
    // With schemas inside, pages are short.
    let (plain, expanded) = app.config.page_limits;
    let most = if expand.openapi { expanded } else { plain };
    match call.param("limit") {
        None => Ok(DEFAULT_LIMIT.min(most)),
        Some(text) => match text.parse::<usize>() {
            Ok(limit) if limit > most && app.config.strict_page_limits => {
                Err(invalid(&format!("limit must be at most {most}")))
            }
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

fn filtered<'app>(app: &'app App, call: &Call) -> Result<Vec<&'app Endpoint>, Answer> {
    // Without the parameter the list was seen to hold active models only (protocol 7.1).
    let status = call.param("status").unwrap_or_else(|| "active".to_owned());
    if !matches!(status.as_str(), "active" | "deprecated") {
        return Err(invalid("status is active or deprecated"));
    }
    let category = call.param("category");
    let found = search(app, call.param("q").as_deref().unwrap_or(""));
    let wanted = |e: &&Endpoint| {
        e.metadata["status"].as_str().unwrap_or("active") == status
            && category.as_deref().is_none_or(|c| e.metadata["category"] == c)
    };
    Ok(found.into_iter().filter(wanted).collect())
}

/// The listed endpoints in which every word of `text` occurs: in id, name, description or tags.
pub(crate) fn search<'app>(app: &'app App, text: &str) -> Vec<&'app Endpoint> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let matches = |e: &&Endpoint| {
        let m = &e.metadata;
        let tags = m["tags"].to_string();
        let shown = [m["display_name"].as_str(), m["description"].as_str(), Some(&tags), Some(&e.id)];
        let text = shown.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    app.config.catalogue.iter().filter(|e| !e.metadata.is_null()).filter(matches).collect()
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
