//! Writing a video: frames to H.264, H.264 to MP4 with `moov` first.

use super::{Video, even_size, planes::Planes, ticks};
use crate::media::limits::{MAX_FRAMES, MediaError, within};
use openh264::{
    OpenH264API, Timestamp,
    encoder::{
        Complexity, EncodedBitStream, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile,
        RateControlMode, VuiConfig,
    },
};
use shiguredo_mp4::{
    TrackKind, Uint,
    boxes::{Avc1Box, AvccBox, SampleEntry, VisualSampleEntryFields},
    mux::{Mp4FileMuxer, Mp4FileMuxerOptions, MuxError, Sample, estimate_maximum_moov_box_size},
};
use std::num::NonZeroU32;

/// Types of the H.264 units that describe the stream; MP4 keeps them in its header, not among the frames.
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;

/// One encoded frame.
struct Packet {
    bytes: Vec<u8>,
    keyframe: bool,
}

/// Takes frames, gives a [`Video`].
pub(super) struct Writer {
    encoder: Encoder,
    size: (u32, u32),
    ticks: (u32, u32),
    sequence_parameters: Vec<u8>,
    picture_parameters: Vec<u8>,
    packets: Vec<Packet>,
}

fn refused(why: impl std::fmt::Display) -> MediaError {
    MediaError::unencodable("video", why)
}

impl Writer {
    pub(super) fn new(width: u32, height: u32, fps: f64) -> Result<Self, MediaError> {
        let size = even_size(width, height)?;
        let ticks = ticks(fps)?;
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config(ticks)).map_err(refused)?;
        let (sequence_parameters, picture_parameters) = (Vec::new(), Vec::new());
        Ok(Self { encoder, size, ticks, sequence_parameters, picture_parameters, packets: Vec::new() })
    }

    pub(super) fn width(&self) -> u32 {
        self.size.0
    }

    pub(super) fn height(&self) -> u32 {
        self.size.1
    }

    /// Adds a frame, which must have the writer's size.
    pub(super) fn push(&mut self, frame: &Planes) -> Result<(), MediaError> {
        let count = u32::try_from(self.packets.len()).unwrap_or(u32::MAX);
        within("number of frames", count.saturating_add(1), 1, MAX_FRAMES)?;
        let time = Timestamp::from_millis(u64::from(count) * 1000 * u64::from(self.ticks.1) / u64::from(self.ticks.0));
        let encoded = self.encoder.encode_at(frame, time).map_err(refused)?;
        let mut packet = Packet { bytes: Vec::new(), keyframe: encoded.frame_type() == FrameType::IDR };
        for unit in units(&encoded) {
            match unit.first().map(|first| first & 0x1f) {
                Some(SEQUENCE_PARAMETERS) => self.sequence_parameters = unit,
                Some(PICTURE_PARAMETERS) => self.picture_parameters = unit,
                _ => {
                    let length = u32::try_from(unit.len()).map_err(refused)?;
                    packet.bytes.extend_from_slice(&length.to_be_bytes());
                    packet.bytes.extend_from_slice(&unit);
                }
            }
        }
        if packet.bytes.is_empty() {
            return Err(refused("the encoder left out a frame"));
        }
        self.packets.push(packet);
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Video, MediaError> {
        let frames = u32::try_from(self.packets.len()).map_err(refused)?;
        within("number of frames", frames, 1, MAX_FRAMES)?;
        let fps = f64::from(self.ticks.0) / f64::from(self.ticks.1);
        let bytes = self.mux().map_err(refused)?;
        let (width, height) = self.size;
        Ok(Video { bytes, width, height, fps, frames, duration_s: f64::from(frames) / fps })
    }

    fn mux(&self) -> Result<Vec<u8>, MuxError> {
        let options = Mp4FileMuxerOptions {
            reserved_moov_box_size: estimate_maximum_moov_box_size(&[self.packets.len()]),
            ..Mp4FileMuxerOptions::default()
        };
        let mut muxer = Mp4FileMuxer::with_options(options)?;
        let mut file = muxer.initial_boxes_bytes().to_vec();
        let mut entry = Some(self.sample_entry());
        for packet in &self.packets {
            muxer.append_sample(&Sample {
                track_kind: TrackKind::Video,
                sample_entry: entry.take(),
                keyframe: packet.keyframe,
                timescale: NonZeroU32::new(self.ticks.0).unwrap_or(NonZeroU32::MIN),
                duration: self.ticks.1,
                composition_time_offset: None,
                data_offset: file.len() as u64,
                data_size: packet.bytes.len(),
            })?;
            file.extend_from_slice(&packet.bytes);
        }
        for (offset, bytes) in muxer.finalize()?.offset_and_bytes_pairs() {
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            let end = start.saturating_add(bytes.len());
            if file.len() < end {
                file.resize(end, 0);
            }
            file[start..end].copy_from_slice(bytes);
        }
        Ok(file)
    }

    fn sample_entry(&self) -> SampleEntry {
        let side = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
        // The three bytes after the unit's own header are profile, constraints and level.
        let [_, profile, constraints, level] = self.sequence_parameters.first_chunk().copied().unwrap_or_default();
        SampleEntry::Avc1(Avc1Box {
            visual: VisualSampleEntryFields {
                data_reference_index: VisualSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
                width: side(self.size.0),
                height: side(self.size.1),
                horizresolution: VisualSampleEntryFields::DEFAULT_HORIZRESOLUTION,
                vertresolution: VisualSampleEntryFields::DEFAULT_VERTRESOLUTION,
                frame_count: VisualSampleEntryFields::DEFAULT_FRAME_COUNT,
                compressorname: VisualSampleEntryFields::NULL_COMPRESSORNAME,
                depth: VisualSampleEntryFields::DEFAULT_DEPTH,
            },
            avcc_box: AvccBox {
                avc_profile_indication: profile,
                profile_compatibility: constraints,
                avc_level_indication: level,
                length_size_minus_one: Uint::new(3),
                sps_list: vec![self.sequence_parameters.clone()],
                pps_list: vec![self.picture_parameters.clone()],
                chroma_format: None,
                bit_depth_luma_minus8: None,
                bit_depth_chroma_minus8: None,
                sps_ext_list: Vec::new(),
            },
            unknown_boxes: Vec::new(),
        })
    }
}

