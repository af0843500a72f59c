//! One server process, its folder, and what it tells about itself.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may take until its log names the client port.
const START_MAX: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
/// How long a server with `handshake_first` may keep us waiting for INFO.
const INFO_MAX: Duration = Duration::from_secs(5);
const LOG_TAIL_LINES: usize = 30;

/// A running `nats-server` and its folder.
pub struct Server {
    child: Mutex<Child>,
    folder: PathBuf,
    config: String,
    flags: Vec<String>,
}

/// Starts a server without a configuration file on a free port.
pub fn run_basic_server() -> Server {
    run_server("")
}

/// Starts a server with the configuration file `config` (none if empty) on a free port.
pub fn run_server(config: &str) -> Server {
    run_server_with_port(config, None)
}

/// Starts a server with the configuration file `config` (none if empty) on `port`.
pub fn run_server_with_port(config: &str, port: Option<&str>) -> Server {
    Server::start(config, &["-p", port.unwrap_or("-1")])
}

/// Asks the server to send its clients away before it stops.
pub fn set_lame_duck_mode(server: &Server) {
    let done = Command::new("nats-server")
        .arg("--signal")
        .arg(format!("ldm={}", server.client_pid()))
        .status();
    assert!(
        done.as_ref().is_ok_and(ExitStatus::success),
        "nats-server --signal ldm: {done:?}"
    );
}

/// Tells whether somebody listens on `port` of this machine.
pub fn is_port_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

impl Server {
    /// Starts a server in a fresh folder; `flags` come on top of those for the folder.
    pub(crate) fn start(config: &str, flags: &[&str]) -> Self {
        let folder = fresh_folder();
        let flags = flags.iter().map(ToString::to_string).collect::<Vec<_>>();
        let child = spawn(&folder, config, &flags);
        Self {
            child: Mutex::new(child),
            folder,
            config: config.to_owned(),
            flags,
        }
    }

    /// Kills the process without warning and starts it again on the same folder and port.
    pub fn restart(&mut self) {
        let port = self.client_addr().port().to_string();
        self.kill();
        remove_if_there(&self.log());
        remove_if_there(&self.pid_file());
        if let Some(value) = port_flag(&mut self.flags) {
            *value = port;
        }
        self.child = Mutex::new(spawn(&self.folder, &self.config, &self.flags));
    }

    /// The address to give to a client; waits until the server listens.
    pub fn client_url(&self) -> String {
        let info = self.info();
        let scheme = match field(&info, "tls_required") {
            Some("true") => "tls",
            _ => "nats",
        };
        format!("{scheme}://localhost:{}", port_of(&info))
    }

    /// The port clients connect to; waits until the server listens.
    pub fn client_port(&self) -> u16 {
        port_of(&self.info())
    }

    /// The process id the server wrote into its pid file.
    pub fn client_pid(&self) -> u32 {
        let text = self.wait_for("a process id in the pid file", || {
            fs::read_to_string(self.pid_file())
                .ok()
                .filter(|text| !text.trim().is_empty())
        });
        text.trim().parse().expect("digits in the pid file")
    }

    /// The first line a new connection reads.
    fn info(&self) -> String {
        let socket = TcpStream::connect(self.client_addr()).expect("connect to the server");
        socket
            .set_read_timeout(Some(INFO_MAX))
            .expect("a time limit");
        let mut line = String::new();
        BufReader::new(socket)
            .read_line(&mut line)
            .expect("INFO from the server");
        line
    }

    /// Where the log says that clients are awaited, as an address of this machine.
    fn client_addr(&self) -> SocketAddr {
        let port = self.wait_for("a line about client connections in the log", || {
            let log = fs::read_to_string(self.log()).ok()?;
            let line = log
                .split_inclusive('\n')
                .find(|line| line.ends_with('\n') && line.contains("client connections on "))?;
            line.trim_end().rsplit(':').next()?.parse::<u16>().ok()
        });
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn wait_for<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            let trouble = match self.ended() {
                Some(status) => format!("the server ended, {status}"),
                None if started.elapsed() > START_MAX => format!("waited for {START_MAX:?}"),
                None => {
                    sleep(POLL);
                    continue;
                }
            };
            panic!(
                "no {what}: {trouble}; the log ends with:\n{}",
                tail(&self.log())
            );
        }
    }

    /// How the process ended, if it did.
    fn ended(&self) -> Option<ExitStatus> {
        self.child.lock().ok()?.try_wait().ok()?
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.join("server.pid")
    }

    fn kill(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            // An error here means that it has ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(folder: &Path, config: &str, flags: &[String]) -> Child {
    let mut command = Command::new("nats-server");
    command
        .arg("--store_dir")
        .arg(folder.join("store"))
        .arg("-l")
        .arg(folder.join("server.log"))
        .arg("-P")
        .arg(folder.join("server.pid"))
        .args(flags);
    if !config.is_empty() {
        // Certificates are named relative to the package, which is where cargo starts tests.
        command.arg("-c").arg(config);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("start nats-server from PATH")
}

fn fresh_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("nats-server-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the server");
    folder
}

/// The value of `-p`, where the flags have one.
fn port_flag(flags: &mut [String]) -> Option<&mut String> {
    let at = flags.iter().position(|flag| flag == "-p")?;
    flags.get_mut(at + 1)
}

fn port_of(info: &str) -> u16 {
    field(info, "port")
        .and_then(|port| port.parse().ok())
        .unwrap_or_else(|| panic!("no port in {info:?}"))
}

/// A number or boolean of a flat JSON object; enough for the two fields read here.
fn field<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let key = format!("\"{name}\":");
    let value = json[json.find(&key)? + key.len()..].trim_start();
    value.split([',', '}']).next().map(str::trim)
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_else(|error| error.to_string());
    let lines = text.lines().collect::<Vec<_>>();
    lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
}

fn remove_if_there(path: &Path) {
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_info_are_found() {
        let info = r#"INFO {"server_id":"N","port":4222,"tls_required":true,"x":[1]} "#;
        assert_eq!(field(info, "port"), Some("4222"));
        assert_eq!(field(info, "tls_required"), Some("true"));
        assert_eq!(field(info, "absent"), None);
    }

    #[test]
    fn the_port_flag_can_be_changed() {
        let mut flags = ["-n", "a", "-p", "-1"].map(String::from);
        *port_flag(&mut flags).unwrap() = "77".into();
        assert_eq!(flags[3], "77");
    }
}
