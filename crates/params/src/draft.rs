//! The body while it is being written: where things go, and the record of what was changed on the way.

use crate::{
    Mapped, Op, Rule, UploadSlot,
    alias::{self, Alias, Carries},
    carry::{fits, marked},
    coerce::{self, coerce},
    names::Names,
    path::{self, Path, Spot, Step},
};
use mediagen_core::{
    Error, ErrorKind, FieldProblem, FieldType, JsonMap, MediaFacts, ModelKind, Note, Policy, Request, Result, Schema,
};
use serde_json::Value;

/// One mapping in progress.
pub(crate) struct Draft<'a> {
    pub(crate) request: &'a Request,
    pub(crate) kind: ModelKind,
    pub(crate) schema: &'a Schema,
    ops: Vec<(&'a Op, &'a str)>,
    pub(crate) body: JsonMap,
    notes: Vec<Note>,
    problems: Vec<FieldProblem>,
    pub(crate) uploads: Vec<UploadSlot>,
    /// Places that the caller's own fields take; nothing else is written there.
    pub(crate) given: Vec<Path>,
    /// Places that canonical parts took.
    filled: Vec<Path>,
    /// Which names the schema may have.
    names: Names,
    /// Names of the objects that hold settings.
    settings: Vec<&'a str>,
    /// What is known of the inputs' files, in the inputs' order.
    pub(crate) facts: &'a [Option<MediaFacts>],
}

/// How the names of objects end that hold settings, alone or beside a file.
const SETTINGS: &[&str] =
    &["config", "options", "setting", "settings", "parameters", "params", "video", "image", "audio", "voice"];

/// The object fields of `schema` that hold settings.
fn settings(schema: &Schema) -> Vec<&str> {
    let holds = |ty: &FieldType| match ty {
        FieldType::Object(fields) => !fields.is_empty(),
        FieldType::Union(variants) => variants.iter().any(|variant| matches!(variant, FieldType::Object(_))),
        _ => false,
    };
    let named = |name: &str| SETTINGS.contains(&name.rsplit('_').next().unwrap_or(name));
    let fields = schema.inputs.iter().filter(|field| named(&field.name) && holds(&field.ty));
    fields.map(|field| field.name.as_str()).collect()
}

impl<'a> Draft<'a> {
    pub(crate) fn new(request: &'a Request, kind: ModelKind, schema: &'a Schema, rules: &[&'a Rule]) -> Self {
        let rules = rules.iter().filter(|rule| rule.kind.is_none_or(|other| other == kind));
        let ops = rules.flat_map(|rule| rule.ops.iter().map(|op| (op, rule.why.as_str()))).collect();
        Self {
            request,
            kind,
            schema,
            ops,
            body: JsonMap::new(),
            notes: Vec::new(),
            problems: Vec::new(),
            uploads: Vec::new(),
            given: Vec::new(),
            filled: Vec::new(),
            names: Names::of(schema),
            settings: settings(schema),
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

    /// The field that a rule sends `option` to; the last rule wins.
    pub(crate) fn renamed(&self, option: &str) -> Option<Path> {
        self.ops.iter().rev().find_map(|(op, _)| match op {
            Op::Rename { option: other, field } if other == option => Some(Path::parse(field)),
            _ => None,
        })
    }

    fn dropped(&self, path: &Path) -> bool {
        let drops = |op: &Op| matches!(op, Op::Drop { field } if Path::parse(field).overlaps(path));
        self.ops.iter().any(|(op, _)| drops(op))
    }

    /// Every place that `option` may go to, best first, whatever its type.
    pub(crate) fn places(&self, option: &str) -> Vec<Spot<'a>> {
        let renamed = self.renamed(option).and_then(|path| path::find(self.schema, &path));
        let Some(alias) = alias::alias(option, self.kind) else { return renamed.into_iter().collect() };
        let mut spots: Vec<Spot<'a>> = Vec::new();
        for name in alias.fields {
            spots.extend(self.named(alias, name));
        }
        if !self.settings.is_empty() {
            spots.extend(alias.fields.iter().flat_map(|name| self.inside(alias, name)));
        }
        spots.retain(|spot| !self.dropped(&spot.path) && !self.opens_a_list(spot));
        renamed.into_iter().chain(spots).collect()
    }

    /// Whether writing there would start an optional list, whose other items and parts nobody asked for.
    fn opens_a_list(&self, spot: &Spot<'_>) -> bool {
        let root = spot.path.root();
        let indexed = spot.path.0.iter().any(|step| matches!(step, Step::Index(_)));
        indexed && !self.body.contains_key(root) && self.schema.input(root).is_none_or(|field| !field.required)
    }

    fn named(&self, alias: &Alias, name: &str) -> Vec<Spot<'a>> {
        let Some(ending) = name.strip_prefix('*') else {
            let (name, carries) = marked(alias, name);
            // Most names of the table are not in the schema: the top decides without a path being built.
            let root = name.bytes().position(|byte| byte == b'.' || byte == b'[').map_or(name, |end| &name[..end]);
            if !self.names.may_hold(root) {
                return Vec::new();
            }
            let spot = self.schema.input(root).and_then(|_| path::find(self.schema, &Path::parse(name)));
            return spot.filter(|spot| fits(carries, spot.ty, spot.default())).into_iter().collect();
        };
        self.ending(alias, ending, true)
    }

    /// Places that only end like `option`, required or not: for what has to go somewhere.
    pub(crate) fn alike(&self, option: &str) -> Vec<Spot<'a>> {
        let Some(alias) = alias::alias(option, self.kind) else { return Vec::new() };
        let endings = alias.fields.iter().filter_map(|name| name.strip_prefix('*'));
        let mut spots: Vec<Spot<'a>> = endings.flat_map(|ending| self.ending(alias, ending, false)).collect();
        spots.retain(|spot| !self.dropped(&spot.path));
        spots
    }

