//! The bodies of refusals: both families of fal, both generations of its validator, plain text, and ingress pages.

use super::problem::problem;
use mediagen_core::{Error, ErrorKind, FieldProblem};
use serde_json::Value;

/// Longest text of a message, in characters: enough for a reason, too short for a whole input.
const LONGEST: usize = 400;
/// Most problems that are kept.
const MOST_FIELDS: usize = 50;
/// The mark of a locked account (protocol 1.2).
const LOCKED: &str = "User is locked";

/// What a refusal says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) error_type: Option<String>,
    pub(crate) fields: Vec<FieldProblem>,
    /// The body was fal's `{"status": "NOT_FOUND"}`: it speaks of the request, not of a path inside a model.
    pub(crate) is_not_found: bool,
}

impl Refusal {
    /// Reads any body; never fails (protocol 5.1, "robust decode order").
    pub(crate) fn read(body: &str, status: u16) -> Self {
        let mut refusal = match serde_json::from_str::<Value>(body) {
            Ok(Value::String(text)) => Self { message: short(&text), ..Self::default() },
            Ok(Value::Object(map)) => Self::object(&Value::Object(map)),
            Ok(_) => Self::default(),
            Err(_) => Self { message: plain(body), ..Self::default() },
        };
        if refusal.message.is_empty() {
            refusal.message = format!("fal answered {status} without a reason");
        }
        refusal
    }

    fn object(value: &Value) -> Self {
        let text = |v: Option<&Value>| v.and_then(Value::as_str).filter(|t| !t.is_empty()).map(short);
        let nested = value.get("error");
        let mut refusal = Self {
            error_type: text(value.get("error_type")).or_else(|| text(value.get("type"))),
            is_not_found: value.get("status").and_then(Value::as_str) == Some("NOT_FOUND"),
            ..Self::default()
        };
        match value.get("detail") {
            Some(Value::Array(entries)) => refusal.entries(entries),
            Some(Value::Object(entry)) => refusal.entries(&[Value::Object(entry.clone())]),
            detail => {
                let nested_message = || text(nested).or_else(|| text(nested?.get("message")));
                refusal.message = text(detail)
                    .or_else(|| text(value.get("message")))
                    .or_else(nested_message)
                    .or_else(|| text(value.get("status")))
                    .unwrap_or_default();
                refusal.error_type = refusal.error_type.take().or_else(|| text(nested?.get("type")));
            }
        }
        refusal
    }

    /// A list of problems; each part of each may be missing.
    fn entries(&mut self, entries: &[Value]) {
        for entry in entries.iter().take(MOST_FIELDS) {
            // The first type names the class of the whole refusal where it is one of fal's own.
            let kind = || entry.get("type").and_then(Value::as_str).map(short);
            self.error_type = self.error_type.take().or_else(kind);
            self.fields.push(problem(entry));
        }
        self.message = self.fields.first().map(|f| f.message.clone()).unwrap_or_default();
    }

    /// Whether the account is locked, whatever the status says.
    pub(crate) fn is_locked(&self) -> bool {
        self.message.starts_with(LOCKED)
    }

    /// The error of a locked account, with fal's reason.
    pub(crate) fn locked_error(&self) -> Error {
        let reason = self.message.split_once("Reason:").map_or("no reason given", |(_, reason)| reason.trim());
        let for_support = reason.to_ascii_lowercase().contains("support");
        let hint = if for_support {
            "write to support@fal.ai"
        } else {
            "add credit at https://fal.ai/dashboard/billing; until then every paid call is refused"
        };
        Error::new(ErrorKind::AccountLocked, format!("the fal account is locked: {reason}")).with_hint(hint)
    }
}

/// Plain text, or the title of a page that something in front of fal wrote.
fn plain(body: &str) -> String {
    let lower = body.to_ascii_lowercase();
    let title = lower.find("<title>").map(|i| i + "<title>".len()).zip(lower.find("</title>"));
    match title.and_then(|(from, to)| body.get(from..to)) {
        Some(title) => format!("a page instead of an answer: {}", short(title)),
        None => short(body),
    }
}

/// One line of at most [`LONGEST`] characters.
pub(crate) fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediagen_core::ProblemCode;

    #[test]
    fn bodies_of_every_family_give_a_message() {
        let message = |body: &str| Refusal::read(body, 500).message;
        assert_eq!(message(r#"{"detail":"Path /x not found"}"#), "Path /x not found");
        assert_eq!(message(r#"{"detail":null,"message":"m"}"#), "m");
        assert_eq!(message(r#"{"error":"e"}"#), "e");
        assert_eq!(message(r#"{"error":{"type":"t","message":"m"}}"#), "m");
        assert_eq!(message(r#""just text""#), "just text");
        assert_eq!(message("Internal Server\n Error"), "Internal Server Error");
        assert_eq!(
            message("<html><head><TITLE>502 Bad Gateway</TITLE></head><center>nginx</center>"),
            "a page instead of an answer: 502 Bad Gateway"
        );
        for empty in ["", "null", "[]", "{}", r#"{"detail":[]}"#] {
            assert_eq!(message(empty), "fal answered 500 without a reason", "{empty}");
        }
        assert_eq!(message(&"ä".repeat(5_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn problems_of_both_generations_of_the_validator_are_read() {
        let body = r#"{"detail":[
            {"loc":["body","loras",0,"path"],"msg":"field required","type":"value_error.missing"},
            {"loc":["body","image_url"],"msg":"too small","type":"image_too_small","url":"u","ctx":{"min_width":1},"input":{}},
            {"type":"missing"}, "loose words", {"loc":"prompt","msg":null}
        ]}"#;
        let refusal = Refusal::read(body, 422);
        let found: Vec<_> =
            refusal.fields.iter().map(|f| (f.path.as_str(), f.message.as_str(), f.code.clone())).collect();
        assert_eq!(
            found,
            [
                ("loras.0.path", "field required", Some(ProblemCode::Missing)),
                ("image_url", "too small", Some(ProblemCode::Media)),
                ("body", "refused", Some(ProblemCode::Missing)),
                ("body", "loose words", None),
                ("prompt", "refused", None),
            ]
        );
    }
}
