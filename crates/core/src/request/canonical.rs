//! The canonical request: what every kind's request becomes.

use crate::{Input, JsonMap, MediaInput, Options, Policy, Role};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// What is wanted, the same for every kind and provider.
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
    pub fn with_input(mut self, role: Role, media: impl Into<MediaInput>) -> Self {
        self.inputs.push(Input::new(role, media));
        self
    }

    /// Sets the canonical options.
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Decides what happens to an option that the model cannot take.
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Decides how the provider handles the job.
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sets one of the model's own fields.
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// This request once for each part of its prompt, in order, with at most `most` characters in each: how a text is
    /// spoken that is longer than [`Endpoint::prompt_limit`](crate::Endpoint::prompt_limit). Everything else, the seed
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
}

/// How the provider is to handle the job; what a provider cannot do is a note, or an error under the strict policy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Delivery {
    /// Give up when the job has not started within this time; by default the context waits 15 minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_timeout: Option<Duration>,
    /// The provider stops the job when it has not ended within this time, to the second. Default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// Where to post the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Url>,
    /// Whether content that was uploaded before is used again; by default it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reuse_uploads: Option<bool>,
    /// The provider's own settings by name, as its crate documents them; an unknown name is an error.
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    pub settings: JsonMap,
}

impl Delivery {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the longest time in the queue.
    pub fn with_start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = Some(timeout);
        self
    }

    /// Sets the longest time until the end of the job.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets where to post the result.
    pub fn with_webhook(mut self, webhook: Url) -> Self {
        self.webhook = Some(webhook);
        self
    }

    /// Decides whether content that was uploaded before is used again.
    pub fn with_reuse_uploads(mut self, reuse: bool) -> Self {
        self.reuse_uploads = Some(reuse);
        self
    }

    /// Sets one of the provider's own settings.
    pub fn with_setting(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.settings.insert(name.into(), value.into());
        self
    }
}
