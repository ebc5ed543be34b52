//! The paid section: the intent on disk, the call, its outcome on disk. It runs to its end, whatever the caller does.

use crate::{Fact, Mediagen, Step, Why, content, drive::Flight, sending::Sending};
use mediagen_core::{Context, Dispatch, Error, Intent, Ready, Result, Retry, SubmitFailure, Submitted};
use std::{sync::Arc, time::Duration};

/// Calls of one section, of which all but the last surely did not leave.
const ATTEMPTS: u32 = 3;
/// The pause before the second; it doubles.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest pause that a provider can ask for.
const LONGEST: Duration = Duration::from_secs(30);

/// What an attempt led to.
enum Attempt {
    /// The outcome is written down.
    Over,
    /// It surely did not leave, and may go again after a pause.
    Again(Box<Ready>, Duration),
}

impl Mediagen {
    /// Buys what is ready, in a section of its own that the caller only waits for.
    pub(crate) async fn buy(&self, mut flight: Box<Flight>, cx: &Context) -> Result<Box<Flight>> {
        let now = cx.clock().now();
        let uploads = &flight.row.progress.uploads;
        let hollow = flight.ready.is_none() && uploads.iter().any(|upload| upload.shown.is_some());
        if hollow || uploads.iter().any(|upload| !upload.is_fresh(now)) {
            // Moved again: it is free, and content that goes into the body is in no row.
            flight.ready = None;
            flight.row.progress.uploads.clear();
            flight.row.step = Step::Reserved;
            return Ok(flight);
        }
        let ready = match flight.ready.take() {
            Some(ready) => ready,
            None => flight.prepared.ready(flight.row.progress.uploads.clone())?,
        };
        if cx.spawner().is_none() {
            let warning = "the context has no spawner: what is bought is lost when the call is dropped";
            cx.emit(mediagen_core::Event::Warning(warning.to_owned()));
        }
        let (engine, paid) = (self.clone(), cx.clone());
        // On the heap: it is moved several times on its way to the spawner, and gone when it has ended.
        let section = Box::pin(async move {
            engine.pay(&mut flight, ready, &paid).await?;
            Ok(flight)
        });
        // The wait is bounded, the section is not: it ends by the bounds of the calls that it makes.
        cx.bounded(cx.to_its_end(section)).await.map_err(|e| e.with_dispatch(Dispatch::Unknown))??
    }

    async fn pay(&self, flight: &mut Flight, mut ready: Ready, cx: &Context) -> Result<()> {
        let mut intent = next_intent(flight, &ready, cx);
        for attempt in 1..=ATTEMPTS {
            match self.attempt(flight, ready, &intent, cx, attempt == ATTEMPTS).await? {
                Attempt::Over => return Ok(()),
                Attempt::Again(back, pause) => {
                    ready = *back;
                    cx.clock().sleep(pause).await;
                    if flight.repeated == 0 {
                        intent = intent.next(key_of(flight), cx.clock().now());
                    }
                }
            }
        }
        Ok(())
    }

