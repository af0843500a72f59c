//! Reloads, as nats-server 2.15.1 logs them for the same two files.

use super::*;
use crate::grammar::Source;
use std::io;
use std::path::Path;

/// Files that are there, with nothing in them.
struct EmptyFiles;

impl Source for EmptyFiles {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

#[track_caller]
fn options(text: &str) -> Options {
    let loaded = Options::from_text(text, "x.conf", &EmptyFiles).expect("good text");
    loaded.validated().expect("a good whole").options
}

fn reload(old: &str, new: &str) -> Result<Vec<String>, String> {
    match diff(&options(old), &options(new)) {
        Ok(changes) => Ok(changes.iter().map(Change::to_string).collect()),
        Err(refused) => Err(refused.to_string()),
    }
}

/// `want`: what stands behind `Reloaded: ` in the lines beside those which are always there.
#[track_caller]
fn live(old: &str, new: &str, want: &[&str]) {
    let always = ["authorization users", "accounts"];
    let lines = reload(old, new).expect("a live change");
    let told: Vec<_> = lines
        .iter()
        .map(|line| line.strip_prefix("Reloaded: ").unwrap_or(line))
        .collect();
    assert!(always.iter().all(|line| told.contains(line)), "{told:?}");
    let told: Vec<_> = told
        .into_iter()
        .filter(|line| !always.contains(line))
        .collect();
    assert_eq!(told, want, "{old} => {new}");
}

#[track_caller]
fn fixed(old: &str, new: &str, want: &str) {
    assert_eq!(
        reload(old, new),
        Err(format!("config reload not supported for {want}")),
        "{old} => {new}"
    );
}

const USERS: &str = "authorization {users [{user: a, pass: b}]}\n";
const NKEY: &str = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

#[test]
fn nothing_new_still_tells_of_users_and_accounts() {
    live("", "", &[]);
    live("mappings {a: b}", "", &[]);
    live("pid_file: x", "", &[]);
    live("jetstream {}", "jetstream {meta_compact: 5}", &[]);
}

#[test]
fn all_at_once_come_in_the_references_order() {
    let all = "client_advertise: \"a:5\"\ndebug: true\ntrace: true\nlogtime: false\nmax_connections: 5\n\
        ping_interval: \"5s\"\nping_max: 5\nmax_control_line: 5000\nmax_payload: 5000\nwrite_deadline: \"5s\"\n\
        no_fast_producer_stall: true\nauthorization {timeout: 5, token: x}\npid_file: p.pid\nports_file_dir: dir\n\
        prof_block_rate: 1\nmax_traced_msg_len: 5\nconnect_error_reports: 5\nreconnect_error_reports: 6\n\
        server_tags: [a]\nserver_metadata {a: b}\ntrace_headers: true\nlogtime_utc: true\nsyslog: true\n\
        remote_syslog: \"udp://127.0.0.1:5140\"\njetstream {store_dir: js}\n";
    let want = [
        "Reload: client_advertise = a:5",
        "Reloaded: trace = true",
        "Reloaded: debug = true",
        "Reloaded: trace_headers = true",
        "Reloaded: logtime = false",
        "Reloaded: logtime_utc = true",
        "Reloaded: max_connections = 5",
        "Reloaded: authorization users",
        "Reloaded: accounts",
        "Reloaded: authorization token",
        "Reloaded: ping_interval = 5s",
        "Reloaded: ping_max = 5",
        "Reloaded: authorization timeout = 5",
        "Reloaded: max_control_line = 5000",
        "Reloaded: max_payload = 5000",
        "Reloaded: fast producers will not be stalled",
        "Reloaded: JetStream",
        "Reloaded: prof_block_rate = 1",
        "Reloaded: pid_file = p.pid",
        "Reloaded: ports_file_dir = dir",
        "Reloaded: syslog = true",
        "Reloaded: remote_syslog = udp://127.0.0.1:5140",
        "Reloaded: write_deadline = 5s",
        "Reloaded: max_traced_msg_len = 5",
        "Reloaded: connect_error_reports = 5",
        "Reloaded: reconnect_error_reports = 6",
        "Reloaded: tags",
        "Reloaded: metadata",
    ];
    assert_eq!(reload("", all).expect("live changes"), want);
}

#[test]
fn values_are_told_as_they_are_now() {
    live("", "log_file: l.log", &["log_file = l.log"]);
    live("log_file: l.log", "", &["log_file = "]);
    live("", "max_connections: 0", &["max_connections = -1"]);
    live(
        "max_payload: 5000",
        "max_payload: 2mb",
        &["max_payload = 2097152"],
    );
    live("", "ping_interval: \"1m30s\"", &["ping_interval = 1m30s"]);
    live(
        "no_fast_producer_stall: true",
        "",
        &["fast producers will be stalled"],
    );
    live(
        "",
        "trace_verbose: true",
        &["trace = true", "trace_verbose = true"],
    );
    live(
        "",
        "authorization {timeout: \"1500ms\"}",
        &["authorization timeout = 1.5"],
    );
}

#[test]
fn credentials_are_told_without_their_values() {
    live("", USERS, &[]);
    live(
        "",
        &format!("authorization {{users [{{nkey: {NKEY}}}]}}"),
        &["authorization nkey users"],
    );
    live(
        "",
        &format!("accounts {{A {{users [{{nkey: {NKEY}}}]}}}}"),
        &["authorization nkey users"],
    );
    live(
        "",
        "authorization {user: a, pass: b}",
        &["authorization username", "authorization password"],
    );
    live(
        "authorization {user: a, pass: b}",
        "authorization {user: a, pass: c}",
        &["authorization password"],
    );
    live("", "authorization {token: b}", &["authorization token"]);
}

#[test]
fn tls_is_told_field_by_field() {
    const TLS: &str = "tls {cert_file: c, key_file: k";
    let (plain, with) = (format!("{TLS}}}"), |more: &str| format!("{TLS}, {more}}}"));
    live("", &plain, &["authorization timeout = 3", "tls = enabled"]);
    live(&plain, "", &["authorization timeout = 2", "tls = disabled"]);
    live(
        &plain,
        &with("timeout: 3"),
        &["authorization timeout = 4", "tls timeout = 3"],
    );
    live(&plain, &with("min_version: \"1.3\""), &["tls = enabled"]);
    live(
        &plain,
        &with(&format!("pinned_certs: [\"{}\"]", "a".repeat(64))),
        &["1 pinned_certs"],
    );
    live(
        &plain,
        &with("handshake_first: true"),
        &["Client TLS handshake first: true"],
    );
    let auto = [
        "Client TLS handshake first: true",
        "Client TLS handshake first fallback delay: 50ms",
    ];
    live(&plain, &with("handshake_first: auto"), &auto);
    let off = [
        "Client TLS handshake first: false",
        "Client TLS handshake first fallback delay: 0s",
    ];
    live(&with("handshake_first: auto"), &plain, &off);
    fixed(
        &plain,
        &with("verify_and_map: true"),
        "TLSMap: old=false, new=true",
    );
    fixed(
        &plain,
        &with("connection_rate_limit: 5"),
        "TLSRateLimit: old=0, new=5",
    );
}

#[test]
fn listeners_and_start_up_values_stay() {
    fixed("", "server_name: x", "ServerName: old=, new=x");
    fixed("port: 15901", "port: 15902", "Port: old=15901, new=15902");
    fixed(
        "",
        "host: \"127.0.0.2\"",
        "Host: old=0.0.0.0, new=127.0.0.2; config reload not supported for HTTPHost: old=0.0.0.0, new=127.0.0.2",
    );
    fixed("http: \"a:5\"", "http: \"b:5\"", "HTTPHost: old=a, new=b");
    fixed("", "http_port: -1", "HTTPPort: old=0, new=-1");
    fixed(
        "",
        "tls {cert_file: c, key_file: k}\nhttps_port: -1",
        "HTTPSPort: old=0, new=-1",
    );
    fixed("", "http_base_path: x", "HTTPBasePath: old=/, new=/x");
    fixed("", "prof_port: -1", "ProfPort: old=0, new=-1");
    fixed(
        "",
        "max_pending: 5000000",
        "MaxPending: old=67108864, new=5000000",
    );
    fixed("", "max_subscriptions: 5", "MaxSubs: old=0, new=5");
    fixed("", "max_sub_tokens: 5", "MaxSubTokens: old=0, new=5");
    fixed(
        "",
        "max_closed_clients: 5",
        "MaxClosedClients: old=10000, new=5",
    );
    fixed("", "write_timeout: close", "WriteTimeout: old=, new=close");
    fixed(
        "",
        "lame_duck_duration: \"40s\"",
        "LameDuckDuration: old=2m0s, new=40s",
    );
    fixed(
        "",
        "lame_duck_grace_period: \"5s\"",
        "LameDuckGracePeriod: old=10s, new=5s",
    );
    fixed(
        "",
        "disable_sublist_cache: true",
        "NoSublistCache: old=false, new=true",
    );
    fixed(
        "",
        "no_header_support: true",
        "NoHeaderSupport: old=false, new=true",
    );
    fixed(
        "",
        "allow_non_tls: true",
        "AllowNonTLS: old=false, new=true",
    );
    fixed("", "log_size_limit: 5000", "LogSizeLimit: old=0, new=5000");
    fixed("", "log_max_num: 5", "LogMaxFiles: old=0, new=5");
    fixed(
        "",
        "feature_flags: {a: true}",
        "FeatureFlags: old=map[], new=map[a:true]",
    );
    fixed(
        "",
        "no_system_account: true",
        "NoSystemAccount: old=false, new=true",
    );
    fixed(
        "",
        "system_account: A; accounts {A {}}",
        "SystemAccount: old=, new=A",
    );
    fixed("cluster {port: -1}", "", "cluster host: old=:-1, new=");
}

#[test]
fn the_name_of_no_auth_user_stays_while_its_user_does() {
    let named = format!("{USERS}no_auth_user: a");
    fixed(USERS, &named, "NoAuthUser: old=, new=a");
    fixed(&named, USERS, "NoAuthUser: old=a, new=");
    live(&named, "authorization {users [{user: c, pass: b}]}", &[]);
}

#[test]
fn a_cluster_changes_but_for_its_listener() {
    live(
        "cluster {port: -1, name: x}",
        "cluster {port: -1, name: y}",
        &["cluster"],
    );
    live(
        "cluster {port: -1}",
        "cluster {port: -1, routes: [\"nats://a:1\"]}",
        &["cluster routes"],
    );
}

#[test]
fn jetstream_starts_stops_and_grows() {
    live("", "jetstream {domain: x, max_mem: 1M}", &["JetStream"]);
    live("jetstream {max_mem: 1M}", "", &["JetStream"]);
    live(
        "jetstream {max_mem: 1M}",
        "jetstream {max_mem: 2M}",
        &["JetStream max_mem_store = 1.91 MB"],
    );
    live(
        "jetstream {max_file: 1M}",
        "jetstream {max_file: 3M}",
        &["JetStream max_file_store = 2.86 MB"],
    );
    live(
        "jetstream {}",
        "jetstream {limits {max_ack_pending: 5}}",
        &["JetStream limits"],
    );
    let js = |more: &str| format!("jetstream {{{more}}}");
    for (old, new, want) in [
        (
            "store_dir: a",
            "store_dir: b",
            "jetstream storage directory",
        ),
        ("", "max_mem: 1M", "jetstream dynamic max memory and store"),
        (
            "max_mem: 2M",
            "max_mem: 1M",
            "decreasing jetstream max memory and store",
        ),
        ("max_mem: 2M", "", "jetstream max memory and max store"),
        ("", "domain: x", "JetStreamDomain: old=, new=x"),
        (
            "",
            "strict: false",
            "NoJetStreamStrict: old=false, new=true",
        ),
        ("", "key: hush", "JetStreamKey: old=, new=[REDACTED]"),
        (
            "",
            "max_buffered_msgs: 5",
            "StreamMaxBufferedMsgs: old=0, new=5",
        ),
        (
            "max_open_files: 20",
            "max_open_files: 30",
            "JetStreamMaxOpenFiles: old=20, new=30",
        ),
        (
            "max_mappings: 20",
            "max_mappings: 30",
            "JetStreamMaxMappings: old=20, new=30",
        ),
        (
            "sync: \"5s\"",
            "sync: always",
            "SyncInterval: old=5s, new=always",
        ),
    ] {
        fixed(&js(old), &js(new), want);
    }
}

#[test]
fn all_reasons_are_told() {
    fixed(
        "",
        "server_name: x; port: 5; debug: true",
        "ServerName: old=, new=x; config reload not supported for Port: old=4222, new=5",
    );
}

#[test]
fn whole_blocks_stay_but_for_certificates() {
    let refused = |old, new, what: &str| {
        let refusal = reload(old, new).expect_err("a fixed block");
        assert!(
            refusal.starts_with(what) && !refusal.contains("hush"),
            "{refusal}"
        );
    };
    let ws = "config reload not supported for Websocket: old=";
    refused("", "websocket {port: -1, no_tls: true}", ws);
    refused(
        "websocket {port: 5, no_tls: true}",
        "websocket {port: 5, no_tls: true, compression: true}",
        ws,
    );
    refused(
        "",
        "websocket {port: 5, no_tls: true, authorization {user: a, pass: hush}}",
        ws,
    );
    refused(
        "",
        "leafnodes {port: -1}",
        "config reload not supported for LeafNode: old=, new=LeafNodes",
    );
    const TLS: &str = "websocket {port: 5, tls {cert_file: a, key_file: a}}";
    live(
        TLS,
        "websocket {port: 5, tls {cert_file: b, key_file: b}}",
        &[],
    );
    refused(TLS, "websocket {port: 5, no_tls: true}", ws);
}

#[test]
fn who_asks_for_any_port_is_served_by_the_one_in_use() {
    live("port: 5", "port: -1", &[]);
    live("leafnodes {port: 5}", "leafnodes {port: -1}", &[]);
    live(
        "websocket {port: 5, no_tls: true}",
        "websocket {port: -1, no_tls: true}",
        &[],
    );
    live("cluster {port: 5}", "cluster {port: -1}", &[]);
    fixed("port: -1", "port: 5", "Port: old=-1, new=5");
}
