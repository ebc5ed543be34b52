//! How fast a host is asked: calls a second, and calls at the same time.

use crate::{HttpRequest, hosts::Origin};
use mediagen_core::{Clock, Context, Dispatch, Error, ErrorKind, Phase, Result};
use mediagen_runtime::TokioClock;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// How fast one place may be asked. Default: as fast as one likes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Limit {
    /// Calls a second on average, above 0; `None` or anything else is no limit. Default `None`.
    pub per_second: Option<f64>,
    /// Calls that may leave together after a rest before the average holds; 0 counts as 1. Default 1.
    pub burst: u32,
    /// Calls under way, each from its sending to the end of its answer's body; 0 counts as 1. Default: no limit.
    pub in_flight: Option<usize>,
}

impl Limit {
    /// At most this many calls a second, one by one.
    pub fn per_second(calls: f64) -> Self {
        Self { per_second: Some(calls), ..Self::default() }
    }

    /// Lets this many leave together after a rest.
    pub fn with_burst(mut self, calls: u32) -> Self {
        self.burst = calls;
        self
    }

    /// At most this many under way.
    pub fn with_in_flight(mut self, calls: usize) -> Self {
        self.in_flight = Some(calls);
        self
    }

    fn interval(&self) -> Duration {
        let calls = self.per_second.filter(|calls| calls.is_finite() && *calls > 0.0);
        calls.and_then(|calls| Duration::try_from_secs_f64(calls.recip()).ok()).unwrap_or_default()
    }
}

/// The limits of several places, shared by every client that is given them. Places that are not named have none.
///
/// Turns are counted on one clock that belongs to the limits: callers come with contexts whose clocks began at different
/// moments, and a program may make a context for every call.
#[derive(Clone)]
pub struct HostLimits {
    gates: Vec<Arc<Gate>>,
    clock: Arc<dyn Clock>,
}

impl Default for HostLimits {
    fn default() -> Self {
        Self::on(TokioClock::new())
    }
}

impl HostLimits {
    /// No limits yet; turns are counted in real time.
    pub fn new() -> Self {
        Self::default()
    }

    /// No limits yet; turns are counted and waited for on `clock`.
    pub fn on(clock: impl Clock) -> Self {
        Self { gates: Vec::new(), clock: Arc::new(clock) }
    }

    /// Limits every address of `base`'s scheme, host and port at or below its path. Where several places hold an
    /// address, the one with the longest path counts, and no other.
    pub fn with(mut self, base: &Url, limit: Limit) -> Self {
        self.gates.push(Arc::new(Gate::new(base, limit)));
        self.gates.sort_by_key(|gate| std::cmp::Reverse(gate.path.len()));
        self
    }

    fn gate(&self, url: &Url) -> Option<&Arc<Gate>> {
        self.gates.iter().find(|gate| gate.holds(url))
    }

    /// Waits until `request` may leave. A call that stops work never waits.
    pub(crate) async fn enter(&self, cx: &Context, request: &HttpRequest) -> Result<Pass> {
        let Some(gate) = self.gate(&request.url).filter(|_| request.phase != Phase::Cancel) else {
            return Ok(Pass(None));
        };
        let turn = async {
            let slot = match &gate.slots {
                // This semaphore is never closed, so it always gives.
                Some(slots) => Arc::clone(slots).acquire_owned().await.ok(),
                None => None,
            };
            let wait = gate.pace().reserve(self.clock.elapsed(), gate.interval, gate.tolerance);
            if !wait.is_zero() {
                tracing::debug!(phase = %request.phase, ?wait, "waiting for a turn");
                self.clock.sleep(wait).await;
            }
            Pass(slot)
        };
        cx.until_cancelled(turn).await.map_err(|_| {
            Error::new(ErrorKind::Cancelled, "cancelled while waiting for a turn")
                .with_dispatch(Dispatch::NotSent)
                .with("phase", request.phase)
        })
    }

    /// Keeps every caller from the place of `url` until `pause` has passed: it asked one of them to wait.
    pub(crate) fn hold(&self, url: &Url, pause: Duration) {
        if let Some(gate) = self.gate(url) {
            gate.pace().hold(self.clock.elapsed(), pause, gate.tolerance);
        }
    }
}

impl fmt::Debug for HostLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostLimits").field("gates", &self.gates).finish_non_exhaustive()
    }
}

/// The right to be under way; it ends with the value.
#[derive(Debug)]
pub(crate) struct Pass(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

#[derive(Debug)]
struct Gate {
    /// `None` for an address without a host, which holds nothing.
    origin: Option<Origin>,
    path: String,
    interval: Duration,
    /// How far before its time a call may leave: what a burst has saved up.
    tolerance: Duration,
    slots: Option<Arc<Semaphore>>,
    pace: Mutex<Pace>,
}

impl Gate {
    fn new(base: &Url, limit: Limit) -> Self {
        let interval = limit.interval();
        Self {
            origin: Origin::of(base),
            path: base.path().trim_end_matches('/').to_owned(),
            interval,
            tolerance: interval.saturating_mul(limit.burst.saturating_sub(1)),
            slots: limit.in_flight.map(|calls| Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS)))),
            pace: Mutex::default(),
        }
    }

    fn holds(&self, url: &Url) -> bool {
        let rest = url.path().strip_prefix(self.path.as_str());
        let is_below = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        is_below && self.origin.as_ref().is_some_and(|origin| origin.holds(url))
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the next call may leave, on the clock of the limits.
#[derive(Debug, Default)]
struct Pace {
    /// The time at which the call after all reserved ones is due.
    due: Duration,
}

impl Pace {
    /// The pause before the next call, which is then taken.
    fn reserve(&mut self, now: Duration, interval: Duration, tolerance: Duration) -> Duration {
        let wait = self.due.saturating_sub(tolerance).saturating_sub(now);
        self.due = self.due.max(now) + interval;
        wait
    }

    fn hold(&mut self, now: Duration, pause: Duration, tolerance: Duration) {
        self.due = self.due.max(now + pause + tolerance);
    }
}

#[cfg(test)]
mod tests;
