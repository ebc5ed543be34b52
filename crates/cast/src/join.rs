//! Audio one after the other in one file: the parts of a long text, spoken.

mod audio;
mod wav_length;

use audio::{Audio, Block, Depth, Form};
use hound::{SampleFormat, WavSpec, WavWriter};
use mediagen_assets::{
    Asset, Target,
    name::{self, move_to_free_name},
};
use mediagen_core::{Context, Error, ErrorKind, FieldProblem, ProblemCode, Result};
use mediagen_disk::blocking;
use mediagen_probe::hash_file_blocking;
use std::{
    fs::{self, File},
    io::BufWriter,
    path::PathBuf,
};
use tokio_util::sync::CancellationToken;

/// Bytes of samples that a WAV file can hold, with room for its headers.
const MAX_DATA: u64 = u32::MAX as u64 - 4096;

/// Joins `parts` in their order to one WAV file at `target`, sample by sample: nothing between them is added or lost, and
/// silence that an encoder put around a lossy part is left out where the part says how much. The parts stay as they are.
///
/// WAV, FLAC, MP3 and Ogg Vorbis can be joined, in any mixture of equal sample rate and channels. The file has the
/// greatest depth of its parts: 16, 24 or 32 bits, or floating point; a lossy part counts as 16 bits. Only a few kilobytes
/// of audio are in memory at a time. As in [`Downloader::save`](mediagen_assets::Downloader::save), the final name appears once
/// the file is whole, an existing file is never overwritten, and on any error nothing stays behind.
///
/// # Errors
/// With `parts[n]` as the field where one part is at fault: `InvalidInput` without parts, for a part that is no such
/// audio or damaged, for parts of different rates or channels, and for more than 4 GiB of samples; `Io` for the disk;
/// `Cancelled`.
pub async fn join(cx: &Context, parts: &[PathBuf], target: &Target) -> Result<Asset> {
    // Whoever stops waiting stops the work.
    let stop = cx.cancellation().child_token();
    let _stopper = stop.clone().drop_guard();
    let (parts, target) = (parts.to_vec(), target.clone());
    blocking(move || joined(&parts, &target, &stop)).await
}

fn joined(parts: &[PathBuf], target: &Target, stop: &CancellationToken) -> Result<Asset> {
    let form = common_form(parts)?;
    let (dir, stem) = (target.dir(), target.stem("part")?);
    fs::create_dir_all(dir).map_err(|e| name::unwritable(dir).with_source(e))?;
    let (path, file) = name::claim(dir, &stem, "part")?;
    let mut unfinished = Unfinished { path, done: false };
    let written = unfinished.path.clone();
    let unwritable = |e: std::io::Error| {
        Error::new(ErrorKind::Io, format!("`{}` cannot be written", written.display())).with_source(e)
    };
    let disk = file.try_clone().map_err(unwritable)?;
    write(parts, form, file, stop)?;
    disk.sync_all().map_err(unwritable)?;
    let hash = hash_file_blocking(&unfinished.path).map_err(unwritable)?;
    let path = move_to_free_name(&unfinished.path, dir, &target.stem("wav")?, "wav")?;
    unfinished.done = true;
    Ok(Asset::measure(path)?.with_media_type("audio/wav").with_content(hash.blake3.to_hex().as_str(), hash.bytes))
}

/// What all parts have in common, with the greatest depth; read before anything is written.
fn common_form(parts: &[PathBuf]) -> Result<Form> {
    let mut common: Option<Form> = None;
    for (index, path) in parts.iter().enumerate() {
        let form = Audio::open(path).map_err(|e| of_part(index, e))?.form();
        let first = *common.get_or_insert(form);
        if (first.rate, first.channels) != (form.rate, form.channels) {
            let message = format!("audio of different form cannot be joined: {first}, and then {form}");
            return Err(of_part(index, Error::new(ErrorKind::InvalidInput, message)));
        }
        common = Some(Form { depth: first.depth.max(form.depth), ..first });
    }
    common.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "there is nothing to join"))
}

fn of_part(index: usize, error: Error) -> Error {
    let problem = error.message().to_owned();
    error.with_field(FieldProblem::new(format!("parts[{index}]"), problem).with_code(ProblemCode::Media))
}

fn write(parts: &[PathBuf], form: Form, file: File, stop: &CancellationToken) -> Result<()> {
    let failed = |e: hound::Error| Error::new(ErrorKind::Io, "the joined audio cannot be written").with_source(e);
    let (bits_per_sample, sample_format) = match form.depth {
        Depth::Int(bits) => (bits, SampleFormat::Int),
        Depth::Float => (32, SampleFormat::Float),
    };
    let spec = WavSpec { channels: form.channels, sample_rate: form.rate, bits_per_sample, sample_format };
    let mut writer = WavWriter::new(BufWriter::new(file), spec).map_err(failed)?;
    let mut written = 0_u64;
    for (index, path) in parts.iter().enumerate() {
        let mut audio = Audio::open(path).map_err(|e| of_part(index, e))?;
        while let Some(block) = audio.next().map_err(|e| of_part(index, e))? {
            if stop.is_cancelled() {
                return Err(Error::new(ErrorKind::Cancelled, "joining was stopped"));
            }
            written = written.saturating_add(block.len() as u64 * u64::from(bits_per_sample / 8));
            if written > MAX_DATA {
                let message = "the joined audio would have more than 4 GiB, which a WAV file cannot hold";
                return Err(of_part(index, Error::new(ErrorKind::InvalidInput, message)));
            }
            write_block(&mut writer, form.depth, &block).map_err(failed)?;
        }
    }
    writer.finalize().map_err(failed)
}

fn write_block(writer: &mut WavWriter<BufWriter<File>>, depth: Depth, block: &Block<'_>) -> hound::Result<()> {
    match (block, depth) {
        (Block::Int(samples), Depth::Int(bits)) => {
            samples.iter().try_for_each(|sample| writer.write_sample(sample >> (32 - bits)))
        }
        #[expect(clippy::cast_precision_loss, reason = "24 bits are exact; the last of 32 bits are below hearing")]
        (Block::Int(samples), Depth::Float) => {
            samples.iter().try_for_each(|sample| writer.write_sample(*sample as f32 / 2_147_483_648.0))
        }
        (Block::Float(samples), Depth::Int(bits)) => {
            samples.iter().try_for_each(|sample| writer.write_sample(nearest(*sample, bits)))
        }
        (Block::Float(samples), Depth::Float) => samples.iter().try_for_each(|sample| writer.write_sample(*sample)),
    }
}

/// The file while it is written; without a good end it goes.
struct Unfinished {
    path: PathBuf,
    done: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done about a failure here, and the caller has an error of its own already.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The nearest whole sample of so many bits; a louder one is cut.
#[expect(clippy::cast_possible_truncation, reason = "within 32 bits; NaN becomes silence")]
fn nearest(sample: f32, bits: u16) -> i32 {
    let full = f64::from(1_u32 << (bits - 1));
    (f64::from(sample) * full).round().clamp(-full, full - 1.0) as i32
}
