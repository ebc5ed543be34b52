//! URLs fit for messages and logs.

use url::Url;

/// `url` without userinfo, query and fragment, where tokens and signatures live.
///
/// `data:` URLs keep their scheme only. A dropped query leaves `?…`.
pub fn redact(url: &Url) -> String {
    let Some(host) = url.host_str() else {
        return format!("{}:…", url.scheme());
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = if url.query().is_some() { "?…" } else { "" };
    format!("{}://{host}{port}{}{query}", url.scheme(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userinfo_query_and_fragment_are_dropped() {
        let check = |url: &str, expected: &str| assert_eq!(redact(&Url::parse(url).unwrap()), expected);
        check("https://user:pass@a.example/p/q?token=s3cret#frag", "https://a.example/p/q?…");
        check("https://a.example:8443/p", "https://a.example:8443/p");
        check("http://[::1]:80/", "http://[::1]/");
        check("data:text/plain,s3cret", "data:…");
    }
}
