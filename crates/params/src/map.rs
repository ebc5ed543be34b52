//! The way from a canonical request to a body.

use crate::{
    Dialect, Mapped, Op, check,
    coerce::tidy,
    draft::Draft,
    extra, inputs, options,
    path::{self, Path, Step},
};
use mediagen_core::{FieldType, MediaFacts, ModelKind, Request, Result, Schema};
use serde_json::Value;

/// Turns a canonical request into the body of one endpoint.
///
/// The caller's own fields (`Request::extra`) are written first and win; then the prompt, the inputs and the options go
/// where the dialect's names and rules and the schema say; then rules set what they set; then the whole body is checked. What the caller did
/// not set is not in the body, unless a rule put it there, which leaves a note.
///
/// Without a schema (no input fields) nothing can be checked: every part goes under its canonical name, or the one that
/// a rule's `rename` gives, and a note says so.
///
/// `facts` about the files behind the inputs are in the order of `Request::inputs`; missing ones are unknown. They are held
/// against the limits that the schema puts on each field's file, so that a file which is too large is refused before it is
/// uploaded, and they give an enlargement factor where a size was asked for and the model takes only a factor.
///
/// # Errors
/// With every problem at once, as [`FieldProblem`](mediagen_core::FieldProblem)s: `InvalidInput` for what is missing,
/// unknown or does not fit, and for adjustments under the strict policy; `Unsupported` when all there is to say is that
/// the model cannot express something. Nothing was sent.
pub fn map(
    request: &Request,
    kind: ModelKind,
    schema: &Schema,
    dialect: &Dialect<'_>,
    facts: &[Option<MediaFacts>],
) -> Result<Mapped> {
    let mut draft = Draft::new(request, kind, schema, dialect);
    draft.facts = facts;
    extra::map(&mut draft);
    prompt(&mut draft);
    inputs::map(&mut draft);
    options::map(&mut draft);
    set(&mut draft);
    check::body(&mut draft);
    draft.finish()
}

pub(crate) fn prompt(draft: &mut Draft<'_>) {
    let Some(text) = draft.request.prompt.as_deref() else { return };
    let asked = Value::from(text);
    if draft.blind() {
        let path = draft.renamed("prompt").unwrap_or_else(|| Path::key("prompt"));
        draft.put("prompt", &asked, &path, asked.clone());
    } else {
        words(draft, &asked);
    }
}

/// Puts the prompt where it has to be: of the fields for words, one that is required comes before one that is not.
fn words(draft: &mut Draft<'_>, asked: &Value) {
    let renamed = draft.renamed("prompt").is_some();
    let needed = draft.places("prompt").into_iter().find(|spot| spot.required && draft.free(&spot.path));
    match needed.filter(|_| !renamed) {
        Some(spot) => {
            if draft.fill("prompt", asked, &spot) {
                one_speaker(draft, &spot.path);
            }
        }
        None => draft.plain("prompt", asked),
    }
}

/// Where the words went into the first turn of a dialogue that has to say who speaks, the first speaker does.
fn one_speaker(draft: &mut Draft<'_>, words: &Path) {
    let Some((Step::Key(_), turn)) = words.0.split_last() else { return };
    let turn = Path(turn.to_vec());
    if !matches!(turn.0.last(), Some(Step::Index(0))) {
        return;
    }
    let Some(FieldType::Object(parts)) = path::find(draft.schema, &turn).map(|spot| spot.ty) else { return };
    for part in parts.iter().filter(|part| part.required && SPEAKER.contains(&part.name.as_str())) {
        let path = turn.then(Step::Key(part.name.clone()));
        let first = match &part.ty {
            FieldType::Integer(range) => tidy(range.min.unwrap_or_default().max(0.0)),
            FieldType::Enum(values) => values[0].clone(),
            _ => continue,
        };
        if path::get(&draft.body, &path).is_none() && path::put(&mut draft.body, &path, first.clone()) {
            draft.note(&path.to_string(), Value::Null, first, "one speaker says all");
        }
    }
}

/// What the number or name of a speaker is called in one turn of a dialogue.
const SPEAKER: &[&str] = &["speaker_id", "speaker", "speaker_number", "speaker_index"];

/// What rules set, except where the caller's own field stands, and except fields that the schema does not know or
/// whose listed values do not have it.
fn set(draft: &mut Draft<'_>) {
    for (op, why) in draft.ops().to_vec() {
        let holds = |field: &String| path::get(&draft.body, &Path::parse(field)).is_some();
        let (field, value, always) = match op {
            Op::Set { field, value } => (field, value, true),
            Op::Default { field, value, when, unless }
                if when.as_ref().is_none_or(holds) && !unless.as_ref().is_some_and(holds) =>
            {
                (field, value, false)
            }
            _ => continue,
        };
        let path = Path::parse(field);
        let possible =
            draft.blind() || path::find(draft.schema, &path).is_some_and(|spot| check::offers(spot.ty, value));
        let present = path::get(&draft.body, &path).cloned();
        let given = draft.given.iter().any(|given| given.overlaps(&path));
        if !possible || given || present.as_ref() == Some(value) || (present.is_some() && !always) {
            continue;
        }
        if path::put(&mut draft.body, &path, value.clone()) {
            let secret = draft.is_secret(&path);
            let shown = |value: Value| if secret { Value::from("…") } else { value };
            draft.note(field, present.map_or(Value::Null, shown), shown(value.clone()), why);
        }
    }
}
