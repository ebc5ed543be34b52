//! The fourth rung: a language model for what category, schema and rules leave coarse.
//!
//! It is optional and never on the critical path. It sees names, words and field names, never a page; its answer is
//! parsed strictly and can only pick from closed lists for the very models that were asked about.

mod answer;
pub mod openrouter;
mod question;

pub use answer::Answer;
pub use question::Question;

use crate::classify::Verdict;
use async_trait::async_trait;
use mediagen_core::{
    CapabilityEvidence, Context, Error, ErrorKind, Event, KindEvidence, Method, ModelSpec, Result, category,
};
use std::fmt::Debug;

/// Something that can read a few words about models and say what they are.
#[async_trait]
pub trait Classifier: Debug + Send + Sync {
    /// Who answers, for evidence and reports.
    fn name(&self) -> String;

    /// One call about all of `questions`. Answers to some of them are a success; the order does not matter.
    ///
    /// # Errors
    /// `InvalidResponse` when the answer could not be understood: fewer questions at once may help. `QuotaExceeded`,
    /// `Unauthenticated`, `PermissionDenied` and `NotFound` when asking on is useless.
    async fn classify(&self, cx: &Context, questions: &[Question]) -> Result<Vec<Answer>>;
}

/// Most models in one call.
const BATCH: usize = 40;
/// Most characters of questions in one call: about eight thousand tokens.
const BATCH_CHARACTERS: usize = 32_000;
/// Fewest models in one call that are worth splitting after an answer that could not be read.
const SMALLEST_SPLIT: usize = 8;

/// What became of the fourth rung.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct LanguageReport {
    /// Models that were left coarse by the rungs above.
    pub coarse: usize,
    /// Calls that were made.
    pub calls: usize,
    /// Models that an answer told something new about.
    pub answered: usize,
    /// Models that stay coarse, each with the reason.
    pub failures: Vec<(String, String)>,
    /// Why no further call was made, if so.
    pub stopped: Option<String>,
}

/// Whether nothing about the very model is known beyond its category: something for a language model.
pub fn is_coarse(spec: &ModelSpec, verdict: &Verdict) -> bool {
    let shown = spec.capabilities.iter().any(|claim| claim.method != Method::Category);
    match verdict {
        Verdict::Open => true,
        Verdict::Known => !shown,
        Verdict::Unsupported(_) => false,
    }
}

/// Asks about every coarse model of `specs` (the ones whose index is in `coarse`) and adds what the answers say.
///
/// What is known stays: an answer adds a kind only to a model that has none, and purposes that no other rung gave.
/// Failures are in the report and never an error: discovery completes without this rung.
pub async fn refine(
    cx: &Context,
    classifier: &dyn Classifier,
    specs: &mut [ModelSpec],
    coarse: &[usize],
) -> LanguageReport {
    let mut report = LanguageReport { coarse: coarse.len(), ..LanguageReport::default() };
    let mut left: Vec<Vec<usize>> = batches(specs, coarse);
    left.reverse();
    while let Some(batch) = left.pop() {
        let questions: Vec<Question> = batch.iter().map(|index| Question::of(&specs[*index])).collect();
        let asked = cx.until_cancelled(classifier.classify(cx, &questions)).await;
        let reason = match asked {
            Ok(Ok(answers)) => {
                report.calls += 1;
                take(specs, &batch, &answers, &classifier.name(), &mut report);
                continue;
            }
            Ok(Err(error)) if error.kind() == ErrorKind::InvalidResponse => {
                report.calls += 1;
                if batch.len() > SMALLEST_SPLIT {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    left.extend([second.to_vec(), first.to_vec()]);
                    continue;
                }
                error.to_string()
            }
            Ok(Err(error)) => {
                report.calls += usize::from(error.http_status().is_some());
                let reason = error.to_string();
                if stops(&error) {
                    report.stopped = Some(reason.clone());
                    let untold = std::mem::take(&mut left).into_iter().flatten();
                    let names = untold.map(|index| (specs[index].id.name.to_string(), "not asked".to_owned()));
                    report.failures.extend(names);
                }
                reason
            }
            Err(cancelled) => {
                left.clear();
                report.stopped = Some(cancelled.to_string());
                cancelled.to_string()
            }
        };
        cx.emit(Event::Warning(format!("{} models stay coarse: {reason}", batch.len())));
        report.failures.extend(batch.iter().map(|index| (specs[*index].id.name.to_string(), reason.clone())));
    }
    report
}

/// Whether a further call would fail the same way.
fn stops(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::QuotaExceeded
            | ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::Config
            | ErrorKind::Cancelled
    )
}

/// The coarse models in parts that one call can hold.
fn batches(specs: &[ModelSpec], coarse: &[usize]) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut characters = 0;
    for index in coarse.iter().copied().filter(|index| *index < specs.len()) {
        let length = Question::of(&specs[index]).characters();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH && characters + length <= BATCH_CHARACTERS => {
                batch.push(index);
                characters += length;
            }
            _ => {
                batches.push(vec![index]);
                characters = length;
            }
        }
    }
    batches
}

fn take(specs: &mut [ModelSpec], batch: &[usize], answers: &[Answer], name: &str, report: &mut LanguageReport) {
    for index in batch {
        let spec = &mut specs[*index];
        match answers.iter().find(|answer| answer.id == *spec.id.name) {
            Some(answer) if add(spec, answer, name) => report.answered += 1,
            Some(_) => {}
            None => report.failures.push((spec.id.name.to_string(), "the answer does not tell of it".to_owned())),
        }
    }
}

/// Adds what is new, and tells whether anything was.
fn add(spec: &mut ModelSpec, answer: &Answer, name: &str) -> bool {
    let mut added = false;
    let given = answer.category.as_deref().and_then(category::lookup);
    if let (true, Some(row)) = (spec.kinds.is_empty(), given) {
        spec.kinds.push(row.kind);
        let sure = Method::LanguageModel.usual_confidence();
        spec.kind_evidence.push(KindEvidence::new(row.kind, Method::LanguageModel, name, sure));
        let promised = row.capabilities.iter();
        spec.capabilities.extend(promised.map(|c| CapabilityEvidence::new(*c, Method::Category, row.category)));
        added = true;
    }
    for purpose in &answer.purposes {
        let known = |claim: &CapabilityEvidence| claim.capability == *purpose && claim.method != Method::Category;
        if !spec.capabilities.iter().any(known) {
            spec.capabilities.push(CapabilityEvidence::new(*purpose, Method::LanguageModel, name));
            added = true;
        }
    }
    added
}

#[cfg(test)]
mod tests;
