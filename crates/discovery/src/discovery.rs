//! A provider's catalogue, kept: read when it is needed, and not read when it is not.

use crate::{
    Catalogue, Classifier, Entry, Ladder, Report, Verdict,
    cache::{Cache, Described, Index, is_fresh},
    collect::collect,
    is_coarse, refine,
};
use futures_util::{StreamExt as _, stream};
use mediagen_core::{
    Context, Discovering, Error, ErrorKind, Event, ModelId, ModelKind, ModelQuery, ModelSpec, Place, Provider,
    Registry, Result,
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::OnceCell;

/// When to read the provider's own listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Refresh {
    /// When what is kept is too old; where that fails, what is kept is given, marked as stale.
    #[default]
    IfStale,
    /// Never: what is kept, however old.
    Offline,
    /// What is kept at once, however old; a stale one is read anew in the background, where the context has a spawner.
    Background,
    /// Always.
    Force,
}

/// How a [`Discovery`] works.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DiscoveryPolicy {
    /// The longest age of what is served without asking. Default 24 h; 0 always asks.
    pub max_age: Duration,
    /// How long a name is remembered as unknown. Default 10 min.
    pub missing_age: Duration,
    /// Whether a refresh reads every schema, which takes many more calls. Default `false`.
    pub schemas: bool,
    /// Schemas that are read at the same time. Default 8.
    pub concurrency: usize,
}

impl Default for DiscoveryPolicy {
    fn default() -> Self {
        Self { max_age: Duration::from_hours(24), missing_age: Duration::from_mins(10), schemas: false, concurrency: 8 }
    }
}

/// A catalogue with its age.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Listed {
    /// The models.
    pub catalogue: Arc<Catalogue>,
    /// The source that it came from.
    pub source: String,
    /// When it was read, in seconds since 1970 (UTC).
    pub fetched_at: u64,
    /// Whether it is older than the policy likes.
    pub stale: bool,
    /// What became of the refresh that made it.
    pub report: Report,
}

type Cell = Arc<OnceCell<Arc<Entry>>>;

/// One provider's catalogue with its cache.
#[derive(Debug, Clone)]
pub struct Discovery {
    inner: Arc<Inner>,
    classifier: Option<Arc<dyn Classifier>>,
}

#[derive(Debug)]
struct Inner {
    provider: Arc<dyn Provider>,
    registry: Registry,
    cache: Cache,
    policy: DiscoveryPolicy,
    /// Made by the first who needs it: a search in what is kept does not.
    ladder: OnceCell<Ladder>,
    /// One fetch per name, however many ask at the same time.
    asked: Mutex<HashMap<ModelId, Cell>>,
}

impl Discovery {
    /// The catalogue of `provider`, kept in `folder`, which belongs to it alone.
    pub fn new(provider: Arc<dyn Provider>, folder: impl Into<PathBuf>, policy: DiscoveryPolicy) -> Self {
        let (cache, ladder) = (Cache::new(folder.into()), OnceCell::new());
        let registry = Registry::default();
        let inner = Arc::new(Inner { provider, registry, cache, policy, ladder, asked: Mutex::default() });
        Self { inner, classifier: None }
    }

