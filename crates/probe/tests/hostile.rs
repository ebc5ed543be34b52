//! Damaged files of every format: an answer every time, and never more memory than what is stated.
//!
//! The only test of this program, because the peak of memory is the program's.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests; they say what they measured")]

mod samples;

use mediagen_probe::{MAX_MEMORY, probe};
use peak_alloc::PeakAlloc;
use samples::{AUDIO_FILES, IMAGES, VIDEOS, are_installed, make};
use std::{
    path::Path,
    time::{Duration, Instant},
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A small generator, so that a failure can be repeated by its number (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % sides.max(1)
    }

    /// Cuts, overwrites, repeats or drops parts. Most damage falls on the first and last bytes, where headers are.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        if self.roll(3) == 0 {
            let keep = self.roll(bytes.len() + 1);
            bytes.truncate(keep);
        }
        for _ in 0..=self.roll(16) {
            if bytes.is_empty() {
                return;
            }
            let near = [64, 512, bytes.len()][self.roll(3)].min(bytes.len());
            let at = if self.roll(4) == 0 { bytes.len() - 1 - self.roll(near) } else { self.roll(near) };
            let end = (at + 1 + self.roll(8)).min(bytes.len());
            match self.roll(6) {
                0 => bytes[at..end].fill(0xFF),
                1 => bytes[at..end].fill(0),
                2 => bytes[at] = [0x7F, 0x80, 1][self.roll(3)],
                3 => bytes[at] ^= 1 << self.roll(8),
                4 => drop(bytes.drain(at..end)),
                _ => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
    }
}

/// How much memory one measurement needed at its peak.
fn cost(path: &Path) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let _facts = probe(path).unwrap();
    MEMORY.peak_usage().saturating_sub(before)
}

