//! Faults that pass: a disk that is slow, one that is full, a process that gets no descriptors.
//!
//! They come from outside the server, so that any server can have them: the file system is frozen and thawed (`fsfreeze`), a file takes all the
//! room, the limit of open files falls to what is open (`prlimit`).

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::process;

const TOOL_MAX: Duration = Duration::from_secs(60);
/// How long a sync takes at most while the disk is slow, and how long it isn't between.
const FREEZE: (Duration, Duration) = (Duration::from_millis(400), Duration::from_millis(50));
const FREEZES: u32 = 3;
/// How long the disk is full, or descriptors are scarce.
const SCARCITY: Duration = Duration::from_millis(300);
/// How long it may take until the server takes a message again.
const RECOVERY_MAX: Duration = Duration::from_secs(10);
/// What fills the disk, in pieces of these sizes.
const PIECES_KIB: [u64; 6] = [1 << 16, 1 << 14, 1 << 12, 1 << 10, 128, 4];

/// Syncs on this file system take their time.
pub(super) fn slow_down(point: &Path) -> Result<()> {
    for _ in 0..FREEZES {
        let frozen = Frozen::new(point)?;
        thread::sleep(FREEZE.0);
        drop(frozen);
        thread::sleep(FREEZE.1);
    }
    Ok(())
}

/// A file system that takes no writes.
struct Frozen<'a>(&'a Path);

impl<'a> Frozen<'a> {
    fn new(point: &'a Path) -> Result<Self> {
        process::must(Command::new("fsfreeze").arg("-f").arg(point), TOOL_MAX)?;
        Ok(Self(point))
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        let _ = process::must(Command::new("fsfreeze").arg("-u").arg(self.0), TOOL_MAX);
    }
}

/// The disk has no room for a while.
pub(super) fn fill(point: &Path) -> Result<()> {
    let mut ballast = Vec::new();
    for kib in PIECES_KIB {
        loop {
            let piece = point.join(format!("ballast-{}", ballast.len()));
            let mut allocate = Command::new("fallocate");
            allocate.arg("-l").arg(format!("{kib}KiB")).arg(&piece);
            let end = process::run(&mut allocate, TOOL_MAX, Some(Path::new("/dev/null")))?;
            ballast.push(piece);
            if !end.passed() {
                break;
            }
        }
    }
    thread::sleep(SCARCITY);
    for piece in ballast {
        let _ = fs::remove_file(piece);
    }
    Ok(())
}

/// The process gets no descriptor for a while.
pub(super) fn starve(pid: u32) -> Result<()> {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits"))?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let usual = line.and_then(|line| line.split_whitespace().nth(3));
    let usual = usual.context("the limit of open files")?;
    let open = fs::read_dir(format!("/proc/{pid}/fd"))?.count();
    limit(pid, &open.to_string())?;
    thread::sleep(SCARCITY);
    limit(pid, usual)
}

fn limit(pid: u32, files: &str) -> Result<()> {
    let mut prlimit = Command::new("prlimit");
    prlimit
        .arg(format!("--pid={pid}"))
        .arg(format!("--nofile={files}:"));
    process::must(&mut prlimit, TOOL_MAX)
}

/// Whether the server takes and acknowledges a message within [`RECOVERY_MAX`], by itself.
pub(super) fn goes_on(addr: SocketAddr) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < RECOVERY_MAX {
        if publishes(addr).unwrap_or(false) {
            return true;
        }
        thread::sleep(Duration::from_millis(100));
    }
    false
}

fn publishes(addr: SocketAddr) -> Result<bool> {
    const STREAM: &str = r#"{"name":"PROBE","subjects":["probe"]}"#;
    let mut socket = TcpStream::connect(addr)?;
    socket.set_read_timeout(Some(Duration::from_secs(2)))?;
    let create = format!(
        "CONNECT {{\"verbose\":false}}\r\nSUB made 1\r\nSUB acked 2\r\nSUB gone 3\r\n\
         PUB $JS.API.STREAM.CREATE.PROBE made {}\r\n{STREAM}\r\n",
        STREAM.len()
    );
    socket.write_all(create.as_bytes())?;
    await_text(&mut socket, "MSG made 1 ")?;
    socket.write_all(b"PUB probe acked 1\r\nx\r\n")?;
    let acked = await_text(&mut socket, "MSG acked 2 ")?.contains("\"seq\"");
    // The ledger knows of no such stream.
    socket.write_all(b"PUB $JS.API.STREAM.DELETE.PROBE gone 0\r\n\r\n")?;
    let gone = await_text(&mut socket, "MSG gone 3 ")?.contains("\"success\"");
    Ok(acked && gone)
}

/// Reads until `text` came, with what stands in its line.
fn await_text(socket: &mut TcpStream, text: &str) -> Result<String> {
    let (mut read, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let len = socket.read(&mut buffer)?;
        anyhow::ensure!(len > 0, "the connection ended");
        read.push_str(&String::from_utf8_lossy(&buffer[..len]));
        if let Some(at) = read.find(text)
            && read[at..].contains("}\r\n")
        {
            return Ok(read[at..].to_owned());
        }
    }
}
