//! A secret that becomes an `Authorization` header and nothing else.

use http::HeaderValue;
use mediagen_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;

/// The whole value of an `Authorization` header. `Debug` hides it; it is wiped from memory when dropped.
#[derive(Clone)]
pub struct Credential(SecretString);

impl Credential {
    /// `header_value` is sent as it is, scheme word included, such as `Bearer …`.
    pub fn new(header_value: SecretString) -> Self {
        Self(header_value)
    }

    /// The header value, marked sensitive so that no library logs or indexes it.
    pub(crate) fn header_value(&self) -> Result<HeaderValue> {
        // The parse error is dropped on purpose: nothing about the value may reach a message.
        let mut value = HeaderValue::from_str(self.0.expose_secret()).map_err(|_| {
            Error::new(ErrorKind::Config, "the key holds characters that no header may carry")
                .with_hint("check the key for line breaks and quotation marks")
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl Credential {
    /// `text` without the key: a server may repeat what it refused, and messages must not.
    ///
    /// The whole header value, the part behind its scheme word, and each half of an `id:secret` pair of at least
    /// eight characters become `…`.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let value = self.0.expose_secret();
        let key = value.split_once(' ').map_or(value, |(_, key)| key);
        let halves = key.split(':').filter(|half| half.len() >= 8);
        let secrets = [value, key].into_iter().chain(halves).filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
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
}
