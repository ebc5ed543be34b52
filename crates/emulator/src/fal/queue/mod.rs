//! The queue (protocol 2): submit, status, status stream, result, cancel.

mod cancel;
mod job;
mod result;
mod status;
mod stream;
mod submit;
mod work;

pub(crate) use result::answer_of;
pub(crate) use submit::{known_app, start_within};
pub(crate) use work::{Ending, execute};

use super::{
    answer::{Answer, detail, json},
    app::{App, lock},
    auth,
    dispatch::Call,
    faults::Route,
    record::JobRecord,
};
use axum::http::Method;
use job::Job;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::{Semaphore, watch};

/// All jobs of one emulator.
#[derive(Debug)]
pub(crate) struct Queue {
    jobs: Mutex<Jobs>,
    /// The account's places for running requests, shared with the synchronous route.
    pub(crate) places: Arc<Semaphore>,
    /// Rings whenever a job leaves the queue, because the positions behind it change.
    moved: watch::Sender<u64>,
    ttl: Duration,
}

#[derive(Debug, Default)]
struct Jobs {
    by_id: HashMap<String, Arc<Job>>,
    order: Vec<Arc<Job>>,
    /// Numbers of the waiting jobs, by full endpoint id.
    waiting: BTreeMap<String, BTreeSet<u64>>,
}

impl Queue {
    pub(crate) fn new(places: usize, ttl: Duration) -> Self {
        Self { jobs: Mutex::default(), places: Arc::new(Semaphore::new(places)), moved: watch::Sender::new(0), ttl }
    }

    pub(crate) fn created(&self) -> usize {
        lock(&self.jobs).order.len()
    }

    pub(crate) fn records(&self) -> Vec<JobRecord> {
        lock(&self.jobs).order.iter().map(|job| job.record()).collect()
    }

    /// How many jobs of this endpoint wait.
    fn length(&self, endpoint: &str) -> usize {
        lock(&self.jobs).waiting.get(endpoint).map_or(0, BTreeSet::len)
    }

    /// Takes a job in; `make` gets its number, which grows by one with each job.
    fn add(&self, make: impl FnOnce(u64) -> Job) -> Arc<Job> {
        let mut jobs = lock(&self.jobs);
        let number = jobs.order.len() as u64;
        let job = Arc::new(make(number));
        jobs.waiting.entry(job.endpoint.clone()).or_default().insert(number);
        jobs.by_id.insert(job.id.clone(), Arc::clone(&job));
        jobs.order.push(Arc::clone(&job));
        job
    }

    fn leave(&self, job: &Job) {
        if let Some(waiting) = lock(&self.jobs).waiting.get_mut(&job.endpoint) {
            waiting.remove(&job.number);
        }
        self.moved.send_modify(|count| *count += 1);
    }

    /// Requests before `job`: other people's and our own.
    fn position(&self, job: &Job) -> u64 {
        let jobs = lock(&self.jobs);
        let own = jobs.waiting.get(&job.endpoint).map_or(0, |waiting| waiting.range(..job.number).count());
        u64::from(job.ahead()) + own as u64
    }

    /// The job with this id, if it belongs to the application that `prefix` names and is still kept.
    fn find(&self, id: &str, prefix: &str) -> Option<Arc<Job>> {
        let job = lock(&self.jobs).by_id.get(id).cloned()?;
        (app_of(prefix)? == job.app && !job.expired(self.ttl)).then_some(job)
    }
}

/// The application of an endpoint id: two segments, or three in a namespace (protocol 2.1).
pub(crate) fn app_of(id: &str) -> Option<&str> {
    let length = match id.split('/').next()? {
        "workflows" | "comfy" => 3,
        _ => 2,
    };
    let ends = id.match_indices('/').map(|(at, _)| at).chain([id.len()]);
    let end = ends.into_iter().nth(length - 1)?;
    (!id[..end].split('/').any(str::is_empty)).then(|| &id[..end])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Result,
    Status,
    Stream,
    Cancel,
}

/// `prefix/requests/{id}[/action]` taken apart.
fn parse(path: &str) -> Option<(&str, &str, Action)> {
    let (prefix, rest) = path.split_once("/requests/")?;
    let (id, action) = rest.split_once('/').unwrap_or((rest, ""));
    let action = match action {
        "" | "response" => Action::Result,
        "status" => Action::Status,
        "status/stream" => Action::Stream,
        "cancel" => Action::Cancel,
        _ => return None,
    };
    Some((prefix, id, action))
}

pub(crate) fn classify(path: &str, method: &Method) -> Route {
    match parse(path) {
        Some((_, _, Action::Result)) => Route::Result,
        Some((_, _, Action::Status)) => Route::Status,
        Some((_, _, Action::Stream)) => Route::Stream,
        Some((_, _, Action::Cancel)) => Route::Cancel,
        None if method == Method::POST => Route::Submit,
        None => Route::Other,
    }
}

/// Answers everything below `/queue`.
pub(crate) async fn answer(app: &Arc<App>, call: Call) -> Answer {
    let Some((prefix, id, action)) = parse(&call.path) else {
        return if call.parts.method == Method::POST {
            submit::answer(app, call).await
        } else {
            detail(405, "Method Not Allowed")
        };
    };
    let method = if action == Action::Cancel { Method::PUT } else { Method::GET };
    if call.parts.method != method {
        return detail(405, "Method Not Allowed");
    }
    let name = format!("application \"{}\"", app_of(prefix).unwrap_or(prefix));
    if let Err(refusal) = auth::require_key_or_token(app, &call, &name) {
        return refusal;
    }
    let Some(job) = app.queue.find(id, prefix) else {
        return json(404, &json!({ "status": "NOT_FOUND" }));
    };
    match action {
        Action::Result => result::answer(&job),
        Action::Status => status::answer(app, &job, &call),
        Action::Stream => stream::answer(app, job, &call),
        Action::Cancel => cancel::answer(&job),
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, app_of, parse};

    #[test]
    fn the_application_is_two_segments_or_three_in_a_namespace() {
        assert_eq!(app_of("fal-ai/flux/dev/x"), Some("fal-ai/flux"));
        assert_eq!(app_of("fal-ai/flux"), Some("fal-ai/flux"));
        assert_eq!(app_of("workflows/me/mine/deep"), Some("workflows/me/mine"));
        assert_eq!(app_of("comfy/me"), None);
        assert_eq!(app_of("flux"), None);
        assert_eq!(app_of("fal-ai//dev"), None);
    }

    #[test]
    fn request_paths_are_taken_apart_at_any_depth() {
        assert_eq!(parse("a/b/c/requests/1/status/stream"), Some(("a/b/c", "1", Action::Stream)));
        assert_eq!(parse("a/b/requests/1/response"), Some(("a/b", "1", Action::Result)));
        assert_eq!(parse("a/b/requests/1/other"), None);
        assert_eq!(parse("a/b"), None);
    }
}
