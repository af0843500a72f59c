//! A broker that belongs to one test: started on free ports in a folder of its own, killed when dropped.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::clock::real_now;
use crate::{certs, keys};

/// How long a server may take until it says that it is ready.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the last words of a program that ended may be on their way.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Pause between two looks at something that has to be polled.
const POLL: Duration = Duration::from_millis(2);
/// Names that stand for a free port in configurations and transcripts.
pub const PORT_NAMES: [&str; 10] = [
    "port", "http", "https", "ws", "wss", "cluster", "leaf", "gateway", "mqtt", "spare",
];

/// The built `midge` binary: `$MIDGE_BIN`, or the newest of `target/{release,debug}/midge`.
pub fn midge_binary() -> PathBuf {
    if let Some(path) = std::env::var_os("MIDGE_BIN") {
        return path.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let built = ["release", "debug"].map(|profile| target.join(profile).join("midge"));
    let age = |path: &PathBuf| {
        std::fs::metadata(path)
            .and_then(|meta| meta.modified())
            .ok()
    };
    built
        .iter()
        .max_by_key(|path| age(path))
        .cloned()
        .expect("the list has two entries")
}

/// What a server is started with; see [`Server::configure`].
#[derive(Clone, Debug)]
pub struct Setup {
    binary: PathBuf,
    conf: Option<String>,
    args: Vec<String>,
    files: Vec<(String, String)>,
    env: Vec<(String, String)>,
    monitor: bool,
}

impl Setup {
    /// Adds lines of configuration. `<dir>`, `<certs>` and port names such as `<port>` are filled in.
    #[must_use]
    pub fn conf(mut self, text: &str) -> Self {
        let conf = self.conf.get_or_insert_default();
        conf.push_str(text);
        conf.push('\n');
        self
    }

    /// Starts without a configuration file: the command line says everything.
    #[must_use]
    pub fn without_conf(mut self) -> Self {
        self.conf = None;
        self
    }

    /// Adds an argument of the command line, with the same names filled in.
    #[must_use]
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Adds a file to the server's folder before it starts.
    #[must_use]
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Adds a variable to its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Opens the monitoring port (`<http>`), unless the configuration does so itself.
    #[must_use]
    pub fn monitor(mut self) -> Self {
        self.monitor = true;
        self
    }

    /// Prepares the folder without starting anything.
    pub fn place(self) -> Result<Place> {
        let dir = tempfile::Builder::new().prefix("midge-server").tempdir()?;
        // Started under this name our broker uses the reference's wording in logs and version lines.
        let program = dir.path().join("nats-server");
        let binary = self
            .binary
            .canonicalize()
            .with_context(|| format!("no broker at {}", self.binary.display()))?;
        std::os::unix::fs::symlink(binary, &program)?;
        let place = Place {
            dir,
            program,
            ports: Mutex::default(),
            setup: self,
        };
        for (name, text) in &place.setup.files {
            place.write(name, text)?;
        }
        if let Some(conf) = &place.setup.conf {
            place.write_conf(conf)?;
        }
        Ok(place)
    }

    /// Starts it and waits until it accepts clients.
    pub fn start(self) -> Result<Server> {
        self.place()?.start()
    }
}

/// A folder in which a server runs, its free ports and its way to be started.
#[derive(Debug)]
pub struct Place {
    dir: TempDir,
    program: PathBuf,
    ports: Mutex<BTreeMap<String, u16>>,
    setup: Setup,
}

impl Place {
    /// The folder: configuration, files and whatever the server writes there.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The port that `name` (one of [`PORT_NAMES`]) stands for in this place; free when first asked for.
    pub fn port(&self, name: &str) -> u16 {
        let mut ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        *ports.entry(name.to_owned()).or_insert_with(free_port)
    }

    /// Fills `<dir>`, `<certs>`, port names and keys (`<nkey alice>`, `<seed alice>`) into a text.
    pub fn fill(&self, text: &str) -> Result<String> {
        let mut filled = text.replace("<dir>", &self.dir().display().to_string());
        filled = fill_keys(&filled);
        if filled.contains("<certs>") {
            filled = filled.replace("<certs>", &certs::folder()?.display().to_string());
        }
        for name in PORT_NAMES {
            let hole = format!("<{name}>");
            if filled.contains(&hole) {
                filled = filled.replace(&hole, &self.port(name).to_string());
            }
        }
        Ok(filled)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        std::fs::write(self.dir().join(name), self.fill(text)?)
            .with_context(|| format!("writing {name}"))
    }

    /// Replaces the configuration; a reload makes the server read it.
    pub fn write_conf(&self, text: &str) -> Result<()> {
        let mut conf = String::new();
        if !text.contains("<port>") {
            conf.push_str("listen: \"127.0.0.1:<port>\"\n");
        }
        if self.setup.monitor && !text.contains("<http>") {
            conf.push_str("http: \"127.0.0.1:<http>\"\n");
        }
        conf.push_str(text);
        self.write("server.conf", &conf)
    }

    /// Runs the program to its end, or kills it after `limit`.
    pub fn run(&self, args: &[String], limit: Duration) -> Result<Finished> {
        let mut command = self.command();
        command.args(args);
        let mut running = Running::spawn(command)?;
        let status = running.wait(limit)?;
        running.stop();
        Ok(Finished {
            code: status.and_then(|status| status.code()),
            text: running.output.text(),
        })
    }

    /// Starts the server and waits until it accepts clients.
    pub fn start(self) -> Result<Server> {
        let running = self.spawn()?;
        let mut server = Server {
            running,
            place: self,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn spawn(&self) -> Result<Running> {
        let mut command = self.command();
        if self.setup.conf.is_some() {
            command.arg("-c").arg(self.dir().join("server.conf"));
        }
        for arg in &self.setup.args {
            command.arg(self.fill(arg)?);
        }
        Running::spawn(command)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(self.dir());
        command.envs(self.setup.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Whether the server writes its log to a file, so that its output tells nothing.
    fn logs_to_file(&self) -> bool {
        let flag =
            |arg: &String| matches!(arg.as_str(), "-l" | "--log" | "-log" | "-s" | "--syslog");
        let conf = self.setup.conf.as_deref().unwrap_or_default();
        self.setup.args.iter().any(flag)
            || ["log_file", "logfile", "syslog"]
                .iter()
                .any(|key| conf.contains(key))
    }
}

/// How a program that was [run](Place::run) ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; `None` when it had to be killed.
    pub code: Option<i32>,
    /// All it printed, to either stream.
    pub text: String,
}

/// A running broker. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    running: Running,
    place: Place,
}

impl Server {
    /// Describes a server that runs `binary`; [`Setup::start`] starts it.
    pub fn configure(binary: impl Into<PathBuf>) -> Setup {
        Setup {
            binary: binary.into(),
            conf: Some(String::new()),
            args: vec![],
            files: vec![],
            env: vec![],
            monitor: false,
        }
    }

    /// Where clients connect.
    pub fn client_address(&self) -> SocketAddr {
        self.address("port")
    }

    /// Where the monitoring listens.
    pub fn monitor_address(&self) -> SocketAddr {
        self.address("http")
    }

    /// The loopback address of the port called `name`.
    pub fn address(&self, name: &str) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.place.port(name)))
    }

    /// Its folder and ports.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.running.child.id()
    }

    /// All it has printed so far.
    pub fn log(&self) -> String {
        self.running.output.text()
    }

    /// Sends it a signal by its id, if it still runs.
    pub fn signal(&mut self, signal: Signal) -> Result<()> {
        ensure!(
            self.running.child.try_wait()?.is_none(),
            "the server has ended"
        );
        let pid = rustix::process::Pid::from_child(&self.running.child);
        Ok(rustix::process::kill_process(pid, signal)?)
    }

    /// Waits for its end: `Some(code)`, or `None` when it still runs after `limit`.
    /// An end by a signal counts as 128 + its number, as shells do.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<i32>> {
        let status = self.running.wait(limit)?;
        Ok(status.map(|status| status.code().unwrap_or(128 + status.signal().unwrap_or(0))))
    }

    /// Ends it by `signal` and starts it again in the same place; its log begins anew.
    pub fn restart(&mut self, signal: Signal) -> Result<()> {
        self.signal(signal)?;
        let ended = self.wait(START_TIMEOUT)?;
        ensure!(ended.is_some(), "it still runs after {START_TIMEOUT:?}");
        self.running = self.place.spawn()?;
        self.wait_until_ready()
    }

    /// Its resident memory in bytes.
    pub fn resident_bytes(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS line")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kib * 1024)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let silent = self.place.logs_to_file();
        let deadline = real_now() + START_TIMEOUT;
        while real_now() < deadline {
            if let Some(status) = self.running.child.try_wait()? {
                let patience = real_now() + LAST_WORDS;
                while self.log().is_empty() && real_now() < patience {
                    sleep(POLL); // its last words may still be on their way
                }
                bail!("the server ended at once ({status}):\n{}", self.log());
            }
            if self.log().contains("Server is ready")
                || (silent && is_listening(self.place.port("port")))
            {
                return Ok(());
            }
            sleep(POLL);
        }
        bail!(
            "the server isn't ready after {START_TIMEOUT:?}:\n{}",
            self.log()
        )
    }
}

