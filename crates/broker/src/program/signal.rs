//! `--signal`: finding the server and telling it.

use anyhow::{Context, bail};
use midge_conf::cli::{SignalCommand, SignalOrder};
use rustix::process::{Pid, Signal, kill_process};

/// Sends the signal of `order` to every process it names.
pub(crate) fn send(order: &SignalOrder, program: &str) -> anyhow::Result<()> {
    let signal = match order.command {
        SignalCommand::Stop => Signal::KILL,
        SignalCommand::Quit => Signal::INT,
        SignalCommand::Term => Signal::TERM,
        SignalCommand::Reopen => Signal::USR1,
        SignalCommand::Reload => Signal::HUP,
        SignalCommand::LameDuck => Signal::USR2,
    };
    let mut failures = String::new();
    for pid in targets(order.target.as_deref(), program)? {
        let sent = Pid::from_raw(pid)
            .context("a process id is positive")
            .and_then(|id| Ok(kill_process(id, signal)?));
        if let Err(error) = sent {
            let reason = error.to_string().to_lowercase();
            let reason = reason.split(" (os error").next().unwrap_or_default();
            failures += &format!("\nsignal {:?} {pid}: {reason}", name(order.command));
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        bail!(failures)
    }
}

fn name(command: SignalCommand) -> &'static str {
    match command {
        SignalCommand::Stop => "stop",
        SignalCommand::Quit => "quit",
        SignalCommand::Term => "term",
        SignalCommand::Reopen => "reopen",
        SignalCommand::Reload => "reload",
        SignalCommand::LameDuck => "ldm",
    }
}

/// A process id, a prefix of ids with `*`, a pid file, or the only process of our name.
fn targets(target: Option<&str>, program: &str) -> anyhow::Result<Vec<i32>> {
    let Some(target) = target else {
        return match running(program)?[..] {
            [] => bail!("no {program} processes running"),
            [pid] => Ok(vec![pid]),
            ref many => bail!(
                "multiple {program} processes running:\n{}",
                many.iter()
                    .map(i32::to_string)
                    .collect::<Vec<_>>()
                    .join("\n")
            ),
        };
    };
    if let Some(prefix) = target.strip_suffix('*') {
        let matching = running(program)?
            .into_iter()
            .filter(|pid| pid.to_string().starts_with(prefix));
        return Ok(matching.collect());
    }
    if let Ok(pid) = target.parse() {
        return Ok(vec![pid]);
    }
    let text = std::fs::read_to_string(target).with_context(|| format!("invalid pid: {target}"))?;
    Ok(vec![text.trim().parse().with_context(|| {
        format!("invalid pid: {}", text.trim())
    })?])
}

/// Other processes that run a program of this name.
fn running(program: &str) -> anyhow::Result<Vec<i32>> {
    let own = i32::try_from(std::process::id())?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")
        .context("process ids can only be looked up where there is /proc")?
    {
        let entry = entry?;
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let first = command.split(|&byte| byte == 0).next().unwrap_or_default();
        if pid != own && crate::program_name(&String::from_utf8_lossy(first)) == program {
            found.push(pid);
        }
    }
    found.sort_unstable();
    Ok(found)
}
