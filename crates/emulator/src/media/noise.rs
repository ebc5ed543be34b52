//! The only source of variety: a small generator seeded by texts and numbers.

/// `SplitMix64`: a few lines, no state beyond one number, good enough for colours and places.
#[derive(Debug, Clone)]
pub(crate) struct Noise(u64);

impl Noise {
    /// The same text and seed always start the same row of numbers (FNV-1a over the text, then the seed).
    pub(crate) fn new(text: &str, seed: u64) -> Self {
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        for byte in text.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut noise = Self(state ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        noise.next();
        noise
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, `end` (0 when `end` is 0).
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let wide = u64::from(u32::MAX) & self.next();
        u32::try_from((wide * u64::from(end)) >> 32).unwrap_or(0)
    }

    /// From 0.0 up to, not including, 1.0.
    pub(crate) fn unit(&mut self) -> f32 {
        let bits = u16::try_from(self.next() >> 48).unwrap_or(0);
        f32::from(bits) / 65_536.0
    }

    /// From `least` up to, not including, `most`.
    pub(crate) fn between(&mut self, least: f32, most: f32) -> f32 {
        least + self.unit() * (most - least)
    }
}
