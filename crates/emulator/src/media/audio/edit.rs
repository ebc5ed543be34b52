//! Changes to audio: stems, noise, loudness, length.

use super::{Audio, level, sample};

/// Names of the stems in the order of [`Audio::separate_stems`].
const STEMS: [&str; 4] = ["bass", "drums", "vocals", "other"];
/// Share of the newest sample in the low-pass filters that cut stems apart, lowest band first.
const CUTS: [f32; 3] = [0.02, 0.12, 0.45];

impl Audio {
    /// The audio in four parts by pitch, each as long as the whole: `bass`, `drums`, `vocals` and `other`.
    ///
    /// The four add up to the whole again, but for rounding.
    pub(crate) fn separate_stems(&self) -> Vec<(&'static str, Self)> {
        let mut bands: [Vec<i16>; 4] = std::array::from_fn(|_| Vec::with_capacity(self.samples.len()));
        let mut filters = vec![[0.0_f32; 3]; usize::from(self.channels)];
        for frame in self.samples.chunks(usize::from(self.channels)) {
            for (value, low) in frame.iter().zip(&mut filters) {
                let mut rest = level(*value);
                for (cut, (low, band)) in CUTS.iter().zip(low.iter_mut().zip(&mut bands)) {
                    *low += (rest - *low) * cut;
                    band.push(sample(*low));
                    rest -= *low;
                }
                bands[3].push(sample(rest));
            }
        }
        // The lowest band is the bass, the highest rest the drums.
        let [bass, vocals, other, drums] = bands;
        STEMS.into_iter().zip([bass, drums, vocals, other].map(|samples| self.with(samples))).collect()
    }

    /// The audio without hiss: what is quiet becomes silent, the highest pitches softer.
    pub(crate) fn denoise(&self) -> Self {
        let mut low = vec![0.0_f32; usize::from(self.channels)];
        let mut loudness = vec![0.0_f32; usize::from(self.channels)];
        let mut samples = Vec::with_capacity(self.samples.len());
        for frame in self.samples.chunks(usize::from(self.channels)) {
            for ((value, low), loudness) in frame.iter().zip(&mut low).zip(&mut loudness) {
                let value = level(*value);
                *low += (value - *low) * 0.5;
                *loudness = value.abs().max(*loudness * 0.9995);
                let open = ((*loudness - 0.01) / 0.02).clamp(0.0, 1.0);
                samples.push(sample(*low * open));
            }
        }
        self.with(samples)
    }

    /// Louder by so many decibels (softer below 0); what becomes too loud is clipped.
    pub(crate) fn gain(&self, decibels: f32) -> Self {
        let factor = 10_f32.powf(decibels / 20.0);
        self.with(self.samples.iter().map(|value| sample(level(*value) * factor)).collect())
    }

    /// The audio repeated or cut so that it lasts `duration_s`, in whole samples, at least one and at most 1800 s.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is clamped before")]
    pub(crate) fn lasting(&self, duration_s: f64) -> Self {
        let seconds = duration_s.clamp(0.0, super::MAX_AUDIO_SECONDS);
        let frames = (seconds * f64::from(self.sample_rate)).round().max(1.0) as usize;
        let count = frames * usize::from(self.channels);
        self.with(self.samples.iter().copied().cycle().take(count).collect())
    }

    /// The audio with other content laid over it, which is repeated or cut to its length; both at half loudness.
    /// `over` is taken sample by sample, so give it the same rate and channels.
    pub(crate) fn mixed_with(&self, over: &Self) -> Self {
        let over = over.samples.iter().copied().cycle();
        let mixed = self.samples.iter().zip(over).map(|(a, b)| a / 2 + b / 2).collect();
        self.with(mixed)
    }

    fn with(&self, samples: Vec<i16>) -> Self {
        Self { samples, sample_rate: self.sample_rate, channels: self.channels }
    }
}
