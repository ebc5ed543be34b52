//! What the caller lends to one operation: an observer, time, deadlines, a way to stop.

use crate::{BoxFuture, Error, ErrorKind, Event, MediaFacts, MediaInput, MediaProbe, Observer, Result};
use std::{
    fmt,
    sync::Arc,
    task::Poll,
    time::{Duration, SystemTime},
};
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

/// The longest time for each part of a generation. Every default is finite.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deadlines {
    /// One call that answers with headers or a small body. Default 60 seconds.
    pub request: Duration,
    /// From submission until the job leaves the queue. Default 15 min.
    pub start: Duration,
    /// From the start of the run until its end. Default 30 min.
    pub run: Duration,
    /// Waiting for the job in all. Default 45 min.
    pub total: Duration,
    /// Silence on a transfer or status stream, and longest outage of the answers about a job. Default 60 s.
    pub idle: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let minutes = |m: u64| Duration::from_secs(60 * m);
        Self { request: minutes(1), start: minutes(15), run: minutes(30), total: minutes(45), idle: minutes(1) }
    }
}

/// How to poll where there is no status stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PollPolicy {
    /// First pause. Default 100 ms.
    pub initial: Duration,
    /// Each pause is the one before times this. Default 2.0.
    pub factor: f64,
    /// Longest pause. Default 5 s.
    pub max: Duration,
    /// Whether to try the provider's status stream first. Default `true`.
    pub stream: bool,
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self { initial: Duration::from_millis(100), factor: 2.0, max: Duration::from_secs(5), stream: true }
    }
}

impl PollPolicy {
    /// The pause after `pause`: never shorter, whatever the factor is, and at most `max`.
    pub fn next(&self, pause: Duration) -> Duration {
        let grown = Duration::try_from_secs_f64(pause.as_secs_f64() * self.factor.max(1.0));
        grown.unwrap_or(self.max).min(self.max)
    }
}

/// What happens to the remote job when a deadline passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDeadline {
    /// Cancel it while it is still in the queue, where that costs nothing; leave it running otherwise.
    #[default]
    CancelQueued,
    /// Cancel it in any state.
    Cancel,
    /// Leave it; the ticket in the error finds it again.
    Detach,
}

/// What happens to the remote job when the waiting future is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDrop {
    /// Nothing: dropping a wait stops the waiting only.
    #[default]
    Detach,
    /// A cancel is sent through the context's [`Spawn`].
    Cancel,
}

/// The environment of one operation, passed first and by reference; cheap to clone.
#[derive(Clone)]
pub struct Context {
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    spawner: Option<Arc<dyn Spawn>>,
    probe: Option<Arc<dyn MediaProbe>>,
    cancel: CancellationToken,
    deadlines: Deadlines,
    poll: PollPolicy,
    on_deadline: OnDeadline,
    on_drop: OnDrop,
}

impl Context {
    /// A context that reports to nobody.
    pub fn new(clock: impl Clock) -> Self {
        Self {
            observer: Arc::new(|_: &Event| {}),
            clock: Arc::new(clock),
            spawner: None,
            probe: None,
            cancel: CancellationToken::new(),
            deadlines: Deadlines::default(),
            poll: PollPolicy::default(),
            on_deadline: OnDeadline::default(),
            on_drop: OnDrop::default(),
        }
    }

    /// Reports to `observer`.
    pub fn with_observer(mut self, observer: impl Observer) -> Self {
        self.observer = Arc::new(observer);
        self
    }
    /// Runs follow-up work, such as a cancel after a drop, on `spawner`.
    pub fn with_spawner(mut self, spawner: impl Spawn) -> Self {
        self.spawner = Some(Arc::new(spawner));
        self
    }
    /// Looks into local inputs through `probe` before they are sent. Default: none, and then only their sizes are known.
    pub fn with_probe(mut self, probe: impl MediaProbe) -> Self {
        self.probe = Some(Arc::new(probe));
        self
    }
    /// Stops when `token` is triggered: the wait ends with `Cancelled` and the remote job is cancelled.
    pub fn with_cancellation(mut self, token: CancellationToken) -> Self {
        self.cancel = token;
        self
    }
    /// Replaces the deadlines.
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }
    /// Replaces the polling policy.
    pub fn with_poll(mut self, poll: PollPolicy) -> Self {
        self.poll = poll;
        self
    }
    /// Decides what a passed deadline does to the remote job.
    pub fn with_on_deadline(mut self, on_deadline: OnDeadline) -> Self {
        self.on_deadline = on_deadline;
        self
    }
    /// Decides what dropping a wait does to the remote job.
    pub fn with_on_drop(mut self, on_drop: OnDrop) -> Self {
        self.on_drop = on_drop;
        self
    }

    /// Reports an event.
    #[expect(clippy::needless_pass_by_value, reason = "an event is made for the report and ends with it")]
    pub fn emit(&self, event: Event) {
        self.observer.on_event(&event);
    }
    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
    /// The spawner, if there is one.
    pub fn spawner(&self) -> Option<&Arc<dyn Spawn>> {
        self.spawner.as_ref()
    }
    /// What the context's probe knows of `media`; `None` without one, and where it takes longer than one call may
    /// ([`Deadlines::request`]), as on a drive that does not answer.
    pub async fn probe(&self, media: &MediaInput) -> Option<MediaFacts> {
        let probe = self.probe.as_ref()?;
        self.within(self.deadlines.request, probe.probe(media)).await?
    }
    /// The cancellation token.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancel
    }
    /// The deadlines.
    pub fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }
    /// The polling policy.
    pub fn poll(&self) -> &PollPolicy {
        &self.poll
    }
    /// What a passed deadline does to the remote job.
    pub fn on_deadline(&self) -> OnDeadline {
        self.on_deadline
    }
    /// What dropping a wait does to the remote job.
    pub fn on_drop(&self) -> OnDrop {
        self.on_drop
    }

    /// The output of `work`, which is dropped when the context is cancelled first.
    ///
    /// # Errors
    /// `Cancelled`, at once where the context was cancelled before.
    pub async fn until_cancelled<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let (cancelled, work) = (std::pin::pin!(self.cancel.cancelled()), std::pin::pin!(work));
        match futures_util::future::select(cancelled, work).await {
            futures_util::future::Either::Left(_) => {
                Err(Error::new(ErrorKind::Cancelled, "cancelled before anything was bought"))
            }
            futures_util::future::Either::Right((output, _)) => Ok(output),
        }
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
            timer.get_or_insert_with(|| self.clock.sleep(limit)).as_mut().poll(task).map(|()| None)
        })
        .await
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("deadlines", &self.deadlines)
            .field("poll", &self.poll)
            .field("on_deadline", &self.on_deadline)
            .field("on_drop", &self.on_drop)
            .finish_non_exhaustive()
    }
}
