//! Who comes in, who stays in, and what those who don't leave behind: over real sockets, since the races are between threads.

use midge_broker::Broker;
use midge_conf::{Options, grammar::Sealed};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

/// Nothing may take longer; much less than the ten seconds for which a cache keeps a match.
const PATIENCE: Duration = Duration::from_secs(6);

fn options(text: &str) -> Options {
    let text = format!("listen: 127.0.0.1:-1\n{text}");
    Options::from_text(&text, "test.conf", &Sealed)
        .expect("a configuration")
        .options
}

struct Client {
    socket: TcpStream,
    seen: String,
}

impl Client {
    fn of(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let seen = String::new();
        Self { socket, seen }
    }

    fn new(broker: &Broker) -> Self {
        Self::of(broker.ports().client.expect("a port"))
    }

    fn login(broker: &Broker, user: &str, password: &str) -> Self {
        let mut client = Self::new(broker);
        let connect = format!(r#"{{"verbose":false,"user":"{user}","pass":"{password}"}}"#);
        client.say(&format!("CONNECT {connect}\r\nPING\r\n"));
        client
    }

    fn say(&mut self, text: &str) {
        self.socket
            .write_all(text.as_bytes())
            .expect("it takes bytes");
    }

    /// Reads until `text` comes, or the connection ends. Whether it came.
    fn wait_for(&mut self, text: &str) -> bool {
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

    fn is_alive(&mut self) -> bool {
        self.say("PING\r\n");
        self.wait_for("PONG\r\n")
    }
}

fn hash(password: &str) -> String {
    bcrypt::hash(password, 8).expect("a hash")
}

fn users(list: &[(&str, &str)]) -> String {
    let each = list
        .iter()
        .map(|(user, password)| format!(r#"{{user: {user}, password: "{password}"}}"#));
    format!(
        "authorization {{ users = [{}] }}",
        each.collect::<Vec<_>>().join(",")
    )
}

/// Symptom: a login whose password was being compared while its user was removed came in with the old rights.
#[test]
fn who_is_removed_while_its_password_is_compared_stays_out() {
    let secret = hash("pw");
    let broker =
        Broker::start(options(&users(&[("joe", &secret), ("amy", "a")]))).expect("a broker");
    let mut all: Vec<Client> = (0..8)
        .map(|_| Client::login(&broker, "joe", "pw"))
        .collect();
    broker
        .reload(options(&users(&[("amy", "a")])))
        .expect("a reload");
    for client in &mut all {
        assert!(!client.wait_for("PONG\r\n"), "a removed user came in");
    }
}

#[test]
fn who_is_removed_goes_at_once_and_the_others_stay() {
    let secret = hash("pw");
    let both = users(&[("joe", &secret), ("amy", "a"), ("eve", "e")]);
    let broker = Broker::start(options(&both)).expect("a broker");
    let mut stays: Vec<Client> = (0..4)
        .map(|_| Client::login(&broker, "joe", "pw"))
        .collect();
    let mut goes = Client::login(&broker, "eve", "e");
    let mut publisher = Client::login(&broker, "amy", "a");
    for client in stays.iter_mut().chain([&mut goes, &mut publisher]) {
        assert!(client.wait_for("PONG\r\n"));
    }
    // What was delivered leaves a match in the publisher's cache, and that must not keep the socket open.
    goes.say("SUB x 1\r\n");
    assert!(goes.is_alive());
    publisher.say("PUB x 2\r\nhi\r\n");
    assert!(publisher.is_alive() && goes.wait_for("MSG x 1 2\r\nhi\r\n"));
    broker
        .reload(options(&users(&[("joe", &secret), ("amy", "a")])))
        .expect("a reload");
    assert!(!goes.wait_for("nothing"), "the socket is closed");
    assert!(stays.iter_mut().all(Client::is_alive));
}

/// Symptom: a reload that failed half-way had new logins and old connections by different rules.
#[test]
fn a_reload_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").expect("a file");
    let broker = Broker::start(options(&users(&[("amy", "a")]))).expect("a broker");
    let mut old = Client::login(&broker, "amy", "a");
    assert!(old.wait_for("PONG\r\n"));
    let store = |at: &Path| format!("jetstream {{ store_dir: '{}' }}", at.display());
    let new = format!("{}\n{}", users(&[("eve", "e")]), store(&file));
    broker
        .reload(options(&new))
        .expect_err("no store can be there");
    assert!(old.is_alive());
    assert!(Client::login(&broker, "amy", "a").wait_for("PONG\r\n"));
    assert!(!Client::login(&broker, "eve", "e").wait_for("PONG\r\n"));
    let new = format!("{}\n{}", users(&[("eve", "e")]), store(folder.path()));
    broker.reload(options(&new)).expect("a reload");
    assert!(Client::login(&broker, "eve", "e").wait_for("PONG\r\n"));
    assert!(!old.wait_for("nothing"));
}

const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// A masked binary frame, or another kind, of little.
fn frame(kind: u8, text: &[u8]) -> Vec<u8> {
    let len = u8::try_from(text.len()).expect("little");
    let head: &[u8] = match len {
        0..=125 => &[0x80 | kind, 0x80 | len],
        _ => &[0x80 | kind, 0x80 | 126, 0, len],
    };
    [head, &[0; 4], text].concat()
}

fn upgraded(broker: &Broker) -> Client {
    let mut client = Client::of(broker.ports().websocket.expect("a port"));
    client.say(UPGRADE);
    assert!(client.wait_for("INFO "));
    client
}

/// Symptom: a credential of the WebSocket listener alone left the timeout off, and a reload threw out who had shown it.
#[test]
fn a_credential_of_websocket_alone_is_one() {
    let text = |more: &str| {
        format!(
            "websocket {{ listen: '127.0.0.1:-1', no_tls: true, authorization {{ token: t }} }}\n{more}"
        )
    };
    let broker = Broker::start(options(&text("authorization { timeout: 1 }"))).expect("a broker");
    let mut silent = upgraded(&broker);
    let mut client = upgraded(&broker);
    let connect = b"CONNECT {\"verbose\":false,\"auth_token\":\"t\"}\r\nPING\r\n";
    client
        .socket
        .write_all(&frame(2, connect))
        .expect("it takes bytes");
    assert!(client.wait_for("PONG\r\n"));
    assert!(silent.wait_for("Authentication Timeout"));
    broker
        .reload(options(&text("authorization { timeout: 1, token: other }")))
        .expect("a reload");
    client
        .socket
        .write_all(&frame(2, b"PING\r\n"))
        .expect("it takes bytes");
    assert!(client.wait_for("PONG\r\n"), "a valid token was thrown out");
}

/// Symptom: a peer that hadn't shown who it is made the server hold as much as the largest message has.
#[test]
fn a_message_before_the_login_is_small_over_websocket() {
    let text = "websocket { listen: '127.0.0.1:-1', no_tls: true }\nauthorization { token: t, timeout: 60 }";
    let broker = Broker::start(options(text)).expect("a broker");
    // The head of a masked frame of 1 MB, of which a part comes.
    let head = [0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0];
    let mut stranger = upgraded(&broker);
    let part = [&head[..], &[b'x'; 64 << 10]].concat();
    let _ = stranger.socket.write_all(&part);
    assert!(!stranger.wait_for("nothing"), "the connection ends");
    let mut client = upgraded(&broker);
    let connect = b"CONNECT {\"verbose\":false,\"auth_token\":\"t\"}\r\nPING\r\n";
    client
        .socket
        .write_all(&frame(2, connect))
        .expect("it takes bytes");
    assert!(client.wait_for("PONG\r\n"));
    let publish = format!("PUB x {}\r\n{}\r\nPING\r\n", 1 << 19, "x".repeat(1 << 19));
    let len = u64::try_from(publish.len()).expect("a length");
    let head = [&[0x82, 0xff], &len.to_be_bytes()[..], &[0; 4]].concat();
    let whole = [&head[..], publish.as_bytes()].concat();
    client.socket.write_all(&whole).expect("it takes bytes");
    assert!(client.wait_for("PONG\r\n"));
}

/// Symptom: of a maximum of three connections, sixty half-open handshakes got their INFO.
#[test]
fn a_handshake_takes_a_place() {
    let text = "max_connections: 3\nwebsocket { listen: '127.0.0.1:-1', no_tls: true, handshake_timeout: '60s' }";
    let broker = Broker::start(options(text)).expect("a broker");
    let address = broker.ports().websocket.expect("a port");
    let mut silent: Vec<Client> = (0..4).map(|_| Client::of(address)).collect();
    // Workers take the sockets up in their own order, and tell one of them that it is one too many.
    let one_too_many = std::iter::repeat_with(|| {
        silent.iter().position(|client| {
            client.socket.set_nonblocking(true).expect("a mode");
            let spoke = client.socket.peek(&mut [0]).is_ok_and(|len| len > 0);
            client.socket.set_nonblocking(false).expect("a mode");
            spoke
        })
    });
    let one = one_too_many
        .take(1_000_000)
        .flatten()
        .next()
        .expect("one is refused");
    assert!(silent.remove(one).wait_for("503 Service Unavailable"));
    let mut plain = Client::new(&broker);
    assert!(plain.wait_for("maximum connections exceeded"));
    drop(silent);
    while !Client::new(&broker).is_alive() {}
}

/// Kilobytes of memory that this process has.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// Symptom: a peer that asked for answers and read none made the server hold 1.3 GB of them.
#[test]
fn answers_to_pings_have_a_bound() {
    let text = "websocket { listen: '127.0.0.1:-1', no_tls: true }";
    let broker = Broker::start(options(text)).expect("a broker");
    let client = upgraded(&broker);
    let pings = frame(9, &[b'x'; 125]).repeat(8000);
    let mut socket = &client.socket;
    let before = resident_kb();
    for _ in 0..40 {
        socket.write_all(&pings).expect("it takes bytes");
    }
    let grown = resident_kb().saturating_sub(before);
    assert!(grown < 16 << 10, "{grown} KB for 40 MB of pings");
}

/// Symptom: a user who was moved to another account by a reload went on in the old one, with the rights of the new one.
#[test]
fn who_is_moved_to_another_account_comes_in_anew() {
    let accounts = |of_joe: &str, of_amy: &str| {
        format!(
            "accounts {{ A {{ users = [{{user: {of_joe}, password: p}}] }}, B {{ users = [{{user: {of_amy}, password: p}}] }} }}"
        )
    };
    let broker = Broker::start(options(&accounts("joe", "amy"))).expect("a broker");
    let mut joe = Client::login(&broker, "joe", "p");
    assert!(joe.wait_for("PONG\r\n"));
    broker
        .reload(options(&accounts("amy", "joe")))
        .expect("a reload");
    assert!(!joe.wait_for("nothing"), "the connection ends");
    let mut again = Client::login(&broker, "joe", "p");
    assert!(again.wait_for("PONG\r\n"));
}

/// Symptom: after a reload without JetStream its sinks stayed in the router: requests weren't answered with 503, and who published much to a
/// stream's subject was never read again.
#[test]
fn what_jetstream_heard_has_no_receiver_when_it_is_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = format!("jetstream {{ store_dir: {:?} }}", folder.path());
    let broker = Broker::start(options(&with)).expect("a broker");
    let mut client = Client::new(&broker);
    client
        .say("CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB _I 1\r\n");
    client.say("PUB $JS.API.INFO _I 0\r\n\r\n");
    assert!(client.wait_for("account_info_response"));
    broker.reload(options("")).expect("a reload");
    client.say("PUB $JS.API.INFO _I 0\r\n\r\n");
    assert!(client.wait_for("NATS/1.0 503"));
    // More than a mailbox that holds its publishers takes.
    let publish = format!("PUB $JS.API.INFO 65536\r\n{}\r\n", "x".repeat(65536));
    for _ in 0..160 {
        client.say(&publish);
    }
    assert!(client.is_alive());
}
