//! A real process under load, ended by SIGKILL.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Acknowledged, example, verify};

/// Kills the worker so many times, in one folder, and looks after each what is left.
pub fn run(base: &Path, kills: u32) -> Result<()> {
    let folder = base.join("killed");
    let _ = fs::remove_dir_all(&folder);
    let mut acknowledged = Acknowledged::new();
    for turn in 0..kills {
        // Now and then before it has opened, else in full work.
        let life = Duration::from_millis(5 + u64::from(turn * 37 % 200));
        acknowledged.extend(work(&folder, || thread::sleep(life))?);
        verify(&folder, &acknowledged).with_context(|| format!("after kill {}", turn + 1))?;
    }
    println!("killed {kills} times, nothing of {acknowledged:?} is lost");
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Has the worker write until `end` comes back, kills it, and says what it had acknowledged.
pub(super) fn work(folder: &Path, end: impl FnOnce()) -> Result<Acknowledged> {
    let mut child = Command::new(example("worker")?)
        .arg("write")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let told = listen(&mut child)?;
    end();
    child.kill()?;
    child.wait()?;
    told.join().ok().context("the listener panicked")
}

/// Collects the last sequence told per stream, until the pipe ends.
fn listen(child: &mut Child) -> Result<thread::JoinHandle<Acknowledged>> {
    let pipe = child.stdout.take().context("a piped child")?;
    Ok(thread::spawn(move || {
        let lines = BufReader::new(pipe).lines().map_while(Result::ok);
        lines
            .filter_map(|line| {
                let (name, seq) = line.split_once(' ')?;
                Some((name.to_owned(), seq.parse().ok()?))
            })
            .collect()
    }))
}
