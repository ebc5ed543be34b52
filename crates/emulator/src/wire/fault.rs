//! Scripted misbehaviour: what goes wrong, on which class of route, how many times.

use super::lock::lock;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::HashMap, collections::VecDeque, sync::Mutex, time::Duration};

/// A class of routes, for faults and for counting; the paths are those of fal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Route {
    /// `POST /queue/{id}`.
    Submit,
    /// `GET .../requests/{request}/status`.
    Status,
    /// `GET .../requests/{request}/status/stream`.
    Stream,
    /// `GET .../requests/{request}`.
    Result,
    /// `PUT .../requests/{request}/cancel`.
    Cancel,
    /// `POST /run/{id}`.
    Run,
    /// Every step of an upload: initiate, whole files, parts, completion.
    Upload,
    /// Browser tokens and CDN tokens.
    Token,
    /// `GET` or `HEAD` of a CDN file.
    Download,
    /// The two catalogue lists: `/api/models` and `/www/api/models`.
    Models,
    /// The website's pages, its `sitemap.xml` and those below it.
    Page,
    /// `/www/robots.txt`.
    Robots,
    /// `/www/api/openapi/queue/openapi.json`.
    OpenApi,
    /// `/api/models/pricing` and its estimate.
    Pricing,
    /// `/openrouter/chat/completions`.
    Chat,
    /// Everything else.
    Other,
}

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// Answers with this status and JSON body; the request has no other effect.
    Status(u16, Value),
    /// Like [`Fault::Status`] with headers of its own, such as `x-fal-request-id` on a 503 that fal itself gave.
    StatusWithHeaders(u16, Vec<(String, String)>, Value),
    /// An ingress page as nginx writes it (502, 503, 504): HTML, no `x-fal-request-id`.
    NginxHtml(u16),
    /// Does the work (a submit makes its job) and closes the connection instead of answering.
    DropBeforeAnswer,
    /// Closes the connection; the request has no effect.
    DropBeforeAccept,
    /// Waits before it goes on as usual.
    Slow(Duration),
    /// Waits until so many requests of its route have been under way at the same time, itself included; then it goes on.
    Gathered(usize),
    /// Announces the whole body, sends half of it and closes the connection.
    TruncatedBody,
    /// Announces the whole body, sends so many bytes of it (at most all but one) and closes the connection.
    CutAt(u64),
    /// Announces and sends so many bytes fewer than there are, without a sign of it.
    Shorter(u64),
    /// Answers with `Retry-After` in seconds and this status, mostly 429; the request has no other effect.
    RetryAfter(u64, u16),
    /// Refuses a status stream with 404.
    StreamRefused,
    /// Ends a streamed answer cleanly after its first event.
    StreamEndsEarly,
    /// Lets a list's `next_cursor` lead back to its first page, for ever.
    CircularCursor,
    /// Answers 200 with an empty list, in the list's own shape, or an empty page.
    EmptyPage,
    /// Replaces the `status` of a JSON answer by this word.
    UnknownStatus(String),
}

/// A script as `/__emulator/faults` takes it: `{"route": "submit", "fault": {"nginx-html": 503}, "times": 2}`.
#[derive(Debug, Deserialize)]
pub(crate) struct Script {
    pub(crate) route: Route,
    pub(crate) fault: Fault,
    pub(crate) times: usize,
}

/// The script: for each route the faults that are still to come, in order.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    routes: Mutex<HashMap<Route, VecDeque<(Fault, usize)>>>,
}

impl Faults {
    pub(crate) fn add(&self, route: Route, fault: Fault, times: usize) {
        if times > 0 {
            lock(&self.routes).entry(route).or_default().push_back((fault, times));
        }
    }

    pub(crate) fn clear(&self) {
        lock(&self.routes).clear();
    }

    /// The fault for the next request of `route`, which uses it up.
    pub(crate) fn take(&self, route: Route) -> Option<Fault> {
        let mut routes = lock(&self.routes);
        let script = routes.get_mut(&route)?;
        let (fault, left) = script.front_mut()?;
        let fault = fault.clone();
        *left -= 1;
        if *left == 0 {
            script.pop_front();
        }
        Some(fault)
    }
}
