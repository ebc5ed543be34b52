//! How often an input is opened, and how much of it is read: counted by the system, in a process of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and reports by printing")]

use fal_provider::{FalConfig, FalProvider};
use mediagen_core::{ImageToImageRequest, Kind, Model, VideoToVideoRequest};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Route};
use rustix::fs::inotify;
use std::{io::Write as _, mem::MaybeUninit, path::Path, time::Duration};

const MIB: u64 = 1 << 20;
const LARGE: u64 = 300 * MIB;

/// Bytes that this process has read from files so far; what comes from a socket does not count.
fn bytes_read() -> u64 {
    let counts = std::fs::read_to_string("/proc/self/io").unwrap();
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap();
    read.parse().unwrap()
}

/// A provider as another process has it; all of them share what they remember of uploads.
fn provider(base: &str, folder: &Path) -> FalProvider {
    let config = FalConfig::new("key-id:key-secret").unwrap().with_base_url(base).unwrap();
    FalProvider::new(config.with_upload_cache(folder.join("uploads"))).unwrap()
}

/// Prepares and uploads as a generation does.
async fn ready<K: Kind>(model: &Model<K>, request: K::Request) -> String {
    let prepared = model.prepare(request).await.unwrap();
    let ready = prepared.upload(&mediagen_runtime::context()).await.unwrap();
    ready.uploads().next().unwrap().blake3.clone().expect("the hash is known after the upload")
}

/// An MP4 without a table, nearly all of it content.
fn video(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(b"\0\0\0\x18ftypisom\0\0\0\0isommp42").unwrap();
    file.write_all(&u32::try_from(LARGE - 24).unwrap().to_be_bytes()).unwrap();
    file.write_all(b"mdat").unwrap();
    file.set_len(LARGE).unwrap();
}

/// How often a file was opened since it is watched.
struct Opens(std::os::fd::OwnedFd);

impl Opens {
    fn of(path: &Path) -> Self {
        let watch = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
        // Two events that are the same and follow each other count as one, so that what closes is watched as well.
        let flags = inotify::WatchFlags::OPEN | inotify::WatchFlags::CLOSE;
        inotify::add_watch(&watch, path, flags).unwrap();
        Self(watch)
    }

    fn count(&self) -> usize {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.0, &mut buffer);
        let mut opens = 0;
        while let Ok(event) = events.next() {
            opens += usize::from(event.events().contains(inotify::ReadFlags::OPEN));
        }
        opens
    }
}

/// What another process has to know: the server, the folder that they share, the file.
const VARIABLES: [&str; 3] = ["READING_BASE", "READING_FOLDER", "READING_FILE"];

/// One generation's inputs, prepared and uploaded by a process of its own: bytes read, and the hash.
fn generation(emulator: &Emulator, folder: &Path, file: &Path) -> (u64, String) {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "another_process", "--nocapture"]);
    let [base, shared, path] = VARIABLES;
    command.env(base, emulator.base_url()).env(shared, folder).env(path, file);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let found = text.lines().find_map(|line| line.split_once("read ")).unwrap().1;
    let (bytes, hash) = found.split_once(" of ").unwrap();
    (bytes.parse().unwrap(), hash.to_owned())
}

#[tokio::test]
#[ignore = "it is started by the test below"]
async fn another_process() {
    // Started by itself it has nothing to do.
    let [Ok(base), Ok(folder), Ok(file)] = VARIABLES.map(std::env::var) else { return };
    let fal = provider(&base, Path::new(&folder));
    let model = fal.video_to_video("fal-ai/video-upscaler").await.unwrap();
    let before = bytes_read();
    let hash = ready(&model, VideoToVideoRequest::new(Path::new(&file))).await;
    println!("read {} of {hash}", bytes_read() - before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_is_read_once_by_its_first_generation_and_not_at_all_by_the_second() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    video(&path);
    // A file that was written just now may change again without a trace.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let (first, hash) = generation(&emulator, folder.path(), &path);
    let (second, again) = generation(&emulator, folder.path(), &path);
    let uploaded: u64 = emulator.requests().iter().filter(|r| r.route == Route::Upload).map(|r| r.body_bytes).sum();
    assert!((LARGE..LARGE + MIB).contains(&uploaded), "{uploaded} bytes moved for both");
    assert!((LARGE..=LARGE / 10 * 11).contains(&first), "the first one read {first} bytes");
    assert!(second <= MIB, "the second one read {second} bytes");
    assert_eq!((&hash, hash.len()), (&again, 64), "the second plan knows the hash");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_is_opened_to_measure_it_and_to_send_it() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    let mut content = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x02\0\0\0".to_vec();
    content.resize(40_000, 7);
    std::fs::write(&path, &content).unwrap();
    let opens = Opens::of(&path);
    let fal = provider(&emulator.base_url(), folder.path());
    let model = fal.image_to_image("fal-ai/esrgan").await.unwrap();
    let hash = ready(&model, ImageToImageRequest::new(path.as_path())).await;
    assert_eq!(hash, blake3::hash(&content).to_hex().to_string());
    assert_eq!(opens.count(), 2, "once to measure it, once to send it");
    ready(&model, ImageToImageRequest::new(path.as_path())).await;
    assert_eq!(opens.count(), 1, "what is there already is measured and not sent");
}
