//! Which paid calls are under way in this process.
//!
//! That a provider's list lacks a request proves nothing while the call that makes it may still be on its way. Within one
//! process that is known exactly, and a journal in memory ends with the process.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
};

static UNDER_WAY: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// A paid call that is under way, until this is dropped.
pub(crate) struct Sending(String);

impl Sending {
    pub(crate) fn begin(key: &str) -> Self {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        Self(key.to_owned())
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Whether the call of the intent `key` is under way in this process.
pub(crate) fn is_under_way(key: &str) -> bool {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
}
