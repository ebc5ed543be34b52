//! The listening socket, with a way to hang up on a client in the middle of things.

use axum::{
    Router,
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use std::{
    io::{Error, ErrorKind},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

/// Serves `router` until `stopping`; `accepted` counts the connections.
pub(crate) async fn serve(tcp: TcpListener, router: Router, accepted: Arc<AtomicU64>, stopping: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<Connection>();
    let server = axum::serve(Loopback { tcp, accepted }, service).with_graceful_shutdown(stopping.cancelled_owned());
    if let Err(error) = server.await {
        tracing::warn!(%error, "the emulator's server ended");
    }
}

/// Closes its connection: whatever is written from then on fails.
#[derive(Debug, Clone, Default)]
pub(crate) struct HangUp(Arc<AtomicBool>);

impl HangUp {
    pub(crate) fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The connection that a request came over.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// From 1, in the order in which they were accepted.
    pub(crate) number: u64,
    pub(crate) hang_up: HangUp,
}

impl Connected<IncomingStream<'_, Loopback>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Self {
        stream.io().connection.clone()
    }
}

pub(crate) struct Loopback {
    tcp: TcpListener,
    accepted: Arc<AtomicU64>,
}

impl Listener for Loopback {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.tcp).await;
        // Small frames such as stream events must not wait for acknowledgements.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let number = self.accepted.fetch_add(1, Ordering::SeqCst) + 1;
        (Wire { stream, connection: Connection { number, hang_up: HangUp::default() } }, address)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// A TCP stream that can be made to fail.
pub(crate) struct Wire {
    stream: TcpStream,
    connection: Connection,
}

impl Wire {
    fn check(&self) -> Result<(), Error> {
        if self.connection.hang_up.0.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::ConnectionAborted, "scripted hang-up"));
        }
        Ok(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize, Error>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
