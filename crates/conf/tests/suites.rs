//! Configurations as the official client suites write them.

use midge_conf::cli::{self, Action};
use midge_conf::grammar::Source;
use midge_conf::{HandshakeFirst, Identity, Options, Port};
use std::io;
use std::path::Path;
use std::time::Duration;

/// Every file is there; this one has a text.
struct File(&'static str);

impl Source for File {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(if path == Path::new("suite.conf") {
            self.0.into()
        } else {
            Vec::new()
        })
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

#[track_caller]
fn start(line: &str, file: &'static str) -> Options {
    let words = line.split_whitespace().map(str::to_owned);
    let Ok(Action::Run(overrides)) = cli::parse(words) else {
        panic!("{line} doesn't run")
    };
    let loaded = overrides
        .load(&File(file))
        .expect("the suite's own configuration");
    assert_eq!(loaded.warnings, []);
    loaded.options
}

#[test]
fn nats_js_writes_neither_separators_nor_commas() {
    let o = start(
        "-c suite.conf",
        "host 127.0.0.1\n\
        port -1\n\
        http \"127.0.0.1:-1\"\n\
        leafnodes {\n  listen \"127.0.0.1:-1\"\n}\n\
        websocket {\n  port -1\n  no_tls true\n}\n\
        server_tags [\n]\n\
        ports_file_dir /tmp/nats\n\
        jetstream {\n  store_dir /tmp/js\n  max_file_store 1073741824\n  max_mem_store -1\n}\n\
        authorization {\n  users [\n    {\n      user a\n      password b\n      permission {\n\
        \x20       subscribe foo\n        publish {\n          allow [\n            bar\n            baz.>\n\
        \x20         ]\n        }\n        allow_responses true\n      }\n    }\n  ]\n}\n\
        cluster {\n  name c\n  listen \"127.0.0.1:-1\"\n  routes [\n  ]\n}\n",
    );
    assert_eq!(
        (o.host.as_str(), o.port, o.http_host()),
        ("127.0.0.1", Port::Random, "127.0.0.1")
    );
    assert_eq!(o.http_port, Some(Port::Random));
    assert_eq!(o.leafnodes.expect("a block").port, Some(Port::Random));
    assert!(o.websocket.expect("a block").no_tls && o.jetstream.enabled);
    assert_eq!(o.jetstream.max_file_store, Some(1 << 30));
    assert_eq!(o.jetstream.max_memory_store, None);
    let permissions = o.authorization.users[0].permissions.as_ref().expect("some");
    assert_eq!(
        permissions.publish.as_ref().expect("some").allow.as_deref(),
        Some(&["bar".into(), "baz.>".into()][..])
    );
    assert!(permissions.allow_responses.is_some());
    assert_eq!(o.cluster.expect("a block").port, Some(Port::Random));
}

#[test]
fn async_nats_mixes_files_and_flags() {
    let o = start(
        "--store_dir /tmp/js -p -1 -l /tmp/log -P /tmp/pid -c suite.conf",
        "listen: \"localhost:4222\"\nmax_payload: 128KB\nleafnodes { listen: \"127.0.0.1:-1\" }\n\
        jetstream: {\n strict: true, max_mem_store: 64MiB, max_file_store: 10GiB, limits: {max_request_batch: 250}\n}\n\
        tls: {cert_file: \"c\", key_file: \"k\", ca_file: \"a\", verify: true, timeout: 5, handshake_first: 300ms}\n\
        authorization: { timeout: \"2s\", users: [ {nkey: UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4} ] }\n",
    );
    assert_eq!(
        (o.host.as_str(), o.port, o.max_payload),
        ("localhost", Port::Random, 128 << 10)
    );
    assert_eq!(o.jetstream.store_dir, Some("/tmp/js".into()));
    assert_eq!(o.jetstream.max_memory_store, Some(64 << 20));
    assert_eq!(o.jetstream.limits.max_request_batch, Some(250));
    assert_eq!(
        o.tls.expect("a block").handshake_first,
        HandshakeFirst::After(Duration::from_millis(300))
    );
    assert_eq!(o.authorization.timeout, Some(Duration::from_secs(2)));
    assert!(matches!(
        o.authorization.users[0].identity,
        Identity::Nkey(_)
    ));
}

#[test]
fn async_nats_starts_clusters_by_flags() {
    let o = start(
        "--store_dir /tmp/js -p 4301 --routes nats://127.0.0.1:6301,nats://127.0.0.1:6302 --cluster \
         nats://127.0.0.1:6300 --cluster_name c -n one",
        "",
    );
    let cluster = o.cluster.expect("a block");
    assert_eq!(
        (cluster.port, cluster.routes.len()),
        (Some(Port::Fixed(6300)), 2)
    );
    assert!(!o.jetstream.enabled);
}

#[test]
fn nats_py_writes_json_and_short_pings() {
    let o = start(
        "--config suite.conf --port -1 --addr 127.0.0.1 -m 8333",
        "{\"port\": 4222, \"ping_interval\": \"100ms\", \"ping_max\": 1, \"no_auth_user\": \"u\",\n\
        \"accounts\": {\"A\": {\"users\": [{\"user\": \"u\", \"pass\": \"p\"}], \"jetstream\": {\"max_mem\": 1048576}}},\n\
        \"websocket\": {\"port\": -1, \"no_tls\": true, \"compression\": true}}\n",
    );
    assert_eq!(
        (o.ping_interval, o.ping_max),
        (Duration::from_millis(100), 1)
    );
    assert_eq!(
        (o.http_port, o.no_auth_user.as_deref()),
        (Some(Port::Fixed(8333)), Some("u"))
    );
    assert_eq!(
        o.accounts[0].jetstream.expect("on").max_memory,
        Some(1 << 20)
    );
}

#[test]
fn nats_c_uses_single_dashes_everywhere() {
    let o = start(
        "-a 127.0.0.1 -p 4443 -tls -tlscert c -tlskey k -tlscacert a -js -sd /tmp/js -DV -server_name s -user u -pass p",
        "",
    );
    assert!(o.tls.is_some_and(|tls| !tls.verify) && o.jetstream.enabled && o.debug && o.trace);
    let o = start(
        "-c suite.conf",
        "net: \"0.0.0.0\"\nport: 4443\njetstream: enabled\nallow_non_tls: true\n\
        tls { cert_file: \"c\"\n key_file: \"k\"\n ca_file: \"a\"\n verify_and_map: true\n timeout: 2 }\n\
        authorization { users [ {user: \"e@x\", permissions { publish = \">\"\n subscribe = [\"_INBOX.>\", \"q.*\"] } } ] }\n",
    );
    assert!(o.tls.is_some_and(|tls| tls.verify && tls.verify_and_map) && o.allow_non_tls);
    assert_eq!(o.authorization.users[0].identity.name(), "e@x");
}
