//! What a model is, rung by rung: the given category, the schema's signature, rules, and a language model for the rest.
//!
//! A lower rung never overwrites a higher one, and "unknown" never replaces what is known.

mod rules;

use mediagen_core::{CapabilityEvidence, KindEvidence, Method, ModelKind, ModelSpec, Result, category};
use mediagen_params::{Signature, signature};
use rules::Rules;
use serde::{Deserialize, Serialize};

/// Categories that say nothing.
const SILENT: &[&str] = &["", "unknown", "other", "json", "workflow"];

/// What the ladder found out about one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// It has these kinds.
    Known,
    /// It is understood, and none of the seven kinds fits; why.
    Unsupported(String),
    /// Nothing could be told: something for a language model, or for nobody.
    Open,
}

/// The rungs that need no network.
#[derive(Debug, Clone)]
pub struct Ladder {
    rules: Rules,
}

impl Ladder {
    /// With the rules that come with this crate.
    ///
    /// # Errors
    /// `Config` when they do not parse.
    pub fn new() -> Result<Self> {
        Ok(Self { rules: Rules::bundled()? })
    }

    /// Fills in the kinds and purposes of `spec` and says how far that went.
    ///
    /// What a category gave stays; the rungs below add. A model that makes weights has no kind, whatever else it says.
    pub fn classify(&self, spec: &mut ModelSpec) -> Verdict {
        if spec.listing.trains {
            spec.kinds.clear();
            return Verdict::Unsupported("it makes weights".to_owned());
        }
        let verdict = self.kind(spec);
        let kinds = spec.kinds.clone();
        for evidence in self.rules.purposes(spec, &kinds) {
            claim(spec, evidence);
        }
        verdict
    }

    fn kind(&self, spec: &mut ModelSpec) -> Verdict {
        let given = spec.category.clone().filter(|category| !SILENT.contains(&category.as_str()));
        if let Some(given) = given {
            let Some(row) = category::lookup(&given) else {
                return Verdict::Unsupported(format!("the category is `{given}`"));
            };
            if spec.kind_evidence.is_empty() {
                spec.kind_evidence.push(KindEvidence::new(row.kind, Method::Category, given, 0.95));
            }
            add_kind(spec, row.kind);
            return Verdict::Known;
        }
        let seen = match signature(&spec.schema, None) {
            Signature::Kinds(seen) => seen,
            Signature::Unsupported(why) => return Verdict::Unsupported(why),
            _ => Vec::new(),
        };
        let found = if let [only] = seen.as_slice() {
            Some(only.clone())
        } else {
            let open: Vec<ModelKind> = seen.iter().map(|evidence| evidence.kind).collect();
            match (self.rules.kind(&spec.id.name, &open), seen.first()) {
                (Some((kind, why)), None) => Some(KindEvidence::new(kind, Method::Rule, why, 0.7)),
                (Some((kind, why)), Some(first)) => {
                    Some(KindEvidence::new(kind, Method::Rule, format!("{}; {why}", first.evidence), 0.85))
                }
                (None, likeliest) => likeliest.cloned(),
            }
        };
        let Some(found) = found else { return Verdict::Open };
        for row in category::CATEGORIES.iter().filter(|row| row.category == found.kind.as_str()) {
            for capability in row.capabilities {
                claim(spec, CapabilityEvidence::new(*capability, Method::Category, found.kind.as_str()));
            }
        }
        add_kind(spec, found.kind);
        spec.kind_evidence.push(found);
        Verdict::Known
    }
}

fn add_kind(spec: &mut ModelSpec, kind: ModelKind) {
    if !spec.kinds.contains(&kind) {
        spec.kinds.push(kind);
    }
}

/// Adds a claim; a purpose that only a category promised is now shown by something about the very model.
fn claim(spec: &mut ModelSpec, claim: CapabilityEvidence) {
    let same = |known: &CapabilityEvidence| known.capability == claim.capability && known.method == claim.method;
    if !spec.capabilities.iter().any(same) {
        spec.capabilities.push(claim);
    }
}

#[cfg(test)]
mod tests;
