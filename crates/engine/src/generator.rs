//! A model with an owner.

use crate::{Draft, DryRun, Generation, Mediagen, Submission};
use mediagen_core::{Context, Endpoint, Kind, KindRequest as _, Model, ModelSpec, Request, Result, kind};
use std::{fmt, sync::Arc, time::Duration};

/// A model of kind `K` whose jobs an engine owns: each is prepared once, checked against the cap, bought once, written
/// down, and can be taken up.
///
/// There is no way from here to the bare model but [`model`](Self::model): a call that slipped through would not be
/// written down.
pub struct Generator<K: Kind> {
    engine: Mediagen,
    model: Model<K>,
    requested: Option<String>,
}

impl<K: Kind> Generator<K> {
    pub(crate) fn new(engine: Mediagen, model: Model<K>, requested: Option<String>) -> Self {
        Self { engine, model, requested }
    }

    async fn draft(&self, request: Request, cx: &Context) -> Result<Draft> {
        let draft = Draft::prepare(self.model.endpoint(), cx, request).await?;
        let other = |name: &&String| **name != *self.model.spec().id.name;
        Ok(match self.requested.as_ref().filter(other) {
            Some(name) => draft.with_requested(name),
            None => draft,
        })
    }

    /// Prepares `request`, buys it once and waits for the result.
    ///
    /// # Errors
    /// Those of [`Mediagen::generate`].
    pub async fn run(&self, request: impl Into<K::Request>) -> Result<Generation> {
        let request = request.into().into_request();
        let (watch, cx) = self.engine.begin();
        let draft = Box::pin(self.draft(request, &cx)).await?;
        Box::pin(self.engine.run_in(draft, cx, watch)).await
    }

    /// Prepares `request` and buys it once; returns as soon as the provider has accepted it.
    ///
    /// # Errors
    /// Those of [`Mediagen::generate`].
    pub async fn submit(&self, request: impl Into<K::Request>) -> Result<Submission> {
        let request = request.into().into_request();
        self.engine.submit(self.model.endpoint(), &request).await
    }

    /// What `request` would send and what it would cost. Nothing is sent.
    ///
    /// # Errors
    /// Those of [`Mediagen::dry_run`].
    pub async fn dry_run(&self, request: impl Into<K::Request>) -> Result<DryRun> {
        let request = request.into().into_request();
        self.engine.dry_run(self.model.endpoint(), &request).await
    }

    fn with_engine(&self, engine: Mediagen) -> Self {
        let model = self.model.with_context(engine.context().clone());
        Self { engine, model, requested: self.requested.clone() }
    }

    /// The same model with another template of a context: a server makes one for each request that it serves.
    pub fn with_context(&self, cx: Context) -> Self {
        self.with_engine(self.engine.with_context(cx))
    }

    /// The same model, of which each call is waited for at most this long. What was bought by then goes on and can be
    /// taken up: the error names the job.
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with_engine(self.engine.with_timeout(timeout))
    }

    /// The same model, of which one job may cost at most this many US dollars.
    pub fn with_max_cost(&self, usd: f64) -> Self {
        self.with_engine(self.engine.with_max_cost(usd))
    }

    /// What is known about the model.
    pub fn spec(&self) -> &Arc<ModelSpec> {
        self.model.spec()
    }

    /// The endpoint, for code that knows the kind at run time only.
    pub fn endpoint(&self) -> &Arc<dyn Endpoint> {
        self.model.endpoint()
    }

    /// The model without its owner: what it does is not written down.
    pub fn model(&self) -> &Model<K> {
        &self.model
    }
}

impl<K: Kind> Clone for Generator<K> {
    fn clone(&self) -> Self {
        self.with_engine(self.engine.clone())
    }
}

impl<K: Kind> fmt::Debug for Generator<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Generator").field(&self.model).finish()
    }
}

macro_rules! doors {
    ($($(#[$doc:meta])* $name:ident: $kind:ident;)+) => {
        /// The doors to models, one for each kind. A name is `provider:owner/name`, or one of the default provider.
        impl Mediagen {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// Those of [`Mediagen::endpoint`].
            pub async fn $name(&self, model: &str) -> Result<Generator<kind::$kind>> {
                self.typed(model).await
            }
        )+}
    };
}

doors! {
    /// A model that makes images from text.
    text_to_image: TextToImage;
    /// A model that makes images from images.
    image_to_image: ImageToImage;
    /// A model that makes videos from text.
    text_to_video: TextToVideo;
    /// A model that makes videos from images.
    image_to_video: ImageToVideo;
    /// A model that makes videos from videos.
    video_to_video: VideoToVideo;
    /// A model that makes audio from text.
    text_to_audio: TextToAudio;
    /// A model that makes audio from audio.
    audio_to_audio: AudioToAudio;
    /// A model that takes and returns JSON.
    raw: Raw;
}

impl Mediagen {
    async fn typed<K: Kind>(&self, model: &str) -> Result<Generator<K>> {
        let endpoint = self.endpoint(model, Some(K::KIND)).await?;
        Ok(Generator::new(self.clone(), Model::new(endpoint, self.cx.clone())?, Some(model.to_owned())))
    }

    /// A model that was bound elsewhere, with this engine as its owner. The context that is bound to it stays.
    ///
    /// # Errors
    /// `Unsupported` where the journal outlives the process and another process could not bind the model again.
    pub fn own<K: Kind>(&self, model: Model<K>) -> Result<Generator<K>> {
        if self.shared.journal.is_durable() {
            self.check_can_bind(model.endpoint())?;
        }
        Ok(Generator::new(self.with_context(model.context().clone()), model, None))
    }
}
