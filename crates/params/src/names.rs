//! Which names a schema may have, answered in a few instructions: nearly all names of the alias table are not in it.

use mediagen_core::Schema;

/// A set of names that may say yes to a name which is not in it, and never no to one that is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names([u64; 4]);

impl Names {
    /// The names of the input fields of `schema`.
    pub(crate) fn of(schema: &Schema) -> Self {
        let mut bits = [0; 4];
        for field in &schema.inputs {
            let (word, bit) = place(field.name.as_bytes());
            bits[word] |= bit;
        }
        Self(bits)
    }

    /// Whether a field may have this name.
    pub(crate) fn may_hold(&self, name: &str) -> bool {
        let (word, bit) = place(name.as_bytes());
        self.0[word] & bit != 0
    }
}

/// One of 256 bits, by the length and three of the bytes.
fn place(name: &[u8]) -> (usize, u64) {
    let byte = |at: usize| name.get(at).copied().map_or(0, usize::from);
    let hash = name.len() * 37 + byte(0) * 5 + byte(name.len() / 2) * 11 + byte(name.len().saturating_sub(1)) * 3;
    ((hash >> 6) & 3, 1 << (hash & 63))
}
