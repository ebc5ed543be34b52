//! `mediagen price`: the unit price, and what this very input would cost.

use crate::{
    args::{Global, PriceArgs},
    commands::generate::{capped, over_budget},
    engine::engine,
    generate::{Split, bind, request},
    interrupt,
    progress::Progress,
    report::{Head, PricePart, PriceReport, UnitPriceReport},
    ui,
};
use mediagen::{
    Mediagen,
    core::{
        Endpoint, ErrorKind, Estimate, FieldProblem, Input, Note, Place, Plan, Prepared, Price, PriceUnit, ProblemCode,
        Request, Result, Role, UnitCount, prepare,
    },
};
use std::{process::ExitCode, sync::Arc};

/// Reads the price, and estimates the cost; no model is run.
pub(crate) async fn run(global: &Global, arguments: PriceArgs) -> Result<ExitCode> {
    let arguments = arguments.request;
    let request = request::canonical(&arguments)?;
    request::check_inputs(&request)?;
    let progress = Progress::new(global, &arguments.model);
    let engine = engine(global, interrupt::context(global)?)?;
    let endpoint = bind(&engine, &arguments, &request, true).await?;
    let split = match arguments.split_text {
        Some(most) => Split::of(&*endpoint, request, most)?,
        None => Split::none(request),
    };
    let prices = engine.prices(&endpoint).await?;
    let mut sketches = Vec::with_capacity(split.requests.len());
    for part in &split.requests {
        sketches.push(Sketch::of(&engine, &endpoint, part).await?);
    }
    let report = report(&endpoint, &split, &sketches, &prices);
    capped(&engine, &arguments).terms().check(&report.estimate).map_err(over_budget)?;
    progress.finish();
    ui::report(global, &report)?;
    Ok(ExitCode::SUCCESS)
}

/// Stands for a text that was not given.
const NO_TEXT: &str = "a text that is not given yet";
/// Stands for a file that was not given.
const NO_FILE: &str = "https://input.invalid/not-given-yet";
/// Text and inputs may be found missing one after another: by the kind, then by the model.
const ROUNDS: usize = 3;

/// What a request would send. A price may be asked for before there is a text or a file: these are left open, and nothing
/// else is made up.
struct Sketch(Plan);

impl Sketch {
    async fn of(engine: &Mediagen, endpoint: &Arc<dyn Endpoint>, request: &Request) -> Result<Self> {
        let (cx, fields) = (engine.context(), endpoint.fields());
        let (mut filled, mut open) = (request.clone(), Vec::new());
        for _ in 0..ROUNDS {
            match prepare(endpoint, cx, &filled).await {
                Err(error) if error.kind() == ErrorKind::InvalidInput => {
                    for problem in error.fields() {
                        if !fill(&mut filled, &mut open, problem, &fields) {
                            return Err(error);
                        }
                    }
                }
                outcome => return outcome.map(|prepared| Self::without(&prepared, &open)),
            }
        }
        prepare(endpoint, cx, request).await.map(|prepared| Self::without(&prepared, &[]))
    }

    /// The plan without what stands for something.
    fn without(prepared: &Prepared, open: &[&'static str]) -> Self {
        let mut plan = prepared.plan().clone();
        plan.body.retain(|_, value| {
            let text = value.to_string();
            !text.contains(NO_TEXT) && !text.contains(NO_FILE)
        });
        if open.contains(&"prompt") {
            let unknown =
                UnitCount::new(PriceUnit::ThousandCharacters, Err("there is no text to count yet".to_owned()));
            plan.quantities.retain(|count| count.unit != unknown.unit);
            plan.quantities.push(unknown);
        }
        let note = |option: &&'static str| Note::new(*option, (), (), "is not given, so it is left open");
        plan.notes.extend(open.iter().map(note));
        Self(plan)
    }
}

/// Puts something in the place of what `problem` says is missing; `false` where that is not possible.
fn fill(request: &mut Request, open: &mut Vec<&'static str>, problem: &FieldProblem, fields: &[Place]) -> bool {
    if !problem.is(&ProblemCode::Missing) {
        return false;
    }
    let field = fields.iter().find(|field| problem.path.starts_with(&field.field));
    let means = |option: &str| problem.path == option || field.is_some_and(|f| f.options.contains(&option));
    if means("prompt") && request.prompt.is_none() {
        request.prompt = Some(NO_TEXT.to_owned());
        open.push("prompt");
        return true;
    }
    let role = Role::ALL.iter().find(|role| means(role.as_str()) && !open.contains(&role.as_str()));
    let Some(role) = role else { return false };
    request.inputs.push(Input::new(*role, NO_FILE));
    open.push(role.as_str());
    true
}

fn report(endpoint: &Arc<dyn Endpoint>, split: &Split, sketches: &[Sketch], prices: &[Price]) -> PriceReport {
    let estimates: Vec<Estimate> = sketches.iter().map(|Sketch(plan)| endpoint.estimate(plan, prices)).collect();
    let total = Estimate::total(estimates.iter().cloned());
    let applies = |price: &&Price| sketches.first().is_some_and(|Sketch(plan)| price.applies(&plan.body));
    let parts = sketches.iter().zip(estimates).map(|(Sketch(plan), estimate)| PricePart::new(plan, estimate));
    let mut parts: Vec<PricePart> = parts.collect();
    let body = if parts.len() == 1 { parts.pop().map(|part| part.body) } else { None };
    PriceReport {
        head: Head::new("priced", endpoint),
        unit_price: prices.iter().find(applies).map(UnitPriceReport::from),
        notes: split.all_notes(sketches.iter().flat_map(|Sketch(plan)| &plan.notes)),
        body,
        parts,
        estimate: total,
    }
}
