//! A process with few descriptors: what is acknowledged stays, and the program stays usable.
#![cfg(unix)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Nothing may take longer.
const PATIENCE: Duration = Duration::from_secs(60);
const STREAMS: usize = 64;
/// Of each stream; with `PAYLOAD` several segments, the first of which have 64 and 256 KiB.
const MESSAGES: usize = 40;
const PAYLOAD: usize = 20_000;

/// The program, with a limit of descriptors that it can't raise.
struct Program(Child, u16);

impl Program {
    fn start(folder: &Path, descriptors: u32) -> Self {
        let conf = folder.join("test.conf");
        let store = folder.join("store");
        let text = format!(
            "listen: \"127.0.0.1:-1\"\nports_file_dir: \"{}\"\njetstream {{ store_dir: \"{}\" }}\n",
            folder.display(),
            store.display()
        );
        std::fs::write(&conf, text).expect("a configuration");
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -n {descriptors} && exec \"$0\" -c \"$1\""))
            .arg(env!("CARGO_BIN_EXE_midge"))
            .arg(&conf)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program");
        let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut port = None;
        loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).expect("text"), 0, "it ended");
            if let Some((_, end)) = line.split_once("client connections on 127.0.0.1:") {
                port = end.trim().parse().ok();
            }
            if line.contains("Server is ready") {
                break;
            }
        }
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self(child, port.expect("a line names the port"))
    }

    /// Ends it as a loss of the process would.
    fn kill(mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ended");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Requests, one at a time or many.
struct Client {
    socket: TcpStream,
    input: BufReader<TcpStream>,
}

impl Client {
    fn new(program: &Program) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", program.1)).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let input = BufReader::new(socket.try_clone().expect("a socket"));
        let mut client = Self { socket, input };
        client.say(
            b"CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB in.> 1\r\n",
        );
        client
    }

    fn say(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).expect("it takes bytes");
    }

    fn publish(&mut self, subject: &str, reply: &str, payload: &[u8]) {
        let mut text = format!("PUB {subject} {reply} {}\r\n", payload.len()).into_bytes();
        text.extend_from_slice(payload);
        text.extend_from_slice(b"\r\n");
        self.say(&text);
    }

    /// The next message: its subject, and its bytes with their headers.
    fn receive(&mut self) -> (String, Vec<u8>) {
        loop {
            let mut line = String::new();
            let len = self.input.read_line(&mut line).expect("something comes");
            assert_ne!(len, 0, "the connection ended");
            let words: Vec<_> = line.split_whitespace().collect();
            match words[0] {
                "MSG" | "HMSG" => {
                    let len: usize = words[words.len() - 1].parse().expect("a length");
                    let mut bytes = vec![0; len + 2];
                    self.input.read_exact(&mut bytes).expect("a payload");
                    bytes.truncate(len);
                    return (words[1].to_owned(), bytes);
                }
                "PING" => self.say(b"PONG\r\n"),
                "-ERR" => panic!("{line}"),
                _ => {}
            }
        }
    }

    fn request(&mut self, subject: &str, payload: &str) -> Vec<u8> {
        self.publish(subject, "in.one", payload.as_bytes());
        self.receive().1
    }

    fn api(&mut self, verb: &str, payload: &str) -> Value {
        let answer = self.request(&format!("$JS.API.{verb}"), payload);
        serde_json::from_slice(&answer).expect("JSON")
    }
}

fn payload(stream: usize, k: usize) -> Vec<u8> {
    let mut bytes = format!("{stream}/{k} ").into_bytes();
    bytes.resize(PAYLOAD, b'x');
    bytes
}

/// Which of all messages were acknowledged and not purged, by stream and sequence.
#[derive(Default)]
struct Ledger(std::collections::BTreeMap<(usize, u64), usize>);

impl Ledger {
    /// Publishes message `k` of each stream at once. Each is acknowledged.
    fn publish_to_all(&mut self, client: &mut Client, k: usize) {
        for stream in 0..STREAMS {
            let subject = format!("s.{stream}.{}", k % 4);
            client.publish(&subject, &format!("in.{stream}"), &payload(stream, k));
        }
        for _ in 0..STREAMS {
            let (reply, answer) = client.receive();
            let stream = reply[3..].parse().expect("a number");
            let answer: Value = serde_json::from_slice(&answer).expect("JSON");
            assert!(answer["error"].is_null(), "{answer}");
            let seq = answer["seq"].as_u64().expect("a sequence");
            self.0.insert((stream, seq), k);
        }
    }

    /// Whether all can be read.
    fn check(&self, client: &mut Client) {
        for (&(stream, seq), &k) in &self.0 {
            let get = format!("$JS.API.DIRECT.GET.S{stream}");
            let answer = client.request(&get, &format!("{{\"seq\":{seq}}}"));
            assert!(
                answer.ends_with(&payload(stream, k)),
                "message {seq} of stream {stream}: {:?}",
                String::from_utf8_lossy(&answer[..answer.len().min(200)])
            );
        }
    }
}

/// Symptom: with more streams than descriptors, streams stopped, sealed segments counted as empty, and clients couldn't connect. Cause: a store held a
/// file for each stream. Remedy: it holds so many as its share allows, and opens the others again when they are used.
#[test]
fn more_streams_than_descriptors_lose_nothing_and_stay_usable() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = Ledger::default();

    let program = Program::start(folder.path(), 48);
    let mut client = Client::new(&program);
    for stream in 0..STREAMS {
        let create = format!(
            "{{\"name\":\"S{stream}\",\"subjects\":[\"s.{stream}.>\"],\"allow_direct\":true}}"
        );
        let answer = client.api(&format!("STREAM.CREATE.S{stream}"), &create);
        assert!(answer["error"].is_null(), "{answer}");
    }
    for k in 0..MESSAGES {
        ledger.publish_to_all(&mut client, k);
    }
    ledger.check(&mut client);
    for stream in 0..STREAMS {
        let purge = format!("{{\"filter\":\"s.{stream}.1\"}}");
        let answer = client.api(&format!("STREAM.PURGE.S{stream}"), &purge);
        assert_eq!(answer["purged"], MESSAGES / 4, "{answer}");
    }
    ledger.0.retain(|_, k| *k % 4 != 1);
    // Others find a door too.
    let mut others: Vec<_> = (0..4).map(|_| Client::new(&program)).collect();
    for other in &mut others {
        assert!(other.api("INFO", "")["error"].is_null());
    }
    program.kill();

    for descriptors in [1024, 48] {
        let program = Program::start(folder.path(), descriptors);
        let mut client = Client::new(&program);
        ledger.check(&mut client);
        ledger.publish_to_all(&mut client, MESSAGES);
        ledger.check(&mut client);
        program.kill();
    }
}
