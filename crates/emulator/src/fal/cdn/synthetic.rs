//! Files of any size that are on no disk: their content is computed as it is sent.
//!
//! Every byte follows from its place, so that any range is the same in every run, and no two pages are alike, so that
//! a piece in the wrong place changes the hash.

use bytes::Bytes;
use futures_util::{Stream, stream};
use std::{ops::Range, sync::LazyLock};

/// Bytes of a page; each begins with its number.
const PAGE: usize = 64 << 10;
/// Bytes sent at once, in whole pages.
const CHUNK: u64 = 4 * PAGE as u64;

/// What all pages have in common: noise, so that nothing on the way could compress it.
static NOISE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut noise = vec![0; PAGE];
    blake3::Hasher::new().update(b"synthetic").finalize_xof().fill(&mut noise);
    noise
});

/// The key of the synthetic file of this size.
pub(crate) fn key(bytes: u64) -> String {
    format!("synthetic/{bytes}.bin")
}

/// The size of the synthetic file under `key`, if it is one.
pub(super) fn size(key: &str) -> Option<u64> {
    key.strip_prefix("synthetic/")?.strip_suffix(".bin")?.parse().ok()
}

/// The bytes of `range`, in pieces.
pub(super) fn content(range: Range<u64>) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    stream::unfold(range, |range| async move {
        if range.is_empty() {
            return None;
        }
        // Pieces end where pages do, so that each is computed from whole pages.
        let end = ((range.start / CHUNK + 1) * CHUNK).min(range.end);
        let piece = piece(range.start, end);
        Some((Ok(piece), end..range.end))
    })
}

fn piece(start: u64, end: u64) -> Bytes {
    let page = PAGE as u64;
    let (first, last) = (start / page, end.div_ceil(page));
    let mut pages = Vec::with_capacity(usize::try_from((last - first) * page).unwrap_or(0));
    for number in first..last {
        pages.extend_from_slice(&number.to_be_bytes());
        pages.extend_from_slice(&NOISE[8..]);
    }
    let at = |place: u64| usize::try_from(place - first * page).unwrap_or(0);
    Bytes::from(pages).slice(at(start)..at(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    async fn all(range: Range<u64>) -> Vec<u8> {
        let pieces: Vec<_> = content(range).map(Result::unwrap).collect().await;
        pieces.concat()
    }

    #[tokio::test]
    async fn any_range_is_a_part_of_the_whole_and_no_two_pages_are_alike() {
        let length = 3 * CHUNK + 777;
        let whole = all(0..length).await;
        assert_eq!(whole.len() as u64, length);
        for (start, end) in [(0, 1), (5, 70_000), (CHUNK - 1, CHUNK + 1), (2 * CHUNK, length), (length, length)] {
            let part = all(start..end).await;
            assert_eq!(part, whole[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()], "{start}..{end}");
        }
        assert_ne!(whole[..PAGE], whole[PAGE..2 * PAGE]);
        assert_eq!(size(&key(length)), Some(length));
        assert_eq!(size("b/12345678/synthetic.bin"), None);
    }
}
