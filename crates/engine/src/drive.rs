//! The one loop: each round does the next step of a row and writes it down. A fresh job is the taking up of a row that
//! was just created.

use crate::{
    JobId, Mediagen, Row, Step, Why,
    price::{Aside, high},
};
use mediagen_core::{Context, Dispatch, Error, ErrorKind, Estimate, FieldProblem, Job, Prepared, Ready, Result};
use std::sync::Arc;

/// How far a job is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Until the provider has accepted it.
    Accepted,
    /// Until the result is written down and paid for.
    Settled,
}

/// A row on its way, with what only this process has of it.
pub(crate) struct Flight {
    pub(crate) row: Row,
    pub(crate) prepared: Prepared,
    /// With content that goes into the body, which no row holds.
    pub(crate) ready: Option<Ready>,
    /// The live job, which layers saw already.
    pub(crate) job: Option<Job>,
    pub(crate) prices: Aside,
    /// How often a call was repeated under a key that makes that safe.
    pub(crate) repeated: u32,
    /// Whether every step is written down: for a job that is meant to be taken up elsewhere, or has inputs to move.
    /// Otherwise what comes before the intent is written with it.
    eager: bool,
}

/// Why a step did not lead to the next.
pub(crate) enum Halt {
    /// The job is over.
    Ends(Error),
    /// The job stays at its step, for whoever takes it up. An ordinary error means this: it decides nothing.
    Stays(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Stays(error)
    }
}

impl Flight {
    pub(crate) fn new(row: Row, prepared: Prepared, detached: bool) -> Self {
        let eager = detached || !prepared.plan().slots.is_empty();
        let prices = Aside::none("no price was read");
        Self { row, prepared, ready: None, job: None, prices, repeated: 0, eager }
    }
}

impl Mediagen {
    /// Drives a job to `until`. The future is on the heap: it is part of those of every caller.
    pub(crate) async fn drive(&self, flight: Box<Flight>, cx: Context, until: Until) -> Result<Row> {
        let id = flight.row.id;
        Box::pin(self.steps(flight, cx, until)).await.map_err(|error| named(error, id))
    }

    async fn steps(&self, mut flight: Box<Flight>, cx: Context, until: Until) -> Result<Row> {
        self.read_prices_aside(&mut flight, &cx);
        loop {
            let step = flight.row.step;
            let went = match step {
                Step::Planned => self.price(&mut flight, &cx).await,
                Step::Priced => self.reserve(&mut flight).await,
                Step::Reserved => self.move_inputs(&mut flight, &cx).await,
                Step::Ready => {
                    // A call that may not start is not started; one that has started runs to its end.
                    if let Err(error) = cx.bounded(std::future::ready(())).await {
                        Err(Halt::Ends(error))
                    } else {
                        flight = self.buy(flight, &cx).await?;
                        continue;
                    }
                }
                Step::Submitting => self.find_out(&mut flight, &cx).await,
                Step::Unknown => return Err(unknown(&flight.row)),
                Step::Running if until == Until::Accepted => return Ok(flight.row),
                Step::Running => self.wait(&mut flight, &cx).await,
                Step::Finished => self.settle(&mut flight, &cx).await,
                Step::Settled | Step::Kept => return Ok(flight.row),
                Step::Failed => {
                    self.shared.journal.forget(flight.row.id);
                    let missing = || Error::new(ErrorKind::JobFailed, "the job failed without a reason");
                    return Err(flight.row.progress.why.map_or_else(missing, Error::from));
                }
            };
            match went {
                Ok(()) => self.written(&flight.row, step, flight.eager).await?,
                Err(Halt::Stays(error)) => return Err(error),
                // A call under this key may have arrived: nothing that fails before the next one ends the job.
                Err(Halt::Ends(error)) if flight.repeated > 0 && step.is_unpaid() => {
                    return Err(error.with_dispatch(Dispatch::Unknown));
                }
                Err(Halt::Ends(error)) => {
                    self.end(&mut flight.row, &error).await?;
                    return Err(error);
                }
            }
        }
    }

    /// Writes the step down where it has to be on its own.
    async fn written(&self, row: &Row, before: Step, eager: bool) -> Result<()> {
        let with_intent = row.step.is_unpaid() && before.is_unpaid() && !eager;
        // Until a call leaves again, another process has to find out again whether it may.
        let again = before == Step::Submitting && row.step == Step::Ready;
        if with_intent || again {
            return self.crash(row.step.as_str());
        }
        self.shared.journal.commit(row).await?;
        self.crash(row.step.as_str())
    }

    /// Ends a job without a result: nothing stays held. What an expired result cost is not known, so what was held for it
    /// counts as spent.
    pub(crate) async fn end(&self, row: &mut Row, error: &Error) -> Result<()> {
        let journal = &self.shared.journal;
        if error.kind() == ErrorKind::Expired {
            journal.settle(row.id, None).await?;
        } else {
            journal.release(row.id).await?;
        }
        (row.step, row.progress.why) = (Step::Failed, Some(Why::from(error)));
        journal.commit(row).await?;
        journal.forget(row.id);
        Ok(())
    }

