//! Making samples from a text and a seed.

use super::{Audio, AudioKind, AudioSpec, sample};
use crate::media::noise::Noise;
use std::f32::consts::TAU;

/// Seconds of one syllable of speech.
const SYLLABLE_S: f32 = 0.11;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the duration is limited before")]
pub(super) fn play(spec: &AudioSpec) -> Audio {
    let frames = (spec.duration_s * f64::from(spec.sample_rate)).round().max(1.0) as u32;
    let rate = f64::from(spec.sample_rate);
    let mut voice: Box<dyn FnMut(f32) -> f32> = match spec.kind {
        AudioKind::Speech => Box::new(speech(spec)),
        AudioKind::Music => Box::new(music(spec)),
        AudioKind::Effect => Box::new(effect(spec)),
    };
    let mut samples = Vec::with_capacity(frames as usize * usize::from(spec.channels));
    for frame in 0..frames {
        let time = (f64::from(frame) / rate) as f32;
        let value = voice(time);
        samples.push(sample(value));
        if spec.channels == 2 {
            // A slow sway between left and right, so that stereo is heard.
            samples.push(sample(value * (0.8 + 0.2 * (time * 1.7).sin())));
        }
    }
    Audio { samples, sample_rate: spec.sample_rate, channels: spec.channels }
}

/// A share of one turn as a wave from -1 to 1.
fn wave(turns: f32) -> f32 {
    (turns.fract() * TAU).sin()
}

/// Number of the step of `length` seconds that `time` lies in, and the share of it that has passed.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are short and not negative")]
fn step(time: f32, length: f32) -> (usize, f32) {
    let steps = time / length;
    (steps as usize, steps.fract())
}

/// The `index`-th of a row that begins again at its end.
fn around<T: Copy>(row: &[T], index: usize) -> Option<T> {
    row.get(index % row.len().max(1)).copied()
}

/// One syllable: pitch and two formants in hertz, loudness (0 for a space).
#[derive(Clone, Copy)]
struct Syllable {
    pitch: f32,
    formants: [f32; 2],
    loudness: f32,
}

fn speech(spec: &AudioSpec) -> impl FnMut(f32) -> f32 + use<> {
    let mut noise = Noise::new("voice", spec.seed);
    let pitch = noise.between(90.0, 240.0);
    let syllables: Vec<Syllable> = spec.text.chars().map(|letter| syllable(letter, pitch)).collect();
    move |time| {
        let (index, passed) = step(time, SYLLABLE_S);
        let Some(now) = around(&syllables, index) else { return 0.1 * wave(time * pitch) };
        let buzz: f32 = (1_u8..=6).map(|part| wave(time * now.pitch * f32::from(part)) / f32::from(part)).sum();
        let [low, high] = now.formants;
        let tone = 0.5 * buzz + 0.6 * wave(time * low) + 0.3 * wave(time * high);
        0.35 * tone * now.loudness * (passed * std::f32::consts::PI).sin()
    }
}

fn syllable(letter: char, pitch: f32) -> Syllable {
    let mut noise = Noise::new(letter.to_lowercase().to_string().as_str(), 0);
    let formants = [noise.between(280.0, 850.0), noise.between(900.0, 2500.0)];
    let loudness = if letter.is_alphanumeric() { 1.0 } else { 0.0 };
    Syllable { pitch: pitch * noise.between(0.92, 1.12), formants, loudness }
}

/// Semitones of a major scale.
const SCALE: [f32; 7] = [0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0];

fn music(spec: &AudioSpec) -> impl FnMut(f32) -> f32 + use<> {
    let mut noise = Noise::new(&spec.text, spec.seed);
    let beat = 60.0 / noise.between(80.0, 150.0);
    let key = noise.between(-6.0, 6.0);
    let mut degree = || usize::try_from(noise.below(7)).unwrap_or(0);
    let chords: Vec<usize> = (0..4).map(|_| degree()).collect();
    let tune: Vec<usize> = (0..16).map(|_| degree()).collect();
    let mut hiss = noise.clone();
    move |time| {
        let (bar, _) = step(time, beat * 4.0);
        let (eighth, passed) = step(time, beat / 2.0);
        let (_, since_beat) = step(time, beat);
        let chord = around(&chords, bar).unwrap_or(0);
        let tune = around(&tune, eighth).unwrap_or(0);
        let bass = wave(time * hertz(key - 24.0, chord));
        let pad: f32 = [0, 2, 4].into_iter().map(|third| wave(time * hertz(key, chord + third))).sum();
        let lead = wave(time * hertz(key + 12.0, tune)) * (1.0 - passed);
        let drum = (hiss.unit() * 2.0 - 1.0) * (1.0 - since_beat).powi(12);
        0.28 * bass + 0.09 * pad + 0.22 * lead + 0.15 * drum
    }
}

/// Pitch of a degree of the scale, `key` semitones away from middle C.
fn hertz(key: f32, degree: usize) -> f32 {
    let octaves = f32::from(u8::try_from(degree / 7).unwrap_or(0));
    let semitones = key + 12.0 * octaves + around(&SCALE, degree).unwrap_or(0.0);
    261.63 * (semitones / 12.0).exp2()
}

#[expect(clippy::cast_possible_truncation, reason = "a duration needs no more digits")]
fn effect(spec: &AudioSpec) -> impl FnMut(f32) -> f32 + use<> {
    let mut noise = Noise::new(&spec.text, spec.seed);
    let (from, to) = (noise.between(60.0, 1500.0), noise.between(60.0, 1500.0));
    let (roughness, pulse) = (noise.between(0.1, 0.5), noise.between(1.0, 9.0));
    let whole = spec.duration_s as f32;
    let mut hiss = noise.clone();
    let mut smooth = 0.0;
    move |time| {
        let passed = (time / whole).min(1.0);
        // The integral of a pitch that glides evenly from one to the other.
        let turns = time * (from + (to - from) * passed / 2.0);
        smooth += ((hiss.unit() * 2.0 - 1.0) - smooth) * 0.3;
        let fade = (1.0 - passed).sqrt();
        fade * (0.5 * wave(turns) * (0.7 + 0.3 * wave(time * pulse)) + roughness * smooth)
    }
}
