//! From the command line to a canonical request.

use crate::args::{GenerateArgs, OptionArgs};
use mediagen::{
    Mediagen,
    core::{
        Delivery, Endpoint, Error, ErrorKind, FieldProblem, Input, MediaInput, Modality, ModelKind, ModelSpec, Options,
        ProblemCode, Request, Result, Role,
    },
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// The request that the arguments ask for.
pub(crate) fn canonical(arguments: &GenerateArgs) -> Result<Request> {
    let mut request = Request::new();
    request.prompt.clone_from(&arguments.prompt);
    request.options = options(&arguments.options);
    request.inputs = inputs(&arguments.options);
    request.policy = arguments.policy;
    request.allow_unknown = arguments.allow_unknown;
    request.delivery = delivery(arguments);
    if let Some(url) = arguments.webhook.as_ref().filter(|url| !matches!(url.scheme(), "http" | "https")) {
        return Err(Error::new(ErrorKind::InvalidInput, format!("`{url}` cannot be posted to")).with_field(
            FieldProblem::new("webhook", "an http:// or https:// address is needed").with_code(ProblemCode::Type),
        ));
    }
    for (name, value) in &arguments.param {
        if request.extra.insert(name.clone(), Value::String(value.clone())).is_some() {
            return Err(Error::new(ErrorKind::InvalidInput, format!("-P {name} is given twice"))
                .with_field(FieldProblem::new(name.clone(), "given twice").with_code(ProblemCode::Conflict)));
        }
    }
    Ok(request)
}

fn options(given: &OptionArgs) -> Options {
    let mut options = Options::default();
    options.negative_prompt.clone_from(&given.negative_prompt);
    options.size = given.size;
    options.aspect_ratio = given.aspect_ratio;
    options.resolution.clone_from(&given.resolution);
    options.count = given.count;
    options.seed = given.seed;
    options.steps = given.steps;
    options.guidance = given.guidance;
    options.strength = given.strength;
    options.quality = given.quality;
    options.format = given.format;
    options.duration = given.duration;
    options.fps = given.fps;
    options.looping = given.looping;
    options.motion = given.motion;
    options.scale = given.scale;
    options.similarity = given.similarity;
    options.denoise = given.denoise;
    options.voice.clone_from(&given.voice);
    options.voice_sample_text.clone_from(&given.voice_sample_text);
    options.language.clone_from(&given.language);
    options.speed = given.speed;
    options.pitch = given.pitch;
    options.volume = given.volume;
    options.sample_rate = given.sample_rate;
    options
}

fn inputs(given: &OptionArgs) -> Vec<Input> {
    let many = |role: Role, media: &[MediaInput]| media.iter().map(|m| Input::new(role, m.clone())).collect::<Vec<_>>();
    let one = |role: Role, media: &Option<MediaInput>| many(role, media.as_slice());
    [
        many(Role::Image, &given.image),
        one(Role::EndImage, &given.end_image),
        one(Role::Mask, &given.mask),
        many(Role::Reference, &given.reference),
        many(Role::Video, &given.video),
        one(Role::Audio, &given.audio),
        one(Role::VoiceSample, &given.voice_sample),
        one(Role::SourceFace, &given.source_face),
    ]
    .concat()
}

fn delivery(arguments: &GenerateArgs) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.start_timeout = arguments.start_timeout.map(|seconds| Duration::from_secs_f64(seconds.min(1e9)));
    if let Some(priority) = &arguments.priority {
        delivery.settings.insert("priority".into(), priority.as_str().into());
    }
    delivery.webhook.clone_from(&arguments.webhook);
    delivery.reuse_uploads = arguments.force_upload.then_some(false);
    for (name, value) in &arguments.set {
        let typed = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
        delivery.settings.insert(name.clone(), typed);
    }
    delivery
}

/// Every local file exists and is a file, before anything else happens.
pub(crate) fn check_inputs(request: &Request) -> Result<()> {
    let mut problems = Vec::new();
    for input in &request.inputs {
        let MediaInput::Path(path) = &input.media else { continue };
        let problem = match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => continue,
            Ok(_) => "is not a file".to_owned(),
            Err(error) => error.to_string(),
        };
        problems.push(
            FieldProblem::new(input.role.as_str(), format!("{}: {problem}", path.display()))
                .with_code(ProblemCode::Media)
                .with_give(input.role.as_str()),
        );
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidInput, "an input file cannot be read")
        .with_fields(problems)
        .with_hint("an input is a file, or an http://, https:// or data: URL"))
}

/// The kind that was named, or the model's kind whose main input was given, or its first, or raw.
fn choose_kind(spec: &ModelSpec, asked: Option<ModelKind>, request: &Request) -> ModelKind {
    let given = |kind: &ModelKind| {
        let role = match kind.input() {
            Modality::Image => Role::Image,
            Modality::Video => Role::Video,
            Modality::Audio => Role::Audio,
            _ => return request.prompt.is_some(),
        };
        request.inputs.iter().any(|input| input.role == role)
    };
    let fitting = || spec.kinds.iter().copied().find(given);
    asked.or_else(fitting).or_else(|| spec.kinds.first().copied()).unwrap_or(ModelKind::Raw)
}

/// The model of a command, bound for the kind that its arguments call for. A key that is needed later is checked before
/// anything leaves.
pub(crate) async fn bind(
    engine: &Mediagen,
    arguments: &GenerateArgs,
    request: &Request,
    needs_key: bool,
) -> Result<Arc<dyn Endpoint>> {
    let (provider, name) = engine.named(&arguments.model)?;
    if needs_key {
        provider.check_credentials()?;
    }
    let cx = engine.context();
    let spec = cx.bounded(provider.describe(cx, name)).await??;
    let kind = choose_kind(&spec, arguments.kind, request);
    tracing::info!(model = &*spec.id.name, %kind, "preparing");
    engine.bind(&provider, spec, kind)
}
