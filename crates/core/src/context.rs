//! What the caller lends to one operation: an observer, time, deadlines, a way to stop.

mod policy;

pub use policy::{Deadlines, OnDeadline, OnDrop, PollPolicy};

use crate::{BoxFuture, Deadline, Dispatch, Error, ErrorKind, Event, Observer, Result, Retry};
use std::{
    fmt,
    sync::Arc,
    task::Poll,
    time::{Duration, SystemTime},
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Time as the caller wants it: real, or stepped in tests.
pub trait Clock: Send + Sync + 'static {
    /// Monotonic time since an arbitrary start.
    fn elapsed(&self) -> Duration;
    /// Resolves after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
    /// The date, for ages that outlive the process; it may jump either way.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Runs a small task to its end, for work that must outlive a dropped future (sending a cancel).
pub trait Spawn: Send + Sync + 'static {
    /// Starts `task`; it ends by itself within the deadlines of the calls it makes.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}

/// The environment of an operation, passed first and by reference; one word wide, and cheap to clone.
///
/// Bound to a handle it is a *template*: a timeout, an observer, a spawner. [`begin`](Self::begin) makes a *call* of it,
/// whose deadline starts then; a call inside a call keeps the outer deadline.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    spawner: Option<Arc<dyn Spawn>>,
    cancel: CancellationToken,
    timeout: Option<Duration>,
    /// On the clock's own scale.
    deadline: Option<Duration>,
    deadlines: Deadlines,
    poll: PollPolicy,
    on_deadline: OnDeadline,
    on_drop: OnDrop,
}

impl Context {
    /// A context without an observer.
    pub fn new(clock: impl Clock) -> Self {
        Self(Arc::new(Inner {
            observer: Arc::new(ignore),
            clock: Arc::new(clock),
            spawner: None,
            cancel: CancellationToken::new(),
            timeout: None,
            deadline: None,
            deadlines: Deadlines::default(),
            poll: PollPolicy::default(),
            on_deadline: OnDeadline::default(),
            on_drop: OnDrop::default(),
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Reports to `observer`.
    pub fn with_observer(self, observer: impl Observer) -> Self {
        self.with(|inner| inner.observer = Arc::new(observer))
    }
    /// Runs what must outlive a dropped future on `spawner`: paid calls, and a cancel after a drop.
    pub fn with_spawner(self, spawner: impl Spawn) -> Self {
        self.with(|inner| inner.spawner = Some(Arc::new(spawner)))
    }
    /// Stops when `token` is triggered: the wait ends with `Cancelled` and the remote job is cancelled.
    pub fn with_cancellation(self, token: CancellationToken) -> Self {
        self.with(|inner| inner.cancel = token)
    }
    /// Bounds each call as a whole: schema, uploads, the job and its wait. A paid call that is under way is not cut; only
    /// the waiting for it is. Default: unbounded, beyond the [`Deadlines`] of the parts.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.with(|inner| inner.timeout = Some(timeout))
    }
    /// Replaces the deadlines of the parts.
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        self.with(|inner| inner.deadlines = deadlines)
    }
    /// Replaces the polling policy.
    pub fn with_poll(self, poll: PollPolicy) -> Self {
        self.with(|inner| inner.poll = poll)
    }
    /// Decides what a passed deadline does to the remote job.
    pub fn with_on_deadline(self, on_deadline: OnDeadline) -> Self {
        self.with(|inner| inner.on_deadline = on_deadline)
    }
    /// Decides what dropping a wait does to the remote job.
    pub fn with_on_drop(self, on_drop: OnDrop) -> Self {
        self.with(|inner| inner.on_drop = on_drop)
    }

    /// A call on this template: its deadline starts now. Inside a call, the same call.
    pub fn begin(&self) -> Self {
        let (Some(timeout), None) = (self.0.timeout, self.0.deadline) else { return self.clone() };
        let deadline = self.0.clock.elapsed().saturating_add(timeout);
        self.clone().with(|inner| inner.deadline = Some(deadline))
    }

    /// Reports an event.
    #[expect(clippy::needless_pass_by_value, reason = "an event is made for the report and ends with it")]
    pub fn emit(&self, event: Event) {
        self.0.observer.on_event(&event);
    }
    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
    /// The spawner, if there is one.
    pub fn spawner(&self) -> Option<&Arc<dyn Spawn>> {
        self.0.spawner.as_ref()
    }
    /// The cancellation token.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.0.cancel
    }
    /// How long the call may still take; `None` for a template and for a call without a timeout.
    pub fn time_left(&self) -> Option<Duration> {
        Some(self.0.deadline?.saturating_sub(self.0.clock.elapsed()))
    }
    /// The deadlines of the parts.
    pub fn deadlines(&self) -> &Deadlines {
        &self.0.deadlines
    }
    /// The polling policy.
    pub fn poll(&self) -> &PollPolicy {
        &self.0.poll
    }
    /// What a passed deadline does to the remote job.
    pub fn on_deadline(&self) -> OnDeadline {
        self.0.on_deadline
    }
    /// What dropping a wait does to the remote job.
    pub fn on_drop(&self) -> OnDrop {
        self.0.on_drop
    }

    /// The output of `work`, which is dropped when the context is cancelled first.
    ///
    /// # Errors
    /// `Cancelled`, at once where the context was cancelled before.
    pub async fn until_cancelled<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let cancelled = std::pin::pin!(self.0.cancel.cancelled());
        let work = std::pin::pin!(work);
        match futures_util::future::select(cancelled, work).await {
            futures_util::future::Either::Left(_) => Err(Error::new(ErrorKind::Cancelled, "cancelled")),
            futures_util::future::Either::Right((output, _)) => Ok(output),
        }
    }

