//! A server that answers in raw bytes, so that it can break off where it likes.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What the server does with one request.
pub(crate) enum Act {
    /// Closes the connection without an answer.
    Drop,
    /// Writes these pieces one by one, then closes.
    Close(Vec<Vec<u8>>),
    /// Writes and waits for the next request on the connection.
    Keep(Vec<u8>),
    /// As `Keep`, with a pause before the second piece.
    Late(Vec<u8>, Duration, Vec<u8>),
    /// Writes and then stays silent with the connection open.
    Hang(Vec<u8>),
}

/// One request as it was read off the wire.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.head.lines().filter_map(|line| line.split_once(": "));
        found.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// A server on a free port; it stops with the test's runtime.
pub(crate) struct RawServer {
    address: std::net::SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

impl RawServer {
    /// `act` is asked with the number of the request, from 0, once the request was read to its end.
    pub(crate) async fn start(act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, act) = (Arc::clone(&seen), Arc::new(act));
        let connections = Arc::new(AtomicUsize::new(0));
        let accepted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(socket, Arc::clone(&log), Arc::clone(&act)));
            }
        });
        Self { address, seen, connections }
    }

    pub(crate) fn url(&self, path: &str) -> mediagen_http::Url {
        crate::url(format!("http://{}{path}", self.address))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many connections were accepted so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut socket: TcpStream, seen: Arc<Mutex<Vec<Seen>>>, act: Arc<impl Fn(usize) -> Act>) {
    socket.set_nodelay(true).unwrap();
    while let Some(request) = read(&mut socket).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request);
            seen.len() - 1
        };
        match act(number) {
            Act::Drop => return,
            Act::Keep(bytes) => socket.write_all(&bytes).await.unwrap(),
            Act::Late(first, pause, second) => {
                socket.write_all(&first).await.unwrap();
                tokio::time::sleep(pause).await;
                // Who was not interested has hung up.
                if socket.write_all(&second).await.is_err() {
                    return;
                }
            }
            Act::Close(pieces) => {
                for piece in pieces {
                    socket.write_all(&piece).await.unwrap();
                    socket.flush().await.unwrap();
                    tokio::task::yield_now().await;
                }
                return;
            }
            Act::Hang(bytes) => {
                socket.write_all(&bytes).await.unwrap();
                std::future::pending::<()>().await;
            }
        }
    }
}

/// One request with a `Content-Length` body or none; `None` when the peer closed.
async fn read(socket: &mut TcpStream) -> Option<Seen> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if let Some(end) = all.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&all[..end]).into_owned();
            let mut seen = Seen { head, body: all[end + 4..].to_vec() };
            let length = seen.header("content-length").map_or(0, |n| n.parse().unwrap());
            while seen.body.len() < length {
                match socket.read(&mut buffer).await.ok()? {
                    0 => return Some(seen),
                    n => seen.body.extend_from_slice(&buffer[..n]),
                }
            }
            return Some(seen);
        }
        match socket.read(&mut buffer).await.ok()? {
            0 => return None,
            n => all.extend_from_slice(&buffer[..n]),
        }
    }
}
