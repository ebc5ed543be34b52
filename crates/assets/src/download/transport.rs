//! Connections that cannot be made to the caller's own network.
//!
//! A check before the request would not do: a name may resolve to a public address then and to an inner one a moment
//! later. So the check sits in the resolver that the connection itself uses.

use crate::policy::{DownloadPolicy, is_public};
use async_trait::async_trait;
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_http::{BodyStream, HttpTransport, Outgoing, ReqwestTransport, Stage, TransportError, install_crypto};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    collections::HashSet,
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

/// A name that resolved to an address that is not downloaded from.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` resolves to `{address}`, a loopback, private, link-local or reserved address")]
pub(super) struct RefusedAddress {
    name: String,
    address: IpAddr,
}

/// Sends to permitted bases as any transport does, and to all others through [`PublicOnly`].
pub(super) struct GuardedTransport {
    policy: DownloadPolicy,
    permitted: ReqwestTransport,
    /// Built when the first public address is asked: it reads the root certificates.
    guarded: OnceLock<reqwest::Client>,
    targets: Targets,
}

/// The hosts that downloads were asked from. Other names that are looked up are those of proxies, which the caller's
/// environment names and an answer cannot; behind a proxy, the proxy resolves the target and is answerable for it.
type Targets = Arc<RwLock<HashSet<String>>>;

impl GuardedTransport {
    pub(super) fn new(policy: DownloadPolicy) -> Self {
        Self { policy, permitted: ReqwestTransport::new(), guarded: OnceLock::new(), targets: Targets::default() }
    }

    /// The client for public addresses. Two threads may both build one; the first is kept.
    fn guarded(&self) -> Result<&reqwest::Client, TransportError> {
        if let Some(client) = self.guarded.get() {
            return Ok(client);
        }
        install_crypto();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted in one place, above.
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(Duration::from_secs(10))
            .dns_resolver(Arc::new(PublicOnly(Arc::clone(&self.targets))))
            .build()
            .map_err(|e| TransportError::new(Stage::NotSent, e.without_url()))?;
        Ok(self.guarded.get_or_init(|| client))
    }

    async fn send_guarded(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
        if let Some(host) = request.url.host_str() {
            self.targets.write().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned());
        }
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        let mut answer = self.guarded()?.execute(outgoing).await.map_err(failed)?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let stream: BodyStream = answer.bytes_stream().map_err(failed).boxed();
        let mut response = http::Response::new(stream);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

#[async_trait]
impl HttpTransport for GuardedTransport {
    async fn send(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
        if self.policy.is_allowed_base(&request.url) {
            self.permitted.send(request).await
        } else {
            self.send_guarded(request).await
        }
    }
}

fn failed(error: reqwest::Error) -> TransportError {
    let stage = if error.is_connect() || error.is_builder() { Stage::NotSent } else { Stage::Unknown };
    TransportError::new(stage, error.without_url())
}

/// Resolves names as the system does, and refuses a target of which any address is not public.
struct PublicOnly(Targets);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let is_target = self.0.read().unwrap_or_else(PoisonError::into_inner).contains(name.as_str());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(inner) = found.iter().find(|a| is_target && !is_public(a.ip())) {
                let refused = RefusedAddress { name: name.as_str().to_owned(), address: inner.ip() };
                return Err(refused.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
