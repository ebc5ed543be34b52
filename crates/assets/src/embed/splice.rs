//! Copying a file with a few places changed.

use mediagen_disk::{Access, NewFile};
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write},
    path::Path,
};

/// Bytes that are held at once.
const BUFFER: usize = 256 << 10;

/// At `at`, `remove` bytes give way to `insert`.
pub(super) struct Edit {
    pub(super) at: u64,
    pub(super) remove: u64,
    pub(super) insert: Vec<u8>,
}

impl Edit {
    /// Puts `bytes` in at `at`.
    pub(super) fn insert(at: u64, bytes: Vec<u8>) -> Self {
        Self { at, remove: 0, insert: bytes }
    }

    /// Puts `bytes` over what is at `at`.
    pub(super) fn overwrite(at: u64, bytes: &[u8]) -> Self {
        Self { at, remove: bytes.len() as u64, insert: bytes.to_vec() }
    }
}

/// Replaces the file at `path`, open as `from`, by an edited copy; returns its BLAKE3 and size. The folder is left to the
/// caller.
pub(super) fn replace(path: &Path, mut from: File, mut edits: Vec<Edit>) -> io::Result<(String, u64)> {
    edits.sort_by_key(|edit| edit.at);
    let mut new = NewFile::beside(path, Access::Owner)?;
    let permissions = from.metadata()?.permissions();
    from.seek(SeekFrom::Start(0))?;
    let mut to = Hashed { file: new.as_file_mut(), hasher: blake3::Hasher::new(), bytes: 0 };
    let (mut buffer, mut position) = (vec![0; BUFFER], 0);
    for edit in edits {
        if copy(&mut from, &mut to, edit.at - position, &mut buffer)? < edit.at - position {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        to.write_all(&edit.insert)?;
        position = from.seek(SeekFrom::Start(edit.at + edit.remove))?;
    }
    copy(&mut from, &mut to, u64::MAX, &mut buffer)?;
    let (blake3, bytes) = (to.hasher.finalize().to_hex().to_string(), to.bytes);
    new.as_file_mut().set_permissions(permissions)?;
    new.place()?;
    Ok((blake3, bytes))
}

/// Copies up to `limit` bytes; returns how many there were.
fn copy(from: &mut File, to: &mut impl Write, limit: u64, buffer: &mut [u8]) -> io::Result<u64> {
    let mut copied = 0;
    while copied < limit {
        let room = usize::try_from(limit - copied).unwrap_or(usize::MAX).min(buffer.len());
        let read = match from.read(&mut buffer[..room]) {
            Ok(0) => break,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        to.write_all(&buffer[..read])?;
        copied += read as u64;
    }
    Ok(copied)
}

struct Hashed<'a> {
    file: &'a File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
