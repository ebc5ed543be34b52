//! Settings of the fal provider; the only reader of the environment in this crate.

use crate::{
    alias::Aliases,
    id::EndpointId,
    storage_settings::{self, StorageSettings},
};
use mediagen_core::{Error, ErrorKind, Result, Settings};
use mediagen_http::{HostLimits, Limit, RetryPolicy};
use mediagen_provider_kit::config::{
    ExposeSecret as _, Key, KeyVariable, OwnNames, SecretString, Service, check_settings, environment, join, services,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};
use url::Url;

/// Environment variables for the key, best first; between the first and the second stands the pair
/// `FAL_KEY_ID` and `FAL_KEY_SECRET`, joined by a colon (protocol 1.1).
pub const KEY_VARIABLES: &[&str] = &["FAL_KEY", "FAL_API_KEY", "FALAI_API_KEY"];

/// The services of fal: setting, variable, address, and the segment under a common base address.
const SERVICES: [Service; 6] = [
    Service { setting: "queue_url", variable: "FAL_QUEUE_URL", default: "https://queue.fal.run", segment: "queue" },
    Service { setting: "run_url", variable: "FAL_RUN_URL", default: "https://fal.run", segment: "run" },
    Service { setting: "rest_url", variable: "FAL_REST_URL", default: "https://rest.fal.ai", segment: "rest" },
    Service { setting: "cdn_url", variable: "FAL_CDN_URL", default: "https://v3.fal.media", segment: "cdn" },
    Service { setting: "api_url", variable: "FAL_API_URL", default: "https://api.fal.ai/v1", segment: "api" },
    Service { setting: "web_url", variable: "FAL_WEB_URL", default: "https://fal.ai", segment: "www" },
];

/// The names that [`FalConfig::from_settings`] takes, beside [`storage_settings::NAMES`].
const SETTINGS: [&str; 10] =
    ["aliases", "key", "base_url", "queue_url", "run_url", "rest_url", "cdn_url", "api_url", "web_url", "mode"];

/// The key, and what to do about one that cannot be used.
const KEY: Key = Key {
    title: "fal",
    variables: &[
        KeyVariable::One("FAL_KEY"),
        KeyVariable::Pair("FAL_KEY_ID", "FAL_KEY_SECRET"),
        KeyVariable::One("FAL_API_KEY"),
        KeyVariable::One("FALAI_API_KEY"),
    ],
    hint: "set FAL_KEY to a key of https://fal.ai/dashboard/keys, or unset it",
};

/// The user's own names for endpoints.
const OWN_NAMES: OwnNames = OwnNames {
    table: "fal",
    example: "fal-ai/flux/dev",
    shape: "an endpoint id (`owner/name`)",
    is_target: |target| {
        EndpointId::parse(target).is_ok() || Aliases::new(BTreeMap::new()).is_ok_and(|all| all.known(target).is_some())
    },
};

/// How a request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mode {
    /// Through the queue: the submission becomes a job that can be waited for, cancelled and resumed.
    #[default]
    Queue,
    /// One call that answers the output (protocol 3.1). A lost connection loses the paid result.
    Run,
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "queue" => Ok(Self::Queue),
            "run" => Ok(Self::Run),
            _ => Err(Error::new(ErrorKind::InvalidInput, format!("`mode` is `{text}`")).with_hint("known: queue, run")),
        }
    }
}

/// The base addresses of fal's services. Each is `https`, or `http` to this machine only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bases {
    /// The queue; gets the key. Default `https://queue.fal.run`.
    pub queue: Url,
    /// Synchronous runs; gets the key. Default `https://fal.run`.
    pub run: Url,
    /// Storage tokens and uploads through a signed address; gets the key. Default `https://rest.fal.ai`.
    pub rest: Url,
    /// Direct uploads; never gets the key, only a token of its own. Default `https://v3.fal.media`.
    pub cdn: Url,
    /// Catalogue and prices; gets the key where there is one. Default `https://api.fal.ai/v1`.
    pub api: Url,
    /// The website's documents; never gets the key. Default `https://fal.ai`.
    pub web: Url,
}

/// How to reach fal, and as whom. Its `Debug` never shows the key.
#[derive(Clone)]
#[non_exhaustive]
pub struct FalConfig {
    /// The key, `id:secret`; without one only the catalogue can be read.
    pub(crate) key: Option<SecretString>,
    pub(crate) bases: Bases,
    pub(crate) mode: Mode,
    pub(crate) aliases: BTreeMap<String, String>,
    pub(crate) retry: RetryPolicy,
    catalogue_limit: Limit,
    page_limit: Limit,
    pub(crate) storage: StorageSettings,
}

impl FalConfig {
    /// fal's own addresses and this key; the environment is not read.
    ///
    /// # Errors
    /// `Config` for a key that is empty or holds white space or control characters.
    pub fn new(key: impl Into<String>) -> Result<Self> {
        Self::resolve(&Settings::new().with("key", key), |_| None)
    }

