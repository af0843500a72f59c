//! INFO and CONNECT as JSON. Each row was asked of nats-server 2.15.1.

use midge_wire::{Connect, Error, Info, encode};

/// What a fresh nats-server 2.15.1 says, keys in its order.
const INFO: &str = r#"INFO {"server_id":"NABC","server_name":"NABC","version":"2.15.1","proto":1,"git_commit":"b2fd3ef","go":"go1.27.2","host":"127.0.0.1","port":24222,"headers":true,"max_payload":1048576,"client_id":5,"client_ip":"127.0.0.1","api_lvl":5,"xkey":"XABC"} "#;

/// The INFO that follows the first PONG.
const AFTER_CONNECT: &str = r#"INFO {"server_id":"NABC","server_name":"NABC","version":"2.15.1","proto":1,"git_commit":"b2fd3ef","go":"go1.27.2","host":"127.0.0.1","port":24222,"headers":true,"max_payload":1048576,"client_id":20,"client_ip":"127.0.0.1","connect_info":true,"remote_account":"$G","api_lvl":5,"xkey":"XABC"} "#;

/// Every field set, to pin the order of all.
const FULL: &str = r#"INFO {"server_id":"N","server_name":"n","version":"2.15.1","proto":1,"git_commit":"c","go":"g","host":"h","port":4222,"headers":true,"auth_required":true,"tls_required":true,"tls_verify":true,"tls_available":true,"max_payload":-1,"jetstream":true,"ip":"i","client_id":1,"client_ip":"::1","nonce":"x","cluster":"c1","cluster_dynamic":true,"domain":"d","connect_urls":["a:1","b:2"],"ws_connect_urls":["w:1"],"ldm":true,"compression":"s2_auto","connect_info":true,"remote_account":"A","acc_is_sys":true,"api_lvl":5,"xkey":"X"} "#;

#[test]
fn info_lines_survive_reading_and_writing_byte_by_byte() {
    for line in [INFO, AFTER_CONNECT, FULL] {
        let info = Info::parse(&line.as_bytes()["INFO ".len()..]).unwrap();
        let mut written = Vec::new();
        encode::info(&mut written, &info);
        assert_eq!(String::from_utf8(written).unwrap(), format!("{line}\r\n"));
    }
}

#[test]
fn info_ignores_what_it_does_not_know() {
    let info = Info::parse(br#"{"server_id":"N","tomorrow":{"a":[1]},"port":1}"#).unwrap();
    assert_eq!((info.server_id.as_str(), info.port), ("N", 1));
}

fn connect(json: &str) -> Connect {
    Connect::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn an_empty_connect_asks_for_everything_old_clients_had() {
    for json in ["{}", "null", "{ }\t"] {
        let connect = connect(json);
        assert!(connect.verbose && connect.pedantic && connect.echo);
        assert!(!connect.headers && !connect.no_responders && !connect.tls_required);
        assert_eq!(connect.protocol, 0);
        assert_eq!(connect, Connect::default());
    }
}

#[test]
fn all_fields_of_connect_are_read() {
    let read = connect(
        r#"{"echo":false,"verbose":false,"pedantic":false,"tls_required":true,"nkey":"U","jwt":"j",
            "sig":"s","auth_token":"t","user":"u","pass":"p","name":"n","lang":"rust","version":"1",
            "protocol":1,"account":"a","new_account":true,"headers":true,"no_responders":true,
            "import":{"allow":["x"]},"export":null,"remote_account":"r","proxy_sig":"ps"}"#,
    );
    let want = Connect {
        echo: false,
        verbose: false,
        pedantic: false,
        tls_required: true,
        nkey: "U".into(),
        jwt: "j".into(),
        sig: "s".into(),
        auth_token: "t".into(),
        user: "u".into(),
        pass: "p".into(),
        name: "n".into(),
        lang: "rust".into(),
        version: "1".into(),
        protocol: 1,
        account: "a".into(),
        new_account: true,
        headers: true,
        no_responders: true,
        import: read.import.clone(),
        export: None,
        remote_account: "r".into(),
        proxy_sig: "ps".into(),
    };
    assert_eq!(read, want);
    assert_eq!(read.import.unwrap()["allow"][0], "x");
}

#[test]
fn names_come_in_any_case_and_the_last_wins() {
    assert!(!connect(r#"{"VERBOSE":false}"#).verbose);
    assert!(!connect(r#"{"verbose":true,"Verbose":false}"#).verbose);
}

#[test]
fn null_and_unknown_names_change_nothing() {
    let json = r#"{"verbose":null,"user":null,"x":[{"y":1}],"protocol":null}"#;
    assert_eq!(connect(json), Connect::default());
}

#[test]
fn text_that_is_not_utf8_is_replaced() {
    let read = Connect::parse(b"{\"name\":\"a\xff\xfeb\"}").unwrap();
    assert_eq!(read.name, "a\u{fffd}\u{fffd}b");
    assert!(connect(r#"{"name":"\ud800"}"#).name.starts_with('\u{fffd}'));
}

#[test]
fn deep_nesting_in_an_unknown_name_is_skipped() {
    let json = format!(
        "{{\"x\":{}{},\"user\":\"u\"}}",
        "[".repeat(1500),
        "]".repeat(1500)
    );
    assert_eq!(connect(&json).user, "u");
}

#[test]
fn wrong_types_and_broken_json_are_refused() {
    let inputs = [
        "",
        "{",
        "[]",
        "1",
        "\"a\"",
        "{\"verbose\":1}",
        "{\"lang\":5}",
        "{\"user\":[1,2]}",
        "{\"protocol\":1.0}",
        "{\"protocol\":\"1\"}",
        "{} trailing",
        "{}{}",
        "{\"a\"}",
        "xx",
    ];
    for input in inputs {
        let got = Connect::parse(input.as_bytes());
        assert!(
            matches!(got, Err(Error::BadJson { op: "CONNECT", .. })),
            "{input}: {got:?}"
        );
    }
}

#[test]
fn a_later_connect_keeps_what_it_does_not_name() {
    let mut read = connect(r#"{"verbose":false,"user":"u"}"#);
    read.update(br#"{"protocol":1}"#).unwrap();
    assert!(!read.verbose);
    assert_eq!((read.user.as_str(), read.protocol), ("u", 1));
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let read =
        connect(r#"{"pass":"hush","auth_token":"hush","jwt":"hush","sig":"hush","user":"u"}"#);
    let shown = format!("{read:?}");
    assert!(
        !shown.contains("hush") && shown.contains("\"u\""),
        "{shown}"
    );
}

#[test]
fn connect_is_written_on_one_line() {
    let mut written = Vec::new();
    encode::connect(&mut written, &connect(r#"{"verbose":false,"name":"a\nb"}"#));
    let written = String::from_utf8(written).unwrap();
    assert!(written.starts_with("CONNECT {\"echo\":true,\"verbose\":false,"));
    assert!(written.ends_with("}\r\n") && written.matches('\n').count() == 1);
}
