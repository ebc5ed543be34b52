//! Saving parts: streamed to `NAME.part`, hashed on the way, checked, and only then given their name.

mod claim;
mod content;
mod data_uri;
mod digest;
mod fetch;
mod part_file;
mod pieces;
mod progress;
mod read;
mod record;
mod resume;
mod transport;
mod writer;

use crate::{asset::Asset, policy::DownloadPolicy, target::Target};
use content::Content;
use data_uri::DataUri;
use fetch::Fetch;
use mediagen_core::{Context, Error, ErrorKind, Part, PartSource, Result, Retry};
use mediagen_disk::{blocking, sync_folder};
use mediagen_http::{HttpClient, RetryPolicy, redact};
use mediagen_probe::probe;
use part_file::PartFile;
use progress::Progress;
use std::sync::Arc;
use transport::GuardedTransport;
use url::Url;

/// Saves what a model made. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Downloader {
    client: HttpClient,
    policy: Arc<DownloadPolicy>,
}

impl Downloader {
    /// A downloader that keeps to `policy`. It has no credentials and sends none.
    ///
    /// # Errors
    /// `Config` when TLS cannot be set up.
    pub fn new(policy: DownloadPolicy) -> Result<Self> {
        let transport = GuardedTransport::new(policy.clone());
        let client = HttpClient::builder()
            .user_agent(concat!("mediagen/", env!("CARGO_PKG_VERSION")))
            // Attempts are counted here, where a cut body is one of them.
            .retry(RetryPolicy::none())
            .transport(Arc::new(transport))
            .build()?;
        Ok(Self { client, policy: Arc::new(policy) })
    }

    /// The limits.
    pub fn policy(&self) -> &DownloadPolicy {
        &self.policy
    }

    /// Saves `part` at `target` and measures it.
    ///
    /// The bytes go to `NAME.part` first. The final name appears once the file is whole, its length is what was
    /// announced, it comes to the digest that the server sent, and it is what was due; an existing file is never
    /// overwritten (`-2`, `-3`, … is added).
    ///
    /// A cut transfer is repeated up to the policy's attempts and goes on where it stopped when the server answers a
    /// `Range` for the same file. When that does not help, when the save is cancelled or its future dropped, and when
    /// the process is killed, `NAME.part` stays with a record `NAME.part.json`, provided that the server gave a
    /// validator (a strong `ETag`, else `Last-Modified`): the next save of the same URL to the same target goes on
    /// with it, in any process, if its bytes are those of the record and the server confirms the validator. Otherwise
    /// it starts over. Nothing stays after any other error, or with
    /// [`with_partial_kept(false)`](DownloadPolicy::with_partial_kept). Emits `Event::Requested(Download)`, `Event::Downloading` (at most ten a second, and
    /// at the end) and `Event::Retrying`.
    ///
    /// # Errors
    /// With the URL (without its query) as context `url` where there is one, and with `part` and `kept_bytes` where
    /// a `.part` stays:
    /// `Transfer` for a body that is cut short, too large, empty, not what its digest says, or markup where media was due (with an `excerpt`);
    /// `Expired` for 404 and 410; `PermissionDenied` for 401, 403 and for addresses and redirects that the policy
    /// refuses; `Unavailable`, `RateLimited` and `Timeout` when the attempts are used up; `InvalidResponse` for a
    /// malformed data URI; `Io` for the disk; `Cancelled`.
    pub async fn save(&self, cx: &Context, part: &Part, target: &Target) -> Result<Asset> {
        let saved = self.arrive(cx, part, target).await?;
        let folder = target.dir().to_owned();
        blocking(move || {
            sync_folder(&folder);
            Ok(saved)
        })
        .await
    }

