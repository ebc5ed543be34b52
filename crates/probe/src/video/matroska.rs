//! Matroska and `WebM`: a flat walk over the EBML elements. Masters are entered, payloads are skipped, so nothing is held.

use crate::bytes::Bytes;
use mediagen_core::{FrameRate, MediaFacts};
use std::io::{Read, Seek};

/// The most elements that are looked at: some hours of video.
const MAX_ELEMENTS: usize = 2_000_000;
/// The longest text (names of codings) and number that is read.
const MAX_TEXT: u64 = 64;

#[derive(Debug, Default)]
struct Track {
    number: u64,
    kind: u64,
    codec: String,
    frame_nanoseconds: u64,
    width: u64,
    height: u64,
    alpha: bool,
    quarter_turn: bool,
    sample_rate: f64,
    output_rate: f64,
    channels: u64,
    bits: u64,
    frames: u64,
    /// In ticks of the file.
    last: Option<u64>,
}

#[derive(Debug)]
struct Walk {
    tracks: Vec<Track>,
    /// Nanoseconds of a tick.
    scale: u64,
    duration: Option<f64>,
    cluster: u64,
    /// Whether the walk came to the end of the file.
    whole: bool,
}

/// Fills size, frames, rates, codings and length; and the media type, by the tracks.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) {
    let mut walk = Walk { tracks: Vec::new(), scale: 1_000_000, duration: None, cluster: 0, whole: false };
    walk.run(file);
    walk.describe(facts);
}

/// A number of 1 to 8 bytes whose first set bit says how many; an id keeps that bit. All ones: unknown (`u64::MAX`).
fn number(file: &mut Bytes<impl Read + Seek>, is_id: bool) -> Option<u64> {
    let first = file.byte()?;
    let more = first.leading_zeros();
    if more > 7 || (is_id && more > 3) {
        return None;
    }
    let mask = if is_id { 0xFF } else { 0x7F_u8.unbounded_shr(more) };
    let (mut value, mut ones) = (u64::from(first & mask), first | !mask == 0xFF);
    for _ in 0..more {
        let byte = file.byte()?;
        ones &= byte == 0xFF;
        value = value << 8 | u64::from(byte);
    }
    Some(if ones && !is_id { u64::MAX } else { value })
}

impl Walk {
    fn run(&mut self, file: &mut Bytes<impl Read + Seek>) {
        for _ in 0..MAX_ELEMENTS {
            if file.left() == 0 {
                self.whole = true;
                return;
            }
            let Some(()) = self.element(file) else { return };
        }
    }

    fn element(&mut self, file: &mut Bytes<impl Read + Seek>) -> Option<()> {
        let id = number(file, true)?;
        let length = number(file, false)?;
        match id {
            // Segment, Info, Tracks, Video, Audio, Projection, Cluster, BlockGroup: their children follow.
            0x1853_8067 | 0x1549_A966 | 0x1654_AE6B | 0xE0 | 0xE1 | 0x7670 | 0x1F43_B675 | 0xA0 => return Some(()),
            // TrackEntry.
            0xAE if self.tracks.len() < 128 => {
                self.tracks.push(Track { channels: 1, sample_rate: 8000.0, ..Track::default() });
                return Some(());
            }
            _ => {}
        }
        let end = file.at().checked_add(length)?;
        match id {
            0xA3 | 0xA1 => self.block(file, length),
            0xE7 => self.cluster = unsigned(file, length)?,
            0x2A_D7B1 => self.scale = unsigned(file, length)?,
            0x4489 => self.duration = float(file, length),
            _ => {
                if let Some(track) = self.tracks.last_mut() {
                    track.set(id, length, file)?;
                }
            }
        }
        file.go(end)
    }

    /// Counts a frame: track number, time relative to the cluster (signed, 16 bits), flags. A laced block has several.
    fn block(&mut self, file: &mut Bytes<impl Read + Seek>, length: u64) {
        if length < 4 {
            return;
        }
        let Some(wanted) = number(file, false) else { return };
        let Some([high, low, _flags]) = file.array::<3>() else { return };
        let time = self.cluster.saturating_add_signed(i16::from_be_bytes([high, low]).into());
        if let Some(track) = self.tracks.iter_mut().find(|track| track.number == wanted) {
            track.frames += 1;
            track.last = track.last.max(Some(time));
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranges are checked; a float beyond u64 saturates"
    )]
    fn describe(&self, facts: &mut MediaFacts) {
        let stated = self.duration.map(|ticks| ticks * self.scale as f64).filter(|length| *length > 0.0);
        let walked = || {
            let ends = self.tracks.iter().filter_map(|track| {
                Some(track.last?.checked_mul(self.scale)?.saturating_add(track.frame_nanoseconds) as f64)
            });
            ends.reduce(f64::max).filter(|_| self.whole)
        };
        let length = stated.or_else(walked).filter(|length| *length > 0.0 && *length < 1e18);
        facts.duration_s = length.map(|length| length / 1e9);
        if self.tracks.is_empty() {
            return;
        }
        let audio = self.tracks.iter().find(|track| track.kind == 2);
        facts.has_audio = Some(audio.is_some());
        if let Some(audio) = audio {
            let rate = if audio.output_rate > 0.0 { audio.output_rate } else { audio.sample_rate };
            facts.audio_codec = audio_codec(&audio.codec, audio.bits);
            facts.sample_rate = (1.0..=1e7).contains(&rate).then(|| rate.round() as u32);
            facts.channels = u16::try_from(audio.channels).ok().filter(|count| *count != 0);
        }
        let video = self.tracks.iter().find(|track| track.kind == 1);
        if let Some(video) = video {
            video.describe(facts);
            facts.frames = (video.frames != 0 && self.whole).then_some(video.frames);
            let mean = || FrameRate::from_ticks(facts.frames?, length? as u64, 1_000_000_000);
            facts.frame_rate = FrameRate::from_nanoseconds(video.frame_nanoseconds).or_else(mean);
        } else if audio.is_some() && facts.media_type.as_deref() == Some("video/webm") {
            facts.media_type = Some("audio/webm".to_owned());
        } else if audio.is_some() {
            facts.media_type = Some("audio/x-matroska".to_owned());
        }
    }
}

