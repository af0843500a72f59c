//! HTTPS monitoring: whoever reaches the port needs no certificate, and a replaced key is used from the reload on.
#![cfg(unix)]

use midge_testkit::clock::real_now;
use midge_testkit::connection::TlsChoice;
use midge_testkit::server::Server;
use midge_testkit::{certs, http};
use std::time::{Duration, Instant};

/// Nothing may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

fn pem(name: &str) -> String {
    let file = certs::file(name).expect("certificates");
    std::fs::read_to_string(file).expect("a file")
}

/// Clients of the client port must show a certificate; those of the monitoring port are asked for none.
fn server() -> Server {
    Server::configure(env!("CARGO_BIN_EXE_midge"))
        .file("cert.pem", &pem("server.pem"))
        .file("cert.key", &pem("server.key"))
        .conf(
            "listen: '127.0.0.1:<port>'\nhttps: '127.0.0.1:<https>'\n\
             tls { cert_file: '<dir>/cert.pem', key_file: '<dir>/cert.key', ca_file: '<certs>/ca.pem', verify: true }",
        )
        .start()
        .expect("a server")
}

/// The status of `/healthz` for somebody without a certificate who trusts this authority.
fn healthy(server: &Server, authority: &str, until: Instant) -> Option<u16> {
    let tls = TlsChoice {
        first: true,
        authority: Some(authority.to_owned()),
        ..TlsChoice::default()
    };
    let answer = http::get(server.address("https"), Some(&tls), "/healthz", until);
    answer.ok().map(|answer| answer.status)
}

/// Symptom: under `verify` a monitor without a certificate of its own was refused, unlike with nats-server.
#[test]
fn a_monitor_shows_no_certificate_under_verify() {
    let server = server();
    let until = real_now() + PATIENCE;
    assert_eq!(healthy(&server, "ca", until), Some(200));
    assert_eq!(healthy(&server, "ca2", until), None, "it trusts another");
}

/// Symptom: the monitoring port went on with the key of its start after a reload.
#[test]
fn a_replaced_key_is_used_after_a_reload() {
    let mut server = server();
    let until = real_now() + PATIENCE;
    assert_eq!(healthy(&server, "ca", until), Some(200));
    for (name, new) in [("cert.pem", "server2.pem"), ("cert.key", "server2.key")] {
        server.place().write(name, &pem(new)).expect("written");
    }
    assert_eq!(
        healthy(&server, "ca", until),
        Some(200),
        "nothing is read anew before"
    );
    server
        .signal(midge_testkit::server::Signal::HUP)
        .expect("a signal");
    while healthy(&server, "ca2", until).is_none() {
        assert!(
            real_now() < until,
            "the old key is still there: {}",
            server.log()
        );
    }
    assert_eq!(healthy(&server, "ca", until), None);
}
