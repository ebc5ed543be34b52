//! Calls of the provider's own service that cost nothing.

use mediagen_core::{Context, ErrorKind, Event, Phase, Result};
use std::sync::Arc;

/// How often a body that breaks off is requested in all.
const BODY_ATTEMPTS: u32 = 4;

/// `once`, again while its answer breaks off on the way: the HTTP layer repeats calls, not the reading of their bodies.
/// Only for calls that cost nothing.
///
/// # Errors
/// That of the last attempt.
pub async fn whole_body<T, F: Future<Output = Result<T>>>(
    cx: &Context,
    phase: Phase,
    mut once: impl FnMut() -> F,
) -> Result<T> {
    let mut attempt = 1;
    loop {
        match once().await {
            Err(reason) if reason.kind() == ErrorKind::Transfer && attempt < BODY_ATTEMPTS => {
                let delay = cx.poll().initial;
                cx.emit(Event::Retrying { phase, attempt, delay, reason: Arc::new(reason) });
                cx.clock().sleep(delay).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

/// `cx` for a small call of an upload: its own body is not part of the input that observers follow.
pub fn without_progress(cx: &Context) -> Context {
    let outer = cx.clone();
    cx.clone().with_observer(move |event: &Event| {
        if !matches!(event, Event::Uploading { .. }) {
            outer.emit(event.clone());
        }
    })
}
