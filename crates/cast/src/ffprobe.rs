//! `ffprobe` as a second source, where it is installed and the caller asks.

use crate::program::{self, Program};
use mediagen_core::{Context, Error, ErrorKind, FrameRate, MediaFacts, Result};
use serde_json::Value;
use std::{ffi::OsString, path::Path, time::Duration};

/// The `ffprobe` program and how long it may take.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Ffprobe {
    /// Name or path of the program. Default `ffprobe`, found as the system finds programs.
    pub program: OsString,
    /// The longest that one run may take. Default 30 s.
    pub timeout: Duration,
}

impl Default for Ffprobe {
    fn default() -> Self {
        Self { program: "ffprobe".into(), timeout: Duration::from_secs(30) }
    }
}

/// The most that is read of an answer.
const MAX_ANSWER: usize = 1 << 20;

/// Fills what is unknown in `facts` by what `ffprobe` says about the file at `path`. What is known stays as it is. The
/// program may read that one file and nothing else: no network, no other protocol.
///
/// # Errors
/// `Unsupported` when the program is not there; `Timeout` and `Cancelled`, after which it is killed; `InvalidInput`
/// when it refuses the file; `InvalidResponse` when its answer is not understood or longer than 1 MiB.
pub async fn complete(cx: &Context, facts: MediaFacts, path: &Path, ffprobe: &Ffprobe) -> Result<MediaFacts> {
    let mut run = Program::new(&ffprobe.program, ffprobe.timeout, MAX_ANSWER);
    run.args(["-v", "error", "-protocol_whitelist", "file", "-of", "json", "-show_format", "-show_streams"]);
    run.arg(program::file_argument(path));
    let answer = run.output(cx).await?;
    let answer: Value = serde_json::from_slice(&answer)
        .map_err(|error| Error::new(ErrorKind::InvalidResponse, "ffprobe's answer is not JSON").with_source(error))?;
    Ok(facts.or(read(&answer)))
}

fn read(answer: &Value) -> MediaFacts {
    let mut facts = MediaFacts::default();
    let empty = Vec::new();
    let streams = answer["streams"].as_array().unwrap_or(&empty);
    let stream = |kind: &str| streams.iter().find(|stream| stream["codec_type"] == kind);
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite());
    let whole = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let name = |stream: &Value| stream["codec_name"].as_str().filter(|name| *name != "unknown").map(str::to_owned);
    facts.has_audio = Some(stream("audio").is_some()).filter(|_| !streams.is_empty());
    facts.duration_s = number(&answer["format"]["duration"]).filter(|seconds| *seconds > 0.0);
    facts.bitrate = whole(&answer["format"]["bit_rate"]);
    if let Some(video) = stream("video") {
        let side = |name: &str| whole(&video[name]).and_then(|side| u32::try_from(side).ok()).filter(|side| *side != 0);
        let mut turned =
            video["side_data_list"].as_array().into_iter().flatten().filter_map(|data| data["rotation"].as_f64());
        let quarter = turned.any(|turn| (turn.abs() % 180.0 - 90.0).abs() < 1.0);
        let (width, height) = (side("width"), side("height"));
        (facts.width, facts.height) = if quarter { (height, width) } else { (width, height) };
        facts.video_codec = name(video);
        facts.frames = whole(&video["nb_frames"]).filter(|frames| *frames != 0);
        facts.frame_rate = video["avg_frame_rate"].as_str().and_then(rate);
    }
    if let Some(audio) = stream("audio") {
        facts.audio_codec = name(audio);
        facts.sample_rate = whole(&audio["sample_rate"]).and_then(|rate| u32::try_from(rate).ok());
        facts.channels = whole(&audio["channels"]).and_then(|count| u16::try_from(count).ok());
    }
    facts
}

fn rate(text: &str) -> Option<FrameRate> {
    let (over, under) = text.split_once('/')?;
    FrameRate::from_ticks(over.parse().ok()?, under.parse().ok()?, 1)
}
