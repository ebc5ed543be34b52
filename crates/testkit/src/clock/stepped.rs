//! A clock that a test moves.

use mediagen_core::{BoxFuture, Clock};
use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// When every stepped clock starts, by its date: 2027-01-15, 08:00 UTC.
const START: Duration = Duration::from_hours(500_000);

/// Time that moves when a test moves it, and otherwise stands still. Clones share it.
///
/// ```
/// use mediagen_core::Clock as _;
/// use mediagen_testkit::SteppedClock;
/// use std::time::Duration;
///
/// let clock = SteppedClock::skipping(Duration::from_secs(10));
/// let (pause, limit) = (clock.sleep(Duration::from_secs(2)), clock.sleep(Duration::from_secs(60)));
/// // The pause is over as soon as it is waited for; the limit passes when the test says so.
/// clock.advance(Duration::from_secs(60));
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// pause.await;
/// limit.await;
/// assert_eq!((clock.pauses(), clock.elapsed().as_secs()), (vec![Duration::from_secs(2)], 62));
/// # });
/// ```
#[derive(Clone, Default)]
pub struct SteppedClock(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    now: Duration,
    skipped: Duration,
    pauses: Vec<Duration>,
    next: u64,
    waiting: Vec<(Duration, u64, Waker)>,
}

impl SteppedClock {
    /// A clock on which every sleep waits for [`advance`](Self::advance).
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock on which sleeps of at most `longest` move the time and end at once; longer ones wait for
    /// [`advance`](Self::advance).
    pub fn skipping(longest: Duration) -> Self {
        Self(Arc::new(Mutex::new(State { skipped: longest, ..State::default() })))
    }

    /// Moves the time, and with it the date, and ends every sleep whose end has come.
    pub fn advance(&self, by: Duration) {
        let due = {
            let mut state = self.lock();
            state.now = state.now.saturating_add(by);
            let now = state.now;
            let (due, waiting) = std::mem::take(&mut state.waiting).into_iter().partition(|(end, ..)| *end <= now);
            state.waiting = waiting;
            let due: Vec<(Duration, u64, Waker)> = due;
            due
        };
        for (_, _, waker) in due {
            waker.wake();
        }
    }

    /// Moves the time to the end of the sleep that ends first; `false` when nothing sleeps.
    pub fn advance_to_next(&self) -> bool {
        let Some(end) = self.lock().waiting.iter().map(|(end, ..)| *end).min() else { return false };
        self.advance(end.saturating_sub(self.elapsed()));
        true
    }

    /// The sleeps that ended at once, in order.
    pub fn pauses(&self) -> Vec<Duration> {
        self.lock().pauses.clone()
    }

    /// How many sleeps wait for the time to move.
    pub fn sleepers(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SteppedClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SteppedClock").field("elapsed", &self.elapsed()).finish_non_exhaustive()
    }
}

impl Clock for SteppedClock {
    fn elapsed(&self) -> Duration {
        self.lock().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.lock();
        state.next += 1;
        let (end, number) = (state.now.saturating_add(duration), state.next);
        if duration > state.skipped {
            return Box::pin(Sleep { clock: self.clone(), end, number });
        }
        drop(state);
        let clock = self.clone();
        Box::pin(async move {
            // Other tasks run once, as they would during a real pause.
            tokio::task::yield_now().await;
            clock.lock().pauses.push(duration);
            clock.advance(duration);
        })
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH + START + self.elapsed()
    }
}

struct Sleep {
    clock: SteppedClock,
    end: Duration,
    number: u64,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        state.waiting.retain(|(_, number, _)| *number != self.number);
        if state.now >= self.end {
            return Poll::Ready(());
        }
        let waiting = (self.end, self.number, cx.waker().clone());
        state.waiting.push(waiting);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.lock().waiting.retain(|(_, number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(flavor = "current_thread")]
    async fn a_sleep_ends_when_the_time_is_moved_past_its_end_and_not_before() {
        let clock = SteppedClock::new();
        let sleeping = tokio::spawn(clock.sleep(3 * SECOND));
        tokio::task::yield_now().await;
        assert_eq!((clock.sleepers(), sleeping.is_finished()), (1, false));
        clock.advance(2 * SECOND);
        tokio::task::yield_now().await;
        assert_eq!((clock.sleepers(), sleeping.is_finished()), (1, false));
        assert!(clock.advance_to_next());
        sleeping.await.unwrap();
        assert_eq!((clock.elapsed(), clock.sleepers(), clock.advance_to_next()), (3 * SECOND, 0, false));
        assert_eq!(clock.now(), UNIX_EPOCH + START + 3 * SECOND);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn pauses_pass_at_once_and_are_kept_and_a_dropped_sleep_waits_no_more() {
        let clock = SteppedClock::skipping(SECOND);
        clock.sleep(SECOND).await;
        assert_eq!((clock.pauses(), clock.elapsed()), (vec![SECOND], SECOND));
        let mut limit = clock.sleep(2 * SECOND);
        assert!(futures_util::poll!(&mut limit).is_pending());
        assert_eq!(clock.sleepers(), 1);
        drop(limit);
        assert_eq!(clock.sleepers(), 0);
    }
}
