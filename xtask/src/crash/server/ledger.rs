//! The conversation with `midge-load ledger`: a line there, a line of JSON back.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench;

/// The ledger's process; ends when dropped.
pub(super) struct Ledger {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Ledger {
    pub(super) fn start() -> Result<Self> {
        let mut child = Command::new(bench::load_generator()?)
            .arg("ledger")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start midge-load")?;
        let to = child.stdin.take().context("a piped child")?;
        let from = BufReader::new(child.stdout.take().context("a piped child")?);
        Ok(Self { child, to, from })
    }

    /// Tells it a line, and waits for the answer.
    pub(super) fn say(&mut self, line: &str) -> Result<Value> {
        writeln!(self.to, "{line}")?;
        let mut answer = String::new();
        let read = self.from.read_line(&mut answer)?;
        ensure!(read > 0, "the ledger ended at `{line}`");
        serde_json::from_str(&answer).with_context(|| format!("`{line}`: {answer}"))
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // Errors mean "already gone".
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
