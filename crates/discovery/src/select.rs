//! Choosing a model, with reasons; and going on to the next one when the first cannot be had.

use crate::{Catalogue, Entry, Query};
use mediagen_core::{
    Availability, Dispatch, Error, ErrorKind, MatchLevel, Method, ModelId, Money, Price, ProviderId, Result,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a model is to be like.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Wish {
    /// What it must meet.
    pub query: Query,
    /// Never these models.
    pub exclude: BTreeSet<ModelId>,
    /// Never models of these providers.
    pub exclude_providers: BTreeSet<ProviderId>,
    /// The most that one unit may cost. A model without a known price, or with one in another currency, is not chosen.
    pub max_unit_price: Option<Money>,
    /// Prefer models of these providers: they run on machines of one's own.
    pub local: BTreeSet<ProviderId>,
    /// What is known of providers at this moment; one that is not named here counts as unknown.
    pub availability: BTreeMap<ProviderId, Availability>,
}

/// A model that meets a wish.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Choice {
    /// The model.
    pub entry: Arc<Entry>,
    /// The higher the better: see [`select`].
    pub score: i32,
    /// What the score is made of, in the order of counting.
    pub reasons: Vec<String>,
}

/// Points; the one for being shown outweighs all prices, and being reachable outweighs everything.
const BASE: i32 = 100;
const LOCAL: i32 = 50;
const SHOWN: i32 = 40;
const CHEAPEST: i32 = 25;
const DEPRECATED: i32 = -30;
const UNREACHABLE: i32 = -200;

/// The models of `catalogue` that meet `wish`, best first.
///
/// Every model starts with 100 points: 50 more for a local provider, 40 more where something about the very model shows
/// the purpose that was asked for, up to 25 more the cheaper it is among those with a price, 30 less when it is about to
/// be withdrawn, 200 less when its provider cannot be used right now. Equal ones stand in the order of the search.
///
/// # Errors
/// `NoProvider` when nothing meets the wish, saying how many each condition ruled out.
pub fn select(catalogue: &Catalogue, wish: &Wish) -> Result<Vec<Choice>> {
    let mut query = wish.query.clone();
    let limit = query.limit.take();
    let found = catalogue.find(&query);
    let admitted = found.len();
    let excluded = |entry: &&&Arc<Entry>| {
        !wish.exclude.contains(entry.id()) && !wish.exclude_providers.contains(&entry.id().provider)
    };
    let kept: Vec<&Arc<Entry>> = found.into_iter().filter(|entry| excluded(&entry)).collect();
    let after_exclusion = kept.len();
    let cheap = |entry: &&Arc<Entry>| wish.max_unit_price.as_ref().is_none_or(|most| entry.costs_at_most(most));
    let kept: Vec<&Arc<Entry>> = kept.into_iter().filter(cheap).collect();
    if kept.is_empty() {
        let message = format!(
            "no model meets the wish: {admitted} match, {} of them are excluded, {} cost too much or have no known price",
            admitted - after_exclusion,
            after_exclusion
        );
        return Err(Error::new(ErrorKind::NoProvider, message).with_hint("loosen a condition"));
    }
    let prices: Vec<Price> = kept.iter().filter_map(|entry| entry.price().cloned()).collect();
    let mut choices: Vec<Choice> = kept.into_iter().map(|entry| choice(entry, wish, &prices)).collect();
    choices.sort_by_key(|choice| -choice.score);
    choices.truncate(limit.unwrap_or(usize::MAX));
    Ok(choices)
}

