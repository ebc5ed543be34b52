//! The HTTP side: one loopback port, every fal host under its own first path segment.
//!
//! `/queue`, `/run`, `/rest`, `/cdn`, `/api` (the platform API, `/v1` included), `/www` (the
//! website) and `/openrouter`. `/__emulator` is for tests in another process:
//!
//! | call | what |
//! |---|---|
//! | `GET /__emulator/requests` | every [`RequestRecord`] so far |
//! | `GET /__emulator/stats` | `{"jobs_created", "counts": {route: n}, "most_at_once": {route: n}, "connections": n, "jobs": [`[`JobRecord`]`]}` |
//! | `POST /__emulator/delays` | `{"queue_ms", "run_ms", "queue_ahead"}`, each optional; `run_ms: null` lets endpoints decide |
//! | `POST /__emulator/faults` | `{"route": "submit", "fault": {"nginx-html": 503}, "times": 2}`; names of [`Route`] and [`Fault`] in kebab case |
//! | `POST /__emulator/locked` | `true` or `false` |
//! | `POST /__emulator/clear` | forgets requests, what was at once, and faults |
//!
//! `GET /cdn/files/synthetic/{bytes}.bin` is a file of any size, computed while it is sent.

#![expect(
    clippy::result_large_err,
    reason = "a refusal is an HTTP answer like any other: made once per request and sent at once"
)]

mod answer;
mod api;
mod app;
mod auth;
pub mod catalogue;
mod cdn;
mod config;
mod control;
mod dispatch;
mod faults;
mod listen;
mod openrouter;
mod queue;
mod record;
mod rest;
mod run;
mod under_way;
mod webhook;
mod www;

pub use config::EmulatorConfig;
pub use faults::{Fault, JobFault, Route};
pub use record::{JobRecord, RequestRecord};

use app::App;
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The port is taken or not allowed.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Bind {
        /// The port asked for.
        port: u16,
        /// The cause.
        source: std::io::Error,
    },
    /// There is no room for uploads.
    #[error("cannot make a temporary folder for the CDN's files")]
    Storage(#[source] std::io::Error),
}

/// A running emulator; dropping it stops the server, its jobs, and removes its files.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    app: Arc<App>,
}

impl Emulator {
    /// Starts serving on loopback inside the current tokio runtime.
    ///
    /// # Errors
    /// [`EmulatorError::Bind`] when the port cannot be had, [`EmulatorError::Storage`] when the
    /// system gives no temporary folder.
    pub async fn start(config: EmulatorConfig) -> Result<Self, EmulatorError> {
        // Webhooks leave through reqwest, which comes without cryptography; a choice that was made before stands.
        drop(rustls::crypto::ring::default_provider().install_default());
        let port = config.port;
        let bind = |source| EmulatorError::Bind { port, source };
        let tcp = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.map_err(bind)?;
        let address = tcp.local_addr().map_err(bind)?;
        let app = Arc::new(App::new(config, format!("http://{address}")).map_err(EmulatorError::Storage)?);
        tokio::spawn(listen::serve(tcp, Arc::clone(&app)));
        Ok(Self { address, app })
    }

    /// The base address for `FAL_BASE_URL`, such as `http://127.0.0.1:8787` (no trailing slash).
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops taking connections, ends streams and jobs; the same as dropping. Waiting for it is not needed.
    pub fn stop(&self) {
        self.app.stopping.cancel();
    }

    /// Makes the next `times` requests of `route` go wrong; scripts of one route follow each other.
    pub fn fail(&self, route: Route, fault: Fault, times: usize) {
        self.app.faults.add(route, fault, times);
    }

    /// Makes the next `times` jobs (or synchronous runs) fail when they would start to run.
    pub fn fail_jobs(&self, fault: &JobFault, times: usize) {
        self.app.faults.add_job(fault, times);
    }

    /// Forgets all faults that are still to come.
    pub fn clear_faults(&self) {
        self.app.faults.clear();
    }

    /// Makes the next chat completion say `content`; replies follow each other, without one the last message is echoed.
    pub fn reply_in_chat(&self, content: impl Into<String>) {
        self.app.add_chat_reply(content.into());
    }

    /// Locks or unlocks the account (protocol 1.2).
    pub fn set_locked(&self, locked: bool) {
        self.app.set_locked(locked);
    }

    /// Changes the delays of jobs submitted from now on; `run` as in [`EmulatorConfig::run_delay`].
    pub fn set_delays(&self, queue: Duration, run: Option<Duration>) {
        self.app.set_delays(queue, run);
    }

    /// Changes [`EmulatorConfig::queue_ahead`] for jobs submitted from now on.
    pub fn set_queue_ahead(&self, requests: u32) {
        self.app.set_queue_ahead(requests);
    }

    /// Every request so far, those to `/__emulator` left out, in order of arrival.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.app.recorder.all()
    }

    /// How many requests of this class arrived, failed ones included.
    pub fn count(&self, route: Route) -> usize {
        self.app.recorder.count(route)
    }

    /// How many requests of this class are being answered now: they arrived, their answers have not begun, and their
    /// clients are still there.
    pub fn under_way(&self, route: Route) -> usize {
        self.app.under_way.now(route)
    }

    /// How many requests of this class were under way at the same time, at most.
    pub fn most_at_once(&self, route: Route) -> usize {
        self.app.under_way.most().get(&route).copied().unwrap_or(0)
    }

    /// How many TCP connections were accepted so far, those for `/__emulator` included.
    pub fn connections(&self) -> u64 {
        self.app.connections.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Forgets the requests so far and how many were under way at most; jobs and files stay.
    pub fn clear_requests(&self) {
        self.app.recorder.clear();
        self.app.under_way.clear();
    }

    /// How many jobs the queue has accepted.
    pub fn jobs_created(&self) -> usize {
        self.app.queue.created()
    }

    /// Every job of the queue, in order of submission.
    pub fn jobs(&self) -> Vec<JobRecord> {
        self.app.queue.records()
    }

    /// Lets the CDN count and check the files and parts of at least so many bytes that it takes from now on, and keep
    /// nothing of them: a test of transfers needs no room then.
    pub fn keep_below(&self, bytes: u64) {
        self.app.files.keep_below(bytes);
    }

    /// Puts `content` on the CDN and returns its URL.
    ///
    /// # Errors
    /// The file system's.
    pub async fn add_file(
        &self,
        content: bytes::Bytes,
        file_name: &str,
        media_type: &str,
    ) -> Result<String, std::io::Error> {
        self.app.files.put(content, file_name, media_type).await.map(|key| self.app.file_url(&key))
    }

    /// The URL of a file of `bytes` bytes that takes no room: its content is computed while it is sent, the same in every
    /// run, with `ETag` and `Range`. In another process: `{base}/cdn/files/synthetic/{bytes}.bin`.
    pub fn synthetic(&self, bytes: u64) -> String {
        self.app.file_url(&cdn::synthetic::key(bytes))
    }

    /// The bytes behind a CDN URL of this emulator; `None` when there is no such file.
    pub async fn file(&self, url: &str) -> Option<bytes::Bytes> {
        let file = self.app.file_of_url(url)?;
        tokio::fs::read(&file.path).await.ok().map(bytes::Bytes::from)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop();
    }
}
