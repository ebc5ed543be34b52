//! `/__emulator`: what a test in another process reads and steers.

use super::{
    account::Account,
    cdn::{Store, StoredFile},
    queue::Jobs,
    runner::{JobFaults, Timing},
};
use crate::wire::{Answer, Call, Script, Traffic, detail, json};
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// What can be read and steered.
pub(crate) struct Control {
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) account: Arc<Account>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) job_faults: Arc<JobFaults>,
    pub(crate) store: Arc<Store>,
    pub(crate) timing: Arc<Timing>,
}

impl Control {
    /// Answers everything below `/__emulator`; these requests are neither recorded nor counted.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        let (method, path) = (call.parts.method.as_str().to_owned(), call.path.clone());
        match (method.as_str(), path.as_str()) {
            ("GET", "requests") => json(200, &json!(self.traffic.recorder.all())),
            ("GET", "stats") => json(200, &self.stats()),
            ("POST", "delays") => self.delays(&call.json().await.unwrap_or(Value::Null)),
            ("POST", "locked") => {
                self.account.set_locked(call.json().await.unwrap_or(Value::Null) == Value::Bool(true));
                json(200, &self.account.locked().into())
            }
            ("GET", "files") => json(200, &self.files()),
            ("POST", "keep_below") => {
                let bytes = call.json().await.unwrap_or(Value::Null).as_u64().unwrap_or(u64::MAX);
                self.store.keep_below(bytes);
                json(200, &bytes.into())
            }
            ("POST", "faults") => self.faults(&call.bytes().await),
            ("POST", "clear") => {
                self.traffic.recorder.clear();
                self.traffic.under_way.clear();
                self.clear_faults();
                json(200, &json!({}))
            }
            _ => detail(404, "Not Found"),
        }
    }

    /// Forgets all faults that are still to come, those of jobs included.
    pub(crate) fn clear_faults(&self) {
        self.traffic.faults.clear();
        self.job_faults.clear();
    }

    fn stats(&self) -> Value {
        json!({
            "jobs_created": self.jobs.created(),
            "counts": self.traffic.recorder.counts(),
            "most_at_once": self.traffic.under_way.most(),
            "connections": self.traffic.connections.load(Ordering::SeqCst),
            "jobs": self.jobs.records(),
        })
    }

    /// Every file of the CDN; its digest is a hash of the content, or of the tags of its parts in their order, or
    /// the CRC-32C of what was not kept.
    fn files(&self) -> Value {
        let file = |(key, file): (String, StoredFile)| json!({ "url": self.store.url(&key), "bytes": file.size, "digest": file.digest });
        self.store.all().into_iter().map(file).collect()
    }

    fn faults(&self, body: &[u8]) -> Answer {
        match serde_json::from_slice::<Script>(body) {
            Ok(Script { route, fault, times }) => {
                self.traffic.faults.add(route, fault, times);
                json(200, &json!({}))
            }
            Err(error) => detail(400, &error.to_string()),
        }
    }

    /// `{"queue_ms": n, "run_ms": n|null, "queue_ahead": n}`; what is absent stays as it is.
    fn delays(&self, wanted: &Value) -> Answer {
        let now = self.timing.now();
        let queue = wanted["queue_ms"].as_u64().map_or(now.queue, Duration::from_millis);
        let run = match wanted.get("run_ms") {
            Some(run) => run.as_u64().map(Duration::from_millis),
            None => now.run,
        };
        self.timing.set(queue, run);
        if let Some(ahead) = wanted["queue_ahead"].as_u64() {
            self.timing.set_ahead(u32::try_from(ahead).unwrap_or(u32::MAX));
        }
        json(200, &json!({}))
    }
}
