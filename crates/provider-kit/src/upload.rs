//! Uploads: what is at the provider already is not moved again, and what leaves is read once.
//!
//! A provider says how content is sent ([`Storage`]), whose it is ([`Account`]) and under which terms
//! ([`UploadTerms`]). What is the same everywhere is here: recognising content, in this process and in a folder that
//! processes share; one upload at a time of the same content; hashing while it leaves; progress; noticing that nothing
//! moves.

mod content;
mod folder;
mod gauge;
mod load;
mod overall;
mod reuse;
mod terms;
mod together;
mod tree;

pub use load::{Load, Part};
pub use terms::{Account, UploadTerms};
pub use together::{Given, in_order};

use crate::input::LocalInput;
use async_trait::async_trait;
use content::Content;
use futures_util::future::{Either, select};
use gauge::Gauge;
use mediagen_core::{Context, Dispatch, Error, Result, Uploaded};
use reuse::{Entry, Identity, Reuse};
use serde_json::Value;
use std::{path::PathBuf, pin::pin};

/// How a provider takes content.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Moves `load` to the provider and returns the reference by which its models find it: an address, a file name, or
    /// an object. It may be repeated; nothing is bought.
    ///
    /// Bytes are reported with [`Load::part_context`], so that observers hear of them and a stalled upload is noticed.
    async fn send(&self, cx: &Context, load: &Load<'_>) -> Result<Value>;

    /// Whether this can be a reference of the provider's; one that was remembered and cannot is not used.
    fn is_reference(&self, reference: &Value) -> bool {
        !reference.is_null()
    }

    /// An error of this crate with the provider's name on it.
    fn name_error(&self, error: Error) -> Error;
}

/// The uploads of one provider and its clones.
#[derive(Debug)]
pub struct Uploads {
    reuse: Reuse,
    parts_above: u64,
}

impl Uploads {
    /// Uploads of `account`, remembered in this process and in `folder`, which processes share. The folder holds
    /// references and hashes, no content and no key; only its owner may read it. A stream of more than `parts_above`
    /// bytes is written to a temporary file first, so that it can be cut.
    pub fn new(account: Account, folder: Option<PathBuf>, parts_above: u64) -> Self {
        Self { reuse: Reuse::new(account, folder), parts_above }
    }

    /// Moves `input` to `storage` unless the same content is there under the same terms. It counts as input number 0.
    ///
    /// # Errors
    /// `Timeout` when no byte moves for the idle deadline, `Io` when the input cannot be read, and those of the storage.
    /// Whatever it is, nothing was bought.
    pub async fn send(
        &self,
        cx: &Context,
        storage: &dyn Storage,
        input: &LocalInput,
        terms: &UploadTerms,
    ) -> Result<Uploaded> {
        let upload = async {
            let content = Content::of(input, false, self.parts_above, cx.clock().now()).await?;
            self.send_content(cx, storage, content, terms).await
        };
        upload.await.map_err(|e: Error| e.with_dispatch(Dispatch::NotSent))
    }

    /// The hash of `input`, when it is the very file of an earlier upload under these terms: nothing is read.
    pub async fn known_hash(&self, cx: &Context, input: &LocalInput, terms: &UploadTerms) -> Option<blake3::Hash> {
        let now = cx.clock().now();
        let stamp = input.stamp.as_ref().filter(|stamp| stamp.is_settled())?;
        let identity = self.reuse.terms_of(input, input.len?, terms);
        self.reuse.may_know(&identity, Some(stamp), now).await?
    }

    /// Forgets the references for which `is_unwanted` is true, such as those that the provider could not read.
    pub async fn forget(&self, is_unwanted: impl Fn(&Value) -> bool) {
        self.reuse.forget(is_unwanted).await;
    }

    /// Looks for the same content first, and sends it where there is none.
    async fn send_content(
        &self,
        cx: &Context,
        storage: &dyn Storage,
        content: Content,
        terms: &UploadTerms,
    ) -> Result<Uploaded> {
        if content.hash.is_none() {
            return self.send_unread(cx, storage, content, terms).await;
        }
        self.send_known(cx, storage, content, terms).await
    }

    async fn send_known(
        &self,
        cx: &Context,
        storage: &dyn Storage,
        mut content: Content,
        terms: &UploadTerms,
    ) -> Result<Uploaded> {
        let identity = self.reuse.identity(&content, terms);
        let slot = self.reuse.slot(&identity);
        // One upload of the same content at a time: in this process, then among all that share the folder.
        let mut known = slot.lock().await;
        if let Some(entry) = known.as_ref().filter(|entry| !terms.force && entry.is_fresh(cx.clock().now())) {
            return Ok(stored(entry, &content, true));
        }
        let held = self.reuse.hold(cx, &identity).await;
        if !terms.force
            && let Some(entry) = self.reuse.read(held.as_ref(), &identity, cx.clock().now()).await
            && storage.is_reference(&entry.reference)
        {
            let found = stored(&entry, &content, true);
            *known = Some(entry);
            return Ok(found);
        }
        let reference = self.transfer(cx, storage, &content, terms).await?;
        let now = cx.clock().now();
        content.settle(now).await?;
        let sent = self.reuse.identity(&content, terms);
        let entry = Entry::new(sent, reference, terms, content.settled_file(), now);
        // What left is not always what was measured.
        if entry.identity == identity && entry.is_fresh(now) && content.is_unchanged(now).await {
            self.reuse.write(cx, held.as_ref(), &entry).await;
            *known = Some(entry.clone());
        }
        Ok(stored(&entry, &content, false))
    }

