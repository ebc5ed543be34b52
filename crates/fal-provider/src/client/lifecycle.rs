//! How long files live at fal and who may read them (protocol 6.6).

use mediagen_core::{FieldProblem, ProblemCode};
use mediagen_provider_kit::upload::UploadTerms;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// The words for a lifetime, in seconds; `never` is spelt as a null.
const LIFETIMES: &[(&str, u64)] =
    &[("immediate", 60), ("1h", 3_600), ("1d", 86_400), ("7d", 604_800), ("30d", 2_592_000), ("1y", 31_536_000)];
/// What a file's reader may be told: the file, a refusal, or that there is none.
const DECISIONS: [&str; 3] = ["allow", "forbid", "hide"];
/// How long an address is used again where nobody said how long it lives.
const UNSAID: Duration = Duration::from_hours(24);
/// The longest that an address is used again.
const LONGEST: Duration = Duration::from_hours(30 * 24);
/// The least that an address must still live for a job that waits in a queue and then reads it.
const MARGIN: u64 = 15 * 60;

/// A lifecycle document, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lifecycle {
    /// As fal takes it; `None` leaves everything to the account's own settings.
    pub(crate) document: Option<String>,
    life: Life,
}

/// How long a file lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Life {
    /// Nobody said.
    #[default]
    Unsaid,
    Endless,
    Seconds(u64),
}

