//! The limits of free models, kept across runs and processes (protocol 11.4): 20 calls a minute, and so many a UTC day.

use mediagen_core::{Clock, Context, Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, Write as _},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

/// Free calls in any minute.
const PER_MINUTE: usize = 20;
/// Free calls a day for an account that never bought anything.
pub(super) const PER_DAY: u32 = 50;
const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
/// The largest file that is read; ours has a few hundred bytes.
const MOST_BYTES: u64 = 64 * 1024;

/// What was used, as it stands in the file. Times are milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Used {
    /// When each call of the last minute was made.
    minute: Vec<u64>,
    /// The day, counted from 1970.
    day: u64,
    /// Calls on that day.
    calls: u32,
    /// What the account may call a day, as the service last told.
    limit: Option<u32>,
    /// No call before this.
    closed_until: u64,
}

/// The calls that are left. Without a file the count ends with the process.
#[derive(Debug, Clone)]
pub(super) struct Quota {
    file: Option<PathBuf>,
    memory: Arc<Mutex<Used>>,
}

enum Turn {
    Now,
    After(Duration),
}

impl Quota {
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self { file, memory: Arc::default() }
    }

    /// Waits for a turn and counts it.
    ///
    /// # Errors
    /// `QuotaExceeded` when the day's calls are used up; `Cancelled`.
    pub(super) async fn take(&self, cx: &Context) -> Result<()> {
        loop {
            let now = millis(cx.clock());
            match self.change(move |used| used.turn(now)).await?? {
                Turn::Now => return Ok(()),
                Turn::After(pause) => cx.until_cancelled(cx.clock().sleep(pause)).await?,
            }
        }
    }

    /// No call for `pause`: the service said so.
    pub(super) async fn close(&self, clock: &dyn Clock, pause: Duration) -> Result<()> {
        let until = millis(clock).saturating_add(whole_millis(pause));
        self.change(move |used| used.closed_until = used.closed_until.max(until)).await
    }

    /// No call until the day is over.
    pub(super) async fn close_day(&self, clock: &dyn Clock) -> Result<()> {
        let day = whole_millis(DAY);
        let midnight = (millis(clock) / day + 1) * day;
        self.change(move |used| used.closed_until = used.closed_until.max(midnight)).await
    }

    /// What the service says about the day.
    pub(super) async fn told(&self, clock: &dyn Clock, limit: u32, calls: u32) -> Result<()> {
        let day = millis(clock) / whole_millis(DAY);
        let change = move |used: &mut Used| {
            used.roll(day);
            used.limit = Some(limit);
            used.calls = used.calls.max(calls);
        };
        self.change(change).await
    }

    async fn change<T: Send + 'static>(&self, change: impl FnOnce(&mut Used) -> T + Send + 'static) -> Result<T> {
        let this = self.clone();
        mediagen_disk::blocking(move || this.change_now(change)).await
    }

    /// Blocking: another process may hold the file.
    fn change_now<T>(&self, change: impl FnOnce(&mut Used) -> T) -> Result<T> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = &self.file else { return Ok(change(&mut memory)) };
        let failed = |e: std::io::Error| {
            Error::new(ErrorKind::Io, format!("cannot keep the count of free calls in `{}`", path.display()))
                .with_source(e)
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        // Held for as long as it takes to write a line; given back when the file is closed.
        file.lock().map_err(failed)?;
        let mut used = read(&mut file);
        let outcome = change(&mut used);
        write(&mut file, &used).map_err(failed)?;
        *memory = used;
        Ok(outcome)
    }
}

impl Used {
    fn turn(&mut self, now: u64) -> Result<Turn> {
        let day = now / whole_millis(DAY);
        self.roll(day);
        // A clock that was put back must not close the service for longer than a day.
        if self.closed_until > now + whole_millis(DAY) {
            self.closed_until = 0;
        }
        let midnight = (day + 1) * whole_millis(DAY);
        let limit = self.limit.unwrap_or(PER_DAY);
        if self.calls >= limit || self.closed_until >= midnight {
            let minutes = midnight.saturating_sub(now) / whole_millis(MINUTE);
            return Err(Error::new(ErrorKind::QuotaExceeded, format!("the {limit} free calls of today are used up"))
                .with_hint(format!("they come back in {minutes} minutes, at midnight UTC")));
        }
        self.minute.retain(|at| *at <= now && now - at < whole_millis(MINUTE));
        if self.closed_until > now {
            return Ok(Turn::After(Duration::from_millis(self.closed_until - now)));
        }
        if let Some(first) = self.minute.first().filter(|_| self.minute.len() >= PER_MINUTE) {
            return Ok(Turn::After(Duration::from_millis(first + whole_millis(MINUTE) - now)));
        }
        self.minute.push(now);
        self.calls += 1;
        Ok(Turn::Now)
    }

    fn roll(&mut self, day: u64) {
        if self.day != day {
            (self.day, self.calls) = (day, 0);
        }
    }
}

fn read(file: &mut File) -> Used {
    let mut text = String::new();
    let whole = file.take(MOST_BYTES).read_to_string(&mut text).is_ok();
    let used = whole.then(|| serde_json::from_str(&text).ok()).flatten();
    used.unwrap_or_default()
}

fn write(file: &mut File, used: &Used) -> std::io::Result<()> {
    let text = serde_json::to_vec(used)?;
    file.rewind()?;
    file.write_all(&text)?;
    file.set_len(u64::try_from(text.len()).unwrap_or_default())
}

fn millis(clock: &dyn Clock) -> u64 {
    whole_millis(clock.now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 20_000 * 86_400_000 + 43_200_000;

    fn waits(used: &mut Used, now: u64) -> Option<Duration> {
        match used.turn(now).unwrap() {
            Turn::Now => None,
            Turn::After(pause) => Some(pause),
        }
    }

    #[test]
    fn twenty_calls_a_minute_and_the_next_one_waits_for_the_first_to_age() {
        let mut used = Used::default();
        for n in 0..20 {
            assert_eq!(waits(&mut used, NOON + n * 100), None);
        }
        assert_eq!(waits(&mut used, NOON + 2_000), Some(Duration::from_secs(58)));
        assert_eq!(waits(&mut used, NOON + 60_000), None);
    }

    #[test]
    fn the_day_ends_at_midnight_and_a_clock_put_back_closes_nothing_for_long() {
        let mut used = Used { limit: Some(3), ..Used::default() };
        for n in 0..3 {
            assert_eq!(waits(&mut used, NOON + n), None);
        }
        let error = used.turn(NOON + 60_000).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
        assert!(error.hint().unwrap().contains("719 minutes"), "{error:?}");
        assert_eq!(waits(&mut used, NOON + 43_200_000), None);
        let mut used = Used { closed_until: NOON + 10 * 86_400_000, ..Used::default() };
        assert_eq!(waits(&mut used, NOON), None);
    }

    #[test]
    fn two_counters_on_one_file_share_the_minute() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state").join("quota.json");
        let (one, two) = (Quota::new(Some(path.clone())), Quota::new(Some(path.clone())));
        for n in 0..20 {
            let quota = if n % 2 == 0 { &one } else { &two };
            assert!(matches!(quota.change_now(|used| used.turn(NOON)).unwrap().unwrap(), Turn::Now));
        }
        assert!(matches!(two.change_now(|used| used.turn(NOON)).unwrap().unwrap(), Turn::After(_)));
        std::fs::write(&path, b"{ half a file").unwrap();
        assert!(
            matches!(one.change_now(|used| used.turn(NOON)).unwrap().unwrap(), Turn::Now),
            "a damaged file is a new one"
        );
    }
}
