//! The services of fal behind one HTTP client, and what every call has in common.

use super::{
    error::{Call, refused},
    retry::FalTable,
    robots::Robots,
    storage::{self, TokenCache},
};
use crate::{
    config::{Bases, FalConfig, Mode},
    info::INFO,
    storage_settings::StorageSettings,
};
use mediagen_core::{Context, Error, ErrorKind, Result};
use mediagen_http::{Credential, HostPolicy, HttpClient, HttpRequest, HttpResponse, RetryPolicy};
use mediagen_provider_kit::upload::Uploads;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Most of one status answer: logs are cumulative, and a trainer writes for hours.
pub(super) const STATUS_LIMIT: usize = 16 << 20;
/// Most of one result: a model may put several images into it as `data:` URIs.
pub(super) const RESULT_LIMIT: usize = 128 << 20;
/// Most of one catalogue answer: five hundred entries are about 5 MiB, the largest document about 1 MiB.
pub(super) const CATALOGUE_LIMIT: usize = 32 << 20;
/// Most of a page of the website or of one sitemap.
pub(super) const PAGE_LIMIT: usize = 16 << 20;
/// Most of a small answer: a submission, a token, an upload's address.
pub(super) const SMALL_LIMIT: usize = 1 << 20;
/// How many times as often as other calls a part of a large file is tried.
const PATIENCE: u32 = 3;

/// The services of fal behind one HTTP client.
#[derive(Debug)]
pub(crate) struct FalClient {
    pub(super) http: HttpClient,
    /// For the parts of large files: one of many that fails for good wastes all.
    pub(super) patient: RetryPolicy,
    pub(crate) bases: Bases,
    pub(crate) mode: Mode,
    has_key: bool,
    pub(super) token: TokenCache,
    pub(super) robots: OnceCell<Robots>,
    pub(super) storage: StorageSettings,
    pub(super) uploads: Uploads,
}

impl FalClient {
    /// # Errors
    /// `Config` when the HTTP client cannot be built.
    pub(crate) fn new(config: &FalConfig) -> Result<Self> {
        let bases = config.bases.clone();
        let mut hosts = HostPolicy::new().with_base(&bases.cdn).with_base(&bases.web);
        if let Some(authorization) = config.authorization() {
            // Law 3: the key goes to these and to no other host.
            for base in [&bases.queue, &bases.run, &bases.rest, &bases.api] {
                hosts = hosts.with_credential(base, Credential::new(authorization.clone()));
            }
        }
        let patient = config.retry.clone().with_attempts(match config.retry.attempts {
            0 | 1 => 1,
            attempts => attempts.saturating_mul(PATIENCE),
        });
        let http = HttpClient::builder()
            .user_agent(concat!("mediagen-fal/", env!("CARGO_PKG_VERSION")))
            .hosts(hosts)
            .limits(config.limits())
            .classifier(Arc::new(FalTable::Queue))
            .retry(config.retry.clone())
            .build()?;
        Ok(Self {
            http,
            patient,
            bases,
            mode: config.mode,
            has_key: config.has_key(),
            token: TokenCache::default(),
            robots: OnceCell::new(),
            storage: config.storage.clone(),
            uploads: storage::uploads(config),
        })
    }

    /// Refuses a call that needs the key when there is none, before anything is sent.
    pub(crate) fn need_key(&self) -> Result<()> {
        if self.has_key {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unauthenticated, "there is no key for fal").with_provider(INFO.id.clone()).with_hint(
            "set FAL_KEY, or both FAL_KEY_ID and FAL_KEY_SECRET; keys are made at https://fal.ai/dashboard/keys",
        ))
    }

    pub(crate) fn has_key(&self) -> bool {
        self.has_key
    }

    /// Sends, and turns every answer but a success into an error; `job` is the request id where one is known.
    pub(super) async fn ask(
        &self,
        cx: &Context,
        call: Call,
        request: HttpRequest,
        job: Option<&str>,
    ) -> Result<HttpResponse> {
        let response = self.http.send(cx, request).await.map_err(|e| ours(e, job))?;
        if response.is_success() { Ok(response) } else { Err(refused(call, response, job).await) }
    }
}

/// An error of the HTTP layer with fal's name and the job's id on it.
pub(super) fn ours(error: Error, job: Option<&str>) -> Error {
    let error = error.with_provider(INFO.id.clone());
    match job {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

pub(super) fn request_id(response: &HttpResponse) -> Option<String> {
    response.header("x-fal-request-id").map(str::to_owned)
}
