//! Which content is at the provider already, and where: in this process, and in a folder that processes share.

use super::{
    content::Content,
    folder::{Folder, Held},
    terms::{Account, UploadTerms},
};
use crate::{input::LocalInput, stamp::Stamp};
use mediagen_core::{Context, Event};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::HashMap,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::Mutex as Slot;

/// The form of the entries; another one is not read.
const VERSION: u32 = 2;
/// Entries kept in memory.
const MOST: usize = 4096;

/// What was uploaded under which terms; two uploads with the same one give the same file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    version: u32,
    #[serde(flatten)]
    account: Account,
    /// Empty as long as the content is not known.
    blake3: String,
    bytes: u64,
    media_type: String,
    /// The provider's own document of terms.
    terms: Option<String>,
}

impl Identity {
    /// A name for files and for the map; it begins with that of the terms.
    pub(super) fn name(&self) -> String {
        let terms = self.name_of_terms();
        if self.blake3.is_empty() { terms } else { format!("{terms}-{}", short(&[&self.blake3])) }
    }

    /// Of all but the content.
    fn name_of_terms(&self) -> String {
        let bytes = self.bytes.to_string();
        let Account { account, service } = &self.account;
        let terms = self.terms.as_ref().unwrap_or(account);
        short(&[account, service, &bytes, &self.media_type, terms])
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub(super) identity: Identity,
    /// By what the provider's models find it: an address, a file name, an object.
    pub(super) reference: Value,
    /// Seconds since 1970. Processes share it, so it is the date and not the context's own time.
    uploaded_at: u64,
    /// Not used from then on.
    use_until: u64,
    /// Gone from then on, where the terms say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    /// The local file that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<Stamp>,
}

impl Entry {
    /// An upload made `now`.
    pub(super) fn new(
        identity: Identity,
        reference: Value,
        terms: &UploadTerms,
        file: Option<&Stamp>,
        now: SystemTime,
    ) -> Self {
        let uploaded_at = seconds(now);
        let after = |duration: Duration| uploaded_at.saturating_add(duration.as_secs());
        Self {
            identity,
            reference,
            uploaded_at,
            use_until: after(terms.reuse_for.unwrap_or_default()),
            expires_at: terms.lives_for.map(after),
            file: file.cloned(),
        }
    }

    /// Whether it is of this very file, which is known to be as it was.
    pub(super) fn is_of(&self, file: Option<&Stamp>) -> bool {
        file.is_some() && self.file.as_ref() == file
    }

    /// Whether its reference may be used. One from the future was written by a wrong clock.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        (self.uploaded_at..self.use_until).contains(&seconds(now))
    }

    /// When the provider removes it, where that is known.
    pub(super) fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at.and_then(|at| UNIX_EPOCH.checked_add(Duration::from_secs(at)))
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

type Slots = HashMap<String, Arc<Slot<Option<Entry>>>>;

/// The memory of one client and its clones.
pub(super) struct Reuse {
    account: Account,
    folder: Option<Folder>,
    slots: Mutex<Slots>,
}

impl Reuse {
    pub(super) fn new(account: Account, folder: Option<PathBuf>) -> Self {
        Self { account, folder: folder.map(Folder::new), slots: Mutex::default() }
    }

    /// What the upload of `content` is known by; of content that is not known, what all of its kind have in common.
    pub(super) fn identity(&self, content: &Content, terms: &UploadTerms) -> Identity {
        let blake3 = content.hash.map(|hash| hash.to_hex().to_string()).unwrap_or_default();
        Identity { blake3, ..self.terms_of(&content.input, content.len, terms) }
    }

    /// What all uploads of this length and type have in common.
    pub(super) fn terms_of(&self, input: &LocalInput, len: u64, terms: &UploadTerms) -> Identity {
        Identity {
            version: VERSION,
            account: self.account.clone(),
            blake3: String::new(),
            bytes: len,
            media_type: input.media_type.clone(),
            terms: terms.document.clone(),
        }
    }

    /// The place in this process for one identity; the holder of its lock may upload.
    pub(super) fn slot(&self, identity: &Identity) -> Arc<Slot<Option<Entry>>> {
        let mut slots = self.slots();
        if slots.len() >= MOST {
            // Those in use stay; the folder or another upload brings the others back.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(identity.name()).or_default())
    }

    /// The right to upload among all processes that share the folder; waits for the one that has it. Without a folder,
    /// or with one that cannot be used, every process has it.
    pub(super) async fn hold(&self, cx: &Context, identity: &Identity) -> Option<Held> {
        match self.folder.as_ref()?.hold(cx, &identity.name()).await {
            Ok(held) => Some(held),
            Err(error) => {
                cx.emit(Event::Warning(format!("uploads are not remembered: {error}")));
                None
            }
        }
    }

    /// The entry of the folder, if it is one, is of this very upload, and is fresh.
    pub(super) async fn read(&self, held: Option<&Held>, identity: &Identity, now: SystemTime) -> Option<Entry> {
        let text = held?.read().await?;
        let entry: Entry = serde_json::from_slice(&text).ok()?;
        (entry.identity == *identity && entry.is_fresh(now)).then_some(entry)
    }

    /// Whether content of these terms may be at the provider already; then its hash has to be known first. The hash
    /// comes along when `file` is the very file of an earlier upload.
    pub(super) async fn may_know(
        &self,
        terms: &Identity,
        file: Option<&Stamp>,
        now: SystemTime,
    ) -> Option<Option<blake3::Hash>> {
        let begin = format!("{}-", terms.name());
        let mut entries: Vec<Entry> = Vec::new();
        let mut may = false;
        for (_, slot) in self.slots().iter().filter(|(name, _)| name.starts_with(&begin)) {
            match slot.try_lock() {
                Ok(known) => entries.extend(known.clone()),
                // It is being uploaded.
                Err(_) => may = true,
            }
        }
        if let Some(folder) = &self.folder {
            let texts = folder.read_all(&begin).await;
            entries.extend(texts.iter().filter_map(|text| serde_json::from_slice::<Entry>(text).ok()));
        }
        entries.retain(|entry| terms.covers(&entry.identity) && entry.is_fresh(now));
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

    /// Drops every entry of this account with such a reference.
    pub(super) async fn forget(&self, is_unwanted: impl Fn(&Value) -> bool) {
        self.forget_where(|entry| entry.identity.account == self.account && is_unwanted(&entry.reference)).await;
    }

    async fn forget_where(&self, unwanted: impl Fn(&Entry) -> bool) {
        let slots: Vec<_> = self.slots().values().map(Arc::clone).collect();
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

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Reuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reuse").field("folder", &self.folder).finish_non_exhaustive()
    }
}