    /// As [`Downloader::save`]; the folder is not forced to disk yet, because more is to be written into it.
    pub(crate) async fn arrive(&self, cx: &Context, part: &Part, target: &Target) -> Result<Asset> {
        // Boxed, because the future holds a whole exchange and would be copied about by value.
        let saved = Box::pin(self.save_anonymously(cx, part, target)).await;
        saved.map_err(|error| match part.url().filter(|_| !error.context().iter().any(|(key, _)| *key == "url")) {
            Some(url) => error.with("url", redact(url)),
            None => error,
        })
    }

    async fn save_anonymously(&self, cx: &Context, part: &Part, target: &Target) -> Result<Asset> {
        let url = part.url().filter(|url| url.scheme() != "data");
        let adopted = url.filter(|_| self.policy.keeps_partial);
        let mut file = PartFile::open(target, adopted, self.policy.max_bytes).await?;
        let mut progress = Progress::new(cx);
        let server_type = match self.fill(cx, part, &mut file, &mut progress).await {
            Ok(server_type) => server_type,
            Err(error) => return Err(give_up(file, error).await),
        };
        let bytes = file.written();
        let content = match Content::check(part, server_type.as_deref(), &file.head().await?, bytes) {
            Ok(content) => content,
            Err(error) => {
                file.give_up(false).await;
                return Err(error);
            }
        };
        progress.finish(bytes);
        let (path, blake3) = file.publish(target, &content.extension).await?;
        let measured = path.clone();
        let facts = blocking(move || probe(&measured)).await?;
        let asset = Asset::measured(path, facts).with_media_type(content.media_type).with_content(blake3, bytes);
        let asset = url.cloned().into_iter().fold(asset, Asset::with_url);
        Ok(content.note.into_iter().fold(asset, Asset::with_note))
    }

    /// Writes the content; returns its type as its source states it.
    async fn fill(
        &self,
        cx: &Context,
        part: &Part,
        file: &mut PartFile,
        progress: &mut Progress<'_>,
    ) -> Result<Option<String>> {
        match &part.source {
            PartSource::Url(url) if url.scheme() == "data" => write_data_uri(url.as_str(), file).await,
            PartSource::Url(url) => self.fetch(cx, url, file, progress).await,
            PartSource::DataUri(uri) => write_data_uri(uri, file).await,
            PartSource::Bytes(bytes) => file.write(bytes.clone()).await.map(|()| None),
            PartSource::Stream(stream) => {
                let mut chunks = stream.take().ok_or_else(|| {
                    Error::new(ErrorKind::InvalidInput, "the stream of this part was read already; it can be read once")
                })?;
                while let Some(chunk) = read::next(cx, &mut chunks).await? {
                    file.write(chunk).await?;
                    progress.at(file.written(), part.facts.bytes);
                }
                Ok(None)
            }
            other => Err(Error::new(ErrorKind::Unsupported, format!("a part of this kind cannot be saved: {other:?}"))),
        }
    }

    async fn fetch(
        &self,
        cx: &Context,
        url: &Url,
        file: &mut PartFile,
        progress: &mut Progress<'_>,
    ) -> Result<Option<String>> {
        let fetch = Fetch { cx, client: &self.client, policy: &self.policy, url };
        read::until_cancelled(cx, fetch.run(file, progress)).await?
    }
}

/// Removes the file, or keeps it where a later save may go on with it, which `error` then says.
async fn give_up(file: PartFile, error: Error) -> Error {
    let may_go_on = error.retry() != Retry::Never || error.kind() == ErrorKind::Cancelled;
    match file.give_up(may_go_on).await {
        Some((path, bytes)) => error
            .with("part", path.display())
            .with("kept_bytes", bytes)
            .with_hint("the same call, also of a later process, goes on with the `.part`"),
        None => error,
    }
}

async fn write_data_uri(uri: &str, file: &mut PartFile) -> Result<Option<String>> {
    let uri = DataUri::parse(uri)?;
    file.check_size(uri.least_bytes())?;
    let mut decoded = uri.decode();
    while let Some(chunk) = decoded.next().transpose()? {
        file.write(chunk).await?;
    }
    Ok(Some(uri.media_type.to_owned()).filter(|text| !text.is_empty()))
}
