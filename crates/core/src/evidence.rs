//! Claims about a model, each with the reason for it.

use crate::{MediaCapability, ModelKind};
use serde::{Deserialize, Serialize};

/// How something about a model is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// Its category guarantees it for every model there: weak for a purpose.
    Category,
    /// Its schema shows it.
    Schema,
    /// A rule on id, tags, title or fields says so.
    Rule,
    /// A language model said so, having read the listing's words.
    LanguageModel,
}

impl Method {
    /// The stable kebab-case text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Schema => "schema",
            Self::Rule => "rule",
            Self::LanguageModel => "language-model",
        }
    }

    /// How sure a claim by this method is where nothing more is known, from 0 to 1.
    pub const fn usual_confidence(self) -> f64 {
        match self {
            // A category promises a purpose for all of its models, most of which do something else.
            Self::Category => 0.5,
            Self::Schema => 0.9,
            Self::Rule => 0.8,
            Self::LanguageModel => 0.6,
        }
    }
}

/// A capability with the reason why the model is said to have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CapabilityEvidence {
    /// The purpose.
    pub capability: MediaCapability,
    /// How it is known.
    pub method: Method,
    /// The very thing that shows it, such as the category's text or a field's name.
    pub evidence: String,
    /// How sure it is, from 0 to 1.
    #[serde(default = "half")]
    pub confidence: f64,
}

fn half() -> f64 {
    0.5
}

impl CapabilityEvidence {
    /// A claim with its reason, as sure as its method usually is.
    pub fn new(capability: MediaCapability, method: Method, evidence: impl Into<String>) -> Self {
        Self { capability, method, evidence: evidence.into(), confidence: method.usual_confidence() }
    }
}

/// A kind with the reason why the model is said to be of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KindEvidence {
    /// The kind.
    pub kind: ModelKind,
    /// How it is known.
    pub method: Method,
    /// The very thing that shows it.
    pub evidence: String,
    /// How sure it is, from 0 to 1.
    pub confidence: f64,
}

impl KindEvidence {
    /// A claim with its reason, `confidence` from 0 to 1.
    pub fn new(kind: ModelKind, method: Method, evidence: impl Into<String>, confidence: f64) -> Self {
        Self { kind, method, evidence: evidence.into(), confidence }
    }
}
