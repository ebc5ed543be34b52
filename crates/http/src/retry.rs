//! How often, and how long in between.

use std::time::Duration;

/// Exponential backoff with jitter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, the first included; 0 counts as 1. Default 5.
    pub attempts: u32,
    /// Pause after the first failure, before jitter. Default 100 ms.
    pub initial: Duration,
    /// Each pause is the one before times this. Default 2.0.
    pub factor: f64,
    /// Longest pause of our own. Default 30 s.
    pub max: Duration,
    /// Longest pause that a provider may ask for; when it asks for more, its answer is handed over at once.
    /// Default 5 min.
    pub longest_hint: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            initial: Duration::from_millis(100),
            factor: 2.0,
            max: Duration::from_secs(30),
            longest_hint: Duration::from_mins(5),
        }
    }
}

impl RetryPolicy {
    /// One attempt.
    pub fn none() -> Self {
        Self::default().with_attempts(1)
    }

    /// Changes the number of attempts in all.
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Changes the first and the longest pause.
    pub fn with_pauses(mut self, initial: Duration, max: Duration) -> Self {
        (self.initial, self.max) = (initial, max);
        self
    }

    /// The pause after failed attempt number `attempt` (from 1): half of it is fixed, half is chance, so that many
    /// callers that failed together do not come back together. `hint` is a minimum.
    pub(crate) fn pause(&self, attempt: u32, hint: Option<Duration>) -> Duration {
        self.with_chance(attempt, fastrand::f64()).max(hint.unwrap_or_default())
    }

    fn with_chance(&self, attempt: u32, chance: f64) -> Duration {
        let growth = self.factor.max(1.0).powf(f64::from(attempt.saturating_sub(1)));
        let seconds = (self.initial.as_secs_f64() * growth).min(self.max.as_secs_f64());
        Duration::try_from_secs_f64(seconds * (0.5 + chance / 2.0)).unwrap_or(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = RetryPolicy::default();
        let millis = |attempt, chance| policy.with_chance(attempt, chance).as_millis();
        assert_eq!([millis(1, 1.0), millis(2, 1.0), millis(3, 1.0)], [100, 200, 400]);
        assert_eq!([millis(1, 0.0), millis(2, 0.0)], [50, 100]);
        assert_eq!(millis(60, 1.0), 30_000);
        assert_eq!(millis(u32::MAX, 1.0), 30_000);
        let endless = RetryPolicy::default().with_pauses(Duration::MAX, Duration::MAX);
        assert_eq!(endless.with_chance(9, 1.0), Duration::MAX);
    }

    #[test]
    fn a_022_a_hint_is_the_minimum() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.pause(1, Some(Duration::from_secs(2))), Duration::from_secs(2));
        assert!(policy.pause(1, Some(Duration::ZERO)) >= Duration::from_millis(50));
    }
}
