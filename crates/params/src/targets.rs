//! Where an option may go: the places of a schema that bear one of its names and can carry it.

use crate::{
    AliasTable,
    alias::Carries,
    carry::fits,
    draft::Draft,
    path::{self, Path, Spot, Step},
    table::{Alias, Entry},
};
use mediagen_core::{Field, FieldType, Schema};

/// How the names of objects end that hold settings, alone or beside a file.
const SETTINGS: &[&str] =
    &["config", "options", "setting", "settings", "parameters", "params", "video", "image", "audio", "voice"];

/// The fields of a schema, each with the rows of the alias table that name it.
pub(crate) struct Targets<'a> {
    fields: Vec<(&'a Field, &'a [Entry])>,
    /// Each name of the table that a field bears, by row and then best first.
    named: Vec<(&'a Entry, &'a Field)>,
    /// The same for the parts of objects that hold settings, with the object's name.
    parts: Vec<(&'a str, &'a str, &'a [Entry])>,
}

impl<'a> Targets<'a> {
    /// Of the inputs of `schema`.
    pub(crate) fn of(schema: &'a Schema, table: &'a AliasTable) -> Self {
        let fields: Vec<_> = schema.inputs.iter().map(|field| (field, table.entries(&field.name))).collect();
        let mut named = Vec::with_capacity(2 * fields.len());
        for (field, entries) in &fields {
            named.extend(entries.iter().map(|entry| (entry, *field)));
        }
        named.sort_by_key(|(entry, _)| (entry.row, entry.rank));
        let mut parts = Vec::new();
        for holder in schema.inputs.iter().filter(|field| holds_settings(field)) {
            let start = parts.len();
            names(&holder.ty, &mut |name| {
                let entries = table.entries(name);
                if !entries.is_empty() && parts[start..].iter().all(|(_, other, _)| *other != name) {
                    parts.push((holder.name.as_str(), name, entries));
                }
            });
        }
        Self { fields, named, parts }
    }
}

fn holds_settings(field: &Field) -> bool {
    let holds = match &field.ty {
        FieldType::Object(fields) => !fields.is_empty(),
        FieldType::Union(variants) => variants.iter().any(|variant| matches!(variant, FieldType::Object(_))),
        _ => false,
    };
    holds && SETTINGS.contains(&field.name.rsplit('_').next().unwrap_or(&field.name))
}

/// Calls `found` with the name of each part of an object, of all variants.
fn names<'a>(ty: &'a FieldType, found: &mut impl FnMut(&'a str)) {
    match ty {
        FieldType::Object(fields) => fields.iter().for_each(|field| found(&field.name)),
        FieldType::Union(variants) => variants.iter().for_each(|variant| names(variant, found)),
        _ => {}
    }
}

impl<'a> Draft<'a> {
    /// Every place that `option` may go to, best first, whatever its type.
    pub(crate) fn places(&self, option: &str) -> Vec<Spot<'a>> {
        let renamed = self.renamed(option).and_then(|path| path::find(self.schema, &path));
        let mut spots: Vec<Spot<'a>> = renamed.into_iter().collect();
        let Some(alias) = self.alias(option) else { return spots };
        let own = spots.len();
        self.named(alias, &mut spots);
        self.inside(alias, &mut spots);
        let mut place = 0;
        spots.retain(|spot| {
            place += 1;
            place <= own || (!self.dropped(&spot.path) && !self.opens_a_list(spot))
        });
        spots
    }

    /// Whether writing there would start an optional list, whose other items and parts nobody asked for.
    fn opens_a_list(&self, spot: &Spot<'_>) -> bool {
        let root = spot.path.root();
        let indexed = spot.path.0.iter().any(|step| matches!(step, Step::Index(_)));
        indexed && !self.body.contains_key(root) && self.schema.input(root).is_none_or(|field| !field.required)
    }

    /// The fields that the row names, and the required ones that end like one of its names, in the row's order.
    fn named(&self, alias: &Alias, spots: &mut Vec<Spot<'a>>) {
        let named = &self.targets.named;
        let first = named.partition_point(|(entry, _)| entry.row < alias.id);
        let own = named[first..].iter().take_while(|(entry, _)| entry.row == alias.id);
        let start = spots.len();
        let mut ranks: Vec<usize> = Vec::new();
        for (entry, field) in own {
            let spot =
                if entry.whole { Some(Spot::of(field)) } else { path::find(self.schema, &Path::parse(&entry.name)) };
            if let Some(spot) = spot.filter(|spot| fits(entry.carries, spot.ty, spot.default())) {
                spots.push(spot);
                if !alias.endings.is_empty() {
                    ranks.push(entry.rank);
                }
            }
        }
        for (rank, ending) in &alias.endings {
            for spot in self.ending(alias, ending, true) {
                // Each goes behind those that are as good or better.
                let at = ranks.partition_point(|other| *other <= *rank);
                ranks.insert(at, *rank);
                spots.insert(start + at, spot);
            }
        }
    }

    /// Places that only end like `option`, required or not: for what has to go somewhere.
    pub(crate) fn alike(&self, option: &str) -> Vec<Spot<'a>> {
        let Some(alias) = self.alias(option) else { return Vec::new() };
        let spots = alias.endings.iter().flat_map(|(_, ending)| self.ending(alias, ending, false));
        spots.filter(|spot| !self.dropped(&spot.path)).collect()
    }

    /// The same names inside an object of settings, such as `config.duration`, or of a file, such as `video.strength`.
    fn inside(&self, alias: &Alias, spots: &mut Vec<Spot<'a>>) {
        if self.targets.parts.is_empty()
            || matches!(alias.carries, Carries::Media | Carries::Text)
            || matches!(alias.option, "width" | "height")
        {
            return;
        }
        let mut found: Vec<(usize, Spot<'a>)> = Vec::new();
        for (holder, name, entries) in &self.targets.parts {
            for entry in entries.iter().filter(|entry| entry.whole && entry.row == alias.id) {
                let path = Path::key(holder).then(Step::Key((*name).to_owned()));
                let spot = path::find(self.schema, &path).filter(|spot| spot.field.is_some());
                found.extend(spot.filter(|s| fits(entry.carries, s.ty, s.default())).map(|spot| (entry.rank, spot)));
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        spots.extend(found.into_iter().map(|(_, spot)| spot));
    }

    /// Fields, required ones or all, whose names only end like the alias and belong to no other option.
    fn ending(&self, alias: &Alias, ending: &str, required: bool) -> impl Iterator<Item = Spot<'a>> {
        let taken = |entry: &Entry| entry.whole && (entry.row == alias.id || entry.option != alias.option);
        let fields = self.targets.fields.iter().filter(move |(field, entries)| {
            (field.required || !required) && field.name.ends_with(ending) && !entries.iter().any(taken)
        });
        fields.map(|(field, _)| Spot::of(field)).filter(|spot| fits(alias.carries, spot.ty, spot.default()))
    }

    /// The best free place for `option`.
    pub(crate) fn target(&self, option: &str) -> Option<Spot<'a>> {
        self.places(option).into_iter().find(|spot| self.free(&spot.path))
    }
}
