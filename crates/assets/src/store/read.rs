//! Finding and reading what is there.

use super::{Store, failed, location};
use crate::record::{MAX_RECORD_BYTES, Record};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_core::{BoxStream, Error, ErrorKind, Result};
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};

/// Records that are read at once.
const PARALLEL: usize = 16;

/// A record in a store.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredRecord {
    /// BLAKE3 of the content that it is about, 64 hexadecimal digits: its id.
    pub blake3: String,
    /// Its name among the records of that content.
    pub name: String,
    /// The record.
    pub record: Record,
}

impl Store {
    /// Whether content with this hash is there. It is not read.
    ///
    /// # Errors
    /// `InvalidInput` for what is not a hash; `Io`, `PermissionDenied` and `Unauthenticated` for the store.
    pub async fn contains(&self, blake3: &str) -> Result<bool> {
        location::check(blake3)?;
        let location = self.content_at(blake3);
        match self.objects.head(&location).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(failed(e, &location)),
        }
    }

    /// The content with this hash, in chunks. When it does not have the hash, the last item is an error (`Transfer`).
    ///
    /// # Errors
    /// `InvalidInput` for what is not a hash; `NotFound`; `Io`, `PermissionDenied` and `Unauthenticated` for the store.
    pub async fn read(&self, blake3: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        location::check(blake3)?;
        let location = self.content_at(blake3);
        let found = self.objects.get(&location).await.map_err(|e| failed(e, &location))?;
        let expected = blake3.to_owned();
        let chunks = found.into_stream().map_err(move |e| failed(e, &location));
        let end = futures_util::stream::once(async { Ok(Bytes::new()) });
        let checked = chunks.map_ok(Some).chain(end.map_ok(|_: Bytes| None)).scan(
            blake3::Hasher::new(),
            move |hasher, item: Result<Option<Bytes>>| {
                let next = match item {
                    Ok(Some(chunk)) => {
                        hasher.update(&chunk);
                        Some(Ok(chunk))
                    }
                    Ok(None) if hasher.finalize().to_hex().as_str() != expected => {
                        let error = Error::new(ErrorKind::Transfer, "content of the store is damaged");
                        Some(Err(error.with("blake3", &expected)))
                    }
                    Ok(None) => None,
                    Err(error) => Some(Err(error)),
                };
                std::future::ready(next)
            },
        );
        Ok(checked.boxed())
    }

    /// Every record, or those of content whose hash begins with `prefix` (lower case), in no order. A record that
    /// cannot be read is an error among the others.
    pub fn records(&self, prefix: Option<&str>) -> BoxStream<'static, Result<StoredRecord>> {
        let prefix = prefix.unwrap_or_default().to_owned();
        if !prefix.is_empty() && !location::is_prefix(&prefix) {
            return futures_util::stream::empty().boxed();
        }
        let folder = self.below(location::RECORDS, &prefix);
        let (place, store) = (folder.clone(), self.clone());
        let listed = self.objects.list(Some(&folder)).map_err(move |e| failed(e, &place));
        let ours = listed.try_filter_map(move |meta| {
            let named = location::hash_of_record(&meta.location).filter(|(hash, _)| hash.starts_with(&prefix));
            std::future::ready(Ok(named.map(|(blake3, name)| (meta, blake3, name))))
        });
        let read = ours.map(move |found| {
            let store = store.clone();
            async move {
                let (meta, blake3, name) = found?;
                let record = store.read_record(&meta).await.map_err(|e| e.with("object", &meta.location))?;
                Ok(StoredRecord { blake3, name, record })
            }
        });
        read.buffer_unordered(PARALLEL).boxed()
    }

    pub(super) async fn read_record(&self, meta: &ObjectMeta) -> Result<Record> {
        if meta.size > MAX_RECORD_BYTES {
            return Err(Error::new(ErrorKind::InvalidResponse, "a provenance record is too large"));
        }
        let found = self.objects.get(&meta.location).await.map_err(|e| failed(e, &meta.location))?;
        let mut json = Vec::new();
        let mut chunks = found.into_stream();
        while let Some(chunk) = chunks.next().await {
            json.extend_from_slice(&chunk.map_err(|e| failed(e, &meta.location))?);
        }
        Record::from_json(&json)
    }

    /// The newest record of the content whose hash begins with `prefix`; `None` where nothing does.
    ///
    /// # Errors
    /// `InvalidInput` for what is not the beginning of a hash, and when several contents begin so (they are named); those
    /// of reading a record.
    pub async fn find(&self, prefix: &str) -> Result<Option<StoredRecord>> {
        let prefix = prefix.to_ascii_lowercase();
        if !location::is_prefix(&prefix) {
            let message =
                format!("`{prefix}` is not the beginning of a hash: up to 64 digits of 0-9 and a-f are needed");
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let mut newest: Option<StoredRecord> = None;
        let mut records = self.records(Some(&prefix));
        while let Some(found) = records.next().await {
            let found = found?;
            if let Some(known) = newest.as_ref().filter(|known| known.blake3 != found.blake3) {
                let message = format!("several assets begin with `{prefix}`");
                return Err(Error::new(ErrorKind::InvalidInput, message)
                    .with_hint(format!("such as {} and {}: give more digits", known.blake3, found.blake3)));
            }
            if newest.as_ref().is_none_or(|known| known.record.created_at() <= found.record.created_at()) {
                newest = Some(found);
            }
        }
        Ok(newest)
    }
}
