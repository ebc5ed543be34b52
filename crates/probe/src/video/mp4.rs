//! MP4 and MOV: the box tree down to the sample tables (ISO/IEC 14496-12), read with bounds.
//!
//! Ready-made readers build a list of every sample, which a hostile count of a few bytes blows up to gigabytes, and
//! some panic on a missing table. Totals need no list, so the tables are summed in place.

use super::{mp4_track::Track, seconds};
use crate::bytes::{Bytes, u32_at, u64_at};
use mediagen_core::{FrameRate, MediaFacts};
use std::io::{Read, Seek};

/// The largest `moov` or `moof` that is looked at; two hours of video need about 4 MiB.
const MAX_TABLE: u64 = 16 << 20;
/// The most tracks of one video.
const MAX_TRACKS: usize = 128;
/// The most top-level boxes that are looked at.
const MAX_BOXES: usize = 100_000;

/// Fills dimensions, duration, frame rate, codings and the facts of the audio; and the media type, by the tracks.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    Movie::read(file)?.describe(facts);
    Some(())
}

/// The boxes of `data` in order: type and content. Stops at the first that does not fit.
pub(crate) fn boxes(mut data: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (size, name, header) = header_of(data)?;
        let size = if size == 0 { data.len() } else { usize::try_from(size).ok()? };
        let content = data.get(header..size)?;
        data = data.get(size..)?;
        Some((name, content))
    })
}

/// The content of the first box called `name`.
pub(crate) fn find(data: &[u8], name: [u8; 4]) -> Option<&[u8]> {
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

/// Timescale and duration of an `mvhd` or `mdhd`, which begin alike; a duration of all ones means unknown.
pub(super) fn timing(content: &[u8]) -> Option<(u64, Option<u64>)> {
    let (scale, ticks) = if content.first()? == &1 {
        (u32_at(content, 20)?, u64_at(content, 24).filter(|t| *t != u64::MAX))
    } else {
        (u32_at(content, 12)?, u32_at(content, 16).filter(|t| *t != u32::MAX).map(u64::from))
    };
    (scale != 0).then_some((scale.into(), ticks.filter(|t| *t != 0)))
}

/// The tracks of a `moov` box and its fragments.
#[derive(Debug)]
pub(crate) struct Movie {
    tracks: Vec<Track>,
    duration_s: Option<f64>,
    has_fragments: bool,
}

impl Movie {
    fn read(file: &mut Bytes<impl Read + Seek>) -> Option<Self> {
        let mut movie = None;
        for _ in 0..MAX_BOXES {
            let Some((name, length)) = next_box(file) else { break };
            match &name {
                // A table that was cut still has its first boxes.
                b"moov" if movie.is_none() && length <= MAX_TABLE => {
                    movie = Some(Self::from_moov(&file.up_to(length, MAX_TABLE)?));
                }
                b"moof" if length <= MAX_TABLE => {
                    movie.as_mut()?.add_fragment(&file.up_to(length, MAX_TABLE)?);
                }
                _ if file.skip(length).is_none() => break,
                _ => {}
            }
        }
        movie
    }

    /// From the content of a `moov` box.
    pub(crate) fn from_moov(moov: &[u8]) -> Self {
        let found = boxes(moov).filter(|(name, _)| name == b"trak");
        let mut tracks: Vec<Track> = found.filter_map(|(_, trak)| Track::read(trak)).take(MAX_TRACKS).collect();
        for (_, trex) in boxes(find(moov, *b"mvex").unwrap_or_default()).filter(|(name, _)| name == b"trex") {
            if let Some(track) = tracks.iter_mut().find(|t| Some(t.id) == u32_at(trex, 4)) {
                track.default_duration = u32_at(trex, 12).unwrap_or(0);
            }
        }
        let duration_s = find(moov, *b"mvhd").and_then(timing).and_then(|(scale, ticks)| seconds(ticks?, scale));
        Self { tracks, duration_s, has_fragments: false }
    }

    /// The track of a sequence of images, in AVIF and HEIF.
    pub(crate) fn image(&self) -> Option<&Track> {
        self.tracks.iter().find(|track| track.is_video)
    }

    fn add_fragment(&mut self, moof: &[u8]) {
        self.has_fragments = true;
        for (_, traf) in boxes(moof).filter(|(name, _)| name == b"traf") {
            let id = find(traf, *b"tfhd").and_then(|tfhd| u32_at(tfhd, 4));
            if let Some(track) = self.tracks.iter_mut().find(|t| Some(t.id) == id) {
                track.add_fragment(traf);
            }
        }
    }

    fn describe(&self, facts: &mut MediaFacts) {
        facts.has_audio = Some(self.tracks.iter().any(|t| t.audio.is_some()));
        let longest = self.tracks.iter().filter_map(|t| t.seconds(self.has_fragments)).reduce(f64::max);
        // The header was written before the fragments, and knows nothing of them.
        let stated = self.duration_s.filter(|stated| !self.has_fragments || longest.is_none_or(|sum| *stated > sum));
        facts.duration_s = stated.or(longest);
        if let Some(video) = self.image() {
            facts.width = video.width;
            facts.height = video.height;
            facts.video_codec.clone_from(&video.codec);
            facts.frames = (video.samples != 0).then_some(video.samples);
            facts.frame_rate = FrameRate::from_ticks(video.samples, video.sample_ticks, video.timescale);
        }
        if let Some(audio) = self.tracks.iter().find_map(|t| t.audio.as_ref()) {
            facts.sample_rate = audio.sample_rate;
            facts.channels = audio.channels;
            facts.audio_codec.clone_from(&audio.codec);
        }
        let is_quicktime = facts.media_type.as_deref() == Some("video/quicktime");
        match (self.image().is_some(), facts.has_audio == Some(true)) {
            (true, _) if !is_quicktime => facts.media_type = Some("video/mp4".to_owned()),
            (false, true) if !is_quicktime => facts.media_type = Some("audio/mp4".to_owned()),
            _ => {}
        }
    }
}

/// Type and content length of the box at the file's position, which then stands behind its header.
pub(crate) fn next_box(file: &mut Bytes<impl Read + Seek>) -> Option<([u8; 4], u64)> {
    let mut head = [0; 16];
    head[..8].copy_from_slice(&file.array::<8>()?);
    if head[..4] == [0, 0, 0, 1] {
        head[8..].copy_from_slice(&file.array::<8>()?);
    }
    let (size, name, header) = header_of(&head)?;
    let length = if size == 0 { file.left() } else { size.checked_sub(header as u64)? };
    Some((name, length))
}
