//! Base addresses of services.

use mediagen_core::{Error, ErrorKind, Result, Settings};
use mediagen_http::{Url, check_base};

/// One service of a provider: where it is, and how that is changed.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// The setting that holds its address.
    pub setting: &'static str,
    /// The variable that holds its address.
    pub variable: &'static str,
    /// Its own address.
    pub default: &'static str,
    /// Its path under a base address that all services share.
    pub segment: &'static str,
}

/// The addresses of `all`, each from its own setting, the setting `base_url`, its own variable, the variable
/// `base_variable`, or its own address, whichever is there first. A variable that is set to nothing is not set.
///
/// # Errors
/// `Config` naming the setting or variable, for an address that is neither `https` nor `http` to this machine.
///
/// ```
/// use mediagen_core::Settings;
/// use mediagen_provider_kit::config::{Service, services};
///
/// const API: Service = Service {
///     setting: "api_url", variable: "EXAMPLE_API_URL", default: "https://api.example.org/v1", segment: "api",
/// };
/// let settings = Settings::new().with("base_url", "http://127.0.0.1:8787");
/// let [api] = services(&[API], "EXAMPLE_BASE_URL", &settings, |_| None)?;
/// assert_eq!(api.as_str(), "http://127.0.0.1:8787/api");
/// # Ok::<(), mediagen_core::Error>(())
/// ```
pub fn services<const N: usize>(
    all: &[Service; N],
    base_variable: &str,
    settings: &Settings,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<[Url; N]> {
    let mut found = Vec::with_capacity(N);
    for service in all {
        found.push(address(service, base_variable, settings, &environment)?);
    }
    found.try_into().map_err(|_| Error::new(ErrorKind::Unexpected, "there is not one address for each service"))
}

fn address(
    service: &Service,
    base_variable: &str,
    settings: &Settings,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<Url> {
    let variable = |name: &str| environment(name).filter(|url| !url.trim().is_empty());
    let under = |name: &str, base: &str| Ok(join(&parse(name, base)?, &[service.segment]));
    if let Some(url) = settings.get(service.setting) {
        parse(service.setting, url)
    } else if let Some(url) = settings.get("base_url") {
        under("base_url", url)
    } else if let Some(url) = variable(service.variable) {
        parse(service.variable, &url)
    } else if let Some(url) = variable(base_variable) {
        under(base_variable, &url)
    } else {
        parse(service.setting, service.default)
    }
}

fn parse(name: &str, text: &str) -> Result<Url> {
    let refuse = |why: String| {
        // What may be a secret is not shown.
        let shown = text.split(['?', '@']).next().unwrap_or_default();
        Error::new(ErrorKind::Config, format!("`{name}` is `{shown}`: {why}"))
            .with_hint("an address starts with https://, or http:// for this machine")
    };
    let url = Url::parse(text.trim()).map_err(|e| refuse(e.to_string()))?;
    check_base(&url).map_err(|e| refuse(e.message().to_owned()))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("a base address has no query".to_owned()));
    }
    Ok(url)
}

/// `base` with `segments` added to its path; each is escaped where needed.
pub fn join(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments.iter().flat_map(|segment| segment.split('/')));
    }
    url
}
