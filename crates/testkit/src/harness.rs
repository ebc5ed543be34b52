//! What a provider's crate supplies to be tested.

use crate::{Scenario, Seen, Server};
use async_trait::async_trait;
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD_NO_PAD as STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use mediagen_core::{MediaInput, Modality, ModelKind, Phase, Provider, Registry, Request, Result, Role};
use std::sync::Arc;
use url::Url;

/// What a provider is in each [`Scenario`]: its wire, its models, its secrets. No assertions.
#[async_trait]
pub trait Harness: Send + Sync + 'static {
    /// Mounts this provider's answers for `scenario` with a model of `kind`; `false` when it cannot happen there, which
    /// makes the trial *ignored*, visibly.
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool;

    /// A new provider value that talks to `base`, with one of [`secrets`](Self::secrets) as its key.
    ///
    /// # Errors
    /// Those of the provider's configuration.
    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>>;

    /// The registry to bind models with.
    fn registry(&self) -> Registry;

    /// The model to run as `kind`.
    fn model(&self, kind: ModelKind) -> String;

    /// A request that this model takes; by default [`canonical_request`].
    fn request(&self, kind: ModelKind) -> Request {
        canonical_request(kind)
    }

    /// Texts that may stand in a request's header and nowhere else. At least the key.
    fn secrets(&self) -> Vec<String>;

    /// What a request seen by the server was for; `None` for one that counts as nothing.
    fn phase(&self, seen: &Seen) -> Option<Phase> {
        let _ = seen;
        None
    }

    /// How many calls of `phase` the far end got. A provider without HTTP counts at its far end.
    fn calls(&self, server: &Server, phase: Phase) -> usize {
        server.seen().iter().filter(|seen| self.phase(seen) == Some(phase)).count()
    }

    /// The bodies of the paid calls that the far end got, in order. A provider without HTTP keeps them at its far end.
    fn submitted(&self, server: &Server) -> Vec<Bytes> {
        server.seen().into_iter().filter(|seen| self.phase(seen) == Some(Phase::Submit)).map(|seen| seen.body).collect()
    }

    /// Whether the far end got `content` with an upload or a body, as it is or in base64.
    fn received(&self, server: &Server, content: &[u8]) -> bool {
        server.seen().iter().any(|seen| holds(&seen.body, content))
    }
}

/// Whether `body` has `content` in it, as it is or in base64 of either alphabet.
fn holds(body: &[u8], content: &[u8]) -> bool {
    let within = |part: &[u8]| !part.is_empty() && body.windows(part.len()).any(|window| window == part);
    within(content)
        || within(STANDARD_NO_PAD.encode(content).as_bytes())
        || within(URL_SAFE_NO_PAD.encode(content).as_bytes())
}

/// The plainest request of a kind: a prompt, and one image, video or audio file by address where the kind takes one.
pub fn canonical_request(kind: ModelKind) -> Request {
    let request = Request::new().with_prompt("a fox in the snow");
    let media = |name: &str| -> MediaInput {
        Url::parse("https://media.test/")
            .and_then(|base| base.join(name))
            .map_or_else(|_| MediaInput::bytes(Vec::new(), name), MediaInput::Url)
    };
    match kind.input() {
        Modality::Image => request.with_input(Role::Image, media("input.png")),
        Modality::Video => request.with_input(Role::Video, media("input.mp4")),
        Modality::Audio => request.with_input(Role::Audio, media("input.wav")),
        _ => request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_found_as_it_is_and_in_base64() {
        let content = [0xfb, 0xff, b'a', b'b'];
        for body in [&b"..\xfb\xffab.."[..], br#"{"image":"data:image/png;base64,+/9hYg=="}"#, b"x=-_9hYg"] {
            assert!(holds(body, &content), "{body:?}");
        }
        assert!(!holds(b"+/9hYA==", &content));
        assert!(!holds(b"anything", b""), "nothing is not content");
    }
}
