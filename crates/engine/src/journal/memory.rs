//! A journal in memory, whose rows are text: what does not survive serialisation does not survive here either.

use super::{
    Content, Fact, Journal, Opened, Order, Progress, ROW_VERSION, Row, Spooled, Step, failed, spool::FileSpool, unknown,
};
use crate::JobId;
use async_trait::async_trait;
use mediagen_core::{Error, ErrorKind, Intent, Money, Result};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Forgotten jobs whose rows stay, for a caller that comes back with an id.
const RETAINED: usize = 1024;

/// Rows as JSON text, and content in files of a temporary folder. It ends with the process.
///
/// Rows of jobs that are over are dropped, oldest first, once more than a thousand are not needed any more, so that
/// memory stays bounded however many jobs go through it.
///
/// ```
/// use mediagen_engine::{Journal, MemoryJournal};
///
/// let journal = MemoryJournal::new();
/// assert!(!journal.is_durable() && journal.rows().is_empty());
/// ```
#[derive(Debug, Default)]
pub struct MemoryJournal {
    state: Mutex<State>,
    spool: FileSpool,
}

#[derive(Debug, Default)]
struct State {
    rows: BTreeMap<JobId, Entry>,
    /// Forgotten jobs with the fence that they were forgotten at: a later claim makes the note void.
    forgotten: VecDeque<(JobId, u64)>,
    /// How many rows need each content.
    spooled: HashMap<String, usize>,
    held: HashMap<JobId, f64>,
    spent: f64,
}

/// A row in columns, as a database would have it.
#[derive(Debug)]
struct Entry {
    fence: u64,
    step: Step,
    order: String,
    progress: String,
    facts: Vec<(String, String)>,
    /// The content that it needs.
    spooled: Vec<String>,
    /// Whether its cost is accounted for.
    settled: bool,
}

#[derive(Deserialize)]
struct Version {
    version: u8,
}

impl Entry {
    fn read(&self, id: JobId) -> Result<Row> {
        let broken = |e| failed("a row cannot be read", e);
        // The version is read alone and first: a newer row may have another shape.
        let Version { version } = serde_json::from_str(&self.order).map_err(broken)?;
        if version > ROW_VERSION {
            let message =
                format!("job {id} was written by a newer version ({version}; this build reads {ROW_VERSION})");
            return Err(Error::new(ErrorKind::PlanTooNew, message).with_hint("use a newer mediagen"));
        }
        let order: Order = serde_json::from_str(&self.order).map_err(broken)?;
        let progress: Progress = serde_json::from_str(&self.progress).map_err(broken)?;
        Ok(Row::restore(id, self.fence, self.step, order, progress))
    }
}

impl State {
    fn entry(&mut self, id: JobId) -> Result<&mut Entry> {
        self.rows.get_mut(&id).ok_or_else(|| unknown(id))
    }

    /// Counts the content that `row` needs now.
    fn count(&mut self, row: &Row) {
        let needed: Vec<String> = row.spooled().map(str::to_owned).collect();
        let Some(entry) = self.rows.get_mut(&row.id) else { return };
        if entry.spooled == needed {
            return;
        }
        for hash in &needed {
            *self.spooled.entry(hash.clone()).or_default() += 1;
        }
        for hash in std::mem::replace(&mut entry.spooled, needed) {
            // It stays in the spool while it may be needed: what an earlier step named can still be read.
            self.spooled.entry(hash).and_modify(|count| *count = count.saturating_sub(1));
        }
    }

    /// Drops the oldest forgotten rows, and returns the content that nothing else needs.
    fn trim(&mut self) -> Vec<String> {
        let mut unneeded = Vec::new();
        while self.forgotten.len() > RETAINED {
            let Some((id, fence)) = self.forgotten.pop_front() else { break };
            let Some(entry) = self.rows.remove(&id) else { continue };
            if entry.fence != fence {
                // It was taken up again, and will be forgotten again.
                self.rows.insert(id, entry);
                continue;
            }
            self.held.remove(&id);
            for hash in entry.spooled {
                let Some(count) = self.spooled.get_mut(&hash) else { continue };
                *count -= 1;
                if *count == 0 {
                    self.spooled.remove(&hash);
                    unneeded.push(hash);
                }
            }
        }
        unneeded
    }
}

