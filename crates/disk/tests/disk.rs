//! Files that other processes also use.
#![allow(clippy::unwrap_used, reason = "a test")]

use mediagen_core::{BoxFuture, Clock};
use mediagen_disk::{Access, Lock, NewFile, blocking, read_at_most, remove_leftovers, replace, write};
use std::{
    fs::{self, File, FileTimes},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_reader_sees_the_old_file_or_the_new_one_and_nothing_stays_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join("a.json");
    write(&path, b"old", Access::Usual).unwrap();
    let mut file = NewFile::beside(&path, Access::Usual).unwrap();
    file.write_all(b"half of the ne").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(path.parent().unwrap()).len(), 2);
    drop(file);
    assert_eq!(names(path.parent().unwrap()), ["a.json"]);
    write(&path, b"new", Access::Usual).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    replace(&path, b"newer", Access::Usual).unwrap();
    assert_eq!((fs::read(&path).unwrap(), names(path.parent().unwrap()).len()), (b"newer".to_vec(), 1));
    // A folder cannot be replaced by a file: an error, and nothing is left of the attempt.
    fs::create_dir_all(folder.path().join("b").join("c")).unwrap();
    assert!(write(&folder.path().join("b"), b"x", Access::Usual).is_err());
    assert_eq!(names(folder.path()), ["b", "deep"]);
}

#[cfg(unix)]
#[test]
fn what_is_for_the_owner_is_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (own, usual) = (folder.path().join("own").join("a"), folder.path().join("usual").join("a"));
    write(&own, b"", Access::Owner).unwrap();
    write(&usual, b"", Access::Usual).unwrap();
    assert_eq!((mode(&own), mode(own.parent().unwrap())), (0o600, 0o700));
    let plain = folder.path().join("plain");
    File::create(&plain).unwrap();
    assert_eq!(mode(&usual), mode(&plain), "as any other file of this user");
    let lock = own.with_file_name("lock");
    drop(Lock::try_take(&lock, Access::Owner).unwrap().unwrap());
    assert_eq!(mode(&lock), 0o600);
}

#[test]
fn what_is_too_long_or_not_a_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, [7; 100]).unwrap();
    assert_eq!(read_at_most(&path, 100).unwrap(), [7; 100]);
    assert_eq!(read_at_most(&path, 99).unwrap_err().kind(), ErrorKind::FileTooLarge);
    assert_eq!(read_at_most(folder.path(), 1 << 20).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(read_at_most(&folder.path().join("b"), 9).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn only_old_unfinished_files_are_leftovers() {
    let folder = tempfile::tempdir().unwrap();
    let long_ago = SystemTime::now() - Duration::from_hours(2);
    let make = |name: &str, is_old: bool| {
        let file = File::create(folder.path().join(name)).unwrap();
        if is_old {
            file.set_times(FileTimes::new().set_modified(long_ago)).unwrap();
        }
    };
    make(".mediagen-abc.part", true);
    make(".mediagen-def.part", false);
    make("download.part", true);
    make("a.json", true);
    remove_leftovers(folder.path(), Duration::from_hours(1));
    assert_eq!(names(folder.path()), [".mediagen-def.part", "a.json", "download.part"]);
    remove_leftovers(&folder.path().join("missing"), Duration::ZERO);
}

/// Real sleeps, counted.
#[derive(Default)]
struct Counting(AtomicU64);

impl Clock for Counting {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(tokio::time::sleep(duration))
    }
}

#[tokio::test]
async fn the_second_one_waits_by_the_clock_until_the_first_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("deep").join("a.lock");
    let clock = Counting::default();
    let first = Lock::take(&clock, &path, Access::Usual).await.unwrap();
    assert!(!first.has_waited());
    assert_eq!(clock.0.load(Ordering::Relaxed), 0);
    let release = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(first);
    };
    let (second, ()) = tokio::join!(Lock::take(&clock, &path, Access::Usual), release);
    assert!(second.unwrap().has_waited());
    assert!(clock.0.load(Ordering::Relaxed) >= 2, "10 ms and 20 ms are not yet 50");
}

#[tokio::test]
async fn a_panic_in_blocking_work_is_an_error_of_the_caller() {
    assert_eq!(blocking(|| Ok(7)).await.unwrap(), 7);
    #[allow(clippy::panic, reason = "what is tested")]
    let error = blocking::<()>(|| panic!("on purpose")).await.unwrap_err();
    assert_eq!(error.kind(), mediagen_core::ErrorKind::Unexpected);
}
