//! Audio as WAV, in pure Rust.

use super::io;
use crate::{CastEntry, CastJob, CastWish, run::Stop};
use hound::{SampleFormat, WavSpec, WavWriter};
use mediagen_core::{BoxFuture, Context, Error, ErrorKind, Result};
use mediagen_disk::blocking;
use std::{
    fs::{File, OpenOptions},
    io::BufWriter,
    path::Path,
};
use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error as DecodeError,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

/// Decodes FLAC, MP3 and Ogg with Vorbis or FLAC, at the rate and channels that they have: 16 bits a sample, 24 where
/// the source has more than 16.
pub(super) const ENTRY: CastEntry =
    CastEntry::new("audio", module_path!(), &["audio/flac", "audio/mpeg", "audio/ogg"], &["audio/wav"], run).when(can);

fn can(wish: CastWish<'_>) -> bool {
    let keeps = |asked: Option<u32>, is: Option<u32>| asked.is_none() || asked == is;
    matches!(wish.facts.audio_codec.as_deref(), Some("flac" | "mp3" | "vorbis"))
        && keeps(wish.options.sample_rate, wish.facts.sample_rate)
        && keeps(wish.options.channels.map(u32::from), wish.facts.channels.map(u32::from))
}

fn run<'a>(_cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let (input, output, most) = (job.input.to_owned(), job.output.to_owned(), job.options.max_bytes);
        let extension = job.from.extension;
        let stop = Stop::default();
        let go_on = stop.watched();
        blocking(move || decode(&input, extension, &output, most, go_on)).await
    })
}

/// The most that stands before the samples.
const HEADER: u64 = 68;

fn broken(path: &Path) -> impl Fn(DecodeError) -> Error {
    let shown = path.display().to_string();
    move |e| Error::new(ErrorKind::InvalidInput, format!("`{shown}` cannot be decoded")).with_source(e)
}

fn decode(input: &Path, extension: &str, output: &Path, most: u64, go_on: impl Fn() -> Result<()>) -> Result<()> {
    let source = File::open(input).map_err(io(input))?;
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    hint.with_extension(extension);
    let probe = symphonia::default::get_probe();
    let mut reader =
        probe.probe(&hint, stream, FormatOptions::default(), MetadataOptions::default()).map_err(broken(input))?;
    let nothing = || Error::new(ErrorKind::InvalidInput, format!("`{}` has no audio", input.display()));
    let track = reader.default_track(TrackType::Audio).ok_or_else(nothing)?;
    let id = track.id;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or_else(nothing)?;
    let bits = if parameters.bits_per_sample.is_some_and(|bits| bits > 16) { 24 } else { 16 };
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(broken(input))?;
    let mut samples = Samples { reader: &mut *reader, decoder, track: id, input };
    let file = BufWriter::new(OpenOptions::new().write(true).open(output).map_err(io(output))?);
    write(&mut samples, file, bits, most, go_on)
}

struct Samples<'a> {
    reader: &'a mut (dyn FormatReader + 'a),
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    input: &'a Path,
}

impl Samples<'_> {
    /// The next block, interleaved at 32 bits, with its rate and channels; `None` at the end.
    fn next(&mut self, block: &mut Vec<i32>) -> Result<Option<(u32, u16)>> {
        loop {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(None),
                Err(error) => return Err(broken(self.input)(error)),
            };
            if packet.track_id != self.track {
                continue;
            }
            let audio = self.decoder.decode(&packet).map_err(broken(self.input))?;
            let channels = u16::try_from(audio.spec().channels().count()).unwrap_or(u16::MAX);
            let form = (audio.spec().rate(), channels);
            block.resize(audio.samples_interleaved(), 0);
            audio.copy_to_slice_interleaved(block.as_mut_slice());
            if !block.is_empty() {
                return Ok(Some(form));
            }
        }
    }
}

fn write(
    samples: &mut Samples<'_>,
    file: BufWriter<File>,
    bits: u16,
    most: u64,
    go_on: impl Fn() -> Result<()>,
) -> Result<()> {
    let failed = |e: hound::Error| Error::new(ErrorKind::Io, "the audio cannot be written").with_source(e);
    let nothing = || Error::new(ErrorKind::InvalidInput, format!("`{}` has no audio", samples.input.display()));
    let mut block = Vec::new();
    let Some(form) = samples.next(&mut block)? else { return Err(nothing()) };
    let spec =
        WavSpec { channels: form.1, sample_rate: form.0, bits_per_sample: bits, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::new(file, spec).map_err(failed)?;
    // A WAV cannot be longer than its numbers of 32 bits.
    let most = most.min(u32::MAX.into());
    let mut written = HEADER;
    loop {
        go_on()?;
        written = written.saturating_add(block.len() as u64 * u64::from(bits / 8));
        if written > most {
            return Err(crate::program::too_long(most));
        }
        for sample in &block {
            writer.write_sample(sample >> (32 - bits)).map_err(failed)?;
        }
        match samples.next(&mut block)? {
            None => break,
            Some(now) if now == form => {}
            Some(_) => {
                let message = "the audio changes its rate or channels on the way; a WAV has one of each";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
    }
    writer.finalize().map_err(failed)
}
