//! The default transport.

use crate::{Body, BodyStream, HttpTransport, Outgoing, Stage, TransportError, hosts};
use async_trait::async_trait;
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_core::BoxFuture;
use reqwest::{
    Client, ClientBuilder,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};
use url::Url;

/// Longest time for one connection to be made, TLS included.
const CONNECT: Duration = Duration::from_secs(10);

/// Finds the addresses of a host. The connection itself uses it, so that a check here cannot be circumvented by a name that
/// resolves to another address a moment later. It is not used for an address that stands in the URL itself.
pub trait ResolveHost: Send + Sync + 'static {
    /// The addresses of `name`, with any port; or why it must not be connected to.
    ///
    /// # Errors
    /// Any error refuses the connection, and is a cause of what the transport reports.
    fn resolve(&self, name: String) -> BoxFuture<'static, Result<Vec<SocketAddr>, ResolveError>>;
}

/// Why a name has no addresses.
pub type ResolveError = Box<dyn std::error::Error + Send + Sync>;

/// HTTP/1.1 and HTTP/2 over rustls with a pool of connections.
///
/// Redirects are not followed and answers may arrive gzipped. Proxies of the environment are used for other machines,
/// never for this one. Root certificates are read when the first `https` address is called, not before: a program that
/// talks to this machine only starts without that cost.
#[derive(Default)]
pub struct ReqwestTransport {
    /// `http` to this machine.
    local: OnceLock<Client>,
    /// `https` to this machine.
    local_tls: OnceLock<Client>,
    /// Everything else.
    remote: OnceLock<Client>,
    resolver: Option<Arc<dyn ResolveHost>>,
}

impl ReqwestTransport {
    /// A transport without connections yet; nothing is loaded.
    pub fn new() -> Self {
        Self::default()
    }

    /// A transport that finds every host by `resolver`, also this machine.
    pub fn with_resolver(resolver: impl ResolveHost) -> Self {
        Self { resolver: Some(Arc::new(resolver)), ..Self::default() }
    }

    fn client(&self, url: &Url) -> Result<&Client, TransportError> {
        if let Some(resolver) = &self.resolver {
            return built(&self.remote, || base().dns_resolver(Arc::new(Resolver(Arc::clone(resolver)))));
        }
        match (hosts::is_loopback(url), url.scheme()) {
            // Without a single trusted root, a mistake here could only make TLS fail, never weaken it.
            (true, "http") => built(&self.local, || base().no_proxy().tls_certs_only([])),
            (true, _) => built(&self.local_tls, || base().no_proxy()),
            (false, _) => built(&self.remote, base),
        }
    }
}

struct Resolver(Arc<dyn ResolveHost>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.resolve(name.as_str().to_owned());
        Box::pin(async move { Ok(Box::new(found.await?.into_iter()) as Addrs) })
    }
}

/// Makes ring the cryptography of TLS in this process, unless the program chose another before. Every client of
/// reqwest in this workspace is built after a call of it: reqwest itself comes without any.
pub fn install_crypto() {
    // A choice that was made before stands.
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn base() -> ClientBuilder {
    install_crypto();
    Client::builder()
        .redirect(redirect::Policy::none())
        // By default a request that an HTTP/2 server refuses is sent again in silence: whether a call may leave twice
        // is for our client alone to say (law 1).
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT)
}

/// The client in `slot`, built on first use. Two threads may both build one; the first is kept.
fn built(slot: &OnceLock<Client>, builder: impl Fn() -> ClientBuilder) -> Result<&Client, TransportError> {
    if let Some(client) = slot.get() {
        return Ok(client);
    }
    let client = builder().build().map_err(|e| TransportError::new(Stage::NotSent, e.without_url()))?;
    Ok(slot.get_or_init(|| client))
}

#[async_trait]
impl HttpTransport for ReqwestTransport {
    async fn send(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
        let client = self.client(&request.url)?;
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        *outgoing.body_mut() = match request.body {
            Body::Empty => None,
            Body::Bytes(bytes) => Some(bytes.into()),
            body => Some(reqwest::Body::wrap_stream(body.open())),
        };
        let mut answer = client.execute(outgoing).await.map_err(failed)?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let stream: BodyStream = answer.bytes_stream().map_err(failed).boxed();
        let mut response = http::Response::new(stream);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// A request that a closed pooled connection never took over is sent again below us; what fails here either never had
/// a connection or may have arrived.
fn failed(error: reqwest::Error) -> TransportError {
    let stage = if error.is_connect() || error.is_builder() { Stage::NotSent } else { Stage::Unknown };
    TransportError::new(stage, error.without_url())
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    /// Bytes of an HTTP/2 frame header, and of the preface of a connection (RFC 9113, 4.1 and 3.4).
    const FRAME: usize = 9;
    const PREFACE: usize = 24;

    /// Refuses every request of one connection with `REFUSED_STREAM`, and counts them.
    async fn refuse_all(listener: TcpListener) -> usize {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.read_exact(&mut [0; PREFACE]).await.unwrap();
        socket.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
        let mut requests = 0;
        let mut head = [0; FRAME];
        while socket.read_exact(&mut head).await.is_ok() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            socket.read_exact(&mut vec![0; length]).await.unwrap();
            match (head[3], head[4]) {
                // HEADERS: one request.
                (1, _) => {
                    requests += 1;
                    let stream = &head[5..];
                    let reset = [&[0, 0, 4, 3, 0], stream, &[0, 0, 0, 7]].concat();
                    socket.write_all(&reset).await.unwrap();
                }
                // SETTINGS of the client are acknowledged.
                (4, 0) => socket.write_all(&[0, 0, 0, 4, 1, 0, 0, 0, 0]).await.unwrap(),
                _ => {}
            }
        }
        requests
    }

    #[tokio::test]
    async fn a_request_that_an_http2_server_refuses_is_not_sent_again_below_us() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/paid", listener.local_addr().unwrap());
        let server = tokio::spawn(refuse_all(listener));
        let client = base().no_proxy().tls_certs_only([]).http2_prior_knowledge().build().unwrap();
        let error = failed(client.post(url).body("{}").send().await.unwrap_err());
        assert_eq!(error.stage, Stage::Unknown);
        drop(client);
        assert_eq!(server.await.unwrap(), 1);
    }
}
