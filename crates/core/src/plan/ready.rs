//! A request with everything in place, one call away from being paid for.

use super::{Intent, Measured, Plan, Prepared, Uploaded};
use crate::{Context, Event, JsonMap, Note, Output, SubmitError, SubmitFailure, Submitted};
use serde_json::Value;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Everything is in place. The paid call consumes it, and only [`SubmitFailure::NotSent`] gives it back: what may be sent
/// again is what the caller still holds.
#[derive(Clone)]
pub struct Ready {
    prepared: Prepared,
    uploads: BTreeMap<usize, Uploaded>,
    shown: Arc<JsonMap>,
}

impl Ready {
    pub(super) fn new(prepared: Prepared, uploads: BTreeMap<usize, Uploaded>) -> Self {
        let shown = filled(prepared.plan(), &uploads, |upload| match &upload.shown {
            Some(shown) => shown.as_str().into(),
            None => upload.reference.clone(),
        });
        let shown = prepared.endpoint().spec().schema.redacted(&shown);
        Self { prepared, uploads, shown: Arc::new(shown) }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        self.prepared.plan()
    }

    /// The uploads, by input.
    pub fn uploads(&self) -> impl Iterator<Item = &Uploaded> {
        self.uploads.values()
    }

    /// The body as it may be shown and written down: references filled in, content only named, secrets hidden.
    pub fn shown(&self) -> &JsonMap {
        &self.shown
    }

    /// BLAKE3 of the shown body, in hexadecimal.
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(&*self.shown).unwrap_or_default();
        blake3::hash(&text).to_hex().to_string()
    }

    /// The body as it leaves.
    fn body(&self) -> JsonMap {
        let secrets = self.prepared.endpoint().spec().schema.has_secrets();
        if !secrets && self.uploads.values().all(|upload| upload.shown.is_none()) {
            return JsonMap::clone(&self.shown);
        }
        filled(self.plan(), &self.uploads, |upload| upload.reference.clone())
    }

    /// The paid call: leaves once.
    ///
    /// It reports the ticket ([`Event::Submitted`]), or the end of a call that answers at once ([`Event::Completed`]),
    /// before it returns, so that nothing that fails afterwards can swallow them.
    ///
    /// # Errors
    /// [`SubmitFailure`]: the request is given back where it surely did not leave.
    pub async fn submit(self, cx: &Context, intent: &Intent) -> Result<Submitted, SubmitFailure> {
        let body = Value::Object(self.body());
        match self.prepared.endpoint().submit(cx, self.plan(), body, intent).await {
            Ok(Submitted::Running(job)) => {
                cx.emit(Event::Submitted(job.ticket().clone()));
                Ok(Submitted::Running(job.of_request(self.sent())))
            }
            Ok(Submitted::Done(mut output)) => {
                self.sent().complete(&mut output);
                cx.emit(Event::Completed);
                Ok(Submitted::Done(output))
            }
            Err(SubmitError::NotSent(error)) => Err(SubmitFailure::NotSent(Box::new(self), error)),
            Err(SubmitError::Refused(error)) => Err(SubmitFailure::Refused(error)),
            Err(SubmitError::Unknown(error)) => Err(SubmitFailure::Unknown(error)),
        }
    }

    /// What is known of the request once it left, for its output.
    pub fn sent(&self) -> Sent {
        let plan = self.plan();
        Sent { body: Arc::clone(&self.shown), notes: plan.notes.clone(), inputs: plan.inputs.clone() }
    }
}

fn filled(plan: &Plan, uploads: &BTreeMap<usize, Uploaded>, value: impl Fn(&Uploaded) -> Value) -> JsonMap {
    let mut body = plan.body.clone();
    for slot in &plan.slots {
        // Both were checked before a `Ready` is made.
        let Some(upload) = uploads.get(&slot.input) else { continue };
        if let Some(place) = crate::pointer::get_mut(&mut body, &slot.pointer) {
            *place = value(upload);
        }
    }
    body
}

/// What a request was when it left: the body as it may be shown, the notes and the inputs. An output is completed with it,
/// because a provider's answer knows none of that.
#[derive(Debug, Clone)]
pub struct Sent {
    body: Arc<JsonMap>,
    notes: Vec<Note>,
    inputs: Vec<Measured>,
}

impl Sent {
    /// Adds body, notes and inputs to `output`, except where it has its own.
    pub fn complete(&self, output: &mut Output) {
        if output.body.is_null() {
            output.body = Value::Object(JsonMap::clone(&self.body));
        }
        if output.inputs.is_empty() || output.inputs.len() == self.inputs.len() {
            output.inputs.clone_from(&self.inputs);
        }
        let later = std::mem::take(&mut output.notes);
        output.notes.clone_from(&self.notes);
        output.notes.extend(later.into_iter().filter(|note| !self.notes.contains(note)));
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("model", &self.plan().model)
            .field("kind", &self.plan().kind)
            .finish_non_exhaustive()
    }
}
