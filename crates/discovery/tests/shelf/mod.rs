//! A provider in memory, and a clock that is moved by hand.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use async_trait::async_trait;
use mediagen_core::{
    BoxFuture, Clock, Context, Error, ErrorKind, Field, FieldType, ModelId, ModelPage, ModelQuery, ModelSpec, Price,
    PriceUnit, Provider, ProviderId, ProviderInfo, Result, Schema, SchemaSource,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

static INFO: ProviderInfo = ProviderInfo::new("shelf", "Shelf", &[], "tests");
const PAGE: usize = 10;

/// A date that is moved by hand; pauses pass at once.
#[derive(Debug, Clone, Default)]
pub struct At(Arc<AtomicU64>);

impl At {
    /// Later by `seconds`.
    pub fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for At {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(1)))
    }
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_hours(500_000) + self.elapsed()
    }
}

/// A model, perhaps of a category.
pub fn spec(name: &str, category: Option<&str>) -> ModelSpec {
    let spec = ModelSpec::new(ModelId::new(ProviderId::new("shelf"), name));
    match category {
        Some(category) => spec.with_category(category),
        None => spec,
    }
}

/// Models on pages of ten, which are counted.
#[derive(Debug)]
pub struct Shelf {
    models: Vec<ModelSpec>,
    pages: AtomicUsize,
    described: AtomicUsize,
    /// Whether every call fails.
    pub broken: AtomicBool,
}

impl Shelf {
    /// `count` pictures' models.
    pub fn of(count: usize) -> Arc<Self> {
        Self::with((0..count).map(|n| spec(&format!("acme/model-{n}"), Some("text-to-image"))).collect())
    }

    /// These.
    pub fn with(models: Vec<ModelSpec>) -> Arc<Self> {
        let (pages, described, broken) = <(AtomicUsize, AtomicUsize, AtomicBool)>::default();
        Arc::new(Self { models, pages, described, broken })
    }

    /// Pages that were asked for.
    pub fn pages(&self) -> usize {
        self.pages.load(Ordering::SeqCst)
    }

    /// Models that were asked for by name.
    pub fn described(&self) -> usize {
        self.described.load(Ordering::SeqCst)
    }

    fn fail(&self) -> Result<()> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "the shelf is broken"));
        }
        Ok(())
    }
}

#[async_trait]
impl Provider for Shelf {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }
    async fn describe(&self, _: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        self.described.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.fail()?;
        if model.ends_with("unreadable") {
            return Err(Error::new(ErrorKind::InvalidResponse, "its schema cannot be read"));
        }
        let known = self.models.iter().find(|spec| *spec.id.name == *model).cloned();
        let spec = known.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("no `{model}` on the shelf")))?;
        let prompt = Field::new("prompt", FieldType::text()).required();
        Ok(Arc::new(spec.with_schema(Schema::new(SchemaSource::Live, vec![prompt]))))
    }
    async fn prices(&self, _: &Context, models: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
        self.pages.fetch_add(1, Ordering::SeqCst);
        self.fail()?;
        let priced = models.iter().filter(|name| !name.ends_with('7'));
        Ok(priced.map(|name| ((*name).to_owned(), vec![Price::new(0.04, PriceUnit::Image, "USD")])).collect())
    }
    async fn list(&self, _: &Context, query: &ModelQuery) -> Result<ModelPage> {
        self.pages.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.fail()?;
        let start = query.cursor.as_deref().map_or(0, |cursor| cursor.parse().unwrap_or(usize::MAX));
        let models = self.models.iter().skip(start).take(PAGE).cloned().map(Arc::new).collect();
        let next = (start + PAGE < self.models.len()).then(|| (start + PAGE).to_string());
        Ok(ModelPage::new(models, next))
    }
}
