//! The options of `generate`.

use clap::Args;
use mediagen::core::{AspectRatio, Error, MediaInput, ModelKind, OutputFormat, Policy, Quality, Size};
use std::{path::PathBuf, str::FromStr};
use url::Url;

/// Arguments of `generate`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
#[command(allow_negative_numbers = true)]
pub(crate) struct GenerateArgs {
    /// Model id, such as fal-ai/flux/dev; `PROVIDER:ID` names its provider
    pub(crate) model: String,
    /// Prompt; for speech, the text to speak
    pub(crate) prompt: Option<String>,
    /// Kind to run the model as, when it has several or none is known
    #[arg(long, value_name = "K", value_parser = parsed::<ModelKind>)]
    pub(crate) kind: Option<ModelKind>,
    #[command(flatten)]
    pub(crate) options: OptionArgs,
    /// Field of the model's own schema; overrides every other option; repeatable
    #[arg(short = 'P', value_name = "NAME=VALUE", value_parser = name_value)]
    pub(crate) param: Vec<(String, String)>,
    /// Adjust unsupported options to the nearest value, or fail
    #[arg(long, value_name = "adjust|strict", value_parser = parsed::<Policy>, default_value = "adjust")]
    pub(crate) policy: Policy,
    /// Allow -P fields that the model's schema does not have
    #[arg(long)]
    pub(crate) allow_unknown: bool,
    /// Speak a long text in parts, cut between sentences and joined to one WAV file; each part is paid for. CHARS limits
    /// the characters of a part [default: the model's limit]
    #[arg(long, value_name = "CHARS", num_args = 0..=1, require_equals = true, default_missing_value = "model", value_parser = part_length)]
    pub(crate) split_text: Option<PartLength>,
    /// Show the options of this model and send nothing
    #[arg(long)]
    pub(crate) help_model: bool,
    /// Show the request and its cost and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Fail before anything is sent if the request may cost more, or its cost is unknown
    #[arg(help_heading = "Cost", long, value_name = "USD", value_parser = amount)]
    pub(crate) max_cost: Option<f64>,
    /// Run under --max-cost even if the cost is not known in advance
    #[arg(help_heading = "Cost", long)]
    pub(crate) allow_unknown_cost: bool,
    /// Maximum time for the whole call; a queued job is then cancelled, a running one is left alone
    #[arg(help_heading = "Waiting", long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<f64>,
    /// Maximum time in the queue; the job is then cancelled
    #[arg(help_heading = "Waiting", long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) start_timeout: Option<f64>,
    /// Folder for the files
    #[arg(help_heading = "Output", long, value_name = "DIR", default_value = "mediagen-out")]
    pub(crate) out: PathBuf,
    /// File names: {model} {index} {ext} {job} {seed}
    #[arg(help_heading = "Output", long, value_name = "TEMPLATE", default_value = "{model}-{index}.{ext}")]
    pub(crate) name: String,
    /// Keep files unchanged: put their record next to them only
    #[arg(help_heading = "Output", long)]
    pub(crate) no_embed: bool,
    /// Also POST the result to this URL
    #[arg(help_heading = "Waiting", long, value_name = "URL")]
    pub(crate) webhook: Option<Url>,
    /// Upload inputs even when the provider already has the same content
    #[arg(long)]
    pub(crate) force_upload: bool,
    /// Priority in the queue
    #[arg(help_heading = "Waiting", long, value_name = "low|normal", value_parser = ["low", "normal"])]
    pub(crate) priority: Option<String>,
    /// Setting of the provider, such as `runner_hint=fast`; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_value)]
    pub(crate) set: Vec<(String, String)>,
}

