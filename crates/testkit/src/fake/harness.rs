//! The fake against the suite: the suite tests itself.

use super::{FAKE_KEY, FakeProvider, FakeService, MODELS, PROVIDER};
use crate::{Harness, Scenario, Server};
use async_trait::async_trait;
use bytes::Bytes;
use mediagen_core::{Error, ErrorKind, Modality, ModelKind, Phase, Provider, Registry, Result};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use url::Url;

/// Holds one far end for each server address; the servers themselves stay unused.
#[derive(Debug, Default)]
pub struct FakeHarness(Mutex<HashMap<Url, Arc<FakeService>>>);

impl FakeHarness {
    /// The far end that stands for the server at `base`.
    pub fn service(&self, base: &Url) -> Option<Arc<FakeService>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(base).cloned()
    }
}

#[async_trait]
impl Harness for FakeHarness {
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool {
        let service = Arc::new(FakeService::new(scenario));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(server.base().clone(), service);
        match scenario {
            Scenario::UploadsBytes => !matches!(kind.input(), Modality::Text | Modality::Json),
            // There is no connection to refuse, and no address of a next page.
            Scenario::Unreachable | Scenario::ForeignNextPage => false,
            _ => true,
        }
    }

    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        let service = self.service(base).ok_or_else(|| Error::new(ErrorKind::Config, "nothing is mounted there"))?;
        Ok(Arc::new(FakeProvider::new(service, FAKE_KEY)))
    }

    fn registry(&self) -> Registry {
        // The entries are constants of this crate; a clash would show in every trial.
        Registry::from_entries([&PROVIDER], &MODELS).unwrap_or_default()
    }

    fn model(&self, kind: ModelKind) -> String {
        format!("toys/{kind}")
    }

    fn secrets(&self) -> Vec<String> {
        vec![FAKE_KEY.to_owned()]
    }

    fn calls(&self, server: &Server, phase: Phase) -> usize {
        self.service(server.base()).map_or(0, |service| service.calls(phase))
    }

    fn submitted(&self, server: &Server) -> Vec<Bytes> {
        let bodies = self.service(server.base()).map(|service| service.bodies()).unwrap_or_default();
        bodies.iter().map(|body| body.to_string().into()).collect()
    }

    fn received(&self, server: &Server, content: &[u8]) -> bool {
        let uploads = self.service(server.base()).map(|service| service.uploads()).unwrap_or_default();
        uploads.iter().any(|upload| &upload[..] == content)
    }
}
