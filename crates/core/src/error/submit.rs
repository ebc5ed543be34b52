//! What a failed paid call means: a type, so that the careless default is the safe one.

use super::{Dispatch, Error, ErrorKind, Retry};
use crate::Ready;
use std::fmt;

/// What a failed paid call means. An ordinary [`Error`] that `?` passes on becomes [`SubmitError::Unknown`]: it may have
/// arrived, so it is never sent again on its own.
///
/// ```
/// use mediagen_core::{Error, ErrorKind, SubmitError};
///
/// fn read_answer() -> Result<(), Error> {
///     Err(Error::new(ErrorKind::InvalidResponse, "the answer was cut off"))
/// }
/// fn submit() -> Result<(), SubmitError> {
///     read_answer()?;
///     Ok(())
/// }
/// assert!(matches!(submit(), Err(SubmitError::Unknown(_))));
/// ```
#[derive(Debug)]
pub enum SubmitError {
    /// It surely did not leave this machine, or was turned away before it was accepted: it may be sent again.
    NotSent(Error),
    /// The provider refused it, and nothing was started.
    Refused(Error),
    /// It may run.
    Unknown(Error),
}

impl SubmitError {
    /// The error itself.
    pub fn error(&self) -> &Error {
        match self {
            Self::NotSent(error) | Self::Refused(error) | Self::Unknown(error) => error,
        }
    }
}

impl From<Error> for SubmitError {
    fn from(error: Error) -> Self {
        Self::Unknown(error)
    }
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl std::error::Error for SubmitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(self.error())
    }
}

/// The same for the caller, who gets back what may be sent again.
#[derive(Debug)]
pub enum SubmitFailure {
    /// It did not leave; here it is.
    NotSent(Box<Ready>, Error),
    /// The provider refused it, and nothing was started.
    Refused(Error),
    /// It may run, and is never sent again on its own.
    Unknown(Error),
}

impl From<SubmitFailure> for Error {
    /// The error, saying how far the call got. For what may run: kind `SubmitUnknown`, never to be repeated.
    fn from(failure: SubmitFailure) -> Self {
        match failure {
            SubmitFailure::NotSent(_, error) => error.with_dispatch(Dispatch::NotSent),
            SubmitFailure::Refused(error) => error.with_dispatch(Dispatch::Answered),
            SubmitFailure::Unknown(error) => {
                error.with_kind(ErrorKind::SubmitUnknown).with_dispatch(Dispatch::Unknown).with_retry(Retry::Never)
            }
        }
    }
}