    async fn attempt(
        &self,
        flight: &mut Flight,
        ready: Ready,
        intent: &Intent,
        cx: &Context,
        last: bool,
    ) -> Result<Attempt> {
        let journal = &self.shared.journal;
        let id = flight.row.id;
        flight.row.step = Step::Submitting;
        if flight.row.progress.intents.last() != Some(intent) {
            flight.row.progress.intents.push(intent.clone());
        }
        if let Err(error) = journal.commit(&flight.row).await {
            // Whether the intent is on disk is not known, so it must not leave; and that is a fact.
            let _ = journal.note(id, intent, &Fact::NotSent(Why::from(&error))).await;
            return Err(error);
        }
        self.crash("intent")?;
        // Until the outcome is written down.
        let _sending = Sending::begin(&intent.key);
        let outcome = flight.prices.along(ready.submit(cx, intent)).await;
        let (row, progress) = (&mut flight.row.step, &mut flight.row.progress);
        match outcome {
            Ok(Submitted::Running(job)) => {
                self.crash("answered")?;
                let ticket = job.ticket().clone();
                journal
                    .note(id, intent, &Fact::Accepted(ticket.clone()))
                    .await
                    .map_err(|e| e.with_ticket(ticket.clone()))?;
                (*row, progress.ticket) = (Step::Running, Some(ticket.clone()));
                flight.job = Some(job);
                journal
                    .commit(&flight.row)
                    .await
                    .map_err(|e| e.with_ticket(ticket).with_dispatch(Dispatch::Answered))?;
                self.crash("running")?;
            }
            Ok(Submitted::Done(mut output)) => {
                self.crash("answered")?;
                content::spool(&**journal, &mut output).await.map_err(|e| e.with_dispatch(Dispatch::Answered))?;
                complete(&mut output, &progress.uploads);
                let output = Arc::new(output);
                journal.note(id, intent, &Fact::Answered(Arc::clone(&output))).await?;
                (*row, progress.output) = (Step::Finished, Some(output));
                journal.commit(&flight.row).await?;
                self.crash("finished")?;
            }
            Ok(other) => {
                let message = format!("an answer of a kind that this version does not know: {other:?}");
                let error = Error::new(mediagen_core::ErrorKind::InvalidResponse, message);
                self.lost(flight, intent, &error).await?;
            }
            Err(SubmitFailure::NotSent(back, error)) => {
                // It proves nothing of an earlier call under the same key.
                let first = flight.repeated == 0;
                if first {
                    journal.note(id, intent, &Fact::NotSent(Why::from(&error))).await?;
                }
                let over = cx.cancellation().is_cancelled() || cx.time_left() == Some(Duration::ZERO);
                if let (false, false, Retry::After(pause)) = (last, over, error.retry()) {
                    let doubled = PAUSE.saturating_mul(1 << (intent.attempt - 1).min(4));
                    return Ok(Attempt::Again(back, pause.unwrap_or(doubled).min(LONGEST)));
                }
                if first {
                    self.end(&mut flight.row, &error.with_dispatch(Dispatch::NotSent)).await?;
                } else {
                    self.lost(flight, intent, &error).await?;
                }
            }
            Err(SubmitFailure::Refused(error)) => {
                let error = error.with_dispatch(Dispatch::Answered);
                journal.note(id, intent, &Fact::Refused(Why::from(&error))).await?;
                self.end(&mut flight.row, &error).await?;
            }
            Err(SubmitFailure::Unknown(error)) => self.lost(flight, intent, &error).await?,
        }
        Ok(Attempt::Over)
    }

    /// The call ended and nothing is known of it: the row stays at its intent.
    async fn lost(&self, flight: &mut Flight, intent: &Intent, error: &Error) -> Result<()> {
        let why = Why::from(error);
        self.shared.journal.note(flight.row.id, intent, &Fact::Lost(why.clone())).await?;
        flight.row.progress.why = Some(why);
        self.shared.journal.commit(&flight.row).await
    }
}

/// The intent of the next call: the last one again where its call is repeated under its key, otherwise a new one.
fn next_intent(flight: &Flight, ready: &Ready, cx: &Context) -> Intent {
    match flight.row.progress.intents.last() {
        Some(newest) if flight.repeated > 0 => newest.clone(),
        Some(newest) => {
            let mut intent = newest.next(key_of(flight), cx.clock().now());
            intent.digest = ready.digest();
            intent
        }
        None => Intent::new(key_of(flight), ready.digest(), cx.clock().now()),
    }
}

/// A key of its own for each intent of a job.
fn key_of(flight: &Flight) -> String {
    format!("{}.{}", flight.row.id, flight.row.progress.intents.len() + 1)
}

/// The hashes that uploads found out, for the record of the output.
pub(crate) fn complete(output: &mut mediagen_core::Output, uploads: &[mediagen_core::Uploaded]) {
    for upload in uploads {
        let Some(measured) = output.inputs.get_mut(upload.input) else { continue };
        if measured.blake3.is_none() {
            measured.blake3.clone_from(&upload.blake3);
        }
    }
}
