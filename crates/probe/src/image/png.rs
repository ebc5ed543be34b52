//! PNG and APNG: IHDR, and the chunks that change how it is shown.

use super::{MAX_STEPS, set_animation, set_size, tiff};
use crate::bytes::{Bytes, u16_at, u32_at};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// The longest EXIF chunk that is looked at.
const MAX_EXIF: u64 = 64 << 10;

/// Fills size, alpha and the animation.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    file.skip(8)?;
    let (mut frames, mut micros, mut announced) = (0_u64, 0_u64, None);
    let mut size = None;
    for _ in 0..MAX_STEPS {
        let Some(head) = file.array::<8>() else { break };
        let length = u64::from(u32_at(&head, 0)?);
        let end = file.at().checked_add(length)?.checked_add(4)?;
        match &head[4..] {
            b"IHDR" => {
                let header = file.array::<13>()?;
                size = Some((u32_at(&header, 0)?, u32_at(&header, 4)?));
                facts.has_alpha = Some(matches!(header[9], 4 | 6));
                set_size(facts, size?.0, size?.1, None);
            }
            b"tRNS" => facts.has_alpha = Some(true),
            b"acTL" => announced = Some(u32_at(&file.array::<4>()?, 0)?),
            b"fcTL" => {
                let control = file.array::<24>()?;
                let (over, under) = (u64::from(u16_at(&control, 20)?), u64::from(u16_at(&control, 22)?));
                // A denominator of 0 stands for hundredths.
                micros = micros.saturating_add(over * 1_000_000 / if under == 0 { 100 } else { under });
                frames += 1;
            }
            b"eXIf" => {
                let turned = file.all(length, MAX_EXIF).and_then(|exif| tiff::orientation(&exif));
                set_size(facts, size?.0, size?.1, turned);
            }
            b"IEND" => break,
            _ => {}
        }
        if file.go(end).is_none() {
            break;
        }
    }
    match announced {
        // A file that was cut has fewer frames than it says; then neither number is the truth.
        Some(announced) if u64::from(announced) == frames => set_animation(facts, frames, micros, 1_000_000),
        Some(_) => {}
        None => facts.frames = size.map(|_| 1),
    }
    Some(())
}
