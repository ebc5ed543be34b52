//! The waveform of audio: how loud it is along its length. A page on `file://` may not read the file to find out.

use std::{fs::File, path::Path};
use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

/// Bars of a waveform.
const BARS: usize = 72;
/// The most samples per channel that one page decodes, over an hour at 44.1 kHz: a page of many songs is written soon.
pub(super) const MOST_FRAMES: u64 = 170_000_000;

/// The loudest sample of each part of the audio, in percent of the loudest of all. `None` where it cannot be decoded,
/// its length is unknown, or `budget`, which it counts down, is used up.
pub(super) fn peaks(path: &Path, budget: &mut u64) -> Option<Vec<u8>> {
    let stream = MediaSourceStream::new(Box::new(File::open(path).ok()?), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let probe = symphonia::default::get_probe();
    let mut reader = probe.probe(&hint, stream, FormatOptions::default(), MetadataOptions::default()).ok()?;
    let track = reader.default_track(TrackType::Audio)?;
    let (id, total) = (track.id, track.num_frames.filter(|frames| *frames > 0)?);
    *budget = budget.checked_sub(total)?;
    let parameters = track.codec_params.as_ref()?.audio()?;
    let options = AudioDecoderOptions::default();
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options).ok()?;
    let (mut loudest, mut at, mut samples) = ([0_f32; BARS], 0_u64, Vec::<f32>::new());
    // What is longer than its header says is not decoded to its end.
    while at < total
        && let Ok(Some(packet)) = reader.next_packet()
    {
        if packet.track_id != id {
            continue;
        }
        // A broken packet is silence.
        let Ok(audio) = decoder.decode(&packet) else { continue };
        let channels = audio.num_planes().max(1);
        samples.clear();
        audio.copy_to_vec_interleaved(&mut samples);
        for frame in samples.chunks(channels) {
            let bar = usize::try_from(u128::from(at) * BARS as u128 / u128::from(total)).unwrap_or(BARS).min(BARS - 1);
            loudest[bar] = frame.iter().fold(loudest[bar], |most, sample| most.max(sample.abs()));
            at += 1;
        }
    }
    let most = loudest.iter().copied().fold(0_f32, f32::max);
    if at == 0 || !most.is_normal() {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
    Some(loudest.iter().map(|peak| (peak / most * 100.0).round() as u8).collect())
}
