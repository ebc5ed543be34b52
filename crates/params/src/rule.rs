//! Rules: what aliases and schema get wrong about a model, as data with a reason.

use crate::alias::canonical;
use globset::{Glob, GlobMatcher};
use mediagen_core::ModelKind;
use serde::Deserialize;
use serde_json::Value;

/// A rule file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// Not TOML, or not the shape of a rule file.
    #[error("the rules cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// The model pattern of a rule is not a glob.
    #[error("rule {row}: `{model}` is not a pattern")]
    Pattern {
        /// The rule's place in the file, from 1.
        row: usize,
        /// The pattern.
        model: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// A rule without a reason.
    #[error("rule {row} (`{model}`) has no `why`")]
    NoReason {
        /// The rule's place in the file, from 1.
        row: usize,
        /// The pattern.
        model: String,
    },
    /// A rule's `rename` starts from something that is neither a canonical option nor a role nor `prompt`.
    #[error("rule {row} (`{model}`): `{option}` is not a canonical option")]
    UnknownOption {
        /// The rule's place in the file, from 1.
        row: usize,
        /// The pattern.
        model: String,
        /// The name.
        option: String,
    },
}

/// One change that a rule makes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Op {
    /// The canonical option, role or `prompt` called `option` goes to `field` (dotted path), before any alias.
    Rename {
        /// Canonical name in `snake_case`.
        option: String,
        /// Dotted path in the body.
        field: String,
    },
    /// `field` is always `value`, unless the caller's own extra field says otherwise. Where the schema lists the values of
    /// `field` and `value` is not among them, nothing is set.
    Set {
        /// Dotted path in the body.
        field: String,
        /// The value, as JSON.
        value: Value,
    },
    /// `field` is `value` where nothing else filled it, and where the schema does not list other values only.
    Default {
        /// Dotted path in the body.
        field: String,
        /// The value, as JSON.
        value: Value,
        /// Only where the body holds this field (dotted path).
        #[serde(default)]
        when: Option<String>,
        /// Only where the body does not hold this field (dotted path).
        #[serde(default)]
        unless: Option<String>,
    },
    /// The model plays so many frames a second and has no field that says so: seconds become frames by it.
    FrameRate {
        /// Frames a second, above 0.
        value: f64,
    },
    /// `field` counts the other way round: its lowest number stands for the most of the option, such as the best quality.
    Invert {
        /// Dotted path in the body.
        field: String,
    },
    /// No option is mapped to `field`; the caller's own extra field still is.
    Drop {
        /// Dotted path in the body.
        field: String,
    },
}

/// One row of a rule file: for which models, what changes, and why.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rule {
    /// The pattern on the model's whole name; `*` stays within one path segment, `**` crosses them.
    pub model: String,
    /// Only for models used as this kind; any when `None`.
    pub kind: Option<ModelKind>,
    /// The reason, for the reader of a note and of the file.
    pub why: String,
    /// What changes, in this order.
    pub ops: Vec<Op>,
    matcher: GlobMatcher,
}

impl Rule {
    /// Whether the rule speaks of `model`.
    pub fn matches(&self, model: &str) -> bool {
        self.matcher.is_match(model)
    }
}

/// The rules of a provider, in the order of the file; later rows win.
#[derive(Debug, Clone, Default)]
pub struct RuleBook {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    kind: Option<ModelKind>,
    #[serde(default)]
    why: String,
    ops: Vec<Op>,
}

impl RuleBook {
    /// Reads a rule file: `[[rule]]` tables with `model`, `why`, `ops` and perhaps `kind`; unknown keys are errors.
    ///
    /// # Errors
    /// [`RuleError`] naming the row.
    pub fn parse(toml: &str) -> Result<Self, RuleError> {
        let file: File = toml::from_str(toml)?;
        let rules = file.rule.into_iter().enumerate().map(|(index, row)| rule(index + 1, row));
        Ok(Self { rules: rules.collect::<Result<_, _>>()? })
    }

    /// No rules.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The rules that speak of `model`, in the order of the file.
    pub fn matching(&self, model: &str) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.matches(model)).collect()
    }

    /// Every rule, in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

fn rule(row: usize, Row { model, kind, why, ops }: Row) -> Result<Rule, RuleError> {
    if why.trim().is_empty() {
        return Err(RuleError::NoReason { row, model });
    }
    for op in &ops {
        if let Op::Rename { option, .. } = op
            && canonical(option).is_none()
        {
            return Err(RuleError::UnknownOption { row, option: option.clone(), model });
        }
    }
    let glob = globset::GlobBuilder::new(&model).literal_separator(true).empty_alternates(true).build();
    match glob.as_ref().map(Glob::compile_matcher) {
        Ok(matcher) => Ok(Rule { model, kind, why, ops, matcher }),
        Err(source) => Err(RuleError::Pattern { row, source: source.clone(), model }),
    }
}
