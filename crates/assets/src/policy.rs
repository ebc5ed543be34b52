//! What a download may touch and how long it keeps trying.

use mediagen_core::{Error, ErrorKind, Result};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};
use url::{Host, Url};

/// Limits of a [`Downloader`](crate::Downloader).
///
/// By default only `https` URLs of hosts with public addresses are fetched: an answer that names a machine inside
/// the caller's network, or a redirect to one, is refused.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DownloadPolicy {
    /// Largest file in bytes. Default 8 GiB.
    pub max_bytes: u64,
    /// Most redirects followed for one file. Default 10.
    pub max_redirects: u32,
    /// Most attempts for one file, counting the first; a cut body costs one. Default 5.
    pub max_attempts: u32,
    /// Pause before the second attempt; doubles each time, up to 10 s. Default 250 ms.
    pub first_pause: Duration,
    /// Connections for one file, where the server has ranges and a strong `ETag`. With more than one, pieces of 2 MiB
    /// come in parallel and are written in order; each takes about 3 MiB of memory. Default 1: against a server on the
    /// same machine four are not reliably faster. They help where a server limits each connection.
    pub connections: usize,
    /// Whether the beginning of a file stays as `NAME.part`, with a record `NAME.part.json`, after a save that failed,
    /// was cancelled or dropped, where the server's validator lets a later save be sure of the rest. Default true.
    pub keeps_partial: bool,
    bases: Vec<Url>,
}

impl Default for DownloadPolicy {
    fn default() -> Self {
        Self {
            max_bytes: 8 << 30,
            max_redirects: 10,
            max_attempts: 5,
            first_pause: Duration::from_millis(250),
            connections: 1,
            keeps_partial: true,
            bases: Vec::new(),
        }
    }
}

impl DownloadPolicy {
    /// The default rules, with the addresses that `provider` was configured with permitted: an emulator on loopback
    /// is one only when the user chose it.
    pub fn of(provider: &dyn mediagen_core::Provider) -> Self {
        provider.addresses().iter().fold(Self::default(), |policy, address| policy.allow_base(&address.base))
    }

    /// Permits the scheme, host and port of `base`, whatever its address: for an emulator or a server of one's own.
    pub fn allow_base(mut self, base: &Url) -> Self {
        self.bases.push(base.clone());
        self
    }

    /// Sets the largest file in bytes.
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the most attempts; 0 counts as 1.
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the pause before the second attempt.
    pub fn with_first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// Sets the connections for one file, 1 to 16.
    pub fn with_connections(mut self, connections: usize) -> Self {
        self.connections = connections.clamp(1, 16);
        self
    }

    /// Sets whether the beginning of a file is kept for a later save; off, nothing is ever left of a failed one.
    pub fn with_partial_kept(mut self, kept: bool) -> Self {
        self.keeps_partial = kept;
        self
    }

    /// The permitted bases.
    pub fn bases(&self) -> &[Url] {
        &self.bases
    }

    /// Whether `url` belongs to a permitted base.
    pub fn is_allowed_base(&self, url: &Url) -> bool {
        self.bases.iter().any(|base| base.origin() == url.origin() && base.origin().is_tuple())
    }

    /// The pause after `failures` failed attempts (from 1).
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        self.first_pause.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(Duration::from_secs(10))
    }

    /// Refuses what can be refused without a name lookup: other schemes, user info, an address in the URL.
    ///
    /// # Errors
    /// `PermissionDenied` naming the host or scheme and the rule.
    pub fn check_url(&self, url: &Url) -> Result<()> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(denied(url, format!("scheme `{}` cannot be downloaded; https can", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(denied(url, "a URL with a user name or password is not downloaded"));
        }
        if self.is_allowed_base(url) {
            return Ok(());
        }
        if url.scheme() == "http" {
            return Err(denied(url, "plain http is downloaded only from a permitted base; https is needed"));
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check_address(url, address.into()),
            Some(Host::Ipv6(address)) => self.check_address(url, address.into()),
            Some(Host::Domain(_)) => Ok(()),
            None => Err(denied(url, "the URL names no host")),
        }
    }

    /// Refuses an address that a name of `url` resolved to, unless the base is permitted.
    ///
    /// # Errors
    /// `PermissionDenied` naming the address.
    pub fn check_address(&self, url: &Url, address: IpAddr) -> Result<()> {
        if self.is_allowed_base(url) || is_public(address) {
            return Ok(());
        }
        Err(denied(url, format!("`{address}` is a loopback, private, link-local or reserved address"))
            .with_hint("permit the base address if it is a server of your own"))
    }
}

fn denied(url: &Url, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::PermissionDenied, message).with("url", mediagen_http::redact(url))
}

/// Whether `address` is on the public internet: not loopback, private, link-local, shared, multicast, reserved or for
/// documentation, nor an IPv6 form that carries such an IPv4 address (IANA special-purpose registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let groups = address.segments();
    let [.., high, low] = groups;
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match groups {
        // Mapped IPv4 and the well-known NAT64 prefix carry an IPv4 address at the end, 6to4 after its prefix.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, ORCHID, benchmarking and documentation.
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // Everything else that is public is in 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_told_from_public_ones() {
        let inner = [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "203.0.113.9",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001:0:1::1",
            "::7f00:1",
            "fec0::1",
        ];
        for address in inner {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn only_public_https_and_permitted_bases_pass() {
        let base = Url::parse("http://127.0.0.1:9000/cdn").unwrap();
        let policy = DownloadPolicy::default().allow_base(&base);
        let refused = [
            "http://127.0.0.1:9001/x",
            "https://127.0.0.1:9000/x",
            "http://example.com/x",
            "https://[::1]/x",
            "https://169.254.169.254/latest",
            "ftp://example.com/x",
            "file:///etc/passwd",
            "https://a:b@example.com/x",
            "https://0x7f.1/",
            "https://2130706433/",
        ];
        for url in refused {
            let error = policy.check_url(&Url::parse(url).unwrap()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{url}");
            assert!(error.context().iter().any(|(key, _)| *key == "url"), "{url}");
        }
        for url in ["http://127.0.0.1:9000/other", "https://example.com/x", "https://8.8.8.8/x"] {
            policy.check_url(&Url::parse(url).unwrap()).unwrap();
        }
    }

    #[test]
    fn pauses_double_up_to_a_limit() {
        let policy = DownloadPolicy::default();
        assert_eq!(policy.pause(1), Duration::from_millis(250));
        assert_eq!(policy.pause(3), Duration::from_secs(1));
        assert_eq!(policy.pause(u32::MAX), Duration::from_secs(10));
    }
}
