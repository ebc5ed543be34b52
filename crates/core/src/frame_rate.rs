//! Exact frame rates.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Frames per second as an exact fraction in lowest terms, such as 30000/1001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRate {
    /// Frames.
    pub numerator: u64,
    /// Seconds; never 0.
    pub denominator: u64,
}

impl FrameRate {
    /// `frames` in `ticks` of `1 / timescale` seconds; `None` where any of them is 0 or the fraction overflows.
    pub fn from_ticks(frames: u64, ticks: u64, timescale: u64) -> Option<Self> {
        let numerator = frames.checked_mul(timescale)?;
        let divisor = greatest_common_divisor(numerator, ticks);
        if numerator == 0 || ticks == 0 {
            return None;
        }
        Some(Self { numerator: numerator / divisor, denominator: ticks / divisor })
    }

    /// The rate of frames that last `nanoseconds` each, a number that was rounded to a whole one: a whole rate or one
    /// of the x000/1001 family where that rounds to it, otherwise the fraction as it stands. `None` for 0.
    pub fn from_nanoseconds(nanoseconds: u64) -> Option<Self> {
        const SECOND: u64 = 1_000_000_000;
        if nanoseconds == 0 {
            return None;
        }
        // One more than the rounded rate: 29.97 belongs to 30000/1001.
        let near = SECOND / nanoseconds;
        let families = [(1, 1), (1000, 1001)];
        for (times, over) in families {
            for whole in near..=near.saturating_add(1) {
                let numerator = whole * times;
                if numerator != 0 && (SECOND * over / numerator).abs_diff(nanoseconds) <= 1 {
                    return Self::from_ticks(numerator, over, 1);
                }
            }
        }
        Self::from_ticks(1, nanoseconds, SECOND)
    }

    /// The rate as a number.
    #[expect(clippy::cast_precision_loss, reason = "a frame rate needs no more than 52 bits")]
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rates_are_exact_and_reduced() {
        let rate = FrameRate::from_ticks(300, 300_300, 30_000).unwrap();
        assert_eq!(rate.to_string(), "30000/1001");
        assert!((rate.as_f64() - 29.970_029_97).abs() < 1e-6);
        assert_eq!(FrameRate::from_ticks(0, 1, 1), None);
        assert_eq!(FrameRate::from_ticks(1, 0, 1), None);
        assert_eq!(FrameRate::from_ticks(u64::MAX, 1, 2), None);
    }

    #[test]
    fn a_frame_length_in_nanoseconds_gives_the_rate_that_was_meant() {
        let cases = [
            (33_366_667, "30000/1001"),
            (41_708_333, "24000/1001"),
            (16_683_333, "60000/1001"),
            (33_333_333, "30/1"),
            (40_000_000, "25/1"),
            (1_000_000_000, "1/1"),
            (80_000_000, "25/2"),
        ];
        for (nanoseconds, meant) in cases {
            assert_eq!(FrameRate::from_nanoseconds(nanoseconds).unwrap().to_string(), meant, "{nanoseconds}");
        }
        assert_eq!(FrameRate::from_nanoseconds(0), None);
        assert!(FrameRate::from_nanoseconds(u64::MAX).is_some());
    }
}
