//! The user's own names for endpoints, out of a file.

use crate::{alias::Aliases, id::EndpointId};
use mediagen_core::{Error, ErrorKind, FieldProblem, Result};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The name of the file in the [`home`](mediagen_core::home).
const FILE: &str = "aliases.toml";
/// The table of the file that is about fal; others are another provider's.
const TABLE: &str = "fal";
/// What a file looks like, for hints.
const SHAPE: &str = "write it as:\n[fal]\nmy-name = \"fal-ai/flux/dev\"";

/// The names in the file `given`, or else in `home`; a folder without the file has none.
///
/// # Errors
/// `Config` naming the file, and the name in it, that cannot be used; also where `given` is not there.
pub(super) fn read(given: Option<&str>, home: Option<PathBuf>) -> Result<BTreeMap<String, String>> {
    let path = match (given, home) {
        (Some(given), _) => PathBuf::from(given),
        (None, Some(home)) => home.join(FILE),
        (None, None) => return Ok(BTreeMap::new()),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).map_err(|what| unusable(&path, &what)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && given.is_none() => Ok(BTreeMap::new()),
        Err(error) => Err(unusable(&path, &error.to_string())),
    }
}

fn unusable(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the aliases in `{}` cannot be used: {what}", path.display()))
        .with_field(FieldProblem::new("aliases", what))
        .with_hint(SHAPE)
}

fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let file: toml::Table = toml::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())?;
    if let Some((name, _)) = file.iter().find(|(_, value)| !value.is_table()) {
        return Err(format!("`{name}` stands in no table; a name of fal's stands under `[{TABLE}]`"));
    }
    let known = Aliases::new(BTreeMap::new()).map_err(|e| e.to_string())?;
    let rows = file.get(TABLE).and_then(toml::Value::as_table).into_iter().flatten();
    rows.map(|(name, target)| {
        let target = target.as_str().ok_or_else(|| format!("`{name}` is {target}, not the text of an id"))?.trim();
        if EndpointId::parse(target).is_err() && known.known(target).is_none() {
            return Err(format!("`{name}` stands for `{target}`, which is no endpoint id (`owner/name`)"));
        }
        Ok((name.trim().trim_matches('/').to_owned(), target.to_owned()))
    })
    .collect()
}
