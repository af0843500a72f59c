//! A program that can serve, and one run of it.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

const START_MAX: Duration = Duration::from_secs(10);
/// A server that takes longer to stop has hung.
const STOP_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_micros(100);

/// A program and its name in the table.
pub struct Contestant {
    pub name: &'static str,
    program: PathBuf,
}

/// A running contestant; ends when dropped.
pub struct Server {
    pub name: &'static str,
    pub addr: SocketAddr,
    /// From exec to the first PONG.
    pub first_pong: Duration,
    child: Child,
}

impl Contestant {
    pub fn new(name: &'static str, program: PathBuf) -> Self {
        Self { name, program }
    }

    /// Starts it on a free port and waits until it answers.
    pub fn start(&self, config: &Path) -> Result<Server> {
        let begun = Instant::now();
        let mut server = self.spawn(config)?;
        server
            .await_pong(begun)
            .with_context(|| format!("{} didn't come up", self.name))?;
        server.first_pong = begun.elapsed();
        Ok(server)
    }

    /// Starts it on a free port.
    pub fn spawn(&self, config: &Path) -> Result<Server> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut command = Command::new(&self.program);
        command
            .arg("-c")
            .arg(config)
            .args(["-p", &free.port().to_string()]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command
            .spawn()
            .with_context(|| format!("start {}", self.program.display()))?;
        Ok(Server {
            name: self.name,
            addr: free,
            first_pong: Duration::ZERO,
            child,
        })
    }
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has come to its end.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Asks it to end, and waits for that.
    pub fn stop(mut self) -> Result<Duration> {
        let begun = Instant::now();
        let pid = self.pid().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status()?;
        ensure!(asked.success(), "kill -TERM {pid}");
        while !self.has_ended()? {
            ensure!(begun.elapsed() < STOP_MAX, "{} doesn't stop", self.name);
            thread::sleep(Duration::from_millis(1));
        }
        Ok(begun.elapsed())
    }

    fn await_pong(&mut self, begun: Instant) -> Result<()> {
        let mut stream = loop {
            match TcpStream::connect(self.addr) {
                Ok(stream) => break stream,
                Err(error) if begun.elapsed() > START_MAX => return Err(error.into()),
                Err(_) => thread::sleep(POLL),
            }
            ensure!(self.child.try_wait()?.is_none(), "it ended");
        };
        stream.set_read_timeout(Some(START_MAX))?;
        stream.write_all(b"CONNECT {\"verbose\":false}\r\nPING\r\n")?;
        for line in BufReader::new(stream).lines() {
            if line? == "PONG" {
                return Ok(());
            }
        }
        anyhow::bail!("it closed the connection")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors mean "already gone".
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
