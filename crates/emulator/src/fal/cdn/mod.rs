//! The CDN (protocol 6): direct uploads, both multipart dialects, downloads.

mod download;
mod multipart;
mod store;
pub(crate) mod synthetic;
mod upload;

pub(crate) use multipart::Multipart;
pub(crate) use store::{Store, StoredFile};

use super::{
    answer::{Answer, detail},
    app::App,
    dispatch::Call,
};
use crate::work::Files;
use axum::http::Method;
use base64::Engine;
use bytes::Bytes;
use std::sync::Arc;

/// Answers everything below `/cdn`.
pub(crate) async fn answer(app: &App, call: Call) -> Answer {
    let path = call.path.clone();
    let segments: Vec<&str> = path.split('/').collect();
    let method = call.parts.method.clone();
    let done = match (method.as_str(), segments.as_slice()) {
        ("POST", ["files", "upload"]) => upload::direct(app, call).await,
        ("POST", ["files", "upload", "multipart"]) => multipart::begin(app, &call),
        ("PUT", ["upload", id]) => upload::signed(app, id, call).await,
        ("PUT", ["upload", "multipart", id, number]) => multipart::signed_part(app, id, number, call).await,
        ("POST", ["upload", "multipart", id, "complete"]) => multipart::signed_complete(app, id, call).await,
        ("PUT", ["files", key @ .., "multipart", id, number]) => {
            multipart::part(app, &key.join("/"), id, number, call).await
        }
        ("POST", ["files", key @ .., "multipart", id, "complete"]) => {
            multipart::complete(app, &key.join("/"), id, call).await
        }
        ("GET" | "HEAD", ["files", key @ ..]) => {
            download::answer(app, &key.join("/"), call, method == Method::HEAD).await
        }
        _ => Err(detail(404, "Not Found")),
    };
    done.unwrap_or_else(|refusal| refusal)
}

/// What runners see of the CDN.
pub(crate) struct CdnFiles<'app>(pub(crate) &'app Arc<App>);

#[async_trait::async_trait]
impl Files for CdnFiles<'_> {
    async fn store(&self, content: Bytes, file_name: &str, media_type: &str) -> String {
        match self.0.files.put(content, file_name, media_type).await {
            Ok(key) => self.0.file_url(&key),
            Err(error) => {
                // The address of a file that is not there: a download answers 404.
                tracing::error!(%error, file_name, "cannot store an output");
                self.0.file_url("missing")
            }
        }
    }

    async fn fetch(&self, url: &str) -> Option<(Bytes, String)> {
        if let Some(rest) = url.strip_prefix("data:") {
            return data_uri(rest);
        }
        let file = self.0.file_of_url(url)?;
        let content = tokio::fs::read(&file.path).await.ok()?;
        Some((Bytes::from(content), file.media_type))
    }
}

/// Decodes what follows `data:` (RFC 2397); only base64 is in use.
fn data_uri(rest: &str) -> Option<(Bytes, String)> {
    let (head, content) = rest.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?;
    let content = base64::engine::general_purpose::STANDARD.decode(content).ok()?;
    let media_type = if media_type.is_empty() { "text/plain" } else { media_type };
    Some((Bytes::from(content), media_type.to_owned()))
}
