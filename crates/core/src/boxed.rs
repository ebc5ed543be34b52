//! Short names for boxed types, and for a JSON object.

/// A boxed, sendable future.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A boxed, sendable stream.
pub type BoxStream<'a, T> = std::pin::Pin<Box<dyn futures_util::Stream<Item = T> + Send + 'a>>;
/// A boxed error of another crate, kept as the source of an [`Error`](crate::Error).
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// A JSON object: the model's own fields, by name.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;
