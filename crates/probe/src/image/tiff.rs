//! TIFF and `BigTIFF` directories, which are also the form of EXIF.

use super::set_size;
use crate::bytes::Bytes;
use mediagen_core::MediaFacts;
use std::io::{Cursor, Read, Seek};

/// The most pages that are counted.
const MAX_PAGES: u64 = 10_000;
/// The most entries of one directory that are looked at.
const MAX_ENTRIES: u64 = 4096;

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const ORIENTATION: u16 = 274;
const EXTRA_SAMPLES: u16 = 338;

/// Fills size (turned as its orientation says), alpha and the count of pages.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    let mut tiff = Tiff::open(file)?;
    let (first, mut next) = tiff.directory(tiff.first)?;
    set_size(facts, first.width?, first.height?, first.orientation);
    facts.has_alpha = Some(first.alpha);
    let mut pages = 1;
    while next != 0 {
        // A ring of directories would never end.
        if pages == MAX_PAGES {
            return None;
        }
        next = tiff.next(next)?;
        pages += 1;
    }
    facts.frames = Some(pages);
    Some(())
}

/// The orientation, 1 to 8, of an EXIF block.
pub(super) fn orientation(exif: &[u8]) -> Option<u16> {
    let mut bytes = Bytes::new(Cursor::new(exif))?;
    let mut tiff = Tiff::open(&mut bytes)?;
    tiff.directory(tiff.first)?.0.orientation
}

#[derive(Default)]
struct Directory {
    width: Option<u32>,
    height: Option<u32>,
    orientation: Option<u16>,
    alpha: bool,
}

struct Tiff<'a, R> {
    file: &'a mut Bytes<R>,
    little: bool,
    wide: bool,
    first: u64,
}

impl<'a, R: Read + Seek> Tiff<'a, R> {
    fn open(file: &'a mut Bytes<R>) -> Option<Self> {
        let little = match &file.array::<2>()? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut tiff = Self { file, little, wide: false, first: 0 };
        tiff.wide = match tiff.number(2)? {
            42 => false,
            43 => true,
            _ => return None,
        };
        if tiff.wide {
            tiff.file.skip(4)?;
        }
        tiff.first = tiff.offset()?;
        Some(tiff)
    }

    /// An unsigned number of `width` bytes, at most 8.
    fn number(&mut self, width: usize) -> Option<u64> {
        let mut number = 0;
        for at in 0..width {
            let byte = u64::from(self.file.byte()?);
            number = if self.little { number | byte << (8 * at) } else { number << 8 | byte };
        }
        Some(number)
    }

    fn offset(&mut self) -> Option<u64> {
        self.number(if self.wide { 8 } else { 4 })
    }

    /// The directory at `position`, and where the next one is; 0 after the last.
    fn directory(&mut self, position: u64) -> Option<(Directory, u64)> {
        self.file.go(position)?;
        let count = self.number(if self.wide { 8 } else { 2 })?;
        let width = self.entry();
        let start = self.file.at();
        let mut found = Directory::default();
        for index in 0..count.min(MAX_ENTRIES) {
            self.file.go(start + index * width)?;
            let (tag, form) = (self.number(2)?, self.number(2)?);
            let length = self.offset()?;
            let value = match form {
                1 => self.number(1)?,
                3 => self.number(2)?,
                4 => self.number(4)?,
                _ => continue,
            };
            let value = u32::try_from(value).ok()?;
            match u16::try_from(tag).ok()? {
                WIDTH => found.width = Some(value),
                HEIGHT => found.height = Some(value),
                ORIENTATION => found.orientation = u16::try_from(value).ok().filter(|v| (1..=8).contains(v)),
                // 1 and 2: alpha, multiplied into the colours or not. A list of more than one has alpha first.
                EXTRA_SAMPLES if length > 0 => found.alpha = matches!(value, 1 | 2),
                _ => {}
            }
        }
        let next = self.next(position)?;
        Some((found, next))
    }

    /// Where the directory after the one at `position` is; its entries are not read.
    fn next(&mut self, position: u64) -> Option<u64> {
        self.file.go(position)?;
        let count = self.number(if self.wide { 8 } else { 2 })?;
        self.file.skip(count.checked_mul(self.entry())?)?;
        self.offset()
    }

    /// The length of an entry.
    fn entry(&self) -> u64 {
        if self.wide { 20 } else { 12 }
    }
}
