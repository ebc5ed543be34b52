//! The seam below the client: one exchange, no retries, no policy.

use crate::{Body, redact};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};
use mediagen_core::{BoxError, BoxStream};
use std::fmt;
use url::Url;

/// The bytes of an answer as they arrive; it ends with an error when the connection is lost.
pub type BodyStream = BoxStream<'static, Result<Bytes, TransportError>>;

/// One request as it leaves: the address is `http` or `https`, without a fragment or a user name.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// Where it goes; parsed once, when the call was made.
    pub url: Url,
    /// The headers, the key among them.
    pub headers: HeaderMap,
    /// What it carries.
    pub body: Body,
}

impl Outgoing {
    /// A request without headers and body.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Body::Empty }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("method", &self.method)
            .field("url", &redact(&self.url))
            // Values may be tokens.
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &self.body)
            .finish()
    }
}

/// How far a failed exchange got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// No byte of the request left: name lookup, connecting or the TLS handshake failed.
    NotSent,
    /// The request may have arrived.
    Unknown,
}

/// A failed exchange. Its text names no URL query and no header.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// How far the exchange got.
    pub stage: Stage,
    /// What failed.
    pub source: BoxError,
}

impl TransportError {
    /// A failure at `stage`.
    pub fn new(stage: Stage, source: impl Into<BoxError>) -> Self {
        Self { stage, source: source.into() }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::NotSent => "no connection",
            Stage::Unknown => "the connection was lost",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// Sends one request and answers when the headers are here.
///
/// It neither repeats nor follows redirects, and it keeps no deadline of its own but the one for connecting.
#[async_trait]
pub trait HttpTransport: Send + Sync + 'static {
    /// One exchange; every status is `Ok`.
    async fn send(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError>;
}