    /// Prices that nothing depends on are read next to the work.
    fn read_prices_aside(&self, flight: &mut Flight, cx: &Context) {
        let Flight { row, prepared, prices, .. } = flight;
        if row.progress.estimate.is_some() || row.step >= Step::Settled || self.needs_price(row) {
            return;
        }
        let engine = self.clone();
        let endpoint = Arc::clone(prepared.endpoint());
        // It is no part of the generation: its calls are not reported.
        let cx = cx.clone().with_observer(|_: &mediagen_core::Event| {});
        *prices = Aside::Waiting(Box::pin(async move { engine.prices_of(&endpoint, &cx).await }));
    }

    fn needs_price(&self, row: &Row) -> bool {
        row.order.terms.max_cost.is_some() || self.shared.budget.is_some()
    }

    async fn price(&self, flight: &mut Flight, cx: &Context) -> Result<(), Halt> {
        let (terms, needed) = (flight.row.order.terms, self.needs_price(&flight.row));
        if needed && flight.row.progress.estimate.is_none() {
            let progress = &mut flight.row.progress;
            match self.prices_of(flight.prepared.endpoint(), cx).await {
                Ok(prices) => {
                    progress.estimate = Some(flight.prepared.estimate(&prices));
                    progress.prices = prices.to_vec();
                }
                Err(error) if terms.allow_unknown_cost => {
                    progress.estimate = Some(Estimate::unknown(format!("the price could not be read: {error}")));
                }
                Err(error) => {
                    return Err(Halt::Ends(error.with_field(FieldProblem::new("max_cost", "needs the price"))));
                }
            }
        }
        if let (true, Some(estimate)) = (needed, &flight.row.progress.estimate) {
            self.check_estimate(terms, estimate).map_err(Halt::Ends)?;
        }
        flight.row.step = Step::Priced;
        Ok(())
    }

    async fn reserve(&self, flight: &mut Flight) -> Result<(), Halt> {
        let row = &mut flight.row;
        let high = row.progress.estimate.as_ref().and_then(high);
        let held = self.shared.journal.reserve(row.id, high.as_ref(), self.shared.budget).await;
        held.map_err(|error| if error.kind() == ErrorKind::Budget { Halt::Ends(error) } else { Halt::Stays(error) })?;
        self.crash("reserving")?;
        row.step = Step::Reserved;
        Ok(())
    }

    async fn move_inputs(&self, flight: &mut Flight, cx: &Context) -> Result<(), Halt> {
        let Flight { row, prepared, prices, .. } = flight;
        let check = crate::inputs::check(prepared);
        let work = async {
            cx.bounded(check).await??;
            prepared.upload(cx).await
        };
        let ready = prices.along(work).await.map_err(Halt::Ends)?;
        self.crash("uploaded")?;
        row.progress.uploads = ready.uploads().map(crate::inputs::without_content).collect();
        row.step = Step::Ready;
        flight.ready = Some(ready);
        Ok(())
    }

    async fn settle(&self, flight: &mut Flight, cx: &Context) -> Result<(), Halt> {
        let Flight { row, prepared, prices, .. } = flight;
        let progress = &mut row.progress;
        if progress.estimate.is_none() {
            match prices.done(cx).await {
                Ok(prices) => {
                    progress.estimate = Some(prepared.estimate(&prices));
                    progress.prices = prices.to_vec();
                }
                Err(why) => progress.estimate = Some(Estimate::unknown(why)),
            }
        }
        if let Some(output) = &progress.output {
            progress.cost = output.usage.cost(&progress.prices, &prepared.plan().body);
        }
        let cost = progress.cost.as_ref().filter(|cost| cost.currency == "USD");
        self.shared.journal.settle(row.id, cost).await?;
        row.step = Step::Settled;
        Ok(())
    }
}

fn unknown(row: &Row) -> Error {
    let lost = || Error::new(ErrorKind::SubmitUnknown, "a paid call left, and its answer was lost");
    let cause = row.progress.why.clone().map(Error::from);
    let mut error = lost().with_dispatch(Dispatch::Unknown);
    if let Some(cause) = cause {
        if let Some(id) = cause.request_id() {
            error = error.with_request_id(id);
        }
        error = error.with_source(cause);
    }
    let hint = match row.progress.estimate.as_ref().and_then(high) {
        Some(high) => {
            format!("it may have been bought, for up to {high}; it is not sent again on its own: resume the job later")
        }
        None => "it may have been bought; it is not sent again on its own: resume the job later".to_owned(),
    };
    error.with_hint(hint)
}

/// Names the job in errors after which it goes on, or may.
fn named(error: Error, id: JobId) -> Error {
    let over = error.dispatch() == Dispatch::NotSent && !matches!(error.kind(), ErrorKind::Timeout(_));
    if over || error.context().iter().any(|(key, _)| *key == "job") { error } else { error.with("job", id) }
}
