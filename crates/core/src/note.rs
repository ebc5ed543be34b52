//! What was changed on the way from the wish to the body.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, str::FromStr};

/// What to do with an option that the model cannot take as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Take the nearest thing that the model offers, and leave a [`Note`].
    #[default]
    Adjust,
    /// Refuse, before anything is sent.
    Strict,
}

impl FromStr for Policy {
    type Err = crate::Error;

    fn from_str(text: &str) -> crate::Result<Self> {
        match text {
            "adjust" => Ok(Self::Adjust),
            "strict" => Ok(Self::Strict),
            _ => Err(crate::Error::new(crate::ErrorKind::InvalidInput, format!("policy `{text}` is not known"))
                .with_hint("known: adjust, strict")),
        }
    }
}

/// One difference between what was asked and what is sent, or between what was asked and what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Note {
    /// The canonical option, or the model's own field where no option stands behind it.
    pub option: String,
    /// What was asked; null where nothing was.
    pub from: Value,
    /// What was sent instead; null where nothing was.
    pub to: Value,
    /// The reason, for a person.
    pub why: String,
}

impl Note {
    /// A note; every part is required, because a note without a reason is no use.
    pub fn new(
        option: impl Into<String>,
        from: impl Into<Value>,
        to: impl Into<Value>,
        why: impl Into<String>,
    ) -> Self {
        Self { option: option.into(), from: from.into(), to: to.into(), why: why.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {} ({})", self.option, self.from, self.to, self.why)
    }
}
