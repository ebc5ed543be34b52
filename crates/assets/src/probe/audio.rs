//! Sounds, and `WebM` and Matroska films: the container's own headers, through `symphonia`'s readers.

use super::Facts;
use crate::sniff::FileType;
use symphonia::core::{
    codecs::CodecParameters,
    formats::{FormatOptions, FormatReader, Track, probe::Hint},
    io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
    units::{Duration, TimeBase},
};

/// Fills duration, sample rate and channels, and the dimensions of a film. Nothing is decoded.
pub(super) fn measure(kind: FileType, file: impl MediaSource + 'static, facts: &mut Facts) {
    let mut hint = Hint::new();
    hint.with_extension(kind.extension).mime_type(kind.media_type);
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let opened =
        symphonia::default::get_probe().probe(&hint, stream, FormatOptions::default(), MetadataOptions::default());
    if let Ok(reader) = opened {
        read(&*reader, facts);
        if kind.media_type == "audio/mpeg" {
            facts.duration_s = reader.tracks().iter().find_map(mp3_seconds).or(facts.duration_s);
        }
    }
}

/// The length of an MP3 as other tools state it: all frames, with the encoder's delay and padding.
fn mp3_seconds(track: &Track) -> Option<f64> {
    let silence = u64::from(track.delay.unwrap_or(0)) + u64::from(track.padding.unwrap_or(0));
    let ticks = track.num_frames?.checked_add(silence)?;
    let rate = track.codec_params.as_ref()?.audio()?.sample_rate?;
    seconds(TimeBase::try_from_recip(rate), Some(Duration::new(ticks)))
}

fn read(reader: &dyn FormatReader, facts: &mut Facts) {
    facts.has_audio = Some(false);
    for track in reader.tracks() {
        match &track.codec_params {
            Some(CodecParameters::Audio(sound)) => {
                facts.has_audio = Some(true);
                facts.sample_rate = facts.sample_rate.or(sound.sample_rate);
                let channels = sound.channels.as_ref().and_then(|c| u16::try_from(c.count()).ok());
                facts.channels = facts.channels.or(channels);
            }
            Some(CodecParameters::Video(film)) => {
                facts.width = facts.width.or(film.width.map(u32::from));
                facts.height = facts.height.or(film.height.map(u32::from));
            }
            _ => {}
        }
    }
    let info = reader.media_info();
    let longest = reader.tracks().iter().filter_map(track_seconds).reduce(f64::max);
    facts.duration_s = seconds(info.time_base, info.duration).or(longest);
}

fn track_seconds(track: &Track) -> Option<f64> {
    seconds(track.time_base, track.duration)
}

fn seconds(base: Option<TimeBase>, ticks: Option<Duration>) -> Option<f64> {
    let seconds = base?.calc_duration(ticks?)?.as_secs_f64();
    (seconds.is_finite() && seconds > 0.0).then_some(seconds)
}
