//! The situations that a provider is put into.

use std::time::Duration;

/// How long the far end asks to wait in the rate-limit scenarios.
pub const RETRY_HINT: Duration = Duration::from_secs(2);

/// The name of the field that [`Scenario::UnknownParam`] and [`Scenario::Adjusts`] request and that no model may have.
pub const UNKNOWN_PARAM: &str = "no_such_field";

/// How many files [`Scenario::FewerParts`] requests.
pub const WANTED_PARTS: u32 = 4;

/// The content of the file in [`Scenario::DataUriOutput`]: the smallest PNG there is, one transparent pixel.
pub const DATA_URI: &str = concat!(
    "data:image/png;base64,",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR4nGMAAQAABQABDQottAAAAABJRU5ErkJggg==",
);

macro_rules! scenarios {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A situation at the provider's end, in no provider's words. Each describes what the harness mounts and what the
        /// suite then requires of the provider.
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
    /// Accepts, runs, returns a file. One submit, events in order and each once, the raw answer and the request id are
    /// kept.
    Succeeds,
    /// Waits in a queue and writes log lines before it runs. Queue events come in order, no line comes twice, no
    /// progress is invented.
    Queued,
    /// Is done at once. At most one poll of the status.
    Immediate,
    /// Refuses the first submit as too fast, with [`RETRY_HINT`], then succeeds. Two submits, the hint is kept.
    RateLimitedThenOk,
    /// Refuses every submit as too fast. `RateLimited`, `Exhausted`, a bounded number of submits.
    RateLimitedForever,
    /// Accepts the submit and drops the connection without an answer. One submit only, `SubmitUnknown`, never repeated.
    TimeoutOnSubmit,
    /// Answers the first submit with 500 and every other with 502 (or what a gateway sends there). Each may have arrived:
    /// `SubmitUnknown`, one submit for each, never repeated.
    GatewayErrorOnSubmit,
    /// Accepts the submit with an answer that cannot be read, such as a page of HTML. It may run: `SubmitUnknown`, one
    /// submit.
    UnreadableAccept,
    /// As [`Succeeds`](Self::Succeeds); the suite closes the server before the submit. Nothing left: the request is given
    /// back to be sent again.
    Unreachable,
    /// Drops the connection of the first poll of the job. The poll is repeated, the submit is not.
    DroppedConnectionOnPoll,
    /// The connection breaks off in the middle of the first answer that carries the result (see
    /// [`Server::cut_next`](crate::Server::cut_next)). It is read again, the submit is not repeated.
    DroppedMidBody,
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
    /// The job is done, and its result is not kept any more. `Expired` with the request id, one submit.
    Expired,
    /// There is no such model. `NotFound`.
    NotFound,
    /// The submit is answered, or polled, with one file next to a status that is not the end; later the job is done and
    /// has two. The wait goes on until then.
    DoneButRunning,
    /// The request wants [`WANTED_PARTS`] files and fewer come. The output has them, and a note about `count`.
    FewerParts,
    /// The file is in the answer itself, as [`DATA_URI`]. It arrives whole.
    DataUriOutput,
    /// The job waits in the queue; it is cancelled. One cancel that reports success.
    CancelQueued,
    /// The job is over when the cancel comes. `AlreadyFinished`.
    CancelTooLate,
    /// As [`Succeeds`](Self::Succeeds); the job is found again by another provider value from the ticket's text.
    ResumeFromTicket,
    /// As [`Succeeds`](Self::Succeeds), for two submits; the plan goes through text to another provider value, which sends
    /// the same body.
    PlanFromText,
    /// As [`Succeeds`](Self::Succeeds), with room for uploads where there is storage; where a lost submit can be found
    /// again, the provider's list has the job. Another provider value has nothing but the spec's stub and the plan: it
    /// uploads, submits, resumes and reconciles without reading a schema, and does not prepare blindly.
    Stub,
    /// The job stays in the queue for ever. Dropping the wait cancels nothing unless requested; the token cancels once.
    DroppedWait,
    /// As [`Succeeds`](Self::Succeeds), with room for uploads. Bytes of an input reach the provider.
    UploadsBytes,
    /// As [`Succeeds`](Self::Succeeds); the request holds [`UNKNOWN_PARAM`] under the strict policy. Refused, no submit.
    UnknownParam,
    /// As [`Succeeds`](Self::Succeeds); the request holds [`UNKNOWN_PARAM`] and allows unknown fields. A note in the plan,
    /// reported once, and in the output once.
    Adjusts,
    /// As [`Succeeds`](Self::Succeeds); the model is bound as a kind that it is not. `KindMismatch`, no call at all.
    Unsupported,
    /// The first page of the catalogue has models, and names a next page at [`Server::foreign`](crate::Server::foreign).
    /// Nothing is sent there.
    ForeignNextPage,
}
