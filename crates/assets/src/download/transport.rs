//! Connections that cannot be made to the caller's own network.
//!
//! A check before the request would not do: a name may resolve to a public address then and to an inner one a moment
//! later. So the check sits in the resolver that the connection itself uses.

use crate::policy::{DownloadPolicy, is_public};
use async_trait::async_trait;
use mediagen_core::BoxFuture;
use mediagen_http::{BodyStream, HttpTransport, Outgoing, ReqwestTransport, ResolveError, ResolveHost, TransportError};
use std::{
    collections::HashSet,
    net::{IpAddr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
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
    guarded: ReqwestTransport,
    targets: Targets,
}

/// The hosts of downloads. Other names that are looked up are those of proxies, which the caller's environment names and an
/// answer cannot; behind a proxy, the proxy resolves the target and is answerable for it.
type Targets = Arc<RwLock<HashSet<String>>>;

impl GuardedTransport {
    pub(super) fn new(policy: DownloadPolicy) -> Self {
        let targets = Targets::default();
        let guarded = ReqwestTransport::with_resolver(PublicOnly(Arc::clone(&targets)));
        Self { policy, permitted: ReqwestTransport::new(), guarded, targets }
    }
}

#[async_trait]
impl HttpTransport for GuardedTransport {
    async fn send(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
        if self.policy.is_allowed_base(&request.url) {
            return self.permitted.send(request).await;
        }
        if let Some(host) = request.url.host_str() {
            self.targets.write().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned());
        }
        self.guarded.send(request).await
    }
}

/// Resolves names as the system does, and refuses a target of which any address is not public.
struct PublicOnly(Targets);

impl ResolveHost for PublicOnly {
    fn resolve(&self, name: String) -> BoxFuture<'static, Result<Vec<SocketAddr>, ResolveError>> {
        let is_target = self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(inner) = found.iter().find(|a| is_target && !is_public(a.ip())) {
                return Err(RefusedAddress { name, address: inner.ip() }.into());
            }
            Ok(found)
        })
    }
}
