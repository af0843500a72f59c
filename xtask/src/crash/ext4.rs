//! A small real ext4 on a loop device: it fills up and is emptied, and it stops without a flush. Needs root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::kill::work;
use super::{Acknowledged, VERIFY_MAX, example, verify};
use crate::process;

const STOPS: u32 = 10;
const TOOL_MAX: Duration = Duration::from_secs(60);
/// FS_IOC_SHUTDOWN without flushing the journal: what a cut of the power leaves.
const SHUTDOWN: &str = "import fcntl, os, struct, sys; \\
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

/// Plays both, or says why it can't.
pub fn run(base: &Path) -> Result<()> {
    let small = match Mounted::new(base, "small", 24) {
        Ok(small) => small,
        Err(error) => {
            println!("SKIPPED crash-ext4 no loop device can be mounted here: {error:#}");
            return Ok(());
        }
    };
    let mut fill = Command::new(example("worker")?);
    fill.arg("fill").arg(small.point.join("store"));
    process::must(&mut fill, VERIFY_MAX).context("on a file system that fills up")?;
    drop(small);
    println!("filled three times, and went on");
    if !process::answers("python3", &["--version"]) {
        println!("SKIPPED crash-shutdown needs python3 for the ioctl");
        return Ok(());
    }
    stops(base)
}

fn stops(base: &Path) -> Result<()> {
    let mut disk = Mounted::new(base, "stopped", 256)?;
    let mut acknowledged = Acknowledged::new();
    for turn in 0..STOPS {
        let (store, point) = (disk.point.join("store"), disk.point.clone());
        let end = || {
            thread::sleep(Duration::from_millis(100 + u64::from(turn) * 23));
            stop(&point);
            // What still comes is an error, and must not be acknowledged.
            thread::sleep(Duration::from_millis(50));
        };
        acknowledged.extend(work(&store, end)?);
        // What the interval's last 200 ms acknowledged may be lost with the power.
        acknowledged.remove("interval");
        disk.remount()?;
        verify(&store, &acknowledged).with_context(|| format!("after stop {}", turn + 1))?;
    }
    println!("stopped {STOPS} times without a flush, nothing of {acknowledged:?} is lost");
    Ok(())
}

/// Stops the file system that is mounted there, without a flush.
pub(super) fn stop(point: &Path) {
    let mut ioctl = Command::new("python3");
    ioctl.args(["-c", SHUTDOWN]).arg(point);
    let _ = process::must(&mut ioctl, TOOL_MAX);
}

/// A file system in a file; goes when it is dropped.
pub(crate) struct Mounted {
    image: PathBuf,
    point: PathBuf,
}

impl Mounted {
    pub(crate) fn new(base: &Path, name: &str, mib: u32) -> Result<Self> {
        let (image, point) = (base.join(format!("{name}.img")), base.join(name));
        fs::create_dir_all(&point)?;
        let file = fs::File::create(&image)?;
        file.set_len(u64::from(mib) << 20)?;
        let mut format = Command::new("mkfs.ext4");
        process::must(format.args(["-q", "-F"]).arg(&image), TOOL_MAX)?;
        let disk = Self { image, point };
        disk.mount()?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub(crate) fn point(&self) -> &Path {
        &self.point
    }

    fn mount(&self) -> Result<()> {
        let mut mount = Command::new("mount");
        mount.args(["-o", "loop"]).arg(&self.image).arg(&self.point);
        process::must(&mut mount, TOOL_MAX)
    }

    fn unmount(&self) -> Result<()> {
        process::must(Command::new("umount").arg(&self.point), TOOL_MAX)
    }

    /// Mounts it again, as after a cut of the power.
    pub(super) fn remount(&mut self) -> Result<()> {
        self.unmount()?;
        self.mount()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = self.unmount();
        let _ = fs::remove_file(&self.image);
        let _ = fs::remove_dir(&self.point);
    }
}
