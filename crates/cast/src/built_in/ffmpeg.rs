//! The `ffmpeg` program as a converter, where it is installed.
//!
//! It is started without a shell, with arguments as a list. Input is opened by the reader of the type that the bytes have,
//! through the `file` protocol alone, so that neither a playlist nor a name can make it fetch anything.

use crate::{
    CastEntry, CastJob, CastOptions, CastWish,
    program::{Program, file_argument},
};
use mediagen_core::{BoxFuture, Context, Error, ErrorKind, Result};
use mediagen_probe::sniff::FileType;

const VIDEOS: &[&str] =
    &["video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/ogg", "video/x-msvideo"];
const WITH_AUDIO: &[&str] = &[
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/x-matroska",
    "video/ogg",
    "video/x-msvideo",
    "audio/wav",
    "audio/mpeg",
    "audio/flac",
    "audio/ogg",
    "audio/opus",
    "audio/mp4",
    "audio/aac",
    "audio/aiff",
    "audio/webm",
    "audio/x-matroska",
];

/// The type with the reader that ffmpeg has for it.
const READERS: &[(&str, &str)] = &[
    ("video/mp4", "mov"),
    ("video/quicktime", "mov"),
    ("audio/mp4", "mov"),
    ("image/avif", "mov"),
    ("video/webm", "matroska"),
    ("video/x-matroska", "matroska"),
    ("audio/webm", "matroska"),
    ("audio/x-matroska", "matroska"),
    ("video/ogg", "ogg"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "ogg"),
    ("video/x-msvideo", "avi"),
    ("audio/wav", "wav"),
    ("audio/mpeg", "mp3"),
    ("audio/flac", "flac"),
    ("audio/aac", "aac"),
    ("audio/aiff", "aiff"),
    ("image/png", "png_pipe"),
    ("image/gif", "gif"),
];

/// The type with ffmpeg's writer and its encoder.
const WRITERS: &[(&str, &[&str])] = &[
    ("image/png", &["-c:v", "png", "-f", "image2pipe"]),
    ("image/webp", &["-c:v", "libwebp_anim", "-loop", "0", "-f", "webp"]),
    ("image/avif", &["-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "6", "-f", "avif"]),
    ("audio/wav", &["-c:a", "pcm_s16le", "-f", "wav"]),
    ("audio/flac", &["-c:a", "flac", "-f", "flac"]),
    ("audio/mpeg", &["-c:a", "libmp3lame", "-q:a", "2", "-f", "mp3"]),
    ("audio/ogg", &["-c:a", "libvorbis", "-q:a", "5", "-f", "ogg"]),
    ("audio/opus", &["-c:a", "libopus", "-f", "opus"]),
    ("audio/mp4", &["-c:a", "aac", "-b:a", "192k", "-f", "ipod"]),
    ("audio/aac", &["-c:a", "aac", "-b:a", "192k", "-f", "adts"]),
    ("audio/webm", &["-c:a", "libopus", "-f", "webm"]),
];

const AUDIO_TYPES: &[&str] =
    &["audio/wav", "audio/flac", "audio/mpeg", "audio/ogg", "audio/opus", "audio/mp4", "audio/aac", "audio/webm"];

/// The frame of a video at a moment.
pub(super) const FRAME: CastEntry =
    CastEntry::new("ffmpeg-frame", module_path!(), VIDEOS, &["image/png"], frame).needing("ffmpeg");

/// The audio of a video, or audio in another format, rate or count of channels.
pub(super) const AUDIO: CastEntry =
    CastEntry::new("ffmpeg-audio", module_path!(), WITH_AUDIO, AUDIO_TYPES, audio).needing("ffmpeg");

/// Images that are not read or written in pure Rust: AVIF as PNG and back, an animated GIF as an animated WebP.
pub(super) const IMAGE: CastEntry = CastEntry::new(
    "ffmpeg-image",
    module_path!(),
    &["image/avif", "image/png", "image/gif"],
    &["image/png", "image/avif", "image/webp"],
    image,
)
.needing("ffmpeg")
.when(fits_image);

fn fits_image(wish: CastWish<'_>) -> bool {
    match (wish.from.media_type, wish.to.media_type) {
        ("image/avif", "image/png") | ("image/png", "image/avif") => wish.facts.duration_s.is_none(),
        ("image/gif", "image/webp") => wish.facts.duration_s.is_some(),
        _ => false,
    }
}

fn frame<'a>(cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let at = job.options.at.as_secs_f64().to_string();
        let mut run = reading(job, &["-ss", &at])?;
        run.args(["-map", "0:v:0", "-frames:v", "1"]);
        finish(cx, job, run).await
    })
}

fn audio<'a>(cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let mut run = reading(job, &[])?;
        run.args(["-map", "0:a:0"]);
        let CastOptions { sample_rate, channels, .. } = job.options;
        for (name, value) in [("-ar", *sample_rate), ("-ac", channels.map(u32::from))] {
            if let Some(value) = value {
                run.arg(name);
                run.arg(value.to_string());
            }
        }
        finish(cx, job, run).await
    })
}

fn image<'a>(cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let mut run = reading(job, &[])?;
        run.args(["-map", "0:v:0"]);
        finish(cx, job, run).await
    })
}

fn row<T: Copy>(table: &[(&str, T)], kind: FileType) -> Result<T> {
    let found = table.iter().find(|(media_type, _)| *media_type == kind.media_type);
    found
        .map(|(_, row)| *row)
        .ok_or_else(|| Error::new(ErrorKind::Unsupported, format!("ffmpeg is not used here for {}", kind.media_type)))
}

/// The program with everything up to its input.
fn reading(job: CastJob<'_>, before: &[&str]) -> Result<Program> {
    let mut run = Program::new(&job.options.ffmpeg, job.options.timeout, 64 << 10);
    // It stops at the first damage instead of leaving parts out.
    run.args(["-hide_banner", "-nostdin", "-v", "error", "-xerror", "-y", "-protocol_whitelist", "file"]);
    run.args(before.iter().copied());
    run.args(["-f", row(READERS, job.from)?, "-i"]);
    run.arg(file_argument(job.input));
    Ok(run)
}

async fn finish(cx: &Context, job: CastJob<'_>, mut run: Program) -> Result<()> {
    run.args(["-sn", "-dn"]);
    run.args(row(WRITERS, job.to)?.iter().copied());
    // It stops a little above the limit by itself, should the watch come late.
    run.args(["-fs", &job.options.max_bytes.saturating_add(1 << 20).min(i64::MAX as u64).to_string()]);
    run.arg(file_argument(job.output));
    run.writing(cx, job.output, job.options.max_bytes).await
}
