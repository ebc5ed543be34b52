//! What fal answers, read with tolerance: null, missing and oddly typed members are unknown, never an error (law 5).

use mediagen_core::LogLine;
use mediagen_provider_kit::output::whole;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The answer to a submission (protocol 2.2). Only the request id is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubmitAnswer {
    pub(crate) request_id: String,
    pub(crate) status_url: Option<String>,
    pub(crate) response_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
}

impl SubmitAnswer {
    /// `None` without a request id.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|t| !t.is_empty()).map(str::to_owned);
        Some(Self {
            request_id: text("request_id")?,
            status_url: text("status_url"),
            response_url: text("response_url"),
            cancel_url: text("cancel_url"),
        })
    }
}

/// The answer to a look at a job, polled or streamed (protocol 2.5, 2.7).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatusAnswer {
    /// The word as it came; empty where there was none.
    pub(crate) status: String,
    pub(crate) queue_position: Option<u32>,
    pub(crate) logs: Vec<LogLine>,
    /// Why the job failed; mostly absent even then, so the result decides.
    pub(crate) error: Option<String>,
    pub(crate) error_type: Option<String>,
}

impl StatusAnswer {
    /// `None` for what is not an object.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let map = value.as_object()?;
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let logs = map.get("logs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Some(Self {
            status: text("status").unwrap_or_default(),
            queue_position: map.get("queue_position").and_then(whole).and_then(|n| n.try_into().ok()),
            logs: logs.iter().filter_map(log_line).collect(),
            error: match map.get("error") {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) if text.is_empty() => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            },
            error_type: text("error_type"),
        })
    }
}

/// A line with a message; level and time where given, in any of the forms that were seen (protocol 14, row 4).
fn log_line(value: &Value) -> Option<LogLine> {
    let message = value.as_str().or_else(|| value.get("message")?.as_str())?;
    let labels = value.get("labels");
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let mut line = LogLine::new(message);
    line.level = text(value.get("level")).or_else(|| text(labels.and_then(|l| l.get("level"))));
    line.timestamp = text(value.get("timestamp"));
    Some(line)
}

/// A token for direct uploads (protocol 6.1).
#[derive(Clone, Deserialize)]
pub(crate) struct CdnToken {
    pub(crate) token: String,
    #[serde(default)]
    pub(crate) token_type: Option<String>,
    #[serde(default)]
    created_at: Value,
    #[serde(default)]
    expires_at: Value,
}

impl CdnToken {
    /// How long it lives by fal's own clock, where both ends are told.
    pub(crate) fn life(&self) -> Option<Duration> {
        let time = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok();
        let life = time(&self.expires_at)?.duration_since(time(&self.created_at)?);
        Some(Duration::try_from(life).unwrap_or_default())
    }

    /// The value of the header that carries it.
    pub(crate) fn authorization(&self) -> String {
        let word = self.token_type.as_deref().map(str::trim).filter(|word| !word.is_empty());
        format!("{} {}", word.unwrap_or("Bearer"), self.token)
    }
}

/// The answer to a direct upload (protocol 6.2).
#[derive(Debug, Deserialize)]
pub(crate) struct DirectUpload {
    pub(crate) access_url: url::Url,
}

/// The answer to the beginning of an upload in parts (protocol 6.3).
#[derive(Debug, Deserialize)]
pub(crate) struct PartsBegun {
    pub(crate) access_url: url::Url,
    #[serde(rename = "uploadId")]
    pub(crate) upload_id: String,
}

/// The answer to the announcement of an upload (protocol 6.2, 6.4).
#[derive(Deserialize)]
pub(crate) struct Initiated {
    /// Signed: it holds a right and is never shown.
    pub(crate) upload_url: url::Url,
    pub(crate) file_url: url::Url,
}

/// One page of the catalogue (protocol 7.1).
#[derive(Debug)]
pub(crate) struct ModelsPage {
    pub(crate) models: Vec<ModelItem>,
    pub(crate) next_cursor: Option<String>,
    pub(crate) has_more: Option<bool>,
}

/// One model of the catalogue; everything but the id may be missing.
#[derive(Debug)]
pub(crate) struct ModelItem {
    pub(crate) endpoint_id: String,
    pub(crate) metadata: Value,
    pub(crate) openapi: Value,
}

impl ModelsPage {
    /// `None` for what is not an object; an entry without an id is left out.
    pub(crate) fn read(mut value: Value) -> Option<Self> {
        let map = value.as_object_mut()?;
        let models = match map.remove("models") {
            Some(Value::Array(items)) => items.into_iter().filter_map(ModelItem::read).collect(),
            _ => Vec::new(),
        };
        let next_cursor = match map.get("next_cursor") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        Some(Self { models, next_cursor, has_more: map.get("has_more").and_then(Value::as_bool) })
    }
}

