//! The platform API (protocol 7.1, 7.2, 7.8).

mod lookup;
mod models;
mod pricing;

pub(crate) use models::{Pages, lead_back};

use super::{account::Account, answer::platform_error, catalogue::Catalogue};
use crate::wire::{Answer, Call, json};
use serde_json::json;
use std::sync::Arc;

/// The platform API of one emulator.
pub(crate) struct Api {
    pub(crate) account: Arc<Account>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) pages: Pages,
}

impl Api {
    /// Answers everything below `/api`.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        match self.routed(call).await {
            Ok(answer) | Err(answer) => answer,
        }
    }

    async fn routed(&self, call: Call) -> Result<Answer, Answer> {
        let (method, path) = (call.parts.method.as_str().to_owned(), call.path.clone());
        match (method.as_str(), path.as_str()) {
            ("GET", "models") => models::list(&self.catalogue, &self.account, self.pages, &call),
            ("GET", "models/pricing") => {
                self.require_key(&call)?;
                pricing::prices(&self.catalogue, &call)
            }
            ("POST", "models/pricing/estimate") => {
                self.require_key(&call)?;
                pricing::estimate(&self.catalogue, call).await
            }
            ("GET", "account/billing") => {
                self.require_key(&call)?;
                Ok(self.billing(&call))
            }
            ("GET", "meta") => Ok(json(200, &json!({ "webhook_ip_ranges": ["127.0.0.0/8", "::1/128"] }))),
            _ => Err(platform_error(404, "not_found", "No such route")),
        }
    }

    fn billing(&self, call: &Call) -> Answer {
        let expanded = call.query().iter().any(|(name, value)| name == "expand" && value == "credits");
        let mut body = json!({ "username": "emulated-user" });
        if expanded {
            body["credits"] = json!({ "current_balance": self.account.balance(), "currency": "USD" });
        }
        json(200, &body)
    }

    fn require_key(&self, call: &Call) -> Result<(), Answer> {
        if self.account.has_key(&call.parts.headers) {
            return Ok(());
        }
        Err(platform_error(401, "authorization_error", "Authentication is required"))
    }
}

/// The refusal of a query.
fn invalid(message: &str) -> Answer {
    platform_error(400, "validation_error", message)
}
