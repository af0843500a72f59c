//! Brokers in this process, and clients that speak to them byte by byte.
#![allow(dead_code, reason = "each test file uses its part")]

use midge_broker::Broker;
use midge_conf::{Options, grammar::System};
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Nothing may take longer; much less than the ten seconds for which a cache keeps a match.
const PATIENCE: Duration = Duration::from_secs(6);

pub(crate) fn options(text: &str) -> Options {
    let text = format!("listen: 127.0.0.1:-1\n{text}");
    Options::from_text(&text, "test.conf", &System)
        .expect("a configuration")
        .options
}

pub(crate) struct Client {
    pub(crate) socket: TcpStream,
    pub(crate) seen: String,
}

impl Client {
    pub(crate) fn of(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let seen = String::new();
        Self { socket, seen }
    }

    /// From an address of this machine.
    pub(crate) fn from(local: [u8; 4], address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        let local = SocketAddr::from((local, 0));
        socket.bind(&local.into()).expect("an own address");
        socket.connect(&address.into()).expect("it listens");
        let socket = TcpStream::from(socket);
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let seen = String::new();
        Self { socket, seen }
    }

    pub(crate) fn new(broker: &Broker) -> Self {
        Self::of(broker.ports().client.expect("a port"))
    }

    pub(crate) fn login(broker: &Broker, user: &str, password: &str) -> Self {
        let mut client = Self::new(broker);
        client.log_in(user, password);
        client
    }

    pub(crate) fn log_in(&mut self, user: &str, password: &str) {
        let connect = format!(r#"{{"verbose":false,"user":"{user}","pass":"{password}"}}"#);
        self.say(&format!("CONNECT {connect}\r\nPING\r\n"));
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.socket
            .write_all(text.as_bytes())
            .expect("it takes bytes");
    }

    /// Reads until `text` comes, or the connection ends. Whether it came.
    pub(crate) fn wait_for(&mut self, text: &str) -> bool {
        let mut bytes = [0; 4096];
        while !self.seen.contains(text) {
            match self.socket.read(&mut bytes) {
                Ok(0) => return false,
                Ok(len) => self.seen += &String::from_utf8_lossy(&bytes[..len]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return false,
                Err(error) => panic!("nothing comes any more ({error}) after {:?}", self.seen),
            }
        }
        self.seen.clear();
        true
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.say("PING\r\n");
        self.wait_for("PONG\r\n")
    }
}

const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// A masked binary frame, or another kind, of little.
pub(crate) fn frame(kind: u8, text: &[u8]) -> Vec<u8> {
    let len = u8::try_from(text.len()).expect("little");
    let head: &[u8] = match len {
        0..=125 => &[0x80 | kind, 0x80 | len],
        _ => &[0x80 | kind, 0x80 | 126, 0, len],
    };
    [head, &[0; 4], text].concat()
}

pub(crate) fn upgraded(broker: &Broker) -> Client {
    let mut client = Client::of(broker.ports().websocket.expect("a port"));
    client.say(UPGRADE);
    assert!(client.wait_for("INFO "));
    client
}

/// Kilobytes of memory that this process has.
pub(crate) fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// A masked binary frame that says to have `len` bytes, of which these come.
pub(crate) fn long_frame(bytes: &[u8], len: usize) -> Vec<u8> {
    let len = u64::try_from(len).expect("a length");
    [&[0x82, 0xff], &len.to_be_bytes()[..], &[0; 4], bytes].concat()
}

/// Writes until the connection ends, which it has to before it took `max` bytes.
pub(crate) fn flood(client: &mut Client, bytes: &[u8], max: usize) {
    let mut written = 0;
    while client.socket.write_all(bytes).is_ok() {
        written += bytes.len();
        assert!(written < max, "{written} bytes were taken");
    }
}
