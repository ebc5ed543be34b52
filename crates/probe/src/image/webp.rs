//! WebP: the RIFF chunks of the simple and the extended form.

use super::{MAX_STEPS, set_animation, set_size, tiff};
use crate::bytes::{Bytes, le16_at, le24_at, le32_at};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// The longest EXIF chunk that is looked at.
const MAX_EXIF: u64 = 64 << 10;

/// Fills size, alpha and the animation.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    file.skip(12)?;
    let (mut size, mut animated, mut extended) = (None, false, false);
    let (mut frames, mut millis) = (0_u64, 0_u64);
    for _ in 0..MAX_STEPS {
        let Some(head) = file.array::<8>() else { break };
        let length = u64::from(le32_at(&head, 4)?);
        // Chunks are padded to an even length.
        let end = file.at().checked_add(length)?.checked_add(length & 1)?;
        match &head[..4] {
            b"VP8X" => {
                let header = file.array::<10>()?;
                facts.has_alpha = Some(header[0] & 0x10 != 0);
                animated = header[0] & 2 != 0;
                extended = true;
                size = Some((le24_at(&header, 4)? + 1, le24_at(&header, 7)? + 1));
            }
            b"VP8 " if size.is_none() => {
                let header = file.array::<10>()?;
                if header[3..6] != [0x9D, 0x01, 0x2A] {
                    return None;
                }
                let pixels = |at| le16_at(&header, at).map(|count| u32::from(count & 0x3FFF));
                facts.has_alpha = Some(false);
                size = Some((pixels(6)?, pixels(8)?));
            }
            b"VP8L" if size.is_none() => {
                let header = file.array::<5>()?;
                let bits = le32_at(&header, 1).filter(|_| header[0] == 0x2F)?;
                facts.has_alpha = Some(bits >> 28 & 1 != 0);
                size = Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1));
            }
            b"ANMF" => {
                frames += 1;
                millis += u64::from(le24_at(&file.array::<16>()?, 12)?);
            }
            b"EXIF" => {
                let exif = file.all(length, MAX_EXIF)?;
                let turned = tiff::orientation(exif.strip_prefix(b"Exif\0\0").unwrap_or(&exif));
                set_size(facts, size?.0, size?.1, turned);
            }
            _ => {}
        }
        if let (None, Some((width, height))) = (facts.width, size) {
            set_size(facts, width, height, None);
        }
        if !extended && size.is_some() || file.go(end).is_none() {
            break;
        }
    }
    if animated {
        set_animation(facts, frames, millis, 1000);
    } else {
        facts.frames = size.map(|_| 1);
    }
    Some(())
}
