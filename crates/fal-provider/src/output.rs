//! How fal's answers look (protocol 9.2); reading them is the kit's.

use crate::info::INFO;
use mediagen_provider_kit::output::AnswerShape;

/// Keys of the envelopes that wrap a result in some answers.
const ENVELOPE: &[&str] =
    &["data", "response", "status", "logs", "metrics", "request_id", "requestId", "error", "payload"];
/// Keys of an envelope that hold the result.
const WRAPPED: &[&str] = &["response", "data", "payload"];
/// Keys that name the images that the safety check replaced.
const FLAGS: &[&str] = &["has_nsfw_concepts", "nsfw_content_detected"];

/// The shape of every answer of a model.
pub(crate) fn shape() -> AnswerShape {
    AnswerShape::new(INFO.id.clone())
        .with_envelope(ENVELOPE, WRAPPED)
        .with_flags(FLAGS)
        .with_hint("run the endpoint as `raw` to see its whole answer")
}
