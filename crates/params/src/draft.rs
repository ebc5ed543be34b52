//! The body while it is being written: where things go, and the record of what was changed on the way.

use crate::{
    Dialect, Mapped, Op, UploadSlot,
    coerce::{self, Change, coerce},
    path::{self, Path, Spot},
    table::Alias,
    targets::Targets,
};
use mediagen_core::{
    Error, ErrorKind, Expected, FieldProblem, JsonMap, MediaFacts, ModelKind, Note, Policy, ProblemCode, Request,
    Result, Schema,
};
use serde_json::Value;

/// One mapping in progress.
pub(crate) struct Draft<'a> {
    pub(crate) request: &'a Request,
    pub(crate) kind: ModelKind,
    pub(crate) schema: &'a Schema,
    pub(crate) dialect: &'a Dialect<'a>,
    ops: Vec<(&'a Op, &'a str)>,
    pub(crate) body: JsonMap,
    notes: Vec<Note>,
    problems: Vec<FieldProblem>,
    pub(crate) uploads: Vec<UploadSlot>,
    /// Places that the caller's own fields take; nothing else is written there.
    pub(crate) given: Vec<Path>,
    /// Places that canonical parts took, each with the option or role.
    filled: Vec<(Path, &'static str)>,
    /// The schema's fields by the names of the alias table.
    pub(crate) targets: Targets<'a>,
    /// What is known of the inputs' files, in the inputs' order.
    pub(crate) facts: &'a [Option<MediaFacts>],
}

impl<'a> Draft<'a> {
    pub(crate) fn new(request: &'a Request, kind: ModelKind, schema: &'a Schema, dialect: &'a Dialect<'a>) -> Self {
        let matching = dialect.rules.iter().filter(|rule| rule.kind.is_none_or(|other| other == kind));
        let ops = matching.flat_map(|rule| rule.ops.iter().map(|op| (op, rule.why.as_str()))).collect();
        Self {
            request,
            kind,
            schema,
            dialect,
            ops,
            body: JsonMap::new(),
            notes: Vec::new(),
            problems: Vec::new(),
            uploads: Vec::new(),
            given: Vec::new(),
            filled: Vec::new(),
            targets: Targets::of(schema, dialect.aliases),
            facts: &[],
        }
    }

    /// Whether nothing is known of what the model takes.
    pub(crate) fn blind(&self) -> bool {
        self.schema.inputs.is_empty()
    }

    /// The operations of the matching rules with their reasons, in order.
    pub(crate) fn ops(&self) -> &[(&'a Op, &'a str)] {
        &self.ops
    }

    /// The field that a rule sends `option` to: of all that do, the last one whose field the schema has.
    pub(crate) fn renamed(&self, option: &str) -> Option<Path> {
        self.ops.iter().rev().find_map(|(op, _)| match op {
            Op::Rename { option: other, field } if other == option => {
                let path = Path::parse(field);
                (self.blind() || path::find(self.schema, &path).is_some()).then_some(path)
            }
            _ => None,
        })
    }

