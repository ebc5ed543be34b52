use super::*;
use std::process::Command;

const ALL: [AudioFormat; 3] = [AudioFormat::Wav, AudioFormat::Flac, AudioFormat::Ogg];
const KINDS: [AudioKind; 3] = [AudioKind::Speech, AudioKind::Music, AudioKind::Effect];

fn spec(kind: AudioKind, text: &str, seed: u64) -> AudioSpec {
    AudioSpec { duration_s: 1.25, sample_rate: 24_000, channels: 1, text: text.to_owned(), seed, kind }
}

#[test]
fn the_duration_is_exact_to_the_sample() {
    for (duration_s, sample_rate, channels, samples) in
        [(1.25, 24_000, 1, 30_000), (0.0125, 44_100, 2, 1102), (3.0, 48_000, 2, 288_000), (1e-5, 8000, 1, 1)]
    {
        let spec = AudioSpec { duration_s, sample_rate, channels, ..spec(AudioKind::Music, "a waltz", 1) };
        let made = audio(&spec).unwrap();
        assert_eq!(made.samples().len(), samples);
    }
}

#[test]
fn the_same_text_and_seed_give_the_same_bytes_and_others_do_not() {
    for kind in KINDS {
        for format in ALL {
            let bytes = |text, seed| audio(&spec(kind, text, seed)).unwrap().encode(format).unwrap();
            assert_eq!(bytes("hello", 1), bytes("hello", 1));
            assert_ne!(bytes("hello", 1), bytes("hello", 2), "{kind:?} {format:?}");
            assert_ne!(bytes("hello", 1), bytes("world", 1), "{kind:?} {format:?}");
        }
    }
}

/// Root of the mean square, as a share of the loudest possible.
fn loudness(audio: &Audio) -> f64 {
    let sum: f64 = audio.samples().iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / f64::from(audio.frames()) / f64::from(audio.channels())).sqrt() / 32_767.0
}

#[test]
fn every_kind_is_heard_and_never_clips_for_long() {
    for kind in KINDS {
        let made = audio(&spec(kind, "good morning", 4)).unwrap();
        assert!(loudness(&made) > 0.03, "{kind:?} {}", loudness(&made));
        let clipped = made.samples().iter().filter(|sample| sample.unsigned_abs() >= 32_767).count();
        assert!(clipped < made.samples().len() / 50, "{kind:?} {clipped}");
    }
    assert!(loudness(&audio(&spec(AudioKind::Speech, "", 4)).unwrap()) > 0.03);
}

#[test]
fn wav_and_flac_come_back_as_they_were_and_ogg_nearly() {
    for channels in [1, 2] {
        let made = audio(&AudioSpec { channels, ..spec(AudioKind::Music, "a song", 2) }).unwrap();
        assert_eq!(Audio::from_bytes(&made.encode(AudioFormat::Wav).unwrap()).unwrap(), made);
        assert_eq!(Audio::from_bytes(&made.encode(AudioFormat::Flac).unwrap()).unwrap(), made);
        let ogg = Audio::from_bytes(&made.encode(AudioFormat::Ogg).unwrap()).unwrap();
        assert_eq!((ogg.frames(), ogg.sample_rate(), ogg.channels()), (made.frames(), 24_000, channels));
        assert!((loudness(&ogg) / loudness(&made) - 1.0).abs() < 0.1);
    }
}

#[test]
fn ffprobe_agrees_with_rate_channels_and_duration() {
    let folder = tempfile::tempdir().unwrap();
    for format in ALL {
        let made = audio(&AudioSpec { channels: 2, ..spec(AudioKind::Music, "a song", 2) }).unwrap();
        let path = folder.path().join(format!("audio.{}", format.extension()));
        std::fs::write(&path, made.encode(format).unwrap()).unwrap();
        let wanted = ["-show_entries", "stream=codec_name,sample_rate,channels,duration"];
        let Ok(answer) = Command::new("ffprobe")
            .args(["-v", "error", "-of", "default=noprint_wrappers=1:nokey=1"])
            .args(wanted)
            .arg(&path)
            .output()
        else {
            eprintln!("ffprobe is not installed: nothing compared");
            return;
        };
        assert!(answer.stderr.is_empty(), "{}", String::from_utf8_lossy(&answer.stderr));
        let facts = String::from_utf8(answer.stdout).unwrap();
        let facts: Vec<&str> = facts.lines().collect();
        assert_eq!(facts[1..3], ["24000", "2"], "{format:?}");
        assert!((facts[3].parse::<f64>().unwrap() - 1.25).abs() < 0.001, "{format:?} {facts:?}");
        let decoded = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&path).args(["-f", "null", "-"]).output();
        assert!(decoded.is_ok_and(|answer| answer.stderr.is_empty()), "{format:?}");
    }
}