    /// fal's own addresses and no key: enough for the catalogue, and for seeing what would be sent.
    ///
    /// # Errors
    /// `Config` should an address of this crate's own be malformed.
    pub fn keyless() -> Result<Self> {
        Self::resolve(&Settings::new(), |_| None)
    }

    /// Everything from the environment: the key from `FAL_KEY` (then `FAL_KEY_ID` with `FAL_KEY_SECRET`,
    /// `FAL_API_KEY`, `FALAI_API_KEY`), addresses from `FAL_BASE_URL` and `FAL_{QUEUE,RUN,REST,CDN,API,WEB}_URL`, own names of
    /// endpoints from the table `[fal]` of `aliases.toml` in the [`home`](mediagen_core::home), where there is one.
    ///
    /// # Errors
    /// `Config` naming the variable or the file that cannot be used.
    pub fn from_env() -> Result<Self> {
        Self::from_settings(&Settings::new())
    }

    /// The settings `key`, `base_url`, `queue_url`, `run_url`, `rest_url`, `cdn_url`, `api_url`, `web_url`, `mode`
    /// (`queue` or `run`), `aliases` (a file of own names), `upload_cache` (a folder or `off`), `lifecycle` and `acl`;
    /// what is not set comes from the environment, as in [`FalConfig::from_env`].
    ///
    /// # Errors
    /// `Config` naming the setting or variable that is unknown or cannot be used.
    pub fn from_settings(settings: &Settings) -> Result<Self> {
        Self::resolve(settings, environment)
    }

    /// Settings over `environment`, by which tests stand in for the process's own.
    pub(crate) fn resolve(settings: &Settings, environment: impl Fn(&str) -> Option<String>) -> Result<Self> {
        check_settings("fal", &[&SETTINGS[..], &storage_settings::NAMES[..]].concat(), settings)?;
        let mode = settings.get("mode").map_or(Ok(Mode::default()), str::parse);
        Ok(Self {
            key: KEY.read(settings, &environment)?,
            bases: bases(settings, &environment)?,
            mode: mode.map_err(|e: Error| e.with_kind(ErrorKind::Config))?,
            aliases: OWN_NAMES.read(settings.get("aliases"), &environment)?,
            catalogue_limit: Limit::per_second(20.0).with_burst(20).with_in_flight(8),
            page_limit: Limit::per_second(1.0).with_in_flight(1),
            retry: RetryPolicy::default(),
            storage: StorageSettings::resolve(settings, &environment)?,
        })
    }

    /// Moves every service under `base`, each at its first path segment: `queue`, `run`, `rest`, `cdn`, `api`, `www`.
    ///
    /// # Errors
    /// `Config` for an address that is neither `https` nor `http` to this machine.
    pub fn with_base_url(mut self, base: &str) -> Result<Self> {
        self.bases = bases(&Settings::new().with("base_url", base), |_| None)?;
        Ok(self)
    }

    /// Decides how requests travel unless their own settings say otherwise.
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Makes `name` stand for the endpoint `target`, before anything else is looked up.
    pub fn with_alias(mut self, name: impl Into<String>, target: impl Into<String>) -> Self {
        self.aliases.insert(name.into(), target.into());
        self
    }

    /// Replaces the policy by which calls that cost nothing are repeated.
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Limits how fast catalogue, schemas and prices are asked for, at the platform's API and at the website's each.
    /// Default: 20 a second after 20 at once, 8 under way.
    pub fn with_catalogue_limit(mut self, limit: Limit) -> Self {
        self.catalogue_limit = limit;
        self
    }

    /// Limits how fast the website's pages are read. Default: one a second, one under way.
    pub fn with_page_limit(mut self, limit: Limit) -> Self {
        self.page_limit = limit;
        self
    }

    /// The limits of every client of this provider. The queue and the storage limit by themselves, and answer 429.
    pub(crate) fn limits(&self) -> HostLimits {
        HostLimits::new()
            .with(&self.bases.api, self.catalogue_limit)
            .with(&join(&self.bases.web, &["api"]), self.catalogue_limit)
            .with(&self.bases.web, self.page_limit)
    }

    /// The addresses in use.
    pub fn bases(&self) -> &Bases {
        &self.bases
    }

    /// Whether there is a key.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The whole value of the `Authorization` header (protocol 1.1).
    pub(crate) fn authorization(&self) -> Option<SecretString> {
        self.key.as_ref().map(|key| format!("Key {}", key.expose_secret()).into())
    }
}

impl fmt::Debug for FalConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FalConfig")
            .field("key", &self.key.as_ref().map(|_| "…"))
            .field("bases", &self.bases)
            .field("mode", &self.mode)
            .field("aliases", &self.aliases)
            .field("retry", &self.retry)
            .field("storage", &self.storage)
            .finish_non_exhaustive()
    }
}

fn bases(settings: &Settings, environment: impl Fn(&str) -> Option<String>) -> Result<Bases> {
    let [queue, run, rest, cdn, api, web] = services(&SERVICES, "FAL_BASE_URL", settings, environment)?;
    Ok(Bases { queue, run, rest, cdn, api, web })
}

#[cfg(test)]
mod tests;
