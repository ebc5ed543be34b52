//! What the environment says; the only reader of it in this crate.

use crate::language::openrouter::{OpenRouter, OpenRouterConfig};
use mediagen_core::{Error, ErrorKind, FieldProblem, ProblemCode, Provider, Result, home};
use std::{env, path::PathBuf};
use url::Url;

/// The folder for the catalogue of `provider`, below `catalogue` in the [`home`]. Another set of base addresses is
/// another folder: an emulator's models are not the service's.
///
/// # Errors
/// `Config` where nothing names a home.
pub fn folder_from_env(provider: &dyn Provider) -> Result<PathBuf> {
    let home = home(|name| env::var(name).ok()).ok_or_else(|| {
        Error::new(ErrorKind::Config, "there is no folder for the catalogue")
            .with_field(FieldProblem::new("MEDIAGEN_HOME", "not set").with_code(ProblemCode::Missing))
            .with_hint("set MEDIAGEN_HOME to a folder")
    })?;
    let mut hash = blake3::Hasher::new();
    for address in provider.addresses() {
        hash.update(format!("{}={}\n", address.name, address.base).as_bytes());
    }
    let digest = hash.finalize().to_hex();
    Ok(home.join("catalogue").join(format!("{}-{}", provider.name(), &digest[..12])))
}

/// The language model that the environment names: `OPENROUTER_API_KEY` with `OPENROUTER_MODEL`, at
/// `OPENROUTER_BASE_URL`, else at `base`, else at its own address; `None` without a key. The count of free calls is kept
/// in the [`home`].
///
/// # Errors
/// `Config` for an address that is none or that a key must not travel to.
pub fn language_model_from_env(base: Option<Url>) -> Result<Option<OpenRouter>> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let Some(key) = set("OPENROUTER_API_KEY") else { return Ok(None) };
    let mut config = OpenRouterConfig::new(&key)?;
    let named = set("OPENROUTER_BASE_URL").map(|text| {
        Url::parse(text.trim()).map_err(|e| {
            Error::new(ErrorKind::Config, "the address of the language model is no URL")
                .with_field(FieldProblem::new("OPENROUTER_BASE_URL", e.to_string()).with_code(ProblemCode::Type))
        })
    });
    if let Some(base) = named.transpose()?.or(base) {
        config = config.with_base(base)?;
    }
    if let Some(model) = set("OPENROUTER_MODEL") {
        config = config.with_model(model);
    }
    if let Some(home) = home(|name| env::var(name).ok()) {
        config = config.with_state(home.join("free-calls.json"));
    }
    OpenRouter::new(config).map(Some)
}
