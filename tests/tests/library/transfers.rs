//! A CDN that misbehaves, over whole generations: every file ends whole, or as a clear error with a `.part` that a
//! later save goes on with; the generation itself is paid for once.

use crate::{Rig, connect};
use mediagen::{
    Result,
    assets::{DownloadPolicy, Downloader},
    core::{Part, PartSource},
    prelude::*,
};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, Route};
use serde_json::json;
use std::{path::Path, time::Duration};

struct Shop {
    rig: Rig,
    paid: usize,
}

impl Shop {
    async fn with(config: EmulatorConfig) -> Self {
        Self { rig: Rig::with(config).await, paid: 0 }
    }

    /// Pays for one picture.
    async fn picture(&mut self) -> Part {
        let model = self.rig.fal.text_to_image("fal-ai/flux/dev").await.unwrap();
        let request = TextToImageRequest::new("a harbour").with_size(Size::new(256, 256)).with_seed(self.paid as u64);
        let picture = model.run(request).await.unwrap();
        self.paid += 1;
        picture.output().parts[0].clone()
    }

    /// Saves `part` by a downloader of its own, as a later process would.
    async fn save(&self, part: &Part) -> Result<Asset> {
        let fal = connect(&self.rig.emulator);
        let policy = DownloadPolicy::of(&fal).with_first_pause(Duration::from_millis(1));
        Downloader::new(policy).unwrap().save(&self.rig.cx, part, &Target::new(self.rig.folder.path())).await
    }

    /// Saves `part` under the faults that were set; where that fails, the error is clear, and without faults the next
    /// save goes on. Returns whether it failed.
    async fn end_to_end(&self, part: &Part, case: &str) -> bool {
        let saved = self.save(part).await;
        let failed = saved.is_err();
        let asset = match saved {
            Ok(asset) => asset,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Transfer | ErrorKind::Unavailable), "{case}: {error}");
                let fact = |key: &str| error.context().iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone());
                assert_eq!(fact("url").as_deref(), part.url().map(url::Url::as_str), "{case}");
                // A failure before the first byte leaves nothing to go on with.
                if let Some(kept) = fact("part") {
                    assert!(Path::new(&kept).is_file(), "{case}: {kept}");
                    let bytes: u64 = fact("kept_bytes").unwrap().parse().unwrap();
                    assert_eq!(std::fs::metadata(&kept).unwrap().len(), bytes, "{case}");
                } else {
                    assert!(!self.temporary(), "{case}");
                }
                self.rig.emulator.clear_faults();
                self.save(part).await.unwrap()
            }
        };
        self.rig.emulator.clear_faults();
        let whole = self.rig.emulator.file(part.url().unwrap().as_str()).await.unwrap();
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), whole, "{case}");
        assert_eq!(asset.bytes().unwrap(), whole.len() as u64, "{case}");
        assert!(!self.temporary(), "{case}: something temporary stayed");
        assert_eq!(self.rig.emulator.count(Route::Submit), self.paid, "{case}");
        assert_eq!(self.rig.emulator.jobs_created(), self.paid, "{case}");
        failed
    }

    fn temporary(&self) -> bool {
        let names = std::fs::read_dir(self.rig.folder.path()).unwrap();
        names.flatten().any(|entry| entry.file_name().to_string_lossy().contains(".part"))
    }

    async fn size(&self, part: &Part) -> u64 {
        self.rig.emulator.file(part.url().unwrap().as_str()).await.unwrap().len() as u64
    }

    fn fail(&self, fault: Fault, times: usize) {
        self.rig.emulator.fail(Route::Download, fault, times);
    }
}

/// Numbers that look random and are the same in every run.
fn scattered(number: u64, below: u64) -> u64 {
    let mut x = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (x ^ (x >> 27)) % below
}

#[tokio::test(flavor = "multi_thread")]
async fn a_084_files_cut_at_twenty_places_end_whole_and_are_paid_once() {
    for ranges in [true, false] {
        let mut shop = Shop::with(EmulatorConfig::default().with_ranges(ranges)).await;
        let mut failures = 0;
        for number in 0..20 {
            let part = shop.picture().await;
            let at = scattered(number, shop.size(&part).await);
            // Once, or again and again until the attempts are used up.
            let times = if number % 2 == 0 { 1 } else { 50 };
            shop.fail(Fault::CutAt(at), times);
            let failed = shop.end_to_end(&part, &format!("ranges {ranges}, cut {times} times at {at}")).await;
            assert!(!(failed && times == 1), "one cut at {at} is not the end");
            failures += usize::from(failed);
        }
        assert!(failures > 0, "no case used its attempts up");
        assert!(ranges || failures == 10, "without ranges, a file that is always cut never comes whole");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_084_wrong_lengths_and_busy_servers_end_whole_and_are_paid_once() {
    let mut shop = Shop::with(EmulatorConfig::default().with_digests(true)).await;
    for shorter in [1, 7, 1000] {
        // Fewer bytes than there are, announced as if they were all: only the digest tells.
        let part = shop.picture().await;
        shop.fail(Fault::Shorter(shorter), 2);
        assert!(!shop.end_to_end(&part, &format!("{shorter} bytes shorter, twice")).await);
        let part = shop.picture().await;
        shop.fail(Fault::Shorter(shorter), 50);
        assert!(shop.end_to_end(&part, &format!("{shorter} bytes shorter, always")).await);
        // More announced than there are.
        let part = shop.picture().await;
        shop.fail(Fault::CutAt(shop.size(&part).await - shorter), 1);
        assert!(!shop.end_to_end(&part, &format!("{shorter} bytes missing")).await);
    }
    for number in 0..10 {
        let part = shop.picture().await;
        // A third of the answers is 503, with cuts between.
        for step in 0..4 {
            match scattered(number * 4 + step, 3) {
                0 => shop.fail(Fault::NginxHtml(503), 1),
                1 => shop.fail(Fault::CutAt(scattered(number, 5000)), 1),
                _ => shop.fail(Fault::DropBeforeAnswer, 1),
            }
        }
        assert!(!shop.end_to_end(&part, &format!("busy {number}")).await, "the fifth attempt finds no fault");
    }
    let part = shop.picture().await;
    shop.fail(Fault::Status(503, json!({})), 50);
    assert!(shop.end_to_end(&part, "always busy").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_of_the_emulator_is_whole_after_cuts() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let fal = connect(&emulator);
    let folder = tempfile::tempdir().unwrap();
    let policy = DownloadPolicy::of(&fal).with_first_pause(Duration::from_millis(1));
    let downloader = Downloader::new(policy).unwrap();
    let part = Part::new("", PartSource::Url(emulator.synthetic(40 << 20).parse().unwrap()));
    let (cx, target) = (mediagen::context(), Target::new(folder.path()));
    let whole = downloader.save(&cx, &part, &target).await.unwrap();
    emulator.fail(Route::Download, Fault::CutAt(15_000_001), 2);
    let cut = downloader.save(&cx, &part, &target).await.unwrap();
    assert_eq!(cut.known_blake3().unwrap(), whole.known_blake3().unwrap());
    let from = |r: &mediagen_emulator::fal::RequestRecord| {
        r.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    };
    let asked: Vec<u64> = emulator.requests().iter().filter_map(from).collect();
    // What was in the server's buffers when it was cut never came.
    assert!(asked.len() == 2 && asked[0] > 14_000_000 && asked[1] > asked[0] + 14_000_000, "{asked:?}");
}
