//! Sound files: WAV, FLAC and Ogg Vorbis written, WAV and Ogg Vorbis read.

use super::{Sound, level, sample};
use crate::media::limits::{MAX_SOUND_SECONDS, MediaError};
use flacenc::{bitsink::ByteSink, component::BitRepr, error::Verify};
use std::{
    io::Cursor,
    num::{NonZeroU8, NonZeroU32},
};
use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisDecoder, VorbisEncoderBuilder};

/// Number of the Ogg stream: fixed, so that the same sound gives the same bytes.
const STREAM_NUMBER: i32 = 0x0fa1;
/// Vorbis quality, -0.2 to 1.0; 0.4 is about 128 kbit/s for stereo.
const VORBIS_QUALITY: f32 = 0.4;
/// Samples of each channel that go to an encoder at once.
const BLOCK: usize = 4096;

/// How a sound is stored in a file. MP3 is missing: there is no encoder under a licence that this project takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoundFormat {
    /// WAV, 16-bit PCM.
    Wav,
    /// FLAC, lossless.
    Flac,
    /// Ogg Vorbis at quality 4.
    Ogg,
}

impl SoundFormat {
    /// `audio/wav`, `audio/flac` or `audio/ogg`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Flac => "audio/flac",
            Self::Ogg => "audio/ogg",
        }
    }

    /// `wav`, `flac` or `ogg`, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Ogg => "ogg",
        }
    }

    /// Reads `wav`, `wave`, `flac`, `ogg` or `vorbis` in any case, with or without `audio/` (and `x-`) before it;
    /// `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim().to_ascii_lowercase();
        let name = name.strip_prefix("audio/").unwrap_or(&name);
        match name.strip_prefix("x-").unwrap_or(name) {
            "wav" | "wave" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            "ogg" | "vorbis" => Some(Self::Ogg),
            _ => None,
        }
    }
}

impl Sound {
    /// Reads a WAV (PCM of 8 to 32 bits or 32-bit float) or Ogg Vorbis file; of more than two channels the first two.
    ///
    /// # Errors
    /// [`MediaError::Unreadable`] for other or broken bytes (FLAC and MP3 too), [`MediaError::OutOfRange`] for a sound
    /// that is empty or longer than [`MAX_SOUND_SECONDS`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MediaError> {
        if bytes.starts_with(b"RIFF") {
            read_wav(bytes)
        } else if bytes.starts_with(b"OggS") {
            read_ogg(bytes)
        } else {
            Err(MediaError::unreadable("sound", "the bytes are neither WAV nor Ogg Vorbis"))
        }
    }

    /// The sound as a file.
    ///
    /// # Errors
    /// [`MediaError::Unencodable`] when the encoder refuses.
    pub fn encode(&self, format: SoundFormat) -> Result<Vec<u8>, MediaError> {
        match format {
            SoundFormat::Wav => self.write_wav().map_err(|why| MediaError::unencodable("sound", why)),
            SoundFormat::Flac => self.write_flac(),
            SoundFormat::Ogg => self.write_ogg().map_err(|why| MediaError::unencodable("sound", why)),
        }
    }

    fn write_wav(&self) -> Result<Vec<u8>, hound::Error> {
        let spec = hound::WavSpec {
            channels: self.channels,
            sample_rate: self.sample_rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::with_capacity(self.samples.len() * 2 + 44));
        let mut writer = hound::WavWriter::new(&mut file, spec)?;
        for value in &self.samples {
            writer.write_sample(*value)?;
        }
        writer.finalize()?;
        Ok(file.into_inner())
    }

    fn write_flac(&self) -> Result<Vec<u8>, MediaError> {
        let refused = |why: &dyn std::fmt::Debug| MediaError::unencodable("sound", format!("{why:?}"));
        let config = flacenc::config::Encoder::default().into_verified().map_err(|(_, why)| refused(&why))?;
        let samples: Vec<i32> = self.samples.iter().copied().map(i32::from).collect();
        let rate = usize::try_from(self.sample_rate).unwrap_or(usize::MAX);
        let source = flacenc::source::MemSource::from_samples(&samples, usize::from(self.channels), 16, rate);
        let stream = flacenc::encode_with_fixed_block_size(&config, source, BLOCK).map_err(|why| refused(&why))?;
        let mut sink = ByteSink::new();
        stream.write(&mut sink).map_err(|why| refused(&why))?;
        Ok(sink.into_inner())
    }

    fn write_ogg(&self) -> Result<Vec<u8>, vorbis_rs::VorbisError> {
        let rate = NonZeroU32::new(self.sample_rate).unwrap_or(NonZeroU32::MIN);
        let channels = u8::try_from(self.channels).ok().and_then(NonZeroU8::new).unwrap_or(NonZeroU8::MIN);
        let mut encoder = VorbisEncoderBuilder::new_with_serial(rate, channels, Vec::new(), STREAM_NUMBER)
            .bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr { target_quality: VORBIS_QUALITY })
            .build()?;
        for block in self.samples.chunks(BLOCK * usize::from(self.channels)) {
            let planes: Vec<Vec<f32>> = (0..usize::from(self.channels))
                .map(|channel| block.iter().skip(channel).step_by(self.channels.into()).map(|v| level(*v)).collect())
                .collect();
            encoder.encode_audio_block(&planes)?;
        }
        encoder.finish()
    }
}

