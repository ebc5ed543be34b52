//! The far end on loopback: a mock server behind a front that counts every request and can drop a connection.

use crate::wire::{self, Seen};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use wiremock::MockServer;

type Matches = Box<dyn Fn(&Seen) -> bool + Send + Sync>;

struct DropRule {
    matches: Matches,
    left: usize,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    drops: Mutex<Vec<DropRule>>,
    strays: Mutex<Vec<Seen>>,
}

/// One far end: wiremock's [`MockServer`] for the answers, behind a front on a port of its own.
///
/// Every request goes through the front, which reads the whole of it, notes it as [`Seen`], and then either passes it
/// on or drops the connection without an answer, as wiremock cannot. Beside it listens a *foreign* host that no
/// provider has any reason to call: put it into answers and see that nobody goes there.
pub struct Server {
    mock: MockServer,
    base: Url,
    foreign: Url,
    shared: Arc<Shared>,
}

impl Server {
    /// Listens on two free ports of the loopback interface, on the current tokio runtime.
    ///
    /// # Errors
    /// Those of binding a port.
    pub async fn start() -> io::Result<Self> {
        let mock = MockServer::start().await;
        let shared = Arc::new(Shared::default());
        let (front, foreign) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
        let (base, foreign_url) = (loopback(front.local_addr()?)?, loopback(foreign.local_addr()?)?);
        tokio::spawn(serve_front(front, *mock.address(), Arc::clone(&shared)));
        tokio::spawn(serve_foreign(foreign, Arc::clone(&shared)));
        Ok(Self { mock, base, foreign: foreign_url, shared })
    }

    /// Where the provider is to send its requests.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A host that is none of the provider's: a good place for the files in an answer.
    pub fn foreign(&self) -> &Url {
        &self.foreign
    }

    /// Where to mount the answers.
    pub fn mock(&self) -> &MockServer {
        &self.mock
    }

    /// Drops the connection of the next `times` requests that match, after reading the whole request.
    pub fn drop_next(&self, times: usize, matches: impl Fn(&Seen) -> bool + Send + Sync + 'static) {
        let rule = DropRule { matches: Box::new(matches), left: times };
        self.shared.drops.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// Every request so far, in order, dropped ones too.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests had this method and a path that begins with `path`.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == method && seen.path.starts_with(path)).count()
    }

    /// Requests that went to the foreign host.
    pub fn strays(&self) -> Vec<Seen> {
        self.shared.strays.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

fn loopback(address: SocketAddr) -> io::Result<Url> {
    Url::parse(&format!("http://{address}/")).map_err(io::Error::other)
}

impl Shared {
    fn note(&self, seen: Seen) -> bool {
        let dropped = {
            let mut drops = self.drops.lock().unwrap_or_else(PoisonError::into_inner);
            let rule = drops.iter_mut().find(|rule| rule.left > 0 && (rule.matches)(&seen));
            rule.is_some_and(|rule| {
                rule.left -= 1;
                true
            })
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        dropped
    }
}

async fn serve_front(listener: TcpListener, upstream: SocketAddr, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(relay(client, upstream, Arc::clone(&shared)));
    }
}

/// One request a connection; a failed socket ends the connection, which is all a peer would see of it.
async fn relay(mut client: TcpStream, upstream: SocketAddr, shared: Arc<Shared>) -> io::Result<()> {
    let Some(seen) = wire::read(&mut client).await? else { return Ok(()) };
    let request = wire::rewrite(&seen);
    if shared.note(seen) {
        return Ok(());
    }
    let mut far = TcpStream::connect(upstream).await?;
    tokio::io::AsyncWriteExt::write_all(&mut far, &request).await?;
    tokio::io::copy(&mut far, &mut client).await?;
    Ok(())
}

async fn serve_foreign(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            if let Some(seen) = wire::read(&mut client).await? {
                shared.strays.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
            }
            let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut client, answer).await
        });
    }
}
