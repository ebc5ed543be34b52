//! Scenarios about what is sent, or not.

use crate::{
    UNKNOWN_PARAM,
    bench::{Bench, Verdict, ensure},
};
use mediagen_core::{ErrorKind, MediaInput, ModelId, ModelKind, ModelSpec, Phase, Policy, Role};
use std::sync::Arc;

/// The smallest PNG there is: one transparent pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6,
    0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d,
    0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// Bytes that pass for what `role` asks, as far as the first bytes tell.
fn sample(role: Role) -> (Vec<u8>, &'static str) {
    match role {
        Role::Video => (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isomconformance".to_vec(), "input.mp4"),
        Role::Audio | Role::VoiceSample => (b"RIFF\x24\0\0\0WAVEfmt conformance".to_vec(), "input.wav"),
        _ => (PIXEL.to_vec(), "input.png"),
    }
}

pub(super) async fn uploads_bytes(bench: &Bench) -> Verdict {
    let mut request = bench.request();
    let input = request.inputs.first_mut().ok_or("this kind takes no input: `mount` should have answered `false`")?;
    let (content, name) = sample(input.role);
    input.media = MediaInput::bytes(content.clone(), name);
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