/// Most samples that reading takes; what a file holds beyond them is refused.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the limit is a small whole number")]
fn most_samples(rate: u32, channels: usize) -> usize {
    usize::try_from(rate).unwrap_or(0).saturating_mul(MAX_SOUND_SECONDS as usize + 1).saturating_mul(channels)
}

fn read_wav(bytes: &[u8]) -> Result<Sound, MediaError> {
    let broken = |why: hound::Error| MediaError::unreadable("sound", why);
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).map_err(broken)?;
    let spec = reader.spec();
    let levels: Result<Vec<i16>, hound::Error> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|value| value.map(sample)).collect(),
        hound::SampleFormat::Int => {
            let bits = u32::from(spec.bits_per_sample);
            reader.samples::<i32>().map(|value| value.map(|value| to_16_bits(value, bits))).collect()
        }
    };
    of_channels(levels.map_err(broken)?, spec.sample_rate, spec.channels.into())
}

fn to_16_bits(value: i32, bits: u32) -> i16 {
    let wide = if bits > 16 { i64::from(value) >> (bits - 16) } else { i64::from(value) << (16 - bits.max(1)) };
    i16::try_from(wide.clamp(i16::MIN.into(), i16::MAX.into())).unwrap_or(0)
}

fn read_ogg(bytes: &[u8]) -> Result<Sound, MediaError> {
    let broken = |why: vorbis_rs::VorbisError| MediaError::unreadable("sound", why);
    let mut decoder = VorbisDecoder::<&[u8]>::new(bytes).map_err(broken)?;
    let (rate, channels) = (decoder.sampling_frequency().get(), usize::from(decoder.channels().get()));
    let mut samples = Vec::new();
    while let Some(block) = decoder.decode_audio_block().map_err(broken)? {
        let planes = block.samples();
        for index in 0..planes.first().map_or(0, |plane| plane.len()) {
            samples.extend(planes.iter().map(|plane| plane.get(index).copied().map_or(0, sample)));
        }
        if samples.len() > most_samples(rate, channels) {
            break;
        }
    }
    of_channels(samples, rate, channels)
}

/// Keeps the first two channels.
fn of_channels(samples: Vec<i16>, rate: u32, channels: usize) -> Result<Sound, MediaError> {
    if channels <= 2 {
        return Sound::new(samples, rate, u16::try_from(channels).unwrap_or(0));
    }
    let two = samples.chunks_exact(channels).flat_map(|frame| frame.iter().take(2).copied()).collect();
    Sound::new(two, rate, 2)
}
