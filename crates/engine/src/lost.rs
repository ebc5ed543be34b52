//! What became of a paid call whose outcome is not in the row.

use crate::{
    Fact, Mediagen, Step, Why,
    drive::{Flight, Halt},
    sending,
};
use mediagen_core::{Context, Error, Intent, Lost, Reconciled, Result};
use std::time::Duration;

/// How often one run repeats a call under a key that makes that safe.
const REPEATS: u32 = 3;
/// The pause before the first; it doubles.
const PAUSE: Duration = Duration::from_millis(500);

impl Mediagen {
    /// An intent without an outcome: facts first, whenever they came; then what the endpoint can find out. Nothing is
    /// sent again by guess.
    pub(crate) async fn find_out(&self, flight: &mut Flight, cx: &Context) -> Result<(), Halt> {
        let Some(intent) = flight.row.progress.intents.last().cloned() else {
            flight.row.step = Step::Ready;
            return Ok(());
        };
        let facts = self.shared.journal.facts(flight.row.id, &intent).await?;
        let progress = &mut flight.row.progress;
        // That a call was accepted, answered or refused is so whatever came after; otherwise the newest fact counts.
        let newest = facts.last().cloned();
        let settled = facts.into_iter().find(|fact| !matches!(fact, Fact::NotSent(_) | Fact::Lost(_)));
        flight.row.step = match settled.or(newest) {
            Some(Fact::Accepted(ticket)) => {
                progress.ticket = Some(ticket);
                Step::Running
            }
            Some(Fact::Answered(output)) => {
                progress.output = Some(output);
                Step::Finished
            }
            Some(Fact::NotSent(_)) => Step::Ready,
            Some(Fact::Refused(why)) => return Err(Halt::Ends(why.into())),
            Some(Fact::Lost(_)) | None => self.reconciled(flight, &intent, cx).await,
        };
        Ok(())
    }

    /// The step after an intent of which nothing is written down.
    async fn reconciled(&self, flight: &mut Flight, intent: &Intent, cx: &Context) -> Step {
        if sending::is_under_way(&intent.key) {
            // Its sender is alive, and is the only one that may know.
            return Step::Unknown;
        }
        let endpoint = flight.prepared.endpoint();
        match endpoint.caps().lost {
            Lost::SafeKey(window) => {
                // A clock that went back proves nothing about the age of the key.
                let is_young = cx.clock().now().duration_since(intent.at).is_ok_and(|age| age < window);
                if flight.repeated >= REPEATS || !is_young {
                    return Step::Unknown;
                }
                if flight.repeated > 0 {
                    let pause = PAUSE.saturating_mul(1 << (flight.repeated - 1));
                    if cx.bounded(cx.clock().sleep(pause)).await.is_err() {
                        return Step::Unknown;
                    }
                }
                flight.repeated += 1;
                Step::Ready
            }
            Lost::Reconcile => {
                let found = cx.bounded(endpoint.reconcile(cx, flight.prepared.plan(), intent)).await;
                let progress = &mut flight.row.progress;
                match found.and_then(|found| found) {
                    Ok(Reconciled::Accepted(ticket)) => {
                        progress.ticket = Some(ticket);
                        Step::Running
                    }
                    Ok(Reconciled::Absent { as_of }) if as_of >= intent.at + self.shared.list_delay => Step::Ready,
                    Ok(_) => Step::Unknown,
                    Err(error) => {
                        progress.why = Some(not_found_out(&error));
                        Step::Unknown
                    }
                }
            }
            _ => Step::Unknown,
        }
    }
}

fn not_found_out(error: &Error) -> Why {
    let mut why = Why::from(error);
    why.message = format!("what became of the call could not be found out: {}", why.message);
    why
}