fn text(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| failed("a row cannot be written down", e))
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The jobs that have a row, oldest first.
    pub fn rows(&self) -> Vec<JobId> {
        self.state().rows.keys().copied().collect()
    }

    /// The text of a row: what was ordered, and how far it got.
    pub fn text(&self, id: JobId) -> Option<(String, String)> {
        let state = self.state();
        state.rows.get(&id).map(|entry| (entry.order.clone(), entry.progress.clone()))
    }

    /// Replaces the text of what was ordered: for tests of rows that another version wrote.
    ///
    /// # Errors
    /// `NotFound`.
    #[doc(hidden)]
    pub fn rewrite(&self, id: JobId, change: impl FnOnce(&str) -> String) -> Result<()> {
        let mut state = self.state();
        let entry = state.entry(id)?;
        entry.order = change(&entry.order);
        Ok(())
    }

    /// How many jobs hold money, and how much in US dollars.
    pub fn held(&self) -> (usize, f64) {
        let state = self.state();
        (state.held.len(), state.held.values().sum())
    }

    /// What all jobs together cost so far, in US dollars.
    pub fn spent(&self) -> f64 {
        self.state().spent
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn create(&self, row: &Row) -> Result<()> {
        let (order, progress) = (text(&*row.order)?, text(&row.progress)?);
        let mut state = self.state();
        let entry = Entry {
            fence: row.fence,
            step: row.step,
            order,
            progress,
            facts: Vec::new(),
            spooled: Vec::new(),
            settled: false,
        };
        state.rows.insert(row.id, entry);
        state.count(row);
        Ok(())
    }

    async fn read(&self, id: JobId) -> Result<Row> {
        self.state().entry(id)?.read(id)
    }

    async fn claim(&self, id: JobId) -> Result<Row> {
        let mut state = self.state();
        let entry = state.entry(id)?;
        let mut row = entry.read(id)?;
        entry.fence += 1;
        row.fence = entry.fence;
        Ok(row)
    }

    async fn commit(&self, row: &Row) -> Result<()> {
        let progress = text(&row.progress)?;
        let mut state = self.state();
        let entry = state.entry(row.id)?;
        if entry.fence != row.fence {
            let message = format!("job {} was taken over by another worker", row.id);
            return Err(Error::new(ErrorKind::Fenced, message));
        }
        (entry.step, entry.progress) = (row.step, progress);
        state.count(row);
        Ok(())
    }

    async fn note(&self, id: JobId, intent: &Intent, fact: &Fact) -> Result<()> {
        let fact = text(fact)?;
        self.state().entry(id)?.facts.push((intent.key.clone(), fact));
        Ok(())
    }

    async fn facts(&self, id: JobId, intent: &Intent) -> Result<Vec<Fact>> {
        let mut state = self.state();
        let of_intent = state.entry(id)?.facts.iter().filter(|(key, _)| *key == intent.key);
        let facts =
            of_intent.map(|(_, fact)| serde_json::from_str(fact).map_err(|e| failed("a fact cannot be read", e)));
        facts.collect()
    }

    async fn reserve(&self, id: JobId, high: Option<&Money>, budget: Option<f64>) -> Result<()> {
        let Some(high) = high else { return Ok(()) };
        let mut state = self.state();
        if state.held.contains_key(&id) {
            return Ok(());
        }
        if let Some(budget) = budget {
            let taken = state.spent + state.held.values().sum::<f64>();
            if taken + high.amount > budget {
                let message =
                    format!("the budget of {budget} USD has no room for {high}: {taken} USD are spent or held");
                let hint = "raise the budget, or wait for jobs that are under way";
                return Err(Error::new(ErrorKind::Budget, message).with_hint(hint));
            }
        }
        state.held.insert(id, high.amount);
        Ok(())
    }

    async fn settle(&self, id: JobId, cost: Option<&Money>) -> Result<()> {
        let mut state = self.state();
        let held = state.held.remove(&id);
        let entry = state.entry(id)?;
        if !std::mem::replace(&mut entry.settled, true) {
            state.spent += cost.map(|cost| cost.amount).or(held).unwrap_or_default();
        }
        Ok(())
    }

    async fn release(&self, id: JobId) -> Result<()> {
        self.state().held.remove(&id);
        Ok(())
    }

    async fn spool(&self, content: Content) -> Result<Spooled> {
        self.spool.put(content).await
    }

    fn open(&self, blake3: &str) -> Opened {
        self.spool.open(blake3)
    }

    async fn unfinished(&self) -> Result<Vec<JobId>> {
        Ok(self.state().rows.iter().filter(|(_, entry)| !entry.step.is_end()).map(|(id, _)| *id).collect())
    }

    fn forget(&self, id: JobId) {
        let unneeded = {
            let mut state = self.state();
            let Ok(entry) = state.entry(id) else { return };
            let fence = entry.fence;
            state.forgotten.push_back((id, fence));
            state.trim()
        };
        for hash in unneeded {
            self.spool.remove(&hash);
        }
    }

    fn is_durable(&self) -> bool {
        false
    }
}
