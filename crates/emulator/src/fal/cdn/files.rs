//! What runners see of the CDN.

use super::store::Store;
use crate::work::Files;
use base64::Engine;
use bytes::Bytes;

#[async_trait::async_trait]
impl Files for Store {
    async fn store(&self, content: Bytes, file_name: &str, media_type: &str) -> String {
        match self.put(content, file_name, media_type).await {
            Ok(key) => self.url(&key),
            Err(error) => {
                // The address of a file that is not there: a download answers 404.
                tracing::error!(%error, file_name, "cannot store an output");
                self.url("missing")
            }
        }
    }

    async fn fetch(&self, url: &str) -> Option<(Bytes, String)> {
        if let Some(rest) = url.strip_prefix("data:") {
            return data_uri(rest);
        }
        let file = self.at(url)?;
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
