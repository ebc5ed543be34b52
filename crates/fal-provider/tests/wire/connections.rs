//! One client, few connections: they are kept and used again, as the server counts them.

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{Delivery, ImageToImageRequest, MediaInput, Provider as _, TextToImageRequest};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Route};
use std::{collections::BTreeSet, fs::File};

const MIB: u64 = 1 << 20;
/// Parts of one file that the provider sends at once, as ADR 0010 says.
const AT_ONCE: usize = 6;
/// Connections that a race may cost.
const SPARE: u64 = 3;

async fn emulator() -> Emulator {
    let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
    // Nobody looks into the large files.
    emulator.keep_below(MIB);
    emulator
}

fn fal(emulator: &Emulator) -> FalProvider {
    let config = config(&emulator.base_url()).with_parts_above(MIB).unwrap();
    FalProvider::new(config).unwrap().with_context(context())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_many_parts_needs_a_connection_for_each_part_at_once_and_the_next_file_none() {
    let emulator = emulator().await;
    let (fal, cx) = (fal(&emulator), context());
    let folder = tempfile::tempdir().unwrap();
    let mut opened = Vec::new();
    for round in 1..=3 {
        emulator.clear_requests();
        // Full of zeros, and each of another length.
        let path = folder.path().join(format!("{round}.bin"));
        File::create(&path).unwrap().set_len(200 * MIB + round).unwrap();
        let uploaded = fal.upload(&cx, &MediaInput::Path(path), &Delivery::default()).await.unwrap();
        assert!(!uploaded.cached);
        let parts = emulator.requests().iter().filter(|r| r.method == "PUT").count();
        assert_eq!((parts, emulator.most_at_once(Route::Upload)), (21, AT_ONCE), "{round}");
        opened.push(emulator.connections());
    }
    // Token, beginning and completion go before and after the parts. A call that begins in the very moment in which
    // another one's connection comes back is given a new one, which on a busy machine happens once or twice.
    assert!(opened[2] <= AT_ONCE as u64 + SPARE, "{opened:?} connections for 70 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn small_files_and_whole_generations_go_over_the_same_connections() {
    let emulator = emulator().await;
    let fal = fal(&emulator);
    let enlarge = fal.image_to_image("fal-ai/esrgan").await.unwrap();
    let draw = fal.text_to_image("fal-ai/flux/schnell").await.unwrap();
    for round in 0..5_u8 {
        let output = draw.run(TextToImageRequest::new("a fox")).await.unwrap();
        let picture = emulator.file(output.parts[0].url().unwrap().as_str()).await.unwrap();
        // What follows a picture's end changes nothing but its hash.
        let picture = MediaInput::bytes([&picture[..], &[round]].concat(), "x.png");
        enlarge.run(ImageToImageRequest::new(picture)).await.unwrap();
    }
    let count = |route: Route| emulator.count(route);
    assert_eq!(
        (count(Route::Upload), count(Route::Submit), count(Route::Stream), count(Route::Result)),
        (5, 10, 10, 10)
    );
    // One after another; a stream that is left when it told the end still holds its own while the result is fetched.
    let requests = emulator.requests();
    let used: BTreeSet<u64> = requests.iter().map(|request| request.connection).collect();
    assert!(emulator.connections() <= 2 + SPARE, "{used:?} for {} requests", requests.len());
}
