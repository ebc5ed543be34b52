//! Real time for tests against servers and programs.

use mediagen_core::Context;
use mediagen_testkit::RealClock;

/// A context on real time.
pub(crate) fn context() -> Context {
    Context::new(RealClock::new())
}
