//! What a refusal means: which ones pass, which ones end the asking (protocol 11.3).

use http::HeaderMap;
use mediagen_http::retry_after;
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The same call may go well after this pause.
    Later(Option<Duration>),
    /// The calls of the day are used up.
    Day,
    /// The model is gone or closed to this account: another one may do.
    Model,
    /// The model takes no JSON Schema: ask again without one.
    Format,
    /// The account has no credit.
    Credit,
    /// The key is refused.
    Key,
    /// The words were refused.
    Words,
    /// Anything else; the same call gives the same answer.
    Other,
}

/// The code and sentence of an error, and what it means; `error` is the object in the body, which comes with HTTP 200,
/// too.
pub(super) fn read(status: u16, headers: &HeaderMap, error: &Value, now: SystemTime) -> (u16, String, Failure) {
    let code = error["code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(status);
    let message = error["message"].as_str().unwrap_or_default();
    let lower = message.to_ascii_lowercase();
    let pause = || retry_after(headers).or_else(|| reset(error, now));
    let failure = match code {
        400 if lower.contains("response_format") || lower.contains("structured") || lower.contains("json_schema") => {
            Failure::Format
        }
        401 => Failure::Key,
        402 if error["metadata"]["limit_source"] == "openrouter_in_flight_budget" => Failure::Later(pause()),
        402 => Failure::Credit,
        403 => Failure::Words,
        404 => Failure::Model,
        429 if lower.contains("per-day") => Failure::Day,
        429 | 408 | 500..=599 => Failure::Later(pause()),
        _ => Failure::Other,
    };
    let sentence: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
    (code, if sentence.is_empty() { format!("code {code}") } else { sentence }, failure)
}

/// The pause until `X-RateLimit-Reset`, which stands in the error itself, in milliseconds since 1970.
fn reset(error: &Value, now: SystemTime) -> Option<Duration> {
    let reset = &error["metadata"]["headers"]["X-RateLimit-Reset"];
    let millis = reset.as_u64().or_else(|| reset.as_str()?.parse().ok())?;
    let at = UNIX_EPOCH.checked_add(Duration::from_millis(millis))?;
    at.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_refusal_is_told_apart() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let daily =
            "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day";
        let minute = json!({"code": 429, "message": "Rate limit exceeded: free-models-per-min. ",
            "metadata": {"headers": {"X-RateLimit-Reset": "1030000"}}});
        let cases = [
            (200, json!({"code": 429, "message": daily}), Failure::Day),
            (429, minute, Failure::Later(Some(Duration::from_secs(30)))),
            (404, json!({"code": 404, "message": "No endpoints found for a/b."}), Failure::Model),
            (400, json!({"code": 400, "message": "response_format is not supported"}), Failure::Format),
            (400, json!({"code": 400, "message": "context too long"}), Failure::Other),
            (
                402,
                json!({"code": 402, "message": "x", "metadata": {"limit_source": "openrouter_credits"}}),
                Failure::Credit,
            ),
            (
                402,
                json!({"code": 402, "metadata": {"limit_source": "openrouter_in_flight_budget"}}),
                Failure::Later(None),
            ),
            (401, json!({"code": 401, "message": "No auth credentials found"}), Failure::Key),
            (403, json!({"code": 403, "message": "flagged"}), Failure::Words),
            (200, json!({"code": 502, "message": "Provider returned error"}), Failure::Later(None)),
        ];
        for (status, error, expected) in cases {
            assert_eq!(read(status, &HeaderMap::new(), &error, now).2, expected, "{error}");
        }
    }
}
