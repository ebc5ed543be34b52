//! Taking out of a record what must not be in it: media bytes, keys, signatures.

use serde_json::Value;
use url::Url;

/// Text of base64 letters alone that is longer is content, not a word.
const LONGEST_WORD: usize = 1024;
/// The most levels of a body that are looked into; what is deeper is left out.
const MAX_DEPTH: usize = 24;
/// Parts of field names whose text is a secret.
const SECRETS: &[&str] = &[
    "api_key",
    "apikey",
    "api-key",
    "secret",
    "password",
    "passwd",
    "authorization",
    "access_token",
    "auth_token",
    "bearer",
    "credential",
    "private_key",
];
/// Query parameters that open a door, in lower case; those that end so count too.
const SIGNATURES: &[&str] =
    &["signature", "sig", "token", "credential", "key", "secret", "password", "policy", "auth", "authorization"];

/// `value` as a record may hold it: a data URI becomes `data:TYPE;… (N bytes)`, long base64 becomes
/// `base64;… (N bytes)`, secrets become `…`, and URLs lose user info, signatures and tokens. Levels deeper than 24
/// become null.
pub fn redact_value(value: &Value) -> Value {
    below(value, MAX_DEPTH)
}

fn below(value: &Value, levels: usize) -> Value {
    let Some(deeper) = levels.checked_sub(1) else { return Value::Null };
    match value {
        Value::String(text) => Value::String(redact_text(text)),
        Value::Array(items) => items.iter().map(|item| below(item, deeper)).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| match value {
                Value::String(text) if is_secret(name) && !text.is_empty() => (name.clone(), Value::from("…")),
                _ => (name.clone(), below(value, deeper)),
            };
            Value::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETS.iter().any(|secret| name.contains(secret))
}

/// [`redact_value`] for one text.
pub fn redact_text(text: &str) -> String {
    let start = text.trim_start();
    if start.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) && start.contains(',') {
        return data_uri(start);
    }
    if is_base64(text) {
        return format!("base64;… ({} bytes)", text.len() / 4 * 3);
    }
    match Url::parse(text) {
        Ok(url) if url.has_host() => redact_url(url, text),
        _ => without_data_uris(text),
    }
}

fn is_base64(text: &str) -> bool {
    text.len() > LONGEST_WORD
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=' | b'\n' | b'\r'))
}

fn data_uri(text: &str) -> String {
    let (head, body) = text.split_once(',').unwrap_or((text, ""));
    let media_type = head.get(5..).and_then(|rest| rest.split(';').next()).unwrap_or_default();
    let media_type: String = media_type.chars().take(80).collect();
    let bytes =
        if head.contains(";base64") { body.trim_end_matches(['=', '\n', '\r', ' ']).len() * 3 / 4 } else { body.len() };
    format!("data:{media_type};… ({bytes} bytes)")
}

/// `text` with the data URIs cut that stand inside it, as in a prompt or JSON in text.
fn without_data_uris(text: &str) -> String {
    let (mut cleaned, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("data:") {
        let (before, found) = rest.split_at(at);
        cleaned.push_str(before);
        let end = found.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | '\\'));
        let (uri, after) = found.split_at(end.unwrap_or(found.len()));
        let is_content = uri.split_once(',').is_some_and(|(head, _)| head.contains(";base64"));
        cleaned.push_str(&if is_content { data_uri(uri) } else { uri.to_owned() });
        rest = after;
    }
    cleaned + rest
}

fn redact_url(mut url: Url, text: &str) -> String {
    let is_signature = |name: &str| {
        let name = name.to_ascii_lowercase();
        SIGNATURES
            .iter()
            .any(|secret| name.strip_suffix(secret).is_some_and(|rest| rest.is_empty() || rest.ends_with(['-', '_'])))
    };
    let open = !url.username().is_empty() || url.password().is_some() || url.fragment().is_some();
    if !open && !url.query_pairs().any(|(name, _)| is_signature(&name)) {
        return text.to_owned();
    }
    // Neither fails for a URL with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    if url.query().is_some() {
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_signature(&name) { "…".to_owned() } else { value.into_owned() };
                (name.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url.into()
}
