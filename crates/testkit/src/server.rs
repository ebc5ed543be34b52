//! The far end on loopback: a mock server behind a front that counts every request and can drop a connection.

use crate::wire::{self, Seen};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::Url;
use wiremock::MockServer;

type Matches = Box<dyn Fn(&Seen) -> bool + Send + Sync>;

/// What the front does to an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Passes it on.
    Whole,
    /// Closes the connection without an answer.
    Dropped,
    /// Closes it in the middle of the answer's body.
    Cut,
}

struct Rule {
    matches: Matches,
    left: usize,
    fate: Fate,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    rules: Mutex<Vec<Rule>>,
    strays: Mutex<Vec<Seen>>,
}

/// One far end: wiremock's [`MockServer`] for the answers, behind a front on a port of its own.
///
/// Every request goes through the front, which reads the whole of it, notes it as [`Seen`], and then either passes it
/// on or breaks the connection off, as wiremock cannot. Next to it listens a *foreign* host that a provider has no reason
/// to call: put it into answers and see that nothing goes there.
pub struct Server {
    mock: MockServer,
    base: Url,
    foreign: Url,
    shared: Arc<Shared>,
    front: JoinHandle<()>,
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
        let front = tokio::spawn(serve_front(front, *mock.address(), Arc::clone(&shared)));
        tokio::spawn(serve_foreign(foreign, Arc::clone(&shared)));
        Ok(Self { mock, base, foreign: foreign_url, shared, front })
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
        self.rule(Fate::Dropped, times, Box::new(matches));
    }

    /// Breaks the connection off in the middle of the answer's body, for the next `times` requests that match.
    pub fn cut_next(&self, times: usize, matches: impl Fn(&Seen) -> bool + Send + Sync + 'static) {
        self.rule(Fate::Cut, times, Box::new(matches));
    }

    fn rule(&self, fate: Fate, left: usize, matches: Matches) {
        self.shared.rules.lock().unwrap_or_else(PoisonError::into_inner).push(Rule { matches, left, fate });
    }

    /// Stops listening: every further connection to [`base`](Self::base) is refused.
    pub async fn close(&self) {
        self.front.abort();
        // The port is free once the task is gone.
        while !self.front.is_finished() {
            tokio::task::yield_now().await;
        }
    }

    /// Every request so far, in order, also those that were dropped.
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
    fn note(&self, seen: Seen) -> Fate {
        let fate = {
            let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
            let rule = rules.iter_mut().find(|rule| rule.left > 0 && (rule.matches)(&seen));
            rule.map_or(Fate::Whole, |rule| {
                rule.left -= 1;
                rule.fate
            })
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        fate
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
    let fate = shared.note(seen);
    if fate == Fate::Dropped {
        return Ok(());
    }
    let mut far = TcpStream::connect(upstream).await?;
    far.write_all(&request).await?;
    if fate == Fate::Whole {
        tokio::io::copy(&mut far, &mut client).await?;
        return Ok(());
    }
    let mut answer = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut far, &mut answer).await?;
    client.write_all(wire::half(&answer)).await
}

async fn serve_foreign(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            if let Some(seen) = wire::read(&mut client).await? {
                shared.strays.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
            }
            let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            client.write_all(answer).await
        });
    }
}
