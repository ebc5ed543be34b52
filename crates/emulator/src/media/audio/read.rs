//! Reading audio files: WAV, Ogg Vorbis, FLAC and MP3.

use super::{Audio, sample};
use crate::media::limits::{MAX_AUDIO_SECONDS, MediaError};
use std::io::Cursor;
use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    errors::Error as DecodeError,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};
use vorbis_rs::VorbisDecoder;

impl Audio {
    /// Reads a WAV (PCM of 8 to 32 bits or 32-bit float), Ogg Vorbis, FLAC or MP3 file; of more than two channels the
    /// first two.
    ///
    /// # Errors
    /// [`MediaError::Unreadable`] for other or broken bytes, [`MediaError::OutOfRange`] for audio that is longer than
    /// [`MAX_AUDIO_SECONDS`] or has a rate outside 1000 to 192000.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, MediaError> {
        if bytes.starts_with(b"RIFF") {
            read_wav(bytes)
        } else if bytes.starts_with(b"OggS") {
            read_ogg(bytes)
        } else {
            read_other(bytes)
        }
    }
}

fn unreadable(why: impl std::fmt::Display) -> MediaError {
    MediaError::unreadable("audio", why)
}

/// From how many samples on reading stops; the audio is then refused as too long.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the limit is a small whole number")]
fn too_many(rate: u32, channels: usize) -> usize {
    usize::try_from(rate).unwrap_or(0).saturating_mul(MAX_AUDIO_SECONDS as usize + 1).saturating_mul(channels)
}

fn read_wav(bytes: &[u8]) -> Result<Audio, MediaError> {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).map_err(unreadable)?;
    let spec = reader.spec();
    let samples: Result<Vec<i16>, hound::Error> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|value| value.map(sample)).collect(),
        hound::SampleFormat::Int => {
            let bits = u32::from(spec.bits_per_sample);
            reader.samples::<i32>().map(|value| value.map(|value| to_16_bits(value, bits))).collect()
        }
    };
    of_channels(samples.map_err(unreadable)?, spec.sample_rate, spec.channels.into())
}

fn to_16_bits(value: i32, bits: u32) -> i16 {
    let wide = if bits > 16 { i64::from(value) >> (bits - 16) } else { i64::from(value) << (16 - bits.max(1)) };
    i16::try_from(wide.clamp(i16::MIN.into(), i16::MAX.into())).unwrap_or(0)
}

fn read_ogg(bytes: &[u8]) -> Result<Audio, MediaError> {
    let mut decoder = VorbisDecoder::<&[u8]>::new(bytes).map_err(unreadable)?;
    let (rate, channels) = (decoder.sampling_frequency().get(), usize::from(decoder.channels().get()));
    let mut samples = Vec::new();
    while let Some(block) = decoder.decode_audio_block().map_err(unreadable)? {
        let planes = block.samples();
        for index in 0..planes.first().map_or(0, |plane| plane.len()) {
            samples.extend(planes.iter().map(|plane| plane.get(index).copied().map_or(0, sample)));
        }
        if samples.len() > too_many(rate, channels) {
            break;
        }
    }
    of_channels(samples, rate, channels)
}

fn read_other(bytes: &[u8]) -> Result<Audio, MediaError> {
    let source = MediaSourceStream::new(Box::new(Cursor::new(bytes.to_vec())), MediaSourceStreamOptions::default());
    let probe = symphonia::default::get_probe();
    let mut reader = probe
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .map_err(|why| unreadable(format!("the bytes are not WAV, Ogg Vorbis, FLAC or MP3 ({why})")))?;
    decode_all(&mut *reader)
}

/// Decodes the first audio track; damaged packets are left out, as players do.
fn decode_all(reader: &mut (dyn FormatReader + '_)) -> Result<Audio, MediaError> {
    let track = reader.default_track(TrackType::Audio).ok_or_else(|| unreadable("there is no audio track"))?;
    let id = track.id;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters = parameters.ok_or_else(|| unreadable("its codec is unknown"))?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(unreadable)?;
    let (mut samples, mut block, mut form) = (Vec::new(), Vec::<i16>::new(), None);
    while let Ok(Some(packet)) = reader.next_packet() {
        if packet.track_id != id {
            continue;
        }
        let audio = match decoder.decode(&packet) {
            Ok(audio) => audio,
            Err(DecodeError::DecodeError(_)) => continue,
            Err(_) => break,
        };
        let now = (audio.spec().rate(), audio.spec().channels().count());
        // A change of rate or channels in the middle cannot be one clip: what came before it is.
        if *form.get_or_insert(now) != now || samples.len() > too_many(now.0, now.1) {
            break;
        }
        block.resize(audio.samples_interleaved(), 0);
        audio.copy_to_slice_interleaved(&mut block);
        samples.extend_from_slice(&block);
    }
    let (rate, channels) = form.filter(|_| !samples.is_empty()).ok_or_else(|| unreadable("nothing can be decoded"))?;
    of_channels(samples, rate, channels)
}

/// Keeps the first two channels.
fn of_channels(samples: Vec<i16>, rate: u32, channels: usize) -> Result<Audio, MediaError> {
    if channels <= 2 {
        return Audio::new(samples, rate, u16::try_from(channels).unwrap_or(0));
    }
    let two = samples.chunks_exact(channels).flat_map(|frame| frame.iter().take(2).copied()).collect();
    Audio::new(two, rate, 2)
}
