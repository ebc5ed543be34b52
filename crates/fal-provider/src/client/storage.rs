//! Uploads: straight to the CDN with a token, or through an address that fal signs (protocol 6.1, 6.2, 6.4).

use super::{
    Call, FalClient, Prepared, SMALL_LIMIT, ours, unusable,
    wire::{CdnToken, DirectUpload, Initiated},
    without_progress,
};
use crate::config::join;
use http::header;
use mediagen_core::{Context, Error, ErrorKind, Phase, Result};
use mediagen_http::{Authorize, Credential, HttpRequest, Repeat, check_base};
use serde_json::json;
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use url::Url;

/// How long a token is used. fal grants up to 30 days and a caller may shorten that; this is far below either.
const TOKEN_LIFE: Duration = Duration::from_mins(10);
/// Largest file in bytes that goes in one piece (protocol 6.2, 6.7); larger ones go in parts.
const ONE_SHOT: u64 = 100 << 20;
/// Other ways when the CDN itself cannot take a file, in order.
const FALLBACKS: [&str; 2] = ["gcs", "fal-cdn-v3"];

/// A token and when it was granted, by the context's clock.
#[derive(Default)]
pub(super) struct TokenCache(Mutex<Option<(CdnToken, Duration)>>);

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCache(…)")
    }
}

/// An uploaded input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uploaded {
    pub(crate) url: Url,
}

impl FalClient {
    /// Moves `file` to fal and gives the address that models can read. `lifecycle` is fal's document for how long.
    pub(crate) async fn upload(&self, cx: &Context, file: &Prepared, lifecycle: Option<&str>) -> Result<Uploaded> {
        self.need_key()?;
        let mut failure = match self.upload_direct(cx, file, lifecycle).await {
            Ok(uploaded) => return Ok(uploaded),
            Err(error) if !another_way_may_help(&error) => return Err(error),
            Err(error) => error,
        };
        for storage in FALLBACKS {
            match self.upload_signed(cx, file, lifecycle, storage).await {
                Ok(uploaded) => return Ok(uploaded),
                Err(error) if !another_way_may_help(&error) => return Err(error),
                Err(error) => failure = error.with_source(failure),
            }
        }
        Err(failure)
    }

    async fn upload_direct(&self, cx: &Context, file: &Prepared, lifecycle: Option<&str>) -> Result<Uploaded> {
        match self.upload_with_token(cx, file, lifecycle).await {
            // A token that was taken back before its time: one fresh one.
            Err(error) if matches!(error.http_status(), Some(401 | 403)) && self.forget_token() => {
                self.upload_with_token(cx, file, lifecycle).await
            }
            outcome => outcome,
        }
    }

    async fn upload_with_token(&self, cx: &Context, file: &Prepared, lifecycle: Option<&str>) -> Result<Uploaded> {
        let token = self.cdn_token(cx).await?;
        let credential = Credential::new(token.authorization().into());
        if file.bytes > ONE_SHOT {
            return self.upload_parts(cx, file, lifecycle, &credential).await;
        }
        let request = HttpRequest::post(join(&self.bases.cdn, &["files", "upload"]), Phase::Upload)
            .authorize(Authorize::With(credential))
            // An upload costs nothing; a second copy is harmless.
            .repeat(Repeat::Freely)
            .header(header::CONTENT_TYPE, file.media_type.as_str())
            .header("x-fal-file-name", file.name.as_str())
            .body(file.body.clone());
        let response = self.ask(cx, Call::Upload, both_lifecycles(request, lifecycle), None).await?;
        let answer: DirectUpload = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
        Ok(Uploaded { url: answer.access_url })
    }

    async fn cdn_token(&self, cx: &Context) -> Result<CdnToken> {
        let now = cx.clock().elapsed();
        if let Some((token, granted)) = &*self.token.0.lock().unwrap_or_else(PoisonError::into_inner)
            && now.checked_sub(*granted).is_some_and(|age| age < TOKEN_LIFE)
        {
            return Ok(token.clone());
        }
        let mut url = join(&self.bases.rest, &["storage", "auth", "token"]);
        url.query_pairs_mut().append_pair("storage_type", "fal-cdn-v3");
        let request = HttpRequest::post(url, Phase::Upload).json(&json!({}))?.repeat(Repeat::Freely);
        let response = self.ask(&without_progress(cx), Call::Upload, request, None).await?;
        let token: CdnToken = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
        *self.token.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.clone(), now));
        Ok(token)
    }

    fn forget_token(&self) -> bool {
        self.token.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }

    /// Announces the file, then puts it where the answer says, without any key: the address itself is the right.
    async fn upload_signed(
        &self,
        cx: &Context,
        file: &Prepared,
        lifecycle: Option<&str>,
        storage: &str,
    ) -> Result<Uploaded> {
        let mut url = join(&self.bases.rest, &["storage", "upload", "initiate"]);
        url.query_pairs_mut().append_pair("storage_type", storage);
        let body = json!({ "file_name": file.name, "content_type": file.media_type });
        let request = HttpRequest::post(url, Phase::Upload).json(&body)?.repeat(Repeat::Freely);
        let request = both_lifecycles(request, lifecycle);
        let response = self.ask(&without_progress(cx), Call::Upload, request, None).await?;
        let status = response.status();
        let initiated: Initiated = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
        if !may_take_a_file(&self.bases.rest, &initiated.upload_url) {
            return Err(unusable("fal named a place for the file that is not reached by https", status, None));
        }
        let request = HttpRequest::put(initiated.upload_url, Phase::Upload)
            .authorize(Authorize::Never)
            .header(header::CONTENT_TYPE, file.media_type.as_str())
            .body(file.body.clone());
        self.ask(cx, Call::Upload, request, None).await?;
        Ok(Uploaded { url: initiated.file_url })
    }
}

/// Whether somebody's file may travel to `url`: over https, or to this machine where fal itself is on it.
fn may_take_a_file(rest: &Url, url: &Url) -> bool {
    url.scheme() == "https" || (rest.scheme() == "http" && check_base(url).is_ok())
}

/// Both names of the header: which one each service reads differs by source (protocol 6.5).
pub(super) fn both_lifecycles(request: HttpRequest, lifecycle: Option<&str>) -> HttpRequest {
    let names = ["x-fal-object-lifecycle", "x-fal-object-lifecycle-preference"];
    lifecycle
        .into_iter()
        .fold(request, |request, document| names.iter().fold(request, |request, name| request.header(*name, document)))
}

/// Whether a failure is that of one storage service: not the key's, the account's or the file's.
fn another_way_may_help(error: &Error) -> bool {
    let ours = matches!(
        error.kind(),
        ErrorKind::Unauthenticated
            | ErrorKind::AccountLocked
            | ErrorKind::QuotaExceeded
            | ErrorKind::Io
            | ErrorKind::Config
            | ErrorKind::Cancelled
    );
    !ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_travels_by_https_or_stays_on_this_machine() {
        let may = |rest: &str, url: &str| may_take_a_file(&Url::parse(rest).unwrap(), &Url::parse(url).unwrap());
        let fal = "https://rest.fal.ai";
        assert!(may(fal, "https://bucket.test/put?signature=x"));
        for other in ["http://bucket.test/put", "http://127.0.0.1:9/put", "ftp://bucket.test/put", "data:,x"] {
            assert!(!may(fal, other), "{other}");
        }
        assert!(may("http://127.0.0.1:9/rest", "http://127.0.0.1:10/put"));
        assert!(!may("http://127.0.0.1:9/rest", "http://bucket.test/put"));
    }
}
