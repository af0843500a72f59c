//! What a process used: CPU time and resident memory, from `/proc`.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// CPU time that all threads of a process have used, with the nanoseconds of `schedstat`: the ticks of
/// `stat` are 10 ms, a tenth of what a fast server needs in a whole measurement.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let mut nanos = 0;
    let threads = fs::read_dir(format!("/proc/{pid}/task")).context("the server is gone")?;
    for thread in threads {
        // A thread may end between the listing and here.
        let text = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        let on_cpu = text.split(' ').next().unwrap_or_default();
        nanos += on_cpu.parse::<u64>().unwrap_or_default();
    }
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    status(pid, "VmRSS:")
}

/// What of it isn't a file's.
pub(crate) fn anonymous(pid: u32) -> Result<u64> {
    status(pid, "RssAnon:")
}

fn status(pid: u32, field: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .with_context(|| format!("no {field}"))?;
    Ok(kib.parse::<u64>()? * 1024)
}

/// A moment: clock, CPU of the server and of ourselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    at: Instant,
    server: Duration,
    load: Duration,
}

/// What passed between two marks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) seconds: f64,
    pub(crate) server_cpu: f64,
    pub(crate) load_cpu: f64,
}

impl Mark {
    pub(crate) fn now(server: u32) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: cpu(server)?,
            load: cpu(std::process::id())?,
        })
    }

    pub(crate) fn until(self, later: Self) -> Span {
        Span {
            seconds: (later.at - self.at).as_secs_f64(),
            server_cpu: later.server.saturating_sub(self.server).as_secs_f64(),
            load_cpu: later.load.saturating_sub(self.load).as_secs_f64(),
        }
    }
}
