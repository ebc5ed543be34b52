//! What a catalogue tells about a model, beside what it takes.

use serde::{Deserialize, Serialize};

/// A catalogue's words about one model, as the provider gave them. Everything may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Listing {
    /// What it does, in a sentence or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The provider's own key words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The provider's word for its state, such as `active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The family that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The provider's word for what its results may be used for, such as `commercial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// When it was published, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// When it was last changed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// What its list says about its price, in the provider's own words; prices by unit are asked for elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_text: Option<String>,
    /// It makes weights, not media, whatever its category says.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trains: bool,
}
