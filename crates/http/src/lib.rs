#![doc = include_str!("../README.md")]

mod body;
mod classify;
mod client;
mod credential;
mod error;
mod file;
mod hosts;
mod limit;
mod multipart;
mod redact;
mod request;
mod reqwest;
mod response;
mod retry;
mod sse;
mod transport;

pub use body::{Body, OpenBody, read_stream};
pub use classify::{Classify, ResponseHead, StatusClassify, Verdict, retry_after};
pub use client::{HttpClient, HttpClientBuilder};
pub use credential::Credential;
pub use file::FileParts;
pub use hosts::{HostPolicy, check_base};
pub use limit::{HostLimits, Limit};
pub use multipart::{FormPart, Multipart};
pub use redact::redact;
pub use request::{Authorize, HttpRequest, Repeat};
pub use response::HttpResponse;
pub use retry::RetryPolicy;
pub use secrecy;
pub use sse::SseEvent;
pub use transport::{BodyStream, HttpTransport, Outgoing, Stage, TransportError};

pub use self::reqwest::{ReqwestTransport, ResolveError, ResolveHost, install_crypto};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
pub use url::Url;
