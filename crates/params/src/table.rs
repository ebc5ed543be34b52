//! The tables of names: a provider's own rows before the neutral ones. Nearly all names are not in a schema, so the
//! schema's names are looked up in the table, not the other way round.

use crate::alias::{self, Carries, NEUTRAL, Neutral};
use foldhash::fast::FixedState;
use mediagen_core::ModelKind;
use serde::Deserialize;
use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

/// A table of names that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AliasError {
    /// Not TOML, or not the shape of such a table.
    #[error("the table of names cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A row of something that is neither a canonical option nor a role nor `prompt`.
    #[error("row {row}: `{option}` is not a canonical option")]
    UnknownOption {
        /// The row's place in the file, from 1.
        row: usize,
        /// The name.
        option: String,
    },
    /// A row without a name, or with an empty one.
    #[error("row {row} (`{option}`) has an empty name, or none")]
    NoName {
        /// The row's place in the file, from 1.
        row: usize,
        /// The option.
        option: String,
    },
}

/// Under which names canonical options and roles go, best first.
///
/// A provider adds what its models call them; the neutral names follow, so that a row lists only what is its own or what
/// has to come first:
///
/// ```
/// use mediagen_params::AliasTable;
///
/// let table = AliasTable::parse(
///     r#"
///     [[alias]]
///     option = "image"
///     kinds = ["image-to-video"]      # optional: for models used so, instead of the row for all kinds
///     fields = ["frame_images[].input_image", "*_photo"]
///     "#,
/// )?;
/// # Ok::<(), mediagen_params::AliasError>(())
/// ```
///
/// A name is a dotted path into the body; `inputs[].text` is the first item of a list. A leading `*` stands for any
/// beginning of a required field's name.
#[derive(Debug, Clone)]
pub struct AliasTable {
    rows: Vec<Alias>,
    /// The places in `rows` of each option's rows.
    options: HashMap<&'static str, Vec<usize>, FixedState>,
    names: HashMap<String, Vec<Entry>, FixedState>,
}

/// One row: a canonical option or role, for some kinds or (empty) all, and the names it goes by, best first.
#[derive(Debug, Clone)]
pub(crate) struct Alias {
    /// The row's place in the table.
    pub(crate) id: usize,
    pub(crate) option: &'static str,
    pub(crate) kinds: Vec<ModelKind>,
    pub(crate) carries: Carries,
    /// With their marks.
    pub(crate) fields: Vec<Cow<'static, str>>,
    /// Beginnings that do not matter: only required fields whose names end so are meant. With their places in `fields`.
    pub(crate) endings: Vec<(usize, String)>,
}

/// One name of one row.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The row's place in the table.
    pub(crate) row: usize,
    pub(crate) option: &'static str,
    /// The name's place in the row, best first.
    pub(crate) rank: usize,
    /// The name without its mark.
    pub(crate) name: String,
    /// What the field must be able to carry.
    pub(crate) carries: Carries,
    /// Whether the name is that of a field, not a path into one.
    pub(crate) whole: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    alias: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    option: String,
    #[serde(default)]
    kinds: Vec<ModelKind>,
    fields: Vec<String>,
}

/// Rows in the making: option, kinds, what they carry, names.
type Draft = (&'static str, Vec<ModelKind>, Carries, Vec<Cow<'static, str>>);

