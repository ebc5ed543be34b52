//! How far all uploads of one request are, reported as one.

use mediagen_core::{Context, Event};
use std::sync::{Arc, Mutex, PoisonError};

/// What observers hear of several files: bytes of all, never fewer than before, and how many there are to move.
#[derive(Debug, Clone)]
pub(super) struct Overall {
    outer: Context,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// For each file, how far it is and how long.
    files: Vec<(u64, u64)>,
    /// What was reported last.
    reported: (u64, u64),
}

impl Overall {
    /// For files of these lengths.
    pub(super) fn new(cx: &Context, lengths: impl Iterator<Item = u64>) -> Self {
        let state = State { files: lengths.map(|len| (0, len)).collect(), reported: (0, 0) };
        Self { outer: cx.clone(), state: Arc::new(Mutex::new(state)) }
    }

    /// The context for the file at `index`: what it reports of its bytes becomes what is known of all.
    pub(super) fn context(&self, index: usize) -> Context {
        let all = self.clone();
        self.outer.clone().with_observer(move |event: &Event| match event {
            Event::Uploading { sent, .. } => all.change(index, |(now, _)| *now = (*now).max(*sent)),
            other => all.outer.emit(other.clone()),
        })
    }

    /// The file at `index` is there already: what did not move is no part of the total any more.
    pub(super) fn leave_out(&self, index: usize) {
        self.change(index, |(now, len)| *len = *now);
    }

    fn change(&self, index: usize, change: impl FnOnce(&mut (u64, u64))) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = state.files.get_mut(index) else { return };
        change(file);
        let sums = state.files.iter().fold((0, 0), |sums, file| (sums.0 + file.0, sums.1 + file.1));
        // As long as nothing moved there is nothing to report.
        if sums.0 > 0 && sums != state.reported {
            state.reported = sums;
            // Reported under the lock, so that observers hear the numbers in their order.
            self.outer.emit(Event::Uploading { sent: sums.0, total: Some(sums.1) });
        }
    }
}
