//! A crash while a record goes into a file: the file under its name is whole, as it was or with the record.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use mediagen_assets::{
    embed::{self, Embedded},
    record::{AssetFacts, Made, Record},
};
use mediagen_probe::probe;
use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

/// Sent by the system to a process that writes past its limit.
const TOO_LONG: i32 = 25;
const KILL: i32 = 9;
/// What `ulimit -f` counts in.
const BLOCK: u64 = 512;

fn record(seed: u64) -> Record {
    let mut made = Made::new("toy", "toy/model", "text-to-image");
    made.prompt = Some("a lighthouse ".repeat(500));
    made.seed = Some(seed);
    Record::new(AssetFacts::default()).with_made(made)
}

/// A picture of about 3 MB.
fn picture(folder: &Path) -> (PathBuf, Vec<u8>) {
    let path = folder.join("picture.png");
    let mut pixels = vec![0; 1000 * 1000 * 3];
    blake3::Hasher::new().finalize_xof().fill(&mut pixels);
    image::RgbImage::from_raw(1000, 1000, pixels).unwrap().save(&path).unwrap();
    let content = fs::read(&path).unwrap();
    (path, content)
}

/// What is in the folder beside the picture.
fn beside(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path.parent().unwrap()).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|found| found != path).collect()
}

/// Puts record after record into the file that the environment names; run in a process of its own by the tests below.
#[test]
#[ignore = "a part of the tests below"]
fn child_that_embeds() {
    let path = std::env::var_os("EMBED_INTO").unwrap();
    let times: u64 = std::env::var("EMBED_TIMES").unwrap().parse().unwrap();
    for time in 0..times {
        match embed::write(&path, &record(time % 2)) {
            Ok(done) => println!("done: {done:?}"),
            Err(error) => println!("refused: {:?}", error.kind()),
        }
    }
}

fn child(shell: &str, path: &Path, times: u64) -> Command {
    let mut child = Command::new("sh");
    child.args(["-c", &format!("ulimit -c 0; {shell} exec \"$0\" --exact child_that_embeds --ignored --nocapture")]);
    child.arg(std::env::current_exe().unwrap()).env("EMBED_INTO", path).env("EMBED_TIMES", times.to_string());
    child
}

fn embedding_up_to(bytes: u64, path: &Path, shell: &str) -> Output {
    child(&format!("ulimit -f {}; {shell}", bytes / BLOCK), path, 1).output().unwrap()
}

/// The file can be used and gets its record in the end.
fn goes_on(path: &Path) {
    assert!(matches!(embed::write(path, &record(0)).unwrap(), Embedded::Written { .. }));
    assert_eq!(embed::read(path).unwrap().unwrap().made, record(0).made);
    assert_eq!(image::open(path).unwrap().width(), 1000);
    assert_eq!(probe(path).unwrap().width, Some(1000));
}

#[test]
fn a_process_that_dies_at_any_byte_of_the_copy_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (path, content) = picture(folder.path());
    let length = content.len() as u64;
    // From the first byte to one block less than the whole; the record is in the copy from the beginning.
    for bytes in [0, BLOCK, 8 * BLOCK, 100 * BLOCK, length / 2, length, length + 6 * BLOCK] {
        let output = embedding_up_to(bytes, &path, "");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.signal(), Some(TOO_LONG), "{bytes} of {length}: {said}");
        assert!(fs::read(&path).unwrap() == content, "{bytes}: the file was changed");
        let left = beside(&path);
        assert_eq!(left.len(), 1, "the copy was begun: {left:?}");
        assert!(fs::metadata(&left[0]).unwrap().len() <= bytes);
        fs::remove_file(&left[0]).unwrap();
    }
    goes_on(&path);
}

#[test]
fn a_disk_that_is_full_in_the_middle_is_an_error_and_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (path, content) = picture(folder.path());
    for bytes in [0, BLOCK, content.len() as u64 / 2, content.len() as u64] {
        let output = embedding_up_to(bytes, &path, "trap '' XFSZ;");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("refused: Io"), "{said}");
        assert!(fs::read(&path).unwrap() == content, "{bytes}: the file was changed");
        assert_eq!(beside(&path), Vec::<PathBuf>::new());
    }
    goes_on(&path);
}

#[test]
fn a_killed_process_leaves_one_of_the_whole_files() {
    let folder = tempfile::tempdir().unwrap();
    let (path, content) = picture(folder.path());
    let mut whole = vec![content];
    for seed in [0, 1] {
        embed::write(&path, &record(seed)).unwrap();
        whole.push(fs::read(&path).unwrap());
    }
    let mut in_the_middle = 0;
    for round in 0..25 {
        let mut running = child("", &path, u64::MAX).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(150 + 7 * round));
        running.kill().unwrap();
        assert_eq!(running.wait().unwrap().signal(), Some(KILL));
        let found = fs::read(&path).unwrap();
        assert!(whole.contains(&found), "round {round}: {} bytes that nobody wrote as a whole", found.len());
        for left in beside(&path) {
            in_the_middle += 1;
            fs::remove_file(left).unwrap();
        }
    }
    assert!(in_the_middle > 2, "{in_the_middle} of 25 kills came while a record was written: this says little");
    goes_on(&path);
}
