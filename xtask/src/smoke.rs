//! `smoke`: three published clients do the everyday things against a running server.
//!
//! Rust's async-nats 0.51, Python's nats-py and Node's transport-node publish, subscribe, share a
//! queue, ask, send headers and meet nobody. Each is installed into the target folder; a language
//! that this machine lacks is skipped with the reason.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{conformance, process, reference, tree};

const NATS_PY: &str = "nats-py==2.16.0";
const START_MAX: Duration = Duration::from_secs(10);
const INSTALL_MAX: Duration = Duration::from_secs(300);
const CLIENT_MAX: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(20);

/// `[--against nats-server]`
pub fn run(args: &[String]) -> Result<()> {
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let binary = match args.as_slice() {
        [] => tree::midge()?,
        ["--against", "nats-server"] => reference::nats_server()?,
        other => bail!("`--against nats-server` or nothing, not {other:?}"),
    };
    let folder = tree::target()?.join("smoke");
    fs::create_dir_all(&folder)?;
    let server = Server::start(&binary, &folder.join("server.log"))?;
    let mut failed = Vec::new();
    for (name, prepare) in CLIENTS {
        match prepare(&folder)? {
            Client::Missing(reason) => println!("SKIPPED smoke-{name} {reason}"),
            Client::Ready(mut program) => {
                println!("smoke {name}");
                if !process::run(program.arg(server.url()), CLIENT_MAX, None)?.passed() {
                    failed.push(name);
                }
            }
        }
    }
    if !failed.is_empty() {
        bail!("{} failed against {}", failed.join(", "), binary.display());
    }
    Ok(())
}

/// A client program that takes the server's URL as its argument.
enum Client {
    Ready(Command),
    Missing(&'static str),
}

type Prepare = fn(&Path) -> Result<Client>;
const CLIENTS: [(&str, Prepare); 3] = [("rust", rust), ("python", python), ("node", node)];

/// The Rust program is built beside the conformance suite, from the same package.
fn rust(_folder: &Path) -> Result<Client> {
    let cargo = |verb: &str| -> Result<Command> {
        let mut command = conformance::cargo()?;
        command.args([verb, "--quiet", "--package", "smoke"]);
        Ok(command)
    };
    process::must(&mut cargo("build")?, INSTALL_MAX)?;
    let mut program = cargo("run")?;
    program.arg("--");
    Ok(Client::Ready(program))
}

fn python(folder: &Path) -> Result<Client> {
    if !process::answers("python3", &["-m", "venv", "--help"]) {
        return Ok(Client::Missing("needs python3 with venv"));
    }
    let home = folder.join("python");
    let python = home.join("bin/python");
    if !python.exists() {
        let mut make = Command::new("python3");
        process::must(make.args(["-m", "venv"]).arg(&home), INSTALL_MAX)?;
    }
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        NATS_PY,
    ]);
    process::must(&mut install, INSTALL_MAX)?;
    let mut program = Command::new(python);
    program.arg(source("smoke.py"));
    Ok(Client::Ready(program))
}

fn node(folder: &Path) -> Result<Client> {
    if !process::answers("node", &["--version"]) || !process::answers("npm", &["--version"]) {
        return Ok(Client::Missing("needs node and npm"));
    }
    let home = folder.join("node");
    fs::create_dir_all(&home)?;
    // Node looks for packages beside the program, so the program is copied to them.
    for file in ["package.json", "smoke.mjs"] {
        fs::copy(source(file), home.join(file)).with_context(|| format!("copy {file}"))?;
    }
    let mut install = Command::new("npm");
    install
        .current_dir(&home)
        .args(["install", "--silent", "--no-audit", "--no-fund"]);
    process::must(&mut install, INSTALL_MAX)?;
    let mut program = Command::new("node");
    program.arg(home.join("smoke.mjs"));
    Ok(Client::Ready(program))
}

fn source(file: &str) -> PathBuf {
    tree::root().join("xtask/smoke").join(file)
}

/// A server of which we wait until it listens, and which ends with us.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(binary: &Path, log: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log_file = fs::File::create(log)?;
        let child = Command::new(binary)
            .args(["-a", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(log_file.try_clone()?)
            .stderr(log_file)
            .spawn()
            .with_context(|| format!("start {}", binary.display()))?;
        let server = Self { child, port };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if started.elapsed() > START_MAX {
                bail!("{} doesn't listen; see {}", binary.display(), log.display());
            }
            sleep(POLL);
        }
        Ok(server)
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        process::kill_tree(&mut self.child);
    }
}
