//! Directives without effect are named in the log, at the start and at each reload.
#![cfg(unix)]

use midge_testkit::certs;
use midge_testkit::clock::real_now;
use midge_testkit::server::{Server, Signal};
use std::time::Duration;

/// Nothing may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reloads, and waits until the log has so many reloads.
fn reload(server: &mut Server, reloads: usize) {
    server.signal(Signal::HUP).expect("a signal");
    let until = real_now() + PATIENCE;
    while server
        .log()
        .matches("Reloaded server configuration")
        .count()
        < reloads
    {
        assert!(real_now() < until, "{}", server.log());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Symptom: a reload within a minute of the start or of another one didn't say which directives have no effect. Cause: what is said again within
/// a minute is counted. Remedy: what follows a signal is not.
#[test]
fn each_reload_names_the_directives_without_effect() {
    let mut server = Server::configure(env!("CARGO_BIN_EXE_midge"))
        .conf("listen: '127.0.0.1:<port>'\ndisable_sublist_cache: true")
        .start()
        .expect("a server");
    for reloads in 1..=2 {
        reload(&mut server, reloads);
    }
    let log = server.log();
    let named = log.matches("a directive has no effect directive=disable_sublist_cache");
    assert_eq!(named.count(), 3, "{log}");
}

/// Symptom: cipher suites and curves that the TLS library doesn't have were left out without a word.
#[test]
fn ciphers_and_curves_that_are_not_available_are_named() {
    let pem = |name| std::fs::read_to_string(certs::file(name).expect("certificates"));
    let tls = "cert_file: '<dir>/cert.pem', key_file: '<dir>/cert.key'
        cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]";
    let server = Server::configure(env!("CARGO_BIN_EXE_midge"))
        .file("cert.pem", &pem("server.pem").expect("a file"))
        .file("cert.key", &pem("server.key").expect("a file"))
        .conf("listen: '127.0.0.1:<port>'")
        .conf(&format!("tls {{ {tls} }}"))
        .conf(&format!(
            "websocket {{ listen: '127.0.0.1:<ws>', tls {{ {tls}, curve_preferences: [CurveP521, X25519] }} }}"
        ))
        .start()
        .expect("a server");
    let log = server.log();
    let lines = log.lines().filter_map(|line| line.split_once("directive="));
    let named: Vec<_> = lines.map(|(_, fields)| fields).collect();
    let why = "why=\"the TLS library doesn't have it\"";
    let suite = "cipher_suites.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
    let want = [
        format!("tls.{suite} {why}"),
        format!("websocket.tls.{suite} {why}"),
        format!("websocket.tls.curve_preferences.CurveP521 {why}"),
    ];
    assert_eq!(named, want, "{log}");
}
