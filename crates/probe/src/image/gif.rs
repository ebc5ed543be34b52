//! GIF: the screen's size, and the blocks of its frames.

use super::{MAX_STEPS, set_animation, set_size};
use crate::bytes::{Bytes, le16_at};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// Delays below 2 hundredths are shown as 10 by every viewer.
const SHORTEST_DELAY: u16 = 2;
const USUAL_DELAY: u16 = 10;

/// Fills size, alpha, frames and their length together.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    file.skip(6)?;
    let screen = file.array::<7>()?;
    set_size(facts, le16_at(&screen, 0)?.into(), le16_at(&screen, 2)?.into(), None);
    skip_colours(file, screen[4])?;
    let (mut frames, mut hundredths, mut delay, mut alpha) = (0_u64, 0_u64, None, false);
    for _ in 0..MAX_STEPS {
        match file.byte()? {
            0x21 => {
                if file.byte()? == 0xF9 {
                    let control = file.array::<6>()?;
                    alpha |= control[1] & 1 != 0;
                    delay = le16_at(&control, 2);
                } else {
                    skip_blocks(file)?;
                }
            }
            0x2C => {
                let image = file.array::<9>()?;
                skip_colours(file, image[8])?;
                file.skip(1)?;
                skip_blocks(file)?;
                frames += 1;
                let stated = delay.take().unwrap_or(0);
                hundredths += u64::from(if stated < SHORTEST_DELAY { USUAL_DELAY } else { stated });
            }
            0x3B => {
                facts.has_alpha = Some(alpha);
                set_animation(facts, frames, hundredths, 100);
                return Some(());
            }
            // Some writers pad with zeros.
            0 => {}
            _ => return None,
        }
    }
    None
}

/// The colour table that the flags of a screen or image announce.
fn skip_colours(file: &mut Bytes<impl Read + Seek>, flags: u8) -> Option<()> {
    if flags & 0x80 == 0 { Some(()) } else { file.skip(3 << ((flags & 7) + 1)) }
}

/// Data in blocks of up to 255 bytes; one of no bytes ends it.
fn skip_blocks(file: &mut Bytes<impl Read + Seek>) -> Option<()> {
    loop {
        match file.byte()? {
            0 => return Some(()),
            length => file.skip(length.into())?,
        }
    }
}
