//! Entries are constant data submitted anywhere; a [`Registry`] is a checked, ordered value built from them.

use crate::{
    BoxError, Context, Endpoint, Error, ErrorKind, Kind, Model, ModelKind, ModelSpec, Provider, ProviderInfo, Result,
    Settings, nearest,
};
use std::{any::Any, collections::BTreeMap, fmt, sync::Arc};

/// How to build a provider.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProviderEntry {
    /// Facts.
    pub info: &'static ProviderInfo,
    connect: fn(&Settings) -> Result<Arc<dyn Provider>>,
}

impl ProviderEntry {
    /// For constants.
    pub const fn new(info: &'static ProviderInfo, connect: fn(&Settings) -> Result<Arc<dyn Provider>>) -> Self {
        Self { info, connect }
    }
}

inventory::collect!(ProviderEntry);

/// How a provider's own type binds its models: implemented once per provider, and called through [`ModelEntry`] only.
pub trait Binds: Provider + Sized {
    /// That provider's facts.
    const INFO: &'static ProviderInfo;

    /// Binds a model as `kind`. The spec may be a [`stub`](ModelSpec::stub).
    ///
    /// # Errors
    /// Whatever makes the model unusable.
    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>>;
}

type Bind = fn(Arc<dyn Provider>, Arc<ModelSpec>, ModelKind) -> Result<Arc<dyn Endpoint>>;

/// A pair of provider and kind, and how to bind a model for it.
pub struct ModelEntry {
    /// The provider's facts.
    pub provider: &'static ProviderInfo,
    /// The kind.
    pub kind: ModelKind,
    bind: Bind,
}

impl ModelEntry {
    /// The entry of provider type `P` for `kind`; for constants.
    pub const fn of<P: Binds>(kind: ModelKind) -> Self {
        Self { provider: P::INFO, kind, bind: bind_erased::<P> }
    }
}

impl fmt::Debug for ModelEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelEntry")
            .field("provider", &self.provider.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

inventory::collect!(ModelEntry);

fn bind_erased<P: Binds>(
    provider: Arc<dyn Provider>,
    spec: Arc<ModelSpec>,
    kind: ModelKind,
) -> Result<Arc<dyn Endpoint>> {
    let provider: Arc<dyn Any + Send + Sync> = provider;
    let own = provider.downcast::<P>().map_err(|_| {
        let message = format!("the provider is not {}'s own type", P::INFO.title);
        Error::new(ErrorKind::Config, message).with_hint("wrap its endpoints with a `Layer`, not the provider")
    })?;
    own.bind(spec, kind)
}

/// Why entries do not make a registry.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two providers with one name.
    #[error("provider `{id}` is registered twice: by {first} and by {second}")]
    DuplicateProvider {
        /// The name.
        id: &'static str,
        /// Where one entry stands.
        first: &'static str,
        /// Where the other stands.
        second: &'static str,
    },
    /// Two entries for one pair of provider and kind.
    #[error("{kind} of provider `{id}` is registered twice: by {first} and by {second}")]
    DuplicateModel {
        /// The provider's name.
        id: &'static str,
        /// The kind.
        kind: ModelKind,
        /// Where one entry's provider stands.
        first: &'static str,
        /// Where the other's stands.
        second: &'static str,
    },
    /// A kind of a provider that is not registered.
    #[error("{kind} is registered by {origin} for provider `{id}`, which is not registered")]
    Orphan {
        /// The provider's name.
        id: &'static str,
        /// The kind.
        kind: ModelKind,
        /// Where the entry's provider stands.
        origin: &'static str,
    },
}

impl From<RegistryError> for Error {
    fn from(error: RegistryError) -> Self {
        Self::new(ErrorKind::Config, error.to_string()).with_source(Box::new(error) as BoxError)
    }
}

/// Providers and the kinds of their models, ordered by name.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    providers: BTreeMap<&'static str, &'static ProviderEntry>,
    models: BTreeMap<(&'static str, ModelKind), &'static ModelEntry>,
}

impl Registry {
    /// Everything linked into this program. A crate that is not named anywhere is not linked; the facade names every provider.
    ///
    /// # Errors
    /// [`RegistryError`] when two entries claim the same place or a kind has no provider.
    pub fn linked() -> Result<Self, RegistryError> {
        Self::from_entries(inventory::iter::<ProviderEntry>, inventory::iter::<ModelEntry>)
    }

