//! The settings of a service in the cloud: which server has the bucket, and whether it may be asked without TLS.

use super::refused;
use mediagen_core::{FieldProblem, ProblemCode, Result};
use std::net::IpAddr;
use url::{Host, Url};

/// What to set when a service cannot be opened.
pub(super) const NEEDED: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3://, \
     GOOGLE_SERVICE_ACCOUNT or GOOGLE_BEARER_TOKEN for gs://, \
     AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY for az://";

/// Settings that name the server, and the one that permits any server without TLS, by the scheme of the store.
fn of_scheme(scheme: &str) -> (&'static [&'static str], &'static str) {
    match scheme {
        "s3" | "s3a" => {
            (&["aws_endpoint_url_s3", "aws_endpoint_url", "aws_endpoint", "endpoint_url", "endpoint"], "aws_allow_http")
        }
        "gs" => (&["google_base_url", "base_url"], "google_allow_http"),
        _ => (&["azure_storage_endpoint", "azure_endpoint", "endpoint"], "azure_allow_http"),
    }
}

/// `settings` for the store at `url`. A server without TLS is permitted where the user named one on this machine; for
/// any other the user has to permit it too.
///
/// # Errors
/// `Config` for a server elsewhere without TLS, and for one that is not a URL.
pub(super) fn settings(url: &Url, settings: &[(String, String)]) -> Result<Vec<(String, String)>> {
    let (endpoints, permit) = of_scheme(url.scheme());
    let is = |name: &str, of: &str| name.eq_ignore_ascii_case(of);
    let permitted = settings
        .iter()
        .any(|(name, value)| (is(name, permit) || is(name, "allow_http")) && value.trim().eq_ignore_ascii_case("true"));
    let mut settings = settings.to_vec();
    let mut on_this_machine = false;
    for (name, value) in settings.iter().filter(|(name, _)| endpoints.iter().any(|of| is(name, of))) {
        let wrong = |why: String| {
            refused(url, "cannot be opened")
                .with_field(FieldProblem::new(name.to_ascii_uppercase(), why).with_code(ProblemCode::Type))
        };
        let server = Url::parse(value).map_err(|e| wrong(format!("not a URL ({e})")))?;
        if server.scheme() == "https" || permitted {
            continue;
        }
        if server.scheme() != "http" || !is_loopback(&server) {
            let shown = mediagen_http::redact(&server);
            let permit = permit.to_ascii_uppercase();
            return Err(wrong(format!("`{shown}` has no TLS, and is not on this machine"))
                .with_hint(format!("name it with https://, or set {permit}=true in a network that you trust")));
        }
        on_this_machine = true;
    }
    if on_this_machine {
        settings.push((permit.to_owned(), "true".to_owned()));
    }
    Ok(settings)
}

fn is_loopback(server: &Url) -> bool {
    match server.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediagen_core::ErrorKind;

    fn open(store: &str, set: &[(&str, &str)]) -> Result<bool> {
        let set: Vec<_> = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let found = settings(&Url::parse(store).unwrap(), &set)?;
        Ok(found.iter().any(|(name, value)| name.to_ascii_lowercase().ends_with("allow_http") && value == "true"))
    }

    #[test]
    fn a_server_without_tls_is_permitted_on_this_machine_and_elsewhere_only_by_name() {
        for (store, endpoint, permit) in [
            ("s3://b", "AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP"),
            ("gs://b", "GOOGLE_BASE_URL", "GOOGLE_ALLOW_HTTP"),
            ("az://c", "AZURE_STORAGE_ENDPOINT", "AZURE_ALLOW_HTTP"),
        ] {
            for server in ["http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost"] {
                assert!(open(store, &[(endpoint, server)]).unwrap(), "{store} {server}");
            }
            assert!(!open(store, &[(endpoint, "https://s3.example.com")]).unwrap());
            assert!(!open(store, &[]).unwrap());
            for server in ["http://10.0.0.1:9000", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "127.0.0.1:9"] {
                let error = open(store, &[(endpoint, server)]).unwrap_err();
                assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::Config, endpoint), "{server}");
            }
            assert!(open(store, &[(endpoint, "http://10.0.0.1:9000"), (permit, "true")]).unwrap());
        }
        // What is another service's does not count.
        assert!(!open("gs://b", &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")]).unwrap());
    }
}
