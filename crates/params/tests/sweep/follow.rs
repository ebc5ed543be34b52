//! An error mends its request: what it names is followed mechanically, and the endpoint accepts the result.

use crate::{
    ask::{self, role},
    catalogue::{self, Endpoint},
    judge, oracle,
};
use mediagen_core::{Error, FieldProblem, JsonMap, Options, Request, SchemaSource};
use mediagen_params::{Dialect, RuleBook, map, schema_from_openapi};
use serde_json::{Value, json};

/// Errors that may be followed before the endpoint has to accept.
const ROUNDS: usize = 2;

/// How an endpoint that refuses the plain request takes what its errors ask for.
enum Followed {
    Accepted(usize),
    Refused(String),
}

/// Follows only what the error says in its typed fields, never its words.
fn follow(request: &mut Request, error: &Error) {
    for field in error.fields() {
        if field.drop.is_empty() {
            match field.give.first() {
                Some(option) => give(request, option, field),
                None => own(request, field),
            }
        } else {
            field.drop.iter().for_each(|option| leave_out(request, option));
        }
    }
}

fn example(field: &FieldProblem) -> Option<Value> {
    field.expected.as_ref()?.example.clone()
}

fn own(request: &mut Request, field: &FieldProblem) {
    request.extra.extend(example(field).map(|example| (field.path.clone(), example)));
}

fn leave_out(request: &mut Request, option: &str) {
    if let Some(name) = option.strip_prefix("extra.") {
        request.extra.remove(name);
    } else if option == "prompt" {
        request.prompt = None;
    } else if let Some(role) = role(option) {
        request.inputs.retain(|input| input.role != role);
    } else {
        let mut options = request.options.to_map();
        options.remove(option);
        request.options = options_of(options).expect("fewer options are options");
    }
}

/// Gives an option: a file or words of one's own, else the error's example, else a usual value.
fn give(request: &mut Request, option: &str, field: &FieldProblem) {
    if let Some(role) = role(option) {
        return ask::add(request, Some(role));
    }
    if option == "prompt" {
        request.prompt = Some("a lighthouse at dusk".to_owned());
        return;
    }
    let usual = match option {
        "size" => json!("1024x768"),
        "aspect_ratio" => json!("16:9"),
        "resolution" => json!("720p"),
        "language" => json!("en"),
        "voice" => json!("Rachel"),
        _ => json!(1),
    };
    for value in example(field).into_iter().chain([usual]) {
        let mut options = request.options.to_map();
        options.insert(option.to_owned(), value);
        if let Some(options) = options_of(options) {
            request.options = options;
            return;
        }
    }
}

fn options_of(map: JsonMap) -> Option<Options> {
    serde_json::from_value(Value::Object(map)).ok()
}

/// `None` where the plain request is accepted at once.
fn followed(endpoint: &Endpoint, dialect: &Dialect<'_>) -> Option<Followed> {
    let input = endpoint.input()?;
    let schema = schema_from_openapi(&endpoint.document, SchemaSource::Live).unwrap();
    let mut request = ask::plain(endpoint.kind, &oracle::leaves(&endpoint.document, input));
    let mut rounds = 0;
    loop {
        match map(&request, endpoint.kind, &schema, dialect, &[]) {
            Ok(_) if rounds == 0 => return None,
            Ok(mapped) => {
                // What the mapping accepts has to be what an independent validator accepts.
                let wrong = judge::violations(endpoint, &Value::from(mapped.body));
                let accepted = wrong.is_empty();
                return Some(if accepted { Followed::Accepted(rounds) } else { Followed::Refused(wrong.join("; ")) });
            }
            Err(error) if rounds == ROUNDS => return Some(Followed::Refused(error.to_string())),
            Err(error) => follow(&mut request, &error),
        }
        rounds += 1;
    }
}

#[test]
fn what_an_error_names_mends_the_request() {
    let Some(endpoints) = catalogue::endpoints() else {
        return println!("skipped: MEDIAGEN_FAL_DATA is not set, so nothing was measured");
    };
    let book = RuleBook::parse(crate::RULES).unwrap();
    let (mut accepted, mut refused, mut rest) = ([0_u32; ROUNDS], 0_u32, Vec::new());
    for endpoint in &endpoints {
        match followed(endpoint, &crate::dialect(&book, &endpoint.id)) {
            None => continue,
            Some(Followed::Accepted(rounds)) => accepted[rounds - 1] += 1,
            Some(Followed::Refused(why)) => rest.push(format!("{}: {why}", endpoint.id)),
        }
        refused += 1;
    }
    let share = f64::from(accepted.iter().sum::<u32>()) / f64::from(refused);
    println!("{refused} endpoints refuse the plain request; accepted after one error, and after two: {accepted:?}");
    for line in &rest {
        println!("REST {line}");
    }
    assert!(refused >= 50, "only {refused} endpoints refuse the plain request");
    assert!(share >= 0.95, "only {:.1} % accept what their errors ask for: {rest:#?}", share * 100.0);
}
