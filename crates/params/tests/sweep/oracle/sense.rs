//! What the words of a name mean, where the type allows that meaning.

use super::leaf::{Form, Leaf};
use mediagen_core::{Modality, ModelKind};
use serde_json::Value;

/// What a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    Prompt,
    Negative,
    Seed,
    Count,
    Steps,
    Guidance,
    Strength,
    Fps,
    Loop,
    Motion,
    Scale,
    Similarity,
    Denoise,
    Voice,
    SampleText,
    Language,
    Speed,
    Pitch,
    Volume,
    SampleRate,
    Format,
    Quality,
    Seconds,
    Milliseconds,
    Frames,
    Size,
    Width,
    Height,
    Ratio,
    Resolution,
    Image,
    EndImage,
    Mask,
    Reference,
    Video,
    Audio,
    VoiceSample,
    Face,
}

/// The first number in a text: 5 in `5s`, 720 in `720p`.
pub(crate) fn figure(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let start = text.find(|c: char| c.is_ascii_digit())?;
            let rest = &text[start..];
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            rest[..end].parse().ok()
        }
        _ => None,
    }
}

fn numeric(leaf: &Leaf<'_>) -> bool {
    let count =
        |value: &Value| figure(value).is_some() && !value.as_str().is_some_and(|text| text.contains(['x', ':']));
    leaf.range().is_some()
        || leaf.words().iter().any(count)
        || (leaf.text()
            && leaf.default.is_some_and(|value| value.as_str().is_some_and(|t| t.len() < 6) && count(value)))
}

fn flag(leaf: &Leaf<'_>) -> bool {
    leaf.has(|form| *form == Form::Flag)
}

fn share(leaf: &Leaf<'_>) -> bool {
    leaf.range().is_some_and(|(min, max)| max.is_none_or(|max| max <= 1.0) && min.is_none_or(|min| min >= 0.0))
}

/// The sense of a field, by its words and its type.
pub(crate) fn sense(leaf: &Leaf<'_>, kind: ModelKind) -> Option<Sense> {
    media(leaf, kind).or_else(|| number(leaf, kind)).or_else(|| word(leaf, kind))
}

fn number(leaf: &Leaf<'_>, kind: ModelKind) -> Option<Sense> {
    if flag(leaf) {
        let looped = leaf.any("loop looping") && leaf.only("loop looping is enable seamless video");
        let noise = (leaf.any("denoise denoising") && leaf.words.len() <= 2)
            || ["noise_reduction", "remove_noise", "remove_background_noise", "need_noise_reduction"]
                .iter()
                .any(|n| leaf.is(n));
        return if looped { Some(Sense::Loop) } else { noise.then_some(Sense::Denoise) };
    }
    if !numeric(leaf) {
        return None;
    }
    let sound = kind.output() == Modality::Audio;
    let length = "max min fade start end segment silence mask extend extension crossfade context chunk before after overlap match trim first sequence threshold n append per";
    if leaf.any("seed") && leaf.only("seed random noise rng") {
        Some(Sense::Seed)
    } else if leaf.is("n")
        || (leaf.is("batch_size") && leaf.default.and_then(figure).is_none_or(|usual| usual <= 4.0))
        || (leaf.any("num number max")
            && leaf.any("images videos outputs samples generations results variations")
            && leaf.words.len() <= 3)
    {
        Some(Sense::Count)
    } else if leaf.any("steps") && leaf.only("num number of inference sampling diffusion ddim steps denoising") {
        Some(Sense::Steps)
    } else if leaf.any("guidance cfg guide") && leaf.only("guidance cfg guide scale strength weight text prompt") {
        Some(Sense::Guidance)
    } else if (leaf.any("fps") && leaf.only("fps output target video export"))
        || leaf.is("frames_per_second")
        || leaf.is("frame_rate")
    {
        Some(Sense::Fps)
    } else if leaf.any("motion") && leaf.only("motion bucket id strength scale intensity score") {
        Some(Sense::Motion)
    } else if leaf.any("upscale upscaling outscale scale")
        && leaf.only("upscale upscaling outscale scale factor ratio")
        && (leaf.any("upscale upscaling outscale")
            || leaf.range().is_some_and(|(min, _)| min.is_some_and(|min| min >= 1.0)))
        && leaf.range().is_none_or(|(_, max)| max.is_none_or(|max| max >= 2.0))
        && kind.input() != Modality::Text
    {
        Some(Sense::Scale)
    } else if leaf.any("similarity resemblance") && share(leaf)
        || (leaf.any("identity id") && leaf.any("weight strength scale") && share(leaf))
    {
        Some(Sense::Similarity)
    } else if (leaf.is("fidelity")
        || (leaf.any("strength") && leaf.only("strength image video prompt edit denoise denoising")))
        && share(leaf)
    {
        Some(Sense::Strength)
    } else if leaf.is("speed") || leaf.is("voice_speed") || leaf.is("speaking_rate") || leaf.is("speech_rate") {
        Some(Sense::Speed)
    } else if leaf.is("pitch") && !leaf.path.contains("modify") {
        Some(Sense::Pitch)
    } else if leaf.is("volume") || leaf.is("vol") {
        Some(Sense::Volume)
    } else if leaf.any("sample sampling") && leaf.any("rate") {
        Some(Sense::SampleRate)
    } else if leaf.any("frames frame")
        && leaf.only("num number of total video output frames frame count")
        && leaf.any("num number count total")
        && leaf.top
        && kind.output() == Modality::Video
    {
        Some(Sense::Frames)
    } else if leaf.any("duration length seconds")
        && !leaf.any(length)
        && kind.output() != Modality::Image
        && (leaf.any("seconds duration") || leaf.any("video audio music song") || sound)
    {
        Some(if leaf.any("ms") { Sense::Milliseconds } else { Sense::Seconds })
    } else if leaf.any("width") && leaf.only("width image video output target") && leaf.top {
        Some(Sense::Width)
    } else if leaf.any("height") && leaf.only("height image video output target") && leaf.top {
        Some(Sense::Height)
    } else {
        None
    }
}

