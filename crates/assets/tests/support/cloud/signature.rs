//! Whether a request comes with the credentials that the server knows.

use super::{Dialect, hex};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, Method, Uri, header};
use ring::{digest, hmac};
use std::fmt::Write as _;

pub(super) fn check(dialect: &Dialect, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
    let told = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match dialect {
        Dialect::Google { token } => {
            if told == format!("Bearer {token}") {
                Ok(())
            } else {
                Err("AuthenticationRequired".to_owned())
            }
        }
        Dialect::Azure { account, key } => {
            let expected = format!("SharedKey {account}:{}", azure(account, key, method, uri, headers));
            if told == expected { Ok(()) } else { Err("AuthenticationFailed".to_owned()) }
        }
        Dialect::S3 { key, secret } => {
            let signed = told.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("MissingSecurityHeader")?;
            let part = |name: &str| signed.split(", ").find_map(|part| part.strip_prefix(name)).unwrap_or_default();
            let scope = part("Credential=").strip_prefix(&format!("{key}/")).ok_or("InvalidAccessKeyId")?;
            let expected = amazon(secret, scope, part("SignedHeaders="), method, uri, headers);
            if part("Signature=") == expected { Ok(()) } else { Err("SignatureDoesNotMatch".to_owned()) }
        }
    }
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Signature version 4 of a request with these headers signed, for `scope` (`DAY/REGION/SERVICE/aws4_request`).
fn amazon(secret: &str, scope: &str, signed: &str, method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let mut query: Vec<String> = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .map(|(name, value)| format!("{}={}", escape(&name), escape(&value)))
        .collect();
    query.sort();
    let mut request = format!("{method}\n{}\n{}\n", uri.path(), query.join("&"));
    for name in signed.split(';') {
        let _ = writeln!(request, "{name}:{}", value(headers, name).trim());
    }
    let _ = write!(request, "\n{signed}\n{}", value(headers, "x-amz-content-sha256"));
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        value(headers, "x-amz-date"),
        hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref())
    );
    let key = scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| sign(&key, part));
    hex(&sign(&key, &text))
}

/// Shared Key of a request.
fn azure(account: &str, key: &str, method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let of = |name: &str| value(headers, name);
    let length = if of("content-length") == "0" { "" } else { of("content-length") };
    let mut text = format!("{method}\n");
    for told in [of("content-encoding"), of("content-language"), length, of("content-md5"), of("content-type")] {
        let _ = writeln!(text, "{told}");
    }
    for name in ["date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"] {
        let _ = writeln!(text, "{}", of(name));
    }
    let mut own: Vec<&str> =
        headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("x-ms-")).collect();
    own.sort_unstable();
    for name in own {
        let _ = writeln!(text, "{name}:{}", of(name).trim());
    }
    let _ = write!(text, "/{account}{}", uri.path());
    let mut query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    query.sort();
    for (name, value) in query {
        let _ = write!(text, "\n{name}:{value}");
    }
    STANDARD.encode(sign(&STANDARD.decode(key).unwrap(), &text))
}

fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}
