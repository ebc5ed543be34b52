//! The clock of this crate's own tests, which cannot use the test kit's: that is built on this crate.

use crate::{BoxFuture, Clock};
use std::time::Duration;

/// No time at all: it stands still, and no sleep ends.
pub(crate) struct Still;

impl Clock for Still {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}