pub use rustix::process::Signal;

/// A child process and what it prints; killed when dropped.
#[derive(Debug)]
struct Running {
    child: Child,
    output: Output,
    readers: Vec<std::thread::JoinHandle<()>>,
}

impl Running {
    fn spawn(mut command: Command) -> Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("starting {:?}", command.get_program()))?;
        let output = Output::default();
        let stdout = child.stdout.take().map(|pipe| output.collect(pipe));
        let stderr = child.stderr.take().map(|pipe| output.collect(pipe));
        Ok(Self {
            child,
            output,
            readers: stdout.into_iter().chain(stderr).collect(),
        })
    }

    fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let deadline = real_now() + limit;
        loop {
            let status = self.child.try_wait()?;
            if status.is_some() || real_now() >= deadline {
                return Ok(status);
            }
            sleep(POLL);
        }
    }

    /// Ends it if it still runs, and waits for the rest of its output.
    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The bytes a child printed, filled by one thread per stream.
#[derive(Clone, Debug, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn collect(&self, mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<()> {
        let output = self.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(len @ 1..) = pipe.read(&mut buffer) {
                output.lock().extend_from_slice(&buffer[..len]);
            }
        })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock()).into_owned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port on which nothing listens, below the range from which the system serves outgoing connections.
///
/// Asking the system for "any" port and giving it back is a race with every outgoing connection;
/// a counter of our own, begun at a place that depends on the process, collides far less.
pub fn free_port() -> u16 {
    const FIRST: u16 = 12_000;
    const COUNT: u16 = 20_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start =
        u16::try_from(std::process::id().wrapping_mul(97) % u32::from(COUNT)).expect("below COUNT");
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start.wrapping_add(step)) % COUNT;
        let free = |address: &str| TcpListener::bind((address, port)).is_ok();
        if free("127.0.0.1") && free("0.0.0.0") {
            return port;
        }
    }
}

