//! The process ends at each point of a generation; then another engine, other provider instances and the text of the rows
//! alone. Paid at most once, kept, nothing left held; what cannot be known ends as unknown.

mod toys;

use mediagen_core::{ErrorKind, MediaInput, Request, Role};
use mediagen_engine::{CRASH_POINTS, Generation, Journal as _, MemoryJournal, Step};
use std::{path::Path, sync::Arc};
use toys::{World, engine, row};

/// Keeping, in a way of one's own.
async fn keep(made: Generation, folder: &Path) -> mediagen_core::Result<Generation> {
    let path = folder.join(format!("{}.bin", made.id()));
    std::fs::write(&path, b"kept").expect("a folder to write to");
    made.mark_kept(vec![path.display().to_string()]).await?;
    Ok(made)
}

#[tokio::test]
async fn a_crash_at_each_point_is_finished_from_the_rows_text() {
    let folder = tempfile::tempdir().unwrap();
    for provider in ["queue", "status", "mixed"] {
        for point in CRASH_POINTS {
            let name = format!("crash {provider} {point}");
            let (world, journal) = (World::named(&name), Arc::new(MemoryJournal::new()));
            world.state().runs = 1;
            let first = engine(&name, &journal).max_cost(1.0).crash_at(point).build();
            let model = format!("{provider}:o/video");
            let endpoint = first.endpoint(&model, Some(mediagen_core::ModelKind::ImageToVideo));
            let request =
                Request::new().with_prompt(point).with_input(Role::Image, MediaInput::bytes(vec![7; 100], "in.png"));
            let made = first.generate(&endpoint.await.unwrap(), &request).await;
            let crashed = match made {
                Ok(made) => keep(made, folder.path()).await.map(drop),
                Err(error) => Err(error),
            };
            assert_eq!(crashed.unwrap_err().message(), format!("crashed at {point}"), "{name}");
            drop((first, request));

            let id = journal.rows()[0];
            let second = engine(&name, &journal).max_cost(1.0).build();
            let finished = second.resume(id).await;
            if provider == "mixed" && matches!(point, "intent" | "answered") {
                assert_eq!(finished.unwrap_err().kind(), ErrorKind::SubmitUnknown, "{name}");
                assert_eq!(row(&journal, id).await.step, Step::Unknown);
                assert!(world.paid() <= 1);
                assert_eq!(journal.held().0, 1, "what may have been bought stays held");
                continue;
            }
            let made = keep(finished.unwrap_or_else(|e| panic!("{name}: {e:?}")), folder.path()).await.unwrap();
            assert_eq!((world.paid(), row(&journal, id).await.progress.files.len()), (1, 1), "{name}");
            assert_eq!(row(&journal, id).await.step, Step::Kept, "{name}");
            assert_eq!(journal.held().0, 0, "{name}");
            assert!((journal.spent() - 0.02).abs() < 1e-9, "{name}: {}", journal.spent());
            assert!(second.unfinished().await.unwrap().is_empty(), "{name}");
            assert_eq!(made.output().inputs.len(), 1, "{name}");
            assert!(made.output().body["image"].is_string() || made.output().body["image"].is_object(), "{name}");
        }
    }
}

#[tokio::test]
async fn speech_survives_the_process_once_its_bytes_are_in_the_spool() {
    for (point, survives) in [("intent", false), ("answered", false), ("finished", true), ("settled", true)] {
        let name = format!("speech {point}");
        let journal = Arc::new(MemoryJournal::new());
        let first = engine(&name, &journal).crash_at(point).build();
        first.text_to_audio("mixed:voice").await.unwrap().run("say it").await.unwrap_err();
        let second = engine(&name, &journal).build().resume(journal.rows()[0]).await;
        assert_eq!(second.is_ok(), survives, "{point}: {second:?}");
        let Ok(made) = second else { continue };
        assert_eq!(made.bytes(100).await.unwrap(), "RIFF....");
        assert_eq!(made.bytes(4).await.unwrap_err().kind(), ErrorKind::Transfer);
        assert_eq!(made.output().revision.as_deref(), Some("v7"));
        assert_eq!(World::named(&name).paid(), 1);
    }
}

#[tokio::test]
async fn a_row_of_a_newer_version_is_refused_and_not_half_read() {
    let journal = Arc::new(MemoryJournal::new());
    let first = engine("newer", &journal).crash_at("running").build();
    first.text_to_image("flux").await.unwrap().run("x").await.unwrap_err();
    let id = journal.rows()[0];
    journal.rewrite(id, |text| text.replacen("\"version\":1", "\"version\":9,\"strange\":[]", 1)).unwrap();
    let second = engine("newer", &journal).build();
    assert_eq!(second.resume(id).await.unwrap_err().kind(), ErrorKind::PlanTooNew);
    assert_eq!(second.unfinished().await.unwrap(), [id]);
}

#[tokio::test]
async fn a_row_holds_no_content_no_schema_and_no_secret() {
    let journal = Arc::new(MemoryJournal::new());
    let first = engine("row text", &journal).crash_at("running").build();
    let endpoint = first.endpoint("film", Some(mediagen_core::ModelKind::ImageToVideo)).await.unwrap();
    let request = Request::new()
        .with_prompt("x")
        .with_extra("inline", true)
        .with_input(Role::Image, MediaInput::bytes(vec![b'A'; 5000], "in.png"));
    first.generate(&endpoint, &request).await.unwrap_err();
    let (order, progress) = journal.text(journal.rows()[0]).unwrap();
    assert!(!order.contains("AAAA") && !progress.contains("AAAA"), "{order} {progress}");
    assert!(order.len() + progress.len() < 4000, "{}: {order} {progress}", order.len() + progress.len());
    let sent = World::named("row text").state().accepted[0].1.clone();
    assert!(sent["image"].as_str().unwrap().starts_with("data:;base64,AAAA"), "the content itself left");
    // What goes on from there shows the body as it may be shown.
    let made = engine("row text", &journal).build().resume(journal.rows()[0]).await.unwrap();
    assert_eq!(made.output().body["image"], "(in.png)");
    assert_eq!(journal.unfinished().await.unwrap().len(), 1, "settled, and not kept yet");
}
