//! MP4 and MOV: a box with XMP at the end, where it moves nothing that other boxes point to.

use super::{DAMAGED, Edit, MAX_CHUNKS, OTHER_XMP, Plan, SIGNED, take, take_content, xmp};
use crate::record::Record;
use std::{
    fs::File,
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
};

/// The type of a box that holds XMP.
const XMP: [u8; 16] = [0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC];
/// The type of a box that holds a C2PA manifest.
const C2PA: [u8; 16] = [0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81];

/// A box at the top of the file.
struct TopBox {
    at: u64,
    /// With its header; `None` when it goes on to the end of the file, whatever is added there.
    length: Option<u64>,
    name: [u8; 4],
    /// The type of an extended box.
    uuid: Option<[u8; 16]>,
    /// Where its content begins.
    content: u64,
}

pub(super) fn plan(file: &mut BufReader<File>, end: u64, record: &Record) -> io::Result<Plan> {
    let packet = xmp::packet(record)?;
    let length = u32::try_from(packet.len() + 24).map_err(|_| io::ErrorKind::InvalidInput)?;
    let added = [&length.to_be_bytes()[..], b"uuid", &XMP, &packet].concat();
    let (mut at, mut removed) = (0, None);
    for _ in 0..MAX_CHUNKS {
        if at == end {
            return Ok(Plan::Edits([Edit::insert(end, added)].into_iter().chain(removed).collect()));
        }
        let Some(found) = top_box(file, at)? else { return Ok(DAMAGED) };
        let Some(length) = found.length else { return Ok(Plan::Skip("its last box has no end")) };
        at += length;
        if at > end {
            return Ok(DAMAGED);
        }
        match found.uuid {
            Some(C2PA) => return Ok(SIGNED),
            Some(XMP) => {
                let ours = content(file, &found)?.is_some_and(|packet| xmp::record(&packet).is_some());
                // In front of media it stays where it is, because taking it out would move them.
                if !ours || at != end {
                    return Ok(OTHER_XMP);
                }
                removed = Some(Edit { at: found.at, remove: length, insert: Vec::new() });
            }
            _ if &found.name == b"mfra" => return Ok(Plan::Skip("its index has to be the last box")),
            _ => {}
        }
    }
    Ok(DAMAGED)
}

pub(super) fn find(file: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let mut at = 0;
    for _ in 0..MAX_CHUNKS {
        let Some(found) = top_box(file, at)? else { return Ok(None) };
        if found.uuid == Some(XMP)
            && let Some(json) = content(file, &found)?.and_then(|packet| xmp::record(&packet))
        {
            return Ok(Some(json));
        }
        let Some(length) = found.length else { return Ok(None) };
        at += length;
    }
    Ok(None)
}

/// The box at `at`; `None` for a length that no box has.
fn top_box(file: &mut BufReader<File>, at: u64) -> io::Result<Option<TopBox>> {
    file.seek(SeekFrom::Start(at))?;
    let (short, name) = (u32::from_be_bytes(take(file)?), take(file)?);
    let (length, mut header) = match short {
        0 => (None, 8),
        1 => (Some(u64::from_be_bytes(take(file)?)), 16),
        length => (Some(u64::from(length)), 8),
    };
    let uuid = if &name == b"uuid" { Some(take(file)?) } else { None };
    header += if uuid.is_some() { 16 } else { 0 };
    let fits = length.is_none_or(|length| length >= header && at.checked_add(length).is_some());
    Ok(fits.then_some(TopBox { at, length, name, uuid, content: at + header }))
}

fn content(file: &mut BufReader<File>, found: &TopBox) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = found.length else { return Ok(None) };
    file.seek(SeekFrom::Start(found.content))?;
    take_content(&mut file.by_ref(), found.at + length - found.content)
}
