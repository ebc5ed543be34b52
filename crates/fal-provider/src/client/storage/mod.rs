//! Uploads: what is there already is not moved; the rest goes one of several ways (protocol 6, ADR 0010).

mod content;
mod folder;
mod gauge;
mod inline;
mod overall;
mod parts;
mod repositories;
mod reuse;
mod stamp;
mod together;
mod token;
mod tree;

pub(super) use reuse::Reuse;
pub(crate) use together::Given;
pub(super) use token::TokenCache;

use super::{FalClient, Lifecycle, Prepared, Wishes};
use content::Content;
use futures_util::future::{Either, select};
use gauge::Gauge;
use mediagen_core::{Context, Dispatch, Error, ErrorKind, Result, Uploaded};
use repositories::{Load, Repository};
use reuse::{Entry, Identity};
use std::pin::pin;
use url::Url;

/// The ways for a file in one piece, best first.
const WHOLE: &[Repository] = &[Repository::Cdn, Repository::Bucket, Repository::Signed];
/// The ways for a large file. The bucket takes it in one piece, which is the last resort.
const LARGE: &[Repository] = &[Repository::Cdn, Repository::Signed, Repository::Bucket];

impl FalClient {
    /// Moves `file` to fal unless the same content is there under the same terms, and gives its address.
    ///
    /// # Errors
    /// `Timeout` when no byte moves for the idle deadline, `Io` when the file cannot be read, and those of fal. Whatever
    /// it is, nothing was bought.
    pub(crate) async fn upload(&self, cx: &Context, file: &Prepared, wishes: &Wishes) -> Result<Uploaded> {
        self.need_key()?;
        let lifecycle = wishes.lifecycle.as_ref().unwrap_or(&self.storage.lifecycle);
        let upload = async {
            let content = self.content(file, false).await?;
            self.upload_content(cx, content, lifecycle, wishes.force).await
        };
        upload.await.map_err(|e: Error| e.with_dispatch(Dispatch::NotSent))
    }

    /// Looks for the same content first.
    async fn upload_known(
        &self,
        cx: &Context,
        content: &Content,
        lifecycle: &Lifecycle,
        force: bool,
    ) -> Result<Uploaded> {
        let identity = self.reuse.identity(content, lifecycle);
        let slot = self.reuse.slot(&identity);
        // One upload of the same content at a time: in this process, then among all that share the folder.
        let mut known = slot.lock().await;
        if let Some(entry) = known.as_ref().filter(|entry| !force && entry.is_fresh()) {
            return Ok(answer(&entry.url, content, true));
        }
        let held = self.reuse.hold(cx, &identity).await;
        if !force && let Some(entry) = self.reuse.read(held.as_ref(), &identity).await {
            let found = answer(&entry.url, content, true);
            *known = Some(entry);
            return Ok(found);
        }
        let url = self.transfer(cx, content, lifecycle.document.as_deref()).await?;
        let entry = Entry::new(&identity, url.clone(), lifecycle.reuse_for(), content.settled_file());
        if entry.is_fresh() && content.is_unchanged().await {
            self.reuse.write(cx, held.as_ref(), &entry).await;
            *known = Some(entry);
        }
        Ok(answer(&url, content, false))
    }

