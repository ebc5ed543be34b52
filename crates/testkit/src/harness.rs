//! What a provider's crate supplies to be tested.

use crate::{Scenario, Seen, Server};
use async_trait::async_trait;
use mediagen_core::{MediaInput, Modality, ModelKind, Phase, Provider, Registry, Request, Result, Role};
use std::sync::Arc;
use url::Url;

/// How a provider looks in each [`Scenario`]: its wire, its models, its secrets. No assertions.
#[async_trait]
pub trait Harness: Send + Sync + 'static {
    /// Mounts this provider's answers for `scenario` asked with `kind`; `false` when it cannot happen there, which
    /// makes the trial *ignored*, for everybody to see.
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool;

    /// A new provider value that talks to `base`, with one of [`secrets`](Self::secrets) as its key.
    ///
    /// # Errors
    /// Those of the provider's configuration.
    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>>;

    /// The registry to bind models with.
    fn registry(&self) -> Registry;

    /// The model to ask for `kind`.
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

    /// Whether the far end got `content` with an upload or a body.
    fn received(&self, server: &Server, content: &[u8]) -> bool {
        server.seen().iter().any(|seen| seen.body.windows(content.len()).any(|window| window == content))
    }
}

/// The plainest request of a kind: a prompt, and one picture, film or sound by URL where the kind takes one.
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
