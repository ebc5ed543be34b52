//! `data:` URIs (RFC 2397).

use base64::{Engine, engine::general_purpose::GeneralPurpose, engine::general_purpose::GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use bytes::Bytes;
use mediagen_core::{Error, ErrorKind, Result};

/// Takes text with and without padding, in the standard alphabet.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The media type as written (empty where there is none) and the content.
///
/// # Errors
/// `InvalidResponse` saying what is malformed; the content is not repeated.
pub(super) fn decode(uri: &str) -> Result<(String, Bytes)> {
    let malformed = |what: &'static str| Error::new(ErrorKind::InvalidResponse, what);
    let (scheme, rest) = uri.split_once(':').ok_or_else(|| malformed("a data URI has no scheme"))?;
    if !scheme.eq_ignore_ascii_case("data") {
        return Err(malformed("a data URI does not begin with `data:`"));
    }
    let (header, content) = rest.split_once(',').ok_or_else(|| malformed("a data URI has no comma"))?;
    let (media_type, is_base64) = match header.rsplit_once(';') {
        Some((before, last)) if last.trim().eq_ignore_ascii_case("base64") => (before, true),
        _ => (header, false),
    };
    let unescaped = percent_decode(content.as_bytes());
    let bytes = if is_base64 {
        let compact: Vec<u8> = unescaped.into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
        STANDARD.decode(compact).map_err(|e| malformed("a data URI is not valid base64").with_source(e))?
    } else {
        unescaped
    };
    Ok((media_type.to_owned(), bytes.into()))
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let escaped = digit(at + 1).zip(digit(at + 2)).filter(|_| *byte == b'%');
        decoded.push(escaped.map_or(*byte, |(high, low)| high << 4 | low));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_decoded() {
        let cases = [
            ("data:text/plain;charset=utf-8;base64,SGk=", "text/plain;charset=utf-8", "Hi"),
            ("DATA:image/png;BASE64,SGk", "image/png", "Hi"),
            ("data:,a%20b%2", "", "a b%2"),
            ("data:;base64,S%47k%3D", "", "Hi"),
            ("data:;base64,S\nGk=", "", "Hi"),
        ];
        for (uri, media_type, content) in cases {
            let (found, bytes) = decode(uri).unwrap();
            assert_eq!((found.as_str(), bytes.as_ref()), (media_type, content.as_bytes()), "{uri}");
        }
    }

    #[test]
    fn malformed_uris_are_refused_without_their_content() {
        for uri in ["data:text/plain", "http:,x", "data:;base64,!!secret!!", "nothing"] {
            let error = decode(uri).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse);
            assert!(!error.to_string().contains("secret"));
        }
    }
}