impl Lifecycle {
    /// From the settings of those names; a problem is named after its setting.
    pub(crate) fn of(lifecycle: Option<&Value>, acl: Option<&Value>) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut refuse = |name: &str, allowed: String| {
            problems.push(FieldProblem::new(name, format!("must be {allowed}")).with_code(ProblemCode::Type));
        };
        let mut map = serde_json::Map::new();
        let mut life = Life::Unsaid;
        if let Some(value) = lifecycle {
            match lifetime(value) {
                Ok((found, rest)) => {
                    life = found;
                    let seconds = match found {
                        Life::Unsaid => None,
                        Life::Endless => Some(Value::Null),
                        Life::Seconds(seconds) => Some(json!(seconds)),
                    };
                    map.extend(seconds.map(|seconds| ("expiration_duration_seconds".to_owned(), seconds)));
                    if let Some(rules) = rest {
                        map.insert("initial_acl".into(), rules);
                    }
                }
                Err(allowed) => refuse("lifecycle", allowed),
            }
        }
        if let Some(value) = acl {
            match access(value) {
                Ok(rules) => drop(map.insert("initial_acl".into(), rules)),
                Err(allowed) => refuse("acl", allowed),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let document = (!map.is_empty()).then(|| Value::Object(map).to_string());
        Ok(Self { document, life })
    }

    /// As terms of an upload.
    pub(crate) fn terms(&self) -> UploadTerms {
        let mut terms = UploadTerms::new();
        terms.document.clone_from(&self.document);
        terms.reuse_for = self.reuse_for();
        if let Life::Seconds(seconds) = self.life {
            terms.lives_for = Some(Duration::from_secs(seconds));
        }
        terms
    }

    /// How long the address of a file may be used again; `None` when it hardly outlives one job.
    fn reuse_for(&self) -> Option<Duration> {
        match self.life {
            Life::Unsaid => Some(UNSAID),
            Life::Endless => Some(LONGEST),
            Life::Seconds(seconds) => {
                let left = seconds.saturating_sub(MARGIN.max(seconds / 4));
                (left > 0).then(|| Duration::from_secs(left).min(LONGEST))
            }
        }
    }
}

type Lifetime = (Life, Option<Value>);

/// Seconds and access rules, from fal's own document, from seconds or from a word.
fn lifetime(value: &Value) -> Result<Lifetime, String> {
    let allowed = || {
        let words: Vec<&str> = LIFETIMES.iter().map(|(word, _)| *word).collect();
        format!("never, {}, seconds above 0, or an object as fal documents it", words.join(", "))
    };
    // fal takes 0 for "for ever", which nobody means.
    let whole = |value: &Value| value.as_u64().filter(|seconds| *seconds > 0).ok_or_else(allowed);
    match value {
        Value::Object(map) => {
            let known = ["expiration_duration_seconds", "initial_acl"];
            if !map.keys().all(|key| known.contains(&key.as_str())) {
                return Err(allowed());
            }
            let seconds = match map.get("expiration_duration_seconds") {
                None => Life::Unsaid,
                Some(Value::Null) => Life::Endless,
                Some(seconds) => Life::Seconds(whole(seconds)?),
            };
            Ok((seconds, map.get("initial_acl").map(access).transpose()?))
        }
        Value::String(word) if word == "never" => Ok((Life::Endless, None)),
        Value::String(word) => match LIFETIMES.iter().find(|(known, _)| known == word) {
            Some((_, seconds)) => Ok((Life::Seconds(*seconds), None)),
            // From a command line or the environment, where everything is text.
            None => word.parse().ok().filter(|n: &u64| *n > 0).map(|n| (Life::Seconds(n), None)).ok_or_else(allowed),
        },
        value => Ok((Life::Seconds(whole(value)?), None)),
    }
}

/// Access rules, from fal's own document or from one decision for everybody.
fn access(value: &Value) -> Result<Value, String> {
    let allowed =
        || format!("{}, or {{\"default\": …, \"rules\": [{{\"user\", \"decision\"}}]}}", DECISIONS.join(", "));
    let decision = |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(|word| DECISIONS.contains(&word));
    match value {
        Value::String(word) if DECISIONS.contains(&word.as_str()) => Ok(json!({ "default": word })),
        Value::Object(map) => {
            let known = map.keys().all(|key| ["default", "rules"].contains(&key.as_str()));
            let rules = map.get("rules").map(|rules| rules.as_array().map(Vec::as_slice));
            let is_rule = |rule: &Value| {
                let user = rule.get("user").and_then(Value::as_str).is_some_and(|user| !user.is_empty());
                user && decision(rule.get("decision")) && rule.as_object().is_some_and(|rule| rule.len() == 2)
            };
            let good = match rules {
                None => true,
                Some(None) => false,
                Some(Some(rules)) => rules.iter().all(is_rule),
            };
            if known && good && decision(map.get("default")) { Ok(value.clone()) } else { Err(allowed()) }
        }
        _ => Err(allowed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(lifecycle: &Value, acl: &Value) -> Result<String, String> {
        let given = |value| Some(value).filter(|value: &&Value| !value.is_null());
        let read = Lifecycle::of(given(lifecycle), given(acl));
        read.map(|l| l.document.unwrap_or_default())
            .map_err(|problems| problems.into_iter().map(|p| p.path).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn lifetimes_and_rules_become_one_document() {
        let none = Value::Null;
        assert_eq!(document(&none, &none).unwrap(), "");
        assert_eq!(document(&json!("never"), &none).unwrap(), "{\"expiration_duration_seconds\":null}");
        assert_eq!(document(&json!("90"), &none).unwrap(), "{\"expiration_duration_seconds\":90}");
        assert_eq!(
            document(&json!("1h"), &json!("hide")).unwrap(),
            "{\"expiration_duration_seconds\":3600,\"initial_acl\":{\"default\":\"hide\"}}"
        );
        let rules = json!({"default": "forbid", "rules": [{"user": "ann", "decision": "allow"}]});
        let whole = json!({"expiration_duration_seconds": 60, "initial_acl": rules});
        assert_eq!(document(&whole, &none).unwrap(), whole.to_string());
    }

    #[test]
    fn unknown_words_are_refused_by_name() {
        for acl in [
            json!("deny"),
            json!({"default": "no"}),
            json!({"rules": []}),
            json!({"default": "allow", "rules": [{"user": "ann"}]}),
            json!({"default": "allow", "rules": {}}),
            json!({"default": "allow", "owner": "me"}),
            json!(3),
        ] {
            assert_eq!(document(&Value::Null, &acl).unwrap_err(), "acl", "{acl}");
            let inside = json!({"initial_acl": acl});
            assert_eq!(document(&inside, &Value::Null).unwrap_err(), "lifecycle", "{acl}");
        }
        assert_eq!(document(&json!("2d"), &json!("deny")).unwrap_err(), "lifecycle,acl");
        assert_eq!(document(&json!({"expiration_duration_seconds": 0}), &Value::Null).unwrap_err(), "lifecycle");
    }

    #[test]
    fn an_address_is_used_again_for_less_than_it_lives() {
        let reuse = |value: &Value| Lifecycle::of(Some(value), None).unwrap().reuse_for().map(|d| d.as_secs());
        assert_eq!(reuse(&json!("immediate")), None);
        assert_eq!(reuse(&json!(900)), None);
        assert_eq!(reuse(&json!("1h")), Some(2_700));
        assert_eq!(reuse(&json!("1d")), Some(64_800));
        assert_eq!(reuse(&json!("1y")), Some(2_592_000));
        assert_eq!(reuse(&json!("never")), Some(2_592_000));
        assert_eq!(Lifecycle::default().reuse_for(), Some(UNSAID));
    }
}
