//! Entries are constant data submitted anywhere; a [`Registry`] is a checked, ordered value built from them.

use crate::{
    BoxError, Context, Error, ErrorKind, Kind, KindVisitor, MediaModel, Model, ModelKind, ModelSpec, Provider,
    ProviderInfo, Result, Settings, nearest,
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

/// A model type that can be bound to its provider.
pub trait ModelType: Model + Sized {
    /// The provider that it belongs to.
    type Provider: Provider;
    /// That provider's facts.
    const PROVIDER: &'static ProviderInfo;
    /// Binds a model to its provider.
    ///
    /// # Errors
    /// Whatever makes the model unusable.
    fn bind(provider: Arc<Self::Provider>, spec: Arc<ModelSpec>) -> Result<Self>;
}

type Erased = Box<dyn Any + Send + Sync>;

/// A pair of provider and kind, and how to bind a model for it.
pub struct ModelEntry {
    /// The provider's facts.
    pub provider: &'static ProviderInfo,
    /// The kind.
    pub kind: ModelKind,
    bind: fn(Arc<dyn Provider>, Arc<ModelSpec>) -> Result<Erased>,
}

impl ModelEntry {
    /// The entry of model type `M` for kind `K`.
    pub const fn of<K: Kind, M: ModelType + MediaModel<K>>() -> Self {
        Self { provider: M::PROVIDER, kind: K::KIND, bind: bind_erased::<K, M> }
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

fn bind_erased<K: Kind, M: ModelType + MediaModel<K>>(
    provider: Arc<dyn Provider>,
    spec: Arc<ModelSpec>,
) -> Result<Erased> {
    let provider: Arc<dyn Any + Send + Sync> = provider;
    let provider = provider.downcast::<M::Provider>().map_err(|_| {
        Error::new(ErrorKind::Config, format!("the provider instance is not `{}`'s own type", M::PROVIDER.id))
    })?;
    let model: Arc<dyn MediaModel<K>> = Arc::new(M::bind(provider, spec)?);
    Ok(Box::new(model))
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
    /// Two model types for one pair of provider and kind.
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
    /// A model type whose provider is not registered.
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

/// A model whose kind is known only at run time.
pub struct AnyModel {
    kind: ModelKind,
    spec: Arc<ModelSpec>,
    model: Erased,
}

impl AnyModel {
    /// The kind that it was bound for.
    pub fn kind(&self) -> ModelKind {
        self.kind
    }
    /// What is known about it.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }
    /// The model as kind `K`; `None` when it was bound for another.
    pub fn into_kind<K: Kind>(self) -> Option<Arc<dyn MediaModel<K>>> {
        self.model.downcast::<Arc<dyn MediaModel<K>>>().ok().map(|model| *model)
    }
}

impl fmt::Debug for AnyModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyModel").field("kind", &self.kind).field("id", &self.spec.id).finish_non_exhaustive()
    }
}

/// Providers and their model types, ordered by name.
#[derive(Debug, Default)]
pub struct Registry {
    providers: BTreeMap<&'static str, &'static ProviderEntry>,
    models: BTreeMap<(&'static str, ModelKind), &'static ModelEntry>,
}

impl Registry {
    /// Everything linked into this program. A crate that nobody names is not linked; the facade names every provider.
    ///
    /// # Errors
    /// [`RegistryError`] when two entries claim one place or a model type has no provider.
    pub fn linked() -> Result<Self, RegistryError> {
        Self::from_entries(inventory::iter::<ProviderEntry>, inventory::iter::<ModelEntry>)
    }

    /// Exactly these: for tests, static libraries and people who dislike magic.
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

    /// Binds `model` of `provider` for kind `K`.
    ///
    /// # Errors
    /// `NotFound`, `KindMismatch` naming both kinds, `Unsupported` where the provider lacks the kind.
    pub async fn model<K: Kind>(
        &self,
        cx: &Context,
        provider: &Arc<dyn Provider>,
        model: &str,
    ) -> Result<Arc<dyn MediaModel<K>>> {
        let spec = provider.describe(cx, model).await?;
        self.bind::<K>(provider, spec)
    }

    /// Binds a described model for kind `K`, without any call.
    ///
    /// # Errors
    /// `KindMismatch` naming both kinds, `Unsupported` where the provider lacks the kind.
    pub fn bind<K: Kind>(&self, provider: &Arc<dyn Provider>, spec: Arc<ModelSpec>) -> Result<Arc<dyn MediaModel<K>>> {
        spec.check_kind(K::KIND)?;
        let info = provider.info();
        let entry = self.models.get(&(info.id.as_str(), K::KIND)).ok_or_else(|| {
            let known = self.kinds(info.id.as_str());
            Error::new(ErrorKind::Unsupported, format!("{} has no {} models", info.title, K::KIND))
                .with_hint(format!("it has: {}", nearest::join(known.iter().map(|k| k.as_str()))))
        })?;
        let erased = (entry.bind)(Arc::clone(provider), spec)?;
        let model = erased.downcast::<Arc<dyn MediaModel<K>>>();
        model
            .map(|model| *model)
            .map_err(|_| Error::new(ErrorKind::Unexpected, "a model entry binds another kind than its own"))
    }

    /// Binds `model` for the first kind that it is known to have; for [`ModelKind::Raw`] when none is known.
    ///
    /// # Errors
    /// Those of [`Registry::model`].
    pub async fn any_model(&self, cx: &Context, provider: &Arc<dyn Provider>, model: &str) -> Result<AnyModel> {
        struct Bind<'a>(&'a Registry, &'a Arc<dyn Provider>, Arc<ModelSpec>);
        impl KindVisitor for Bind<'_> {
            type Out = Result<AnyModel>;
            fn visit<K: Kind>(self) -> Result<AnyModel> {
                let model: Arc<dyn MediaModel<K>> = self.0.bind::<K>(self.1, Arc::clone(&self.2))?;
                Ok(AnyModel { kind: K::KIND, spec: self.2, model: Box::new(model) })
            }
        }
        let spec = provider.describe(cx, model).await?;
        let kind = spec.kinds.first().copied().unwrap_or(ModelKind::Raw);
        kind.visit(Bind(self, provider, spec))
    }
}

#[cfg(test)]
mod tests;