impl Track {
    fn set(&mut self, id: u64, length: u64, file: &mut Bytes<impl Read + Seek>) -> Option<()> {
        match id {
            0xD7 => self.number = unsigned(file, length)?,
            0x83 => self.kind = unsigned(file, length)?,
            0x86 => self.codec = text(file, length)?,
            0x23_E383 => self.frame_nanoseconds = unsigned(file, length)?,
            0xB0 => self.width = unsigned(file, length)?,
            0xBA => self.height = unsigned(file, length)?,
            0x53C0 => self.alpha = unsigned(file, length)? == 1,
            // How far a viewer turns the image, in degrees.
            0x7675 => self.quarter_turn = float(file, length).is_some_and(|turn| (turn.abs() - 90.0).abs() < 1.0),
            0xB5 => self.sample_rate = float(file, length)?,
            0x78_B5 => self.output_rate = float(file, length)?,
            0x9F => self.channels = unsigned(file, length)?,
            0x6264 => self.bits = unsigned(file, length)?,
            _ => {}
        }
        Some(())
    }

    fn describe(&self, facts: &mut MediaFacts) {
        let side = |side: u64| u32::try_from(side).ok().filter(|side| *side != 0);
        let (width, height) = (side(self.width), side(self.height));
        (facts.width, facts.height) = if self.quarter_turn { (height, width) } else { (width, height) };
        facts.video_codec = video_codec(&self.codec).map(str::to_owned);
        if matches!(self.codec.as_str(), "V_VP8" | "V_VP9") {
            facts.has_alpha = Some(self.alpha);
        }
    }
}

fn unsigned(file: &mut Bytes<impl Read + Seek>, length: u64) -> Option<u64> {
    let bytes = file.all(length, 8)?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn float(file: &mut Bytes<impl Read + Seek>, length: u64) -> Option<f64> {
    let bytes = file.all(length, 8)?;
    let found = match bytes.len() {
        4 => f32::from_be_bytes(bytes.try_into().ok()?).into(),
        8 => f64::from_be_bytes(bytes.try_into().ok()?),
        _ => return None,
    };
    found.is_finite().then_some(found)
}

fn text(file: &mut Bytes<impl Read + Seek>, length: u64) -> Option<String> {
    String::from_utf8(file.all(length, MAX_TEXT)?).ok().map(|text| text.trim_end_matches('\0').to_owned())
}

fn video_codec(id: &str) -> Option<&'static str> {
    Some(match id {
        "V_VP8" => "vp8",
        "V_VP9" => "vp9",
        "V_AV1" => "av1",
        "V_MPEG4/ISO/AVC" => "h264",
        "V_MPEGH/ISO/HEVC" => "hevc",
        "V_MPEGI/ISO/VVC" => "vvc",
        "V_MPEG4/ISO/ASP" | "V_MPEG4/ISO/SP" | "V_MPEG4/ISO/AP" => "mpeg4",
        "V_MPEG1" => "mpeg1video",
        "V_MPEG2" => "mpeg2video",
        "V_THEORA" => "theora",
        "V_PRORES" => "prores",
        "V_MJPEG" => "mjpeg",
        "V_FFV1" => "ffv1",
        _ => return None,
    })
}

fn audio_codec(id: &str, bits: u64) -> Option<String> {
    let pcm = |float, big| crate::audio::pcm_name(u16::try_from(bits).ok()?, float, big);
    let name = match id {
        "A_OPUS" => "opus",
        "A_VORBIS" => "vorbis",
        "A_FLAC" => "flac",
        "A_MPEG/L3" => "mp3",
        "A_MPEG/L2" => "mp2",
        "A_AC3" => "ac3",
        "A_EAC3" => "eac3",
        "A_DTS" => "dts",
        "A_ALAC" => "alac",
        "A_TRUEHD" => "truehd",
        "A_PCM/INT/LIT" => return pcm(false, false),
        "A_PCM/INT/BIG" => return pcm(false, true),
        "A_PCM/FLOAT/IEEE" => return pcm(true, false),
        _ if id.starts_with("A_AAC") => "aac",
        _ => return None,
    };
    Some(name.to_owned())
}