    /// A large file is on its way at once when nothing of its length and type was uploaded before, and is hashed
    /// meanwhile. Who comes with another one like it waits for this one's hash.
    ///
    /// By force nothing is looked for, so nothing is hashed either: what was remembered of its like is forgotten, and
    /// the new address is remembered for this very file as long as it stays as it is.
    async fn upload_unread(
        &self,
        cx: &Context,
        mut content: Content,
        lifecycle: &Lifecycle,
        force: bool,
    ) -> Result<Uploaded> {
        let terms = self.reuse.identity(&content, lifecycle);
        let slot = self.reuse.slot(&terms);
        if force {
            return self.upload_unhashed(cx, content, &terms, lifecycle).await;
        }
        let first = {
            let mut alone = slot.lock().await;
            let held = self.reuse.hold(cx, &terms).await;
            let kept = match alone.take() {
                Some(entry) => Some(entry),
                None => self.reuse.read(held.as_ref(), &terms).await,
            };
            if let Some(entry) = kept.filter(|entry| entry.is_fresh() && entry.is_of(content.settled_file())) {
                let found = answer(&entry.url, &content, true);
                *alone = Some(entry);
                return Ok(found);
            }
            if let Some(hash) = self.reuse.may_know(&terms, content.settled_file()).await {
                drop((alone, held));
                let content = content.known(hash, self.storage.parts_above).await?;
                return self.upload_known(cx, &content, lifecycle, force).await;
            }
            (alone, held)
        };
        let url = self.transfer(cx, &content, lifecycle.document.as_deref()).await?;
        content.settle().await?;
        if content.hash.is_some() {
            let identity = self.reuse.identity(&content, lifecycle);
            let entry = Entry::new(&identity, url.clone(), lifecycle.reuse_for(), content.settled_file());
            self.remember(cx, entry).await;
        }
        drop(first);
        Ok(answer(&url, &content, false))
    }

    async fn upload_unhashed(
        &self,
        cx: &Context,
        mut content: Content,
        terms: &Identity,
        lifecycle: &Lifecycle,
    ) -> Result<Uploaded> {
        content.tree = None;
        self.reuse.forget_like(terms).await;
        let url = self.transfer(cx, &content, lifecycle.document.as_deref()).await?;
        let entry = Entry::new(terms, url.clone(), lifecycle.reuse_for(), content.settled_file());
        if content.settled_file().is_some() && content.is_unchanged().await {
            self.remember(cx, entry).await;
        }
        Ok(answer(&url, &content, false))
    }

    /// Keeps an upload that was made without holding its place, if it may be used again.
    async fn remember(&self, cx: &Context, entry: Entry) {
        if entry.is_fresh() {
            let slot = self.reuse.slot(&entry.identity);
            let mut known = slot.lock().await;
            let held = self.reuse.hold(cx, &entry.identity).await;
            self.reuse.write(cx, held.as_ref(), &entry).await;
            *known = Some(entry);
        }
    }

    /// Forgets the addresses that fal could not read, so that a later run uploads again.
    pub(crate) async fn forget_uploads(&self, error: &Error, sent: &[String]) {
        let unreadable = |code: Option<&str>| code == Some("file_download_error");
        if error.fields().iter().any(|field| unreadable(field.code.as_deref())) {
            self.reuse.forget(sent).await;
        }
    }

    /// By the first way that works.
    async fn transfer(&self, cx: &Context, content: &Content, lifecycle: Option<&str>) -> Result<Url> {
        let gauge = Gauge::new(cx, Some(content.bytes));
        let in_parts = content.bytes > self.storage.parts_above;
        let load = Load {
            file: &content.file,
            bytes: Some(content.bytes),
            in_parts,
            lifecycle,
            gauge: &gauge,
            tree: content.tree.as_ref(),
        };
        let ways = async {
            let mut failure: Option<Error> = None;
            for repository in if in_parts { LARGE } else { WHOLE } {
                gauge.restart(cx);
                match self.send_by(cx, *repository, &load).await {
                    Ok(url) => return Ok(url),
                    Err(error) if !another_way_may_help(&error) => return Err(error),
                    Err(error) => {
                        tracing::debug!(?repository, %error, "trying another way to upload");
                        failure = Some(match failure {
                            Some(before) => error.with_source(before),
                            None => error,
                        });
                    }
                }
            }
            Err(failure.unwrap_or_else(|| Error::new(ErrorKind::Unsupported, "there is no way to upload")))
        };
        match select(pin!(ways), pin!(gauge.stalled(cx))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((stalled, _)) => Err(super::ours(stalled, None)),
        }
    }
}

fn answer(url: &Url, content: &Content, cached: bool) -> Uploaded {
    let mut uploaded = Uploaded::new(url.clone());
    uploaded.bytes = Some(content.bytes);
    uploaded.media_type = Some(content.file.media_type.clone());
    uploaded.blake3 = content.hash.map(|hash| hash.to_hex().to_string());
    uploaded.cached = cached;
    uploaded.notes = content.file.note("file").into_iter().collect();
    uploaded
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
