//! `data:` URIs (RFC 2397), decoded piece by piece.

use base64::{Engine, engine::general_purpose::GeneralPurpose, engine::general_purpose::GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use bytes::Bytes;
use mediagen_core::{Error, ErrorKind, Result};

/// Takes text with and without padding, in the standard alphabet.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Bytes decoded at once: divisible by four, as base64 goes.
const PIECE: usize = 64 << 10;

/// A `data:` URI, not decoded yet.
pub(super) struct DataUri<'a> {
    /// As written; empty where there is none.
    pub(super) media_type: &'a str,
    is_base64: bool,
    content: &'a [u8],
}

impl<'a> DataUri<'a> {
    /// Splits `uri`.
    ///
    /// # Errors
    /// `InvalidResponse` saying what is malformed; the content is not repeated.
    pub(super) fn parse(uri: &'a str) -> Result<Self> {
        let (scheme, rest) = uri.split_once(':').ok_or_else(|| malformed("a data URI has no scheme"))?;
        if !scheme.eq_ignore_ascii_case("data") {
            return Err(malformed("a data URI does not begin with `data:`"));
        }
        let (header, content) = rest.split_once(',').ok_or_else(|| malformed("a data URI has no comma"))?;
        let (media_type, is_base64) = match header.rsplit_once(';') {
            Some((before, last)) if last.trim().eq_ignore_ascii_case("base64") => (before, true),
            _ => (header, false),
        };
        Ok(Self { media_type, is_base64, content: content.as_bytes() })
    }

    /// The size of the content in bytes, counted without decoding it. Exact for what decodes.
    pub(super) fn least_bytes(&self) -> u64 {
        let characters = Unescaped::of(self.content);
        if !self.is_base64 {
            return characters.count() as u64;
        }
        let digits = characters.filter(|b| !b.is_ascii_whitespace() && *b != b'=').count() as u64;
        digits / 4 * 3 + (digits % 4).saturating_sub(1)
    }

    /// The content in pieces.
    pub(super) fn decode(&self) -> Decoded<'a> {
        Decoded { characters: Unescaped::of(self.content), is_base64: self.is_base64 }
    }
}

/// The content of a [`DataUri`], in pieces of at most 64 KiB.
pub(super) struct Decoded<'a> {
    characters: Unescaped<'a>,
    is_base64: bool,
}

impl Iterator for Decoded<'_> {
    type Item = Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_base64 = self.is_base64;
        let kept = |byte: &u8| !is_base64 || !byte.is_ascii_whitespace();
        let piece: Vec<u8> = self.characters.by_ref().filter(kept).take(PIECE).collect();
        if piece.is_empty() {
            return None;
        }
        if !is_base64 {
            return Some(Ok(piece.into()));
        }
        let decoded = STANDARD.decode(&piece);
        // Padding within the text would end a piece early, and what follows it would be lost.
        let ends_early = piece.ends_with(b"=") && self.characters.clone().any(|b| !b.is_ascii_whitespace());
        Some(match decoded {
            Ok(bytes) if !ends_early => Ok(bytes.into()),
            Ok(_) => Err(malformed("a data URI goes on after its padding")),
            Err(e) => Err(malformed("a data URI is not valid base64").with_source(e)),
        })
    }
}

/// Bytes with `%41` taken as one.
#[derive(Clone)]
struct Unescaped<'a> {
    rest: &'a [u8],
}

impl<'a> Unescaped<'a> {
    fn of(rest: &'a [u8]) -> Self {
        Self { rest }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let digit = |at: usize| char::from(*self.rest.get(at)?).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let (byte, rest) = self.rest.split_first()?;
        let escaped = if *byte == b'%' { digit(1).zip(digit(2)) } else { None };
        self.rest = if escaped.is_some() { self.rest.get(3..).unwrap_or_default() } else { rest };
        Some(escaped.map_or(*byte, |(high, low)| high << 4 | low))
    }
}

fn malformed(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidResponse, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(uri: &str) -> Result<(String, Vec<u8>)> {
        let uri = DataUri::parse(uri)?;
        let pieces: Vec<Bytes> = uri.decode().collect::<Result<_>>()?;
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        let content = pieces.concat();
        assert_eq!(uri.least_bytes(), content.len() as u64);
        Ok((uri.media_type.to_owned(), content))
    }

    #[test]
    fn every_form_is_decoded() {
        let cases = [
            ("data:text/plain;charset=utf-8;base64,SGk=", "text/plain;charset=utf-8", "Hi"),
            ("DATA:image/png;BASE64,SGk", "image/png", "Hi"),
            ("data:,a%20b%2", "", "a b%2"),
            ("data:;base64,S%47k%3D", "", "Hi"),
            ("data:;base64,S\nGk=", "", "Hi"),
            ("data:;base64,SGk=\n", "", "Hi"),
            ("data:;base64,", "", ""),
        ];
        for (uri, media_type, content) in cases {
            let (found, bytes) = whole(uri).unwrap();
            assert_eq!((found.as_str(), bytes.as_slice()), (media_type, content.as_bytes()), "{uri}");
        }
    }

    #[test]
    fn pieces_join_at_any_length_and_with_line_breaks() {
        for length in [PIECE * 3 / 4 - 1, PIECE * 3 / 4, PIECE * 3 / 4 + 1, 200_003] {
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
            let text = STANDARD.encode(&content);
            let lines: Vec<&str> = text.as_bytes().chunks(76).map(|l| std::str::from_utf8(l).unwrap()).collect();
            assert_eq!(whole(&format!("data:;base64,{}", lines.join("\r\n"))).unwrap().1, content, "{length}");
        }
    }

    #[test]
    fn malformed_uris_are_refused_without_their_content() {
        let early = format!("data:;base64,{}AA==AAAA", "A".repeat(PIECE - 4));
        for uri in ["data:text/plain", "http:,x", "data:;base64,!!secret!!", "nothing", "data:;base64,AA==AAAA", &early]
        {
            let error = DataUri::parse(uri).and_then(|uri| uri.decode().collect::<Result<Vec<_>>>()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse);
            assert!(!error.to_string().contains("secret"));
        }
    }
}
