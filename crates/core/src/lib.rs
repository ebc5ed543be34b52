#![doc = include_str!("../README.md")]

pub mod capability;
pub mod catalogue;
pub mod category;
pub mod context;
pub mod error;
pub mod event;
pub mod evidence;
mod home;
pub mod job;
pub mod kind;
pub mod listing;
pub mod media;
pub mod model;
pub mod nearest;
pub mod note;
pub mod options;
pub mod output;
mod place;
pub mod price;
pub mod probe;
pub mod provider;
pub mod registry;
pub mod request;
pub mod schema;
mod sentences;

#[doc(hidden)]
pub use inventory;

pub use capability::{CapabilitySet, MediaCapability};
pub use catalogue::CatalogSource;
pub use context::{Clock, Context, Deadlines, OnDeadline, OnDrop, PollPolicy, Spawn};
pub use error::{Deadline, Dispatch, Error, ErrorKind, Expected, FieldProblem, ProblemCode, Result, Retry, chain};
pub use event::{Discovering, Event, Observer, Phase};
pub use evidence::{CapabilityEvidence, KindEvidence, Method};
pub use home::home;
pub use job::{CancelOutcome, Job, JobDriver, JobGuard, JobStatus, JobTicket, JobView, LogLine, Submitted};
pub use kind::{Kind, KindOutput, KindRequest, KindVisitor, Modality, ModelKind};
pub use listing::Listing;
pub use media::{Input, MediaInput, MediaStream, OpenStream, Role};
pub use model::{
    AudioToAudioModel, ImageToImageModel, ImageToVideoModel, MediaModel, MediaModelExt, Model, ModelId, ModelSpec,
    Plan, PlannedUpload, RawModel, TextToAudioModel, TextToImageModel, TextToVideoModel, VideoToVideoModel,
};
pub use note::{Note, Policy};
pub use options::{AspectRatio, Options, OutputFormat, Quality, Size};
pub use output::{Output, Part, PartSource, Usage, VideoComposition};
pub use place::Place;
pub use price::{Estimate, PriceUnit, Quantity, UnitPrice};
pub use probe::{FrameRate, MediaFacts, MediaProbe};
pub use provider::{Availability, Caps, ModelPage, ModelQuery, Provider, ProviderId, ProviderInfo, Settings, Uploaded};
pub use registry::{AnyModel, ModelEntry, ModelType, ProviderEntry, Registry, RegistryError};
pub use request::{
    AudioToAudioRequest, Delivery, ImageToImageRequest, ImageToVideoRequest, Priority, RawRequest, Request,
    TextToAudioRequest, TextToImageRequest, TextToVideoRequest, VideoToVideoRequest,
};
pub use schema::{Field, FieldType, MediaLimits, Schema, SchemaSource};
pub use sentences::sentences;

/// A boxed, sendable future.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A boxed, sendable stream.
pub type BoxStream<'a, T> = std::pin::Pin<Box<dyn futures_util::Stream<Item = T> + Send + 'a>>;
/// A boxed error of another crate, kept as the source of an [`Error`].
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// A JSON object: the model's own fields, by name.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;
