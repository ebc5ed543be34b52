//! What came in, for tests.

use super::{fault::Route, lock::lock};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// One request as it arrived.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Upper case.
    pub method: String,
    /// From the first slash, undecoded, without the query.
    pub path: String,
    /// Without the question mark; empty when there is none.
    pub query: String,
    /// Names in lower case, in the order of arrival, values as sent (the key included: this is a test server).
    pub headers: Vec<(String, String)>,
    /// Bytes of the body that were read so far.
    pub body_bytes: u64,
    /// The body, where it is JSON of at most 1 MiB.
    pub json: Option<Value>,
    /// The class that faults and counts go by.
    pub route: Route,
    /// Number of the TCP connection that it came over, from 1 in the order in which they were accepted.
    pub connection: u64,
}

impl RequestRecord {
    /// The first value of this header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

#[derive(Debug)]
struct Entry {
    record: RequestRecord,
    bytes: Arc<AtomicU64>,
}

/// All requests of the emulator's life, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    entries: Mutex<Vec<Entry>>,
}

impl Recorder {
    /// Files `record`; the returned counter is to be advanced while the body is read.
    pub(crate) fn add(&self, record: RequestRecord) -> Arc<AtomicU64> {
        let bytes = Arc::new(AtomicU64::new(record.body_bytes));
        lock(&self.entries).push(Entry { record, bytes: Arc::clone(&bytes) });
        bytes
    }

    pub(crate) fn all(&self) -> Vec<RequestRecord> {
        let entries = lock(&self.entries);
        let with_bytes =
            |entry: &Entry| RequestRecord { body_bytes: entry.bytes.load(Ordering::Relaxed), ..entry.record.clone() };
        entries.iter().map(with_bytes).collect()
    }

    pub(crate) fn count(&self, route: Route) -> usize {
        lock(&self.entries).iter().filter(|e| e.record.route == route).count()
    }

    /// How many came by each route; routes that nothing came by are left out.
    pub(crate) fn counts(&self) -> BTreeMap<Route, usize> {
        let mut counts = BTreeMap::new();
        for entry in lock(&self.entries).iter() {
            *counts.entry(entry.record.route).or_insert(0) += 1;
        }
        counts
    }

    pub(crate) fn clear(&self) {
        lock(&self.entries).clear();
    }
}
