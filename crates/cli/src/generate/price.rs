//! `mediagen price`: the unit price, and what this very input would cost.

use super::{
    LongText, Prices, Split,
    cost::{self, priced},
    head, planned, report, request,
};
use crate::{
    args::{Global, PriceArgs},
    interrupt,
    progress::Progress,
    ui,
};
use mediagen::core::{
    Error, ErrorKind, Estimate, Input, MediaInput, Note, Plan, ProblemCode, Request, Result, Role, Settings, UnitPrice,
};
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc};

/// Asks for the price, and works the cost out; no model is asked for anything.
pub(crate) async fn run(global: &Global, arguments: PriceArgs) -> Result<ExitCode> {
    let arguments = arguments.request;
    let request = request::canonical(&arguments)?;
    request::check_inputs(&request)?;
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect(&global.provider, &Settings::new())?;
    provider.check_credentials()?;
    let progress = Arc::new(Progress::new(global, &arguments.model));
    let cx = interrupt::context(global)?;
    let outcome = async {
        let spec = cx.until_cancelled(provider.describe(&cx, &arguments.model)).await??;
        let kind = request::choose_kind(&spec, arguments.kind, &request);
        let prices = Prices::kept(&provider);
        let long = LongText {
            registry: &registry,
            provider: &provider,
            spec: &spec,
            asked: &arguments.model,
            kind,
            cx: &cx,
            prices: &prices,
        };
        let split = arguments.split_text.map(|most| long.split(&request, most)).transpose()?;
        let price = long.offer().price().await?;
        let parts = split.as_ref().map_or(std::slice::from_ref(&request), |split| &split.parts);
        let mut plans = Vec::with_capacity(parts.len());
        for part in parts {
            plans.push(sketched(&long, part).await?);
        }
        document(&long, parts, &plans, price.as_ref(), split.as_ref(), arguments.max_cost).await
    };
    let document = outcome.await;
    progress.finish();
    let document = document?;
    ui::result(global, &document, &text(&document))?;
    Ok(ExitCode::SUCCESS)
}

/// Stands for a text that is not given.
const NO_TEXT: &str = "a text that is not given yet";
/// Stands for a file that is not given.
const NO_FILE: &str = "https://input.invalid/not-given-yet";
/// Text and inputs may be found missing one after another: by the kind, then by the model.
const ROUNDS: usize = 3;

/// What `request` would send. A price may be asked for before there is a text or a file: these are left open, and
/// nothing else is made up.
async fn sketched(long: &LongText<'_>, request: &Request) -> Result<Plan> {
    let places = long.provider.places(long.spec, long.kind);
    let (mut filled, mut open) = (request.clone(), Vec::new());
    for _ in 0..ROUNDS {
        let planned = planned(long.registry, long.provider, long.spec, long.kind, filled.clone(), long.cx).await;
        let error = match planned {
            Err(error) if error.kind() == ErrorKind::InvalidInput => error,
            outcome => return outcome.map(|plan| without(plan, &open)),
        };
        for problem in error.fields() {
            let missing = problem.is(&ProblemCode::Missing);
            let place = places.iter().find(|place| problem.path.starts_with(&place.field));
            let means = |option: &str| problem.path == option || place.is_some_and(|p| p.options.contains(&option));
            if missing && means("prompt") && filled.prompt.is_none() {
                filled.prompt = Some(NO_TEXT.to_owned());
                open.push("prompt");
                continue;
            }
            let role = Role::ALL.iter().find(|role| missing && means(role.as_str()));
            let Some(role) = role.filter(|role| !open.contains(&role.as_str())) else { return Err(error) };
            filled.inputs.push(Input::new(*role, NO_FILE.parse::<MediaInput>()?));
            open.push(role.as_str());
        }
    }
    planned(long.registry, long.provider, long.spec, long.kind, request.clone(), long.cx).await
}

/// `plan` without what stands for something.
fn without(mut plan: Plan, open: &[&'static str]) -> Plan {
    if open.is_empty() {
        return plan;
    }
    if let Some(body) = plan.body.as_object_mut() {
        body.retain(|_, value| {
            let text = value.to_string();
            !text.contains(NO_TEXT) && !text.contains(NO_FILE)
        });
    }
    let note = |option: &&'static str| Note::new(*option, Value::Null, Value::Null, "is not given, so it is left open");
    plan.notes.extend(open.iter().map(note));
    plan
}

async fn document(
    long: &LongText<'_>,
    parts: &[Request],
    plans: &[Plan],
    price: Option<&UnitPrice>,
    split: Option<&Split>,
    most: Option<f64>,
) -> Result<Value> {
    let mut estimates = Vec::with_capacity(parts.len());
    for (request, plan) in parts.iter().zip(plans) {
        estimates.push(match priced(Ok(price.cloned())) {
            Ok(price) => long.offer().estimate(request, &plan.body, &price).await,
            Err(unknown) => unknown,
        });
    }
    let total = Estimate::total(estimates.iter().cloned());
    if let Some(most) = most {
        cost::within(&total, most)?;
    }
    let mut document = head("priced", long.provider, long.spec, long.kind);
    document["unit_price"] =
        price.map_or(Value::Null, |p| json!({"amount": p.amount, "unit": p.unit.as_str(), "currency": p.currency}));
    let mut notes: Vec<&Note> = split.iter().flat_map(|split| &split.notes).collect();
    for note in plans.iter().flat_map(|plan| &plan.notes) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    document["notes"] = json!(notes);
    document["body"] = Value::Null;
    if let [plan] = plans {
        document["body"] = plan.body.clone();
    } else {
        let part =
            |(plan, estimate): (&Plan, &Estimate)| json!({"body": plan.body, "estimate": cost::document(estimate)});
        document["parts"] = plans.iter().zip(&estimates).map(part).collect();
    }
    document["estimate"] = cost::document(&total);
    Ok(document)
}

fn text(document: &Value) -> String {
    let word = |value: &Value| ui::plain(value.as_str().unwrap_or_default());
    let price = &document["unit_price"];
    let unit = match price["amount"].as_f64() {
        Some(amount) => format!("{amount} {} for one {}", word(&price["currency"]), word(&price["unit"])),
        None => "not told".to_owned(),
    };
    let estimate = &document["estimate"];
    let (amount, _) =
        report::money(estimate).split_once(" (").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
    let rows = [
        ("model", word(&document["model"])),
        ("kind", word(&document["kind"])),
        ("unit price", unit),
        ("this input", amount),
        ("because", word(&estimate["why"])),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let mut lines = vec![ui::table(&rows).trim_end().to_owned()];
    lines.extend(report::notes(document));
    lines.join("\n")
}