impl ModelItem {
    fn read(mut value: Value) -> Option<Self> {
        let map = value.as_object_mut()?;
        let endpoint_id = map.get("endpoint_id")?.as_str().filter(|id| !id.is_empty())?.to_owned();
        let mut member = |key: &str| map.remove(key).unwrap_or_default();
        Some(Self { endpoint_id, metadata: member("metadata"), openapi: member("openapi") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_status_is_read_in_every_documented_shape() {
        let bare = StatusAnswer::read(&json!({"status": "IN_QUEUE"})).unwrap();
        assert_eq!((bare.queue_position, bare.logs.len(), bare.error), (None, 0, None));
        let queued = StatusAnswer::read(&json!({"status": "IN_QUEUE", "queue_position": "3", "logs": null})).unwrap();
        assert_eq!(queued.queue_position, Some(3));
        let logs = json!({"status": "IN_PROGRESS", "queue_position": 2.0, "error": null, "logs": [
            {"timestamp": "2026-01-02T03:04:05.000006", "message": "a", "labels": {"level": "INFO"}},
            {"message": "b", "level": "WARN", "source": "USER", "timestamp": null}, {"no": "message"}, "c"
        ]});
        let running = StatusAnswer::read(&logs).unwrap();
        let lines: Vec<_> = running.logs.iter().map(|l| (l.message.as_str(), l.level.as_deref())).collect();
        assert_eq!(lines, [("a", Some("INFO")), ("b", Some("WARN")), ("c", None)]);
        assert_eq!(running.queue_position, Some(2));
        let odd = StatusAnswer::read(&json!({"logs": {"a": 1}, "error": {"code": 5}})).unwrap();
        assert_eq!((odd.status.as_str(), odd.error.as_deref()), ("", Some("{\"code\":5}")));
        assert!(StatusAnswer::read(&json!(null)).is_none());
    }

    #[test]
    fn a_submission_needs_its_request_id_alone() {
        assert!(SubmitAnswer::read(&json!({"status": "IN_QUEUE"})).is_none());
        let answer = SubmitAnswer::read(&json!({"request_id": "r", "status_url": null})).unwrap();
        assert_eq!((answer.request_id.as_str(), answer.status_url), ("r", None));
    }

    #[test]
    fn a_page_of_the_catalogue_bears_nulls_and_odd_entries() {
        let page = ModelsPage::read(json!({"models": [
            {"endpoint_id": "a/b", "metadata": null}, {"endpoint_id": null}, "x", {"endpoint_id": "c/d", "openapi": {}}
        ], "next_cursor": 7, "has_more": "no"}));
        let page = page.unwrap();
        let ids: Vec<_> = page.models.iter().map(|item| item.endpoint_id.as_str()).collect();
        assert_eq!((ids, page.next_cursor.as_deref(), page.has_more), (vec!["a/b", "c/d"], Some("7"), None));
        let empty = ModelsPage::read(json!({"models": null, "next_cursor": null})).unwrap();
        assert!(empty.models.is_empty() && empty.next_cursor.is_none());
        assert!(ModelsPage::read(json!([])).is_none());
    }

    #[test]
    fn a_token_without_a_type_is_a_bearer() {
        for token_type in [json!(null), json!(""), json!("Bearer")] {
            let token: CdnToken = serde_json::from_value(json!({"token": "t", "token_type": token_type})).unwrap();
            assert_eq!((token.authorization(), token.life()), ("Bearer t".into(), None));
        }
    }

    #[test]
    fn a_token_lives_from_its_making_to_its_end_in_either_spelling() {
        for end in ["2026-01-01T01:00:00+00:00", "2026-01-01T01:00:00Z", "2026-01-01T03:00:00.000000+02:00"] {
            let token = json!({"token": "t", "created_at": "2026-01-01T00:00:00+00:00", "expires_at": end});
            let token: CdnToken = serde_json::from_value(token).unwrap();
            assert_eq!(token.life(), Some(Duration::from_hours(1)), "{end}");
        }
        let past = json!({"token": "t", "created_at": "2026-01-02T00:00:00Z", "expires_at": "2026-01-01T00:00:00Z"});
        let past: CdnToken = serde_json::from_value(past).unwrap();
        assert_eq!(past.life(), Some(Duration::ZERO));
        let odd: CdnToken = serde_json::from_value(json!({"token": "t", "expires_at": 5, "created_at": null})).unwrap();
        assert_eq!(odd.life(), None);
    }
}
