//! The canonical request: what every kind's request becomes.

use crate::{
    Error, ErrorKind, Expected, FieldProblem, FieldType, Input, JsonMap, MediaInput, Options, Policy, ProblemCode,
    Result, Role,
};
use serde::{Deserialize, Serialize};
use std::{str::FromStr, time::Duration};
use url::Url;

/// What is asked, the same for every kind and provider.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Request {
    /// What to make, in words; for speech, the words to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Media that goes in, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// The canonical options.
    #[serde(default)]
    pub options: Options,
    /// The model's own fields by name: passed as they are, and they win over everything else.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub extra: JsonMap,
    /// What to do with an option that the model cannot take.
    #[serde(default)]
    pub policy: Policy,
    /// Whether names in `extra` that the model's schema does not have are passed on with a note. Default `false`: they are
    /// refused with the nearest name, whatever the policy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_unknown: bool,
    /// How the provider is to handle the job.
    #[serde(default)]
    pub delivery: Delivery,
}

impl Request {
    /// An empty request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the prompt.
    pub fn with_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    /// Adds an input.
    pub fn with_input(mut self, role: Role, media: MediaInput) -> Self {
        self.inputs.push(Input::new(role, media));
        self
    }

    /// Sets one of the model's own fields.
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// This request once for each part of its prompt, in order, with at most `most` characters in each: how a text is
    /// spoken that is longer than [`Provider::prompt_limit`](crate::Provider::prompt_limit). Everything else, the seed
    /// among it, is the same in each.
    ///
    /// The prompts in order are the whole prompt (see [`sentences`](crate::sentences)); a part of nothing but white space
    /// is left out, because it would cost and say nothing. Empty for a request without words.
    pub fn split_prompt(&self, most: u64) -> Vec<Self> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let parts = crate::sentences(self.prompt.as_deref().unwrap_or_default(), most);
        let spoken = parts.into_iter().filter(|part| !part.trim().is_empty());
        spoken.map(|part| self.clone().with_prompt(part)).collect()
    }

    /// Decides whether names in `extra` that the model's schema does not have are passed on.
    pub fn with_allow_unknown(mut self, allow: bool) -> Self {
        self.allow_unknown = allow;
        self
    }

    /// Takes the prompt out.
    ///
    /// # Errors
    /// `InvalidInput` naming `prompt` when there is none.
    pub fn take_prompt(&mut self) -> Result<String> {
        self.prompt.take().ok_or_else(|| missing("prompt", "a prompt is required"))
    }

    /// Takes the inputs of `role` out.
    pub fn take_inputs(&mut self, role: Role) -> Vec<MediaInput> {
        let (taken, kept) = std::mem::take(&mut self.inputs).into_iter().partition(|input| input.role == role);
        self.inputs = kept;
        let taken: Vec<Input> = taken;
        taken.into_iter().map(|input| input.media).collect()
    }

    /// Takes the inputs of `role` out; at least one is needed.
    ///
    /// # Errors
    /// `InvalidInput` naming the role when there is none.
    pub fn take_required_inputs(&mut self, role: Role) -> Result<Vec<MediaInput>> {
        let taken = self.take_inputs(role);
        if !taken.is_empty() {
            return Ok(taken);
        }
        let error = missing(role.as_str(), &format!("at least one `{role}` is required"));
        if role == Role::Image && self.inputs.iter().any(|input| input.role == Role::Reference) {
            return Err(error.with_hint("give `image`: a model that makes all of its references takes them as `image`"));
        }
        Err(error)
    }
}

fn missing(field: &str, message: &str) -> Error {
    let format = (field != "prompt").then(|| "uri".to_owned());
    let expected = Expected::typed(field, &FieldType::Text { min_length: None, max_length: None, format });
    let problem = FieldProblem::new(field, "required").with_code(ProblemCode::Missing);
    Error::new(ErrorKind::InvalidInput, message.to_owned())
        .with_field(problem.with_give(field).with_expected(expected))
        .with_hint(format!("give `{field}`"))
}

/// How urgent a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// In the order of arrival.
    #[default]
    Normal,
    /// After everything of normal priority.
    Low,
}

impl FromStr for Priority {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "normal" => Ok(Self::Normal),
            "low" => Ok(Self::Low),
            _ => Err(Error::new(ErrorKind::InvalidInput, format!("priority `{text}` is not known"))
                .with_hint("known: normal, low")),
        }
    }
}

/// How the provider is to handle the job; what a provider cannot do is a note, or an error under the strict policy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Delivery {
    /// Give up when the job has not started within this time; by default the context waits 15 minutes.
    pub start_timeout: Option<Duration>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Where to post the result.
    pub webhook: Option<Url>,
    /// The provider's own settings by name, as its crate documents them; an unknown name is an error.
    pub settings: JsonMap,
}