    /// Binds models by `registry` to learn which options their fields take; without one, entries do not say that.
    #[must_use]
    pub fn with_registry(mut self, registry: Registry) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.registry = registry;
        }
        self
    }

    /// Asks `classifier` about what the rungs above leave coarse, at every refresh.
    #[must_use]
    pub fn with_classifier(mut self, classifier: Arc<dyn Classifier>) -> Self {
        self.classifier = Some(classifier);
        self
    }

    /// The catalogue, as old as `refresh` allows.
    ///
    /// Of several processes that find it stale, one reads it; the others wait for that one and take what it wrote.
    ///
    /// # Errors
    /// `NotFound` offline without anything kept; those of the sources when none answers and nothing is kept.
    pub async fn catalogue(&self, cx: &Context, refresh: Refresh) -> Result<Listed> {
        let inner = &self.inner;
        let (kept, now) = inner.cache.run(cx, |cache, cx| Ok((cache.index(cx), cache.now(cx.clock())))).await?;
        let fresh = kept.as_ref().is_some_and(|index| is_fresh(index.fetched_at, now, inner.policy.max_age));
        match (refresh, kept) {
            (Refresh::Offline, None) => Err(Error::new(ErrorKind::NotFound, "no catalogue is kept on this machine")
                .with_hint("read it once with the network on")),
            (Refresh::IfStale | Refresh::Offline | Refresh::Background, Some(index)) if fresh => {
                Ok(listed(index, false))
            }
            (Refresh::Offline, Some(index)) => Ok(listed(index, true)),
            (Refresh::Background, Some(index)) => {
                if let Some(spawner) = cx.spawner() {
                    let (this, cx) = (self.clone(), cx.clone());
                    spawner.spawn(Box::pin(async move {
                        if let Err(error) = this.renew(&cx, now, false).await {
                            tracing::debug!(%error, "the catalogue could not be read in the background");
                        }
                    }));
                }
                Ok(listed(index, true))
            }
            (_, kept) => match (self.renew(cx, now, refresh == Refresh::Force).await, kept) {
                (Ok(index), _) => Ok(listed(index, false)),
                (Err(error), Some(index)) if refresh == Refresh::IfStale && error.kind() != ErrorKind::Cancelled => {
                    let text = format!("the catalogue could not be read ({error}); an older one is used");
                    cx.emit(Event::Warning(text));
                    Ok(listed(index, true))
                }
                (Err(error), _) => Err(error),
            },
        }
    }

    /// Reads the catalogue, unless another process did since `asked_at`: a moment ago, or while this one waited for it.
    async fn renew(&self, cx: &Context, asked_at: u64, force: bool) -> Result<Index> {
        let inner = &self.inner;
        let lock = inner.cache.lock(cx, "refresh").await?;
        let (kept, now) = inner.cache.run(cx, |cache, cx| Ok((cache.index(cx), cache.now(cx.clock())))).await?;
        if let Some(index) = kept {
            let young = !force && is_fresh(index.fetched_at, now, inner.policy.max_age);
            if young || (lock.has_waited() && index.fetched_at >= asked_at) {
                return Ok(index);
            }
        }
        let index = self.read(cx).await?;
        if !index.catalogue.is_complete() {
            return Ok(index);
        }
        let save = move |cache: &Cache, cx: &Context| cache.save_index(&index, cx.clock()).map(|()| index);
        inner.cache.run(cx, save).await
    }

    async fn read(&self, cx: &Context) -> Result<Index> {
        let inner = &self.inner;
        let (begun, fetched_at) = (cx.clock().elapsed(), seconds(cx));
        let mut query = ModelQuery::default();
        query.schemas = inner.policy.schemas;
        let collected = collect(cx, &*inner.provider, &query).await?;
        let mut report = Report { sources: collected.failed, ..Report::default() };
        let (mut specs, sources): (Vec<ModelSpec>, Vec<&'static str>) = collected.specs.into_iter().unzip();
        if inner.policy.schemas {
            self.read_schemas(cx, &mut specs, &mut report).await;
        }
        let ladder = inner.ladder().await?;
        let verdicts: Vec<Verdict> = specs.iter_mut().map(|spec| ladder.classify(spec)).collect();
        if let Some(classifier) = &self.classifier {
            let coarse = specs.iter().zip(&verdicts).enumerate();
            let coarse: Vec<usize> = coarse.filter(|(_, (s, v))| is_coarse(s, v)).map(|(index, _)| index).collect();
            report.add_language(refine(cx, &**classifier, &mut specs, &coarse).await);
        }
        let entries = specs.into_iter().zip(verdicts).zip(sources).map(|((spec, verdict), source)| {
            let verdict = if spec.kinds.is_empty() { verdict } else { Verdict::Known };
            inner.entry(spec, verdict, source, fetched_at)
        });
        let entries: Vec<Arc<Entry>> = entries.map(Arc::new).collect();
        let with_schema = entries.iter().filter(|entry| entry.schema_digest.is_some());
        let with_schema: Vec<Arc<Entry>> = with_schema.cloned().collect();
        let save = move |cache: &Cache, _: &Context| {
            with_schema.iter().try_for_each(|entry| {
                let described = Described { fetched_at, entry: Some(Entry::clone(entry)) };
                cache.save_described(entry.id(), &described)
            })
        };
        inner.cache.run(cx, save).await?;
        report.count(&entries);
        report.took_ms = u64::try_from(cx.clock().elapsed().saturating_sub(begun).as_millis()).unwrap_or(u64::MAX);
        let slim = entries.iter().map(|entry| Arc::new(entry.slim()));
        let catalogue = Catalogue::new(slim, collected.complete);
        Ok(Index { source: collected.source.to_owned(), fetched_at, catalogue, report })
    }

    /// Reads what the listing left out, a few at a time; a failure costs one model its schema and is reported.
    async fn read_schemas(&self, cx: &Context, specs: &mut [ModelSpec], report: &mut Report) {
        let total = specs.len();
        let lacking = specs.iter().enumerate().filter(|(_, spec)| spec.schema.inputs.is_empty());
        let lacking: Vec<(usize, Arc<str>)> = lacking.map(|(index, spec)| (index, Arc::clone(&spec.id.name))).collect();
        let provider = &self.inner.provider;
        let mut done = total - lacking.len();
        let describe = lacking.into_iter().map(|(index, name)| async move {
            let told = cx.until_cancelled(provider.describe(cx, &name)).await;
            (index, name, told.and_then(std::convert::identity))
        });
        let mut told = stream::iter(describe).buffer_unordered(self.inner.policy.concurrency.max(1));
        while let Some((index, name, outcome)) = told.next().await {
            match outcome {
                Ok(spec) => specs[index].schema = Arc::clone(&spec.schema),
                Err(error) => report.failures.push((name.to_string(), error.to_string())),
            }
            done += 1;
            cx.emit(Event::Discovered { step: Discovering::Schemas, done, total: Some(total) });
        }
        drop(told);
        report.schemas = specs.iter().filter(|spec| !spec.schema.inputs.is_empty()).count();
    }

    /// One model with its schema, from the cache while it is young enough.
    ///
    /// # Errors
    /// `NotFound`, also from memory for a short while; those of [`Provider::describe`] where nothing is kept.
    pub async fn model(&self, cx: &Context, name: &str) -> Result<Arc<Entry>> {
        let id = ModelId::new(self.inner.provider.info().id.clone(), name);
        let cell = Arc::clone(self.asked().entry(id.clone()).or_default());
        let entry = cell.get_or_try_init(|| self.describe(cx, &id)).await.cloned();
        // The memory is for those who ask at the same time; the cache is for those who come later.
        self.asked().remove(&id);
        entry
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, HashMap<ModelId, Cell>> {
        self.inner.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn describe(&self, cx: &Context, id: &ModelId) -> Result<Arc<Entry>> {
        let inner = &self.inner;
        let of = id.clone();
        let read = move |cache: &Cache, cx: &Context| Ok((cache.described(cx, &of), cache.now(cx.clock())));
        let (kept, now) = inner.cache.run(cx, read).await?;
        match &kept {
            Some(Described { fetched_at, entry: Some(entry) }) if is_fresh(*fetched_at, now, inner.policy.max_age) => {
                return Ok(Arc::new(entry.clone()));
            }
            Some(Described { fetched_at, entry: None }) if is_fresh(*fetched_at, now, inner.policy.missing_age) => {
                return Err(Error::new(ErrorKind::NotFound, format!("there was no model `{}` a moment ago", id.name))
                    .with_provider(id.provider.clone()));
            }
            _ => {}
        }
        let fetched_at = seconds(cx);
        match inner.provider.describe(cx, &id.name).await {
            Ok(spec) => {
                let mut spec = ModelSpec::clone(&spec);
                let verdict = inner.ladder().await?.classify(&mut spec);
                let entry = inner.entry(spec, verdict, "described", fetched_at);
                let described = Described { fetched_at, entry: Some(entry.clone()) };
                let id = entry.id().clone();
                inner.cache.run(cx, move |cache, _| cache.save_described(&id, &described)).await?;
                Ok(Arc::new(entry))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let of = id.clone();
                let missing = Described { fetched_at, entry: None };
                inner.cache.run(cx, move |cache, _| cache.save_described(&of, &missing)).await?;
                Err(error)
            }
            Err(error) => match kept.and_then(|kept| kept.entry) {
                Some(entry) if error.kind() == ErrorKind::Unavailable => {
                    cx.emit(Event::Warning(format!(
                        "`{}` could not be asked for ({error}); an older answer is used",
                        id.name
                    )));
                    Ok(Arc::new(entry))
                }
                _ => Err(error),
            },
        }
    }

    pub(crate) fn cache_and_age(&self) -> (&Cache, Duration) {
        (&self.inner.cache, self.inner.policy.max_age)
    }

    /// The provider whose catalogue it is.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        &self.inner.provider
    }

    /// Forgets everything that is kept.
    ///
    /// # Errors
    /// `Io`.
    pub async fn clear(&self, cx: &Context) -> Result<()> {
        self.inner.cache.run(cx, |cache, _| cache.clear()).await
    }
}

impl Inner {
    async fn ladder(&self) -> Result<&Ladder> {
        self.ladder.get_or_try_init(|| async { Ladder::new() }).await
    }

    /// An entry with the options that its model takes, where its schema is known.
    fn entry(&self, spec: ModelSpec, verdict: Verdict, source: &str, fetched_at: u64) -> Entry {
        let fields = self.fields(&spec).unwrap_or_default();
        Entry::new(spec, verdict, source, fetched_at).with_takes(&fields)
    }

    fn fields(&self, spec: &ModelSpec) -> Option<Vec<Place>> {
        if spec.schema.inputs.is_empty() {
            return None;
        }
        let kind = spec.kinds.first().copied().unwrap_or(ModelKind::Raw);
        let endpoint = self.registry.bind(&self.provider, Arc::new(spec.clone()), kind).ok()?;
        Some(endpoint.fields())
    }
}

fn listed(index: Index, stale: bool) -> Listed {
    Listed {
        catalogue: Arc::new(index.catalogue),
        source: index.source,
        fetched_at: index.fetched_at,
        stale,
        report: index.report,
    }
}

fn seconds(cx: &Context) -> u64 {
    cx.clock().now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs()
}
