//! Scenarios about what is sent, or not.

use crate::{
    DATA_URI, UNKNOWN_PARAM,
    bench::{Bench, Verdict, ensure},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use mediagen_core::{ErrorKind, MediaInput, ModelId, ModelKind, ModelSpec, Phase, Policy, Role};
use std::sync::Arc;

/// The smallest PNG there is.
fn pixel() -> Vec<u8> {
    let (_, text) = DATA_URI.split_once(',').unwrap_or_default();
    BASE64_STANDARD.decode(text).unwrap_or_default()
}

/// Content that passes for `role`, as far as the first bytes show, and the input of it.
pub(super) fn local(role: Role) -> (Vec<u8>, MediaInput) {
    let (content, name) = match role {
        Role::Video => (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isomconformance".to_vec(), "input.mp4"),
        Role::Audio | Role::VoiceSample => (b"RIFF\x24\0\0\0WAVEfmt conformance".to_vec(), "input.wav"),
        _ => (pixel(), "input.png"),
    };
    (content.clone(), MediaInput::bytes(content, name))
}

pub(super) async fn uploads_bytes(bench: &Bench) -> Verdict {
    let mut request = bench.request();
    let input = request.inputs.first_mut().ok_or("this kind takes no input: `mount` should have returned `false`")?;
    let (content, media) = local(input.role);
    input.media = media;
    bench.run(&request).await.map_err(|error| format!("an output was expected: {error:?}"))?;
    bench.submits(1..=1)?;
    ensure(bench.harness.received(&bench.server, &content), || "the bytes did not reach the provider".into())
}

pub(super) async fn unknown_param(bench: &Bench) -> Verdict {
    let mut request = bench.request().with_extra(UNKNOWN_PARAM, 1);
    request.policy = Policy::Strict;
    let Err(error) = bench.run(&request).await else { return Err("an unknown field went through".into()) };
    ensure(error.kind() == ErrorKind::InvalidInput, || format!("it is refused as {error:?}"))?;
    ensure(error.to_string().contains(UNKNOWN_PARAM), || format!("the field is not named: {error}"))?;
    bench.submits(0..=0)
}

pub(super) fn unsupported(bench: &Bench) -> Verdict {
    let other = ModelKind::MEDIA.into_iter().find(|kind| *kind != bench.kind).unwrap_or(ModelKind::TextToImage);
    let id = ModelId::new(bench.provider.info().id.clone(), bench.harness.model(other));
    let spec = Arc::new(ModelSpec::new(id).with_kinds([other]));
    match bench.registry.bind(&bench.provider, spec, bench.kind) {
        // Raw takes any model.
        Ok(_) => ensure(bench.kind == ModelKind::Raw, || format!("a {other} model was bound as {}", bench.kind))?,
        Err(error) => {
            bench.keep_error(&error);
            let text = error.to_string();
            let named = text.contains(bench.kind.as_str()) && text.contains(other.as_str());
            ensure(error.kind() == ErrorKind::KindMismatch && named, || format!("it is refused as {error:?}"))?;
        }
    }
    let phases = [Phase::Catalogue, Phase::Upload, Phase::Submit, Phase::Status, Phase::Result, Phase::Cancel];
    let calls: usize = phases.into_iter().map(|phase| bench.calls(phase)).sum();
    ensure(calls == 0 && bench.server.seen().is_empty(), || format!("{calls} calls were made"))
}
