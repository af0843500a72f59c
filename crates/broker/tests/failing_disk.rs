//! A disk whose syncs fail: the program says so once, in the log and to whoever asks, and a restart heals it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test of a program needs the time, and says what it skips"
)]

use midge_testkit::http;
use midge_testkit::server::{Server, Signal};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Nothing may take longer.
const PATIENCE: Duration = Duration::from_secs(30);
const EIO: &str = "Input/output error (os error 5)";

/// The library that makes syncs fail. `None`: there is no compiler.
fn failing_sync(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("failing_sync.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/failing_sync.c");
    let mut compile = Command::new("cc");
    compile
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(source);
    let status = compile.status().ok()?;
    assert!(status.success(), "{compile:?}");
    Some(library)
}

/// One request at a time.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(server: &Server) -> Self {
        let socket = TcpStream::connect(server.client_address()).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut client = Self(BufReader::new(socket));
        client.say("CONNECT {\"verbose\":false}\r\nSUB in 1\r\n");
        client
    }

    fn say(&mut self, text: &str) {
        self.0
            .get_mut()
            .write_all(text.as_bytes())
            .expect("it takes bytes");
    }

    fn request(&mut self, subject: &str, payload: &Value) -> Value {
        let payload = payload.to_string();
        self.say(&format!(
            "PUB {subject} in {}\r\n{payload}\r\n",
            payload.len()
        ));
        loop {
            let mut line = String::new();
            assert_ne!(
                self.0.read_line(&mut line).expect("an answer"),
                0,
                "the connection ended"
            );
            if let Some(head) = line.strip_prefix("MSG in 1 ") {
                let mut answer = vec![0; head.trim().parse::<usize>().expect("a length") + 2];
                self.0.read_exact(&mut answer).expect("the answer");
                return serde_json::from_slice(&answer).expect("JSON");
            }
        }
    }
}

fn page(server: &Server, path: &str) -> (u16, Value) {
    let answer = http::get(
        server.monitor_address(),
        None,
        path,
        Instant::now() + PATIENCE,
    );
    let answer = answer.expect("an answer");
    (
        answer.status,
        serde_json::from_slice(&answer.body).expect("JSON"),
    )
}

/// What a field of a log line says.
fn field<'l>(line: &'l str, name: &str) -> &'l str {
    let (_, value) = line
        .split_once(&format!(" {name}="))
        .unwrap_or_else(|| panic!("no {name} in {line}"));
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => value.split(' ').next().unwrap_or_default(),
    }
}

/// Symptom: that the disk is full was nowhere, when the log was on the same disk. Cause: a line that its file doesn't take was dropped. Remedy: it
/// goes to stderr.
#[test]
fn a_log_file_without_room_goes_on_on_stderr() {
    let server = Server::configure(env!("CARGO_BIN_EXE_midge"))
        .conf("log_file: \"/dev/full\"")
        .start()
        .expect("a server");
    let deadline = Instant::now() + PATIENCE;
    while !server.log().contains("[INF] Server is ready") {
        assert!(Instant::now() < deadline, "{}", server.log());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Symptom: with a disk whose syncs fail the server took no writes any more, and its log said nothing, or that maintenance failed.
#[test]
fn syncs_that_fail_are_one_error_with_its_cause_everywhere_and_a_restart_heals() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(library) = failing_sync(folder.path()) else {
        println!("SKIPPED failing_disk: there is no C compiler");
        return;
    };
    let switch = folder.path().join("syncs fail");
    let mut server = Server::configure(env!("CARGO_BIN_EXE_midge"))
        .conf("jetstream { store_dir: \"<dir>/store\" }")
        .monitor()
        .env("LD_PRELOAD", &library.display().to_string())
        .env("FAILING_SYNCS", &switch.display().to_string())
        .start()
        .expect("a server");
    let mut client = Client::new(&server);
    let create = json!({"name": "S", "subjects": ["s"], "allow_direct": true});
    let made = client.request("$JS.API.STREAM.CREATE.S", &create);
    assert!(made["error"].is_null(), "{made}");
    assert_eq!(client.request("s", &json!("kept"))["seq"], 1);
    assert_eq!(page(&server, "/healthz"), (200, json!({"status": "ok"})));
    assert!(page(&server, "/jsz").1["stopped"].is_null());

    std::fs::write(&switch, "").expect("a file");
    for _ in 0..100 {
        let refused = client.request("s", &json!("lost"));
        assert!(!refused["error"].is_null(), "{refused}");
    }
    // The keeper makes ten rounds a second.
    std::thread::sleep(Duration::from_millis(500));
    let get = json!({"seq": 1});
    let message = client.request("$JS.API.STREAM.MSG.GET.S", &get);
    assert_eq!(
        message["message"]["seq"], 1,
        "what is stored is read: {message}"
    );

    let (status, health) = page(&server, "/healthz");
    let stopped = page(&server, "/jsz").1["stopped"].take();
    let info = client.request("$JS.API.STREAM.INFO.S", &json!({}));
    let log = server.log();
    let told: Vec<_> = log
        .lines()
        .filter(|line| line.contains("[ERR]") || line.contains("[WRN]"))
        .collect();
    let [line] = &*told else {
        panic!("{told:#?}");
    };
    assert!(line.contains("[ERR] the store stopped writing "), "{line}");
    let store = server.place().dir().join("store");
    assert!(
        Path::new(field(line, "folder")).starts_with(&store),
        "{line}"
    );
    assert_eq!(field(line, "file"), "journal");
    assert_eq!((status, &health["status"]), (503, &json!("unavailable")));
    assert_eq!(health["error"], stopped);
    for name in ["error", "folder", "file", "works", "way_out"] {
        let shown = stopped.as_str().expect("a text");
        assert!(shown.contains(field(line, name)), "{name} in {shown}");
    }
    assert!(field(line, "error").contains(EIO), "{line}");
    assert!(
        info["why"].as_str().expect("a text").contains(EIO),
        "{info}"
    );

    std::fs::remove_file(&switch).expect("it is there");
    server.restart(Signal::TERM).expect("it starts again");
    let mut client = Client::new(&server);
    assert_eq!(page(&server, "/healthz"), (200, json!({"status": "ok"})));
    let message = client.request("$JS.API.STREAM.MSG.GET.S", &get);
    assert_eq!(message["message"]["seq"], 1, "{message}");
    let published = client.request("s", &json!("more"));
    assert!(published["seq"].as_u64() > Some(1), "{published}");
}
