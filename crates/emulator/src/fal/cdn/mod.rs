//! The CDN (protocol 6): direct uploads, both multipart dialects, downloads.

mod download;
mod files;
mod multipart;
mod parts;
mod store;
pub(crate) mod synthetic;
mod upload;

pub(crate) use download::Downloads;
pub(crate) use parts::Multipart;
pub(crate) use store::{Store, StoredFile};

use super::account::Account;
use crate::wire::{Answer, Call, detail};
use axum::http::Method;
use std::sync::Arc;

/// The CDN of one emulator.
pub(crate) struct Cdn {
    pub(crate) account: Arc<Account>,
    pub(crate) store: Arc<Store>,
    pub(crate) downloads: Downloads,
    /// Whether the completion of an upload in parts must name them in order.
    pub(crate) strict_part_order: bool,
}

impl Cdn {
    /// Answers everything below `/cdn`.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        match self.routed(call).await {
            Ok(answer) | Err(answer) => answer,
        }
    }

    async fn routed(&self, call: Call) -> Result<Answer, Answer> {
        let path = call.path.clone();
        let segments: Vec<&str> = path.split('/').collect();
        let method = call.parts.method.clone();
        let (store, strict) = (&*self.store, self.strict_part_order);
        let token = || self.account.require_cdn_token(&call.parts.headers);
        match (method.as_str(), segments.as_slice()) {
            ("POST", ["files", "upload"]) => {
                token()?;
                upload::direct(store, call).await
            }
            ("POST", ["files", "upload", "multipart"]) => token().map(|()| multipart::begin(store, &call)),
            ("PUT", ["upload", id]) => upload::signed(store, id, call).await,
            ("PUT", ["upload", "multipart", id, number]) => multipart::signed_part(store, id, number, call).await,
            ("POST", ["upload", "multipart", id, "complete"]) => {
                multipart::signed_complete(store, id, call, strict).await
            }
            ("PUT", ["files", key @ .., "multipart", id, number]) => {
                token()?;
                multipart::part(store, &key.join("/"), id, number, call).await
            }
            ("POST", ["files", key @ .., "multipart", id, "complete"]) => {
                token()?;
                multipart::complete(store, &key.join("/"), id, call, strict).await
            }
            ("GET" | "HEAD", ["files", key @ ..]) => {
                self.downloads.answer(store, &key.join("/"), call, method == Method::HEAD).await
            }
            _ => Err(detail(404, "Not Found")),
        }
    }
}
