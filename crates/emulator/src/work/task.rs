//! What an endpoint takes, returns and does, without the words of any service.

use super::schema::Document;
use serde_json::Value;

/// One endpoint as a runner sees it.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// `None` where nothing is known of input and output: then nothing is checked, and the input comes back.
    pub(crate) schemas: Option<Schemas>,
    /// Such as `text-to-video`; `unknown` where nothing says.
    pub(crate) category: String,
    /// What it does, a word of [`Behaviour`](super::behaviour::Behaviour); `None` leaves it to a guess.
    pub(crate) behaviour: Option<String>,
    /// Whether its files come without name and size.
    pub(crate) nameless: bool,
    /// What is billed, such as `images` or `seconds`.
    pub(crate) unit: String,
}

/// The schemas of an endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Schemas {
    /// The document that references lead into.
    pub(crate) root: Value,
    /// Of the input; an empty object takes everything.
    pub(crate) input: Value,
    /// Of the output.
    pub(crate) output: Option<Value>,
}

impl Schemas {
    /// Reads the schemas with their references.
    pub(super) fn document(&self) -> Document<'_> {
        Document::new(&self.root, Some(&self.input), self.output.as_ref())
    }
}
