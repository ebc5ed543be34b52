//! Which content is at fal already, and where: in this process, and in a folder that processes share.

use super::{
    super::Lifecycle,
    content::Content,
    folder::{Folder, Held},
    stamp::Stamp,
};
use crate::config::FalConfig;
use mediagen_core::{Context, Event};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::Mutex as Slot;
use url::Url;

/// The form of the entries; another one is not read.
const VERSION: u32 = 1;
/// Entries kept in memory.
const MOST: usize = 4096;

/// What was uploaded under which terms; two uploads with the same one give the same file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    version: u32,
    /// Of the account: a hash of the key that leads nowhere back.
    account: String,
    /// Base addresses of the storage services.
    storage: String,
    /// Empty as long as the content is not known.
    blake3: String,
    bytes: u64,
    media_type: String,
    lifecycle: Option<String>,
}

impl Identity {
    /// A name for files and for the map; it begins with that of the terms.
    pub(super) fn name(&self) -> String {
        let terms = self.terms();
        if self.blake3.is_empty() { terms } else { format!("{terms}-{}", short(&[&self.blake3])) }
    }

    /// All but the content.
    fn terms(&self) -> String {
        let bytes = self.bytes.to_string();
        let lifecycle = self.lifecycle.as_ref().unwrap_or(&self.account);
        short(&[&self.account, &self.storage, &bytes, &self.media_type, lifecycle])
    }

    /// Whether an upload of `other` could be one of this, whose content is not known.
    fn covers(&self, other: &Self) -> bool {
        *self == Self { blake3: String::new(), ..other.clone() }
    }
}

fn short(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..24].to_owned()
}

/// An upload that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub(super) identity: Identity,
    pub(super) url: Url,
    /// Seconds since 1970. Processes share it, so it is the wall's clock and not the context's.
    uploaded_at: u64,
    /// Not used from then on.
    use_until: u64,
    /// The local file that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<Stamp>,
}

impl Entry {
    pub(super) fn new(identity: &Identity, url: Url, reuse_for: Option<Duration>, file: Option<&Stamp>) -> Self {
        let uploaded_at = now();
        let use_until = uploaded_at.saturating_add(reuse_for.unwrap_or_default().as_secs());
        Self { identity: identity.clone(), url, uploaded_at, use_until, file: file.cloned() }
    }

    /// Whether it is of this very file, which is known to be as it was.
    pub(super) fn is_of(&self, file: Option<&Stamp>) -> bool {
        file.is_some() && self.file.as_ref() == file
    }

