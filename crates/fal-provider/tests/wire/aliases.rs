//! Names that stand for endpoints, against the emulator's catalogue.

use crate::support::*;
use fal_provider::{FalConfig, FalProvider};
use mediagen_core::{ErrorKind, Settings, TextToImageRequest};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, catalogue::Catalogue};

async fn emulator() -> Emulator {
    Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap()
}

#[tokio::test]
async fn a_012_a_line_in_a_file_names_an_endpoint() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aliases.toml");
    std::fs::write(&file, "[fal]\nfast = \"fal-ai/flux/schnell\"\nbroken = \"fal-ai/flux/schnel\"\n").unwrap();
    let settings =
        Settings::new().with("key", KEY).with("base_url", emulator.base_url()).with("aliases", file.to_str().unwrap());
    let fal = FalProvider::new(FalConfig::from_settings(&settings).unwrap()).unwrap().with_context(context());
    let model = fal.text_to_image("fast").await.unwrap();
    model.run(TextToImageRequest::new("a fox")).await.unwrap();
    assert_eq!(emulator.jobs()[0].endpoint, "fal-ai/flux/schnell");
    let error = fal.text_to_image("broken").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("fal-ai/flux/schnell"), "{error}");
}

#[tokio::test]
async fn a_011_an_unknown_id_is_not_found_with_the_nearest_real_ids() {
    let emulator = emulator().await;
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap();
    let listed = Catalogue::builtin();
    for (wanted, near) in [
        ("fal-ai/flux/shnell", "fal-ai/flux/schnell"),
        ("fal-ai/clarity-upscalr", "fal-ai/clarity-upscaler"),
        ("framepak", "fal-ai/framepack"),
        ("real-esrgn", "fal-ai/esrgan"),
        ("fal-ai/xtts", "fal-ai/f5-tts"),
    ] {
        let error = fal.raw(wanted).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{wanted}: {error}");
        let hint = error.hint().unwrap().to_owned();
        assert!(hint.contains(near), "{wanted}: {hint}");
        let ids = hint.trim_start_matches("did you mean ").trim_end_matches('?').split(", ");
        for id in ids {
            assert!(listed.get(id).is_some(), "{wanted}: `{id}` is no endpoint ({hint})");
        }
    }
    assert_eq!(emulator.jobs_created(), 0);
}
