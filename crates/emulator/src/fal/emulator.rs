//! A running emulator.

use super::{
    EmulatorConfig, JobFault, JobRecord, cdn,
    service::{Service, dispatch},
};
use crate::wire::{Fault, RequestRecord, Route, serve};
use axum::Router;
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The port is taken or not allowed.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Bind {
        /// The port from the configuration.
        port: u16,
        /// The cause.
        source: std::io::Error,
    },
    /// There is no folder for uploads.
    #[error("cannot create a temporary folder for the CDN's files")]
    Storage(#[source] std::io::Error),
}

/// A running emulator; dropping it stops the server, its jobs, and removes its files.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    service: Arc<Service>,
}

impl Emulator {
    /// Starts serving on loopback inside the current tokio runtime.
    ///
    /// # Errors
    /// [`EmulatorError::Bind`] when the port is not available, [`EmulatorError::Storage`] when a
    /// temporary folder cannot be created.
    pub async fn start(config: EmulatorConfig) -> Result<Self, EmulatorError> {
        // Webhooks leave through reqwest, which comes without cryptography; a choice that was made before stands.
        drop(rustls::crypto::ring::default_provider().install_default());
        let port = config.port;
        let bind = |source| EmulatorError::Bind { port, source };
        let tcp = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.map_err(bind)?;
        let address = tcp.local_addr().map_err(bind)?;
        let service = Service::new(config, &format!("http://{address}")).map_err(EmulatorError::Storage)?;
        let service = Arc::new(service);
        let (accepted, stopping) = (Arc::clone(&service.traffic.connections), service.stopping.clone());
        let router = Router::new().fallback(dispatch).with_state(Arc::clone(&service));
        tokio::spawn(serve(tcp, router, accepted, stopping));
        Ok(Self { address, service })
    }

    /// The base address for `FAL_BASE_URL`, such as `http://127.0.0.1:8787` (no trailing slash).
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting connections, ends streams and jobs; the same as dropping. Waiting for it is not needed.
    pub fn stop(&self) {
        self.service.stopping.cancel();
    }

    /// Makes the next `times` requests of `route` go wrong; scripts of one route follow each other.
    pub fn fail(&self, route: Route, fault: Fault, times: usize) {
        self.service.traffic.faults.add(route, fault, times);
    }

    /// Makes the next `times` jobs (or synchronous runs) fail when they would start to run.
    pub fn fail_jobs(&self, fault: &JobFault, times: usize) {
        self.service.control.job_faults.add(fault, times);
    }

    /// Forgets all faults that are still to come.
    pub fn clear_faults(&self) {
        self.service.control.clear_faults();
    }

    /// Makes `content` the next chat completion; replies follow each other. Without one, the last message is echoed.
    pub fn reply_in_chat(&self, content: impl Into<String>) {
        self.service.chat.add_reply(content.into());
    }

    /// Locks or unlocks the account (protocol 1.2).
    pub fn set_locked(&self, locked: bool) {
        self.service.control.account.set_locked(locked);
    }

    /// Changes the delays of jobs submitted from now on; `run` as in [`EmulatorConfig::run_delay`].
    pub fn set_delays(&self, queue: Duration, run: Option<Duration>) {
        self.service.control.timing.set(queue, run);
    }

    /// Every request so far, those to `/__emulator` left out, in order of arrival.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.service.traffic.recorder.all()
    }

    /// How many requests of this class arrived, failed ones included.
    pub fn count(&self, route: Route) -> usize {
        self.service.traffic.recorder.count(route)
    }

    /// How many requests of this class are being answered now: they arrived, their answers have not begun, and their
    /// clients are still there.
    pub fn under_way(&self, route: Route) -> usize {
        self.service.traffic.under_way.now(route)
    }

    /// How many requests of this class were under way at the same time, at most.
    pub fn most_at_once(&self, route: Route) -> usize {
        self.service.traffic.under_way.most().get(&route).copied().unwrap_or(0)
    }

    /// How many TCP connections were accepted so far, those for `/__emulator` included.
    pub fn connections(&self) -> u64 {
        self.service.traffic.connections.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Forgets the requests so far and how many were under way at most; jobs and files stay.
    pub fn clear_requests(&self) {
        self.service.traffic.recorder.clear();
        self.service.traffic.under_way.clear();
    }

    /// How many jobs the queue has accepted.
    pub fn jobs_created(&self) -> usize {
        self.service.control.jobs.created()
    }

    /// Every job of the queue, in order of submission.
    pub fn jobs(&self) -> Vec<JobRecord> {
        self.service.control.jobs.records()
    }

    /// From now on the CDN counts and checks files and parts of at least so many bytes, and keeps nothing of them: then a
    /// test of transfers needs no space on the disk.
    pub fn keep_below(&self, bytes: u64) {
        self.service.control.store.keep_below(bytes);
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
        let store = &self.service.control.store;
        store.put(content, file_name, media_type).await.map(|key| store.url(&key))
    }

    /// The URL of a file of `bytes` bytes that takes no space: its content is computed while it is sent, the same in every
    /// run, with `ETag` and `Range`. In another process: `{base}/cdn/files/synthetic/{bytes}.bin`.
    pub fn synthetic(&self, bytes: u64) -> String {
        self.service.control.store.url(&cdn::synthetic::key(bytes))
    }

    /// The bytes behind a CDN URL of this emulator; `None` when there is no such file.
    pub async fn file(&self, url: &str) -> Option<bytes::Bytes> {
        let file = self.service.control.store.at(url)?;
        tokio::fs::read(&file.path).await.ok().map(bytes::Bytes::from)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop();
    }
}
