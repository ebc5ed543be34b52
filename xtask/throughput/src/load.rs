//! So many generations, so many at once, with the time they take.

use crate::Outcome;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// One in so many generations is made before the measurement, and at least as many as run at once.
const WARM_UP: usize = 10;

/// How much is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) at_once: usize,
    pub(crate) generations: usize,
}

impl Load {
    /// Makes the generations by `one`, after some to fill the pool of connections.
    pub(crate) async fn measure<F: Future<Output = Outcome>>(self, one: impl Fn() -> F) -> Outcome<Value> {
        self.make((self.generations / WARM_UP).max(self.at_once), &one).await?;
        let (begun, worked) = (Instant::now(), processor_time());
        self.make(self.generations, &one).await?;
        let (seconds, worked) = (begun.elapsed().as_secs_f64(), processor_time().saturating_sub(worked));
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let count = self.generations as f64;
        Ok(json!({ "per_second": count / seconds, "cpu_us": worked.as_secs_f64() * 1e6 / count }))
    }

    async fn make<F: Future<Output = Outcome>>(self, generations: usize, one: &impl Fn() -> F) -> Outcome {
        let all = stream::iter(0..generations).map(|_| one()).buffer_unordered(self.at_once);
        all.try_collect().await
    }
}

/// The time that all threads of this process have worked, in the system too.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
