//! The provider value and its entries.

use super::{
    call::call,
    endpoint::FakeEndpoint,
    service::{FAKE_KEY, FakeService},
};
use crate::Scenario;
use async_trait::async_trait;
use mediagen_core::{
    Availability, Binds, Context, Endpoint, Field, FieldType, ModelEntry, ModelId, ModelKind, ModelPage, ModelQuery,
    ModelSpec, Phase, Provider, ProviderEntry, ProviderInfo, Result, Schema, SchemaSource,
};
use std::{fmt, sync::Arc};

/// Facts about the fake.
pub static FAKE: ProviderInfo =
    ProviderInfo::new("fake", "Fake", &[], module_path!()).with_schemas().with_catalogue().with_storage();

/// The entry: connects to a far end that always succeeds; the setting `key` replaces the right key.
pub static PROVIDER: ProviderEntry = ProviderEntry::new(&FAKE, |settings| {
    let service = Arc::new(FakeService::new(Scenario::Succeeds));
    Ok(Arc::new(FakeProvider::new(service, settings.get("key").unwrap_or(FAKE_KEY))))
});

/// The entries of its models, one for each kind.
pub static MODELS: [ModelEntry; 8] = [
    ModelEntry::of::<FakeProvider>(ModelKind::TextToImage),
    ModelEntry::of::<FakeProvider>(ModelKind::ImageToImage),
    ModelEntry::of::<FakeProvider>(ModelKind::TextToVideo),
    ModelEntry::of::<FakeProvider>(ModelKind::ImageToVideo),
    ModelEntry::of::<FakeProvider>(ModelKind::VideoToVideo),
    ModelEntry::of::<FakeProvider>(ModelKind::TextToAudio),
    ModelEntry::of::<FakeProvider>(ModelKind::AudioToAudio),
    ModelEntry::of::<FakeProvider>(ModelKind::Raw),
];

/// The fake, connected to a far end with a key. Cheap to clone.
#[derive(Clone)]
pub struct FakeProvider {
    pub(super) service: Arc<FakeService>,
    pub(super) key: Arc<str>,
}

impl FakeProvider {
    /// A provider value for `service`.
    pub fn new(service: Arc<FakeService>, key: &str) -> Self {
        Self { service, key: Arc::from(key) }
    }

    fn spec(model: &str) -> ModelSpec {
        let id = ModelId::new(FAKE.id.clone(), model);
        let category = model.trim_start_matches("toys/");
        let schema = Schema::new(
            SchemaSource::Live,
            vec![
                Field::new("prompt", FieldType::text()),
                Field::new("inputs", FieldType::list(FieldType::Any)),
                Field::new("count", FieldType::Integer(mediagen_core::schema::Range::between(1.0, 4.0))),
                Field::new("seed", FieldType::Integer(mediagen_core::schema::Range::default())),
            ],
        );
        ModelSpec::new(id).with_category(category).with_schema(schema)
    }
}

impl fmt::Debug for FakeProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeProvider").finish_non_exhaustive()
    }
}

impl Binds for FakeProvider {
    const INFO: &'static ProviderInfo = &FAKE;

    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        Ok(Arc::new(FakeEndpoint::new(Self::clone(&self), spec, kind)))
    }
}

#[async_trait]
impl Provider for FakeProvider {
    fn info(&self) -> &'static ProviderInfo {
        &FAKE
    }

    async fn describe(&self, cx: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        call(cx, Phase::Catalogue, || self.service.describe(&self.key, model)).await?;
        Ok(Arc::new(Self::spec(model)))
    }

    /// Three models a page.
    async fn list(&self, _: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let names = FakeService::models();
        let start = query.cursor.as_deref().and_then(|c| c.parse().ok()).unwrap_or(0_usize);
        let models = names.iter().skip(start).take(3).map(|name| Arc::new(Self::spec(name))).collect();
        Ok(ModelPage::new(models, (start + 3 < names.len()).then(|| (start + 3).to_string())))
    }

    async fn check(&self, _: &Context) -> Availability {
        if &*self.key == FAKE_KEY { Availability::Available } else { Availability::Unauthenticated }
    }
}
