//! How inputs are moved to fal, and where it is remembered that they are there.

use crate::{client::Lifecycle, config::FalConfig};
use mediagen_core::{Error, ErrorKind, FieldProblem, Result, Settings};
use mediagen_provider_kit::config::upload_folder;
use serde_json::Value;
use std::path::PathBuf;

/// The settings of [`FalConfig::from_settings`] that this file reads.
pub(crate) const NAMES: [&str; 3] = ["acl", "lifecycle", "upload_cache"];
/// Largest file in bytes that goes in one piece (protocol 6.2, 6.7); larger ones go in parts.
const ONE_PIECE: u64 = 100 << 20;

/// What is decided once for all uploads of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StorageSettings {
    /// For uploads whose request says nothing else.
    pub(crate) lifecycle: Lifecycle,
    /// The folder that processes share; without one only this process remembers.
    pub(crate) cache: Option<PathBuf>,
    /// Files above this go in parts.
    pub(crate) parts_above: u64,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self { lifecycle: Lifecycle::default(), cache: None, parts_above: ONE_PIECE }
    }
}

impl StorageSettings {
    pub(crate) fn resolve(settings: &Settings, environment: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let cache = upload_folder(settings, environment)?;
        let lifecycle = lifecycle(settings.get("lifecycle"), settings.get("acl"))?;
        Ok(Self { lifecycle, cache, ..Self::default() })
    }
}

fn lifecycle(lifecycle: Option<&str>, acl: Option<&str>) -> Result<Lifecycle> {
    // Text is fal's own document where it can be read as one.
    let value = |text: &str| match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Value::Object(map),
        _ => Value::String(text.to_owned()),
    };
    let (lifecycle, acl) = (lifecycle.map(value), acl.map(value));
    Lifecycle::of(lifecycle.as_ref(), acl.as_ref()).map_err(|problems: Vec<FieldProblem>| {
        let names: Vec<String> = problems.iter().map(|p| format!("`{}` {}", p.path, p.message)).collect();
        Error::new(ErrorKind::Config, format!("the storage settings cannot be used: {}", names.join("; ")))
            .with_fields(problems)
    })
}

impl FalConfig {
    /// Remembers in `folder` which inputs are at fal, for other processes and later ones. It holds addresses and
    /// hashes, no content and no key; only its owner may read it. Without a folder only this provider and its clones
    /// remember; [`FalConfig::from_env`] takes `$MEDIAGEN_HOME/uploads` or the platform's folder for data.
    pub fn with_upload_cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.storage.cache = Some(folder.into());
        self
    }

    /// Remembers uploads in this provider and its clones only.
    pub fn without_upload_cache(mut self) -> Self {
        self.storage.cache = None;
        self
    }

    /// How long uploads live, and who may read them, unless a request's own settings say otherwise: `lifecycle` is
    /// `never` (to expire), `immediate`, `1h`, `1d`, `7d`, `30d`, `1y`, seconds, or fal's document; `acl` is `allow`,
    /// `forbid`, `hide`, or fal's document. By default the account's settings hold.
    ///
    /// # Errors
    /// `Config` naming what is allowed.
    pub fn with_lifecycle(mut self, lifecycle: Option<&str>, acl: Option<&str>) -> Result<Self> {
        self.storage.lifecycle = self::lifecycle(lifecycle, acl)?;
        Ok(self)
    }

    /// Sends files above `bytes` in parts; at most and by default 100 MiB, above which fal takes no whole file.
    ///
    /// # Errors
    /// `Config` above that.
    pub fn with_parts_above(mut self, bytes: u64) -> Result<Self> {
        if bytes > ONE_PIECE {
            let message = format!("files of {bytes} bytes do not go in one piece; at most {ONE_PIECE} do");
            return Err(Error::new(ErrorKind::Config, message));
        }
        self.storage.parts_above = bytes;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_does_not_write_by_itself() {
        assert_eq!(FalConfig::new("a:b").unwrap().storage.cache, None);
        let settings = Settings::new().with("upload_cache", "/c");
        assert_eq!(FalConfig::resolve(&settings, |_| None).unwrap().storage.cache, Some("/c".into()));
    }

    #[test]
    fn words_that_fal_does_not_know_are_refused() {
        for (name, value) in [("lifecycle", "2d"), ("acl", "deny"), ("upload_cache", "")] {
            let error = StorageSettings::resolve(&Settings::new().with(name, value), |_| None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().contains(name), "{error}");
        }
        let config = FalConfig::new("a:b").unwrap();
        let config = config.with_lifecycle(Some("7d"), Some("{\"default\":\"hide\"}")).unwrap();
        let expected = "{\"expiration_duration_seconds\":604800,\"initial_acl\":{\"default\":\"hide\"}}";
        assert_eq!(config.storage.lifecycle.document.as_deref(), Some(expected));
        assert!(config.with_parts_above(101 << 20).is_err());
    }
}
