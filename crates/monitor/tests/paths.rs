//! What each path answers, without a socket.

mod support;

use midge_monitor::{Account, Connection, Monitor, Response, Unhealthy};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use support::{Fake, ID, at, connection, full, subscription};

const OPEN: u64 = 3;

fn monitor(fake: Fake) -> Monitor {
    Monitor::new(Arc::new(fake), "/")
}

fn get(fake: Fake, path_and_query: &str) -> Response {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    monitor(fake).respond(path, query)
}

fn json(response: &Response) -> Value {
    assert_eq!(
        response.content_type, "application/json",
        "{}",
        response.body
    );
    serde_json::from_str(&response.body).expect("JSON")
}

#[track_caller]
fn refused(fake: Fake, path: &str, text: &str) {
    let response = get(fake, path);
    assert_eq!((response.status, response.body.as_str()), (400, text));
    assert_eq!(response.content_type, "text/plain; charset=utf-8");
}

/// Three open connections and two closed ones; the larger the number, the larger everything about it.
fn five() -> Fake {
    let number = |cid: u64| Connection {
        pending_bytes: cid,
        in_msgs: cid,
        out_msgs: 10 - cid,
        in_bytes: cid,
        out_bytes: 10 - cid,
        subscriptions: cid,
        rtt: Some(Duration::from_millis(cid)),
        last_activity: at(100 - cid),
        authorized_user: if cid.is_multiple_of(2) { "even" } else { "odd" }.into(),
        account: if cid == 3 { "A" } else { "$G" }.into(),
        ..connection(cid)
    };
    let closed = |cid: u64, stop: u64, reason: &str| Connection {
        stop: Some(at(stop)),
        reason: reason.into(),
        ..number(cid)
    };
    Fake {
        connections: vec![
            number(3),
            number(1),
            closed(4, 300, "Client Closed"),
            number(2),
            closed(5, 200, "Stale Connection"),
        ],
        subscriptions: vec![
            subscription("$G", 1, "a.b"),
            subscription("$G", 2, "a.*"),
            subscription("A", OPEN, ">"),
        ],
        ..Fake::default()
    }
}

fn cids(answer: &Value) -> Vec<u64> {
    let connections = answer["connections"].as_array().expect("a list");
    connections
        .iter()
        .map(|entry| entry["cid"].as_u64().expect("a number"))
        .collect()
}

#[track_caller]
fn lists(query: &str, expected: &[u64]) {
    let response = get(five(), &format!("/connz?{query}"));
    assert_eq!(response.status, 200, "{}", response.body);
    assert_eq!(cids(&json(&response)), expected, "{query}");
}

#[test]
fn connections_are_sorted() {
    lists("", &[1, 2, 3]);
    lists("sort=cid", &[1, 2, 3]);
    lists("sort=start", &[1, 2, 3]);
    lists("sort=subs", &[3, 2, 1]);
    lists("sort=pending", &[3, 2, 1]);
    lists("sort=msgs_to", &[1, 2, 3]);
    lists("sort=msgs_from", &[3, 2, 1]);
    lists("sort=bytes_to", &[1, 2, 3]);
    lists("sort=bytes_from", &[3, 2, 1]);
    lists("sort=last", &[1, 2, 3]);
    lists("sort=idle", &[3, 2, 1]);
    lists("sort=rtt", &[3, 2, 1]);
    // From the youngest to the oldest; a closed one has its age at the end.
    lists("sort=uptime", &[3, 2, 1]);
    lists("sort=uptime&state=all", &[5, 4, 3, 2, 1]);
    lists("sort=stop&state=closed", &[4, 5]);
    lists("sort=reason&state=closed", &[4, 5]);
}

#[test]
fn connections_are_chosen_by_state_user_account_and_number() {
    lists("state=open", &[1, 2, 3]);
    lists("state=closed", &[4, 5]);
    lists("state=CLOSED", &[4, 5]);
    lists("state=all", &[1, 2, 3, 4, 5]);
    lists("state=any", &[1, 2, 3, 4, 5]);
    lists("user=odd", &[1, 3]);
    lists("user=odd&state=all", &[1, 3, 5]);
    lists("user=nobody", &[]);
    lists("acc=A", &[3]);
    lists("acc=%24G&state=all", &[1, 2, 4, 5]);
    lists("acc=none", &[]);
    lists("cid=2", &[2]);
    lists("cid=5", &[]);
    lists("cid=5&state=closed", &[5]);
    lists("cid=0", &[1, 2, 3]);
    lists("mqtt_client=x", &[]);
}

