//! Keys, from a setting or from variables.

use mediagen_core::{Error, ErrorKind, FieldProblem, ProblemCode, Result, Settings};
use secrecy::SecretString;

/// Where a key stands in the environment.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum KeyVariable {
    /// In one variable.
    One(&'static str),
    /// In two, joined by a colon. Half a pair is no credential.
    Pair(&'static str, &'static str),
}

/// How a provider's key is found.
///
/// ```
/// use mediagen_core::Settings;
/// use mediagen_provider_kit::config::{ExposeSecret as _, Key, KeyVariable};
///
/// const KEY: Key = Key {
///     title: "Example",
///     variables: &[KeyVariable::One("EXAMPLE_KEY"), KeyVariable::Pair("EXAMPLE_ID", "EXAMPLE_SECRET")],
///     hint: "set EXAMPLE_KEY to a key of https://example.org/keys, or unset it",
/// };
/// let variable = |name: &str| (name == "EXAMPLE_KEY").then(|| " k-1\n".to_owned());
/// let key = KEY.read(&Settings::new(), variable)?.unwrap();
/// assert_eq!(key.expose_secret(), "k-1");
/// # Ok::<(), mediagen_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The provider's title, for errors.
    pub title: &'static str,
    /// Best first.
    pub variables: &'static [KeyVariable],
    /// What to do about a key that cannot be used.
    pub hint: &'static str,
}

impl Key {
    /// The setting `key`, otherwise the first of the variables that is set. `None` without any.
    ///
    /// # Errors
    /// `Config` naming the place, and never the key, for one that is empty or that no header can carry. White space
    /// around a key is taken off: files and shells leave it behind.
    pub fn read(
        &self,
        settings: &Settings,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<SecretString>> {
        if let Some(key) = settings.get("key") {
            return self.checked("key", key).map(Some);
        }
        for variable in self.variables {
            match *variable {
                KeyVariable::One(name) => {
                    if let Some(key) = environment(name) {
                        return self.checked(name, &key).map(Some);
                    }
                }
                KeyVariable::Pair(id_name, secret_name) => {
                    if let (Some(id), Some(secret)) = (environment(id_name), environment(secret_name)) {
                        self.checked(id_name, &id)?;
                        self.checked(secret_name, &secret)?;
                        return self.checked(id_name, &format!("{}:{}", id.trim(), secret.trim())).map(Some);
                    }
                }
            }
        }
        Ok(None)
    }

    fn checked(&self, name: &str, key: &str) -> Result<SecretString> {
        let problem = match key.trim() {
            "" => "is empty",
            key if key.chars().any(|c| c.is_control() || c.is_whitespace()) => {
                "holds white space or control characters"
            }
            key if !key.is_ascii() => "holds characters outside ASCII",
            key => return Ok(SecretString::from(key.to_owned())),
        };
        let code = if key.trim().is_empty() { ProblemCode::Missing } else { ProblemCode::Type };
        Err(Error::new(ErrorKind::Config, format!("the key of {} in `{name}` {problem}", self.title))
            .with_field(FieldProblem::new("key", problem).with_code(code))
            .with_hint(self.hint))
    }
}
