//! A digest of the whole file that the server sends along, computed on the way and compared at the end.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use crc_fast::CrcAlgorithm;
use mediagen_http::HttpResponse;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// How a digest is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Algorithm {
    Sha256,
    Sha512,
    Md5,
    Crc32c,
}

/// What the content must come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expected {
    pub(super) algorithm: Algorithm,
    /// Base64, as all the headers have it.
    pub(super) value: String,
}

impl Expected {
    /// The strongest digest in the headers of an answer with the whole file; `None` without one that can be checked.
    ///
    /// `Repr-Digest` and `Content-Digest` (RFC 9530), the older `Digest`, `Content-MD5`, and `x-goog-hash`. All of
    /// them are about the bytes as sent: a body that was decompressed below us has lost its length, and is not held
    /// against them.
    pub(super) fn of(response: &HttpResponse) -> Option<Self> {
        let md5_of_message = all(response, "content-md5").into_iter().filter_map(|v| Self::new(Algorithm::Md5, v));
        let of_message = all(response, "content-digest").into_iter().flat_map(|line| line.split(',')).filter_map(named);
        strongest(Self::all_of_part(response).into_iter().chain(of_message).chain(md5_of_message), response)
    }

    /// As [`Expected::of`], from an answer with a part of the file: only of headers that are about the whole of it.
    pub(super) fn of_part(response: &HttpResponse) -> Option<Self> {
        strongest(Self::all_of_part(response).into_iter(), response)
    }

    fn all_of_part(response: &HttpResponse) -> Vec<Self> {
        let lines = |name: &str| all(response, name).into_iter().flat_map(|line| line.split(','));
        let mut found: Vec<Self> = ["repr-digest", "digest"].into_iter().flat_map(lines).filter_map(named).collect();
        // Of a file that is stored compressed, this is the hash of the compressed bytes.
        let stored = response.header("x-goog-stored-content-encoding").unwrap_or("identity");
        if stored.eq_ignore_ascii_case("identity") {
            found.extend(lines("x-goog-hash").filter_map(named));
        }
        found
    }

    fn new(algorithm: Algorithm, value: &str) -> Option<Self> {
        let bytes = STANDARD.decode(value.trim()).ok()?;
        (bytes.len() == algorithm.len()).then(|| Self { algorithm, value: STANDARD.encode(bytes) })
    }
}

fn all<'a>(response: &'a HttpResponse, name: &str) -> Vec<&'a str> {
    response.headers().get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
}

/// The first of the strongest; none where the length is not known, for then the body may have been decompressed.
fn strongest(found: impl Iterator<Item = Expected>, response: &HttpResponse) -> Option<Expected> {
    response.content_length()?;
    found.min_by_key(|digest| digest.algorithm.rank())
}

/// One `sha-256=:…:` or `md5=…`; weaker and unknown ones are passed over.
fn named(item: &str) -> Option<Expected> {
    let (name, value) = item.trim().split_once('=')?;
    let algorithm = match name.trim().to_ascii_lowercase().as_str() {
        "sha-256" => Algorithm::Sha256,
        "sha-512" => Algorithm::Sha512,
        "md5" => Algorithm::Md5,
        "crc32c" => Algorithm::Crc32c,
        _ => return None,
    };
    Expected::new(algorithm, value.trim().trim_matches(':'))
}

impl Algorithm {
    /// Lower is preferred: strong ones first, and of these the one that processors have instructions for.
    fn rank(self) -> u8 {
        match self {
            Self::Sha256 => 0,
            Self::Sha512 => 1,
            Self::Md5 => 2,
            Self::Crc32c => 3,
        }
    }

    /// Bytes of a digest.
    fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
            Self::Md5 => 16,
            Self::Crc32c => 4,
        }
    }

    /// The name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha512 => "sha-512",
            Self::Md5 => "md5",
            Self::Crc32c => "crc32c",
        }
    }
}

/// A digest being computed.
#[derive(Clone)]
pub(super) enum Running {
    Sha256(Box<sha2::Sha256>),
    Sha512(Box<sha2::Sha512>),
    Md5(Box<md5::Md5>),
    Crc32c(Box<crc_fast::Digest>),
}

impl Running {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Box::default()),
            Algorithm::Sha512 => Self::Sha512(Box::default()),
            Algorithm::Md5 => Self::Md5(Box::default()),
            Algorithm::Crc32c => Self::Crc32c(Box::new(crc_fast::Digest::new(CrcAlgorithm::Crc32Iscsi))),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
            Self::Md5(hasher) => hasher.update(bytes),
            Self::Crc32c(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of everything so far, in base64.
    pub(super) fn value(&self) -> String {
        match self {
            Self::Sha256(hasher) => STANDARD.encode(hasher.clone().finalize()),
            Self::Sha512(hasher) => STANDARD.encode(hasher.clone().finalize()),
            Self::Md5(hasher) => STANDARD.encode(hasher.clone().finalize()),
            // The low half of its 64 bits.
            Self::Crc32c(hasher) => STANDARD.encode(&hasher.finalize().to_be_bytes()[4..]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `hello`: from `openssl dgst` and RFC 3720's CRC.
    const HELLO: [(&str, &str); 4] = [
        ("sha-256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        ("sha-512", "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=="),
        ("md5", "XUFAKrxLKna5cZ2REBfFkg=="),
        ("crc32c", "mnG7TA=="),
    ];

    #[test]
    fn every_digest_is_read_and_computed() {
        for (name, value) in HELLO {
            for written in [format!("{name}=:{value}:"), format!(" {}={value} ", name.to_uppercase())] {
                let expected = named(&written).unwrap();
                assert_eq!((expected.algorithm.name(), expected.value.as_str()), (name, value));
                let mut running = Running::new(expected.algorithm);
                running.update(b"he");
                running.update(b"llo");
                assert_eq!(running.value(), value, "{name}");
            }
        }
        for wrong in ["sha-256=:AAAA:", "sha-256", "sha=:AAAA:", "unixsum=30637", "md5=:not base64:"] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }
}
