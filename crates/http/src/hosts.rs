//! Which hosts may be called, and which of them may see a key (law 3).

use crate::{Credential, redact};
use mediagen_core::{Error, ErrorKind, Result};
use url::{Host, Url};

/// The list of origins (scheme, host, port) that a provider is known to own. Paths play no part.
///
/// An origin counts only when it is `https`, or `http` to this machine, without userinfo and without a trailing dot
/// in the host name; everything else is on no list, whatever was added.
#[derive(Debug, Clone, Default)]
pub struct HostPolicy {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    origin: Origin,
    credential: Option<Credential>,
}

/// Scheme, host and port of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// `None` for an address without a host.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let (host, port) = (url.host()?.to_owned(), url.port_or_known_default()?);
        Some(Self { scheme: url.scheme().to_owned(), host, port })
    }

    /// Whether it is the one of `url`. Every call asks, so nothing is copied for it.
    pub(crate) fn holds(&self, url: &Url) -> bool {
        url.port_or_known_default() == Some(self.port)
            && url.scheme() == self.scheme
            && url.host().is_some_and(|host| self.host == host)
    }
}

impl HostPolicy {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows the origin of `base`; a credential that it has already stays.
    pub fn with_base(mut self, base: &Url) -> Self {
        if !self.allows(base) {
            self.entries.extend(origin(base).map(|origin| Entry { origin, credential: None }));
        }
        self
    }

    /// Allows the origin of `base` and sends `credential` to it; the last one wins.
    pub fn with_credential(mut self, base: &Url, credential: Credential) -> Self {
        if let Some(origin) = origin(base) {
            self.entries.retain(|entry| entry.origin != origin);
            self.entries.push(Entry { origin, credential: Some(credential) });
        }
        self
    }

    /// Whether the exact origin of `url` is on the list. Ask it before following a URL out of an answer.
    pub fn allows(&self, url: &Url) -> bool {
        self.entry(url).is_some()
    }

    /// The credential for the exact origin of `url`.
    pub fn credential_for(&self, url: &Url) -> Option<&Credential> {
        self.entry(url)?.credential.as_ref()
    }

    fn entry(&self, url: &Url) -> Option<&Entry> {
        let entry = self.entries.iter().find(|entry| entry.origin.holds(url))?;
        is_confidential(url).then_some(entry)
    }
}

/// Refuses a base address that a key must not travel to: anything but `https`, or `http` to this machine.
///
/// Fails with `Config`, naming the address.
pub fn check_base(base: &Url) -> Result<()> {
    if origin(base).is_some() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Config,
        format!(
            "the base address `{}` is refused: `https://HOST` is needed, or `http://` to localhost, 127.0.0.0/8 or [::1]; \
             no user name, no trailing dot",
            redact(base)
        ),
    ))
}

/// The origin of `url` if a key may travel to it at all.
fn origin(url: &Url) -> Option<Origin> {
    if is_confidential(url) { Origin::of(url) } else { None }
}

/// Whether a key may travel to `url`: the connection is encrypted or stays on this machine, and the address has neither a
/// user nor a trailing dot.
pub(crate) fn is_confidential(url: &Url) -> bool {
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_dotted = matches!(url.host(), Some(Host::Domain(name)) if name.ends_with('.'));
    is_secure && is_plain && !is_dotted && url.has_host() && url.port_or_known_default().is_some()
}

/// Whether `url` names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn keyed(base: &str) -> HostPolicy {
        HostPolicy::new().with_credential(&url(base), Credential::new(SecretString::from("Bearer s3cret")))
    }

    #[test]
    fn only_the_exact_origin_sees_the_key() {
        let policy = keyed("https://api.example/v1");
        let check = |text: &str, expected: bool| {
            assert_eq!(policy.credential_for(&url(text)).is_some(), expected, "{text}");
            assert_eq!(policy.allows(&url(text)), expected, "{text}");
        };
        check("https://api.example/other?x=1", true);
        check("https://API.example:443/", true);
        check("https://api.example:8443/", false);
        check("http://api.example/", false);
        check("http://api.example:443/", false);
        check("https://api.example./", false);
        check("https://user@api.example/", false);
        check("https://user:pass@api.example/", false);
        check("https://cdn.api.example/", false);
        check("https://api.example.evil.example/", false);
        check("https://evil.example/?https://api.example/", false);
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        let key = |base: &str| keyed(base).credential_for(&url(base)).is_some();
        for base in ["http://127.0.0.1:9/", "http://127.8.8.8:9/", "http://[::1]:9/", "http://localhost:9/"] {
            assert!(key(base), "{base}");
            assert!(check_base(&url(base)).is_ok(), "{base}");
        }
        for base in ["http://10.0.0.1/", "http://api.example/", "http://localhost.evil.example/", "ftp://127.0.0.1/"] {
            assert!(!key(base), "{base}");
            let error = check_base(&url(base)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().contains(base), "{error}");
        }
        assert!(keyed("http://127.0.0.1:9/").credential_for(&url("http://127.0.0.1:10/")).is_none());
    }

    #[test]
    fn a_base_without_a_key_keeps_the_key_it_had() {
        let base = url("https://api.example/");
        assert!(keyed("https://api.example/").with_base(&base).credential_for(&base).is_some());
        let plain = HostPolicy::new().with_base(&base);
        assert!(plain.allows(&base) && plain.credential_for(&base).is_none());
    }

    #[test]
    fn debug_hides_the_key() {
        assert!(!format!("{:?}", keyed("https://api.example/")).contains("s3cret"));
    }
}
