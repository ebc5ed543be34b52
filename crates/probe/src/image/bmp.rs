//! BMP: the information header in its several lengths.

use super::set_size;
use crate::bytes::{Bytes, le16_at, le32_at};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// Fills the size, and alpha where the header says so.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    file.skip(14)?;
    let length = le32_at(&file.array::<4>()?, 0)?;
    let header = file.up_to(u64::from(length).saturating_sub(4), 128)?;
    if length == 12 {
        set_size(facts, le16_at(&header, 0)?.into(), le16_at(&header, 2)?.into(), None);
        facts.has_alpha = Some(false);
    } else {
        // A negative height means rows from the top.
        let side = |at| le32_at(&header, at).map(|side| side.cast_signed().unsigned_abs());
        set_size(facts, side(0)?, side(4)?, None);
        facts.has_alpha = match (le16_at(&header, 10)?, le32_at(&header, 48)) {
            (32 | 16, Some(mask)) => Some(mask != 0),
            // The fourth byte of the old header is reserved, and used by some.
            (32, None) => None,
            _ => Some(false),
        };
    }
    facts.frames = Some(1);
    Some(())
}
