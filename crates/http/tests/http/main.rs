//! The client on real sockets of this machine: what is on the wire, how often, and with which headers.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test, in shared steps too")]

mod bodies;
mod clock;
mod connections;
mod forms;
mod refusals;
mod repeating;
mod secrets;
mod server;
mod waiting;

use clock::StepClock;
use mediagen_core::{Context, Event};
use mediagen_http::Url;
use std::sync::{Arc, Mutex};

/// A context on `clock` that keeps its events.
fn observed(clock: &StepClock) -> (Context, Arc<Mutex<Vec<Event>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&events);
    let cx = Context::new(clock.clone()).with_observer(move |event: &Event| sink.lock().unwrap().push(event.clone()));
    (cx, events)
}

fn url(text: impl AsRef<str>) -> Url {
    Url::parse(text.as_ref()).unwrap()
}