    /// Whether its address may be used. One from the future was written by a wrong clock.
    pub(super) fn is_fresh(&self) -> bool {
        (self.uploaded_at..self.use_until).contains(&now()) && matches!(self.url.scheme(), "http" | "https")
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The memory of one client and its clones.
pub(in super::super) struct Reuse {
    account: String,
    storage: String,
    folder: Option<Folder>,
    slots: Mutex<HashMap<String, Arc<Slot<Option<Entry>>>>>,
}

impl Reuse {
    pub(in super::super) fn new(config: &FalConfig) -> Self {
        let key = config.authorization();
        let key = key.as_ref().map_or("", |key| key.expose_secret());
        let account = blake3::derive_key("mediagen fal-provider 2026 account of an upload", key.as_bytes());
        Self {
            account: blake3::Hash::from_bytes(account).to_hex()[..32].to_owned(),
            storage: format!("{} {}", config.bases.cdn, config.bases.rest),
            folder: config.storage.cache.clone().map(Folder::new),
            slots: Mutex::default(),
        }
    }

    /// What the upload of `content` is known by; of content that is not known, what all of its kind have in common.
    pub(super) fn identity(&self, content: &Content, lifecycle: &Lifecycle) -> Identity {
        Identity {
            version: VERSION,
            account: self.account.clone(),
            storage: self.storage.clone(),
            blake3: content.hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default(),
            bytes: content.bytes,
            media_type: content.file.media_type.clone(),
            lifecycle: lifecycle.document.clone(),
        }
    }

    /// The place in this process for one identity; who holds its lock may upload.
    pub(super) fn slot(&self, identity: &Identity) -> Arc<Slot<Option<Entry>>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            // Those in use stay; the folder or another upload brings the others back.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(identity.name()).or_default())
    }

    /// The right to upload among all processes that share the folder; waits for the one that has it. Without a folder,
    /// or with one that cannot be used, everybody has it.
    pub(super) async fn hold(&self, cx: &Context, identity: &Identity) -> Option<Held> {
        match self.folder.as_ref()?.hold(cx, &identity.name()).await {
            Ok(held) => Some(held),
            Err(error) => {
                let message = format!("uploads are not remembered: {error}");
                cx.emit(Event::Warning(message));
                None
            }
        }
    }

    /// The entry of the folder, if it is one, is of this very upload, and is fresh.
    pub(super) async fn read(&self, held: Option<&Held>, identity: &Identity) -> Option<Entry> {
        let text = held?.read().await?;
        let entry: Entry = serde_json::from_slice(&text).ok()?;
        (entry.identity == *identity && entry.is_fresh()).then_some(entry)
    }

    /// Whether content of these terms may be at fal already; then its hash has to be known first. The hash comes along
    /// when `file` is the very file of an earlier upload.
    pub(super) async fn may_know(&self, terms: &Identity, file: Option<&Stamp>) -> Option<Option<blake3::Hash>> {
        let begin = format!("{}-", terms.name());
        let mut entries: Vec<Entry> = Vec::new();
        let mut may = false;
        {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            for (_, slot) in slots.iter().filter(|(name, _)| name.starts_with(&begin)) {
                match slot.try_lock() {
                    Ok(known) => entries.extend(known.clone()),
                    // It is being uploaded.
                    Err(_) => may = true,
                }
            }
        }
        if let Some(folder) = &self.folder {
            let texts = folder.read_all(&begin).await;
            entries.extend(texts.iter().filter_map(|text| serde_json::from_slice::<Entry>(text).ok()));
        }
        entries.retain(|entry| terms.covers(&entry.identity) && entry.is_fresh());
        let same = entries.iter().find(|entry| entry.is_of(file));
        let hash = same.and_then(|entry| blake3::Hash::from_hex(&entry.identity.blake3).ok());
        (may || !entries.is_empty()).then_some(hash)
    }

    pub(super) async fn write(&self, cx: &Context, held: Option<&Held>, entry: &Entry) {
        let (Some(held), Ok(text)) = (held, serde_json::to_vec_pretty(entry)) else { return };
        if let Err(error) = held.write(text).await {
            cx.emit(Event::Warning(format!("an upload is not remembered: {error}")));
        }
    }

    /// Drops every entry that `terms` covers, whatever its content.
    pub(super) async fn forget_like(&self, terms: &Identity) {
        self.forget_where(|entry| terms.covers(&entry.identity)).await;
    }

    /// Drops every entry with one of these addresses, given without their queries.
    pub(super) async fn forget(&self, sent: &[String]) {
        let is_sent = |url: &Url| {
            let mut url = url.clone();
            url.set_query(None);
            url.set_fragment(None);
            sent.iter().any(|sent| sent == url.as_str())
        };
        self.forget_where(|entry| entry.identity.account == self.account && is_sent(&entry.url)).await;
    }

    async fn forget_where(&self, unwanted: impl Fn(&Entry) -> bool) {
        let slots: Vec<_> = {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.values().map(Arc::clone).collect()
        };
        for slot in slots {
            // One that is held is being uploaded: its entry is a new one.
            let Ok(mut known) = slot.try_lock() else { continue };
            if known.as_ref().is_some_and(&unwanted) {
                *known = None;
            }
        }
        if let Some(folder) = &self.folder {
            let is_unwanted = |text: &[u8]| serde_json::from_slice(text).is_ok_and(|entry| unwanted(&entry));
            folder.remove_where(is_unwanted).await;
        }
    }
}

impl fmt::Debug for Reuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reuse").field("folder", &self.folder).finish_non_exhaustive()
    }
}
