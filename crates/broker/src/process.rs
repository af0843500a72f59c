//! What the system says of this process.

use std::time::{Duration, SystemTime};

/// Clock ticks a second in `/proc`; Linux fixes it for programs.
const TICKS_PER_SECOND: u64 = 100;
const PAGE_BYTES: u64 = 4096;

/// Memory and processor time used so far; zeros where the system has no `/proc`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) resident_bytes: u64,
    pub(crate) cpu_time: Duration,
}

/// Reads both from the system.
pub(crate) fn usage() -> Usage {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold blanks; the fields count from behind it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let mut times = fields.split_whitespace().skip(11);
    let ticks = number(times.next()) + number(times.next());
    Usage {
        resident_bytes: number(statm.split_whitespace().nth(1)) * PAGE_BYTES,
        cpu_time: Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND),
    }
}

/// Memory of the machine; zero where the system has no `/proc`.
pub(crate) fn memory_bytes() -> u64 {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Memory that this process may have: the machine's, or what its control groups leave it. `None` where the system doesn't say.
pub(crate) fn memory_limit() -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let bounds = group_files(&groups)
        .into_iter()
        .filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok());
    let machine = Some(memory_bytes()).filter(|&bytes| bytes > 0);
    bounds.chain(machine).min()
}

/// The files that may bound the memory of a process in these control groups, of either version: its own groups' and those above them.
fn group_files(groups: &str) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (fields.next(), fields.next()) else {
            continue;
        };
        let (root, name) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            "memory" => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => continue,
        };
        let above = std::path::Path::new(group).ancestors();
        files.extend(above.map(|group| {
            let group = group.strip_prefix("/").unwrap_or(group);
            std::path::Path::new(root).join(group).join(name)
        }));
    }
    files
}

/// Bytes that may still be written to the disk of `folder`.
#[cfg(unix)]
pub(crate) fn free_bytes(folder: &std::path::Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |disk| disk.f_bavail * disk.f_frsize)
}

/// Unknown here.
#[cfg(not(unix))]
pub(crate) fn free_bytes(_: &std::path::Path) -> u64 {
    1 << 40
}

/// Bytes in words, as the reference's log has them.
pub(crate) fn shown_bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if value < 1024.0 {
            return if unit == "B" {
                format!("{bytes} B")
            } else {
                format!("{value:.2} {unit}")
            };
        }
        value /= 1024.0;
    }
    format!("{value:.2} TB")
}

/// Turns growing processor time into a load.
#[derive(Debug)]
pub(crate) struct Load {
    at: SystemTime,
    cpu_time: Duration,
    percent: f64,
}

impl Load {
    pub(crate) fn new(at: SystemTime) -> Self {
        Self {
            at,
            cpu_time: Duration::ZERO,
            percent: 0.0,
        }
    }

    /// Percent of one core since the last call, at least a second ago.
    pub(crate) fn percent(&mut self, cpu_time: Duration, now: SystemTime) -> f64 {
        let elapsed = now.duration_since(self.at).unwrap_or_default();
        if elapsed >= Duration::from_secs(1) {
            let used = cpu_time.saturating_sub(self.cpu_time);
            self.percent = (used.as_secs_f64() / elapsed.as_secs_f64() * 1000.0).round() / 10.0;
            (self.at, self.cpu_time) = (now, cpu_time);
        }
        self.percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_those_above_them_bound_the_memory() {
        let shown = |groups| {
            let files = group_files(groups).into_iter();
            files
                .map(|file| file.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shown("0::/a/b\n"),
            [
                "/sys/fs/cgroup/a/b/memory.max",
                "/sys/fs/cgroup/a/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(
            shown("3:cpu,cpuacct:/x\n7:memory:/\n"),
            ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        );
    }
}
