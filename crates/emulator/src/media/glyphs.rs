//! Text in an image: an 8x8 bitmap font, enlarged.

use super::scene::Canvas;
use font8x8::{BASIC_FONTS, UnicodeFonts};

/// Writes `text` from (`x`, `y`), every dot of the font `dot` pixels wide; letters outside ASCII become blocks of their own.
pub(crate) fn write(canvas: &mut Canvas<'_>, text: &str, x: i32, y: i32, dot: i32, colour: [u8; 3]) {
    let mut left = x;
    for letter in text.chars() {
        for (row, bits) in (0_i32..).zip(shape(letter)) {
            for column in (0..8_i32).filter(|column| bits >> column & 1 == 1) {
                canvas.rectangle(left + column * dot, y + row * dot, dot, dot, colour);
            }
        }
        left += 8 * dot;
    }
}

/// The font's rows, or for a letter that it lacks rows made from the letter's own number.
fn shape(letter: char) -> [u8; 8] {
    BASIC_FONTS.get(letter).unwrap_or_else(|| {
        let number = u32::from(letter).wrapping_mul(0x9e37_79b1).to_be_bytes();
        std::array::from_fn(|row| if row == 7 { 0 } else { number[row % 4] & 0x7e })
    })
}