    /// The output of `work`, which is dropped when the context is cancelled or the call's deadline passes first. For work
    /// that costs nothing: around a paid call it would lose the answer.
    ///
    /// # Errors
    /// `Cancelled`, and `Timeout` of the whole call.
    pub async fn bounded<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let Some(left) = self.time_left() else { return self.until_cancelled(work).await };
        let late = || {
            Error::new(ErrorKind::Timeout(Deadline::Total), "the call did not end within its timeout")
                .with_retry(Retry::After(None))
        };
        self.within(left, self.until_cancelled(work)).await.ok_or_else(late)?
    }

    /// The output of `work`, or `None` once `limit` has passed on this context's clock.
    pub async fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        // Most work is done at once: a timer is made when there is something to wait for.
        let mut timer = None;
        std::future::poll_fn(|task| {
            if let Poll::Ready(output) = work.as_mut().poll(task) {
                return Poll::Ready(Some(output));
            }
            timer.get_or_insert_with(|| self.0.clock.sleep(limit)).as_mut().poll(task).map(|()| None)
        })
        .await
    }

    /// Runs `work` to its end on the spawner, also when the returned future is dropped: for paid calls. Without a spawner
    /// it is the caller's own, and ends when that is dropped.
    ///
    /// # Errors
    /// `SubmitUnknown` when the spawner goes away before `work` has ended, as when a runtime is shut down.
    pub async fn to_its_end<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T> {
        let Some(spawner) = &self.0.spawner else { return Ok(work.await) };
        let (done, outcome) = oneshot::channel();
        spawner.spawn(Box::pin(async move {
            // The caller may have gone: the work was done all the same.
            let _ = done.send(work.await);
        }));
        outcome.await.map_err(|_| {
            Error::new(ErrorKind::SubmitUnknown, "the runtime was shut down during a paid call")
                .with_dispatch(Dispatch::Unknown)
        })
    }
}

fn ignore(_: &Event) {}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("timeout", &self.0.timeout)
            .field("deadlines", &self.0.deadlines)
            .field("poll", &self.0.poll)
            .field("on_deadline", &self.0.on_deadline)
            .field("on_drop", &self.0.on_drop)
            .finish_non_exhaustive()
    }
}
