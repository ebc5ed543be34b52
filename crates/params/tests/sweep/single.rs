//! One option at a time: it is in the body, or a note speaks of it.

use crate::{ask, catalogue::Endpoint, oracle};
use mediagen_core::{JsonMap, ModelKind, Options, Request, Role, Schema, SchemaSource};
use mediagen_params::{Dialect, map, schema_from_openapi};
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
fn bare(endpoint: &Endpoint, dialect: &Dialect<'_>) -> Option<(Request, Schema)> {
    let input = endpoint.input()?;
    let schema = schema_from_openapi(&endpoint.document, SchemaSource::Live).unwrap();
    let mut request = ask::plain(endpoint.kind, &oracle::leaves(&endpoint.document, input));
    request.options = Options::default();
    let outcome = ask::complete(endpoint, request, &schema, dialect);
    outcome.result.is_ok().then_some((outcome.request, schema))
}

/// The options that left no trace: the body is as if they had not been given, and no note says why.
pub(crate) fn silent(endpoint: &Endpoint, dialect: &Dialect<'_>) -> Vec<String> {
    let Some((request, schema)) = bare(endpoint, dialect) else { return Vec::new() };
    let without = map(&request, endpoint.kind, &schema, dialect, &[]).unwrap();
    let mut silent = Vec::new();
    for (name, options) in alone(endpoint.kind) {
        let mut request = request.clone();
        let given = request.options.to_map().contains_key(&name);
        let mut all = request.options.to_map();
        all.extend(options.to_map());
        request.options = serde_json::from_value(Value::Object(all)).unwrap();
        // What makes the whole request impossible is an error, which is no silence.
        let Ok(with) = map(&request, endpoint.kind, &schema, dialect, &[]) else { continue };
        let told = with.notes.iter().any(|note| note.option == name);
        if with.body == without.body && !told && !given {
            silent.push(format!("{}: {name}", endpoint.id));
        }
    }
    silent
}

/// Whether the rules change what no option, a single one or a single file becomes at this endpoint; also where its
/// document stops saying what is required, which is no guide that a rule may lean on.
pub(crate) fn changed_by(endpoint: &Endpoint, dialect: &Dialect<'_>, without: &Dialect<'_>) -> bool {
    let Some((request, schema)) = bare(endpoint, dialect) else { return false };
    let mut lax = schema.clone();
    lax.inputs.iter_mut().for_each(|field| field.required = false);
    let differs = |request: &Request| {
        [&schema, &lax].into_iter().any(|schema| {
            let with = map(request, endpoint.kind, schema, dialect, &[]);
            match (with, map(request, endpoint.kind, schema, without, &[])) {
                (Ok(with), Ok(without)) => with.body != without.body,
                (with, without) => with.is_ok() != without.is_ok(),
            }
        })
    };
    let set = |options: Options| {
        let mut request = request.clone();
        request.options = options;
        request
    };
    let options = alone(endpoint.kind).into_iter().map(|(_, options)| set(options));
    let files = Role::ALL.iter().map(|role| ask::with(request.clone(), *role, 0));
    differs(&request) || options.chain(files).any(|request| differs(&request))
}

/// Mapping twice is mapping once: the body, given back as the model's own fields, is the body, and there is nothing to say.
pub(crate) fn again(endpoint: &Endpoint, dialect: &Dialect<'_>) -> Option<String> {
    let input = endpoint.input()?;
    let schema = schema_from_openapi(&endpoint.document, SchemaSource::Live).unwrap();
    let request = ask::rich(endpoint.kind, &oracle::leaves(&endpoint.document, input));
    let once = ask::complete(endpoint, request, &schema, dialect).result.ok()?;
    let mut request = Request::new();
    request.extra.clone_from(&once.body);
    match map(&request, endpoint.kind, &schema, dialect, &[]) {
        Ok(twice) if twice.body == once.body && twice.notes.is_empty() => None,
        Ok(twice) => Some(format!("{}: {:?} became {:?}, {:?}", endpoint.id, once.body, twice.body, twice.notes)),
        Err(error) => Some(format!("{}: {:?}", endpoint.id, error.fields())),
    }
}
