//! From a file to its roots.

use super::{InputRecord, Record};
use mediagen_core::{Error, ErrorKind, Result};
use std::{fmt, io};

/// The most generations that a record nests; deeper ones are named by their hash only, and the store knows them.
///
/// One generation is three levels of JSON and a body at most 24, and readers of JSON stop at about 128 levels.
pub const MAX_GENERATIONS: usize = 24;

/// One member of a [`Chain`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Ancestor<'a> {
    /// Steps from the file that the chain began with, which has 0.
    pub depth: usize,
    /// The input as the step below used it; `None` for the first.
    pub input: Option<&'a InputRecord>,
    /// Its record; `None` where nothing but the input is known.
    pub record: Option<&'a Record>,
}

impl<'a> Ancestor<'a> {
    /// Whether nothing is known that it was made of.
    pub fn is_root(&self) -> bool {
        self.record.is_none_or(|record| record.inputs.is_empty())
    }

    /// What was asked for when it was made.
    pub fn prompt(&self) -> Option<&'a str> {
        self.record?.made.as_ref()?.prompt.as_deref()
    }

    /// The hash of its content.
    pub fn blake3(&self) -> Option<&'a str> {
        let of_record = self.record.and_then(|record| record.asset.blake3.as_deref());
        of_record.or_else(|| self.input.and_then(|input| input.blake3.as_deref()))
    }
}

/// A file and everything that it was made of, depth first: see [`Record::chain`].
#[derive(Clone)]
pub struct Chain<'a> {
    open: Vec<Ancestor<'a>>,
}

impl fmt::Debug for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("open", &self.open.len()).finish()
    }
}

impl<'a> Iterator for Chain<'a> {
    type Item = Ancestor<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.open.pop()?;
        let inputs = next.record.map_or(&[][..], |record| &record.inputs);
        let depth = next.depth + 1;
        let parents = inputs.iter().rev();
        self.open.extend(parents.map(|input| Ancestor { depth, input: Some(input), record: input.record.as_deref() }));
        Some(next)
    }
}

impl Record {
    /// This file, then each input followed by what that was made of: depth first, in the order of the requests, down
    /// to the roots. A record owns those of its inputs, so there are no cycles.
    pub fn chain(&self) -> Chain<'_> {
        Chain { open: vec![Ancestor { depth: 0, input: None, record: Some(self) }] }
    }

    /// The members of the chain that a model made, this one first.
    pub fn generations(&self) -> impl Iterator<Item = &Self> {
        self.chain().filter_map(|ancestor| ancestor.record).filter(|record| record.made.is_some())
    }

    /// The text that it all began with: the prompts of the generations that had no input.
    pub fn root_prompts(&self) -> impl Iterator<Item = &str> {
        self.chain().filter(Ancestor::is_root).filter_map(|ancestor| ancestor.prompt())
    }

    /// A copy with at most [`MAX_GENERATIONS`] generations above another, and so few that its JSON is at most
    /// `max_bytes` long. Ancestors that are left out stay named by role, hash, type and length.
    ///
    /// # Errors
    /// `InvalidInput` when it is larger without any ancestor.
    pub fn bounded(&self, max_bytes: u64) -> Result<Self> {
        let mut record = self.clone();
        let mut generations = MAX_GENERATIONS;
        loop {
            prune(&mut record, generations);
            if serde_json::to_writer_pretty(Room(max_bytes), &record).is_ok() {
                return Ok(record);
            }
            if generations == 1 {
                let message = format!("a provenance record has more than {max_bytes} bytes without its ancestors");
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
            generations = (generations * 3 / 4).max(1);
        }
    }
}

/// Keeps `generations` of `record`, itself counted.
fn prune(record: &mut Record, generations: usize) {
    for input in &mut record.inputs {
        match &mut input.record {
            Some(parent) if generations > 1 => prune(parent, generations - 1),
            kept => *kept = None,
        }
    }
}

/// Counts down, and fails when there is no more room.
struct Room(u64);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len() as u64).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
