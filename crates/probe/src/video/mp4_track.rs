//! One track of an MP4: its header, its sample table, its fragments.

use super::{
    mp4::{boxes, find, timing},
    mp4_audio::{Audio, decoder_config},
    mp4_codec, seconds,
};
use crate::bytes::{u16_at, u32_at};

/// What is known about a track.
#[derive(Debug, Default)]
pub(crate) struct Track {
    /// The id that fragments refer to.
    pub(super) id: u32,
    /// The coding of the video.
    pub(super) codec: Option<String>,
    /// Whether its handler is `vide`, or `pict` for a sequence of images.
    pub(super) is_video: bool,
    /// The audio, where its handler is `soun`.
    pub(super) audio: Option<Audio>,
    /// Pixels across, rotation applied.
    pub(crate) width: Option<u32>,
    /// Pixels down, rotation applied.
    pub(crate) height: Option<u32>,
    /// Ticks per second; never 0.
    pub(crate) timescale: u64,
    /// Samples (frames of a video) in the table and the fragments.
    pub(crate) samples: u64,
    /// Their length together, in ticks.
    pub(crate) sample_ticks: u64,
    /// Ticks of a fragment's sample where nothing else is said.
    pub(super) default_duration: u32,
    /// The length that the header states, in ticks.
    stated_ticks: Option<u64>,
}

impl Track {
    /// The track of a `trak` box; `None` without a usable `mdhd`.
    pub(super) fn read(trak: &[u8]) -> Option<Self> {
        let mdia = find(trak, *b"mdia")?;
        let (timescale, stated_ticks) = timing(find(mdia, *b"mdhd")?)?;
        let mut found = Self { timescale, stated_ticks, ..Self::default() };
        let tkhd = find(trak, *b"tkhd").unwrap_or_default();
        let wide = tkhd.first() == Some(&1);
        found.id = u32_at(tkhd, if wide { 20 } else { 12 }).unwrap_or(0);
        let table = find(mdia, *b"minf").and_then(|minf| find(minf, *b"stbl")).unwrap_or_default();
        let entry = find(table, *b"stsd").and_then(|stsd| boxes(stsd.get(8..)?).next());
        match find(mdia, *b"hdlr").and_then(|hdlr| hdlr.get(8..12)) {
            Some(b"vide" | b"pict") => {
                found.set_picture(entry.map_or(&[], |e| e.1), tkhd, if wide { 52 } else { 40 });
                found.codec = entry.and_then(|(name, content)| video_codec(name, content)).map(str::to_owned);
            }
            Some(b"soun") => found.audio = Some(Audio::read(entry)),
            _ => {}
        }
        found.sum_samples(find(table, *b"stts").unwrap_or_default());
        Some(found)
    }

    /// The coded size from the sample entry, else the size in the track header; turned as the header's matrix says.
    fn set_picture(&mut self, entry: &[u8], tkhd: &[u8], matrix: usize) {
        self.is_video = true;
        let coded = |at| u16_at(entry, at).filter(|v| *v != 0).map(u32::from);
        let shown = |at| u32_at(tkhd, at).map(|v| v >> 16).filter(|v| *v != 0);
        let width = coded(24).or_else(|| shown(matrix + 36));
        let height = coded(26).or_else(|| shown(matrix + 40));
        let cell = |index: usize| u32_at(tkhd, matrix + index * 4).unwrap_or(0);
        let quarter_turn = cell(0) == 0 && cell(4) == 0 && cell(1) != 0 && cell(3) != 0;
        (self.width, self.height) = if quarter_turn { (height, width) } else { (width, height) };
    }

    fn sum_samples(&mut self, stts: &[u8]) {
        let count = u32_at(stts, 4).unwrap_or(0) as usize;
        for entry in stts.get(8..).unwrap_or_default().chunks_exact(8).take(count) {
            let (samples, ticks) = (u32_at(entry, 0).unwrap_or(0), u32_at(entry, 4).unwrap_or(0));
            self.add(samples.into(), u64::from(samples) * u64::from(ticks));
        }
    }

    fn add(&mut self, samples: u64, ticks: u64) {
        self.samples = self.samples.saturating_add(samples);
        self.sample_ticks = self.sample_ticks.saturating_add(ticks);
    }

    /// Adds the samples of a `traf` box.
    pub(super) fn add_fragment(&mut self, traf: &[u8]) {
        let tfhd = find(traf, *b"tfhd").unwrap_or_default();
        let flags = u32_at(tfhd, 0).unwrap_or(0);
        // Optional fields stand in the order of their flags: base offset (8 bytes), description index (4), duration.
        let at = 8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
        let own = if flags & 8 != 0 { u32_at(tfhd, at) } else { None };
        let default = own.unwrap_or(self.default_duration);
        for (_, trun) in boxes(traf).filter(|(name, _)| name == b"trun") {
            self.add_run(trun, default);
        }
    }

    fn add_run(&mut self, trun: &[u8], default: u32) {
        let flags = u32_at(trun, 0).unwrap_or(0);
        let count = u64::from(u32_at(trun, 4).unwrap_or(0));
        if flags & 0x100 == 0 {
            return self.add(count, count * u64::from(default));
        }
        let at = 8 + [1, 4].iter().filter(|bit| flags & **bit != 0).count() * 4;
        let width = [0x100, 0x200, 0x400, 0x800].iter().filter(|bit| flags & **bit != 0).count() * 4;
        let samples = trun.get(at..).unwrap_or_default().chunks_exact(width);
        for sample in samples.take(usize::try_from(count).unwrap_or(usize::MAX)) {
            self.add(1, u32_at(sample, 0).unwrap_or(0).into());
        }
    }

    /// The length in seconds: as stated, else the sum of its samples; the sum where fragments followed the statement.
    pub(super) fn seconds(&self, has_fragments: bool) -> Option<f64> {
        let stated = self.stated_ticks.filter(|stated| !has_fragments || *stated > self.sample_ticks);
        seconds(stated.unwrap_or(self.sample_ticks), self.timescale)
    }
}

/// The coding of a video's sample entry; `mp4v` names it in its `esds`.
fn video_codec(name: [u8; 4], content: &[u8]) -> Option<&'static str> {
    let esds = find(content.get(78..).unwrap_or_default(), *b"esds").and_then(|esds| decoder_config(esds.get(4..)?, 0));
    esds.and_then(|(object, _)| mp4_codec::object(object)).or_else(|| mp4_codec::video(name))
}