    /// A large file is on its way at once when nothing of its length and type was uploaded before, and is hashed
    /// meanwhile. Another one like it waits for this one's hash.
    ///
    /// By force nothing is looked up, so nothing is hashed either: what was remembered of its like is forgotten, and
    /// the new reference is remembered for this very file as long as it stays as it is.
    async fn send_unread(
        &self,
        cx: &Context,
        storage: &dyn Storage,
        mut content: Content,
        terms: &UploadTerms,
    ) -> Result<Uploaded> {
        let like = self.reuse.identity(&content, terms);
        if terms.force {
            return self.send_unhashed(cx, storage, content, &like, terms).await;
        }
        let slot = self.reuse.slot(&like);
        let first = {
            let mut alone = slot.lock().await;
            let held = self.reuse.hold(cx, &like).await;
            // After the wait: what another process has uploaded meanwhile is not from the future.
            let now = cx.clock().now();
            let kept = match alone.take() {
                Some(entry) => Some(entry),
                None => self.reuse.read(held.as_ref(), &like, now).await,
            };
            let kept = kept.filter(|entry| entry.is_fresh(now) && storage.is_reference(&entry.reference));
            if let Some(entry) = kept.filter(|entry| entry.is_of(content.settled_file())) {
                let found = stored(&entry, &content, true);
                *alone = Some(entry);
                return Ok(found);
            }
            if let Some(hash) = self.reuse.may_know(&like, content.settled_file(), now).await {
                drop((alone, held));
                let content = content.known(hash, self.parts_above, now).await?;
                return self.send_known(cx, storage, content, terms).await;
            }
            (alone, held)
        };
        let reference = self.transfer(cx, storage, &content, terms).await?;
        let now = cx.clock().now();
        content.settle(now).await?;
        let entry = Entry::new(self.reuse.identity(&content, terms), reference, terms, content.settled_file(), now);
        if content.hash.is_some() {
            self.remember(cx, &entry).await;
        }
        drop(first);
        Ok(stored(&entry, &content, false))
    }

    async fn send_unhashed(
        &self,
        cx: &Context,
        storage: &dyn Storage,
        mut content: Content,
        like: &Identity,
        terms: &UploadTerms,
    ) -> Result<Uploaded> {
        content.tree = None;
        self.reuse.forget_like(like).await;
        let reference = self.transfer(cx, storage, &content, terms).await?;
        let now = cx.clock().now();
        let entry = Entry::new(like.clone(), reference, terms, content.settled_file(), now);
        if content.settled_file().is_some() && content.is_unchanged(now).await {
            self.remember(cx, &entry).await;
        }
        Ok(stored(&entry, &content, false))
    }

    /// Keeps an upload that was made without holding its place, if it may be used again.
    async fn remember(&self, cx: &Context, entry: &Entry) {
        if entry.is_fresh(cx.clock().now()) {
            let slot = self.reuse.slot(&entry.identity);
            let mut known = slot.lock().await;
            let held = self.reuse.hold(cx, &entry.identity).await;
            self.reuse.write(cx, held.as_ref(), entry).await;
            *known = Some(entry.clone());
        }
    }

    /// Sends, as long as bytes move.
    async fn transfer(
        &self,
        cx: &Context,
        storage: &dyn Storage,
        content: &Content,
        terms: &UploadTerms,
    ) -> Result<Value> {
        let gauge = Gauge::new(cx, Some(content.len));
        let load = Load::new(content, terms, &gauge);
        match select(pin!(storage.send(cx, &load)), pin!(gauge.stalled(cx))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((stalled, _)) => Err(storage.name_error(stalled)),
        }
    }
}

fn stored(entry: &Entry, content: &Content, cached: bool) -> Uploaded {
    let mut uploaded = Uploaded::new(0, entry.reference.clone());
    uploaded.bytes = Some(content.len);
    uploaded.media_type = Some(content.input.media_type.clone());
    uploaded.blake3 = content.hash.map(|hash| hash.to_hex().to_string());
    uploaded.expires_at = entry.expires_at();
    uploaded.cached = cached;
    uploaded.notes = content.input.note("file").into_iter().collect();
    uploaded
}
