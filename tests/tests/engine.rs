//! The process ends at each point of a generation at fal; then another engine, another provider and the text of the rows
//! alone. The emulator counts what was paid.

use mediagen::{
    core::{MediaInput, ModelKind, Request, Role, Settings},
    engine::{CRASH_POINTS, Journal as _, Mediagen, MemoryJournal, Step},
    prelude::ErrorKind,
};
use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use std::sync::Arc;

fn engine(emulator: &Emulator, journal: &Arc<MemoryJournal>, crash: Option<&'static str>) -> Mediagen {
    let settings = Settings::new()
        .with("base_url", emulator.base_url())
        .with("key", "engine-id:engine-secret")
        .with("upload_cache", "off");
    let registry = mediagen::registry().expect("one of each");
    let builder = Mediagen::builder(registry).context(mediagen::context()).journal(Arc::clone(journal) as _);
    let builder = builder.configure("fal", "fal", settings).max_cost(5.0);
    match crash {
        Some(point) => builder.crash_at(point).build(),
        None => builder.build(),
    }
}

/// A small PNG.
fn png() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(64, 64).write_to(&mut png, image::ImageFormat::Png).expect("a PNG");
    png.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_each_point_at_fal_is_finished_from_the_rows_text() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for point in CRASH_POINTS {
        let journal = Arc::new(MemoryJournal::new());
        let before = emulator.jobs_created();
        let first = engine(&emulator, &journal, Some(point));
        let endpoint = first.endpoint("fal-ai/framepack", Some(ModelKind::ImageToVideo)).await.unwrap();
        let request = Request::new()
            .with_prompt(format!("boats leave at {point}"))
            .with_input(Role::Image, MediaInput::bytes(png(), "in.png"));
        let crashed = match first.generate(&endpoint, &request).await {
            Ok(made) => made.save(folder.path()).await.map(drop),
            Err(error) => Err(error),
        };
        assert_eq!(crashed.unwrap_err().message(), format!("crashed at {point}"));
        drop((first, endpoint, request));

        let id = journal.rows()[0];
        let finished = engine(&emulator, &journal, None).resume(id).await;
        if matches!(point, "intent" | "answered") {
            // fal has neither a list that shows what runs nor a key: a lost answer stays unknown.
            assert_eq!(finished.unwrap_err().kind(), ErrorKind::SubmitUnknown, "{point}");
            assert_eq!(journal.read(id).await.unwrap().step, Step::Unknown);
            assert_eq!(emulator.jobs_created() - before, usize::from(point == "answered"));
            continue;
        }
        let made = finished.unwrap_or_else(|e| panic!("{point}: {e:?}"));
        let kept = made.save(folder.path()).await.unwrap();
        assert_eq!((emulator.jobs_created() - before, kept.assets.len()), (1, 1), "{point}");
        assert_eq!((journal.read(id).await.unwrap().step, journal.held().0), (Step::Kept, 0), "{point}");
        assert!(kept.asset().unwrap().record().is_some_and(|record| record.inputs.len() == 1), "{point}");
    }
}
