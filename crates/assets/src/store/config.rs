//! Which store to open.

use mediagen_core::{Error, ErrorKind, FieldProblem, ProblemCode, Result, home};
use std::{env, fmt};
use url::Url;

/// Variables that the cloud services are set up by.
const SERVICES: &[&str] = &["AWS_", "GOOGLE_", "AZURE_"];

/// A store's URL, and the settings of its service.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreConfig {
    url: Url,
    options: Vec<(String, String)>,
}

impl fmt::Debug for StoreConfig {
    /// The settings hold keys: only their names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.options.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("StoreConfig").field("url", &mediagen_http::redact(&self.url)).field("options", &names).finish()
    }
}

impl StoreConfig {
    /// The store at `url`, with no settings.
    pub fn new(url: Url) -> Self {
        Self { url, options: Vec::new() }
    }

    /// Adds a setting of the service, such as `aws_region`.
    pub fn with_option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.push((name.into(), value.into()));
        self
    }

    /// What the environment names: `MEDIAGEN_STORE`, otherwise the folder `assets` in `MEDIAGEN_HOME`, otherwise that in
    /// `mediagen` in the platform's folder for data. Settings of a service are its own variables (`AWS_…`,
    /// `GOOGLE_…`, `AZURE_…`).
    ///
    /// # Errors
    /// `Config` for a value that is not a URL, and where there is neither a store nor a home.
    pub fn from_env() -> Result<Self> {
        let set = |name: &str| env::var(name).ok();
        let named = Self::named(&set)?;
        let of_service = |name: &str| SERVICES.iter().any(|start| name.starts_with(start));
        let text =
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Ok(text
            .filter(|(name, _)| of_service(name))
            .fold(named, |config, (name, value)| config.with_option(name, value)))
    }

    fn named(set: &impl Fn(&str) -> Option<String>) -> Result<Self> {
        let wrong = |why: String| {
            Error::new(ErrorKind::Config, "the store for assets cannot be found")
                .with_field(FieldProblem::new("MEDIAGEN_STORE", why).with_code(ProblemCode::Type))
                .with_hint("set MEDIAGEN_STORE to a URL such as file:///home/me/assets, or MEDIAGEN_HOME to a folder")
        };
        if let Some(text) = set("MEDIAGEN_STORE").filter(|text| !text.is_empty()) {
            return Url::parse(&text).map(Self::new).map_err(|e| wrong(format!("not a URL ({e})")));
        }
        let folder = home(set).ok_or_else(|| wrong("neither it nor a home is set".to_owned()))?.join("assets");
        let folder = std::path::absolute(&folder).map_err(|e| wrong(e.to_string()))?;
        Url::from_directory_path(folder).map(Self::new).map_err(|()| wrong("the home has no absolute path".to_owned()))
    }

    /// Where the store is.
    pub fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn options(&self) -> &[(String, String)] {
        &self.options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(set: &[(&str, &str)]) -> Result<String> {
        let named = StoreConfig::named(&|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        });
        named.map(|config| config.url.to_string())
    }

    #[test]
    fn the_store_is_the_setting_then_the_home_then_the_platforms() {
        let home = [("MEDIAGEN_HOME", "/m"), ("HOME", "/h")];
        assert_eq!(url(&[("MEDIAGEN_STORE", "s3://b/p"), home[0]]).unwrap(), "s3://b/p");
        assert_eq!(url(&[("MEDIAGEN_STORE", ""), home[0], home[1]]).unwrap(), "file:///m/assets/");
        if cfg!(target_os = "linux") {
            assert_eq!(url(&home[1..]).unwrap(), "file:///h/.local/share/mediagen/assets/");
            assert_eq!(url(&[home[1], ("XDG_DATA_HOME", "/d")]).unwrap(), "file:///d/mediagen/assets/");
        }
        for set in [&[][..], &[("MEDIAGEN_STORE", "not a url")]] {
            let error = url(set).unwrap_err();
            assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::Config, "MEDIAGEN_STORE"));
        }
    }

    #[test]
    fn keys_are_not_shown() {
        let config = StoreConfig::new(Url::parse("s3://b").unwrap()).with_option("aws_secret_access_key", "s3cret");
        let shown = format!("{config:?}");
        assert!(shown.contains("aws_secret_access_key") && !shown.contains("s3cret"), "{shown}");
    }
}
