//! Lays an audio track under a video: the frames stay as they are, a track of plain samples is added.

use crate::media::{Audio, MediaError, Video};
use shiguredo_mp4::{
    BoxSize, BoxType, TrackKind,
    boxes::{SampleEntry, UnknownBox},
    demux::{Input, Mp4FileDemuxer},
    mux::{Mp4FileMuxer, Mp4FileMuxerOptions, Sample, estimate_maximum_moov_box_size},
};
use std::num::NonZeroU32;

/// PCM frames in one sample of the file.
const BLOCK: usize = 1024;
/// Type of uncompressed audio in MP4 (ISO/IEC 23003-5).
const IPCM: [u8; 4] = *b"ipcm";

/// The video with the audio as a second track, cut or repeated to the video's length.
///
/// # Errors
/// [`MediaError::Unencodable`] when the file cannot be taken apart or put together.
pub(super) fn with_audio(video: &Video, audio: &Audio) -> Result<Video, MediaError> {
    let audio = audio.lasting(video.duration_s);
    let width = usize::from(audio.channels()) * 2;
    let pcm: Vec<u8> = audio.samples().iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let blocks: Vec<&[u8]> = pcm.chunks(BLOCK * width).collect();
    let mut writer = Writer::new(usize::try_from(video.frames).unwrap_or(0), blocks.len())?;
    let mut demuxer = Mp4FileDemuxer::new();
    demuxer.handle_input(Input { position: 0, data: &video.bytes });
    while let Some(sample) = demuxer.next_sample().map_err(refused)? {
        let start = usize::try_from(sample.data_offset).map_err(refused)?;
        let data = video.bytes.get(start..start + sample.data_size).ok_or_else(|| refused("a frame is missing"))?;
        let frame = Sample {
            track_kind: TrackKind::Video,
            sample_entry: sample.sample_entry.cloned(),
            keyframe: sample.keyframe,
            timescale: sample.track.timescale,
            duration: sample.duration,
            composition_time_offset: None,
            data_offset: 0,
            data_size: 0,
        };
        writer.add(frame, data)?;
    }
    let rate = NonZeroU32::new(audio.sample_rate()).unwrap_or(NonZeroU32::MIN);
    let mut entry = Some(pcm_entry(&audio));
    for block in blocks {
        let frames = Sample {
            track_kind: TrackKind::Audio,
            sample_entry: entry.take(),
            keyframe: true,
            timescale: rate,
            duration: u32::try_from(block.len() / width).map_err(refused)?,
            composition_time_offset: None,
            data_offset: 0,
            data_size: 0,
        };
        writer.add(frames, block)?;
    }
    Ok(Video { bytes: writer.finish()?, ..video.clone() })
}

fn refused(why: impl std::fmt::Display) -> MediaError {
    MediaError::Unencodable { medium: "video", why: why.to_string() }
}

/// Little-endian 16-bit samples, described as ISO/IEC 23003-5 wants it.
fn pcm_entry(audio: &Audio) -> SampleEntry {
    let mut payload = vec![0; 6];
    payload.extend_from_slice(&1_u16.to_be_bytes());
    payload.extend_from_slice(&[0; 8]);
    payload.extend_from_slice(&audio.channels().to_be_bytes());
    payload.extend_from_slice(&16_u16.to_be_bytes());
    payload.extend_from_slice(&[0; 4]);
    // 16.16 fixed point: a rate above 65535 Hz does not fit; the track alone has it.
    payload.extend_from_slice(&u16::try_from(audio.sample_rate()).unwrap_or(0).to_be_bytes());
    payload.extend_from_slice(&[0; 2]);
    payload.extend_from_slice(&14_u32.to_be_bytes());
    payload.extend_from_slice(b"pcmC");
    payload.extend_from_slice(&[0, 0, 0, 0, 1, 16]);
    let box_type = BoxType::Normal(IPCM);
    let box_size = BoxSize::with_payload_size(box_type, payload.len() as u64);
    SampleEntry::Unknown(UnknownBox { box_type, box_size, payload })
}

/// Puts samples of both tracks into one file, `moov` first.
struct Writer {
    muxer: Mp4FileMuxer,
    file: Vec<u8>,
}

impl Writer {
    fn new(frames: usize, blocks: usize) -> Result<Self, MediaError> {
        let reserved_moov_box_size = estimate_maximum_moov_box_size(&[frames, blocks]);
        let options = Mp4FileMuxerOptions { reserved_moov_box_size, ..Mp4FileMuxerOptions::default() };
        let muxer = Mp4FileMuxer::with_options(options).map_err(refused)?;
        let file = muxer.initial_boxes_bytes().to_vec();
        Ok(Self { muxer, file })
    }

    /// Appends `data` as `sample`, whose place in the file is filled in here.
    fn add(&mut self, sample: Sample, data: &[u8]) -> Result<(), MediaError> {
        let sample = Sample { data_offset: self.file.len() as u64, data_size: data.len(), ..sample };
        self.muxer.append_sample(&sample).map_err(refused)?;
        self.file.extend_from_slice(data);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u8>, MediaError> {
        for (offset, bytes) in self.muxer.finalize().map_err(refused)?.offset_and_bytes_pairs() {
            let start = usize::try_from(offset).map_err(refused)?;
            let end = start.saturating_add(bytes.len());
            if self.file.len() < end {
                self.file.resize(end, 0);
            }
            self.file[start..end].copy_from_slice(bytes);
        }
        Ok(self.file)
    }
}
