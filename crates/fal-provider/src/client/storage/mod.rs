//! The ways into fal's storage (protocol 6, ADR 0010). What is there already, progress and hashing are the kit's.

mod parts;
mod repositories;
mod token;

pub(super) use token::TokenCache;

use super::{FalClient, Lifecycle, Wishes, ours};
use crate::config::FalConfig;
use async_trait::async_trait;
use mediagen_core::{Context, Error, MediaInput, Plan, ProblemCode, Result, Uploaded};
use mediagen_provider_kit::{
    Inputs, LocalInput,
    config::ExposeSecret as _,
    upload::{Account, Load, Storage, UploadTerms, Uploads},
    upload_inputs,
};
use repositories::Repository;
use serde_json::Value;
use url::Url;

/// The ways for a file in one piece, best first.
const WHOLE: &[Repository] = &[Repository::Cdn, Repository::Bucket, Repository::Signed];
/// The ways for a large file. The bucket takes it in one piece, which is the last resort.
const LARGE: &[Repository] = &[Repository::Cdn, Repository::Signed, Repository::Bucket];
/// What fal calls an address that it could not read.
const UNREADABLE: &str = "file_download_error";

/// The uploads of everything that shares `config`.
pub(super) fn uploads(config: &FalConfig) -> Uploads {
    let key = config.authorization();
    let key = key.as_ref().map_or("", |key| key.expose_secret());
    let account = Account::new(key, format!("{} {}", config.bases.cdn, config.bases.rest));
    Uploads::new(account, config.storage.cache.clone(), config.storage.parts_above)
}

#[async_trait]
impl Storage for FalClient {
    async fn send(&self, cx: &Context, load: &Load<'_>) -> Result<Value> {
        let ways = if self.goes_in_parts(load) { LARGE } else { WHOLE };
        let url = load.first_way(cx, ways, |repository| self.send_by(cx, repository, load)).await?;
        Ok(Value::from(String::from(url)))
    }

    fn is_reference(&self, reference: &Value) -> bool {
        let url = reference.as_str().and_then(|text| Url::parse(text).ok());
        url.is_some_and(|url| matches!(url.scheme(), "http" | "https"))
    }

    fn name_error(&self, error: Error) -> Error {
        ours(error, None)
    }
}

impl FalClient {
    /// Moves `input` to fal unless the same content is there under the same terms.
    ///
    /// # Errors
    /// Those of [`Uploads::send`].
    pub(crate) async fn upload(&self, cx: &Context, input: &LocalInput, wishes: &Wishes) -> Result<Uploaded> {
        self.need_key()?;
        self.uploads.send(cx, self, input, &self.terms(wishes)).await
    }

    /// Moves the inputs that the slots of `plan` wait for to fal.
    ///
    /// # Errors
    /// Those of [`upload_inputs`].
    pub(crate) async fn upload_inputs(
        &self,
        cx: &Context,
        plan: &Plan,
        inputs: &[MediaInput],
        wishes: &Wishes,
    ) -> Result<Vec<Uploaded>> {
        self.need_key()?;
        upload_inputs(cx, &self.uploads, self, plan, inputs, &self.terms(wishes)).await
    }

    /// Adds the hashes of large inputs that were uploaded before.
    pub(crate) async fn recognise(&self, cx: &Context, inputs: &mut Inputs, wishes: &Wishes) {
        inputs.recognise(cx, &self.uploads, &self.terms(wishes)).await;
    }

    fn terms(&self, wishes: &Wishes) -> UploadTerms {
        let lifecycle: &Lifecycle = wishes.lifecycle.as_ref().unwrap_or(&self.storage.lifecycle);
        lifecycle.terms().with_force(wishes.force)
    }

    fn goes_in_parts(&self, load: &Load<'_>) -> bool {
        load.len() > self.storage.parts_above
    }

    /// Forgets the addresses that fal could not read, so that a later run uploads again. `sent` has no queries.
    pub(crate) async fn forget_uploads(&self, error: &Error, sent: &[String]) {
        let unreadable = ProblemCode::Other(UNREADABLE.to_owned());
        if error.fields().iter().any(|field| field.is(&unreadable)) {
            self.uploads.forget(|reference| reference.as_str().is_some_and(|url| is_one_of(url, sent))).await;
        }
    }
}

fn is_one_of(url: &str, sent: &[String]) -> bool {
    let Ok(mut url) = Url::parse(url) else { return false };
    url.set_query(None);
    url.set_fragment(None);
    sent.iter().any(|sent| sent == url.as_str())
}
