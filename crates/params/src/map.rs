//! Mapping.
use crate::{Mapped, Rule};
use mediagen_core::{Error, ErrorKind, ModelKind, Request, Result, Schema};

/// Turns a canonical request into the body of one endpoint.
///
/// # Errors
/// `InvalidInput` or `Unsupported` with every problem at once; nothing was sent.
pub fn map(_request: &Request, _kind: ModelKind, _schema: &Schema, _rules: &[&Rule]) -> Result<Mapped> {
    Err(Error::new(ErrorKind::Unexpected, "signatures only"))
}