#[test]
fn a_page_says_where_it_is() {
    let head = |query: &str| {
        let answer = json(&get(five(), &format!("/connz?{query}")));
        ["num_connections", "total", "offset", "limit"]
            .map(|key| answer[key].as_u64().expect("a number"))
    };
    assert_eq!(head(""), [3, 3, 0, 1024]);
    assert_eq!(head("offset=1&limit=1"), [1, 3, 1, 1]);
    assert_eq!(head("offset=9"), [0, 3, 9, 1024]);
    assert_eq!(head("offset=-9&limit=-1"), [3, 3, 0, 1024]);
    assert_eq!(head("limit=0"), [3, 3, 0, 1024]);
    assert_eq!(head("cid=2"), [1, 3, 0, 1]);
    assert_eq!(head("cid=2&offset=3"), [0, 3, 3, 1]);
    // `total` counts those of the account, but not of the user alone.
    assert_eq!(head("user=even"), [1, 3, 0, 1024]);
    assert_eq!(head("acc=A"), [1, 1, 0, 1024]);
    lists("offset=1&limit=1", &[2]);
    lists("sort=subs&offset=1", &[2, 1]);
}

#[test]
fn only_auth_tells_users_and_accounts() {
    let entry =
        |query: &str| json(&get(five(), &format!("/connz?{query}")))["connections"][0].clone();
    let plain = entry("cid=3");
    assert_eq!(
        (&plain["authorized_user"], &plain["account"]),
        (&Value::Null, &Value::Null)
    );
    let told = entry("cid=3&auth=1");
    assert_eq!(
        (
            &told["authorized_user"],
            &told["account"],
            &told["name_tag"]
        ),
        (&"odd".into(), &"A".into(), &"A".into())
    );
    // `$G` goes without saying, and the closed have no tag.
    let global = entry("cid=1&auth=true");
    assert_eq!(
        (&global["account"], &global["name_tag"]),
        (&Value::Null, &"$G".into())
    );
    let closed = entry("state=closed&auth=1");
    assert_eq!(
        (&closed["authorized_user"], &closed["name_tag"]),
        (&"even".into(), &Value::Null)
    );
}

#[test]
fn subscriptions_of_a_connection_are_told_on_demand() {
    let entry = |query: &str| {
        json(&get(five(), &format!("/connz?cid=1&{query}")))["connections"][0].clone()
    };
    assert_eq!(entry("")["subscriptions_list"], Value::Null);
    assert_eq!(
        entry("subs=1")["subscriptions_list"],
        serde_json::json!(["a.b"])
    );
    let detail = &entry("subs=detail")["subscriptions_list_detail"];
    assert_eq!(
        *detail,
        serde_json::json!([{"subject": "a.b", "sid": "1", "msgs": 0, "cid": 1}])
    );
}

