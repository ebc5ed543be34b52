//! Providers by their configured names, and the endpoints of their models.

use crate::Mediagen;
use mediagen_core::{
    Endpoint, Error, ErrorKind, ModelKind, ModelSpec, Provider, ProviderId, Result, Settings, nearest,
};
use std::sync::{Arc, PoisonError};

impl Mediagen {
    /// The provider of this configured name, built when it is needed first.
    ///
    /// # Errors
    /// `NoProvider` naming the known ones, and those of the provider's configuration.
    pub fn provider(&self, name: &str) -> Result<Arc<dyn Provider>> {
        let mut providers = self.shared.providers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(provider) = providers.get(name) {
            return Ok(Arc::clone(provider));
        }
        let provider = match self.shared.configured.get(name) {
            Some((entry, settings)) => self.shared.registry.connect(entry, settings)?,
            None => self.shared.registry.connect(name, &Settings::new())?,
        };
        providers.insert(name.to_owned(), Arc::clone(&provider));
        Ok(provider)
    }

    /// The provider of models whose name does not name one: the default, or the only one that has its credentials.
    ///
    /// # Errors
    /// `NoProvider` where there is none, and where there are several of which none was made the default.
    pub fn default_provider(&self) -> Result<Arc<dyn Provider>> {
        if let Some(name) = &self.shared.default {
            return self.provider(name.as_str());
        }
        let names = self.provider_names();
        match names.as_slice() {
            [only] => self.provider(only),
            // The registry's own error says what to do about an empty build.
            [] => self.provider("default"),
            several => {
                // One that could be paid is meant, when there is only one.
                let usable = |name: &String| self.provider(name).is_ok_and(|p| p.check_credentials().is_ok());
                let mut usable = several.iter().filter(|name| usable(name));
                if let (Some(only), None) = (usable.next(), usable.next()) {
                    return self.provider(only);
                }
                let message =
                    format!("which provider? there are {}", nearest::join(several.iter().map(String::as_str)));
                Err(Error::new(ErrorKind::NoProvider, message)
                    .with_hint("name it in front of the model, as in `provider:owner/name`, or set a default provider"))
            }
        }
    }

    fn provider_names(&self) -> Vec<String> {
        let linked = self.shared.registry.providers().map(|info| info.id.as_str().to_owned());
        let mut names: Vec<String> = linked.chain(self.shared.configured.keys().cloned()).collect();
        names.extend(self.shared.providers.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned());
        names.sort();
        names.dedup();
        names
    }

    /// The provider and the provider's own name of a model: `provider:owner/name`, or a name of the default provider.
    ///
    /// # Errors
    /// Those of [`Mediagen::provider`] and [`Mediagen::default_provider`].
    pub fn named<'a>(&self, model: &'a str) -> Result<(Arc<dyn Provider>, &'a str)> {
        if let Some((provider, name)) = model.split_once(':')
            && self.provider_names().iter().any(|known| known == provider)
        {
            return Ok((self.provider(provider)?, name));
        }
        Ok((self.default_provider()?, model))
    }

    /// Describes and binds a model: `provider:owner/name`, or a name of the default provider. Without a kind it is bound
    /// as the first that it is known to have, and as [`ModelKind::Raw`] where none is known.
    ///
    /// # Errors
    /// `NoProvider`, `NotFound`, `KindMismatch` and `Unsupported`, each naming what there is.
    pub async fn endpoint(&self, model: &str, kind: Option<ModelKind>) -> Result<Arc<dyn Endpoint>> {
        let (provider, name) = self.named(model)?;
        let cx = self.cx.begin();
        let bare = cx.bounded(self.shared.registry.endpoint(&cx, &provider, name, kind)).await??;
        Ok(self.layered(bare))
    }

    /// Binds a model that was described before, with the engine's layers around it. Nothing is sent.
    ///
    /// # Errors
    /// `KindMismatch` and `Unsupported`.
    pub fn bind(
        &self,
        provider: &Arc<dyn Provider>,
        spec: Arc<ModelSpec>,
        kind: ModelKind,
    ) -> Result<Arc<dyn Endpoint>> {
        Ok(self.layered(self.shared.registry.bind(provider, spec, kind)?))
    }

    fn layered(&self, bare: Arc<dyn Endpoint>) -> Arc<dyn Endpoint> {
        self.shared.layers.iter().fold(bare, |endpoint, wrap| wrap(endpoint))
    }

    /// Checks that another process could bind `endpoint` again.
    pub(crate) fn check_can_bind(&self, endpoint: &Arc<dyn Endpoint>) -> Result<()> {
        let id = &endpoint.spec().id;
        let known = self.provider(id.provider.as_str()).and_then(|provider| {
            let kinds = self.shared.registry.kinds(provider.info().id.as_str());
            if kinds.contains(&endpoint.kind()) {
                return Ok(());
            }
            Err(Error::new(ErrorKind::Unsupported, format!("the registry cannot bind {} models", endpoint.kind())))
        });
        known.map_err(|cause| {
            let message = format!("a job of `{id}` could not be taken up again by another process");
            Error::new(ErrorKind::Unsupported, message)
                .with_source(cause)
                .with_hint("register its provider, or use a journal in memory")
        })
    }

    /// The entry of a configured provider, for a row; the name itself where the provider is not known here.
    pub(crate) fn entry_of(&self, name: &ProviderId) -> ProviderId {
        self.provider(name.as_str()).map_or_else(|_| name.clone(), |provider| provider.info().id.clone())
    }
}
