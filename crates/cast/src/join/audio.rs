//! One part: its form, and its samples block by block.

use super::wav_length;
use mediagen_core::{Error, ErrorKind, Result};
use std::{fmt, path::Path};
use symphonia::core::{
    audio::GenericAudioBufferRef as Buffer,
    codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions},
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    meta::MetadataOptions,
};

/// The resolution of a sample; floating point is more than any whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// So many bits: 16, 24 or 32.
    Int(u16),
    /// 32 bits of floating point.
    Float,
}

/// What audio must have in common to be joined, but for the depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Samples a second of each channel.
    pub(super) rate: u32,
    pub(super) channels: u16,
    pub(super) depth: Depth,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz in {} channel{}", self.rate, self.channels, if self.channels == 1 { "" } else { "s" })
    }
}

/// Samples of all channels in turn: whole ones from the top of 32 bits down, or from -1 to 1.
#[derive(Debug)]
pub(super) enum Block<'a> {
    Int(&'a [i32]),
    Float(&'a [f32]),
}

impl Block<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Int(samples) => samples.len(),
            Self::Float(samples) => samples.len(),
        }
    }
}

/// An audio file that is being read.
pub(super) struct Audio {
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    parameters: AudioCodecParameters,
    track: u32,
    form: Form,
    /// The samples of one packet; one of the two is empty.
    whole: Vec<i32>,
    floating: Vec<f32>,
    /// Whether the packet at hand was not given out yet.
    fresh: bool,
}

fn unfit(why: impl fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("the audio cannot be read: {why}"))
        .with_hint("WAV, FLAC, MP3 and Ogg Vorbis can be joined")
}

impl Audio {
    /// Opens the file at `path` and decodes its first packet.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let named = |e: Error| e.with("path", path.display());
        let source = wav_length::open(path)?;
        let (hint, options, words) = (Hint::new(), FormatOptions::default(), MetadataOptions::default());
        let reader = symphonia::default::get_probe().probe(&hint, source, options, words);
        let reader = reader.map_err(unfit).map_err(named)?;
        let track = reader.default_track(TrackType::Audio).ok_or_else(|| named(unfit("there is none in it")))?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).cloned();
        let parameters = parameters.ok_or_else(|| named(unfit("its codec is not known")))?;
        let decoder = symphonia::default::get_codecs().make_audio_decoder(&parameters, &AudioDecoderOptions::default());
        let (decoder, track) = (decoder.map_err(unfit).map_err(named)?, track.id);
        let form = Form { rate: 0, channels: 0, depth: Depth::Float };
        let (whole, floating) = (Vec::new(), Vec::new());
        let mut audio = Self { reader, decoder, parameters, track, form, whole, floating, fresh: false };
        if !audio.advance().map_err(named)? {
            return Err(named(unfit("it is empty")));
        }
        audio.fresh = true;
        Ok(audio)
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The next samples; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Block<'_>>> {
        if !std::mem::take(&mut self.fresh) && !self.advance()? {
            return Ok(None);
        }
        let floating = self.whole.is_empty();
        Ok(Some(if floating { Block::Float(&self.floating) } else { Block::Int(&self.whole) }))
    }

    /// Decodes the next packet that has samples. A damaged one is an error: without it the audio would not be whole.
    fn advance(&mut self) -> Result<bool> {
        while let Some(packet) = self.reader.next_packet().map_err(unfit)? {
            if packet.track_id != self.track {
                continue;
            }
            let samples = self.decoder.decode(&packet).map_err(unfit)?;
            if samples.samples_interleaved() == 0 {
                continue;
            }
            let channels = u16::try_from(samples.spec().channels().count()).map_err(unfit)?;
            let form = Form { rate: samples.spec().rate(), channels, depth: depth(&samples, &self.parameters) };
            if self.form.rate != 0 && self.form != form {
                return Err(unfit(format!("it changes in the middle: {}, and then {form}", self.form)));
            }
            self.form = form;
            if matches!(samples, Buffer::F32(_) | Buffer::F64(_)) {
                samples.copy_to_vec_interleaved(&mut self.floating);
            } else {
                samples.copy_to_vec_interleaved(&mut self.whole);
            }
            return Ok(true);
        }
        Ok(false)
    }
}

/// The depth that loses nothing of what the file holds; what a lossy codec gives is worth 16 bits.
fn depth(samples: &Buffer<'_>, parameters: &AudioCodecParameters) -> Depth {
    let bits = match samples {
        Buffer::F32(_) | Buffer::F64(_) => {
            // Only uncompressed samples have a number of bits.
            return if parameters.bits_per_sample.is_some() { Depth::Float } else { Depth::Int(16) };
        }
        Buffer::U8(_) | Buffer::S8(_) | Buffer::U16(_) | Buffer::S16(_) => 16,
        Buffer::U24(_) | Buffer::S24(_) => 24,
        Buffer::U32(_) | Buffer::S32(_) => 32,
    };
    match parameters.bits_per_sample.unwrap_or(bits).min(bits) {
        ..=16 => Depth::Int(16),
        17..=24 => Depth::Int(24),
        _ => Depth::Int(32),
    }
}