/// Fills `<nkey alice>` and `<seed alice>` into a text.
pub fn fill_keys(text: &str) -> String {
    fill_named(
        &fill_named(text, "nkey", keys::public_key),
        "seed",
        keys::seed,
    )
}

/// Replaces each `<kind name>` by what `value` says of the name.
fn fill_named(text: &str, kind: &str, value: impl Fn(&str) -> String) -> String {
    let mark = format!("<{kind} ");
    let mut pieces = text.split(&mark);
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('>').unwrap_or((piece, ""));
        filled.push_str(&value(name));
        filled.push_str(rest);
    }
    filled
}

/// Looks into the kernel's table, since a trial connection would be a client that the server counts.
fn is_listening(port: u16) -> bool {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|table| {
        std::fs::read_to_string(table)
            .unwrap_or_default()
            .lines()
            .any(|line| {
                let mut columns = line.split_whitespace().skip(1);
                let local = columns.next().unwrap_or_default();
                local.ends_with(&suffix) && columns.nth(1) == Some(LISTEN)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_differ_and_can_be_bound() {
        let (a, b) = (free_port(), free_port());
        assert_ne!(a, b);
        let listener = TcpListener::bind(("127.0.0.1", a)).unwrap();
        assert!(is_listening(a));
        drop(listener);
        assert!(!is_listening(a));
    }

    #[test]
    fn a_program_that_ends_early_is_reported_with_its_words() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("broken");
        std::fs::write(&script, "#!/bin/sh\necho out of luck >&2\nexit 3\n").unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let error = Server::configure(&script).start().unwrap_err().to_string();
        assert!(error.contains("out of luck"), "{error}");
        let place = Server::configure(&script).place().unwrap();
        let finished = place.run(&[], Duration::from_secs(5)).unwrap();
        assert_eq!(
            (finished.code, finished.text.as_str()),
            (Some(3), "out of luck\n")
        );
    }
}