/// Symptom: `/connz?subs=1` of a thousand connections took more than eight seconds. Cause: each connection's subscriptions were looked for among
/// all of its account. Remedy: those of a page are asked for together.
#[test]
fn subscriptions_of_a_page_are_asked_for_once() {
    let fake = five();
    let requests = fake.list_requests.clone();
    let connections = json(&get(fake, "/connz?subs=1&state=all"))["connections"].clone();
    assert!(connections.as_array().is_some_and(|all| all.len() > 1));
    assert_eq!(requests.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[test]
fn times_of_connections_are_told_as_ages() {
    let entry =
        |query: &str| json(&get(five(), &format!("/connz?{query}")))["connections"][0].clone();
    let open = entry("cid=2");
    assert_eq!(
        (&open["uptime"], &open["idle"], &open["rtt"]),
        (&"16m38s".into(), &"15m2s".into(), &"2ms".into())
    );
    assert_eq!(open["start"], "1970-01-12T13:46:42Z");
    let closed = entry("cid=4&state=closed");
    assert_eq!(
        (&closed["uptime"], &closed["idle"]),
        (&"4m56s".into(), &"3m24s".into())
    );
}

#[test]
fn bad_parameters_are_refused_in_the_known_words() {
    refused(five(), "/connz?sort=zz", "invalid sorting option: zz");
    refused(five(), "/connz?sort=CID", "invalid sorting option: CID");
    refused(
        five(),
        "/connz?sort=stop",
        "sort by stop only valid on closed connections",
    );
    refused(
        five(),
        "/connz?sort=reason&state=any",
        "sort by reason only valid on closed connections",
    );
    refused(five(), "/connz?state=1", "Error decoding state for 1");
    let number = "Error decoding int for 'limit': strconv.Atoi: parsing";
    refused(
        five(),
        "/connz?limit=x",
        &format!("{number} \"x\": invalid syntax"),
    );
    let huge = "99999999999999999999";
    refused(
        five(),
        &format!("/connz?limit={huge}"),
        &format!("{number} \"{huge}\": value out of range"),
    );
    refused(
        five(),
        "/connz?cid=-1",
        "Error decoding uint64 for 'cid': strconv.ParseUint: parsing \"-1\": invalid syntax",
    );
    let flag = |name: &str| {
        format!(
            "Error decoding boolean for '{name}': strconv.ParseBool: parsing \"zz\": invalid syntax"
        )
    };
    for (path, name) in [
        ("connz", "auth"),
        ("connz", "subs"),
        ("subsz", "subs"),
        ("accstatz", "unused"),
        ("healthz", "details"),
        ("healthz", "js-enabled"),
        ("healthz", "js-enabled-only"),
        ("healthz", "js-server-only"),
        ("healthz", "js-meta-only"),
        ("jsz", "streams"),
        ("jsz", "consumers"),
        ("leafz", "subs"),
        ("routez", "subs"),
        ("gatewayz", "accs"),
    ] {
        refused(five(), &format!("/{path}?{name}=zz"), &flag(name));
    }
    refused(
        five(),
        "/subsz?test=a..b",
        "invalid test subject, must be valid publish subject: a..b",
    );
    refused(
        five(),
        "/subsz?test=a.*",
        "invalid test subject, must be valid publish subject: a.*",
    );
    refused(five(), "/accountz?acc=ZZ", "Account ZZ does not exist");
}

#[test]
fn subscriptions_are_found_by_account_and_test_subject() {
    let answer = |query: &str| {
        let answer = json(&get(five(), &format!("/subsz?{query}")));
        let list = answer["subscriptions_list"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let subjects: Vec<_> = list
            .iter()
            .map(|entry| entry["subject"].as_str().expect("text").to_owned())
            .collect();
        (
            answer["num_subscriptions"].as_u64(),
            answer["total"].as_u64(),
            subjects.join(" "),
        )
    };
    assert_eq!(answer(""), (Some(3), Some(0), String::new()));
    assert_eq!(answer("subs=1"), (Some(3), Some(3), "a.b a.* >".into()));
    assert_eq!(answer("subs=1&acc=A"), (Some(1), Some(1), ">".into()));
    assert_eq!(
        answer("subs=1&test=a.c"),
        (Some(3), Some(2), "a.* >".into())
    );
    assert_eq!(
        answer("subs=1&offset=1&limit=1"),
        (Some(3), Some(3), "a.*".into())
    );
    assert_eq!(answer("subs=1&offset=7"), (Some(3), Some(3), String::new()));
    assert_eq!(get(five(), "/subscriptionsz").status, 200);
}

#[test]
fn unused_accounts_are_told_on_demand() {
    let account = |name: &str, client_connections| Account {
        name: name.into(),
        client_connections,
        ..Account::default()
    };
    let fake = || Fake {
        accounts: vec![account("A", 1), account("B", 0)],
        ..Fake::default()
    };
    let names = |path: &str, list: &str, key: &str| {
        let answer = json(&get(fake(), path));
        let list = answer[list].as_array().expect("a list");
        list.iter()
            .map(|entry| {
                if key.is_empty() {
                    entry.clone()
                } else {
                    entry[key].clone()
                }
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(names("/accstatz", "account_statz", "acc"), ["A"]);
    assert_eq!(
        names("/accstatz?unused=1", "account_statz", "acc"),
        ["A", "B"]
    );
    assert_eq!(names("/accountz", "accounts", ""), ["A", "B"]);
    let detail = json(&get(fake(), "/accountz?acc=B"));
    assert_eq!(detail["account_detail"]["account_name"], "B");
    assert_eq!(detail["accounts"], Value::Null);
}

#[test]
fn health_is_one_compact_line_with_a_status() {
    let sick = || Fake {
        health: Some(Unhealthy {
            status: 503,
            error: "no disk".into(),
            kind: "JETSTREAM",
        }),
        ..Fake::default()
    };
    let check = |fake: Fake, query: &str, status: u16, body: &str| {
        let response = get(fake, &format!("/healthz?{query}"));
        assert_eq!(
            (response.status, response.body.as_str()),
            (status, body),
            "{query}"
        );
    };
    check(Fake::default(), "", 200, r#"{"status":"ok"}"#);
    check(
        Fake::default(),
        "js-enabled-only=1&details=1",
        200,
        r#"{"status":"ok"}"#,
    );
    check(
        Fake::default(),
        "account=A&stream=S&consumer=C",
        200,
        r#"{"status":"ok"}"#,
    );
    check(
        sick(),
        "",
        503,
        r#"{"status":"unavailable","error":"no disk"}"#,
    );
    check(
        sick(),
        "details=1",
        503,
        r#"{"status":"unavailable","errors":[{"type":"JETSTREAM","error":"no disk"}]}"#,
    );
    check(sick(), "js-enabled=1", 200, r#"{"status":"ok"}"#);
    check(
        sick(),
        "stream=s",
        400,
        r#"{"status":"error","error":"\"account\" must not be empty when checking stream health"}"#,
    );
    check(
        sick(),
        "consumer=c&account=a&details=1",
        400,
        r#"{"status":"error","errors":[{"type":"BAD_REQUEST","error":"\"stream\" must not be empty when checking consumer health"}]}"#,
    );
}

#[test]
fn requests_are_counted_by_path() {
    let monitor = monitor(Fake::default());
    for path in ["/connz", "/connz", "/", "/subscriptionsz", "/nope"] {
        monitor.respond(path, "");
    }
    let answer = json(&monitor.respond("/varz", ""));
    assert_eq!(
        answer["http_req_stats"],
        serde_json::json!({"/": 1, "/connz": 2, "/subsz": 1, "/varz": 1})
    );
    assert_eq!(answer["uptime"], "16m40s");
}

#[test]
fn all_paths_move_below_the_base_path() {
    for base in ["/base", "base/", "/base/"] {
        let monitor = Monitor::new(Arc::new(Fake::default()), base);
        let status = |path: &str| monitor.respond(path, "").status;
        assert_eq!(status("/base"), 200);
        assert_eq!(status("/base/varz"), 200);
        for gone in [
            "/",
            "/varz",
            "/base/",
            "/basevarz",
            "/base/varz/",
            "/basement/varz",
        ] {
            assert_eq!(status(gone), 404, "{gone}");
        }
        assert!(
            monitor
                .respond("/base", "")
                .body
                .contains("href=\"./base/varz\"")
        );
        let answer = json(&monitor.respond("/base/varz", ""));
        assert_eq!(
            answer["http_req_stats"],
            serde_json::json!({"/": 2, "/varz": 2})
        );
    }
}

#[test]
fn unknown_paths_are_told_so() {
    let check = |path: &str, body: &str| {
        let response = get(Fake::default(), path);
        assert_eq!(
            (response.status, response.body.as_str()),
            (404, body),
            "{path}"
        );
    };
    check("/nope", "404 page not found\n");
    check("/varz/", "404 page not found\n");
    check("/raftz", "No Raft nodes registered");
    assert_eq!(get(Fake::default(), "/ipqueuesz").body, "{}");
}

#[test]
fn answers_are_indented_by_two() {
    let body = get(Fake::default(), "/leafz").body;
    assert!(
        body.starts_with(&format!("{{\n  \"server_id\": \"{ID}\",\n  \"now\": ")),
        "{body}"
    );
    assert!(body.ends_with("\"leafs\": []\n}"), "{body}");
}

#[test]
fn metrics_have_the_exporters_names() {
    let response = get(full(), "/metrics");
    assert_eq!(
        response.content_type,
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let has = |line: &str| {
        assert!(
            response.body.lines().any(|known| known == line),
            "{line}\n{}",
            response.body
        );
    };
    has("# TYPE gnatsd_varz_connections gauge");
    has("gnatsd_varz_connections{server_id=\"NTEST\"} 0");
    has("gnatsd_varz_max_subscriptions{server_id=\"NTEST\"} 1");
    has("gnatsd_varz_server_name{server_id=\"NTEST\",value=\"x\"} 1");
    has("gnatsd_varz_slow_consumer_stats_clients{server_id=\"NTEST\"} 0");
    has("gnatsd_varz_http_req_stats_metrics{server_id=\"NTEST\"} 1");
    has("gnatsd_subsz_num_subscriptions{server_id=\"NTEST\"} 1");
    has("gnatsd_subsz_cache_hit_rate{server_id=\"NTEST\"} 0.5");
    has("gnatsd_routez_num_routes{server_id=\"NTEST\"} 0");
    has("# TYPE gnatsd_connz_in_msgs counter");
    has("gnatsd_connz_num_connections{server_id=\"NTEST\"} 1");
    has("gnatsd_healthz_status{server_id=\"NTEST\"} 0");
    has("gnatsd_healthz_status_value{server_id=\"NTEST\",value=\"ok\"} 1");
    has(
        "gnatsd_accstatz_sent_messages{server_id=\"NTEST\",account=\"A\",account_id=\"A\",account_name=\"A\"} 1",
    );
    has("gnatsd_leafz_conn_nodes_total{server_id=\"NTEST\"} 0");
    // Left out by the exporter, and texts that are no label.
    assert!(!response.body.contains("gnatsd_varz_leaf_port"));
    assert!(!response.body.contains("gnatsd_varz_cluster_cluster_port"));
    assert!(!response.body.contains("gnatsd_varz_host"));
    // Samples of one name stand together below their type.
    let types: Vec<_> = response
        .body
        .lines()
        .filter(|line| line.starts_with('#'))
        .collect();
    let mut once = types.clone();
    once.dedup();
    assert_eq!(types, once);
}
