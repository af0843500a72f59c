//! The table of bounds before a login in `docs/security.md`: each row is tried.

mod support;

use midge_broker::Broker;
use midge_testkit::certs;
use std::io::{Read, Write};
use support::{Client, flood, frame, long_frame, options, resident_kb, upgraded};

/// What the table's column `check` names.
const CHECKS: [(&str, fn()); 10] = [
    ("place", a_place),
    ("line", a_line),
    ("tls", a_tls_handshake),
    ("upgrade", an_upgrade),
    ("frames_in", frames_in),
    ("frames_out", frames_out),
    ("password", a_password),
    ("farewell", a_farewell),
    ("request", a_request),
    ("silence", silence),
];

/// The rows of the table under this heading, as cells.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/security.md");
    let text = std::fs::read_to_string(file).expect("the document");
    let (_, section) = text
        .split_once(&format!("\n## {heading}\n"))
        .expect("the heading");
    let section = section.split("\n## ").next().unwrap_or_default();
    let table = section.lines().filter(|line| line.starts_with('|'));
    let cells = |line: &str| {
        let inner = line.trim_matches('|').split('|');
        inner.map(|cell| cell.trim().to_owned()).collect()
    };
    // Below the head and the line of dashes.
    table.skip(2).map(cells).collect()
}

#[test]
fn every_row_is_tried() {
    let rows = rows("Bounds before a login");
    let named: Vec<_> = rows
        .iter()
        .map(|row| row.last().expect("cells").trim_matches('`'))
        .collect();
    let known: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
    let mut sorted = (named.clone(), known.clone());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    assert_eq!(sorted.0, sorted.1, "rows, and what tries them");
    for name in named {
        let (_, check) = CHECKS
            .iter()
            .find(|(known, _)| *known == name)
            .expect("it is known");
        check();
    }
}

fn websocket(more: &str) -> Broker {
    let text = format!("websocket {{ listen: '127.0.0.1:-1', no_tls: true, {more} }}");
    Broker::start(options(&text)).expect("a broker")
}

fn a_place() {
    let broker = Broker::start(options("max_connections: 2")).expect("a broker");
    let mut inside: Vec<_> = (0..2).map(|_| Client::new(&broker)).collect();
    assert!(inside.iter_mut().all(Client::is_alive));
    assert!(Client::new(&broker).wait_for("maximum connections exceeded"));
}

fn a_line() {
    let broker = Broker::start(options("max_control_line: 1000")).expect("a broker");
    let mut client = Client::new(&broker);
    client.say(&format!("CONNECT {}", "x".repeat(1993)));
    assert!(client.wait_for("maximum control line exceeded"));
    let mut client = Client::new(&broker);
    client.say(&" ".repeat(4000));
    assert!(!client.wait_for("nothing"));
}

fn a_tls_handshake() {
    let folder = certs::folder().expect("certificates").display();
    let tls = |more: &str| {
        let text = format!(
            "tls {{ cert_file: '{folder}/server.pem', key_file: '{folder}/server.key', {more} }}"
        );
        Broker::start(options(&text)).expect("a broker")
    };
    let broker = tls("timeout: 1");
    let mut silent = Client::new(&broker);
    assert!(silent.wait_for("INFO "));
    assert!(!silent.wait_for("nothing"), "its time is over");
    let broker = tls("timeout: 600");
    let mut client = Client::new(&broker);
    assert!(client.wait_for("INFO "));
    // A first message of 16 MB, in records of 4 KiB.
    let head = [22, 3, 1, 16, 0];
    let hello = [&head[..], &[1, 255, 255, 255], &[0; 4092]].concat();
    client.socket.write_all(&hello).expect("the first record");
    flood(&mut client, &[&head[..], &[0; 4096]].concat(), 16 << 20);
}

fn an_upgrade() {
    let broker = websocket("handshake_timeout: '600s'");
    let address = broker.ports().websocket.expect("a port");
    let mut client = Client::of(address);
    client.say("GET / HTTP/1.1\r\nHost: x\r\n");
    flood(&mut client, "A: x\r\n".repeat(1000).as_bytes(), 16 << 20);
    let broker = websocket("handshake_timeout: '1s'");
    let mut silent = Client::of(broker.ports().websocket.expect("a port"));
    assert!(!silent.wait_for("nothing"), "its time is over");
}

