//! WebP: the XMP chunk at the end, announced in the extended header.

use super::{DAMAGED, Edit, MAX_CHUNKS, OTHER_XMP, Plan, SIGNED, skip, take, take_content, xmp};
use crate::record::Record;
use std::{
    fs::File,
    io::{self, BufReader, Seek as _, SeekFrom},
};

/// The flags of the extended header.
const HAS_XMP: u8 = 0x04;
const HAS_ALPHA: u8 = 0x10;

pub(super) fn plan(file: &mut BufReader<File>, end: u64, record: &Record) -> io::Result<Plan> {
    let packet = xmp::packet(record)?;
    file.seek(SeekFrom::Start(4))?;
    let size = u64::from(u32::from_le_bytes(take(file)?));
    let riff_end = size + 8;
    if riff_end > end || &take::<4>(file)? != b"WEBP" {
        return Ok(DAMAGED);
    }
    let mut edits = Vec::new();
    let (mut at, mut grown) = (12, 0);
    for _ in 0..MAX_CHUNKS {
        if at + 8 > riff_end {
            break;
        }
        let (name, length) = header(file)?;
        let padded = length + length % 2;
        if at + 8 + length > riff_end {
            return Ok(DAMAGED);
        }
        let mut rest = padded;
        match &name {
            b"C2PA" => return Ok(SIGNED),
            b"VP8X" if at == 12 && length >= 10 => {
                let [flags] = take(file)?;
                edits.push(Edit::overwrite(at + 8, &[flags | HAS_XMP]));
                rest -= 1;
            }
            b"VP8 " | b"VP8L" if at == 12 => {
                let Some((header, read)) = extended_header(file, name == *b"VP8L")? else { return Ok(DAMAGED) };
                grown += header.len() as u64;
                edits.push(Edit::insert(12, header));
                rest = rest.checked_sub(read).ok_or(io::ErrorKind::InvalidData)?;
            }
            _ if at == 12 => return Ok(DAMAGED),
            b"XMP " => {
                if take_content(file, length)?.is_none_or(|content| xmp::record(&content).is_none()) {
                    return Ok(OTHER_XMP);
                }
                rest -= length;
                edits.push(Edit { at, remove: 8 + padded, insert: Vec::new() });
                grown = grown.wrapping_sub(8 + padded);
            }
            _ => {}
        }
        skip(file, rest)?;
        at += 8 + padded;
    }
    let chunk = chunk(&packet)?;
    grown = grown.wrapping_add(chunk.len() as u64);
    let Ok(size) = u32::try_from(size.wrapping_add(grown)) else { return Ok(Plan::Skip("the file is too large")) };
    edits.push(Edit::overwrite(4, &size.to_le_bytes()));
    edits.push(Edit::insert(riff_end, chunk));
    Ok(Plan::Edits(edits))
}

pub(super) fn find(file: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    file.seek(SeekFrom::Start(12))?;
    for _ in 0..MAX_CHUNKS {
        let (name, length) = header(file)?;
        if &name == b"XMP " {
            return Ok(take_content(file, length)?.and_then(|packet| xmp::record(&packet)));
        }
        skip(file, length + length % 2)?;
    }
    Ok(None)
}

fn header(file: &mut BufReader<File>) -> io::Result<([u8; 4], u64)> {
    Ok((take(file)?, u32::from_le_bytes(take(file)?).into()))
}

fn chunk(packet: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(packet.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let padding: &[u8] = if packet.len() % 2 == 1 { &[0] } else { &[] };
    Ok([&b"XMP "[..], &length.to_le_bytes(), packet, padding].concat())
}

/// The extended header that a plain file gets, from the size in its one frame; and the bytes that were read for it.
fn extended_header(file: &mut BufReader<File>, lossless: bool) -> io::Result<Option<(Vec<u8>, u64)>> {
    let (width, height, flags, read) = if lossless {
        let [0x2F] = take(file)? else { return Ok(None) };
        let bits = u32::from_le_bytes(take(file)?);
        let flags = if bits >> 28 & 1 == 1 { HAS_XMP | HAS_ALPHA } else { HAS_XMP };
        (bits & 0x3FFF, bits >> 14 & 0x3FFF, flags, 5)
    } else {
        let [_, _, _, 0x9D, 0x01, 0x2A] = take(file)? else { return Ok(None) };
        let side = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF);
        let (width, height) = (side(take(file)?), side(take(file)?));
        let (Some(width), Some(height)) = (width.checked_sub(1), height.checked_sub(1)) else { return Ok(None) };
        (width, height, HAS_XMP, 10)
    };
    let (width, height) = (width.to_le_bytes(), height.to_le_bytes());
    let header = [b"VP8X", &10u32.to_le_bytes()[..], &[flags, 0, 0, 0], &width[..3], &height[..3]].concat();
    Ok(Some((header, read)))
}
