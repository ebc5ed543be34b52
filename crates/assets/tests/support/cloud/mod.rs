//! A bucket on loopback, with the interface of a cloud's service: objects are files of a temporary folder, so that the
//! server needs no memory for them; every request is checked for its credentials and written down.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "a test's server; not each test needs all of it")]

mod azure;
mod s3;
mod signature;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Method, StatusCode, header};
use ring::digest;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

pub(crate) const BUCKET: &str = "bucket";
/// Objects in one page of a list: small, so that lists have several.
pub(crate) const PAGE: usize = 7;
/// When every object was changed.
const CHANGED: &str = "Sun, 22 Nov 2026 21:00:00 GMT";
const CHANGED_ISO: &str = "2026-11-22T21:00:00.000Z";

/// Whose interface it has, and what must come with each request.
pub(crate) enum Dialect {
    /// Amazon's, with requests signed by this key.
    S3 { key: &'static str, secret: &'static str },
    /// Google's interface for XML, with this token.
    Google { token: &'static str },
    /// Azure's, with requests signed by this account and key (base64).
    Azure { account: &'static str, key: &'static str },
}

/// What goes wrong with one request.
pub(crate) enum Fault {
    /// The next request of this method is answered 503.
    Busy(Method),
    /// The body of the next GET ends after so many bytes.
    Cut(u64),
}

#[derive(Clone)]
struct Object {
    path: PathBuf,
    bytes: u64,
    etag: String,
}

struct Inner {
    dialect: Dialect,
    folder: tempfile::TempDir,
    objects: Mutex<BTreeMap<String, Object>>,
    /// Parts by upload and number, or by object and the block's name.
    parts: Mutex<BTreeMap<String, BTreeMap<String, Object>>>,
    seen: Mutex<Vec<String>>,
    faults: Mutex<Vec<Fault>>,
    names: AtomicU64,
}

/// The server; it ends with the test's runtime.
pub(crate) struct Cloud {
    /// Its address, without a slash at the end.
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl Cloud {
    pub(crate) async fn start(dialect: Dialect) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            dialect,
            folder: tempfile::tempdir().unwrap(),
            objects: Mutex::default(),
            parts: Mutex::default(),
            seen: Mutex::default(),
            faults: Mutex::default(),
            names: AtomicU64::new(0),
        });
        let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, inner }
    }

    /// The requests since this was last asked: `METHOD KEY?QUERY`, and ` [RANGE]` where one was asked for.
    pub(crate) fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.inner.seen.lock().unwrap())
    }

    /// The keys of all objects.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.inner.objects.lock().unwrap().keys().cloned().collect()
    }

    /// Uploads that were begun, and neither completed nor given up.
    pub(crate) fn unfinished(&self) -> usize {
        self.inner.parts.lock().unwrap().len()
    }

    /// The next request that it fits goes wrong.
    pub(crate) fn break_once(&self, fault: Fault) {
        self.inner.faults.lock().unwrap().push(fault);
    }

    /// Flips one bit of the object whose key ends so.
    pub(crate) fn damage(&self, end: &str) {
        let objects = self.inner.objects.lock().unwrap();
        let (_, object) = objects.iter().find(|(key, _)| key.ends_with(end)).unwrap();
        let mut content = fs::read(&object.path).unwrap();
        let middle = content.len() / 2;
        content[middle] ^= 1;
        fs::write(&object.path, content).unwrap();
    }

    /// Takes away the object whose key ends so.
    pub(crate) fn lose(&self, end: &str) {
        let mut objects = self.inner.objects.lock().unwrap();
        let before = objects.len();
        objects.retain(|key, _| !key.ends_with(end));
        assert_eq!(objects.len() + 1, before);
    }
}

async fn answer(State(server): State<Arc<Inner>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default();
    let key = path.strip_prefix('/').and_then(|path| path.strip_prefix(BUCKET)).map(|key| key.trim_start_matches('/'));
    // Google's client escapes the slashes, too.
    let plain =
        |key: &str| url::form_urlencoded::parse(key.as_bytes()).next().map_or(String::new(), |(key, _)| key.into());
    let Some(key) = key.map(plain) else { return refuse(StatusCode::NOT_FOUND, "NoSuchBucket") };
    let mut line = format!("{} {key}?{query}", request.method());
    if let Some(range) = request.headers().get(header::RANGE) {
        let _ = write!(line, " [{}]", range.to_str().unwrap());
    }
    server.seen.lock().unwrap().push(line);
    if let Err(why) = signature::check(&server.dialect, request.method(), request.uri(), request.headers()) {
        return refuse(StatusCode::FORBIDDEN, &why);
    }
    let method = request.method().clone();
    if server.fault(|fault| matches!(fault, Fault::Busy(of) if *of == method)).is_some() {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "SlowDown");
    }
    match server.dialect {
        Dialect::Azure { .. } => azure::answer(&server, key, request).await,
        Dialect::S3 { .. } | Dialect::Google { .. } => s3::answer(&server, key, request).await,
    }
}