    /// Exactly these: for tests, static libraries and programs that link nothing implicitly.
    ///
    /// # Errors
    /// See [`Registry::linked`].
    pub fn from_entries(
        providers: impl IntoIterator<Item = &'static ProviderEntry>,
        models: impl IntoIterator<Item = &'static ModelEntry>,
    ) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        for entry in providers {
            let id = entry.info.id.as_str();
            if let Some(first) = registry.providers.insert(id, entry) {
                return Err(RegistryError::DuplicateProvider {
                    id,
                    first: first.info.origin,
                    second: entry.info.origin,
                });
            }
        }
        for entry in models {
            let (id, kind) = (entry.provider.id.as_str(), entry.kind);
            if !registry.providers.contains_key(id) {
                return Err(RegistryError::Orphan { id, kind, origin: entry.provider.origin });
            }
            if let Some(first) = registry.models.insert((id, kind), entry) {
                let (first, second) = (first.provider.origin, entry.provider.origin);
                return Err(RegistryError::DuplicateModel { id, kind, first, second });
            }
        }
        Ok(registry)
    }

    /// The providers, by name.
    pub fn providers(&self) -> impl Iterator<Item = &'static ProviderInfo> {
        self.providers.values().map(|entry| entry.info)
    }

    /// The kinds of `provider`, in their own order.
    pub fn kinds(&self, provider: &str) -> Vec<ModelKind> {
        self.models.keys().filter(|(id, _)| *id == provider).map(|(_, kind)| *kind).collect()
    }

    /// Builds a provider from settings and its environment.
    ///
    /// # Errors
    /// `NoProvider` naming the known ones, and those of the provider's configuration.
    pub fn connect(&self, name: &str, settings: &Settings) -> Result<Arc<dyn Provider>> {
        let Some(entry) = self.providers.get(name) else {
            let known = nearest::join(self.providers.keys().copied());
            let hint = if known.is_empty() {
                "this build has no provider; enable a provider's cargo feature".to_owned()
            } else {
                format!("known: {known}")
            };
            return Err(Error::new(ErrorKind::NoProvider, format!("provider `{name}` is not part of this build"))
                .with_hint(hint));
        };
        (entry.connect)(settings)
    }

    /// Describes `model` and binds it as `kind`: without one, as the first kind that it is known to have, and as
    /// [`ModelKind::Raw`] when none is known.
    ///
    /// # Errors
    /// `NotFound`, `KindMismatch` naming both kinds, `Unsupported` where the provider lacks the kind.
    pub async fn endpoint(
        &self,
        cx: &Context,
        provider: &Arc<dyn Provider>,
        model: &str,
        kind: Option<ModelKind>,
    ) -> Result<Arc<dyn Endpoint>> {
        let spec = provider.describe(cx, model).await?;
        let kind = kind.or(spec.kinds.first().copied()).unwrap_or(ModelKind::Raw);
        self.bind(provider, spec, kind)
    }

    /// Binds a described model as `kind`, without any call.
    ///
    /// # Errors
    /// `KindMismatch` naming both kinds, `Unsupported` where the provider lacks the kind.
    pub fn bind(
        &self,
        provider: &Arc<dyn Provider>,
        spec: Arc<ModelSpec>,
        kind: ModelKind,
    ) -> Result<Arc<dyn Endpoint>> {
        spec.check_kind(kind)?;
        let info = provider.info();
        let Some(entry) = self.models.get(&(info.id.as_str(), kind)) else {
            let known = self.kinds(info.id.as_str());
            return Err(Error::new(ErrorKind::Unsupported, format!("{} has no {kind} models", info.title))
                .with_hint(format!("it has: {}", nearest::join(known.iter().map(|k| k.as_str())))));
        };
        (entry.bind)(Arc::clone(provider), spec, kind)
    }

    /// Describes `model` and binds it as kind `K`, with `cx` as the template of its calls.
    ///
    /// # Errors
    /// Those of [`Registry::endpoint`].
    pub async fn model<K: Kind>(&self, cx: &Context, provider: &Arc<dyn Provider>, model: &str) -> Result<Model<K>> {
        let endpoint = self.endpoint(cx, provider, model, Some(K::KIND)).await?;
        Model::new(endpoint, cx.clone())
    }
}

#[cfg(test)]
mod tests;