#[test]
fn mp3_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (wav, mp3) = (folder.path().join("a.wav"), folder.path().join("a.mp3"));
    let made = audio(&AudioSpec { channels: 2, ..spec(AudioKind::Music, "a song", 2) }).unwrap();
    std::fs::write(&wav, made.encode(AudioFormat::Wav).unwrap()).unwrap();
    let run = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&wav).arg(&mp3).output();
    if !run.is_ok_and(|answer| answer.status.success()) {
        eprintln!("ffmpeg with an MP3 encoder is not installed: nothing read");
        return;
    }
    let back = Audio::from_bytes(&std::fs::read(&mp3).unwrap()).unwrap();
    assert_eq!((back.sample_rate(), back.channels()), (24_000, 2));
    assert!((back.duration_s() - 1.25).abs() < 0.06, "{}", back.duration_s());
    assert!((loudness(&back) / loudness(&made) - 1.0).abs() < 0.1);
}

#[test]
fn the_stems_add_up_to_the_whole() {
    let made = audio(&AudioSpec { channels: 2, ..spec(AudioKind::Music, "a song", 2) }).unwrap();
    let stems = made.separate_stems();
    assert_eq!(stems.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["bass", "drums", "vocals", "other"]);
    for (name, stem) in &stems {
        assert_eq!(stem.frames(), made.frames());
        assert!(loudness(stem) > 0.001, "{name} is silent");
    }
    for (index, whole) in made.samples().iter().enumerate() {
        let sum: i32 = stems.iter().map(|(_, stem)| i32::from(stem.samples()[index])).sum();
        assert!((sum - i32::from(*whole)).abs() <= 4, "sample {index}");
    }
}

#[test]
fn noise_goes_and_the_loud_stays() {
    let mut hiss = crate::media::noise::Noise::new("hiss", 1);
    let quiet: Vec<i16> = (0..24_000).map(|_| sample(hiss.between(-0.005, 0.005))).collect();
    let quiet = Audio::new(quiet, 24_000, 1).unwrap();
    assert!(loudness(&quiet.denoise()) < loudness(&quiet) / 10.0);
    let made = audio(&spec(AudioKind::Music, "a song", 2)).unwrap();
    assert!(loudness(&made.denoise()) > loudness(&made) / 2.0);
}

#[test]
fn loudness_and_length_can_be_changed() {
    let made = audio(&spec(AudioKind::Music, "a song", 2)).unwrap();
    assert!((loudness(&made.gain(-6.0)) / loudness(&made) - 0.501).abs() < 0.01);
    assert_eq!(made.lasting(3.0).frames(), 72_000);
    assert_eq!(made.lasting(0.5).samples(), &made.samples()[..12_000]);
    assert_eq!(made.lasting(f64::NAN).frames(), 1);
    let other = audio(&spec(AudioKind::Effect, "wind", 2)).unwrap();
    assert_eq!(made.mixed_with(&other).frames(), made.frames());
    assert_ne!(made.mixed_with(&other), made);
}

#[test]
fn values_outside_the_limits_are_refused_in_words() {
    let refused = |spec: &AudioSpec| audio(spec).unwrap_err().to_string();
    let base = spec(AudioKind::Effect, "", 0);
    let why = refused(&AudioSpec { duration_s: 2000.0, ..base.clone() });
    assert_eq!(why, "audio duration in seconds is 2000, allowed is 0.000001 to 1800");
    assert!(refused(&AudioSpec { duration_s: f64::INFINITY, ..base.clone() }).contains("inf"));
    assert!(refused(&AudioSpec { sample_rate: 1, ..base.clone() }).contains("sample rate is 1"));
    assert!(refused(&AudioSpec { channels: 3, ..base }).contains("allowed is 1 to 2"));
}

#[test]
fn hostile_bytes_are_errors_and_never_panics() {
    let made = audio(&spec(AudioKind::Music, "a song", 2)).unwrap();
    for format in ALL {
        let whole = made.encode(format).unwrap();
        for bytes in
            [&b""[..], b"RIFF", b"OggS", b"fLaC", b"ID3", b"no audio at all", b"RIFF\0\0\0\0WAVEfmt ", &whole[..24]]
        {
            assert!(Audio::from_bytes(bytes).is_err(), "{} bytes", bytes.len());
        }
        let mut noise = crate::media::noise::Noise::new("damage", 1);
        for _ in 0..200 {
            let mut bytes = whole[..whole.len().min(6000)].to_vec();
            for _ in 0..3 {
                let place = usize::try_from(noise.below(400)).unwrap();
                bytes[place] = u8::try_from(noise.below(256)).unwrap();
            }
            // Whatever comes of it, it comes as a value.
            let _ = Audio::from_bytes(&bytes);
        }
    }
}

#[test]
fn formats_are_read_from_what_endpoints_call_them() {
    assert_eq!(AudioFormat::parse("audio/x-wav"), Some(AudioFormat::Wav));
    assert_eq!(AudioFormat::parse("FLAC"), Some(AudioFormat::Flac));
    assert_eq!(AudioFormat::parse("audio/ogg"), Some(AudioFormat::Ogg));
    assert_eq!(AudioFormat::parse("mp3"), None);
}
