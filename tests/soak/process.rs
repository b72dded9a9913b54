//! What this process holds, where the system tells it.

use std::fs;

/// The bytes of memory in use; `None` where nobody tells.
///
/// The rollup counts pages, and the status may be short of some: each thread keeps a few back before it adds them.
pub fn resident() -> Option<u64> {
    let told = [("smaps_rollup", "Rss:"), ("status", "VmRSS:")];
    told.into_iter().find_map(|(file, name)| {
        let text = fs::read_to_string(format!("/proc/self/{file}")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes * 1024)
    })
}

/// The open files and sockets; `None` where nobody tells.
pub fn descriptors() -> Option<usize> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count())
}
