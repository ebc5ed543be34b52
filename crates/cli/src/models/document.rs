//! The contract's document of `models`.

use super::{Found, date};
use mediagen::discovery::{Entry, Verdict};
use serde_json::{Value, json};

/// The document; with the report of the refresh where one was asked for.
pub(super) fn of(found: &Found, refreshed: bool) -> Value {
    let listed = &found.listed;
    let mut document = json!({
        "models": found.entries.iter().map(model).collect::<Vec<_>>(),
        "total": found.total,
        "source": listed.source,
        "fetched_at": date(listed.fetched_at),
        "stale": listed.stale,
    });
    if refreshed {
        document["report"] = json!(listed.report);
        document["diff"] = json!(found.diff);
    }
    if !found.near.is_empty() {
        document["did_you_mean"] = json!(found.near);
    }
    document
}

fn model(entry: &Entry) -> Value {
    let (spec, listing) = (&entry.spec, &entry.spec.listing);
    let capabilities = spec.capabilities.iter().map(|claim| {
        json!({
            "name": claim.capability.as_str(), "evidence": claim.evidence, "method": claim.method.as_str(),
            "confidence": claim.confidence,
        })
    });
    let unsupported = match &entry.verdict {
        Verdict::Unsupported(why) => Some(why),
        _ => None,
    };
    json!({
        "id": &*spec.id.name,
        "title": spec.title,
        "kind": spec.kinds.first().map(|kind| kind.as_str()),
        "kind_evidence": spec.kind_evidence,
        "unsupported": unsupported,
        "category": spec.category,
        "capabilities": capabilities.collect::<Vec<_>>(),
        "status": status(entry),
        "price": entry.price(),
        "description": listing.description,
        "tags": listing.tags,
        "group": listing.group,
        "licence": listing.licence,
        "takes": entry.takes,
        "schema": entry.schema_digest,
    })
}

/// The provider's word for its state; `deprecated` wherever it says so in another way.
pub(super) fn status(entry: &Entry) -> Option<&str> {
    if entry.spec.deprecated { Some("deprecated") } else { entry.spec.listing.status.as_deref() }
}
