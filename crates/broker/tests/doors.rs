//! Who comes in, who stays in, and what those who don't leave behind: over real sockets, since the races are between threads.

mod support;

use midge_broker::Broker;
use std::io::Write;
use std::path::Path;
use support::{Client, frame, long_frame, options, resident_kb, upgraded};

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
    let mut stranger = upgraded(&broker);
    let part = long_frame(&[b'x'; 64 << 10], 1 << 20);
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
    let whole = long_frame(publish.as_bytes(), publish.len());
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

/// Symptom: a peer that asked for answers and read none made the server hold 1.3 GB of them.
#[test]
fn answers_to_pings_have_a_bound() {
    // Nobody logs in, however slow the machine is.
    let text = "websocket { listen: '127.0.0.1:-1', no_tls: true, authorization { timeout: 60 } }";
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
