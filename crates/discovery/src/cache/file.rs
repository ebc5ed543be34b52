//! Whole files or none.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

/// The middle of the name of a file that is being written.
const UNFINISHED: &str = ".unfinished-";
/// Older ones belong to a process that is gone.
const LEFTOVER: Duration = Duration::from_hours(1);

/// The bytes of `path`, unless there are more than `limit` or they cannot be read.
pub(super) fn read(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    if length > limit {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).ok()?);
    file.take(limit).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Puts `bytes` at `path`, with its folder: a reader sees what was there before, or all of them.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let beside = folder.join(format!("{name}{UNFINISHED}{}-{number}", std::process::id()));
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        fs::remove_file(&beside).ok();
    }
    moved
}

/// Gives a damaged file another name and tells which; an older one that was set aside is replaced.
pub(super) fn set_aside(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_name()?.to_os_string();
    name.push(".damaged");
    let aside = path.with_file_name(name);
    fs::rename(path, &aside).ok()?;
    Some(aside)
}

/// Takes away what processes left behind that were killed while they wrote.
pub(super) fn remove_leftovers(folder: &Path) {
    for folder in [folder.to_path_buf(), folder.join("models"), folder.join("schemas")] {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            let unfinished = entry.file_name().to_string_lossy().contains(UNFINISHED);
            let written = entry.metadata().and_then(|about| about.modified());
            let old = written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > LEFTOVER));
            if unfinished && old {
                fs::remove_file(entry.path()).ok();
            }
        }
    }
}
