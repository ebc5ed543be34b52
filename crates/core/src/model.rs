//! The door of a bare provider: an endpoint with the types of its kind, and nobody who keeps a journal.

use crate::{
    Context, Endpoint, Error, ErrorKind, Job, JobTicket, Kind, KindOutput as _, KindRequest as _, ModelSpec, Prepared,
    Result, Submitted, kind, prepare,
};
use std::{fmt, marker::PhantomData, sync::Arc};

/// A model that is run as kind `K`: two words and a marker, so a clone costs nothing.
///
/// The context that is bound to it is a template: each call begins its own deadline. Nothing is written down; whoever
/// needs that uses the engine, whose `Generator<K>` is the same with an owner.
pub struct Model<K: Kind> {
    endpoint: Arc<dyn Endpoint>,
    cx: Context,
    kind: PhantomData<fn() -> K>,
}

/// A [`Model`] that makes images from text.
pub type TextToImageModel = Model<kind::TextToImage>;
/// A [`Model`] that makes images from images.
pub type ImageToImageModel = Model<kind::ImageToImage>;
/// A [`Model`] that makes videos from text.
pub type TextToVideoModel = Model<kind::TextToVideo>;
/// A [`Model`] that makes videos from images.
pub type ImageToVideoModel = Model<kind::ImageToVideo>;
/// A [`Model`] that makes videos from videos.
pub type VideoToVideoModel = Model<kind::VideoToVideo>;
/// A [`Model`] that makes audio from text.
pub type TextToAudioModel = Model<kind::TextToAudio>;
/// A [`Model`] that makes audio from audio.
pub type AudioToAudioModel = Model<kind::AudioToAudio>;
/// A [`Model`] that takes and returns JSON.
pub type RawModel = Model<kind::Raw>;

impl<K: Kind> Model<K> {
    /// Binds an endpoint and a template of a context.
    ///
    /// # Errors
    /// `KindMismatch` when the endpoint is bound for another kind.
    pub fn new(endpoint: Arc<dyn Endpoint>, cx: Context) -> Result<Self> {
        if endpoint.kind() != K::KIND {
            let message = format!("`{}` is bound as {}, not as {}", endpoint.spec().id, endpoint.kind(), K::KIND);
            return Err(Error::new(ErrorKind::KindMismatch, message));
        }
        Ok(Self { endpoint, cx, kind: PhantomData })
    }

    /// The endpoint, for code that knows the kind at run time only.
    pub fn endpoint(&self) -> &Arc<dyn Endpoint> {
        &self.endpoint
    }

    /// What is known about the model.
    pub fn spec(&self) -> &Arc<ModelSpec> {
        self.endpoint.spec()
    }

    /// The bound template.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// The same model with another template: a server makes one for each request that it serves.
    pub fn with_context(&self, cx: Context) -> Self {
        Self { endpoint: Arc::clone(&self.endpoint), cx, kind: PhantomData }
    }

    /// Maps, validates and measures a request; nothing is sent.
    ///
    /// # Errors
    /// See [`prepare`].
    pub async fn prepare(&self, request: impl Into<K::Request>) -> Result<Prepared> {
        let request = request.into().into_request();
        prepare(&self.endpoint, &self.cx.begin(), &request).await
    }

    /// Prepares, uploads the inputs and submits once.
    ///
    /// The paid call runs to its end on the context's spawner, also when the returned future is dropped or the call's
    /// deadline passes; without a spawner it ends with the future.
    ///
    /// # Errors
    /// Those of [`prepare`] and [`Prepared::upload`] before anything is sent; `SubmitUnknown` when the paid call left and
    /// its answer was lost, which is never repeated.
    pub async fn submit(&self, request: impl Into<K::Request>) -> Result<Submitted> {
        let cx = self.cx.begin();
        prepare(&self.endpoint, &cx, &request.into().into_request()).await?.submit(&cx).await
    }

    /// Submits and waits for the output.
    ///
    /// # Errors
    /// Those of [`Model::submit`] and [`Job::wait`].
    pub async fn run(&self, request: impl Into<K::Request>) -> Result<K::Output> {
        let cx = self.cx.begin();
        let prepared = prepare(&self.endpoint, &cx, &request.into().into_request()).await?;
        let submitted = Box::pin(prepared.submit(&cx)).await?;
        Ok(K::Output::from_output(submitted.finish(&cx).await?))
    }

    /// Finds a job again by its ticket, without any call.
    ///
    /// # Errors
    /// `Unsupported` where the model has no jobs, `InvalidInput` for a ticket of another model or kind.
    pub fn resume(&self, ticket: JobTicket) -> Result<Job> {
        self.endpoint.resume(ticket)
    }
}

impl<K: Kind> Clone for Model<K> {
    fn clone(&self) -> Self {
        self.with_context(self.cx.clone())
    }
}

impl<K: Kind> fmt::Debug for Model<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("id", &self.endpoint.spec().id).field("kind", &K::KIND).finish_non_exhaustive()
    }
}
