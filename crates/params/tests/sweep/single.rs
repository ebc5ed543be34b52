//! One option at a time: it is in the body, or a note speaks of it.

use crate::{ask, catalogue::Endpoint, oracle};
use mediagen_core::{JsonMap, ModelKind, Options, Request, Schema, SchemaSource};
use mediagen_params::{Rule, map, schema_from_openapi};
use serde_json::{Map, Value};

/// Every option of the rich request, alone.
fn alone(kind: ModelKind) -> Vec<(String, Options)> {
    let all = ask::rich(kind, &[]).options.to_map();
    let one = |(name, value): (String, Value)| {
        let map: JsonMap = Map::from_iter([(name.clone(), value)]);
        (name, serde_json::from_value(Value::Object(map)).unwrap())
    };
    all.into_iter().map(one).collect()
}

/// The request without options that the endpoint takes, and its schema.
fn bare(endpoint: &Endpoint, rules: &[&Rule]) -> Option<(Request, Schema)> {
    let input = endpoint.input()?;
    let schema = schema_from_openapi(&endpoint.document, SchemaSource::Live).unwrap();
    let mut request = ask::plain(endpoint.kind, &oracle::leaves(&endpoint.document, input));
    request.options = Options::default();
    let outcome = ask::complete(endpoint, request, &schema, rules);
    outcome.result.is_ok().then_some((outcome.request, schema))
}

/// The options that left no trace: the body is as if they had not been given, and no note says why.
pub(crate) fn silent(endpoint: &Endpoint, rules: &[&Rule]) -> Vec<String> {
    let Some((request, schema)) = bare(endpoint, rules) else { return Vec::new() };
    let without = map(&request, endpoint.kind, &schema, rules).unwrap();
    let mut silent = Vec::new();
    for (name, options) in alone(endpoint.kind) {
        let mut request = request.clone();
        let given = request.options.to_map().contains_key(&name);
        let mut all = request.options.to_map();
        all.extend(options.to_map());
        request.options = serde_json::from_value(Value::Object(all)).unwrap();
        // What makes the whole request impossible is an error, which is no silence.
        let Ok(with) = map(&request, endpoint.kind, &schema, rules) else { continue };
        let told = with.notes.iter().any(|note| note.option == name);
        if with.body == without.body && !told && !given {
            silent.push(format!("{}: {name}", endpoint.id));
        }
    }
    silent
}

/// Whether the rules change what any single option, or none, becomes at this endpoint.
pub(crate) fn changed_by(endpoint: &Endpoint, rules: &[&Rule], without: &[&Rule]) -> bool {
    let Some((request, schema)) = bare(endpoint, rules) else { return false };
    let differs = |request: &Request| {
        let (with, without) =
            (map(request, endpoint.kind, &schema, rules), map(request, endpoint.kind, &schema, without));
        match (with, without) {
            (Ok(with), Ok(without)) => with.body != without.body,
            (with, without) => with.is_ok() != without.is_ok(),
        }
    };
    let set = |options: Options| {
        let mut request = request.clone();
        request.options = options;
        request
    };
    differs(&request) || alone(endpoint.kind).into_iter().any(|(_, options)| differs(&set(options)))
}
