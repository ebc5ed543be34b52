//! The request of [`Raw`](crate::kind::Raw).

use super::Request;
use crate::{Delivery, JsonMap, KindRequest};
use serde::{Deserialize, Serialize};

/// Any endpoint's own JSON: nothing is mapped, nothing is checked beyond the endpoint's schema.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RawRequest {
    /// The body, field by field.
    pub body: JsonMap,
    /// What the canonical request carries besides the body: prompt, inputs and options are mapped where given.
    #[serde(default)]
    pub request: Request,
}

impl RawRequest {
    /// A request with this body.
    pub fn new(body: JsonMap) -> Self {
        Self { body, request: Request::new() }
    }

    /// Decides whether fields of `body` that the endpoint's schema does not have are passed on.
    pub fn with_allow_unknown(mut self, allow: bool) -> Self {
        self.request.allow_unknown = allow;
        self
    }

    /// Decides how the provider handles the job.
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.request.delivery = delivery;
        self
    }
}

impl From<JsonMap> for RawRequest {
    fn from(body: JsonMap) -> Self {
        Self::new(body)
    }
}

impl KindRequest for RawRequest {
    fn into_request(self) -> Request {
        let mut request = self.request;
        request.extra.extend(self.body);
        request
    }
}
