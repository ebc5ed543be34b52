//! The HTTP side: one loopback port, every fal host under its own first path segment.

use crate::catalogue::Catalogue;
use std::{net::SocketAddr, time::Duration};

/// How an emulator behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EmulatorConfig {
    /// TCP port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// The endpoints on offer.
    pub catalogue: Catalogue,
    /// Time in the queue before a run starts.
    pub queue_delay: Duration,
    /// Time a run takes; `None` lets the endpoint decide.
    pub run_delay: Option<Duration>,
    /// Whether `.../status/stream` answers; `false` refuses it with 404, so that clients must poll.
    pub status_stream: bool,
}

impl Default for EmulatorConfig {
    fn default() -> Self {
        Self {
            port: 0,
            catalogue: Catalogue::builtin(),
            queue_delay: Duration::ZERO,
            run_delay: None,
            status_stream: true,
        }
    }
}

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
}

/// A running emulator; dropping it stops the server.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
}

impl Emulator {
    /// Starts serving on loopback inside the current tokio runtime.
    ///
    /// # Errors
    /// [`EmulatorError::Bind`] when the port cannot be had.
    pub async fn start(config: EmulatorConfig) -> Result<Self, EmulatorError> {
        let _ = config;
        Ok(Self { address: SocketAddr::from(([127, 0, 0, 1], 0)) })
    }

    /// The base address for `FAL_BASE_URL`, such as `http://127.0.0.1:8787` (no trailing slash).
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}