/// Canonical options and inputs: the same words for every model.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct OptionArgs {
    /// What to avoid
    #[arg(long, value_name = "T")]
    pub(crate) negative_prompt: Option<String>,
    /// Size in pixels, such as 1024x768
    #[arg(help_heading = "Image", long, value_name = "WxH", value_parser = parsed::<Size>)]
    pub(crate) size: Option<Size>,
    /// Aspect ratio, such as 16:9
    #[arg(help_heading = "Image", long, value_name = "W:H", value_parser = parsed::<AspectRatio>)]
    pub(crate) aspect_ratio: Option<AspectRatio>,
    /// Resolution, such as 720p or 2K
    #[arg(help_heading = "Image", long, value_name = "WORD")]
    pub(crate) resolution: Option<String>,
    /// Number of results
    #[arg(help_heading = "Output", short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,
    /// Seed; the same seed repeats a result
    #[arg(short = 's', long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// Denoising steps
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: Option<u32>,
    /// How closely to follow the prompt, on the model's scale
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) guidance: Option<f64>,
    /// How strongly to change the input (0-1)
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) strength: Option<f64>,
    /// Quality, or a number on the model's scale
    #[arg(long, value_name = "draft|standard|high|N", value_parser = parsed::<Quality>)]
    pub(crate) quality: Option<Quality>,
    /// File format: png, jpeg, webp, mp4, webm, mp3, wav, flac, ogg
    #[arg(help_heading = "Output", long, value_name = "FORMAT", value_parser = parsed::<OutputFormat>)]
    pub(crate) format: Option<OutputFormat>,
    /// Duration in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) duration: Option<f64>,
    /// Frames per second
    #[arg(help_heading = "Video", long, value_name = "N", value_parser = seconds)]
    pub(crate) fps: Option<f64>,
    /// Make the end meet the beginning
    #[arg(help_heading = "Video", long = "loop", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) looping: Option<bool>,
    /// Amount of motion, on the model's scale
    #[arg(help_heading = "Video", long, value_name = "X", value_parser = number)]
    pub(crate) motion: Option<f64>,
    /// Enlargement factor
    #[arg(long, value_name = "X", value_parser = seconds)]
    pub(crate) scale: Option<f64>,
    /// Similarity to the voice sample (0-1)
    #[arg(help_heading = "Audio", long, value_name = "X", value_parser = number)]
    pub(crate) similarity: Option<f64>,
    /// Remove noise
    #[arg(help_heading = "Audio", long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) denoise: Option<bool>,
    /// Name of the voice
    #[arg(help_heading = "Audio", long, value_name = "NAME")]
    pub(crate) voice: Option<String>,
    /// Audio of the voice to imitate
    #[arg(help_heading = "Audio", long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) voice_sample: Option<MediaInput>,
    /// Transcript of the voice sample
    #[arg(help_heading = "Audio", long, value_name = "T")]
    pub(crate) voice_sample_text: Option<String>,
    /// Language, such as en or pt-BR
    #[arg(help_heading = "Audio", long, value_name = "CODE")]
    pub(crate) language: Option<String>,
    /// Speaking rate; 1 is normal
    #[arg(help_heading = "Audio", long, value_name = "X", value_parser = number)]
    pub(crate) speed: Option<f64>,
    /// Pitch, on the model's scale
    #[arg(help_heading = "Audio", long, value_name = "X", value_parser = number)]
    pub(crate) pitch: Option<f64>,
    /// Loudness, on the model's scale
    #[arg(help_heading = "Audio", long, value_name = "X", value_parser = number)]
    pub(crate) volume: Option<f64>,
    /// Sample rate in Hz
    #[arg(help_heading = "Audio", long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) sample_rate: Option<u32>,
    /// Input image, or the first frame; repeatable
    #[arg(help_heading = "Image", short = 'i', long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) image: Vec<MediaInput>,
    /// Last frame
    #[arg(help_heading = "Image", long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) end_image: Option<MediaInput>,
    /// Mask image (white = edit)
    #[arg(help_heading = "Image", long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) mask: Option<MediaInput>,
    /// Reference image for style or subject; repeatable
    #[arg(help_heading = "Image", long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) reference: Vec<MediaInput>,
    /// Input video; repeatable
    #[arg(help_heading = "Video", long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) video: Vec<MediaInput>,
    /// Input audio, or the speech for lip sync
    #[arg(help_heading = "Audio", long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) audio: Option<MediaInput>,
    /// Image of the face to insert
    #[arg(help_heading = "Video", long, value_name = "FILE|URL", value_parser = parsed::<MediaInput>)]
    pub(crate) source_face: Option<MediaInput>,
}

/// How long the parts of a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartLength {
    /// As the model says.
    Model,
    /// At most so many characters, or fewer where the model says so.
    Chars(u64),
}

fn part_length(text: &str) -> Result<PartLength, String> {
    match text.parse() {
        Ok(chars) if chars > 0 => Ok(PartLength::Chars(chars)),
        _ if text == "model" => Ok(PartLength::Model),
        _ => Err("a whole number of characters above 0 is needed".to_owned()),
    }
}

fn name_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is needed, such as -P acceleration=high".to_owned()),
    }
}

/// A value in its text form, or why not and what is allowed.
pub(super) fn parsed<T: FromStr<Err = Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: Error| match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a whole number from 0 up to {} is needed", u64::MAX))
}

fn number(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(|| "a number is needed".to_owned())
}

/// Money.
pub(super) fn amount(text: &str) -> Result<f64, String> {
    number(text).ok().filter(|n| *n >= 0.0).ok_or_else(|| "a number from 0 up is needed".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    number(text).ok().filter(|n| *n > 0.0).ok_or_else(|| "a number above 0 is needed".to_owned())
}
