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

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}