    /// The same name inside an object of settings, such as `config.duration`, or of a file, such as `video.strength`.
    fn inside(&self, alias: &Alias, name: &str) -> Vec<Spot<'a>> {
        let nested = name.contains(['.', '*']) || matches!(alias.carries, Carries::Media | Carries::Text);
        if nested || alias.option == "width" || alias.option == "height" {
            return Vec::new();
        }
        let (name, carries) = marked(alias, name);
        let paths = self.settings.iter().map(|holder| Path::key(holder).then(Step::Key(name.to_owned())));
        let spots = paths.filter_map(|path| path::find(self.schema, &path));
        spots.filter(|spot| spot.field.is_some() && fits(carries, spot.ty, spot.default())).collect()
    }

    /// Fields, required ones or all, whose names only end like the alias and belong to no other option.
    fn ending(&self, alias: &Alias, ending: &str, required: bool) -> Vec<Spot<'a>> {
        let belongs_elsewhere = |name: &str| {
            alias::ALIASES.iter().any(|other| other.option != alias.option && other.fields.contains(&name))
        };
        let fields = self.schema.inputs.iter().filter(|field| {
            (field.required || !required)
                && field.name.ends_with(ending)
                && !alias.fields.contains(&field.name.as_str())
                && !belongs_elsewhere(&field.name)
        });
        let spots = fields.filter_map(|field| path::find(self.schema, &Path::key(&field.name)));
        spots.filter(|spot| fits(alias.carries, spot.ty, spot.default())).collect()
    }

    /// The best free place for `option`.
    pub(crate) fn target(&self, option: &str) -> Option<Spot<'a>> {
        self.places(option).into_iter().find(|spot| self.free(&spot.path))
    }

    /// Every place that a canonical part took.
    pub(crate) fn filled(&self) -> &[Path] {
        &self.filled
    }

    /// Whether no canonical part was written to `path` yet.
    pub(crate) fn free(&self, path: &Path) -> bool {
        !self.filled.iter().any(|other| other.overlaps(path))
    }

    /// How many items of the list at `path` were written.
    pub(crate) fn held(&self, path: &Path) -> usize {
        self.filled.iter().filter(|other| path.leads_to(other)).count()
    }

    /// Writes what `option` (asked as `asked`) became; the caller's own field at the same place wins.
    pub(crate) fn put(&mut self, option: &str, asked: &Value, path: &Path, value: Value) {
        self.filled.push(path.clone());
        if self.given.iter().any(|given| given.overlaps(path)) {
            let sent = path::get(&self.body, path).cloned().unwrap_or(Value::Null);
            if sent != value {
                self.tell(option, asked.clone(), sent, format!("the model's own field `{path}` was given and wins"));
            }
        } else if !path::put(&mut self.body, path, value) {
            self.refuse(option, format!("`{path}` cannot be set beside the model's own fields"), "conflict");
        }
    }

    /// Coerces `asked` into `spot` and writes it; notes a change of meaning. False when it cannot be expressed there.
    pub(crate) fn fill(&mut self, option: &str, asked: &Value, spot: &Spot<'_>) -> bool {
        let Some(fit) = coerce(asked, spot.ty, spot.default()) else { return false };
        if let Some(why) = fit.changed {
            self.adjust(option, asked.clone(), fit.value.clone(), format!("`{}`: {why}", spot.path));
        }
        self.put(option, asked, &spot.path, fit.value);
        true
    }

    /// Maps an option that needs no more than its alias and coercion.
    pub(crate) fn plain(&mut self, option: &str, asked: &Value) {
        let target = self.target(option);
        self.plain_at(option, asked, target);
    }

    /// The same where the place is known.
    pub(crate) fn plain_at(&mut self, option: &str, asked: &Value, target: Option<Spot<'_>>) {
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
    pub(crate) fn tell(&mut self, option: &str, from: Value, to: Value, why: impl Into<String>) {
        self.notes.push(Note::new(option, from, to, why));
    }

    /// Records a change; the strict policy refuses it.
    pub(crate) fn adjust(&mut self, option: &str, from: Value, to: Value, why: impl Into<String>) {
        let why = why.into();
        match self.request.policy {
            Policy::Adjust => self.tell(option, from, to, why),
            Policy::Strict => {
                let message = format!("{} is not possible: {why}; nearest is {to}", shown(option, &from));
                self.refuse(option, message, "not_allowed");
            }
        }
    }

    /// Records an option that cannot be expressed; the strict policy refuses it.
    pub(crate) fn unsupported(&mut self, option: &str, from: Value, why: impl Into<String>) {
        let why = why.into();
        match self.request.policy {
            Policy::Adjust => self.tell(option, from, Value::Null, why),
            Policy::Strict => {
                let message = format!("{} cannot be expressed: {why}", shown(option, &from));
                self.refuse(option, message, "unsupported");
            }
        }
    }

    /// Records a problem that no policy forgives.
    pub(crate) fn refuse(&mut self, path: &str, message: impl Into<String>, code: &str) {
        self.problems.push(FieldProblem::new(path, message).with_code(code));
    }

    /// The result, or one error with every problem.
    pub(crate) fn finish(self) -> Result<Mapped> {
        if self.problems.is_empty() {
            return Ok(Mapped { body: self.body, notes: self.notes, uploads: self.uploads });
        }
        let unsupported = self.problems.iter().all(|problem| problem.code.as_deref() == Some("unsupported"));
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

/// The value as a message may show it: never somebody's prose.
fn shown(option: &str, value: &Value) -> String {
    match option {
        "prompt" | "negative_prompt" | "voice_sample_text" => "the text".into(),
        _ => value.to_string(),
    }
}
