//! A context on real time, and a server that answers raw bytes and keeps what it was asked.

pub(crate) use mediagen_testkit::context;

use mediagen_assets::{DownloadPolicy, Downloader, Target};
use mediagen_core::{Context, Event, Part, PartSource};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

/// A context whose events are kept.
pub fn observed() -> (Context, Arc<Mutex<Vec<Event>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&events);
    (context().with_observer(move |event: &Event| kept.lock().unwrap().push(event.clone())), events)
}

/// At the end of an answer: nothing more comes, and the connection stays.
pub const HOLD: &[u8] = b"<the server falls silent here>";

/// A server that runs `answer` on each request's text and writes what it gives, then closes. An answer that ends in
/// [`HOLD`] is left open after what comes before.
pub struct Server {
    pub base: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(answer: impl Fn(usize, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut text = Vec::new();
                    while !text.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if socket.read(&mut byte).await.unwrap_or(0) == 0 {
                            return;
                        }
                        text.push(byte[0]);
                    }
                    let text = String::from_utf8(text).unwrap();
                    let number = {
                        let mut kept = kept.lock().unwrap();
                        kept.push(text.clone());
                        kept.len()
                    };
                    let bytes = answer(number, &text);
                    if let Some(before) = bytes.strip_suffix(HOLD) {
                        let _ = socket.write_all(before).await;
                        // Until the other side hangs up.
                        let _ = socket.read(&mut [0]).await;
                    } else {
                        let _ = socket.write_all(&bytes).await;
                        let _ = socket.shutdown().await;
                    }
                });
            }
        });
        Self { base, requests }
    }

    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// The requests so far, lower-cased.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|text| text.to_ascii_lowercase()).collect()
    }

    /// A downloader that may reach this server, with short pauses.
    pub fn downloader(&self) -> Downloader {
        let policy = DownloadPolicy::default().allow_base(&self.base).with_first_pause(Duration::from_millis(1));
        Downloader::new(policy).unwrap()
    }

    pub fn part(&self, path: &str) -> Part {
        Part::new("/images/0", PartSource::Url(self.url(path)))
    }
}

/// An answer with these headers (each ending in CRLF) and this body.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A whole answer with its length.
pub fn whole(content_type: &str, body: &[u8]) -> Vec<u8> {
    answer("200 OK", &format!("content-type: {content_type}\r\ncontent-length: {}\r\n", body.len()), body)
}

/// A PNG of this size with rows that do not compress to nothing.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let noise = |x: u32, y: u32| image::Rgb([(x * 31 + y * 17) as u8, (x ^ y) as u8, (x * y) as u8]);
    image::RgbImage::from_fn(width, height, noise).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The first byte that a request asks for; 0 for the whole file.
pub fn first_byte(request: &str) -> usize {
    let lower = request.to_ascii_lowercase();
    lower.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next()?.parse().ok()).unwrap_or(0)
}

/// The answer to `request` for `body`: the rest from the byte that is asked for, or all of it, with its headers.
pub fn ranged(request: &str, body: &[u8], headers: &str) -> Vec<u8> {
    let (start, length) = (first_byte(request), body.len());
    let head = format!("content-type: image/png\r\ncontent-length: {}\r\n{headers}", length - start);
    if start == 0 {
        return answer("200 OK", &head, body);
    }
    let range = format!("{head}content-range: bytes {start}-{}/{length}\r\n", length - 1);
    answer("206 Partial Content", &range, &body[start..])
}

/// The names in a folder, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// `m-0` in `dir`.
pub fn target(dir: &Path) -> Target {
    Target::new(dir).with_field("model", "m").with_field("index", 0)
}

/// The value of a fact of an error.
pub fn fact<'a>(error: &'a mediagen_core::Error, key: &str) -> Option<&'a str> {
    error.context().iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
}
