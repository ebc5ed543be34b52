//! How far an upload is, and whether it still moves.

use mediagen_core::{Context, Deadline, Error, ErrorKind, Event};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What observers hear of one file: its bytes, never fewer than before, whatever is repeated below.
#[derive(Debug)]
pub(super) struct Gauge {
    state: Mutex<State>,
    total: Option<u64>,
}

#[derive(Debug)]
struct State {
    /// How far each part is; a whole file is part 0.
    parts: BTreeMap<u64, u64>,
    /// What was reported last.
    reported: u64,
    /// When it moved last, by the context's clock; a pause that was asked for counts as movement.
    moved: Duration,
}

impl Gauge {
    pub(super) fn new(cx: &Context, total: Option<u64>) -> Arc<Self> {
        let state = State { parts: BTreeMap::new(), reported: 0, moved: cx.clock().elapsed() };
        Arc::new(Self { state: Mutex::new(state), total })
    }

    /// `cx` for part `number`: what it reports of its bytes becomes what is known of all.
    pub(super) fn context(self: &Arc<Self>, cx: &Context, number: u64) -> Context {
        let (outer, gauge) = (cx.clone(), Arc::clone(self));
        cx.clone().with_observer(move |event: &Event| match event {
            Event::Uploading { sent, .. } => gauge.moved(&outer, number, *sent),
            Event::Retrying { delay, .. } => {
                gauge.lock().moved = outer.clock().elapsed() + *delay;
                outer.emit(event.clone());
            }
            other => outer.emit(other.clone()),
        })
    }

    /// Another way is tried, from the first byte.
    pub(super) fn restart(&self, cx: &Context) {
        let mut state = self.lock();
        state.parts.clear();
        state.moved = cx.clock().elapsed();
    }

    fn moved(&self, outer: &Context, number: u64, sent: u64) {
        let mut state = self.lock();
        state.parts.insert(number, sent);
        state.moved = state.moved.max(outer.clock().elapsed());
        let sum = state.parts.values().sum();
        if sum > state.reported {
            state.reported = sum;
            // Reported under the lock, so that observers hear the numbers in their order.
            outer.emit(Event::Uploading { sent: sum, total: self.total });
        }
    }

    /// Ends when nothing has moved for the idle deadline although something is left to send.
    pub(super) async fn stalled(&self, cx: &Context) -> Error {
        let idle = cx.deadlines().idle;
        loop {
            let (moved, done) = {
                let state = self.lock();
                (state.moved, self.total.is_some_and(|total| state.parts.values().sum::<u64>() >= total))
            };
            let quiet = cx.clock().elapsed().saturating_sub(moved);
            if !done && quiet >= idle {
                let message = format!("the upload moved no byte for {idle:?}");
                return Error::new(ErrorKind::Timeout(Deadline::Request), message)
                    .with_hint("check the connection; nothing was bought, and the upload can be tried again");
            }
            let due = (moved + idle).saturating_sub(cx.clock().elapsed());
            cx.clock().sleep(if done { idle } else { due }.max(Duration::from_millis(1))).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
