//! JPEG: an APP1 segment with XMP, behind JFIF and Exif.

use super::{DAMAGED, Edit, MAX_CHUNKS, OTHER_XMP, Plan, SIGNED, skip, take, take_content, xmp};
use crate::record::Record;
use std::{
    fs::File,
    io::{self, BufReader, Seek as _, SeekFrom},
};

/// What a segment with XMP begins with.
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP11: u8 = 0xEB;

/// A segment before the image's data.
struct Segment {
    marker: u8,
    at: u64,
    /// With marker and length.
    length: u64,
    /// Content of the application segments that matter here.
    content: Vec<u8>,
}

pub(super) fn plan(file: &mut BufReader<File>, record: &Record) -> io::Result<Plan> {
    let content = [XMP, &xmp::packet(record)?].concat();
    let Ok(length) = u16::try_from(content.len() + 2) else { return Ok(Plan::Skip("the record is too large")) };
    let segment = [&[0xFF, APP1][..], &length.to_be_bytes(), &content].concat();
    let (mut place, mut leading, mut removed) = (2, true, None);
    let Some(segments) = segments(file)? else { return Ok(DAMAGED) };
    for found in segments {
        let is_exif = found.marker == APP1 && found.content.starts_with(b"Exif\0");
        leading &= found.marker == APP0 || is_exif;
        if leading {
            place = found.at + found.length;
        }
        if found.marker == APP11 && found.content.starts_with(b"JP") {
            return Ok(SIGNED);
        }
        if found.marker == APP1 && found.content.starts_with(XMP) {
            if xmp::record(&found.content).is_none() {
                return Ok(OTHER_XMP);
            }
            removed = Some(Edit { at: found.at, remove: found.length, insert: Vec::new() });
        }
    }
    // The removal stands behind the place or at it: the insert comes first either way.
    Ok(Plan::Edits([Edit::insert(place, segment)].into_iter().chain(removed).collect()))
}

pub(super) fn find(file: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let segments = segments(file)?.unwrap_or_default();
    Ok(segments.iter().filter(|s| s.content.starts_with(XMP)).find_map(|s| xmp::record(&s.content)))
}

/// The segments up to the image's data; `None` for what is not a row of segments.
fn segments(file: &mut BufReader<File>) -> io::Result<Option<Vec<Segment>>> {
    file.seek(SeekFrom::Start(2))?;
    let (mut at, mut segments) = (2, Vec::new());
    for _ in 0..MAX_CHUNKS.min(4096) {
        let [0xFF, mut marker] = take(file)? else { return Ok(None) };
        let mut begins = at;
        at += 2;
        while marker == 0xFF {
            [marker] = take(file)?;
            (begins, at) = (begins + 1, at + 1);
        }
        if marker == 0xDA {
            return Ok(Some(segments));
        }
        let length = u64::from(u16::from_be_bytes(take(file)?));
        let Some(inside) = length.checked_sub(2) else { return Ok(None) };
        let content = if matches!(marker, APP1 | APP11) {
            // Application data beyond a few megabytes is not a record.
            take_content(file, inside)?.unwrap_or_default()
        } else {
            skip(file, inside)?;
            Vec::new()
        };
        at += length;
        segments.push(Segment { marker, at: begins, length: at - begins, content });
    }
    Ok(None)
}
