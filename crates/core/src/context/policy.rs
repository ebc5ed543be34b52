//! How long to wait, how to poll, and what happens to the remote job in the end.

use std::time::Duration;

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
        Self {
            request: Duration::from_mins(1),
            start: Duration::from_mins(15),
            run: Duration::from_mins(30),
            total: Duration::from_mins(45),
            idle: Duration::from_mins(1),
        }
    }
}

impl Deadlines {
    /// Sets the time for one call.
    pub fn with_request(mut self, request: Duration) -> Self {
        self.request = request;
        self
    }
    /// Sets the time in the queue.
    pub fn with_start(mut self, start: Duration) -> Self {
        self.start = start;
        self
    }
    /// Sets the time of the run.
    pub fn with_run(mut self, run: Duration) -> Self {
        self.run = run;
        self
    }
    /// Sets the time for waiting in all.
    pub fn with_total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }
    /// Sets the longest silence.
    pub fn with_idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
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
    /// Sets the first pause.
    pub fn with_initial(mut self, initial: Duration) -> Self {
        self.initial = initial;
        self
    }
    /// Sets the factor from one pause to the next.
    pub fn with_factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }
    /// Sets the longest pause.
    pub fn with_max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }
    /// Decides whether the status stream is tried first.
    pub fn with_stream(mut self, stream: bool) -> Self {
        self.stream = stream;
        self
    }

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
    /// A cancel is sent through the context's [`Spawn`](crate::Spawn).
    Cancel,
}
