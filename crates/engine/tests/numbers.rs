//! What an engine takes: memory that does not grow with the jobs that went through, small futures, little time.

mod toys;

use mediagen_core::{ModelKind, Request};
use mediagen_engine::{Journal as _, MemoryJournal};
use std::{sync::Arc, time::Instant};
use toys::{World, engine};

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_in_memory_stays_small_however_many_jobs_go_through() {
    let journal = Arc::new(MemoryJournal::new());
    let mediagen = engine("many", &journal).build();
    let endpoint = mediagen.endpoint("mixed:voice", Some(ModelKind::TextToAudio)).await.unwrap();
    let jobs = 3000;
    let mut first = None;
    for number in 0..jobs {
        let made = mediagen.generate(&endpoint, &Request::new().with_prompt(format!("{number}"))).await.unwrap();
        // One that is still looked at is kept, whatever comes after it.
        first.get_or_insert(made);
    }
    let first = first.unwrap();
    assert_eq!((World::named("many").paid(), first.bytes(100).await.unwrap().len()), (jobs, 8));
    let rows = journal.rows();
    assert!(rows.len() <= 1025 && rows.contains(&first.id()), "{} rows", rows.len());
    assert!((journal.spent() - 0.02 * f64::from(u32::try_from(jobs).unwrap())).abs() < 1e-6, "{}", journal.spent());
    drop(first);
    mediagen.generate(&endpoint, &Request::new().with_prompt("last")).await.unwrap();
    assert!(journal.unfinished().await.unwrap().len() <= 1025);
}

#[tokio::test]
async fn the_future_of_a_run_is_small() {
    let mediagen = engine("size", &Arc::new(MemoryJournal::new())).build();
    let model = mediagen.text_to_image("flux").await.unwrap();
    let run = model.run("x");
    let size = size_of_val(&run);
    println!("the future of run: {size} bytes");
    assert!(size < 2048, "{size}");
    drop(run);
    model.run("x").await.unwrap();
}

/// Prints what a generation costs apart from its provider: `cargo test --release -p mediagen-engine --test numbers --
/// --ignored --nocapture`.
#[tokio::test]
#[ignore = "a measurement, not a check"]
async fn time_of_a_generation() {
    let journal = Arc::new(MemoryJournal::new());
    let mediagen = engine("time", &journal).build();
    let endpoint = mediagen.endpoint("queue:flux", Some(ModelKind::TextToImage)).await.unwrap();
    let request = Request::new().with_prompt("a lighthouse in a storm, oil on canvas");
    mediagen.generate(&endpoint, &request).await.unwrap();
    let runs = 20_000_u32;
    let begun = Instant::now();
    for _ in 0..runs {
        // Without the wait, whose pauses are not the engine's.
        mediagen.submit(&endpoint, &request).await.unwrap();
    }
    println!("{:?} for a submission", begun.elapsed() / runs);
    let (order, progress) = journal.text(journal.rows()[1]).unwrap();
    println!("a row: {} + {} bytes", order.len(), progress.len());
}