    /// The row of names of `option`.
    pub(crate) fn alias(&self, option: &str) -> Option<&'a Alias> {
        self.dialect.aliases.row(option, self.kind)
    }

    /// Whether the value at `path` must not be shown.
    pub(crate) fn is_secret(&self, path: &Path) -> bool {
        (1..=path.0.len()).any(|length| {
            let above = Path(path.0[..length].to_vec());
            path::find(self.schema, &above).and_then(|spot| spot.field).is_some_and(|field| field.secret)
        })
    }

    /// Whether a rule says that the field counts the other way round.
    pub(crate) fn inverted(&self, path: &Path) -> bool {
        let inverts = |op: &Op| matches!(op, Op::Invert { field } if Path::parse(field) == *path);
        self.ops.iter().any(|(op, _)| inverts(op))
    }

    pub(crate) fn dropped(&self, path: &Path) -> bool {
        let drops = |op: &Op| matches!(op, Op::Drop { field } if Path::parse(field).overlaps(path));
        self.ops.iter().any(|(op, _)| drops(op))
    }

    /// Every place that a canonical part took, with the option or role.
    pub(crate) fn filled(&self) -> &[(Path, &'static str)] {
        &self.filled
    }

    /// Whether no canonical part was written to `path` yet.
    pub(crate) fn free(&self, path: &Path) -> bool {
        !self.filled.iter().any(|(other, _)| other.overlaps(path))
    }

    /// How many items of the list at `path` were written.
    pub(crate) fn held(&self, path: &Path) -> usize {
        self.filled.iter().filter(|(other, _)| path.leads_to(other)).count()
    }

    /// Writes what `option` (asked as `asked`) became; the caller's own field at the same place wins.
    pub(crate) fn put(&mut self, option: &'static str, asked: &Value, path: &Path, value: Value) {
        self.filled.push((path.clone(), option));
        if self.given.iter().any(|given| given.overlaps(path)) {
            let sent = path::get(&self.body, path).cloned().unwrap_or(Value::Null);
            if sent != value {
                let sent = if self.is_secret(path) { Value::from("…") } else { sent };
                self.note(option, asked.clone(), sent, format!("the model's own field `{path}` was given and wins"));
            }
        } else if !path::put(&mut self.body, path, value) {
            let message = format!("`{path}` cannot be set next to the model's own fields");
            self.refuse(FieldProblem::new(option, message).with_code(ProblemCode::Conflict).with_drop(option));
        }
    }

    /// Coerces `asked` into `spot` and writes it; notes a change of meaning. False when it cannot be expressed there.
    pub(crate) fn fill(&mut self, option: &'static str, asked: &Value, spot: &Spot<'_>) -> bool {
        let mirrored = if self.inverted(&spot.path) { coerce::mirrored(asked, spot.ty) } else { None };
        let wanted = mirrored.as_ref().unwrap_or(asked);
        let Some(fit) = coerce(wanted, spot.ty, spot.default()) else { return false };
        if mirrored.is_some() {
            let why = format!("`{}` counts the other way round", spot.path);
            self.note(option, asked.clone(), fit.value.clone(), why);
        }
        if let Some(change) = fit.changed {
            self.adjust(option, asked.clone(), fit.value.clone(), change.after(&format!("`{}`: ", spot.path)));
        }
        self.put(option, asked, &spot.path, fit.value);
        true
    }

    /// Maps an option that needs no more than its alias and coercion.
    pub(crate) fn plain(&mut self, option: &'static str, asked: &Value) {
        let target = self.target(option);
        self.plain_at(option, asked, target);
    }

    /// The same where the place is known.
    pub(crate) fn plain_at(&mut self, option: &'static str, asked: &Value, target: Option<Spot<'_>>) {
        match target {
            Some(spot) => {
                if !self.fill(option, asked, &spot) {
                    let why = format!("`{}` takes {}", spot.path, coerce::allowed(spot.ty));
                    self.unsupported(option, asked.clone(), why);
                }
            }
            None => self.unsupported(option, asked.clone(), "the model has no field for it"),
        }
    }

    /// Records a difference that is no loss.
    pub(crate) fn note(&mut self, option: &str, from: Value, to: Value, why: impl Into<String>) {
        self.notes.push(Note::new(option, from, to, why));
    }

    /// Records a change; the strict policy refuses it.
    pub(crate) fn adjust(&mut self, option: &'static str, from: Value, to: Value, change: Change) {
        match self.request.policy {
            Policy::Adjust => self.note(option, from, to, change.why),
            Policy::Strict => {
                let message = format!("{} is not possible: {}; nearest is {to}", shown(option, &from), change.why);
                let problem = FieldProblem::new(option, message).with_code(change.code).with_give(option);
                self.refuse(problem.with_drop(option).with_expected(Expected::like(to)));
            }
        }
    }

    /// Records an option that cannot be expressed; the strict policy refuses it.
    pub(crate) fn unsupported(&mut self, option: &'static str, from: Value, why: impl Into<String>) {
        let why = why.into();
        match self.request.policy {
            Policy::Adjust => self.note(option, from, Value::Null, why),
            Policy::Strict => {
                let message = format!("{} cannot be expressed: {why}", shown(option, &from));
                self.refuse(FieldProblem::new(option, message).with_code(ProblemCode::Unsupported).with_drop(option));
            }
        }
    }

    /// Records a problem that no policy forgives.
    pub(crate) fn refuse(&mut self, problem: FieldProblem) {
        self.problems.push(problem);
    }

    /// The result, or one error with every problem.
    pub(crate) fn finish(self) -> Result<Mapped> {
        if self.problems.is_empty() {
            return Ok(Mapped { body: self.body, notes: self.notes, uploads: self.uploads });
        }
        let unsupported = self.problems.iter().all(|problem| problem.is(&ProblemCode::Unsupported));
        let (kind, message) = if unsupported {
            (ErrorKind::Unsupported, "the model cannot do what was asked")
        } else {
            (ErrorKind::InvalidInput, "the request does not fit the model")
        };
        let error = Error::new(kind, message).with_fields(self.problems);
        Err(match self.request.policy {
            Policy::Strict => error.with_hint("the policy `adjust` takes the nearest possible value and says so"),
            Policy::Adjust => error,
        })
    }
}

/// The value as a message may show it: never the words of a prompt.
fn shown(option: &str, value: &Value) -> String {
    match option {
        "prompt" | "negative_prompt" | "voice_sample_text" => "the text".into(),
        _ => value.to_string(),
    }
}
