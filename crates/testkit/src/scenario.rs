//! The situations that a provider is put into.

use std::time::Duration;

/// How long the far end asks to wait in the rate-limit scenarios.
pub const RETRY_HINT: Duration = Duration::from_secs(2);

/// The name of the field that [`Scenario::UnknownParam`] asks for and that no model may have.
pub const UNKNOWN_PARAM: &str = "no_such_field";

macro_rules! scenarios {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A situation at the provider's end, in no provider's words. Each says what the harness mounts and what the
        /// suite then asks of the provider.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Scenario { $($(#[$doc])* $name),+ }

        impl Scenario {
            /// Every scenario, in the order of the trials.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

scenarios! {
    /// Accepts, runs, gives a file. One submit, events in order, the raw answer and the request id are kept.
    Succeeds,
    /// Waits in a queue and writes log lines before it runs. Queue events come in order, no line comes twice, no
    /// progress is invented.
    Queued,
    /// Is done at once. At most one look at the status.
    Immediate,
    /// Refuses the first submit as too fast, with [`RETRY_HINT`], then succeeds. Two submits, the hint is kept.
    RateLimitedThenOk,
    /// Refuses every submit as too fast. `RateLimited`, `Exhausted`, a bounded number of submits.
    RateLimitedForever,
    /// Accepts the submit and drops the connection without an answer. One submit only, `SubmitUnknown`, never repeated.
    TimeoutOnSubmit,
    /// Drops the connection of the first look at the job. The look is repeated, the submit is not.
    DroppedConnectionOnPoll,
    /// Refuses the key. `Unauthenticated`, at most one submit.
    BadKey,
    /// The balance is used up. `QuotaExceeded` or `AccountLocked`, one submit.
    NoCredit,
    /// Refuses a field's value. `InvalidInput` naming the field.
    Invalid,
    /// A safety filter refuses. `ContentRejected`.
    Rejected,
    /// The job runs and fails. `JobFailed` with the request id.
    JobFails,
    /// The job is done but its answer cannot be understood. `InvalidResponse`, one submit.
    Malformed,
    /// There is no such model. `NotFound`.
    NotFound,
    /// The job waits in the queue; it is cancelled. One cancel that reports success.
    CancelQueued,
    /// The job is over when the cancel comes. `AlreadyFinished`.
    CancelTooLate,
    /// As [`Succeeds`](Self::Succeeds); the job is found again by another provider value from the ticket's text.
    ResumeFromTicket,
    /// The job stays in the queue for ever. Dropping the wait cancels nothing unless asked to; the token cancels once.
    DroppedWait,
    /// As [`Succeeds`](Self::Succeeds), with room for uploads. Bytes of an input reach the provider.
    UploadsBytes,
    /// As [`Succeeds`](Self::Succeeds); the request holds [`UNKNOWN_PARAM`] under the strict policy. Refused, no submit.
    UnknownParam,
    /// As [`Succeeds`](Self::Succeeds); the model is asked for a kind that it is not. `KindMismatch`, no call at all.
    Unsupported,
}
