//! The alias table by name: nearly all of its names are not in a schema, so the schema's names are looked up instead.

use crate::{
    alias::{ALIASES, Alias, Carries},
    carry::marked,
};
use foldhash::fast::FixedState;
use mediagen_core::ModelKind;
use std::{collections::HashMap, sync::LazyLock};

/// One name of one row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// The row.
    pub(crate) alias: &'static Alias,
    /// The name's place in the row, best first.
    pub(crate) rank: usize,
    /// The name without its mark.
    pub(crate) name: &'static str,
    /// What the field must be able to carry.
    pub(crate) carries: Carries,
    /// Whether the name is that of a field, not a path into one.
    pub(crate) whole: bool,
}

/// A beginning of a name that does not matter: only required fields whose names end so are meant.
pub(crate) type Ending = (usize, &'static str);

struct Row {
    alias: &'static Alias,
    endings: Vec<Ending>,
}

struct Index {
    rows: HashMap<&'static str, Vec<Row>, FixedState>,
    names: HashMap<&'static str, Vec<Entry>, FixedState>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { rows: HashMap::default(), names: HashMap::default() };
    for alias in ALIASES {
        let mut endings = Vec::new();
        for (rank, name) in alias.fields.iter().copied().enumerate() {
            if let Some(ending) = name.strip_prefix('*') {
                endings.push((rank, ending));
                continue;
            }
            let (name, carries) = marked(alias, name);
            let root = name.split(['.', '[']).next().unwrap_or(name);
            let entry = Entry { alias, rank, name, carries, whole: root.len() == name.len() };
            index.names.entry(root).or_default().push(entry);
        }
        index.rows.entry(alias.option).or_default().push(Row { alias, endings });
    }
    index
});

fn row(option: &str, kind: ModelKind) -> Option<&'static Row> {
    let rows = INDEX.rows.get(option)?;
    let own = rows.iter().find(|row| row.alias.kinds.contains(&kind));
    own.or_else(|| rows.iter().find(|row| row.alias.kinds.is_empty()))
}

/// The row of `option` for `kind`: the first that names the kind, else the one for all kinds.
pub(crate) fn alias(option: &str, kind: ModelKind) -> Option<&'static Alias> {
    row(option, kind).map(|row| row.alias)
}

/// The row of `option` for `kind`, and its endings with their places in it.
pub(crate) fn with_endings(option: &str, kind: ModelKind) -> Option<(&'static Alias, &'static [Ending])> {
    row(option, kind).map(|row| (row.alias, row.endings.as_slice()))
}

/// Every row that names a field `name`, or a place inside it.
pub(crate) fn entries(name: &str) -> &'static [Entry] {
    INDEX.names.get(name).map(Vec::as_slice).unwrap_or_default()
}
