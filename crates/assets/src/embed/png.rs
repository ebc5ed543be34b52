//! PNG: a chunk of international text behind the header.

use super::{DAMAGED, Edit, MAX_CHUNKS, Plan, SIGNED, json, skip, take, take_content};
use crate::record::Record;
use std::{
    fs::File,
    io::{self, BufReader, Seek as _, SeekFrom},
};

/// The chunk's keyword, with what follows it for text that is neither compressed nor in a named language.
const KEYWORD: &[u8] = b"mediagen\0\0\0\0\0";
/// Signature and header chunk.
const HEADER_END: u64 = 8 + 12 + 13;

pub(super) fn plan(file: &mut BufReader<File>, record: &Record) -> io::Result<Plan> {
    let mut data = KEYWORD.to_vec();
    data.extend_from_slice(json(record)?.as_bytes());
    let mut edits = vec![Edit::insert(HEADER_END, chunk(*b"iTXt", &data)?)];
    file.seek(SeekFrom::Start(8))?;
    let mut at = 8;
    for _ in 0..MAX_CHUNKS {
        let (length, name) = header(file)?;
        if at == 8 && (&name != b"IHDR" || length != 13) {
            return Ok(DAMAGED);
        }
        match &name {
            b"caBX" => return Ok(SIGNED),
            b"IEND" => return Ok(Plan::Edits(edits)),
            b"iTXt" if length > KEYWORD.len() as u64 => {
                let ours = take::<{ KEYWORD.len() }>(file)? == *KEYWORD;
                skip(file, length - KEYWORD.len() as u64 + 4)?;
                if ours {
                    edits.push(Edit { at, remove: length + 12, insert: Vec::new() });
                }
            }
            _ => skip(file, length + 4)?,
        }
        at += length + 12;
    }
    Ok(DAMAGED)
}

pub(super) fn find(file: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    file.seek(SeekFrom::Start(8))?;
    for _ in 0..MAX_CHUNKS {
        let (length, name) = header(file)?;
        match &name {
            b"IEND" => break,
            b"iTXt" => match take_content(file, length)? {
                Some(data) if data.starts_with(KEYWORD) => return Ok(Some(data[KEYWORD.len()..].to_vec())),
                Some(_) => skip(file, 4)?,
                None => skip(file, length + 4)?,
            },
            _ => skip(file, length + 4)?,
        }
    }
    Ok(None)
}

fn header(file: &mut BufReader<File>) -> io::Result<(u64, [u8; 4])> {
    Ok((u32::from_be_bytes(take(file)?).into(), take(file)?))
}

fn chunk(name: [u8; 4], data: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&name);
    checksum.update(data);
    Ok([&length.to_be_bytes()[..], &name, data, &checksum.finalize().to_be_bytes()].concat())
}
