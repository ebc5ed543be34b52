#![doc = include_str!("../README.md")]

mod boxed;
pub mod capability;
pub mod catalogue;
pub mod category;
pub mod context;
pub mod endpoint;
pub mod error;
pub mod event;
pub mod evidence;
mod facts;
mod frame_rate;
mod home;
pub mod job;
pub mod kind;
pub mod listing;
pub mod media;
pub mod model;
pub mod money;
pub mod nearest;
pub mod note;
pub mod options;
pub mod output;
mod place;
pub mod plan;
pub mod pointer;
pub mod provider;
pub mod registry;
pub mod request;
pub mod schema;
mod sentences;
pub mod spec;
#[cfg(test)]
mod still;
pub mod webhook;

#[doc(hidden)]
pub use inventory;
pub use tokio_util::sync::CancellationToken;

pub use boxed::{BoxError, BoxFuture, BoxStream, JsonMap};
pub use capability::{CapabilitySet, MediaCapability};
pub use catalogue::CatalogSource;
pub use context::{Clock, Context, Deadlines, OnDeadline, OnDrop, PollPolicy, Spawn};
pub use endpoint::{Cancel, Caps, Endpoint, Flow, Layer, Lost, Reconciled, UploadCaps};
pub use error::{
    Deadline, Dispatch, Error, ErrorKind, Expected, FieldProblem, ProblemCode, Result, Retry, SubmitError,
    SubmitFailure, chain,
};
pub use event::{Discovering, Event, Observer, Phase};
pub use evidence::{CapabilityEvidence, KindEvidence, Method};
pub use facts::MediaFacts;
pub use frame_rate::FrameRate;
pub use home::home;
pub use job::{CancelOutcome, Job, JobDriver, JobGuard, JobStatus, JobTicket, JobView, LogLine, Submitted};
pub use kind::{Kind, KindOutput, KindRequest, Modality, ModelKind};
pub use listing::Listing;
pub use media::{Input, MediaInput, MediaStream, OpenStream, Role};
pub use model::{
    AudioToAudioModel, ImageToImageModel, ImageToVideoModel, Model, RawModel, TextToAudioModel, TextToImageModel,
    TextToVideoModel, VideoToVideoModel,
};
pub use money::{Condition, Count, Counted, Estimate, Money, Price, PriceUnit, Quantity, UnitCount, Usage};
pub use note::{Note, Policy};
pub use options::{AspectRatio, Options, OutputFormat, Quality, Size};
pub use output::{Output, Part, PartSource, VideoComposition};
pub use place::Place;
pub use plan::{Intent, MappedBy, Measured, Origin, Plan, Prepared, Ready, Sent, Slot, Stamp, Uploaded, Via, prepare};
pub use provider::{
    Address, AddressUse, Availability, ModelPage, ModelQuery, Provider, ProviderId, ProviderInfo, Settings,
};
pub use registry::{Binds, ModelEntry, ProviderEntry, Registry, RegistryError};
pub use request::{
    AudioToAudioRequest, Delivery, ImageToImageRequest, ImageToVideoRequest, RawRequest, Request, TextToAudioRequest,
    TextToImageRequest, TextToVideoRequest, VideoToVideoRequest,
};
pub use schema::{Field, FieldType, MediaLimits, Schema, SchemaSource};
pub use sentences::sentences;
pub use spec::{MatchLevel, ModelId, ModelSpec};
pub use webhook::{WebhookEvent, Webhooks};
