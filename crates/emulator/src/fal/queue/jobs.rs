//! All jobs of one emulator, and their order.

use super::job::{Job, JobRecord};
use crate::{fal::id::app_of, wire::lock};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::watch;

#[derive(Debug)]
pub(crate) struct Jobs {
    all: Mutex<All>,
    /// Rings whenever a job leaves the queue, because the positions behind it change.
    moved: watch::Sender<u64>,
    /// How long a finished job is kept.
    ttl: Duration,
}

#[derive(Debug, Default)]
struct All {
    by_id: HashMap<String, Arc<Job>>,
    order: Vec<Arc<Job>>,
    /// Numbers of the waiting jobs, by full endpoint id.
    waiting: BTreeMap<String, BTreeSet<u64>>,
}

impl Jobs {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self { all: Mutex::default(), moved: watch::Sender::new(0), ttl }
    }

    pub(crate) fn created(&self) -> usize {
        lock(&self.all).order.len()
    }

    pub(crate) fn records(&self) -> Vec<JobRecord> {
        lock(&self.all).order.iter().map(|job| job.record()).collect()
    }

    /// Rings whenever positions change.
    pub(super) fn moved(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// How many jobs of this endpoint wait.
    pub(super) fn length(&self, endpoint: &str) -> usize {
        lock(&self.all).waiting.get(endpoint).map_or(0, BTreeSet::len)
    }

    /// Takes a job in; `make` gets its number, which grows by one with each job.
    pub(super) fn add(&self, make: impl FnOnce(u64) -> Job) -> Arc<Job> {
        let mut all = lock(&self.all);
        let number = all.order.len() as u64;
        let job = Arc::new(make(number));
        all.waiting.entry(job.endpoint.clone()).or_default().insert(number);
        all.by_id.insert(job.id.clone(), Arc::clone(&job));
        all.order.push(Arc::clone(&job));
        job
    }

    pub(super) fn leave(&self, job: &Job) {
        if let Some(waiting) = lock(&self.all).waiting.get_mut(&job.endpoint) {
            waiting.remove(&job.number);
        }
        self.moved.send_modify(|count| *count += 1);
    }

    /// Requests before `job`: those of others and our own.
    pub(super) fn position(&self, job: &Job) -> u64 {
        let all = lock(&self.all);
        let own = all.waiting.get(&job.endpoint).map_or(0, |waiting| waiting.range(..job.number).count());
        u64::from(job.ahead()) + own as u64
    }

    /// The job with this id, if it belongs to the application that `prefix` names and is still kept.
    pub(super) fn find(&self, id: &str, prefix: &str) -> Option<Arc<Job>> {
        let job = lock(&self.all).by_id.get(id).cloned()?;
        (app_of(prefix)? == job.app && !job.expired(self.ttl)).then_some(job)
    }
}
