//! Clients that make the server hold as much as they can, and a bound on all of it together.
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// Nothing may take longer.
const PATIENCE: Duration = Duration::from_secs(120);
const MAX_MEMORY: u64 = 96 << 20;
/// What the process may have beyond it: an allocator gives back late what was freed.
const SLACK: u64 = MAX_MEMORY / 10;

/// The program with a bound, and what it wrote to its log.
struct Program {
    child: Child,
    client: u16,
    http: u16,
    log: Arc<Mutex<String>>,
}

impl Program {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let conf = folder.path().join("test.conf");
        let text =
            format!("listen: '127.0.0.1:-1'\nhttp: '127.0.0.1:-1'\nmax_memory: {MAX_MEMORY}\n");
        std::fs::write(&conf, text).expect("a configuration");
        let mut child = Command::new(env!("CARGO_BIN_EXE_midge"))
            .arg("-c")
            .arg(&conf)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped"));
        let (mut client, mut http) = (None, None);
        let port = |line: &str, what: &str| {
            let (_, end) = line.split_once(what)?;
            end.trim().parse::<u16>().ok()
        };
        loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).expect("text"), 0, "it ended");
            client = client.or(port(&line, "client connections on 127.0.0.1:"));
            http = http.or(port(&line, "http monitor on 127.0.0.1:"));
            if line.contains("Server is ready") {
                break;
            }
        }
        let log = Arc::new(Mutex::new(String::new()));
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                *kept.lock().expect("no panic") += &line;
            }
        });
        Self {
            child,
            client: client.expect("a line names the port"),
            http: http.expect("a line names the port"),
            log,
        }
    }

    fn connect(&self) -> TcpStream {
        let mut socket = TcpStream::connect(("127.0.0.1", self.client)).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        socket
            .write_all(b"CONNECT {\"verbose\":false}\r\n")
            .expect("it takes bytes");
        socket
    }

    /// The most bytes that it ever had.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.expect("the system tells") << 10
    }

    fn ask(&self, path: &str) -> Value {
        let mut socket = TcpStream::connect(("127.0.0.1", self.http)).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        socket
            .write_all(request.as_bytes())
            .expect("it takes bytes");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        serde_json::from_str(body).expect("JSON")
    }

    /// The bound was kept, with so many connections closed for it, and others are still served.
    fn check(&self, reason: &str) {
        // Those that were closed give back what they held when their tasks come round; until then a new one may be refused.
        let is_served = |_| {
            let mut honest = self.connect();
            honest.write_all(b"PING\r\n").is_ok() && wait_for(&mut honest, "PONG")
        };
        assert!((0..1000).any(is_served), "nobody is let in any more");
        let peak = self.peak();
        assert!(peak < MAX_MEMORY + SLACK, "{} MB", peak >> 20);
        let memory = self.ask("/varz")["midge_memory"].clone();
        assert_eq!(memory["max"], MAX_MEMORY / 4 * 3);
        assert_ne!(memory["closed"], 0, "{memory}");
        let closed = self.ask("/connz?state=closed").to_string();
        assert!(closed.contains(reason), "{closed}");
        let is_told = |_| {
            std::thread::sleep(Duration::from_millis(10));
            let log = self.log.lock().expect("no panic");
            log.contains("max_memory of")
        };
        assert!((0..1000).any(is_told), "the log says nothing of it");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads until `text` comes, or the connection ends. Whether it came.
fn wait_for(socket: &mut TcpStream, text: &str) -> bool {
    let mut seen = String::new();
    let mut bytes = [0; 4096];
    while !seen.contains(text) {
        match socket.read(&mut bytes) {
            Ok(0) => return false,
            Ok(len) => seen += &String::from_utf8_lossy(&bytes[..len]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return false,
            Err(error) => panic!("nothing comes any more ({error}) after {seen:?}"),
        }
    }
    true
}

/// Symptom: readers that read nothing, each below its `max_pending`, together took what the machine had.
#[test]
fn many_slow_readers_hold_no_more_than_the_bound() {
    // Each gets 40 MB, of which the system takes some.
    const READERS: usize = 12;
    const BYTES: usize = 16 << 10;
    let program = Program::start();
    let readers: Vec<TcpStream> = (0..READERS)
        .map(|number| {
            let mut socket = program.connect();
            let text = format!("SUB slow.{number} 1\r\nPING\r\n");
            socket.write_all(text.as_bytes()).expect("it takes bytes");
            assert!(wait_for(&mut socket, "PONG"));
            socket
        })
        .collect();
    let mut publisher = program.connect();
    for round in 0..(5 * MAX_MEMORY as usize / BYTES) {
        let mut text = format!("PUB slow.{} {BYTES}\r\n", round % READERS).into_bytes();
        text.resize(text.len() + BYTES, b'x');
        text.extend_from_slice(b"\r\n");
        publisher.write_all(&text).expect("it is read");
    }
    publisher.write_all(b"PING\r\n").expect("it is read");
    assert!(wait_for(&mut publisher, "PONG"));
    program.check("Slow Consumer (Memory)");
    drop(readers);
}

/// Symptom: publishers that stop in the middle of large messages made the server hold all of what came.
#[test]
fn large_messages_on_their_way_in_hold_no_more_than_the_bound() {
    const BYTES: usize = 1 << 20;
    let program = Program::start();
    let mut publishers: Vec<TcpStream> = (0..200).map(|_| program.connect()).collect();
    let mut text = format!("PUB x {BYTES}\r\n").into_bytes();
    text.resize(BYTES, b'x');
    // Who was closed meanwhile takes no more bytes, and that is what is wanted.
    for publisher in &mut publishers {
        let _ = publisher.write_all(&text);
    }
    let (tell, told) = mpsc::channel();
    for mut publisher in publishers {
        let tell = tell.clone();
        std::thread::spawn(move || tell.send(wait_for(&mut publisher, "maximum memory exceeded")));
    }
    assert!(told.iter().any(|told| told), "nobody was told why");
    program.check("Maximum Memory Exceeded");
}

#[test]
fn subscriptions_hold_no_more_than_the_bound() {
    let program = Program::start();
    let mut subscriber = program.connect();
    let mut farewell = subscriber.try_clone().expect("a socket");
    let reader = std::thread::spawn(move || wait_for(&mut farewell, "maximum memory exceeded"));
    for number in 0..2_000_000 {
        let text = format!("SUB one.of.many.{number}.that.nobody.needs {number}\r\n");
        if subscriber.write_all(text.as_bytes()).is_err() {
            break;
        }
    }
    let _ = subscriber.write_all(b"PING\r\n");
    assert!(reader.join().expect("no panic"), "it wasn't told why");
    program.check("Maximum Memory Exceeded");
}
