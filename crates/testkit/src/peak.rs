//! The most memory that this process ever had.

/// In KiB; `None` where the system does not say.
pub fn kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// How much it grew since `before`.
pub fn grown_kib(before: Option<u64>) -> Option<u64> {
    Some(kib()?.saturating_sub(before?))
}
