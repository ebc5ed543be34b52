//! Whose an upload is, and under which terms it is made.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whose uploads they are; those of one account are not used for another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// A hash of the key that leads nowhere back.
    pub(super) account: String,
    /// Addresses of the storage services.
    #[serde(rename = "storage")]
    pub(super) service: String,
}

impl Account {
    /// The account of `secret` at `service`, the base addresses that content is sent to.
    pub fn new(secret: &str, service: impl Into<String>) -> Self {
        let account = blake3::derive_key("mediagen 2026 account of an upload", secret.as_bytes());
        let account = blake3::Hash::from_bytes(account).to_hex()[..32].to_owned();
        Self { account, service: service.into() }
    }
}

/// How long an upload lives, who may read it, and whether it is made in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadTerms {
    /// The provider's own document of terms; uploads under other terms are other files.
    pub document: Option<String>,
    /// How long its reference may be used again; `None` when it hardly outlives one job.
    pub reuse_for: Option<Duration>,
    /// How long it lives; `None` where that is not known.
    pub lives_for: Option<Duration>,
    /// Upload again what is there already.
    pub force: bool,
}

impl UploadTerms {
    /// The account's own terms; nothing is used again.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the provider's own document of terms.
    pub fn with_document(mut self, document: impl Into<String>) -> Self {
        self.document = Some(document.into());
        self
    }

    /// Uses a reference again for so long.
    pub fn with_reuse_for(mut self, duration: Duration) -> Self {
        self.reuse_for = Some(duration);
        self
    }

    /// Says how long an upload lives.
    pub fn with_lives_for(mut self, duration: Duration) -> Self {
        self.lives_for = Some(duration);
        self
    }

    /// Decides whether what is there already is uploaded again.
    pub fn with_force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }
}
