//! What is asked of every endpoint: a plain wish and one with everything, and what only the model itself knows.

use crate::catalogue::{Endpoint, resolve, sample};
use crate::oracle::{Leaf, Sense};
use mediagen_core::{
    AspectRatio, Error, FieldProblem, Modality, ModelKind, Options, OutputFormat, ProblemCode, Quality, Request, Role,
    Schema, Size,
};
use mediagen_params::{Dialect, Mapped, map};
use serde_json::Value;

/// The address under which the request gives a file of `role`.
pub(crate) fn address(role: Role, number: usize) -> String {
    format!("https://media.test/{}-{number}", role.as_str())
}

pub(crate) fn with(request: Request, role: Role, number: usize) -> Request {
    request.with_input(role, address(role, number))
}

/// A prompt, the kind's own input and the few options that everybody sets.
pub(crate) fn plain(kind: ModelKind, _leaves: &[Leaf<'_>]) -> Request {
    let request = Request::new().with_prompt("a lighthouse at dusk");
    let mut request = match kind {
        ModelKind::ImageToImage | ModelKind::ImageToVideo => with(request, Role::Image, 0),
        ModelKind::VideoToVideo => with(request, Role::Video, 0),
        ModelKind::AudioToAudio => with(request, Role::Audio, 0),
        _ => request,
    };
    request.options.seed = Some(7);
    match kind.output() {
        Modality::Image => request.options.count = Some(2),
        Modality::Video => {
            request.options.duration = Some(5.0);
            request.options.aspect_ratio = Some(AspectRatio::new(16, 9));
        }
        _ => request.options.duration = Some(10.0),
    }
    if kind == ModelKind::TextToImage {
        request.options.size = Some(Size::new(1024, 768));
    }
    request
}

/// Every option and every role.
pub(crate) fn rich(kind: ModelKind, leaves: &[Leaf<'_>]) -> Request {
    let mut request = plain(kind, leaves);
    request.options = options(kind);
    if let Some(name) = choice(leaves, Sense::Voice) {
        request.options.voice = Some(name);
    }
    for role in [Role::Image, Role::EndImage, Role::Mask, Role::SourceFace, Role::Video, Role::Audio] {
        // A model that makes sound from text takes sound as a voice or a style to follow.
        let sound = role == Role::Audio && kind == ModelKind::TextToAudio;
        if !sound && request.inputs.iter().all(|input| input.role != role) {
            request = with(request, role, 0);
        }
    }
    request = with(with(request, Role::Reference, 0), Role::Reference, 1);
    // A model without a place for it refuses a voice to clone; that has its own test.
    if leaves.iter().any(|leaf| leaf.sense(kind) == Some(Sense::VoiceSample)) {
        request = with(request, Role::VoiceSample, 0);
    }
    request
}

fn options(kind: ModelKind) -> Options {
    let mut options = Options::default();
    options.negative_prompt = Some("blurry".into());
    options.size = Some(Size::new(1280, 720));
    options.aspect_ratio = Some(AspectRatio::new(16, 9));
    options.resolution = Some("720p".into());
    options.count = Some(2);
    options.seed = Some(0);
    options.steps = Some(12);
    options.guidance = Some(4.0);
    options.strength = Some(0.6);
    options.quality = Some(Quality::High);
    options.format = Some(match kind.output() {
        Modality::Video => OutputFormat::Mp4,
        Modality::Audio => OutputFormat::Mp3,
        _ => OutputFormat::Png,
    });
    options.duration = Some(if kind.output() == Modality::Audio { 10.0 } else { 5.0 });
    options.fps = Some(24.0);
    options.looping = Some(true);
    options.motion = Some(0.5);
    options.scale = Some(2.0);
    options.similarity = Some(0.8);
    options.denoise = Some(true);
    options.voice = Some("Rachel".into());
    options.voice_sample_text = Some("the words of the sample".into());
    options.language = Some("en".into());
    options.speed = Some(1.1);
    options.pitch = Some(0.0);
    options.volume = Some(1.0);
    options.sample_rate = Some(44_100);
    options
}

/// The last value of the first list of words with this sense, so that what is asked can be had.
fn choice(leaves: &[Leaf<'_>], sense: Sense) -> Option<String> {
    let words = leaves.iter().filter(|leaf| leaf.means(sense)).find_map(|leaf| leaf.words().last().cloned());
    words?.as_str().map(str::to_owned)
}

/// How a request came through.
pub(crate) struct Outcome {
    pub(crate) request: Request,
    pub(crate) result: Result<Mapped, Error>,
    /// Fields that only the model itself knows, given through `extra` after the refusal had named them.
    pub(crate) own: Vec<String>,
}

/// Maps; where fields are missing, does what the refusal says: a role, an option, or the model's own field from the
/// schema's examples.
pub(crate) fn complete(endpoint: &Endpoint, mut request: Request, schema: &Schema, dialect: &Dialect<'_>) -> Outcome {
    let mut own = Vec::new();
    for _ in 0..5 {
        let error = match map(&request, endpoint.kind, schema, dialect, &[]) {
            Ok(mapped) => return Outcome { request, result: Ok(mapped), own },
            Err(error) => error,
        };
        let before = request.clone();
        for field in error.fields().to_vec() {
            match &field.code {
                Some(ProblemCode::Missing) => supply(endpoint, &mut request, &field, &mut own),
                // A list that needs two gets two.
                Some(ProblemCode::Length) => {
                    let main = match endpoint.kind.input() {
                        Modality::Video => Role::Video,
                        Modality::Audio => Role::Audio,
                        _ => Role::Image,
                    };
                    add(&mut request, Some(main));
                }
                // An endpoint that the catalogue files under the wrong kind says what it takes instead.
                Some(ProblemCode::Unsupported) => exchange(&mut request, &field),
                _ => {}
            }
        }
        if request == before {
            return Outcome { request, result: Err(error), own };
        }
    }
    let result = map(&request, endpoint.kind, schema, dialect, &[]);
    Outcome { request, result, own }
}

pub(crate) fn role(name: &str) -> Option<Role> {
    Role::ALL.iter().copied().find(|role| role.as_str() == name)
}

fn mentions(request: &Request, role: Role) -> bool {
    request.inputs.iter().any(|input| input.role == role)
}

pub(crate) fn add(request: &mut Request, role: Option<Role>) {
    let Some(role) = role else { return };
    let number = request.inputs.iter().filter(|input| input.role == role).count();
    if number < 2 {
        *request = with(request.clone(), role, number);
    }
}

/// Gives what is missing as the refusal says: a role, an option, or else the model's own field.
fn supply(endpoint: &Endpoint, request: &mut Request, field: &FieldProblem, own: &mut Vec<String>) {
    let option = field.give.first().map(String::as_str);
    let before = request.clone();
    add(request, option.and_then(role));
    let value = example(endpoint, &field.path);
    let text = || value.as_str().map(str::to_owned);
    match option {
        Some("voice") => request.options.voice = text(),
        Some("aspect_ratio") => request.options.aspect_ratio = Some(AspectRatio::new(16, 9)),
        Some("resolution") => request.options.resolution = Some("720p".into()),
        Some("size") => request.options.size = Some(Size::new(1024, 768)),
        Some("duration") => request.options.duration = value.as_f64(),
        Some("strength") => request.options.strength = Some(0.5),
        _ => {}
    }
    if *request == before {
        request.extra.insert(field.path.clone(), value);
        own.push(field.path.clone());
    }
}

fn exchange(request: &mut Request, field: &FieldProblem) {
    let (Some(wrong), Some(right)) = (role(&field.path), field.give.first().and_then(|name| role(name))) else {
        return;
    };
    request.inputs.retain(|input| input.role != wrong);
    if !mentions(request, right) {
        add(request, Some(right));
    }
}

/// A value for the field at a dotted path, from the document.
fn example(endpoint: &Endpoint, path: &str) -> Value {
    let mut schema = endpoint.input().unwrap();
    for step in path.split('.') {
        let shapes = crate::judge::shapes(&endpoint.document, schema);
        let next = |shape: &&'_ Value| shape["properties"].get(step).is_some() || shape["items"].is_object();
        let Some(shape) = shapes.into_iter().find(next) else { return Value::Null };
        schema = shape["properties"].get(step).unwrap_or(&shape["items"]);
    }
    sample(&endpoint.document, resolve(&endpoint.document, schema), 0)
}
