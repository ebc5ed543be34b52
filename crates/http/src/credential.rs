//! A secret that becomes an `Authorization` header and nothing else.

use bytes::Bytes;
use http::HeaderValue;
use mediagen_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret as _, SecretString};
use std::{fmt, sync::Arc};

/// The whole value of an `Authorization` header. `Debug` hides it; it is wiped from memory when its last clone and the last
/// call that carries it are gone. Cheap to clone.
#[derive(Clone)]
pub struct Credential(Arc<Inner>);

struct Inner {
    secret: Arc<SecretString>,
    /// Made once; `None` for a secret that no header may carry.
    header: Option<HeaderValue>,
}

/// The secret as the bytes of a header: shared with it, not copied.
struct Shared(Arc<SecretString>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

impl Credential {
    /// `header_value` is sent as it is, scheme word included, such as `Bearer …`.
    pub fn new(header_value: SecretString) -> Self {
        let secret = Arc::new(header_value);
        let header = header_of(&secret);
        Self(Arc::new(Inner { secret, header }))
    }

    /// The header value, marked sensitive so that no library logs or indexes it.
    pub(crate) fn header_value(&self) -> Result<HeaderValue> {
        // Nothing about the value may reach a message.
        self.0.header.clone().ok_or_else(|| {
            Error::new(ErrorKind::Config, "the key holds characters that no header may carry")
                .with_hint("check the key for line breaks and quotation marks")
        })
    }

    /// Length of the header value in bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.secret.expose_secret().len()
    }

    /// `text` without the key: a server may repeat what it refused, and messages must not.
    ///
    /// The whole header value, the part behind its scheme word, and each half of an `id:secret` pair of at least
    /// eight characters become `…`.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let value = self.0.secret.expose_secret();
        let key = value.split_once(' ').map_or(value, |(_, key)| key);
        let halves = key.split(':').filter(|half| half.len() >= 8);
        let secrets = [value, key].into_iter().chain(halves).filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

fn header_of(secret: &Arc<SecretString>) -> Option<HeaderValue> {
    if !secret.expose_secret().is_ascii() {
        return None;
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(Shared(Arc::clone(secret)))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_014_a_key_that_a_server_repeats_is_taken_out() {
        let credential = Credential::new(SecretString::from("Key some-id-77:some-secret-88"));
        let text = "no: Key some-id-77:some-secret-88, some-id-77:some-secret-88, some-secret-88, id";
        assert_eq!(credential.scrub(text), "no: …, …, …, id");
    }

    #[test]
    fn a_header_shares_the_secret_and_is_sensitive() {
        let credential = Credential::new(SecretString::from("Bearer s3cret"));
        let (one, two) = (credential.header_value().unwrap(), credential.clone().header_value().unwrap());
        assert_eq!(one.as_bytes(), b"Bearer s3cret");
        assert!(std::ptr::eq(one.as_bytes(), two.as_bytes()) && two.is_sensitive());
        drop((credential, two));
        assert_eq!(one.as_bytes(), b"Bearer s3cret", "a call under way keeps it");
        for malformed in ["Bearer a\nb", "Bearer é", "Bearer \u{7f}"] {
            let error = Credential::new(SecretString::from(malformed)).header_value().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(!format!("{error:?}").contains(malformed), "{error:?}");
        }
    }
}
