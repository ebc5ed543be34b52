//! Media inputs: which field takes which file, in which shape.

use crate::{
    UploadSlot,
    draft::Draft,
    facts,
    mapped::placeholder,
    media::{self, Shape},
    path::{self, Path, Spot, Step},
};
use mediagen_core::{FieldProblem, MediaInput, MediaLimits, Modality, ModelKind, ProblemCode, Role};
use serde_json::Value;

/// Puts every input of the request into the body, the kind's main role first.
pub(crate) fn map(draft: &mut Draft<'_>) {
    let main = main_role(draft.kind);
    let others = Role::ALL.iter().copied().filter(|role| Some(*role) != main);
    for role in main.into_iter().chain(others) {
        let inputs: Vec<usize> =
            (0..draft.request.inputs.len()).filter(|index| draft.request.inputs[*index].role == role).collect();
        if !inputs.is_empty() {
            map_role(draft, role, main, &inputs);
        }
    }
}

/// The role of the kind's own input.
pub(crate) fn main_role(kind: ModelKind) -> Option<Role> {
    match kind.input() {
        Modality::Image => Some(Role::Image),
        Modality::Video => Some(Role::Video),
        Modality::Audio => Some(Role::Audio),
        _ => None,
    }
}

fn map_role(draft: &mut Draft<'_>, role: Role, main: Option<Role>, inputs: &[usize]) {
    if draft.blind() {
        return blind(draft, role, inputs);
    }
    let mut places = draft.places(role.as_str());
    if places.is_empty() && Some(role) == main {
        places = draft.alike(role.as_str());
    }
    places.retain(|spot| room(draft, spot) > 0);
    let left = spread(draft, role, &own(draft, role, places), inputs);
    if left.is_empty() {
        return;
    }
    let from = Value::from(left.iter().map(|index| label(draft, *index)).collect::<Vec<_>>());
    if left.len() < inputs.len() {
        let why = format!("the model takes {} of this role", inputs.len() - left.len());
        draft.unsupported(role.as_str(), from, why);
    } else if Some(role) == main || role == Role::VoiceSample {
        // Paying for a result that ignores its main input or the voice to clone is of no use.
        let other = instead(draft, role).map(Role::as_str);
        let takes = other.map(|other| format!("; it takes `{other}`")).unwrap_or_default();
        let mut problem = FieldProblem::new(role.as_str(), format!("the model has no field for it{takes}"))
            .with_code(ProblemCode::Unsupported)
            .with_drop(role.as_str());
        problem.give.extend(other.map(str::to_owned));
        draft.refuse(problem);
    } else {
        draft.unsupported(role.as_str(), from, "the model has no field for it");
    }
}

/// The places without those that mean another role which the request has too, unless nothing else is left.
fn own<'a>(draft: &Draft<'_>, role: Role, places: Vec<Spot<'a>>) -> Vec<Spot<'a>> {
    let rank = |role: Role, spot: &Spot<'_>| {
        let name = spot.path.root();
        draft.alias(role.as_str()).and_then(|row| row.fields.iter().position(|field| *field == name))
    };
    let asked = |other: &&Role| **other != role && draft.request.inputs.iter().any(|input| input.role == **other);
    let theirs = |spot: &Spot<'_>| {
        let mine = rank(role, spot).unwrap_or(usize::MAX);
        Role::ALL.iter().filter(asked).any(|other| rank(*other, spot).is_some_and(|rank| rank < mine))
    };
    let renamed = draft.renamed(role.as_str());
    let (own, others): (Vec<_>, Vec<_>) =
        places.into_iter().partition(|spot| renamed.as_ref() == Some(&spot.path) || !theirs(spot));
    if own.is_empty() { others } else { own }
}

/// The main role of another kind that the model has to be given, where this one has no place.
fn instead(draft: &Draft<'_>, role: Role) -> Option<Role> {
    let mains = [Role::Video, Role::Image, Role::Audio];
    let takes = |other: &Role| {
        *other != role && draft.places(other.as_str()).iter().any(|spot| spot.required && draft.free(&spot.path))
    };
    mains.into_iter().find(takes)
}

