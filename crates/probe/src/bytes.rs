//! Reading with bounds: nothing here allocates more than its caller allows, or more than the file has.

use std::io::{BufReader, Read, Seek, SeekFrom};

/// A file read forwards, with its length known. Every answer is `None` where the file ends too early.
#[derive(Debug)]
pub(super) struct Bytes<R> {
    inner: BufReader<R>,
    at: u64,
    len: u64,
}

impl<R: Read + Seek> Bytes<R> {
    /// Reads `inner` from its start.
    pub(super) fn new(mut inner: R) -> Option<Self> {
        let len = inner.seek(SeekFrom::End(0)).ok()?;
        inner.seek(SeekFrom::Start(0)).ok()?;
        Some(Self { inner: BufReader::new(inner), at: 0, len })
    }

    /// The position from the start.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The length of the whole file.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// How much is left.
    pub(super) fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut found = [0; N];
        if self.left() < N as u64 {
            return None;
        }
        self.inner.read_exact(&mut found).ok()?;
        self.at += N as u64;
        Some(found)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next `count` bytes, all of them; `None` where that is more than `most`.
    pub(super) fn all(&mut self, count: u64, most: u64) -> Option<Vec<u8>> {
        if count > most || count > self.left() {
            return None;
        }
        let mut found = vec![0; usize::try_from(count).ok()?];
        self.inner.read_exact(&mut found).ok()?;
        self.at += count;
        Some(found)
    }

    /// The next `count` bytes, or as many as are left, or `most` of them; the position is behind what was read.
    pub(super) fn up_to(&mut self, count: u64, most: u64) -> Option<Vec<u8>> {
        self.all(count.min(most).min(self.left()), most)
    }

    /// Moves on by `count`.
    pub(super) fn skip(&mut self, count: u64) -> Option<()> {
        if count > self.left() {
            return None;
        }
        self.inner.seek_relative(i64::try_from(count).ok()?).ok()?;
        self.at += count;
        Some(())
    }

    /// Moves to `position`.
    pub(super) fn go(&mut self, position: u64) -> Option<()> {
        if position > self.len {
            return None;
        }
        let by = i64::try_from(position).ok()?.checked_sub(i64::try_from(self.at).ok()?)?;
        self.inner.seek_relative(by).ok()?;
        self.at = position;
        Some(())
    }
}

fn array_at<const N: usize>(data: &[u8], at: usize) -> Option<[u8; N]> {
    data.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The big-endian number at `at`.
pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    array_at(data, at).map(u16::from_be_bytes)
}

/// The big-endian number at `at`.
pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    array_at(data, at).map(u32::from_be_bytes)
}

/// The big-endian number at `at`.
pub(super) fn u64_at(data: &[u8], at: usize) -> Option<u64> {
    array_at(data, at).map(u64::from_be_bytes)
}

/// The little-endian number at `at`.
pub(super) fn le16_at(data: &[u8], at: usize) -> Option<u16> {
    array_at(data, at).map(u16::from_le_bytes)
}

/// The little-endian number of three bytes at `at`.
pub(super) fn le24_at(data: &[u8], at: usize) -> Option<u32> {
    array_at(data, at).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
}

/// The little-endian number at `at`.
pub(super) fn le32_at(data: &[u8], at: usize) -> Option<u32> {
    array_at(data, at).map(u32::from_le_bytes)
}

/// The little-endian number at `at`.
pub(super) fn le64_at(data: &[u8], at: usize) -> Option<u64> {
    array_at(data, at).map(u64::from_le_bytes)
}
