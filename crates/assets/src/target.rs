//! Where a file goes, and what it is called.

use crate::name;
use mediagen_core::Result;
use std::path::{Path, PathBuf};

/// The template of a [`Target`] that was given none.
pub const DEFAULT_NAME: &str = "{model}-{index}";

/// A folder and a file name template.
///
/// Template fields are `{model}`, `{index}`, `{ext}`, `{job}` and `{seed}`; the extension is added where `{ext}` is
/// not used. The name is one name: separators in the template or in a value become `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    dir: PathBuf,
    template: String,
    fields: Vec<(String, String)>,
}

impl Target {
    /// Files in `dir` (created when it is missing), named by [`DEFAULT_NAME`].
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), template: DEFAULT_NAME.to_owned(), fields: Vec::new() }
    }

    /// Replaces the template.
    pub fn with_name(mut self, template: impl Into<String>) -> Self {
        self.template = template.into();
        self
    }

    /// Sets the value of a field; the last value wins.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and text are passed as they are at hand")]
    pub fn with_field(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        let name = name.into();
        self.fields.retain(|(known, _)| *known != name);
        self.fields.push((name, value.to_string()));
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The cleaned name without extension, for a file of type `extension`.
    ///
    /// # Errors
    /// `InvalidInput` for an unknown field in the template.
    pub fn stem(&self, extension: &str) -> Result<String> {
        let named = |field: &str| match field {
            "ext" => Some(extension),
            _ => self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str()),
        };
        let filled = name::fill(&self.template, named)?;
        // `name.{ext}` and `name` ask for the same file.
        Ok(name::clean(filled.strip_suffix(&format!(".{extension}")).unwrap_or(&filled)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_files_by_its_fields() {
        let target =
            Target::new("out").with_field("model", "fal-ai/flux").with_field("index", 0).with_field("index", 1);
        assert_eq!(target.stem("png").unwrap(), "fal-ai-flux-1");
        assert_eq!(target.clone().with_name("{model}.{ext}").stem("png").unwrap(), "fal-ai-flux");
        assert_eq!(target.clone().with_name("{ext}/{job}/{index}").stem("png").unwrap(), "png-1");
        assert!(target.with_name("{file}").stem("png").is_err());
    }
}
