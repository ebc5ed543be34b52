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
mod follow;
mod judge;
mod oracle;
mod report;
mod single;

use ask::{Outcome, complete};
use catalogue::Endpoint;
use mediagen_core::{FieldProblem, ModelKind, ProblemCode, Request, SchemaSource};
use mediagen_params::{AliasTable, Dialect, Rule, RuleBook, schema_from_openapi};
use oracle::{Leaf, Miss};
use report::Row;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The rules of the provider whose endpoints these are.
const RULES: &str = include_str!("../../../fal-provider/data/rules.toml");
/// And its names for options.
const FIELDS: &str = include_str!("../../../fal-provider/data/fields.toml");

/// How the provider speaks to the model called `id`.
fn dialect<'a>(book: &'a RuleBook, id: &str) -> Dialect<'a> {
    static NAMES: LazyLock<AliasTable> = LazyLock::new(|| AliasTable::parse(FIELDS).unwrap());
    Dialect::new(&NAMES, book.matching(id))
}

type Ask = fn(ModelKind, &[Leaf<'_>]) -> Request;

/// Maps one request onto one endpoint and judges the body.
fn run(endpoint: &Endpoint, ask: Ask, rules: &RuleBook) -> Row {
    let mut row = Row::new(endpoint);
    let Some(input) = endpoint.input() else { return row };
    let schema = schema_from_openapi(&endpoint.document, SchemaSource::Live).expect("the document is read");
    let leaves = oracle::leaves(&endpoint.document, input);
    let request = ask(endpoint.kind, &leaves);
    let Outcome { request, result, own } = complete(endpoint, request, &schema, &dialect(rules, &endpoint.id));
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
                field.is(&ProblemCode::Unsupported) && !oracle::has_place(&request, endpoint.kind, &leaves, &field.path)
            };
            if !error.fields().iter().all(right) {
                row.misses.push(Miss { option: "refused".into(), why: why.join("; ") });
            }
            row.refused = Some(why.join("; "));
        }
    }
    row
}

/// Another value of the same type.
fn spoiled(value: &Value) -> Value {
    match value {
        Value::String(_) => json!("spoiled"),
        Value::Number(_) => json!(-12345),
        Value::Bool(flag) => json!(!flag),
        Value::Array(_) => json!([]),
        _ => json!({}),
    }
}

/// How many fields of the bodies could be taken away or changed, and how often the oracle saw it.
fn sabotage(endpoints: &[Endpoint]) -> (u32, u32, Vec<String>) {
    let rules = RuleBook::parse(RULES).unwrap();
    let (mut seen, mut all, mut unseen) = (0_u32, 0_u32, Vec::new());
    // One in four is enough, and four times as fast.
    for endpoint in endpoints.iter().step_by(4) {
        let Some(input) = endpoint.input() else { continue };
        let schema = schema_from_openapi(&endpoint.document, SchemaSource::Live).unwrap();
        let leaves = oracle::leaves(&endpoint.document, input);
        let asked = ask::rich(endpoint.kind, &leaves);
        let Outcome { request, result, own } = complete(endpoint, asked, &schema, &dialect(&rules, &endpoint.id));
        let Ok(mapped) = result else { continue };
        let misses = |body: &Value| oracle::judge(&request, endpoint.kind, &leaves, body).1.len();
        let body = Value::from(mapped.body);
        let honest = misses(&body);
        for (name, value) in body.as_object().unwrap() {
            if own.iter().any(|path| path.split('.').next() == Some(name)) {
                continue;
            }
            let (mut less, mut other) = (body.clone(), body.clone());
            less.as_object_mut().unwrap().remove(name);
            other[name] = spoiled(value);
            for worse in [less, other] {
                all += 1;
                if misses(&worse) > honest {
                    seen += 1;
                } else {
                    unseen.push(format!("{} {name}", endpoint.id));
                }
            }
        }
    }
    (seen, all, unseen)
}

/// The rows of a plain and of a rich request to every endpoint; computed once. `None` without the snapshot.
fn sweeps() -> Option<&'static [Vec<Row>; 2]> {
    static SWEEPS: LazyLock<Option<[Vec<Row>; 2]>> = LazyLock::new(|| {
        let rules = RuleBook::parse(RULES).unwrap();
        let endpoints = catalogue::endpoints()?;
        let rows = |ask: Ask| endpoints.iter().map(|endpoint| run(endpoint, ask, &rules)).collect();
        Some([rows(ask::plain), rows(ask::rich)])
    });
    SWEEPS.as_ref()
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

