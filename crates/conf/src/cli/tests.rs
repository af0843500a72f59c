//! Command lines, as nats-server 2.15.1 takes them.

use super::*;
use crate::grammar::Source;
use crate::options::{Options, Port, Tls};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One file, whatever its name.
struct File(&'static str);

impl Source for File {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(self.0.into())
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace()
        .map(|word| word.trim_matches('\'').to_owned())
        .collect()
}

#[track_caller]
fn overrides(line: &str) -> Overrides {
    match parse(words(line)) {
        Ok(Action::Run(overrides)) => overrides,
        other => panic!("{line} doesn't run: {other:?}"),
    }
}

#[track_caller]
fn run(line: &str) -> Options {
    over("", line)
}

/// The options of a line over a file.
#[track_caller]
fn over(file: &'static str, line: &str) -> Options {
    let line = format!("-c x.conf {line}");
    overrides(&line)
        .load(&File(file))
        .expect("good options")
        .options
}

#[test]
fn one_dash_or_two_equals_or_blank() {
    for line in [
        "-p 5",
        "--p 5",
        "-p=5",
        "--port=5",
        "--port 5",
        "-p 6 -port 5",
        "-p 5 --",
    ] {
        assert_eq!(run(line).port, Port::Fixed(5), "{line}");
    }
    assert_eq!(run("-p -1").port, Port::Random);
    assert_eq!(over("port: 5", "-p 0").port, Port::Fixed(4222));
}

#[test]
fn a_switch_takes_its_value_after_an_equals_sign_alone() {
    assert!(run("-D").debug && run("--debug=true").debug && run("-D=1").debug);
    assert!(!run("-D=false").debug && !run("-T=F").logtime);
    assert_eq!(
        parse(words("-D false")).unwrap_err(),
        CliError::Word("false".into())
    );
}

#[test]
fn switches_of_logging_come_in_bundles() {
    let shown = |line| {
        let o = run(line);
        (o.debug, o.trace, o.trace_verbose)
    };
    assert_eq!(shown("-DV"), (true, true, false));
    assert_eq!(shown("-DVV"), (true, true, true));
    assert_eq!(shown("-VV"), (false, true, true));
    assert_eq!(shown("-V"), (false, true, false));
    assert_eq!(shown("-D -DV=false"), (false, false, false));
}

#[test]
fn every_flag_of_the_reference_is_known() {
    let o = run(
        "-a ::1 -n one -P pid -m 1 --client_advertise me:5 --ports_file_dir dir -l log -T=false \
        --logtime_utc -s -r udp://x:1 --log_size_limit 5 --max_traced_msg_len 6 -js -sd store --user u --pass p \
        --tls --tlscert c --tlskey k --tlsverify --tlscacert a --routes r1,r2 --cluster nats://c:7 \
        --cluster_name cn --no_advertise --cluster_advertise ca --connect_retries 8 --profile 9",
    );
    assert_eq!(
        (o.host.as_str(), o.server_name.as_deref(), o.http_port),
        ("::1", Some("one"), Some(Port::Fixed(1)))
    );
    assert_eq!(
        (o.pid_file, o.ports_file_dir),
        (Some("pid".into()), Some("dir".into()))
    );
    assert_eq!(
        (o.client_advertise.as_deref(), o.log_file),
        (Some("me:5"), Some("log".into()))
    );
    assert!(!o.logtime && o.logtime_utc && o.syslog && o.jetstream.enabled);
    assert_eq!(
        (
            o.remote_syslog.as_deref(),
            o.log_size_limit,
            o.max_traced_msg_len
        ),
        (Some("udp://x:1"), 5, 6)
    );
    assert_eq!(
        (o.jetstream.store_dir, o.prof_port),
        (Some("store".into()), Some(Port::Fixed(9)))
    );
    assert_eq!(o.authorization.user.as_deref(), Some("u"));
    assert_eq!(
        o.authorization.password.as_ref().map(|p| p.expose()),
        Some("p")
    );
    let tls = o.tls.expect("a block");
    assert!(tls.verify);
    assert_eq!(
        [tls.cert_file, tls.key_file, tls.ca_file],
        ["c", "k", "a"].map(|f| Some(PathBuf::from(f)))
    );
    let cluster = o.cluster.expect("a block");
    assert_eq!(
        (cluster.host.as_str(), cluster.port),
        ("c", Some(Port::Fixed(7)))
    );
    assert_eq!(
        (cluster.name.as_deref(), cluster.advertise.as_deref()),
        (Some("cn"), Some("ca"))
    );
    assert_eq!(
        (
            cluster.routes.len(),
            cluster.connect_retries,
            cluster.no_advertise
        ),
        (2, 8, true)
    );
    assert_eq!(
        run("-ms 5 --tlscert c --tlskey k").https_port,
        Some(Port::Fixed(5))
    );
    for name in [
        "addr",
        "net",
        "name",
        "server_name",
        "pid",
        "log",
        "remote_syslog",
        "store_dir",
        "cluster_listen",
    ] {
        overrides(&format!("--{name} a:1"));
    }
    for name in ["logtime", "syslog", "debug", "trace", "jetstream", "V", "s"] {
        overrides(&format!("--{name}"));
    }
}

#[test]
fn flags_win_over_the_file() {
    let o = over(
        "port: 1\nhost: a\ndebug: true\nserver_name: f\nhttp_port: 9",
        "-p 2 -D=false -n c",
    );
    assert_eq!(
        (o.port, o.host.as_str(), o.debug),
        (Port::Fixed(2), "a", false)
    );
    assert_eq!(
        (o.server_name.as_deref(), o.http_port),
        (Some("c"), Some(Port::Fixed(9)))
    );
}

#[test]
fn users_of_the_file_stay_and_a_token_goes_before_a_user() {
    let users = "authorization {users [{user: c, pass: d}]}";
    let auth = over(users, "--user a --pass b --auth t").authorization;
    assert_eq!((auth.user, auth.token, auth.users.len()), (None, None, 1));
    let auth = over("authorization {user: a, pass: b}", "--auth t").authorization;
    assert_eq!((auth.user, auth.password), (None, None));
    assert_eq!(auth.token.expect("the flag").expose(), "t");
    let auth = run("--user a").authorization;
    assert_eq!((auth.user.as_deref(), auth.token), (Some("a"), None));
}

#[test]
fn tls_flags_replace_the_block_of_the_file() {
    let file = "tls {cert_file: f, key_file: f, verify_and_map: true, timeout: 5}";
    let want = Tls {
        cert_file: Some("c".into()),
        key_file: Some("k".into()),
        timeout: Duration::from_secs(5),
        ..Tls::default()
    };
    assert_eq!(over(file, "--tlscert c --tlskey k").tls, Some(want));
    assert_eq!(over(file, "--tls=false").tls, None);
    assert_eq!(over(file, "--tls=false --tlscert c").tls, None);
    let unusable = |line| parse(words(line)).unwrap_err().to_string();
    assert_eq!(
        unusable("--tls"),
        "TLS Server certificate must be present and valid"
    );
    assert_eq!(
        unusable("--tlscert c"),
        "TLS Server private key must be present and valid"
    );
}

#[test]
fn cluster_urls_open_the_port_they_name() {
    let o = over(
        "cluster {port: 5, authorization {user: x, password: y}}",
        "-cluster nats://u:p@127.0.0.1:-1",
    );
    let cluster = o.cluster.expect("a block");
    assert_eq!(
        (cluster.host.as_str(), cluster.port),
        ("127.0.0.1", Some(Port::Random))
    );
    assert_eq!(cluster.user.as_deref(), Some("u"));
    let o = over(
        "cluster {port: 5, authorization {user: x, password: y}}",
        "-cluster nats://[::1]:6",
    );
    let cluster = o.cluster.expect("a block");
    assert_eq!(
        (cluster.host.as_str(), cluster.port, cluster.user),
        ("::1", Some(Port::Fixed(6)), None)
    );
    let cluster = over("cluster {port: 5}", "-cluster ''")
        .cluster
        .expect("a block");
    assert_eq!(cluster.port, None);
}

#[test]
fn routes_need_a_cluster_from_anywhere() {
    let error = overrides("--routes nats://a:1")
        .load(&File(""))
        .expect_err("no cluster");
    assert_eq!(
        error.to_string(),
        "solicited routes require cluster capabilities, e.g. --cluster"
    );
    assert_eq!(
        over("cluster {port: 5}", "--routes nats://a:1")
            .cluster
            .map(|c| c.routes.len()),
        Some(1)
    );
}

#[test]
fn contradictions_of_flag_and_file_are_found_with_the_files_place() {
    let error = overrides("-c x.conf -ms 5")
        .load(&File("\nhttp_port: 6"))
        .expect_err("both");
    assert_eq!(
        error.to_string(),
        "can't specify both HTTP (6) and HTTPs (5) ports\nTLS cert and key required for HTTPS"
    );
    let error = overrides("-c x.conf")
        .load(&File("\n no_auth_user: a"))
        .expect_err("no users");
    assert_eq!(
        error.to_string(),
        "x.conf:2:2: no_auth_user: \"a\" present, but users/nkeys are not defined"
    );
}

#[test]
fn other_wishes_are_actions() {
    let action = |line| parse(words(line)).expect("a good line");
    assert!(matches!(action("-h"), Action::Help));
    assert!(matches!(action("-p 5 HELP"), Action::Help));
    assert!(matches!(action("-help_tls -c x"), Action::HelpTls));
    assert!(matches!(action("--version -h"), Action::Version));
    assert!(matches!(action("-- version"), Action::Version));
    assert!(matches!(action("-v=false"), Action::Run(_)));
    assert!(matches!(action("-t -c x.conf"), Action::Check(_)));
    let signal = |line: &str| match parse(words(line)).expect("a good line") {
        Action::Signal(order) => (order.command, order.target),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        signal("--signal ldm=5"),
        (SignalCommand::LameDuck, Some("5".into()))
    );
    assert_eq!(signal("-sl=stop"), (SignalCommand::Stop, None));
    assert_eq!(
        signal("-sl quit=/run/x.pid"),
        (SignalCommand::Quit, Some("/run/x.pid".into()))
    );
    for (word, command) in [
        ("term", SignalCommand::Term),
        ("reopen", SignalCommand::Reopen),
        ("reload", SignalCommand::Reload),
    ] {
        assert_eq!(signal(&format!("-sl {word}")).0, command);
    }
}

#[test]
fn what_cannot_be_followed_is_named() {
    #[track_caller]
    fn check(line: &str, shows_usage: bool, text: &str) {
        let error = parse(words(line)).expect_err(line);
        assert_eq!(
            (error.to_string().as_str(), error.shows_usage()),
            (text, shows_usage),
            "{line}"
        );
    }
    check("-foo", true, "flag provided but not defined: -foo");
    check("--foo=bar", true, "flag provided but not defined: -foo");
    check("---p", true, "bad flag syntax: ---p");
    check("-=x", true, "bad flag syntax: -=x");
    check("-p", true, "flag needs an argument: -p");
    check("-p x", true, "invalid value \"x\" for flag -p: parse error");
    check("-p=", true, "invalid value \"\" for flag -p: parse error");
    check(
        "-p 99999999999999999999",
        true,
        "invalid value \"99999999999999999999\" for flag -p: value out of range",
    );
    check(
        "-D=maybe",
        true,
        "invalid boolean value \"maybe\" for -D: parse error",
    );
    check(
        "-h=maybe",
        true,
        "invalid boolean value \"maybe\" for -h: parse error",
    );
    check("-p 70000", false, "invalid port 70000");
    check("-m -2", false, "invalid port -2");
    check("extra", false, "unrecognized command: \"extra\"");
    check("-", false, "unrecognized command: \"-\"");
    check(
        "-t",
        false,
        "must specify [-c, --config] option to check configuration file syntax",
    );
    check("-sl nap=1", false, "unknown signal \"nap\"");
    check("-sl stop=1=2", false, "invalid signal parameters: [2]");
    check(
        "--cluster nats://a",
        false,
        "address a: missing port in address",
    );
    check(
        "--cluster nats://u@a:1",
        false,
        "expected cluster password to be set",
    );
}

#[test]
fn passwords_are_not_shown() {
    assert!(!format!("{:?}", overrides("--pass hush")).contains("hush"));
}
