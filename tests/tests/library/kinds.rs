//! Every endpoint of the emulator that has a kind of media, asked plainly through the library.

use crate::Rig;
use mediagen::{
    Error,
    core::{Endpoint, Input, JsonMap, prepare},
    prelude::*,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// Inputs that exist on the emulator's CDN, one for each role.
struct Media(BTreeMap<Role, MediaInput>);

impl Media {
    async fn make(rig: &Rig) -> Self {
        let picture = rig.fal.text_to_image("fal-ai/flux/dev").await.unwrap();
        let picture = picture.run(TextToImageRequest::new("a face").with_size(Size::new(256, 256))).await.unwrap();
        let sound = rig.fal.text_to_audio("fal-ai/kokoro/american-english").await.unwrap();
        let sound = sound.run(TextToAudioRequest::new("hi")).await.unwrap();
        let film = rig.fal.image_to_video("fal-ai/framepack").await.unwrap();
        let url = |output: &Output| MediaInput::Url(output.parts[0].url().unwrap().clone());
        let film =
            film.run(ImageToVideoRequest::new(url(&picture)).with_prompt("go").with_duration(1.0)).await.unwrap();
        let pictures = [Role::Image, Role::EndImage, Role::Mask, Role::Reference, Role::SourceFace];
        let mut media: BTreeMap<_, _> = pictures.into_iter().map(|role| (role, url(&picture))).collect();
        media.extend([Role::Audio, Role::VoiceSample].map(|role| (role, url(&sound))));
        media.insert(Role::Video, url(&film));
        Self(media)
    }

    fn request(&self, roles: &[Role]) -> Request {
        let mut request = Request::new().with_prompt("a small test");
        request.inputs = roles.iter().map(|role| Input::new(*role, self.0[role].clone())).collect();
        request
    }
}

async fn run(rig: &Rig, endpoint: &Arc<dyn Endpoint>, request: &Request) -> Result<Output, Error> {
    prepare(endpoint, &rig.cx, request).await?.submit(&rig.cx).await?.finish(&rig.cx).await
}

/// The inputs to try, in order, until the model has what it requires.
fn attempts(kind: ModelKind) -> Vec<Vec<Role>> {
    use Role::{Audio, EndImage, Image, Mask, Reference, SourceFace, Video, VoiceSample};
    let main = match kind {
        ModelKind::ImageToImage | ModelKind::ImageToVideo => vec![Image],
        ModelKind::VideoToVideo => vec![Video],
        ModelKind::AudioToAudio => vec![Audio],
        _ => Vec::new(),
    };
    let with = |more: &[Role]| [&main[..], more].concat();
    [&[][..], &[EndImage], &[Mask], &[Reference], &[SourceFace], &[Audio], &[VoiceSample], &[Image]].map(with).into()
}

/// Values for the fields of the model's own that `error` misses: no canonical option stands for them.
fn own_fields(error: &Error) -> JsonMap {
    let known = [
        ("tags", json!("calm, piano")),
        ("original_tags", json!("calm, piano")),
        ("duration", json!(5)),
        ("model_type", json!("F5-TTS")),
        ("scene.0.speaker_id", json!(0)),
        ("input", json!("a small test")),
    ];
    let missing = |name: &str| error.fields().iter().any(|field| field.path == name);
    known.into_iter().filter(|(name, _)| missing(name)).map(|(name, value)| (name.to_owned(), value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_of_the_seven_kinds_gives_media() {
    let rig = Rig::new().await;
    let media = Media::make(&rig).await;
    let registry = mediagen::registry().unwrap();
    let provider: Arc<dyn Provider> = Arc::new(rig.fal.clone());
    let (mut good, mut bad) = (0, Vec::new());
    for endpoint in mediagen_emulator::fal::catalogue::Catalogue::builtin().iter() {
        let Ok(spec) = provider.describe(&rig.cx, &endpoint.id).await else {
            bad.push(format!("{}: not described", endpoint.id));
            continue;
        };
        // An endpoint without a document shows the emulator no output to make.
        if endpoint.openapi.is_none() {
            continue;
        }
        let Some(kind) = spec.kinds.first().copied().filter(|kind| ModelKind::MEDIA.contains(kind)) else { continue };
        let bound = registry.bind(&provider, spec, kind).unwrap();
        let mut last = None;
        let mut extra = JsonMap::new();
        for roles in attempts(kind) {
            let mut request = media.request(&roles);
            request.extra.clone_from(&extra);
            let run = run(&rig, &bound, &request).await;
            let missing = matches!(&run, Err(e) if e.kind() == ErrorKind::InvalidInput && e.http_status().is_none());
            if let Err(error) = &run {
                extra.extend(own_fields(error));
            }
            last = Some(run);
            if !missing {
                break;
            }
        }
        match last {
            Some(Ok(output)) if !output.parts.is_empty() => good += 1,
            Some(Ok(_)) => bad.push(format!("{}: no part", endpoint.id)),
            Some(Err(error)) => bad.push(format!("{}: {error}", endpoint.id)),
            None => {}
        }
    }
    println!("{good} endpoints gave media, {} did not: {bad:#?}", bad.len());
    assert!(good >= 55 && bad.len() <= 3, "{good} good, bad: {bad:#?}");
}