fn word(leaf: &Leaf<'_>, kind: ModelKind) -> Option<Sense> {
    let says = |words: &[&str]| {
        let hit =
            |value: &Value| value.as_str().is_some_and(|text| words.contains(&text.to_ascii_lowercase().as_str()));
        leaf.words().iter().any(hit)
    };
    let text = leaf.text() || leaf.has(|form| matches!(form, Form::List { .. }));
    let spoken = kind == ModelKind::TextToAudio;
    if leaf.any("negative neg") && leaf.only("negative neg prompt text") && leaf.text() && leaf.top {
        Some(Sense::Negative)
    } else if leaf.text()
        && ["ref_text", "reference_text", "ref_transcript", "reference_transcript"].iter().any(|name| leaf.is(name))
    {
        Some(Sense::SampleText)
    } else if text
        && !leaf.any("previous next system style negative reference ref original detection mask")
        && leaf.any("prompt text script transcript lyrics tags instruction instructions caption prompts")
        && leaf.words.len() <= 2
        && (leaf.top || leaf.required)
        && (spoken || leaf.required || !leaf.any("lyrics tags"))
    {
        Some(Sense::Prompt)
    } else if leaf.any("voice speaker")
        && leaf.only("voice speaker id name preset")
        && (leaf.text() || leaf.words().iter().any(Value::is_string))
    {
        Some(Sense::Voice)
    } else if leaf.any("language lang")
        && leaf.only("language lang code boost tts output target")
        && (leaf.text() || leaf.words().iter().any(english))
    {
        Some(Sense::Language)
    } else if leaf.any("format type codec")
        && leaf.only("output format type codec image video audio file")
        && leaf.words().iter().any(|value| is_format(value, kind))
    {
        Some(Sense::Format)
    } else if (leaf.any("quality") && leaf.only("quality video image output audio") || leaf.is("rendering_speed"))
        && (says(&["high", "hd", "best", "quality", "maximum"]) || leaf.range().is_some())
    {
        Some(Sense::Quality)
    } else {
        super::picture::sense(leaf)
    }
}

/// Whether a choice of language is English.
pub(crate) fn english(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let text = text.to_ascii_lowercase();
    text == "en" || text.starts_with("en-") || text.starts_with("en_") || text.starts_with("english")
}

/// Whether a choice of format is the one that is asked for a kind.
pub(crate) fn is_format(value: &Value, kind: ModelKind) -> bool {
    let wanted = match kind.output() {
        Modality::Video => ["mp4", "h264"],
        Modality::Audio => ["mp3", "mp3"],
        _ => ["png", "png"],
    };
    value.as_str().is_some_and(|text| wanted.iter().any(|word| text.to_ascii_lowercase().contains(word)))
}

fn media(leaf: &Leaf<'_>, kind: ModelKind) -> Option<Sense> {
    let holds = leaf.has(|form| matches!(form, Form::Text | Form::List { .. } | Form::Holder));
    let address = leaf.any("url urls image images video videos audio frame frames mask");
    let other = "lora loras model path adapter encoder light ic background palette zip archive file font srt pdf embedding webhook id ids prompt text description size format type weight name setting ip control controlnet style codes response impulse pose garment change depth map logo watermark product fill static dynamic quad elements";
    if !holds || !address || (leaf.any(other) && !leaf.required) || (!leaf.top && !leaf.required) {
        return None;
    }
    if leaf.any("archive zip model path font pdf webhook id text prompt description name embedding") {
        return None;
    }
    let reference = leaf.any("reference references ref subject style");
    let sound = leaf.any("audio voice song music sound speech speaker");
    if leaf.any("mask masks") {
        return (!reference).then_some(Sense::Mask);
    }
    if sound {
        let voice = leaf.any("ref reference voice speaker sample") || kind == ModelKind::TextToAudio;
        return Some(if voice && kind != ModelKind::AudioToAudio { Sense::VoiceSample } else { Sense::Audio });
    }
    if leaf.any("video videos") {
        return (!reference || leaf.required).then_some(Sense::Video);
    }
    if leaf.any("face swap") {
        return Some(Sense::Face);
    }
    if leaf.any("end last tail final") {
        return Some(Sense::EndImage);
    }
    if reference {
        return Some(Sense::Reference);
    }
    leaf.any("image images img frame frames photo picture").then_some(Sense::Image)
}
