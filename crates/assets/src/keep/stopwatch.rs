//! How long each part of a generation takes, read off its events.

use crate::record::TimingsMs;
use mediagen_core::{Context, Event, Phase};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Takes the times of one generation, from its making on.
#[derive(Debug, Clone)]
pub struct Stopwatch {
    begun: Instant,
    marks: Arc<Mutex<Marks>>,
}

#[derive(Debug, Default)]
struct Marks {
    first: BTreeMap<Phase, Instant>,
    submitted: Option<Instant>,
    running: Option<Instant>,
    completed: Option<Instant>,
}

impl Default for Stopwatch {
    fn default() -> Self {
        Self::new()
    }
}

impl Stopwatch {
    /// Starts now.
    pub fn new() -> Self {
        Self { begun: Instant::now(), marks: Arc::default() }
    }

    /// A context whose events are seen here and then by the observer of `cx`.
    pub fn watch(&self, cx: &Context) -> Context {
        let (told, marks) = (cx.clone(), Arc::clone(&self.marks));
        cx.clone().with_observer(move |event: &Event| {
            marks.lock().unwrap_or_else(PoisonError::into_inner).see(event);
            told.emit(event.clone());
        })
    }

    /// The times so far; `download` and `total` go on until now. A part that did not happen is `None`.
    pub fn timings(&self) -> TimingsMs {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let at = |phase| marks.first.get(&phase).copied();
        let between = |from: Option<Instant>, to: Option<Instant>| Some(millis(to?.saturating_duration_since(from?)));
        let ended = at(Phase::Result).or(marks.completed);
        TimingsMs {
            upload: between(at(Phase::Upload), at(Phase::Submit)),
            queued: between(marks.submitted, marks.running.or(ended)),
            running: between(marks.running, ended),
            fetch: between(at(Phase::Result), marks.completed),
            download: between(at(Phase::Download), Some(now)),
            total: between(Some(self.begun), Some(now)),
        }
    }
}

impl Marks {
    fn see(&mut self, event: &Event) {
        let now = Instant::now();
        match event {
            Event::Requested(phase) => {
                self.first.entry(*phase).or_insert(now);
            }
            Event::Submitted(_) => self.submitted = Some(now),
            Event::Running { .. } => {
                self.running.get_or_insert(now);
            }
            Event::Completed => self.completed = Some(now),
            _ => {}
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
