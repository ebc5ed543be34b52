//! The user's own names for models, out of a file.

use mediagen_core::{Error, ErrorKind, FieldProblem, ProblemCode, Result, home};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The name of the file in the [`home`].
const FILE: &str = "aliases.toml";

/// How a provider reads the user's own names: the table of this provider in `aliases.toml`.
#[derive(Debug, Clone, Copy)]
pub struct OwnNames {
    /// The table of the file that is about this provider; others are another provider's.
    pub table: &'static str,
    /// A model's id, for the hint.
    pub example: &'static str,
    /// What an id looks like, in words.
    pub shape: &'static str,
    /// Whether a name may stand for this.
    pub is_target: fn(&str) -> bool,
}

impl OwnNames {
    /// The names in the file `given`, otherwise in the [`home`]; a folder without the file has none.
    ///
    /// # Errors
    /// `Config` naming the file, and the name in it, that cannot be used; also where `given` is not there.
    pub fn read(
        &self,
        given: Option<&str>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<BTreeMap<String, String>> {
        let path = match given {
            Some(given) => PathBuf::from(given),
            None => match home(environment) {
                Some(home) => home.join(FILE),
                None => return Ok(BTreeMap::new()),
            },
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => self.parse(&text).map_err(|what| self.unusable(&path, &what)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && given.is_none() => Ok(BTreeMap::new()),
            Err(error) => Err(self.unusable(&path, &error.to_string())),
        }
    }

    fn unusable(&self, path: &Path, what: &str) -> Error {
        Error::new(ErrorKind::Config, format!("the aliases in `{}` cannot be used: {what}", path.display()))
            .with_field(FieldProblem::new("aliases", what).with_code(ProblemCode::Type))
            .with_hint(format!("write it as:\n[{}]\nmy-name = \"{}\"", self.table, self.example))
    }

    fn parse(&self, text: &str) -> Result<BTreeMap<String, String>, String> {
        let file: toml::Table = toml::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())?;
        if let Some((name, _)) = file.iter().find(|(_, value)| !value.is_table()) {
            return Err(format!(
                "`{name}` stands in no table; a name for this provider stands under `[{}]`",
                self.table
            ));
        }
        let rows = file.get(self.table).and_then(toml::Value::as_table).into_iter().flatten();
        rows.map(|(name, target)| {
            let target = target.as_str().ok_or_else(|| format!("`{name}` is {target}, not the text of an id"))?.trim();
            if !(self.is_target)(target) {
                return Err(format!("`{name}` stands for `{target}`, which is not {}", self.shape));
            }
            Ok((name.trim().trim_matches('/').to_owned(), target.to_owned()))
        })
        .collect()
    }
}