fn frames_in() {
    let broker = websocket("authorization { token: t, timeout: 600 }");
    let mut client = upgraded(&broker);
    let begin = long_frame(b"CONNECT ", 1 << 20);
    client.socket.write_all(&begin).expect("it takes bytes");
    flood(&mut client, &[b'x'; 4096], 16 << 20);
}

fn frames_out() {
    let broker = websocket("");
    let client = upgraded(&broker);
    let pings = frame(9, &[b'x'; 125]).repeat(8000);
    let before = resident_kb();
    for _ in 0..40 {
        let mut socket = &client.socket;
        socket.write_all(&pings).expect("it takes bytes");
    }
    let grown = resident_kb().saturating_sub(before);
    assert!(grown < 16 << 10, "{grown} KB for 40 MB of pings");
}

/// More logins than can be compared in their time: each ends, by a verdict or because its time is over. Another address waits a turn.
fn a_password() {
    let secret = bcrypt::hash("pw", 10).expect("a hash");
    let start = |timeout: u32| {
        let text = format!(
            "authorization {{ users = [{{user: joe, password: \"{secret}\"}}], timeout: {timeout} }}"
        );
        Broker::start(options(&text)).expect("a broker")
    };
    let broker = start(1);
    let burst = |broker: &Broker| -> Vec<_> {
        let wrong = |_| Client::login(broker, "joe", "wrong");
        (0..50).map(wrong).collect()
    };
    for client in &mut burst(&broker) {
        assert!(!client.wait_for("PONG\r\n"));
    }
    let broker = start(600);
    let waiting = burst(&broker);
    let mut other = Client::from([127, 0, 0, 2], broker.ports().client.expect("a port"));
    other.log_in("joe", "pw");
    assert!(other.wait_for("PONG\r\n"));
    // The burst waits for its turns, nearly all of it.
    let left = broker.connections();
    let burst = waiting.len() as u64;
    assert!(left > burst / 2, "{left} of {burst}");
}

fn a_farewell() {
    let broker = Broker::start(options("authorization { token: t }")).expect("a broker");
    let mut client = Client::login(&broker, "joe", "wrong");
    flood(&mut client, &[b'x'; 64 << 10], 64 << 20);
}

fn a_request() {
    let broker = Broker::start(options("http: '127.0.0.1:-1'")).expect("a broker");
    let address = broker.ports().http.expect("a port");
    let mut client = Client::of(address);
    let long = "x".repeat(midge_monitor::HEADER_BYTES_MAX);
    client.say(&format!("GET /varz HTTP/1.1\r\nHost: {long}\r\n\r\n"));
    let mut answer = String::new();
    let _ = client.socket.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

fn silence() {
    let text = "http: '127.0.0.1:-1'\nauthorization { token: t, timeout: 600 }";
    let broker = Broker::start(options(text)).expect("a broker");
    let before = held(&broker);
    let mut silent: Vec<_> = (0..64).map(|_| Client::new(&broker)).collect();
    assert!(silent.iter_mut().all(|client| client.wait_for("INFO ")));
    let grown = held(&broker) - before;
    let count = silent.len() as u64;
    assert_eq!(grown, count * midge_router::SINK_BYTES as u64);
    drop(silent);
    let broker =
        Broker::start(options("authorization { token: t, timeout: 1 }")).expect("a broker");
    assert!(Client::new(&broker).wait_for("Authentication Timeout"));
}

/// What counts as held by clients.
fn held(broker: &Broker) -> u64 {
    let mut client = Client::of(broker.ports().http.expect("a port"));
    client.say("GET /varz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    client
        .socket
        .read_to_string(&mut answer)
        .expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    let varz: serde_json::Value = serde_json::from_str(body).expect("JSON");
    varz["midge_memory"]["held"].as_u64().expect("a number")
}
