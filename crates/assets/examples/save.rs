//! Saves one URL to a folder and tells in JSON what it took; `cargo xtask bench transfer down` runs it.
//!
//! `cargo run -p mediagen-assets --example save -- URL FOLDER [CONNECTIONS]`; plain http to the URL's own host is permitted.
#![expect(clippy::print_stdout, reason = "an example talks to the person who started it")]

use mediagen_assets::{DownloadPolicy, Downloader, Target};
use mediagen_core::{Context, Event, Part, PartSource};
use mediagen_testkit::TokioClock;
use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use url::Url;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (url, folder) = arguments.next().zip(arguments.next()).ok_or("usage: URL FOLDER [CONNECTIONS]")?;
    let url = Url::parse(&url)?;
    let connections = arguments.next().map_or(Ok(1), |text| text.parse())?;
    // The end of the transfer: everything is hashed and with the system, not yet forced to disk.
    let written = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&written);
    let cx = Context::new(TokioClock::new()).with_observer(move |event: &Event| {
        if matches!(event, Event::Downloading { received, total } if Some(*received) == *total) {
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    });
    let downloader = Downloader::new(DownloadPolicy::default().allow_base(&url).with_connections(connections))?;
    let target = Target::new(folder).with_field("model", "saved").with_field("index", 0);
    let before = peak_kib();
    let begun = Instant::now();
    let asset = downloader.save(&cx, &Part::new("", PartSource::Url(url)), &target).await?;
    let total = begun.elapsed();
    let written = written.lock().unwrap_or_else(PoisonError::into_inner).ok_or("no progress was reported")?;
    let document = serde_json::json!({
        "path": asset.path(),
        "bytes": asset.bytes(),
        "blake3": asset.known_blake3(),
        "written_ms": (written - begun).as_secs_f64() * 1e3,
        "total_ms": total.as_secs_f64() * 1e3,
        "grown_kib": peak_kib().zip(before).map(|(after, before)| after.saturating_sub(before)),
    });
    println!("{document}");
    Ok(())
}

/// The most memory that was ever resident, where the system tells (Linux).
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
