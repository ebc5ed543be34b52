//! Reading everything again.

use super::{Store, failed, location};
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_core::{Context, Result};
use object_store::ObjectStore;
use serde::Serialize;
use std::collections::BTreeMap;

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct VerifyProgress {
    /// Bytes that were hashed.
    pub bytes: u64,
    /// Bytes to hash.
    pub total: u64,
    /// Contents that were hashed.
    pub contents: u64,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Contents that were hashed.
    pub contents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Records that were read.
    pub records: u64,
    /// Objects that are not what they should be.
    pub damaged: Vec<Damage>,
    /// Contents that have a record and are not there.
    pub missing: Vec<Missing>,
    /// Hashes of whole contents without a record: what an interrupted run leaves, and nothing wrong in itself.
    pub orphaned: Vec<String>,
}

impl VerifyReport {
    /// Whether nothing is damaged or missing.
    pub fn is_sound(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty()
    }
}

/// An object that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Damage {
    /// Its place in the store.
    pub object: String,
    /// What is wrong.
    pub why: String,
}

/// Content that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Missing {
    /// Its hash.
    pub blake3: String,
    /// The name of the file, as its record says.
    pub file: String,
}

impl Store {
    /// Reads every record and every content again and compares each hash. Nothing is changed. `notify` is called for each
    /// content, and of each chunk of it.
    ///
    /// # Errors
    /// `Io`, `PermissionDenied` and `Unauthenticated` when the store cannot be listed; `Cancelled`. An object that
    /// cannot be read is damage, not an error.
    pub async fn verify(&self, cx: &Context, notify: impl FnMut(VerifyProgress)) -> Result<VerifyReport> {
        cx.until_cancelled(self.verify_all(notify)).await?
    }

    async fn verify_all(&self, mut notify: impl FnMut(VerifyProgress)) -> Result<VerifyReport> {
        let mut report = VerifyReport::default();
        // Hash -> file name of a record, until its content is met.
        let mut wanted = self.verify_records(&mut report).await?;
        let folder = self.folder_of(location::CONTENT);
        let list = || self.objects.list(Some(&folder)).map_err(|e| failed(e, &folder));
        let total = list().try_fold(0, |sum, meta| std::future::ready(Ok(sum + meta.size))).await?;
        let mut progress = VerifyProgress { total, ..VerifyProgress::default() };
        let mut listed = list();
        while let Some(meta) = listed.next().await {
            let meta = meta?;
            let damage = |why: String| Damage { object: meta.location.to_string(), why };
            let hash = location::hash_of_content(&meta.location);
            let Some(hash) = hash.filter(|hash| meta.location == self.content_at(hash)) else {
                report.damaged.push(damage("no content has such a name".to_owned()));
                continue;
            };
            let recorded = wanted.remove(hash).is_some();
            match self.read(hash).await {
                Err(error) => report.damaged.push(damage(error.to_string())),
                Ok(mut chunks) => {
                    let mut intact = true;
                    while let Some(chunk) = chunks.next().await {
                        match chunk {
                            Ok(chunk) => {
                                progress.bytes += chunk.len() as u64;
                                notify(progress);
                            }
                            Err(error) => {
                                intact = false;
                                report.damaged.push(damage(error.message().to_owned()));
                                break;
                            }
                        }
                    }
                    if intact && !recorded {
                        report.orphaned.push(hash.to_owned());
                    }
                }
            }
            progress.contents += 1;
            notify(progress);
        }
        // Stores list in any order; a report is the same each time.
        report.orphaned.sort();
        report.damaged.sort_by(|a, b| a.object.cmp(&b.object));
        (report.contents, report.bytes) = (progress.contents, progress.bytes);
        report.missing = wanted.into_iter().map(|(blake3, file)| Missing { blake3, file }).collect();
        Ok(report)
    }

    /// Reads every record; returns the hashes that they are about.
    async fn verify_records(&self, report: &mut VerifyReport) -> Result<BTreeMap<String, String>> {
        let mut wanted = BTreeMap::new();
        let folder = self.folder_of(location::RECORDS);
        let mut listed = self.objects.list(Some(&folder)).map_err(|e| failed(e, &folder));
        while let Some(meta) = listed.next().await {
            let meta = meta?;
            let mut damage = |why: String| report.damaged.push(Damage { object: meta.location.to_string(), why });
            let Some((blake3, _)) = location::hash_of_record(&meta.location) else {
                damage("no record has such a name".to_owned());
                continue;
            };
            match self.read_record(&meta).await {
                Err(error) => damage(error.message().to_owned()),
                Ok(record) if record.asset.blake3.as_deref() != Some(&*blake3) => {
                    damage("the record is about other content".to_owned());
                }
                Ok(record) => {
                    report.records += 1;
                    wanted.insert(blake3, record.asset.file);
                }
            }
        }
        Ok(wanted)
    }
}