impl AliasTable {
    /// The names that belong to no provider.
    pub fn neutral() -> &'static Self {
        static TABLE: LazyLock<AliasTable> = LazyLock::new(|| AliasTable::of(&[]));
        &TABLE
    }

    /// Reads a provider's own rows, `[[alias]]` tables with `option`, `fields` and perhaps `kinds`, and puts the neutral
    /// names behind them; unknown keys are errors.
    ///
    /// # Errors
    /// [`AliasError`] naming the row.
    pub fn parse(toml: &str) -> Result<Self, AliasError> {
        let file: File = toml::from_str(toml)?;
        let mut own = Vec::new();
        for (index, Row { option, kinds, fields }) in file.alias.into_iter().enumerate() {
            let row = index + 1;
            let Some(name) = alias::named(&option) else { return Err(AliasError::UnknownOption { row, option }) };
            if fields.is_empty() || fields.iter().any(|field| field.trim_start_matches(['*', '=', '>']).is_empty()) {
                return Err(AliasError::NoName { row, option });
            }
            own.push((name, kinds, fields));
        }
        Ok(Self::of(&own))
    }

    fn of(own: &[(&'static str, Vec<ModelKind>, Vec<String>)]) -> Self {
        let mut table = Self { rows: Vec::new(), options: HashMap::default(), names: HashMap::default() };
        // In the neutral table's order, each option's rows for single kinds before the one for all.
        for neutral in NEUTRAL {
            if !table.options.contains_key(neutral.option) {
                for row in joined(neutral.option, own) {
                    table.add(row);
                }
            }
        }
        table
    }

    fn add(&mut self, (option, kinds, carries, fields): Draft) {
        let id = self.rows.len();
        let mut endings = Vec::new();
        for (rank, name) in fields.iter().enumerate() {
            if let Some(ending) = name.strip_prefix('*') {
                endings.push((rank, ending.to_owned()));
                continue;
            }
            let (name, carries) = marked(carries, name);
            let root = name.split(['.', '[']).next().unwrap_or(name);
            let whole = root.len() == name.len();
            let entry = Entry { row: id, option, rank, name: name.to_owned(), carries, whole };
            self.names.entry(root.to_owned()).or_default().push(entry);
        }
        self.options.entry(option).or_default().push(id);
        self.rows.push(Alias { id, option, kinds, carries, fields, endings });
    }

    /// The row of `option` for `kind`: the one that names the kind, or else the one for all kinds.
    pub(crate) fn row(&self, option: &str, kind: ModelKind) -> Option<&Alias> {
        // The row for all kinds is the last one.
        let mut rows = self.options.get(option)?.iter().map(|id| &self.rows[*id]);
        rows.find(|row| row.kinds.is_empty() || row.kinds.contains(&kind))
    }

    /// The rows that count for `kind`, one for each canonical option and role, and `prompt`.
    pub(crate) fn canonical(&self, kind: ModelKind) -> impl Iterator<Item = &Alias> {
        self.rows.iter().filter(move |row| {
            alias::canonical(row.option).is_some() && self.row(row.option, kind).is_some_and(|other| other.id == row.id)
        })
    }

    /// Every row that names a field `name`, or a place inside it.
    pub(crate) fn entries(&self, name: &str) -> &[Entry] {
        self.names.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The rows of `option`: one for each kind that a provider's own or a neutral row names, and one for all others.
fn joined(option: &'static str, own: &[(&'static str, Vec<ModelKind>, Vec<String>)]) -> Vec<Draft> {
    let neutral: Vec<&Neutral> = NEUTRAL.iter().filter(|row| row.option == option).collect();
    let own: Vec<_> = own.iter().filter(|(other, ..)| *other == option).collect();
    let mut kinds: Vec<ModelKind> = Vec::new();
    let named = neutral.iter().flat_map(|row| row.kinds).chain(own.iter().flat_map(|(_, kinds, _)| kinds));
    for kind in named {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    let row = |kind: Option<ModelKind>| {
        let means = |kinds: &[ModelKind]| kind.is_some_and(|kind| kinds.contains(&kind));
        let theirs = own.iter().find(|row| means(&row.1)).or_else(|| own.iter().find(|row| row.1.is_empty()));
        let ours =
            neutral.iter().find(|row| means(row.kinds)).or_else(|| neutral.iter().find(|row| row.kinds.is_empty()));
        let mut fields: Vec<Cow<'static, str>> = Vec::new();
        let theirs = theirs.into_iter().flat_map(|row| row.2.iter().cloned().map(Cow::Owned));
        let common = ours.into_iter().flat_map(|row| row.fields.iter().copied().map(Cow::Borrowed));
        for field in theirs.chain(common) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let carries = neutral[0].carries;
        (option, kind.into_iter().collect(), carries, fields)
    };
    kinds.iter().map(|kind| row(Some(*kind))).chain([row(None)]).collect()
}

/// A name of the table without the mark before it, and what the field must be able to carry.
fn marked(carries: Carries, name: &str) -> (&str, Carries) {
    match name.chars().next() {
        Some('=') => (&name[1..], Carries::Number),
        Some('>') => (&name[1..], Carries::Growth),
        _ => (name, carries),
    }
}
