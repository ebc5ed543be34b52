//! Where files are kept for good: content by its BLAKE3, each with the records of how it was made.

mod cloud;
mod config;
mod location;
mod read;
mod verify;
mod write;

pub use config::StoreConfig;
pub use read::StoredRecord;
pub use verify::{Damage, Missing, VerifyProgress, VerifyReport};

use mediagen_core::{Error, ErrorKind, Result, chain};
use object_store::{ObjectStore, local::LocalFileSystem, memory::InMemory, path::Path as Location};
use std::{fmt, fs, path::PathBuf, sync::Arc};
use url::Url;

/// A content-addressed store: a local folder, memory, or a bucket. Cheap to clone; clones are the same store.
///
/// The layout below its root is `blake3/ab/cd/HASH` for content and `records/ab/cd/HASH/NAME.json` for records, where
/// `abcd` begins the hash. Content is written once, under its final name only when it is whole and its hash was
/// compared, and then never changed. Other programs may read it; several processes may write at once.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    root: Location,
    /// Where it is on this machine, for content that can be cloned by the file system.
    folder: Option<PathBuf>,
    url: Url,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("url", &mediagen_http::redact(&self.url)).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store that `config` names. A local folder is made when it is missing; no server is asked yet.
    ///
    /// # Errors
    /// `Config` for a URL that names no store, for a service that this build was made without (the hint names the
    /// cargo feature), and for settings of the service that are missing or name a server elsewhere without TLS; `Io` when a folder cannot be made.
    pub fn open(config: &StoreConfig) -> Result<Self> {
        let url = config.url().clone();
        match url.scheme() {
            "file" => {
                let folder = url.to_file_path().map_err(|()| refused(&url, "names no local folder"))?;
                Self::at(folder)
            }
            "memory" => Ok(Self::in_memory()),
            _ => {
                check_feature(&url)?;
                // The cloud clients take the process's default for TLS.
                mediagen_http::install_crypto();
                let settings = cloud::settings(&url, config.options())?;
                let opened = object_store::parse_url_opts(&url, settings);
                let wrong = |e| refused(&url, "cannot be opened").with_hint(cloud::NEEDED).with_source(e);
                let (objects, root) = opened.map_err(wrong)?;
                Ok(Self { objects: objects.into(), root, folder: None, url })
            }
        }
    }

    /// The store in a local folder, which is made when it is missing.
    ///
    /// # Errors
    /// `Io` when the folder cannot be made.
    pub fn at(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        let failed = || Error::new(ErrorKind::Io, format!("the store `{}` cannot be opened", folder.display()));
        fs::create_dir_all(&folder).map_err(|e| failed().with_source(e))?;
        let folder = folder.canonicalize().map_err(|e| failed().with_source(e))?;
        let objects = LocalFileSystem::new_with_prefix(&folder).map_err(|e| failed().with_source(e))?;
        let url = Url::from_directory_path(&folder).map_err(|()| failed())?;
        Ok(Self { objects: Arc::new(objects.with_fsync(true)), root: Location::default(), folder: Some(folder), url })
    }

    /// A store that ends with its last clone.
    #[expect(clippy::missing_panics_doc, reason = "the URL is a constant")]
    pub fn in_memory() -> Self {
        #[expect(clippy::unwrap_used, reason = "the URL is a constant")]
        let url = Url::parse("memory:///").unwrap();
        Self { objects: Arc::new(InMemory::new()), root: Location::default(), folder: None, url }
    }

    /// A store over another object store, below `root`.
    pub fn over(objects: Arc<dyn ObjectStore>, root: impl AsRef<str>, url: Url) -> Self {
        Self { objects, root: Location::from(root.as_ref()), folder: None, url }
    }

    /// Where it is.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where the content with this hash is on this machine; `None` for a store elsewhere. Nothing is looked up, and
    /// what is there must not be changed.
    pub fn local_path(&self, blake3: &str) -> Option<PathBuf> {
        location::check(blake3).ok()?;
        Some(self.folder.as_ref()?.join("blake3").join(&blake3[..2]).join(&blake3[2..4]).join(blake3))
    }
}

/// The most characters that are shown of a service's own words.
const MAX_CAUSE: usize = 200;

fn refused(url: &Url, why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the store `{}` {why}", mediagen_http::redact(url)))
        .with_hint("known: file:///FOLDER, memory:///, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX")
}

/// Refuses a service that this build knows nothing of, and schemes that are no store.
fn check_feature(url: &Url) -> Result<()> {
    let (feature, built) = match url.scheme() {
        "s3" | "s3a" => ("s3", cfg!(feature = "s3")),
        "gs" => ("gs", cfg!(feature = "gs")),
        "az" | "azure" | "abfs" | "abfss" => ("az", cfg!(feature = "az")),
        _ => return Err(refused(url, "is of no known kind")),
    };
    if built {
        return Ok(());
    }
    Err(refused(url, "needs a build with support for it").with_hint(format!("build with `--features {feature}`")))
}

/// A failure of the store at `location`.
fn failed(error: object_store::Error, location: &Location) -> Error {
    let kind = match &error {
        object_store::Error::NotFound { .. } => ErrorKind::NotFound,
        object_store::Error::PermissionDenied { .. } => ErrorKind::PermissionDenied,
        object_store::Error::Unauthenticated { .. } => ErrorKind::Unauthenticated,
        // A refused list, and a refused beginning of an upload, are not among the others.
        other if says(other, "status code: 403") => ErrorKind::PermissionDenied,
        other if says(other, "status code: 401") => ErrorKind::Unauthenticated,
        _ => ErrorKind::Io,
    };
    let what = match kind {
        ErrorKind::NotFound => "not found in the store",
        ErrorKind::PermissionDenied | ErrorKind::Unauthenticated => "the store refused the request",
        _ => "the store failed",
    };
    let mut shown = Error::new(kind, what).with("object", location);
    if let (true, Some(cause)) = (kind != ErrorKind::NotFound, chain(&error).skip(1).last()) {
        let plain = cause.to_string().chars().filter(|c| !c.is_control()).take(MAX_CAUSE).collect::<String>();
        shown = shown.with("cause", plain);
    }
    shown.with_source(error)
}

/// Whether one of the causes of `error` has these words: the type of a cloud's answer cannot be named from here.
fn says(error: &(dyn std::error::Error + 'static), words: &str) -> bool {
    chain(error).skip(1).any(|cause| cause.to_string().contains(words))
}