fn refuse(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code></Error>")).into_response()
}

/// The query's values by name.
fn query_of(request: &Request) -> BTreeMap<String, String> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

impl Inner {
    fn fault(&self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let at = faults.iter().position(fits)?;
        Some(faults.remove(at))
    }

    fn new_file(&self) -> PathBuf {
        self.folder.path().join(self.names.fetch_add(1, Ordering::Relaxed).to_string())
    }

    /// Writes a body to a file; refuses one that is not what its headers say.
    async fn receive(&self, request: Request) -> Result<Object, Response> {
        let claimed = request.headers().get("x-amz-content-sha256").map(|hash| hash.to_str().unwrap().to_owned());
        let path = self.new_file();
        // A test that ends while a request runs takes the disk away.
        let gone = |_| refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalError");
        let mut file = tokio::fs::File::create(&path).await.map_err(gone)?;
        let (mut hasher, mut bytes) = (digest::Context::new(&digest::SHA256), 0);
        let mut chunks = request.into_body().into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let Ok(chunk) = chunk else { return Err(refuse(StatusCode::BAD_REQUEST, "IncompleteBody")) };
            hasher.update(&chunk);
            bytes += chunk.len() as u64;
            file.write_all(&chunk).await.map_err(gone)?;
        }
        file.flush().await.map_err(gone)?;
        let hash = hex(hasher.finish().as_ref());
        if claimed.is_some_and(|claimed| claimed != hash) {
            return Err(refuse(StatusCode::BAD_REQUEST, "XAmzContentSHA256Mismatch"));
        }
        Ok(Object { path, bytes, etag: format!("\"{}\"", &hash[..32]) })
    }

    fn put(&self, key: String, object: Object) -> Response {
        let etag = object.etag.clone();
        self.objects.lock().unwrap().insert(key, object);
        (StatusCode::CREATED, [(header::ETAG, etag), (header::LAST_MODIFIED, CHANGED.to_owned())]).into_response()
    }

    /// Joins parts of an upload into one object.
    fn join(&self, key: String, parts: &[Object]) -> Response {
        let path = self.new_file();
        let mut joined = fs::File::create(&path).unwrap();
        for part in parts {
            std::io::copy(&mut fs::File::open(&part.path).unwrap(), &mut joined).unwrap();
        }
        let bytes = parts.iter().map(|part| part.bytes).sum();
        self.put(key, Object { path, bytes, etag: format!("\"joined-{}\"", parts.len()) })
    }

    /// GET and HEAD.
    async fn give(&self, key: &str, request: Request) -> Response {
        let (request, _) = request.into_parts();
        let Some(object) = self.objects.lock().unwrap().get(key).cloned() else {
            return refuse(StatusCode::NOT_FOUND, "NoSuchKey");
        };
        let range = request.headers.get(header::RANGE).map(|range| {
            let range = range.to_str().unwrap().strip_prefix("bytes=").unwrap();
            let (start, end) = range.split_once('-').unwrap();
            (start.parse().unwrap(), end.parse().map_or(object.bytes, |last: u64| (last + 1).min(object.bytes)))
        });
        let (start, end) = range.unwrap_or((0, object.bytes));
        let mut response = Response::builder()
            .status(if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK })
            .header(header::CONTENT_LENGTH, end - start)
            .header(header::ETAG, &object.etag)
            .header(header::LAST_MODIFIED, CHANGED);
        if range.is_some() {
            response = response.header(header::CONTENT_RANGE, format!("bytes {start}-{}/{}", end - 1, object.bytes));
        }
        if request.method == Method::HEAD {
            return response.body(Body::empty()).unwrap();
        }
        let cut = match self.fault(|fault| matches!(fault, Fault::Cut(_))) {
            Some(Fault::Cut(after)) => Some(after),
            _ => None,
        };
        let mut file = tokio::fs::File::open(&object.path).await.unwrap();
        file.seek(std::io::SeekFrom::Start(start)).await.unwrap();
        let content = file.take(cut.unwrap_or(end - start).min(end - start));
        let chunks = futures_util::stream::unfold((content, cut.is_some()), |(mut content, cut)| async move {
            let mut chunk = vec![0; 64 << 10];
            match content.read(&mut chunk).await.unwrap() {
                0 if cut => Some((Err(std::io::Error::other("cut")), (content, false))),
                0 => None,
                read => {
                    chunk.truncate(read);
                    Some((Ok(Bytes::from(chunk)), (content, cut)))
                }
            }
        });
        response.body(Body::from_stream(chunks)).unwrap()
    }

    /// One page of the objects whose keys begin with `prefix` and come after `after`; and whether there are more.
    fn page(&self, prefix: &str, after: &str) -> (Vec<(String, Object)>, bool) {
        let objects = self.objects.lock().unwrap();
        let mut found = objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
        let page: Vec<_> = found.by_ref().take(PAGE).map(|(key, object)| (key.clone(), object.clone())).collect();
        (page, found.next().is_some())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
