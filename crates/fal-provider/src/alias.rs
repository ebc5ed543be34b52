//! Names that stand for endpoints: the user's own first, then the table `data/aliases.toml`.

use mediagen_core::{Error, ErrorKind, Result};
use mediagen_provider_kit::config::table;
use serde::Deserialize;
use std::collections::BTreeMap;

const TABLE: &str = include_str!("../data/aliases.toml");

/// The two tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aliases {
    own: BTreeMap<String, String>,
    table: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    alias: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    names: Vec<String>,
    target: String,
    why: String,
}

impl Aliases {
    /// The table under the user's own names.
    ///
    /// # Errors
    /// `Config` when the table that ships with this crate cannot be read, which a test rules out.
    pub(crate) fn new(own: BTreeMap<String, String>) -> Result<Self> {
        let file: File = table("aliases", TABLE)?;
        let mut known = BTreeMap::new();
        for row in file.alias {
            if row.why.trim().is_empty() {
                let message = format!("the table of aliases: `{}` has no `why`", row.target);
                return Err(Error::new(ErrorKind::Config, message));
            }
            for name in row.names {
                known.insert(name, row.target.clone());
            }
        }
        Ok(Self { own, table: known })
    }

    /// What the user made `name` stand for: decided before anything is looked up.
    pub(crate) fn own(&self, name: &str) -> Option<&str> {
        self.own.get(name).map(String::as_str)
    }

    /// What the table knows `name` as: asked when fal itself has no such endpoint.
    pub(crate) fn known(&self, name: &str) -> Option<&str> {
        self.table.get(name).map(String::as_str)
    }

    /// Every name, for "did you mean".
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.own.keys().chain(self.table.keys()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EndpointId;

    #[test]
    fn a_012_the_seed_names_are_in_the_table_and_can_be_overridden() {
        let own = [("bark".to_owned(), "me/bark".to_owned())].into();
        let aliases = Aliases::new(own).unwrap();
        for name in ["real-esrgan", "runway-gen3", "xtts-v2", "bark", "video-enhance", "face-swap"] {
            for name in [name.to_owned(), format!("fal-ai/{name}")] {
                let target = aliases.known(&name).unwrap_or_else(|| panic!("{name}"));
                assert!(EndpointId::parse(target).is_ok() && aliases.known(target).is_none(), "{name} -> {target}");
            }
        }
        assert_eq!((aliases.own("bark"), aliases.own("xtts-v2")), (Some("me/bark"), None));
    }
}