/// Constant quality, one thread (so that the same frames give the same bytes), a keyframe every two seconds.
fn config((per_second, per_frame): (u32, u32)) -> EncoderConfig {
    let fps = f64::from(per_second) / f64::from(per_frame);
    EncoderConfig::new()
        .rate_control_mode(RateControlMode::Off)
        .skip_frames(false)
        .max_frame_rate(FrameRate::from_hz(encoder_rate(fps)))
        .profile(Profile::Baseline)
        .complexity(Complexity::Low)
        .scene_change_detect(false)
        .adaptive_quantization(false)
        .background_detection(false)
        .num_threads(1)
        .intra_frame_period(IntraFramePeriod::from_num_frames((per_second * 2).div_ceil(per_frame)))
        .vui(VuiConfig::bt709())
}

/// The encoder knows rates from 1 to 60; the file's own times are exact at any rate.
#[expect(clippy::cast_possible_truncation, reason = "the encoder takes no more digits")]
fn encoder_rate(fps: f64) -> f32 {
    fps.clamp(1.0, 60.0) as f32
}

/// The H.264 units of a frame, each without the start code (two or three zeros and a one) before it.
fn units(encoded: &EncodedBitStream<'_>) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    for layer in (0..encoded.num_layers()).filter_map(|index| encoded.layer(index)) {
        for unit in (0..layer.nal_count()).filter_map(|index| layer.nal_unit(index)) {
            let zeros = unit.iter().take_while(|byte| **byte == 0).count();
            units.push(unit.get(zeros + 1..).unwrap_or_default().to_vec());
        }
    }
    units
}
