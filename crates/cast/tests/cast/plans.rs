//! What a plan tells, what it costs, and what a registry refuses.

use crate::stage::{context, kind, names, run};
use mediagen_assets::Target;
use mediagen_cast::{CastEntry, CastJob, CastOptions, CastRegistry, CastSource, Spending, built_in};
use mediagen_core::{BoxFuture, Context, ErrorKind, Result};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

static BOUGHT: AtomicUsize = AtomicUsize::new(0);

/// A converter that a paid service would be: it counts, and draws an image for a text.
const PAID: CastEntry = CastEntry::new("paint", module_path!(), &["text/plain"], &["image/png"], paint).paid();
/// One that offers for money what can be had for nothing.
const DEAR: CastEntry = CastEntry::new("a-dear-image", module_path!(), &["image/png"], &["image/jpeg"], paint).paid();

fn paint<'a>(_cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        BOUGHT.fetch_add(1, Ordering::SeqCst);
        image::RgbImage::new(4, 4).save_with_format(job.output, image::ImageFormat::Png).unwrap();
        Ok(())
    })
}

fn registry() -> CastRegistry {
    CastRegistry::from_entries(built_in().into_iter().chain([&PAID, &DEAR])).unwrap()
}

fn text(dir: &Path) -> PathBuf {
    let path = dir.join("a.txt");
    std::fs::write(&path, "a fox").unwrap();
    path
}

#[tokio::test]
async fn a_112_a_paid_cast_is_listed_first_and_refused_without_an_explicit_policy() {
    let dir = tempfile::tempdir().unwrap();
    let source = CastSource::open(text(dir.path())).await.unwrap();
    let out = dir.path().join("out");
    let target = Target::new(&out).with_name("a");
    let plan = registry().plan(&source, kind("webp"), &CastOptions::default()).unwrap();
    assert!(plan.costs_money());
    assert_eq!(
        plan.to_string(),
        "1. text/plain -> image/png by paint, costs money\n2. image/png -> image/webp by image"
    );
    assert_eq!(plan.programs(), Vec::<&str>::new());
    let error = plan.run(&context(), &target).await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InvalidInput, "spending"));
    assert!(error.message().contains("`paint`"), "{error}");
    assert_eq!((BOUGHT.load(Ordering::SeqCst), out.exists()), (0, false), "nothing ran, nothing was written");

    let mut options = CastOptions::default();
    options.spending = Spending::Allow;
    let plan = registry().plan(&source, kind("webp"), &options).unwrap();
    let made = run(&plan, &target).await.unwrap();
    assert_eq!((BOUGHT.load(Ordering::SeqCst), made.steps.as_slice()), (1, ["paint", "image"].as_slice()));
    assert_eq!(names(&out), ["a.webp"], "what lay between is gone");
}

#[tokio::test]
async fn a_112_what_can_be_had_for_nothing_is_never_bought() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.png");
    image::RgbImage::new(4, 4).save(&path).unwrap();
    let source = CastSource::open(path).await.unwrap();
    let plan = registry().plan(&source, kind("jpg"), &CastOptions::default()).unwrap();
    assert!(!plan.costs_money());
    assert_eq!(plan.to_string(), "1. image/png -> image/jpeg by image");
    // Without the free one the dear one is planned, and says so.
    let only = CastRegistry::from_entries([&DEAR]).unwrap();
    assert!(only.plan(&source, kind("jpg"), &CastOptions::default()).unwrap().costs_money());
}

#[tokio::test]
async fn a_112_a_plan_names_the_programs_that_it_needs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.mp4");
    std::fs::write(&path, b"\0\0\0\x14ftypisom\0\0\0\0isom").unwrap();
    let source = CastSource::open(path).await.unwrap();
    let plan = registry().plan(&source, kind("jpg"), &CastOptions::default()).unwrap();
    let told = "1. video/mp4 -> image/png by ffmpeg-frame, needs ffmpeg\n2. image/png -> image/jpeg by image";
    assert_eq!((plan.to_string().as_str(), plan.programs()), (told, vec!["ffmpeg"]));
    assert_eq!(names(dir.path()), ["a.mp4"]);
    let error = registry().plan(&source, kind("glb"), &CastOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.hint().unwrap().contains("image/png"), "{error:?}");
}

#[test]
fn the_linked_entries_are_the_listed_ones_and_a_name_is_given_once() {
    let linked: Vec<_> = CastRegistry::linked().unwrap().entries().map(|entry| entry.id).collect();
    let listed: Vec<_> = CastRegistry::from_entries(built_in()).unwrap().entries().map(|entry| entry.id).collect();
    assert_eq!(linked, listed);
    assert_eq!(linked.len(), 7);
    let error = CastRegistry::from_entries([&PAID, &DEAR, &PAID]).unwrap_err();
    assert!(error.to_string().contains("`paint` is registered twice"), "{error}");
    assert_eq!(mediagen_core::Error::from(error).kind(), ErrorKind::Config);
}
