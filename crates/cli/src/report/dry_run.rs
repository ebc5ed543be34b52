//! The report of a dry run: what would be sent.

use super::{
    Head,
    text::{money, notes},
};
use crate::ui::{self, Report};
use mediagen::core::{Estimate, Note, Plan, Role};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use serde_json::Value;

/// `mediagen generate --dry-run`: one request, or the parts of a long text.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DryRunReport {
    /// Absent in a part of a whole, which says it already.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) head: Option<Head>,
    /// The body with an address of the user's unchanged, and with the mark `upload:N` where an upload would be.
    pub(crate) body: Value,
    pub(crate) notes: Vec<Note>,
    pub(crate) uploads: Vec<PlannedUpload>,
    #[serde(serialize_with = "as_cost")]
    pub(crate) cost: Estimate,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<DryRunReport>,
}

/// The contract has the estimate inside of an object `cost`.
fn as_cost<S: Serializer>(estimate: &Estimate, serializer: S) -> Result<S::Ok, S::Error> {
    let mut cost = serializer.serialize_struct("Cost", 1)?;
    cost.serialize_field("estimate", estimate)?;
    cost.end()
}

/// An input that would be moved to the provider first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PlannedUpload {
    pub(crate) option: Role,
    pub(crate) path: String,
    pub(crate) bytes: Option<u64>,
    pub(crate) media_type: Option<String>,
}

impl PlannedUpload {
    fn all(plan: &Plan) -> Vec<Self> {
        let upload = |(slot, input): (&mediagen::core::Slot, &mediagen::core::Measured)| Self {
            option: slot.role,
            path: input.path.clone().unwrap_or_else(|| input.name.clone()),
            bytes: input.facts.bytes,
            media_type: input.facts.media_type.clone(),
        };
        plan.uploads().map(upload).collect()
    }
}

impl DryRunReport {
    /// What the plan would send, and what that would cost.
    pub(crate) fn new(head: Option<Head>, plan: &Plan, cost: Estimate) -> Self {
        Self {
            head,
            body: shown(plan),
            notes: plan.notes.clone(),
            uploads: PlannedUpload::all(plan),
            cost,
            parts: Vec::new(),
        }
    }
}

/// The body with a mark in the place of each upload.
pub(crate) fn shown(plan: &Plan) -> Value {
    let mut body = plan.body.clone();
    for slot in &plan.slots {
        if let Some(place) = mediagen::core::pointer::get_mut(&mut body, &slot.pointer) {
            *place = format!("upload:{}", slot.input).into();
        }
    }
    Value::Object(body)
}

impl Report for DryRunReport {
    fn text(&self) -> String {
        let title = self.head.as_ref().map(|head| format!("{} ({}): nothing was sent", head.model, head.kind));
        let mut lines: Vec<String> = title.into_iter().collect();
        if self.parts.is_empty() {
            lines.push(serde_json::to_string_pretty(&self.body).unwrap_or_default());
        }
        for (index, part) in self.parts.iter().enumerate() {
            lines.push(format!("part {} of {}:", index + 1, self.parts.len()));
            lines.push(serde_json::to_string_pretty(&part.body).unwrap_or_default());
        }
        let upload = |upload: &PlannedUpload| format!("would upload {} for {}", ui::plain(&upload.path), upload.option);
        lines.extend(self.uploads.iter().map(upload));
        lines.extend(notes(&self.notes));
        lines.push(format!("cost: {}", money(&self.cost)));
        lines.join("\n")
    }
}
