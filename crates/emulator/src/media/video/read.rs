//! Reading a video: what an MP4 says of itself, and the frames of its H.264 track.

use super::planes::Planes;
use crate::media::limits::{MAX_FRAMES, MAX_SIDE, MediaError, image_size, within};
use openh264::decoder::{DecodeOptions, Decoder, Flush};
use shiguredo_mp4::{
    TrackKind,
    boxes::SampleEntry,
    demux::{Input, Mp4FileDemuxer},
};
use std::ops::Range;

/// Before every H.264 unit in the form that the decoder reads.
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// What a video is, measured from the file's own tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct VideoFacts {
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// Frames divided by duration.
    pub(crate) fps: f64,
    /// Number of frames of the first video track.
    pub(crate) frames: u32,
    /// In seconds: the sum of all frames' durations.
    pub(crate) duration_s: f64,
}

/// Reads size, rate, frames and duration of an MP4 file; of the codec nothing is needed but the size
/// (H.264, H.265, VP8, VP9, AV1).
///
/// # Errors
/// [`MediaError::Unreadable`] for bytes that are not an MP4 with a video track, [`MediaError::OutOfRange`] above
/// [`MAX_SIDE`] pixels or [`MAX_FRAMES`] frames.
pub(crate) fn probe_video(bytes: &[u8]) -> Result<VideoFacts, MediaError> {
    Track::find(bytes).map(|track| track.facts)
}

pub(super) fn unreadable(why: impl std::fmt::Display) -> MediaError {
    MediaError::unreadable("video", why)
}

/// The first video track of a file.
pub(super) struct Track {
    pub(super) facts: VideoFacts,
    entry: SampleEntry,
    samples: Vec<Range<usize>>,
}

impl Track {
    pub(super) fn find(bytes: &[u8]) -> Result<Self, MediaError> {
        if bytes.get(4..8) != Some(b"ftyp") {
            return Err(unreadable("the bytes are not MP4"));
        }
        let mut demuxer = Mp4FileDemuxer::new();
        demuxer.handle_input(Input { position: 0, data: bytes });
        let tracks = demuxer.tracks().map_err(unreadable)?;
        let id = tracks.iter().find(|track| track.kind == TrackKind::Video).map(|track| track.track_id);
        let id = id.ok_or_else(|| unreadable("it has no video track"))?;
        let (mut entry, mut samples, mut duration_s) = (None, Vec::new(), 0.0);
        while let Some(sample) = demuxer.next_sample().map_err(unreadable)? {
            if sample.track.track_id != id {
                continue;
            }
            let count = u32::try_from(samples.len() + 1).unwrap_or(u32::MAX);
            within("number of frames", count, 1, MAX_FRAMES)?;
            entry = entry.or_else(|| sample.sample_entry.cloned());
            let start = usize::try_from(sample.data_offset).unwrap_or(usize::MAX);
            samples.push(start..start.saturating_add(sample.data_size));
            duration_s += f64::from(sample.duration) / f64::from(sample.track.timescale.get());
        }
        let entry = entry.ok_or_else(|| unreadable("its video track has no frame"))?;
        let facts = facts(&entry, samples.len(), duration_s)?;
        Ok(Self { facts, entry, samples })
    }

    /// Decodes all frames, in the order in which they are shown.
    pub(super) fn each_frame(
        &self,
        bytes: &[u8],
        mut take: impl FnMut(u32, Planes) -> Result<(), MediaError>,
    ) -> Result<u32, MediaError> {
        let SampleEntry::Avc1(avc) = &self.entry else { return Err(unreadable("its frames are not H.264")) };
        let length_bytes = usize::from(avc.avcc_box.length_size_minus_one.get()) + 1;
        let mut decoder = Decoder::new().map_err(unreadable)?;
        let mut packet = Vec::new();
        for unit in avc.avcc_box.sps_list.iter().chain(&avc.avcc_box.pps_list) {
            packet.extend_from_slice(&START_CODE);
            packet.extend_from_slice(unit);
        }
        let mut count = 0;
        for sample in &self.samples {
            let sample = bytes.get(sample.clone()).ok_or_else(|| unreadable("it ends inside a frame"))?;
            append_units(&mut packet, sample, length_bytes)?;
            let options = DecodeOptions::new().flush_after_decode(Flush::NoFlush);
            if let Some(frame) = decoder.decode_with_options(&packet, options).map_err(unreadable)? {
                take(count, checked(Planes::copy_of(&frame))?)?;
                count += 1;
            }
            packet.clear();
        }
        for frame in decoder.flush_remaining().map_err(unreadable)? {
            take(count, checked(Planes::copy_of(&frame))?)?;
            count += 1;
        }
        if count == 0 { Err(unreadable("it has no frame that can be shown")) } else { Ok(count) }
    }
}

/// Refuses a frame that is empty or larger than any image may be, whatever the file's header says.
fn checked(frame: Planes) -> Result<Planes, MediaError> {
    let most = usize::try_from(MAX_SIDE).unwrap_or(usize::MAX);
    if (2..=most).contains(&frame.width) && (2..=most).contains(&frame.height) {
        return Ok(frame);
    }
    Err(unreadable(format!("a frame is {}x{} pixels", frame.width, frame.height)))
}

fn facts(entry: &SampleEntry, frames: usize, duration_s: f64) -> Result<VideoFacts, MediaError> {
    let (width, height) = entry.video_resolution().ok_or_else(|| unreadable("its codec is unknown"))?;
    image_size(width.into(), height.into())?;
    let frames = u32::try_from(frames).unwrap_or(u32::MAX);
    if duration_s <= 0.0 {
        return Err(unreadable("it lasts no time"));
    }
    let fps = f64::from(frames) / duration_s;
    Ok(VideoFacts { width: width.into(), height: height.into(), fps, frames, duration_s })
}

/// Turns units with a length before them (MP4) into units with a start code before them.
fn append_units(packet: &mut Vec<u8>, mut sample: &[u8], length_bytes: usize) -> Result<(), MediaError> {
    while !sample.is_empty() {
        let (length, rest) = sample.split_at_checked(length_bytes).ok_or_else(|| unreadable("a frame is cut off"))?;
        let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        let (unit, rest) = rest.split_at_checked(length).ok_or_else(|| unreadable("a frame is cut off"))?;
        packet.extend_from_slice(&START_CODE);
        packet.extend_from_slice(unit);
        sample = rest;
    }
    Ok(())
}
