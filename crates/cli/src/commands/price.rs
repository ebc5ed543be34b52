//! `mediagen price`: the unit price, and what this very input would cost.

use crate::{
    args::{Global, PriceArgs},
    generate::{Prices, Split, Work, cost, request},
    interrupt,
    progress::Progress,
    report::{Head, PricePart, PriceReport, UnitPriceReport},
    ui,
};
use mediagen::core::{
    Error, ErrorKind, Estimate, FieldProblem, Input, Note, Place, Plan, Prepared, Price, PriceUnit, ProblemCode,
    Request, Result, Role, Settings, UnitCount,
};
use std::{process::ExitCode, sync::Arc};

/// Reads the price, and estimates the cost; no model is run.
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
        let spec = cx.bounded(provider.describe(&cx, &arguments.model)).await??;
        let kind = request::choose_kind(&spec, arguments.kind, &request);
        let endpoint = registry.bind(&provider, spec, kind)?;
        let prices = Prices::kept(&provider);
        let work = Work { provider: &provider, endpoint: &endpoint, name: &arguments.model, cx: &cx, prices: &prices };
        let split = match arguments.split_text {
            Some(most) => Split::of(&*endpoint, request, most)?,
            None => Split::none(request),
        };
        let published = work.prices().await?;
        let mut sketches = Vec::with_capacity(split.requests.len());
        for part in &split.requests {
            sketches.push(Sketch::of(&work, part).await?);
        }
        report(&work, &split, &sketches, &published, arguments.max_cost)
    };
    let report = outcome.await;
    progress.finish();
    let report = report?;
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
    async fn of(work: &Work<'_>, request: &Request) -> Result<Self> {
        let fields = work.endpoint.fields();
        let (mut filled, mut open) = (request.clone(), Vec::new());
        for _ in 0..ROUNDS {
            match work.prepare(std::slice::from_ref(&filled)).await {
                Err(error) if error.kind() == ErrorKind::InvalidInput => {
                    for problem in error.fields() {
                        if !fill(&mut filled, &mut open, problem, &fields) {
                            return Err(error);
                        }
                    }
                }
                outcome => return outcome.map(|prepared| Self::without(prepared, &open)),
            }
        }
        work.prepare(std::slice::from_ref(request)).await.map(|prepared| Self::without(prepared, &[]))
    }

    /// The plan of the only prepared request, without what stands for something.
    fn without(prepared: Vec<Prepared>, open: &[&'static str]) -> Self {
        let [prepared] = <[Prepared; 1]>::try_from(prepared).unwrap_or_else(|_| unreachable!("one was prepared"));
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

fn report(
    work: &Work<'_>,
    split: &Split,
    sketches: &[Sketch],
    prices: &[Price],
    most: Option<f64>,
) -> Result<PriceReport> {
    let estimates: Vec<Estimate> = sketches.iter().map(|Sketch(plan)| work.endpoint.estimate(plan, prices)).collect();
    let total = Estimate::total(estimates.iter().cloned());
    if let Some(most) = most {
        cost::within(&total, most)?;
    }
    let applies = |price: &&Price| sketches.first().is_some_and(|Sketch(plan)| price.applies(&plan.body));
    let parts = sketches.iter().zip(estimates).map(|(Sketch(plan), estimate)| PricePart::new(plan, estimate));
    let mut parts: Vec<PricePart> = parts.collect();
    let body = if parts.len() == 1 { parts.pop().map(|part| part.body) } else { None };
    Ok(PriceReport {
        head: Head::new("priced", work.endpoint),
        unit_price: prices.iter().find(applies).map(UnitPriceReport::from),
        notes: split.all_notes(sketches.iter().flat_map(|Sketch(plan)| &plan.notes)),
        body,
        parts,
        estimate: total,
    })
}