fn choice(entry: &Arc<Entry>, wish: &Wish, prices: &[Price]) -> Choice {
    let mut choice = Choice { entry: Arc::clone(entry), score: BASE, reasons: Vec::new() };
    let mut count = |points: i32, reason: String| {
        choice.score += points;
        choice.reasons.push(format!("{points:+}: {reason}"));
    };
    let provider = &entry.id().provider;
    if wish.local.contains(provider) {
        count(LOCAL, format!("{provider} runs on a machine of one's own"));
    }
    let shown = wish.query.capability.filter(|(capability, _)| entry.spec.has(*capability, MatchLevel::Evidence));
    if let Some((capability, _)) = shown {
        let claims = entry.spec.capabilities.iter();
        let mut claims = claims.filter(|claim| claim.capability == capability && claim.method != Method::Category);
        let evidence = claims.next().map_or_else(String::new, |claim| format!(" ({})", claim.evidence));
        count(SHOWN, format!("{capability} is shown{evidence}"));
    }
    if let Some(price) = entry.price() {
        // Prices are compared only with those of the same unit and currency.
        let alike = prices.iter().filter(|other| other.unit == price.unit && other.per.currency == price.per.currency);
        let dearest = alike.map(|other| other.per.amount).fold(0.0_f64, f64::max);
        let share = if dearest > 0.0 { 1.0 - price.per.amount / dearest } else { 1.0 };
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 25")]
        let points = (share.clamp(0.0, 1.0) * f64::from(CHEAPEST)).round() as i32;
        count(points, price.to_string());
    }
    if entry.spec.deprecated {
        count(DEPRECATED, "its provider is about to withdraw it".to_owned());
    }
    match wish.availability.get(provider) {
        None | Some(Availability::Available | Availability::Unknown) => {}
        Some(why) => count(UNREACHABLE, format!("{provider} cannot be used now: {why:?}")),
    }
    choice
}

/// Which errors go on to the next choice, and how far.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FallbackPolicy {
    /// Most choices that are tried. Default 3.
    pub max_attempts: usize,
    /// Go on even though a job may have been bought from the last choice. Default `false`.
    pub after_acceptance: bool,
}

impl Default for FallbackPolicy {
    fn default() -> Self {
        Self { max_attempts: 3, after_acceptance: false }
    }
}

impl FallbackPolicy {
    /// Whether another choice may do better after `error`.
    ///
    /// `Unavailable`, `RateLimited`, `NotFound` and request time-outs go on; what another provider would refuse as well
    /// (input, content), and what the user has to mend (credentials, balance), stops. Once a job was accepted, or may
    /// have been, nothing goes on unless told: that would pay twice.
    pub fn goes_on(&self, error: &Error) -> bool {
        let accepted = error.kind() == ErrorKind::SubmitUnknown
            || error.ticket().is_some()
            || error.request_id().is_some()
            || (error.dispatch() == Dispatch::Unknown);
        let passing = matches!(
            error.kind(),
            ErrorKind::Unavailable | ErrorKind::RateLimited | ErrorKind::NotFound | ErrorKind::Timeout(_)
        );
        if accepted { self.after_acceptance } else { passing }
    }

    /// Calls `run` with one choice after the other until one succeeds, and gives every attempt with its outcome.
    ///
    /// # Errors
    /// The last error, when it stops the row or nothing is left; the attempts before it are its context.
    pub async fn run<T>(
        &self,
        choices: &[Choice],
        mut run: impl AsyncFnMut(&Choice) -> Result<T>,
    ) -> Result<(T, Vec<Attempt>)> {
        let mut attempts: Vec<Attempt> = Vec::new();
        let most = self.max_attempts.max(1).min(choices.len());
        for (number, choice) in choices.iter().take(most).enumerate() {
            let model = choice.entry.id().clone();
            match run(choice).await {
                Ok(output) => {
                    attempts.push(Attempt { model, error: None });
                    return Ok((output, attempts));
                }
                Err(error) if number + 1 < most && self.goes_on(&error) => {
                    attempts.push(Attempt { model, error: Some(error.to_string()) });
                }
                Err(error) => {
                    let before = attempts.iter().map(|a| format!("{}: {}", a.model, a.error.as_deref().unwrap_or("")));
                    let before = before.collect::<Vec<_>>().join("; ");
                    return Err(if before.is_empty() { error } else { error.with("tried before", before) });
                }
            }
        }
        Err(Error::new(ErrorKind::NoProvider, "there is no model to choose from"))
    }
}

/// One choice that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// The model.
    pub model: ModelId,
    /// Why it failed; `None` for the one that succeeded.
    pub error: Option<String>,
}

#[cfg(test)]
mod tests;
