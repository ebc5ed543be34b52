//! Endpoints by their ids.

use super::invalid;
use crate::{
    fal::{
        answer::platform_error,
        catalogue::{Catalogue, Endpoint},
    },
    wire::{Answer, Call},
};

/// Most ids of one lookup.
const LOOKUP_LIMIT: usize = 50;

/// The endpoints that `endpoint_id` names, repeated or separated by commas; `None` without the parameter.
pub(super) fn lookup<'a>(catalogue: &'a Catalogue, call: &Call) -> Result<Option<Vec<&'a Endpoint>>, Answer> {
    let given = call.query().into_iter().filter(|(name, _)| name == "endpoint_id" || name == "endpoint_id[]");
    let values: Vec<String> = given.map(|(_, value)| value).collect();
    let ids: Vec<&str> = values.iter().flat_map(|v| v.split(',')).map(str::trim).filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    if ids.len() > LOOKUP_LIMIT {
        return Err(invalid("endpoint_id takes 1 to 50 ids"));
    }
    let find = |id: &&str| {
        catalogue.get(id).ok_or_else(|| platform_error(404, "not_found", &format!("Endpoint not found: {id}")))
    };
    ids.iter().map(find).collect::<Result<Vec<_>, _>>().map(Some)
}