/// Small files that announce what they do not have.
fn liars() -> Vec<(&'static str, Vec<u8>)> {
    let ftyp = b"\0\0\0\x14ftypisom\0\0\0\0isom".to_vec();
    let avif = b"\0\0\0\x14ftypavif\0\0\0\0mif1".to_vec();
    let ebml = b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec();
    let join = |first: &[u8], second: &[u8]| [first, second].concat();
    vec![
        ("moov of 4 GiB", join(&ftyp, b"\xFF\xFF\xFF\xFFmoov\0\0\0\0")),
        ("moov of 2^64", join(&ftyp, b"\0\0\0\x01moov\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")),
        ("moov of 16 MiB", join(&ftyp, b"\x01\0\0\x08moov\0\0\0\0")),
        ("meta of 4 GiB", join(&avif, b"\xFF\xFF\xFF\xF0meta\0\0\0\0")),
        ("meta of 1 MiB", join(&avif, b"\0\x0F\xFF\xF0meta\0\0\0\0")),
        (
            "exif of 60 kB in a WebP",
            join(b"RIFF\xFF\xFF\xFF\xFFWEBP", b"VP8X\x0A\0\0\0\0\0\0\0\x09\0\0\x09\0\0EXIF\x60\xEA\0\0"),
        ),
        ("boxes of no length", join(&ftyp, &[0; 4096])),
        ("a name of 2^56", join(&ebml, b"\x16\x54\xAE\x6B\x90\xAE\x8E\x86\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFE")),
        (
            "exif of 4 GiB",
            join(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x09\0\0\0\x09\x08\x02\0\0\0\0\0\0\0", b"\xFF\xFF\xFF\xFFeXIf"),
        ),
        ("tags of 2^64", join(b"II\x2B\0\x08\0\0\0\x10\0\0\0\0\0\0\0", &[0xFF; 64])),
        ("a ring of pages", b"II\x2A\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x09\0\0\0\x08\0\0\0".to_vec()),
        ("RIFF chunks of 4 GiB", join(b"RIFF\xFF\xFF\xFF\xFFWAVE", b"fmt \xFF\xFF\xFF\xFF\x01\0\x02\0")),
        ("webp of 4 GiB", join(b"RIFF\xFF\xFF\xFF\xFFWEBP", b"EXIF\xFF\xFF\xFF\xFF")),
        ("an ID3 tag of 256 MiB", b"ID3\x04\0\0\x7F\x7F\x7F\x7F\xFF\xFB\x90\x64".to_vec()),
        ("a bitmap header of 4 GiB", [b"BM".as_slice(), &[0xFF; 12], b"\x7C\0\0\0", &[0xFF; 120]].concat()),
        ("an Ogg page of 255 lengths", join(b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF", &[0xFF; 255])),
    ]
}

/// As much as one table may have, really there, and a larger one that must not be read; sparse files, quickly made.
fn giants(dir: &Path) -> usize {
    use std::io::{Seek, Write};
    let mut worst = 0;
    for (size, name) in [(16_u32 << 20, "largest.mp4"), (200 << 20, "too-large.mp4")] {
        let path = dir.join(name);
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(b"\0\0\0\x14ftypisom\0\0\0\0isom").unwrap();
        file.write_all(&size.to_be_bytes()).unwrap();
        file.write_all(b"moov").unwrap();
        let at = file.stream_position().unwrap();
        file.set_len(at + u64::from(size) - 8).unwrap();
        drop(file);
        let needed = cost(&path);
        eprintln!("{name}: {needed} bytes");
        assert!(needed <= MAX_MEMORY, "{name}: {needed}");
        if size > 16 << 20 {
            assert!(needed < 1 << 20, "{name} was read: {needed}");
        } else {
            assert!(needed >= 15 << 20, "the largest table is read, or this measures nothing: {needed}");
        }
        worst = worst.max(needed);
        std::fs::remove_file(path).unwrap();
    }
    worst
}

/// A table full of the smallest tracks that there are: each costs its reader more than the file.
fn crowd() -> Vec<u8> {
    let mdhd = [&[0, 0, 0, 0x20], b"mdhd".as_slice(), &[0; 12], &[0, 0, 0, 1], &[0; 8]].concat();
    let trak = [&[0, 0, 0, 0x30], b"trak".as_slice(), &[0, 0, 0, 0x28], b"mdia", &mdhd].concat();
    let count = (16 << 20) / trak.len() - 1;
    let size = u32::try_from(8 + count * trak.len()).unwrap().to_be_bytes();
    let mut bytes = b"\0\0\0\x14ftypisom\0\0\0\0isom".to_vec();
    bytes.extend(size);
    bytes.extend(b"moov");
    bytes.extend(trak.repeat(count));
    bytes
}

/// Files made without ffmpeg, for machines that have none.
fn plain_seeds() -> Vec<(String, Vec<u8>)> {
    use image::ImageFormat::{Gif, Jpeg, Png, WebP};
    let images = [Png, Jpeg, Gif, WebP].map(|format| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(17, 23).write_to(&mut bytes, format).unwrap();
        (format!("{format:?}"), bytes.into_inner())
    });
    let liars = liars().into_iter().map(|(name, bytes)| (name.to_owned(), bytes));
    images.into_iter().chain(liars).collect()
}

#[test]
fn a_107_no_damaged_file_panics_or_costs_more_memory_than_stated() {
    let dir = tempfile::tempdir().unwrap();
    let mut seeds = plain_seeds();
    if are_installed() {
        for (sample, path) in [IMAGES, AUDIO_FILES, VIDEOS].map(|samples| make(dir.path(), samples)).concat() {
            let name = format!("{} ({})", sample.name, sample.media_type);
            seeds.push((name, std::fs::read(path).unwrap()));
        }
    }
    let mut worst = giants(dir.path());
    let path = dir.path().join("damaged");
    std::fs::write(&path, crowd()).unwrap();
    let needed = cost(&path);
    assert!(needed <= MAX_MEMORY, "a crowd of tracks: {needed}");
    let (mut count, mut highest, mut slowest) = (0, 0.0_f64, Duration::ZERO);
    for (index, (name, seed)) in seeds.iter().enumerate() {
        for round in 0..32_u64 {
            let number = u64::try_from(index).unwrap() * 1000 + round + 1;
            let mut bytes = seed.clone();
            // The first round leaves the file whole.
            if round > 0 {
                Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).damage(&mut bytes);
            }
            std::fs::write(&path, &bytes).unwrap();
            let start = Instant::now();
            let needed = cost(&path);
            slowest = slowest.max(start.elapsed());
            // A head, a buffer and a tail, and then no more than the file itself.
            let bound = (64 << 10) + 2 * bytes.len();
            assert!(needed <= bound.min(MAX_MEMORY), "{name}, damage {number}: {needed} bytes, {bound} allowed");
            worst = worst.max(needed);
            highest = highest.max(f64::from(u32::try_from(needed).unwrap()) / f64::from(u32::try_from(bound).unwrap()));
            count += 1;
        }
    }
    eprintln!(
        "{count} files of {} kinds, at most {worst} bytes, {:.0} % of a file's bound",
        seeds.len(),
        highest * 100.0
    );
    eprintln!("the slowest took {slowest:?}");
    assert!(count >= 500, "{count}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}