/// The same without the snapshot, on the emulator's own schemas.
#[test]
fn a_034_the_emulators_endpoints_get_valid_and_honoured_bodies() {
    let rules = RuleBook::parse(RULES).unwrap();
    let endpoints = catalogue::emulated();
    assert!(endpoints.len() >= 30, "only {} endpoints", endpoints.len());
    for (title, ask) in [("emulated plain", ask::plain as Ask), ("emulated rich", ask::rich)] {
        let rows: Vec<Row> = endpoints.iter().map(|endpoint| run(endpoint, ask, &rules)).collect();
        hold(title, &rows, 0.95);
    }
}

#[test]
fn a_034_plain_requests_are_valid_and_honoured_on_every_kind() {
    let Some([plain, _]) = sweeps() else { return println!("skipped: MEDIAGEN_FAL_DATA is not set") };
    hold("plain", plain, 0.98);
}

#[test]
fn a_034_rich_requests_are_valid_and_honoured_on_every_kind() {
    let Some([_, rich]) = sweeps() else { return println!("skipped: MEDIAGEN_FAL_DATA is not set") };
    hold("rich", rich, 0.95);
}

/// `docs/mapping.md` says what the sweep found; `MEDIAGEN_WRITE_DOCS=1` writes it anew.
#[test]
fn the_document_of_what_is_mapped_is_current() {
    let Some([plain, rich]) = sweeps() else { return println!("skipped: MEDIAGEN_FAL_DATA is not set") };
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mapping.md");
    let text = report::document(plain, rich);
    if std::env::var_os("MEDIAGEN_WRITE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "docs/mapping.md is out of date: run this test with MEDIAGEN_WRITE_DOCS=1");
}

/// A rule that matches no endpoint, or changes nothing at those that it matches, is out of date.
#[test]
fn every_rule_is_of_use() {
    let Some(endpoints) = catalogue::endpoints() else { return println!("skipped: MEDIAGEN_FAL_DATA is not set") };
    let book = RuleBook::parse(RULES).unwrap();
    for rule in book.rules() {
        let others = |other: &&&Rule| !std::ptr::eq(**other, rule);
        let useful = endpoints.iter().filter(|endpoint| rule.matches(&endpoint.id)).any(|endpoint| {
            let all = dialect(&book, &endpoint.id);
            let mut without = all.clone();
            without.rules = all.rules.iter().filter(others).copied().collect();
            single::changed_by(endpoint, &all, &without)
        });
        assert!(useful, "`{}` matches no endpoint of the snapshot, or changes nothing there", rule.model);
    }
}

/// Notes explain every difference: an option that changes nothing is spoken of.
#[test]
fn a_038_no_option_is_dropped_in_silence() {
    let book = RuleBook::parse(RULES).unwrap();
    let endpoints = catalogue::emulated().into_iter().chain(catalogue::endpoints().unwrap_or_default());
    let silent: Vec<String> = endpoints.flat_map(|row| single::silent(&row, &dialect(&book, &row.id))).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn mapping_twice_is_mapping_once() {
    let book = RuleBook::parse(RULES).unwrap();
    let endpoints = catalogue::emulated().into_iter().chain(catalogue::endpoints().unwrap_or_default());
    let other: Vec<String> = endpoints.filter_map(|row| single::again(&row, &dialect(&book, &row.id))).collect();
    assert!(other.is_empty(), "{other:#?}");
}

/// An oracle that sees nothing would be content with everything: a field that is taken away or changed has to be missed.
#[test]
fn the_oracle_misses_what_is_taken_away_or_changed() {
    let Some(endpoints) = catalogue::endpoints() else { return println!("skipped: MEDIAGEN_FAL_DATA is not set") };
    let (seen, all, unseen) = sabotage(&endpoints);
    let share = f64::from(seen) / f64::from(all);
    println!("the oracle saw {seen} of {all} changes ({:.1} %)", share * 100.0);
    if std::env::var_os("MEDIAGEN_SWEEP_SHOW").is_some() {
        for line in unseen {
            println!("UNSEEN {line}");
        }
    }
    assert!(share >= 0.95, "the oracle saw only {:.1} % of the changes", share * 100.0);
}
