//! Writing audio files: WAV, FLAC and Ogg Vorbis.

use super::{Audio, level};
use crate::media::limits::MediaError;
use flacenc::{bitsink::ByteSink, component::BitRepr, error::Verify};
use std::{
    io::Cursor,
    num::{NonZeroU8, NonZeroU32},
};
use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisEncoderBuilder};

/// Number of the Ogg stream: fixed, so that the same audio gives the same bytes.
const STREAM_NUMBER: i32 = 0x0fa1;
/// Vorbis quality, -0.2 to 1.0; 0.4 is about 128 kbit/s for stereo.
const VORBIS_QUALITY: f32 = 0.4;
/// Samples of each channel that go to an encoder at once.
const BLOCK: usize = 4096;

/// How audio is stored in a file. MP3 is missing (it can be read): no encoder is
/// under a licence that this project takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum AudioFormat {
    /// WAV, 16-bit PCM.
    Wav,
    /// FLAC, lossless.
    Flac,
    /// Ogg Vorbis at quality 4.
    Ogg,
}

impl AudioFormat {
    /// `audio/wav`, `audio/flac` or `audio/ogg`.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Flac => "audio/flac",
            Self::Ogg => "audio/ogg",
        }
    }

    /// `wav`, `flac` or `ogg`, without a dot.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Ogg => "ogg",
        }
    }

    /// Reads `wav`, `wave`, `flac`, `ogg` or `vorbis` in any case, with or without `audio/` (and `x-`) before it;
    /// `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
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

impl Audio {
    /// The audio as a file.
    ///
    /// # Errors
    /// [`MediaError::Unencodable`] when the encoder refuses.
    pub(crate) fn encode(&self, format: AudioFormat) -> Result<Vec<u8>, MediaError> {
        match format {
            AudioFormat::Wav => self.write_wav().map_err(|why| MediaError::unencodable("audio", why)),
            AudioFormat::Flac => self.write_flac(),
            AudioFormat::Ogg => self.write_ogg().map_err(|why| MediaError::unencodable("audio", why)),
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
        let refused = |why: &dyn std::fmt::Debug| MediaError::unencodable("audio", format!("{why:?}"));
        let config = flacenc::config::Encoder::default().into_verified().map_err(|(_, why)| refused(&why))?;
        let samples: Vec<i32> = self.samples.iter().copied().map(i32::from).collect();
        let rate = usize::try_from(self.sample_rate).unwrap_or(usize::MAX);
        let source = flacenc::source::MemSource::from_samples(&samples, usize::from(self.channels), 16, rate);
        let mut stream = flacenc::encode_with_fixed_block_size(&config, source, BLOCK).map_err(|why| refused(&why))?;
        // The encoder counts the last, shorter block as the shortest; the format leaves it out (RFC 9639, 8.2), and
        // some decoders take the stream for one of varying blocks otherwise.
        stream.stream_info_mut().set_block_sizes(BLOCK, BLOCK).map_err(|why| refused(&why))?;
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
