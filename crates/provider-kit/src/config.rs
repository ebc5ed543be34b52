//! Configuration: keys, base addresses, the user's own names for models, the folder for uploads, tables of data.
//!
//! What is read comes from a provider's [`Settings`] first and from the environment second. Nothing here reads the
//! environment by itself: it is passed in as a function, [`environment`] in a program and anything else in a test.

mod address;
mod key;
mod names;

pub use address::{Service, join, services};
pub use key::{Key, KeyVariable};
pub use names::OwnNames;
pub use secrecy::{ExposeSecret, SecretString};

use mediagen_core::{Error, ErrorKind, Result, Settings, home};
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// The value of a variable of the process's environment, where it is set and is text.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Refuses a setting whose name the provider called `title` does not know.
///
/// # Errors
/// `Config` naming the setting and those that are known.
///
/// ```
/// use mediagen_core::Settings;
/// use mediagen_provider_kit::config::check_settings;
///
/// let settings = Settings::new().with("colour", "red");
/// let error = check_settings("Example", &["key", "base_url"], &settings).unwrap_err();
/// assert_eq!(error.hint(), Some("known: key, base_url"));
/// ```
pub fn check_settings(title: &str, known: &[&str], settings: &Settings) -> Result<()> {
    let Some(unknown) = settings.names().find(|name| !known.contains(name)) else { return Ok(()) };
    Err(Error::new(ErrorKind::Config, format!("{title} has no setting `{unknown}`"))
        .with_hint(format!("known: {}", known.join(", "))))
}

/// The folder that remembers uploads: the setting `upload_cache`, a folder or `off`, and otherwise `uploads` in the
/// [`home`]. `None` where there is none.
///
/// # Errors
/// `Config` for a setting that is empty.
pub fn upload_folder(settings: &Settings, environment: impl Fn(&str) -> Option<String>) -> Result<Option<PathBuf>> {
    match settings.get("upload_cache") {
        Some("off") => Ok(None),
        Some("") => Err(Error::new(ErrorKind::Config, "`upload_cache` is empty; a folder or `off` is needed")),
        Some(path) => Ok(Some(PathBuf::from(path))),
        None => Ok(home(environment).map(|home| home.join("uploads"))),
    }
}

/// A table of data that comes with a provider's crate, called `name` in errors. One that cannot be read is an error
/// wherever it is used, never an empty table.
///
/// # Errors
/// `Config` with the place in the table.
pub fn table<T: DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|e| {
        let what = e.to_string();
        Error::new(ErrorKind::Config, format!("the table of {name} cannot be read: {}", what.trim_end()))
    })
}

#[cfg(test)]
mod tests;
