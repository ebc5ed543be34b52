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
    /// The model, by its full id
    pub(crate) model: String,
    /// What to make; for speech, what to say
    pub(crate) prompt: Option<String>,
    /// The kind to ask for, where the model has several or none is known
    #[arg(long, value_name = "K", value_parser = told::<ModelKind>)]
    pub(crate) kind: Option<ModelKind>,
    #[command(flatten)]
    pub(crate) options: OptionArgs,
    /// A field of the model's own schema, typed by it; wins over the rest
    #[arg(short = 'P', value_name = "NAME=VALUE", value_parser = name_value)]
    pub(crate) param: Vec<(String, String)>,
    /// Snap to what the model offers and say so, or refuse
    #[arg(long, value_name = "adjust|strict", value_parser = told::<Policy>, default_value = "adjust")]
    pub(crate) policy: Policy,
    /// Pass on names of -P that the model's schema does not have
    #[arg(long)]
    pub(crate) allow_unknown: bool,
    /// Speak a text that is too long for the model in parts, cut between sentences, and join them to one WAV file; each
    /// part is paid for. CHARS is the most characters of a part, where the model says none or too many
    #[arg(long, value_name = "CHARS", num_args = 0..=1, require_equals = true, default_missing_value = "model", value_parser = part_length)]
    pub(crate) split_text: Option<PartLength>,
    /// Print which options work with this model and send nothing
    #[arg(long)]
    pub(crate) help_model: bool,
    /// Show the body and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Refuse before anything is sent when it may cost more than this, or when what it costs is not known
    #[arg(long, value_name = "USD", value_parser = amount)]
    pub(crate) max_cost: Option<f64>,
    /// Run under --max-cost all the same when the cost is not known in advance
    #[arg(long)]
    pub(crate) allow_unknown_cost: bool,
    /// Wait this long for the job: then it is cancelled if it has not started, and else left running
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<f64>,
    /// Give up when the job has not started after this many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) start_timeout: Option<f64>,
    /// Where the files go
    #[arg(long, value_name = "DIR", default_value = "mediagen-out")]
    pub(crate) out: PathBuf,
    /// File names: {model} {index} {ext} {job} {seed}
    #[arg(long, value_name = "TEMPLATE", default_value = "{model}-{index}.{ext}")]
    pub(crate) name: String,
    /// Leave the files as they came: no record inside them, only beside them
    #[arg(long)]
    pub(crate) no_embed: bool,
    /// Where the provider posts the result, too
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<Url>,
    /// Upload inputs even when the same content is there already
    #[arg(long)]
    pub(crate) force_upload: bool,
    /// How urgent the job is
    #[arg(long, value_name = "low|normal", value_parser = ["low", "normal"])]
    pub(crate) priority: Option<String>,
    /// A setting of the provider, such as `runner_hint=fast`
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_value)]
    pub(crate) set: Vec<(String, String)>,
}

/// Canonical options and inputs: the same words for every model.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options of the model")]
pub(crate) struct OptionArgs {
    /// What to keep out
    #[arg(long, value_name = "T")]
    pub(crate) negative_prompt: Option<String>,
    /// Pixels, such as 1024x768
    #[arg(long, value_name = "WxH", value_parser = told::<Size>)]
    pub(crate) size: Option<Size>,
    /// Such as 16:9
    #[arg(long, value_name = "W:H", value_parser = told::<AspectRatio>)]
    pub(crate) aspect_ratio: Option<AspectRatio>,
    /// Such as 720p or 2K
    #[arg(long, value_name = "WORD")]
    pub(crate) resolution: Option<String>,
    /// How many results
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,
    /// The same seed gives the same result
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// Denoising steps
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: Option<u32>,
    /// How closely to follow the prompt
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) guidance: Option<f64>,
    /// How far to leave the input, 0 to 1
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) strength: Option<f64>,
    /// How much care to take
    #[arg(long, value_name = "draft|standard|high|N", value_parser = told::<Quality>)]
    pub(crate) quality: Option<Quality>,
    /// File format: png, jpeg, webp, mp4, webm, mp3, wav, flac, ogg
    #[arg(long, value_name = "FORMAT", value_parser = told::<OutputFormat>)]
    pub(crate) format: Option<OutputFormat>,
    /// Length in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) duration: Option<f64>,
    /// Frames a second
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub(crate) fps: Option<f64>,
    /// Join the end to the beginning
    #[arg(long = "loop", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) looping: Option<bool>,
    /// How much movement
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) motion: Option<f64>,
    /// Enlargement factor
    #[arg(long, value_name = "X", value_parser = seconds)]
    pub(crate) scale: Option<f64>,
    /// Likeness, 0 to 1
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) similarity: Option<f64>,
    /// Remove noise
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) denoise: Option<bool>,
    /// The voice's name
    #[arg(long, value_name = "NAME")]
    pub(crate) voice: Option<String>,
    /// The voice to sound like
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
    pub(crate) voice_sample: Option<MediaInput>,
    /// What is said in the voice sample
    #[arg(long, value_name = "T")]
    pub(crate) voice_sample_text: Option<String>,
    /// Such as en or pt-BR
    #[arg(long, value_name = "CODE")]
    pub(crate) language: Option<String>,
    /// Speaking rate, 1 is usual
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) speed: Option<f64>,
    /// Pitch, on the model's scale
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) pitch: Option<f64>,
    /// Loudness, on the model's scale
    #[arg(long, value_name = "X", value_parser = number)]
    pub(crate) volume: Option<f64>,
    /// Samples a second
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) sample_rate: Option<u32>,
    /// A picture, or the first frame; repeatable
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
    pub(crate) image: Vec<MediaInput>,
    /// The last frame
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
    pub(crate) end_image: Option<MediaInput>,
    /// White where the picture is to be changed
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
    pub(crate) mask: Option<MediaInput>,
    /// A picture to take style or subject from; repeatable
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
    pub(crate) reference: Vec<MediaInput>,
    /// A film; repeatable
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
    pub(crate) video: Vec<MediaInput>,
    /// A sound, or the voice for lips to follow
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
    pub(crate) audio: Option<MediaInput>,
    /// The face to put in
    #[arg(long, value_name = "FILE|URL", value_parser = told::<MediaInput>)]
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
pub(super) fn told<T: FromStr<Err = Error>>(text: &str) -> Result<T, String> {
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
