//! An endpoint of the catalogue as the work of a runner.

use super::{Endpoint, traits};
use crate::work::{Schemas, Task};
use serde_json::{Value, json};

impl Endpoint {
    /// What a runner has to know of the endpoint.
    pub(crate) fn task(&self) -> Task {
        let known = traits(&self.id);
        Task {
            schemas: self.openapi.as_ref().map(schemas),
            category: self.category().to_owned(),
            behaviour: known.map(|known| known.behaviour.clone()),
            nameless: known.is_some_and(|known| known.nameless),
            unit: self.price.as_ref().map_or("requests", |price| price.unit.as_str()).to_owned(),
        }
    }

    /// The category of the metadata, otherwise of the document, otherwise `unknown`.
    fn category(&self) -> &str {
        let listed = self.metadata.get("category").and_then(Value::as_str);
        let written = || self.openapi.as_ref()?.pointer("/info/x-fal-metadata/category")?.as_str();
        listed.or_else(written).unwrap_or("unknown")
    }
}

/// The schemas of a queue document: of the body that the only path without a request id takes, and of what the path
/// that ends in the request id answers (protocol 7.5).
fn schemas(document: &Value) -> Schemas {
    let paths = || document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let mut posts = paths().filter(|(path, _)| !path.contains("{request_id}"));
    let body = posts.find_map(|(_, methods)| methods.get("post")).and_then(|post| post.get("requestBody"));
    let input = body.and_then(|body| body.pointer("/content/application~1json/schema"));
    let mut results = paths().filter(|(path, _)| path.ends_with("/requests/{request_id}"));
    let answer = results.find_map(|(_, methods)| methods.get("get"));
    let output = answer.and_then(|answer| answer.pointer("/responses/200/content/application~1json/schema"));
    Schemas { root: document.clone(), input: input.cloned().unwrap_or_else(|| json!({})), output: output.cloned() }
}
