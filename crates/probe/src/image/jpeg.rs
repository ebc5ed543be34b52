//! JPEG: the markers up to the frame header.

use super::{MAX_STEPS, set_size, tiff};
use crate::bytes::{Bytes, u16_at};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// Fills the size, with the EXIF orientation applied. A JPEG has no alpha and one frame.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    file.skip(2)?;
    let mut orientation = None;
    for _ in 0..MAX_STEPS {
        let mut marker = file.byte()?;
        if marker != 0xFF {
            continue;
        }
        while marker == 0xFF {
            marker = file.byte()?;
        }
        match marker {
            // Without content: stuffing, restarts, start of image.
            0x00 | 0x01 | 0xD0..=0xD8 => continue,
            // The scan or the end before any size.
            0xD9 | 0xDA => return None,
            _ => {}
        }
        let length = u64::from(u16_at(&file.array::<2>()?, 0)?).checked_sub(2)?;
        let end = file.at().checked_add(length)?;
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let header = file.array::<5>()?;
                set_size(facts, u16_at(&header, 3)?.into(), u16_at(&header, 1)?.into(), orientation);
                facts.has_alpha = Some(false);
                facts.frames = Some(1);
                return Some(());
            }
            0xE1 if orientation.is_none() => {
                let content = file.all(length, u16::MAX.into())?;
                orientation = content.strip_prefix(b"Exif\0\0").and_then(tiff::orientation);
            }
            _ => {}
        }
        file.go(end)?;
    }
    None
}
