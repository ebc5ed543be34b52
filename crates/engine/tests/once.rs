//! A request is prepared once, whatever is done with it.

#![expect(clippy::float_cmp, reason = "what was written down is read again, digit for digit")]

mod toys;

use async_trait::async_trait;
use mediagen_core::{Context, Endpoint, ErrorKind, Intent, Job, Layer, Plan, Request, Result, SubmitError, Submitted};
use mediagen_engine::MemoryJournal;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use toys::{World, engine};

#[derive(Debug, Default)]
struct Seen {
    prepared: AtomicUsize,
    submitted: AtomicUsize,
    jobs: AtomicUsize,
}

#[derive(Debug)]
struct Counting {
    inner: Arc<dyn Endpoint>,
    seen: Arc<Seen>,
}

#[async_trait]
impl Layer for Counting {
    fn inner(&self) -> &Arc<dyn Endpoint> {
        &self.inner
    }
    async fn around_prepare(&self, cx: &Context, request: &Request) -> Result<Plan> {
        self.seen.prepared.fetch_add(1, Ordering::Relaxed);
        self.inner.prepare(cx, request).await
    }
    async fn around_submit(
        &self,
        cx: &Context,
        plan: &Plan,
        body: serde_json::Value,
        intent: &Intent,
    ) -> Result<Submitted, SubmitError> {
        self.seen.submitted.fetch_add(1, Ordering::Relaxed);
        self.inner.submit(cx, plan, body, intent).await
    }
    fn around_job(&self, job: Job) -> Job {
        self.seen.jobs.fetch_add(1, Ordering::Relaxed);
        job
    }
}

fn counted(world: &str) -> (mediagen_engine::Builder, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let layer = Arc::clone(&seen);
    let builder = engine(world, &Arc::new(MemoryJournal::new()));
    (builder.layer(move |inner| Arc::new(Counting { inner, seen: Arc::clone(&layer) })), seen)
}

fn counts(seen: &Seen) -> (usize, usize, usize) {
    (seen.prepared.load(Ordering::Relaxed), seen.submitted.load(Ordering::Relaxed), seen.jobs.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_generation_under_a_cap_prepares_once() {
    let (builder, seen) = counted("once capped");
    let mediagen = builder.max_cost(1.0).build();
    mediagen.text_to_image("flux").await.unwrap().run("x").await.unwrap();
    // The live job is waited for: layers see it once.
    assert_eq!(counts(&seen), (1, 1, 1));
    assert_eq!(World::named("once capped").state().priced, 1);
    mediagen.text_to_image("flux").await.unwrap().run("y").await.unwrap();
    assert_eq!(World::named("once capped").state().priced, 1, "a price is read once for a model");
}

#[tokio::test]
async fn a_dry_run_prepares_once_and_sends_nothing() {
    let (builder, seen) = counted("once dry");
    let dry = builder.build().text_to_image("flux").await.unwrap().dry_run("x").await.unwrap();
    assert_eq!((counts(&seen), dry.estimate.high()), ((1, 0, 0), Some(0.02)));
    assert_eq!(dry.plan.body["prompt"], "x");
}

#[tokio::test]
async fn a_split_text_prepares_each_part_once_for_guard_dry_run_and_run() {
    let (builder, seen) = counted("once split");
    let mediagen = builder.max_cost(0.05).build();
    let endpoint = mediagen.endpoint("mixed:voice", Some(mediagen_core::ModelKind::TextToAudio)).await.unwrap();
    let parts = Request::new().with_prompt("One is here. Two is here. Three.").split_prompt(13);
    assert_eq!(parts.len(), 3);
    let mut drafts = mediagen.prepare(&endpoint, parts).await.unwrap();
    // All together are above the cap that each alone is below.
    let error = mediagen.guard(&mut drafts).await.unwrap_err();
    assert_eq!((error.kind(), counts(&seen)), (ErrorKind::Budget, (3, 0, 0)));
    let mediagen = mediagen.with_max_cost(0.06);
    mediagen.guard(&mut drafts).await.unwrap();
    let estimates = mediagen.estimate(&mut drafts).await;
    assert_eq!(estimates.iter().filter_map(mediagen_core::Estimate::high).sum::<f64>(), 0.06);
    for draft in drafts {
        mediagen.run_prepared(draft).await.unwrap();
    }
    assert_eq!(counts(&seen), (3, 3, 0));
    let world = World::named("once split");
    assert_eq!((world.paid(), world.state().prepared), (3, 3));
    assert_eq!(world.state().priced, 1);
    let said: Vec<String> =
        world.state().accepted.iter().map(|(_, body)| body["prompt"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said.concat(), "One is here. Two is here. Three.");
}

#[tokio::test]
async fn a_layer_that_refuses_is_a_refusal_and_a_resumed_job_is_not_prepared_again() {
    let (builder, seen) = counted("once resumed");
    let mediagen = builder.build();
    let submission = mediagen.text_to_image("flux").await.unwrap().submit("x").await.unwrap();
    submission.wait().await.unwrap();
    // Once when it was submitted, once when it was taken up.
    assert_eq!(counts(&seen), (1, 1, 2));
}
