//! A text that is too long for the model, cut into requests that are not.

use crate::args::PartLength;
use mediagen::{
    core::{
        Endpoint, Error, ErrorKind, FieldProblem, ModelKind, Note, OutputFormat, Policy, ProblemCode, Request, Result,
    },
    engine::Draft,
};
use serde_json::Value;

/// The requests that one request became: itself, or the parts of its text; and what is to be noted about that.
pub(crate) struct Split {
    pub(crate) requests: Vec<Request>,
    pub(crate) notes: Vec<Note>,
}

impl Split {
    /// The request as it is.
    pub(crate) fn none(request: Request) -> Self {
        Self { requests: vec![request], notes: Vec::new() }
    }

    /// Cuts the text of `request` into parts of at most `most` characters, or as many as the model takes, whichever is
    /// less. A text that fits is one part.
    ///
    /// # Errors
    /// `InvalidInput` where parts could not be joined.
    pub(crate) fn of(endpoint: &dyn Endpoint, request: Request, most: PartLength) -> Result<Self> {
        let kind = endpoint.kind();
        if kind != ModelKind::TextToAudio {
            let message = format!("--split-text joins audio that is made from text; this is {kind}");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_field(
                FieldProblem::new("split_text", "only for text-to-audio")
                    .with_code(ProblemCode::Unsupported)
                    .with_drop("split_text"),
            ));
        }
        let Some(text) = &request.prompt else { return Err(refused("split_text", "there is no PROMPT to split")) };
        if request.options.count.is_some_and(|count| count > 1) {
            return Err(refused("count", "parts can be joined to one result only, not to several"));
        }
        let limit = endpoint.prompt_limit();
        let most = match most {
            PartLength::Model => limit,
            PartLength::Chars(most) => Some(limit.map_or(most, |limit| limit.min(most))),
        };
        let Some(most) = most else {
            let why = "the model does not say how long a text may be; give --split-text=CHARS";
            if request.policy == Policy::Strict {
                return Err(refused("split_text", why));
            }
            let notes = vec![Note::new("split_text", true, Value::Null, why)];
            return Ok(Self { requests: vec![request], notes });
        };
        let requests = request.split_prompt(most);
        if requests.len() < 2 {
            return Ok(Self::none(request));
        }
        let why = format!("at most {most} characters fit into one request: each part is a generation of its own");
        let mut notes = vec![Note::new("split_text", text.chars().count(), requests.len(), why)];
        if let Some(format) = request.options.format.filter(|format| *format != OutputFormat::Wav) {
            if request.policy == Policy::Strict {
                return Err(refused("format", "parts are joined to a WAV file"));
            }
            notes.push(Note::new("format", format.as_str(), "wav", "the parts are joined without loss"));
        }
        Ok(Self { requests, notes })
    }

    /// Refuses parts whose text would not be sent as it is.
    pub(crate) fn check(drafts: &[Draft]) -> Result<()> {
        if drafts.len() < 2 {
            return Ok(());
        }
        let notes = drafts.iter().flat_map(|part| &part.plan().notes);
        let fields: Vec<FieldProblem> = notes
            .filter(|note| note.option == "prompt")
            .map(|note| FieldProblem::new("prompt", note.why.clone()))
            .collect();
        if fields.is_empty() {
            return Ok(());
        }
        let message = "the text itself would not be sent as it is, so it cannot be split";
        Err(Error::new(ErrorKind::InvalidInput, message).with_fields(fields))
    }

    /// The notes of the split and of all parts, each once.
    pub(crate) fn all_notes<'a>(&self, parts: impl IntoIterator<Item = &'a Note>) -> Vec<Note> {
        let mut all = self.notes.clone();
        for note in parts {
            if !all.contains(note) {
                all.push(note.clone());
            }
        }
        all
    }
}

fn refused(option: &str, message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message).with_field(FieldProblem::new(option.to_owned(), message))
}

/// Suggests `--split-text` for an error about a prompt of so many `characters` that is too long.
pub(crate) fn hint(error: Error, endpoint: &dyn Endpoint, characters: u64) -> Error {
    if endpoint.kind() != ModelKind::TextToAudio {
        return error;
    }
    let places = endpoint.fields();
    let is_prompt =
        |path: &str| places.iter().any(|place| place.options.contains(&"prompt") && path.starts_with(&place.field));
    let too_long = |problem: &FieldProblem| {
        problem.is(&ProblemCode::Length) && exceeds(problem, characters) && is_prompt(&problem.path)
    };
    if !error.fields().iter().any(too_long) {
        return error;
    }
    error.with_hint("--split-text speaks it in parts, cut between sentences, and joins them; each part is paid for")
}

fn exceeds(problem: &FieldProblem, characters: u64) -> bool {
    let Some(expected) = &problem.expected else { return false };
    expected.maximum.as_ref().and_then(serde_json::Number::as_u64).is_some_and(|most| most < characters)
}
