//! What a person would expect of a body, told from the endpoint's own words alone.
//!
//! Nothing here is taken from the tables of the code under test: names are split into words, words have a sense, and the
//! sense together with the type says which wish a field can carry.

mod leaf;
mod media;
mod options;
mod picture;
mod sense;

pub(crate) use leaf::{Leaf, leaves};
pub(crate) use sense::Sense;

use mediagen_core::{ModelKind, Request, Role};
use serde_json::Value;

/// A wish that the endpoint can express and the body does not hold.
#[derive(Debug, Clone)]
pub(crate) struct Miss {
    pub(crate) option: String,
    pub(crate) why: String,
}

/// Everything that was asked, can be expressed, and is not honoured; and how many wishes could be expressed.
pub(crate) fn judge(request: &Request, kind: ModelKind, leaves: &[Leaf<'_>], body: &Value) -> (usize, Vec<Miss>) {
    let mut court = Court { request, kind, leaves, body, expressible: 0, misses: Vec::new() };
    court.words();
    court.options();
    court.duration();
    court.picture();
    court.media();
    (court.expressible, court.misses)
}

/// Whether some field speaks of the role called `role`.
pub(crate) fn has_place(request: &Request, kind: ModelKind, leaves: &[Leaf<'_>], role: &str) -> bool {
    let court = Court { request, kind, leaves, body: &Value::Null, expressible: 0, misses: Vec::new() };
    Role::ALL.iter().any(|other| other.as_str() == role && !court.places(*other).is_empty())
}

struct Court<'a> {
    request: &'a Request,
    kind: ModelKind,
    leaves: &'a [Leaf<'a>],
    body: &'a Value,
    expressible: usize,
    misses: Vec<Miss>,
}

impl<'a> Court<'a> {
    fn with(&self, sense: Sense) -> Vec<&'a Leaf<'a>> {
        self.leaves.iter().filter(|leaf| leaf.sense(self.kind) == Some(sense)).collect()
    }

    /// One of `leaves` has to hold what was asked; none means that it cannot be expressed.
    fn expect(&mut self, option: &str, leaves: &[&Leaf<'_>], holds: impl Fn(&Leaf<'_>, &Value) -> bool) {
        if leaves.is_empty() {
            return;
        }
        self.expressible += 1;
        let honoured = leaves.iter().any(|leaf| leaf.value(self.body).is_some_and(|value| holds(leaf, value)));
        if !honoured {
            let found: Vec<String> = leaves
                .iter()
                .map(|leaf| match leaf.value(self.body) {
                    Some(value) => format!("`{}` holds {value}", leaf.path),
                    None => format!("`{}` is not set", leaf.path),
                })
                .collect();
            self.misses.push(Miss { option: option.to_owned(), why: found.join(", ") });
        }
    }
}
