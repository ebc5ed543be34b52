//! Uploads: straight to the CDN with a token, or through an address that fal signs (protocol 6.1, 6.2, 6.4).

use super::{
    Call, FalClient, SMALL_LIMIT, ours,
    wire::{CdnToken, DirectUpload, Initiated},
};
use crate::config::join;
use bytes::Bytes;
use http::header;
use mediagen_core::{Context, Dispatch, Error, ErrorKind, MediaInput, Phase, Result};
use mediagen_http::{Authorize, Body, Credential, HttpRequest, Repeat};
use serde_json::json;
use std::{
    fmt,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::io::AsyncReadExt as _;
use url::Url;

/// As much of a file as is needed to tell its type.
const HEAD: u64 = 8 * 1024;
/// How long a token is used. fal grants up to 30 days and a caller may shorten that; this is far below either.
const TOKEN_LIFE: Duration = Duration::from_secs(600);
/// Other ways when the CDN itself cannot take a file, in order.
const FALLBACKS: [&str; 2] = ["gcs", "fal-cdn-v3"];
/// Longest file name that is passed on, in bytes; enough to recognise it.
const LONGEST_NAME: usize = 100;

/// A token and when it was granted, by the context's clock.
#[derive(Default)]
pub(super) struct TokenCache(Mutex<Option<(CdnToken, Duration)>>);

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCache(…)")
    }
}

/// An input that was looked at and can be uploaded.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The path, or the name of the bytes, as the caller gave it.
    pub(crate) given: String,
    /// The name that fal gets.
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: u64,
    body: Body,
}

/// An uploaded input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uploaded {
    pub(crate) url: Url,
}

impl Prepared {
    /// Reads the head of `media`, or `None` for a URL, which is passed on as it is.
    ///
    /// # Errors
    /// `NotFound` and `Io` for a file that cannot be read, `InvalidInput` for an empty one.
    pub(crate) async fn of(media: &MediaInput) -> Result<Option<Self>> {
        let (given, head, body, bytes) = match media {
            MediaInput::Path(path) => {
                let (head, bytes) = read_head(path).await.map_err(|e| unreadable(path, e))?;
                (path.display().to_string(), head, Body::File { path: path.clone(), bytes }, bytes)
            }
            MediaInput::Bytes { data, name } => {
                let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
                (name.clone(), data.slice(..data.len().min(8 * 1024)), Body::Bytes(data.clone()), bytes)
            }
            _ => return Ok(None),
        };
        if bytes == 0 {
            return Err(Error::new(ErrorKind::InvalidInput, format!("the input `{given}` is empty")));
        }
        let (media_type, extension) = sniff(&head, &given);
        Ok(Some(Self { name: clean_name(&given, extension), given, media_type, bytes, body }))
    }
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
        let credential = Credential::new(format!("{} {}", token.token_type, token.token).into());
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
        let response = self.ask(cx, Call::Upload, request, None).await?;
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
        let response = self.ask(cx, Call::Upload, both_lifecycles(request, lifecycle), None).await?;
        let initiated: Initiated = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
        let request = HttpRequest::put(initiated.upload_url, Phase::Upload)
            .authorize(Authorize::Never)
            .header(header::CONTENT_TYPE, file.media_type.as_str())
            .body(file.body.clone());
        self.ask(cx, Call::Upload, request, None).await?;
        Ok(Uploaded { url: initiated.file_url })
    }
}

/// Both names of the header: which one each service reads differs by source (protocol 6.5).
fn both_lifecycles(request: HttpRequest, lifecycle: Option<&str>) -> HttpRequest {
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

async fn read_head(path: &Path) -> std::io::Result<(Bytes, u64)> {
    let file = tokio::fs::File::open(path).await?;
    let metadata = file.metadata().await?;
    if !metadata.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a file"));
    }
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).await?;
    Ok((head.into(), metadata.len()))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::InvalidInput => ErrorKind::InvalidInput,
        _ => ErrorKind::Io,
    };
    Error::new(kind, format!("the input `{}` cannot be read", path.display()))
        .with_dispatch(Dispatch::NotSent)
        .with_source(error)
}

/// Media type and extension from the first bytes; from the name where they say nothing.
fn sniff(head: &[u8], name: &str) -> (String, Option<&'static str>) {
    if let Some(found) = infer::get(head) {
        let media_type = match found.mime_type() {
            "audio/x-wav" => "audio/wav",
            "audio/x-flac" => "audio/flac",
            "audio/m4a" => "audio/mp4",
            other => other,
        };
        return (media_type.to_owned(), Some(found.extension()));
    }
    let by_name = Path::new(name).extension().and_then(|e| e.to_str()).and_then(|extension| {
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
        known.map(|(_, media_type)| (*media_type).to_owned())
    });
    (by_name.unwrap_or_else(|| "application/octet-stream".to_owned()), None)
}

/// Types without a mark in their first bytes, by extension.
const NAMES: &[(&str, &str)] = &[
    ("txt", "text/plain"),
    ("srt", "application/x-subrip"),
    ("json", "application/json"),
    ("csv", "text/csv"),
    ("svg", "image/svg+xml"),
    ("glb", "model/gltf-binary"),
    ("obj", "model/obj"),
    ("safetensors", "application/octet-stream"),
];

/// The name as a header can carry it: no folders, ASCII letters, digits and `.-_`, with the extension of the content.
fn clean_name(given: &str, extension: Option<&str>) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let (stem, own) = match last.rsplit_once('.') {
        Some((stem, own)) if !stem.is_empty() => (stem, Some(own)),
        _ => (last.trim_start_matches('.'), None),
    };
    let stem: String = stem.chars().map(clean).take(LONGEST_NAME).collect();
    let stem = if stem.chars().any(|c| c.is_ascii_alphanumeric()) { stem } else { "upload".to_owned() };
    let own: Option<String> = own.map(|own| own.chars().map(clean).take(16).collect());
    let alike = |a: &str, b: &str| a.eq_ignore_ascii_case(b) || (a.eq_ignore_ascii_case("jpeg") && b == "jpg");
    match (own, extension) {
        (Some(own), Some(found)) if alike(&own, found) => format!("{stem}.{own}"),
        (_, Some(found)) => format!("{stem}.{found}"),
        (Some(own), None) => format!("{stem}.{own}"),
        (None, None) => format!("{stem}.bin"),
    }
}

#[cfg(test)]
#[path = "storage_tests.rs"]
mod tests;
