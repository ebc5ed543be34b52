//! Maps a plain and a rich request onto every endpoint of a catalogue snapshot, and judges the bodies by other means.
//!
//! The data is not part of this repository: `MEDIAGEN_FAL_DATA` names the folder that holds `catalogue.jsonl.gz`, one JSON
//! object a line with `endpoint_id`, `metadata.category` and `openapi`. Without it the tests say so and pass.
//!
//! Two judges, neither of which uses the code under test: the `jsonschema` crate says whether a body is valid, and the
//! [`oracle`] says, from the words of the endpoint's own names, which wishes could be expressed and whether they were.
//! A fifth of the endpoints, by a hash of their names, is held back while tables are written, and reported apart.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that prints its table")]

mod ask;
mod catalogue;
mod judge;
mod oracle;
mod report;

use ask::{Outcome, complete};
use catalogue::Endpoint;
use mediagen_core::{FieldProblem, ModelKind, Request, SchemaSource};
use mediagen_params::{RuleBook, schema_from_openapi};
use oracle::{Leaf, Miss};
use report::Row;
use serde_json::Value;

/// The rules of the provider whose endpoints these are.
const RULES: &str = include_str!("../../../fal-provider/data/rules.toml");

type Ask = fn(ModelKind, &[Leaf<'_>]) -> Request;

/// Maps one request onto one endpoint and judges the body.
fn run(endpoint: &Endpoint, ask: Ask, rules: &RuleBook) -> Row {
    let mut row = Row::new(endpoint);
    let Some(input) = endpoint.input() else { return row };
    let schema = schema_from_openapi(&endpoint.document, SchemaSource::Live).expect("the document is read");
    let leaves = oracle::leaves(&endpoint.document, input);
    let request = ask(endpoint.kind, &leaves);
    let Outcome { request, result, own } = complete(endpoint, request, &schema, &rules.matching(&endpoint.id));
    row.has_schema = true;
    row.own = own;
    match result {
        Ok(mapped) => {
            let body = Value::from(mapped.body);
            row.violations = judge::violations(endpoint, &body);
            row.unknown = judge::unknown(endpoint, &body);
            (row.expressible, row.misses) = oracle::judge(&request, endpoint.kind, &leaves, &body);
        }
        Err(error) => {
            let why =
                error.fields().iter().map(|field| format!("{}: {}", field.path, field.message)).collect::<Vec<_>>();
            // To refuse what has no place is right, and said; to refuse what has one is not.
            let right = |field: &FieldProblem| {
                field.code.as_deref() == Some("unsupported")
                    && !oracle::has_place(&request, endpoint.kind, &leaves, &field.path)
            };
            if !error.fields().iter().all(right) {
                row.misses.push(Miss { option: "refused".into(), why: why.join("; ") });
            }
            row.refused = Some(why.join("; "));
        }
    }
    row
}

fn sweep(endpoints: &[Endpoint], ask: Ask) -> Vec<Row> {
    let rules = RuleBook::parse(RULES).unwrap();
    endpoints.iter().map(|endpoint| run(endpoint, ask, &rules)).collect()
}

/// Valid always, unknown fields never, and wishes honoured on so many of the endpoints of every kind.
fn hold(title: &str, rows: &[Row], share: f64) {
    println!("{}", report::table(title, rows));
    for row in rows {
        assert!(row.violations.is_empty(), "{}: {:?}", row.id, row.violations);
        assert!(row.unknown.is_empty(), "{}: unknown fields {:?}", row.id, row.unknown);
    }
    for (kind, honoured) in report::shares(rows) {
        assert!(
            honoured >= share,
            "{title}, {kind}: wishes honoured on only {:.1} % of the endpoints",
            honoured * 100.0
        );
    }
}

#[test]
fn a_034_plain_requests_are_valid_and_honoured_on_every_kind() {
    let Some(endpoints) = catalogue::endpoints() else { return println!("skipped: MEDIAGEN_FAL_DATA is not set") };
    hold("plain", &sweep(&endpoints, ask::plain), 0.98);
}

#[test]
fn a_034_rich_requests_are_valid_and_honoured_on_every_kind() {
    let Some(endpoints) = catalogue::endpoints() else { return println!("skipped: MEDIAGEN_FAL_DATA is not set") };
    hold("rich", &sweep(&endpoints, ask::rich), 0.95);
}
