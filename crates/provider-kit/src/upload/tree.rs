//! The hash of a file from its pieces, in whatever order they are read.

use blake3::{
    Hash, Hasher,
    hazmat::{ChainingValue, HasherExt as _, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root},
};
use mediagen_http::FileParts;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a piece: as many as are read at once. A power of two, so that a piece is a subtree of BLAKE3's tree.
pub(super) const PIECE: u64 = FileParts::PIECE as u64;
const _: () = assert!(PIECE.is_power_of_two());
/// Files above this are hashed before they leave: 32 bytes for each piece would become too much.
const LARGEST: u64 = 64 << 30;

/// What is known of a file's pieces so far.
#[derive(Debug)]
pub(super) struct Tree {
    len: u64,
    pieces: Mutex<Pieces>,
}

#[derive(Debug)]
enum Pieces {
    /// The whole is one piece.
    One(Option<Hash>),
    Several(Vec<Option<ChainingValue>>),
}

impl Tree {
    /// For a file of `len` bytes; `None` where it is empty or too large.
    pub(super) fn new(len: u64) -> Option<Self> {
        let pieces = match usize::try_from(len.div_ceil(PIECE)).ok()? {
            0 => return None,
            1 => Pieces::One(None),
            several => Pieces::Several(vec![None; several]),
        };
        (len <= LARGEST).then(|| Self { len, pieces: Mutex::new(pieces) })
    }

    /// Takes what was read at `offset`: one whole piece, or the end of the file. Anything else is not taken. A piece
    /// that was read again replaces itself.
    pub(super) fn see(&self, offset: u64, data: &[u8]) {
        let whole = PIECE.min(self.len.saturating_sub(offset));
        if !offset.is_multiple_of(PIECE) || whole == 0 || data.len() as u64 != whole {
            return;
        }
        let at = usize::try_from(offset / PIECE).unwrap_or(usize::MAX);
        // Hashed before the lock is taken: several threads read at the same time.
        let mut hasher = Hasher::new();
        hasher.set_input_offset(offset).update(data);
        if self.len <= PIECE {
            *self.lock() = Pieces::One(Some(hasher.finalize()));
            return;
        }
        let value = hasher.finalize_non_root();
        if let Pieces::Several(pieces) = &mut *self.lock()
            && let Some(piece) = pieces.get_mut(at)
        {
            *piece = Some(value);
        }
    }

    /// The hash, if every piece was seen.
    pub(super) fn hash(&self) -> Option<Hash> {
        let pieces: Option<Vec<ChainingValue>> = match &*self.lock() {
            Pieces::One(hash) => return *hash,
            Pieces::Several(pieces) => pieces.iter().copied().collect(),
        };
        let pieces = pieces?;
        let (left, right) = halves(&pieces, self.len);
        Some(merge_subtrees_root(&left, &right, Mode::Hash))
    }

    fn lock(&self) -> MutexGuard<'_, Pieces> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The two children of the node above all `pieces`, of which there are two or more, with `bytes` together.
fn halves(pieces: &[ChainingValue], bytes: u64) -> (ChainingValue, ChainingValue) {
    let left = left_subtree_len(bytes);
    let (before, after) = pieces.split_at(usize::try_from(left / PIECE).unwrap_or(usize::MAX));
    (merged(before, left), merged(after, bytes - left))
}

fn merged(pieces: &[ChainingValue], bytes: u64) -> ChainingValue {
    if let [one] = pieces {
        return *one;
    }
    let (left, right) = halves(pieces, bytes);
    merge_subtrees_non_root(&left, &right, Mode::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_in_any_order_give_the_hash_of_the_whole() {
        let piece = FileParts::PIECE;
        for bytes in [
            1,
            piece - 1,
            piece,
            piece + 1,
            2 * piece,
            2 * piece + 1,
            3 * piece,
            7 * piece + 1_025,
            8 * piece,
            21 * piece - 1,
        ] {
            let content: Vec<u8> = (0..bytes).map(|n| u8::try_from(n * 31 % 251).unwrap()).collect();
            let tree = Tree::new(bytes as u64).unwrap();
            let pieces: Vec<_> = content.chunks(piece).enumerate().collect();
            for (at, data) in pieces.iter().rev() {
                assert_eq!(tree.hash(), None, "not all were seen");
                // One that was changed before it was read again.
                tree.see((at * piece) as u64, &vec![7; data.len()]);
                tree.see((at * piece) as u64, data);
                tree.see((at * piece) as u64 + 1, &data[1..]);
            }
            tree.see(bytes as u64, b"beyond");
            assert_eq!(tree.hash(), Some(blake3::hash(&content)), "{bytes}");
        }
        assert!(Tree::new(0).is_none() && Tree::new(LARGEST + 1).is_none());
    }
}
