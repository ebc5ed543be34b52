//! Request ids.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes request ids: drawn, or counted from a seed.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: Option<u64>,
    count: AtomicU64,
}

impl Ids {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }

    /// A new request id: a version 4 UUID.
    pub(crate) fn next(&self) -> String {
        let Some(seed) = self.seed else {
            return uuid::Uuid::new_v4().to_string();
        };
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let digest = blake3::hash(format!("{seed}/{number}").as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_bytes()[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}
