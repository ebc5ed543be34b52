//! What to look for.

use crate::Entry;
use mediagen_core::{MatchLevel, MediaCapability, ModelKind, Money, ProviderId};

/// Conditions on models; all of them must hold, and an empty query admits every model.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Query {
    /// Of this provider.
    pub provider: Option<ProviderId>,
    /// Can be asked for this kind. [`ModelKind::Raw`] admits every model, those of unsupported categories too.
    pub kind: Option<ModelKind>,
    /// Has this purpose, known at least at this level.
    pub capability: Option<(MediaCapability, MatchLevel)>,
    /// One unit costs at most this; a model without a known price, or with one in another currency, is left out.
    pub max_unit_price: Option<Money>,
    /// Takes all of these canonical options or roles, such as `end_image`; a model whose schema is not known is left
    /// out.
    pub takes: Vec<String>,
    /// Of exactly this category, supported or not.
    pub category: Option<String>,
    /// In this state, in the provider's own word, such as `active`.
    pub status: Option<String>,
    /// Words to search for in names and titles; the best match comes first.
    pub text: Option<String>,
    /// Also models that their provider is about to withdraw. Default `false`.
    pub deprecated: bool,
    /// At most this many models; `None` is no limit.
    pub limit: Option<usize>,
}

impl Query {
    /// Admits every model that is not deprecated.
    pub fn new() -> Self {
        Self::default()
    }
    /// Only models of `provider`.
    pub fn with_provider(mut self, provider: ProviderId) -> Self {
        self.provider = Some(provider);
        self
    }
    /// Only models that can be asked for `kind`.
    pub fn with_kind(mut self, kind: ModelKind) -> Self {
        self.kind = Some(kind);
        self
    }
    /// Only models with `capability`, as strictly as `level` says.
    pub fn with_capability(mut self, capability: MediaCapability, level: MatchLevel) -> Self {
        self.capability = Some((capability, level));
        self
    }
    /// Only models of `category`.
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }
    /// Only models of which one unit costs at most `amount`.
    pub fn with_max_unit_price(mut self, most: Money) -> Self {
        self.max_unit_price = Some(most);
        self
    }
    /// Only models that take the canonical option or role `option`.
    pub fn with_takes(mut self, option: impl Into<String>) -> Self {
        self.takes.push(option.into());
        self
    }
    /// Only models that match `text`, best first.
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
    /// Admits deprecated models too.
    pub fn with_deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }
    /// At most `limit` models.
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Whether `entry` meets every condition but the text.
    pub(crate) fn admits(&self, entry: &Entry) -> bool {
        let model = &entry.spec;
        let is_kind = |kind: ModelKind| kind == ModelKind::Raw || model.kinds.contains(&kind);
        self.provider.as_ref().is_none_or(|provider| model.id.provider == *provider)
            && self.kind.is_none_or(is_kind)
            && self.capability.is_none_or(|(capability, level)| model.has(capability, level))
            && self.category.as_ref().is_none_or(|category| model.category.as_ref() == Some(category))
            && self.max_unit_price.as_ref().is_none_or(|most| entry.costs_at_most(most))
            && self.takes.iter().all(|option| entry.takes.contains(option))
            && self.status.as_ref().is_none_or(|status| model.listing.status.as_ref() == Some(status))
            && (self.deprecated || !model.deprecated)
    }
}