/// How many more files fit: a list takes those of several roles, one after the other.
fn room(draft: &Draft<'_>, spot: &Spot<'_>) -> usize {
    let Some(shape) = media::shape(spot.ty) else { return 0 };
    if draft.free(&spot.path) {
        return shape.room();
    }
    let given = draft.given.iter().any(|given| given.leads_to(&spot.path));
    if given || !shape.list() { 0 } else { shape.room().saturating_sub(draft.held(&spot.path)) }
}

/// Hands the files to the places and returns those that found none.
///
/// Required places come first. Several files prefer a list; a required single place beside it still gets the first.
fn spread(draft: &mut Draft<'_>, role: Role, spots: &[Spot<'_>], inputs: &[usize]) -> Vec<usize> {
    let mut shaped: Vec<(&Spot<'_>, Shape)> =
        spots.iter().filter_map(|spot| Some((spot, media::shape(spot.ty)?))).collect();
    shaped.sort_by_key(|(spot, shape)| {
        let single = shape.room() == 1;
        (!spot.required, inputs.len() > 1 && single && !spot.required)
    });
    if inputs.len() > 1 && !shaped.iter().any(|(spot, shape)| spot.required && shape.room() == 1) {
        shaped.sort_by_key(|(_, shape)| shape.room() == 1);
    }
    let mut left = inputs.to_vec();
    let mut used = 0;
    for (spot, shape) in shaped {
        let spare = used > 0 && !spot.required && shape.room() == 1;
        let room = room(draft, spot);
        if left.is_empty() || spare || room == 0 {
            continue;
        }
        let rest = left.split_off(room.min(left.len()));
        place(draft, role, spot, &shape, &left);
        left = rest;
        used += 1;
    }
    left
}

fn place(draft: &mut Draft<'_>, role: Role, spot: &Spot<'_>, shape: &Shape, inputs: &[usize]) {
    let start = if shape.list() { draft.held(&spot.path) } else { 0 };
    for (place, index) in inputs.iter().enumerate() {
        let at = if shape.list() { spot.path.then(Step::Index(start + place)) } else { spot.path.clone() };
        let path = match shape {
            Shape::Object(key) | Shape::Objects(key, _) => at.then(Step::Key(key.clone())),
            _ => at,
        };
        if let Some(limits) = limits(draft, spot, shape, &path) {
            facts::check(draft, &path, limits, *index);
        }
        put(draft, role, &path, *index);
    }
}

/// What the field says of its file, or else the part of it that takes the address.
fn limits<'a>(draft: &Draft<'a>, spot: &Spot<'a>, shape: &Shape, path: &Path) -> Option<&'a MediaLimits> {
    let own = spot.field.and_then(|field| field.limits.as_deref());
    let inner = || path::find(draft.schema, path)?.field?.limits.as_deref();
    own.or_else(|| if matches!(shape, Shape::Object(_) | Shape::Objects(..)) { inner() } else { None })
}

fn put(draft: &mut Draft<'_>, role: Role, path: &Path, index: usize) {
    let asked = label(draft, index);
    let overridden = draft.given.iter().any(|given| given.overlaps(path));
    let input = &draft.request.inputs[index].media;
    let value = match input {
        MediaInput::Url(url) => Value::from(url.as_str()),
        _ => Value::from(placeholder(index)),
    };
    if input.needs_upload() && !overridden {
        draft.uploads.push(UploadSlot { pointer: path.pointer(), input: index, role });
    }
    draft.put(role.as_str(), &asked, path, value);
}

/// Without a schema: under the name that a rule gives, or the role's own; several as a list.
fn blind(draft: &mut Draft<'_>, role: Role, inputs: &[usize]) {
    let path = draft.renamed(role.as_str()).unwrap_or_else(|| Path::key(role.as_str()));
    let many = inputs.len() > 1;
    for (place, index) in inputs.iter().enumerate() {
        let path = if many { path.then(Step::Index(place)) } else { path.clone() };
        put(draft, role, &path, *index);
    }
}

/// What a note says of an input: the URL or path, never content.
fn label(draft: &Draft<'_>, index: usize) -> Value {
    match &draft.request.inputs[index].media {
        MediaInput::Url(url) if url.scheme() == "data" => Value::from("data:…"),
        MediaInput::Url(url) => Value::from(url.as_str()),
        MediaInput::Path(path) => Value::from(path.display().to_string()),
        MediaInput::Bytes { name, .. } => Value::from(name.as_str()),
        MediaInput::Stream(stream) => Value::from(stream.name()),
        _ => Value::Null,
    }
}
