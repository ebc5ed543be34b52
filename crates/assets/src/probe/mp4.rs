//! MP4 and MOV: the box tree down to the sample tables (ISO/IEC 14496-12), read with bounds.
//!
//! Ready-made readers build a list of every sample, which a hostile count of a few bytes blows up to gigabytes, and
//! some panic on a missing table. Totals need no list, so the tables are summed in place.

use super::{Facts, FrameRate, mp4_track::Track};
use std::io::{BufReader, Read, Seek, SeekFrom};

/// The largest `moov` or `moof` that is looked at; two hours of film need about 4 MiB.
const MAX_TABLE: u64 = 16 << 20;
/// The most top-level boxes that are looked at.
const MAX_BOXES: usize = 100_000;

/// Fills dimensions, duration, frame rate and the facts of the sound.
pub(super) fn measure(file: impl Read + Seek, facts: &mut Facts) {
    if let Some(movie) = Movie::read(&mut BufReader::new(file)) {
        movie.describe(facts);
    }
}

/// The boxes of `data` in order: type and content. Stops at the first that does not fit.
pub(super) fn boxes(mut data: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (size, name, header) = header_of(data)?;
        let size = if size == 0 { data.len() } else { usize::try_from(size).ok()? };
        let content = data.get(header..size)?;
        data = data.get(size..)?;
        Some((name, content))
    })
}

/// The content of the first box called `name`.
pub(super) fn find(data: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    boxes(data).find(|(found, _)| *found == name).map(|(_, content)| content)
}

/// Size with header (0: to the end), type, and length of the header.
fn header_of(data: &[u8]) -> Option<(u64, [u8; 4], usize)> {
    let name = data.get(4..8)?.try_into().ok()?;
    match u32_at(data, 0)? {
        1 => Some((u64_at(data, 8)?, name, 16)),
        size => Some((size.into(), name, 8)),
    }
}

/// The big-endian number at `at`.
pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

/// The big-endian number at `at`.
pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

/// The big-endian number at `at`.
pub(super) fn u64_at(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_be_bytes)
}

/// Timescale and duration of an `mvhd` or `mdhd`, which begin alike; a duration of all ones means unknown.
pub(super) fn timing(content: &[u8]) -> Option<(u64, Option<u64>)> {
    let (scale, ticks) = if content.first()? == &1 {
        (u32_at(content, 20)?, u64_at(content, 24).filter(|t| *t != u64::MAX))
    } else {
        (u32_at(content, 12)?, u32_at(content, 16).filter(|t| *t != u32::MAX).map(u64::from))
    };
    (scale != 0).then_some((scale.into(), ticks.filter(|t| *t != 0)))
}

/// `ticks` of `1 / scale` seconds.
#[expect(clippy::cast_precision_loss, reason = "a length in seconds needs no more than 52 bits")]
pub(super) fn seconds(ticks: u64, scale: u64) -> Option<f64> {
    (ticks != 0 && scale != 0).then(|| ticks as f64 / scale as f64)
}

struct Movie {
    tracks: Vec<Track>,
    duration_s: Option<f64>,
}

impl Movie {
    fn read(file: &mut (impl Read + Seek)) -> Option<Self> {
        let mut movie = None;
        for _ in 0..MAX_BOXES {
            let Some((name, length)) = next_box(file) else { break };
            match &name {
                b"moov" if movie.is_none() => movie = Some(Self::from_moov(&table(file, length)?)),
                b"moof" => {
                    let Some(content) = table(file, length) else { break };
                    movie.as_mut()?.add_fragment(&content);
                }
                _ => {
                    let Ok(length) = i64::try_from(length) else { break };
                    file.seek(SeekFrom::Current(length)).ok()?;
                }
            }
        }
        movie
    }

    fn from_moov(moov: &[u8]) -> Self {
        let mut tracks: Vec<Track> =
            boxes(moov).filter(|(name, _)| name == b"trak").filter_map(|(_, trak)| Track::read(trak)).collect();
        for (_, trex) in boxes(find(moov, *b"mvex").unwrap_or_default()).filter(|(name, _)| name == b"trex") {
            for track in tracks.iter_mut().filter(|t| Some(t.id) == u32_at(trex, 4)) {
                track.default_duration = u32_at(trex, 12).unwrap_or(0);
            }
        }
        let duration_s = find(moov, *b"mvhd").and_then(timing).and_then(|(scale, ticks)| seconds(ticks?, scale));
        Self { tracks, duration_s }
    }

    fn add_fragment(&mut self, moof: &[u8]) {
        for (_, traf) in boxes(moof).filter(|(name, _)| name == b"traf") {
            let id = find(traf, *b"tfhd").and_then(|tfhd| u32_at(tfhd, 4));
            for track in self.tracks.iter_mut().filter(|t| Some(t.id) == id) {
                track.add_fragment(traf);
            }
        }
    }

    fn describe(&self, facts: &mut Facts) {
        facts.has_audio = Some(self.tracks.iter().any(|t| t.sound.is_some()));
        let longest = self.tracks.iter().filter_map(Track::seconds).reduce(f64::max);
        facts.duration_s = self.duration_s.or(longest);
        if let Some(film) = self.tracks.iter().find(|t| t.is_video) {
            facts.width = film.width;
            facts.height = film.height;
            facts.frames = (film.samples != 0).then_some(film.samples);
            facts.frame_rate = FrameRate::from_ticks(film.samples, film.sample_ticks, film.timescale);
        }
        if let Some(sound) = self.tracks.iter().find_map(|t| t.sound.as_ref()) {
            facts.sample_rate = sound.sample_rate;
            facts.channels = sound.channels;
        }
    }
}

/// Type and content length of the box at the file's position, which then stands behind its header.
fn next_box(file: &mut (impl Read + Seek)) -> Option<([u8; 4], u64)> {
    let mut head = [0; 16];
    file.read_exact(&mut head[..8]).ok()?;
    if head[..4] == [0, 0, 0, 1] {
        file.read_exact(&mut head[8..]).ok()?;
    }
    let (size, name, header) = header_of(&head)?;
    let length = if size == 0 { MAX_TABLE } else { size.checked_sub(header as u64)? };
    Some((name, length))
}

/// The next `length` bytes, or what is left of them; `None` where that is more than [`MAX_TABLE`].
fn table(file: &mut impl Read, length: u64) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    if length > MAX_TABLE {
        return None;
    }
    file.take(length).read_to_end(&mut content).ok()?;
    Some(content)
}
