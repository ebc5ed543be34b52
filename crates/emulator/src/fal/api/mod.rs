//! The platform API (protocol 7.1, 7.2, 7.8).

mod models;
mod pricing;

pub(crate) use models::{lead_back, search};

use super::{
    answer::{Answer, json, platform_error},
    app::App,
    auth,
    dispatch::Call,
};
use crate::fal::catalogue::Endpoint;
use serde_json::json;

/// Most ids of one lookup.
const LOOKUP_LIMIT: usize = 50;

/// Answers everything below `/api`.
pub(crate) async fn answer(app: &App, call: Call) -> Answer {
    let (method, path) = (call.parts.method.as_str().to_owned(), call.path.clone());
    let done = match (method.as_str(), path.as_str()) {
        ("GET", "models") => models::list(app, &call),
        ("GET", "models/pricing") => pricing::prices(app, &call),
        ("POST", "models/pricing/estimate") => pricing::estimate(app, call).await,
        ("GET", "account/billing") => require_key(app, &call).map(|()| billing(app, &call)),
        ("GET", "meta") => Ok(json(200, &json!({ "webhook_ip_ranges": ["127.0.0.0/8", "::1/128"] }))),
        _ => Err(platform_error(404, "not_found", "No such route")),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn billing(app: &App, call: &Call) -> Answer {
    let expanded = call.query().iter().any(|(name, value)| name == "expand" && value == "credits");
    let mut body = json!({ "username": "emulated-user" });
    if expanded {
        body["credits"] = json!({ "current_balance": app.config.balance, "currency": "USD" });
    }
    json(200, &body)
}

fn require_key(app: &App, call: &Call) -> Result<(), Answer> {
    if auth::has_key(app, &call.parts.headers) {
        return Ok(());
    }
    Err(platform_error(401, "authorization_error", "Authentication is required"))
}

/// The endpoints that `endpoint_id` names, repeated or separated by commas; `None` without the parameter.
fn lookup<'app>(app: &'app App, call: &Call) -> Result<Option<Vec<&'app Endpoint>>, Answer> {
    let given = call.query().into_iter().filter(|(name, _)| name == "endpoint_id" || name == "endpoint_id[]");
    let values: Vec<String> = given.map(|(_, value)| value).collect();
    let ids: Vec<&str> = values.iter().flat_map(|v| v.split(',')).map(str::trim).filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    if ids.len() > LOOKUP_LIMIT {
        return Err(platform_error(400, "validation_error", "endpoint_id takes 1 to 50 ids"));
    }
    let find = |id: &&str| {
        app.endpoint(id).ok_or_else(|| platform_error(404, "not_found", &format!("Endpoint not found: {id}")))
    };
    ids.iter().map(find).collect::<Result<Vec<_>, _>>().map(Some)
}
