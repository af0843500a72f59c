//! Archives of servers before 2.15 come in as what their servers said of them; what is damaged leaves nothing.
//!
//! `testdata/archives` says how they were made.

mod world;

use serde_json::{Value, json};
use world::transfer::restore;
use world::{SECOND, World};

const SERVERS: [&str; 3] = ["2.10.26", "2.12.8", "2.14.6"];

/// An archive, what its server said, and a world at the time it did.
fn of(server: &str) -> (Vec<u8>, Value, World) {
    let path = |kind| format!("../../testdata/archives/{server}.{kind}");
    let read = |kind| std::fs::read(path(kind)).expect("it is there");
    let said: Value = serde_json::from_slice(&read("json")).expect("it is JSON");
    let mut world = World::new();
    let now: jiff::Timestamp = text(&said["now"]).parse().expect("a time");
    world.now = u64::try_from(now.as_nanosecond()).expect("after 1970");
    (read("tar.s2"), said, world)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

fn info(world: &mut World) -> Value {
    world.ask("STREAM.INFO.OLD", &json!({"deleted_details": true}))
}

/// All messages, as their server told about them.
fn messages(world: &mut World) -> Vec<Value> {
    let state = info(world)["state"].clone();
    let mut all = Vec::new();
    for seq in number(&state["first_seq"])..=number(&state["last_seq"]) {
        let got = world.ask("STREAM.MSG.GET.OLD", &json!({"seq": seq}));
        let message = &got["message"];
        if message.is_null() {
            continue;
        }
        let decode = |field: &str| {
            let bytes = text(message.get(field).unwrap_or(&json!(""))).to_owned();
            let bytes = data_encoding::BASE64.decode(bytes.as_bytes());
            String::from_utf8(bytes.expect("base64")).expect("text")
        };
        let payload = decode("data");
        let word = payload.split_inclusive(' ').next().expect("words");
        assert_eq!(word.repeat(payload.len() / word.len()), payload);
        all.push(json!({
            "seq": seq,
            "subject": message["subject"],
            "time": message["time"],
            "hdrs": decode("hdrs"),
            "payload": [word, payload.len() / word.len()],
        }));
    }
    all
}

fn consumers(world: &mut World, like: &Value) -> Vec<Value> {
    let list = world.ask("CONSUMER.LIST.OLD", &Value::Null)["consumers"].clone();
    let list = list.as_array().expect("a list").iter();
    let mut list: Vec<Value> = list
        .map(|consumer| {
            let fields = like[0].as_object().expect("an object").keys();
            let mut kept: Value = fields
                .map(|field| (field.clone(), consumer[field].clone()))
                .collect();
            for place in ["delivered", "ack_floor"] {
                let place = kept[place].as_object_mut().expect("an object");
                place.remove("last_active");
            }
            kept
        })
        .collect();
    list.sort_by_key(|consumer| text(&consumer["name"]).to_owned());
    list
}

/// What the server said, without what is about itself.
fn plain(mut value: Value) -> Value {
    match &mut value {
        Value::Array(all) => all.iter_mut().for_each(|one| *one = plain(one.take())),
        Value::Object(fields) => {
            fields.remove("metadata");
            fields.remove("allow_msg_ttl");
            fields.values_mut().for_each(|one| *one = plain(one.take()));
        }
        _ => {}
    }
    value
}

#[test]
fn a_stream_comes_as_it_was_there_and_survives_the_power() {
    for server in SERVERS {
        let (bytes, said, mut world) = of(server);
        let restored = restore(&mut world, &said["config"], &bytes);
        assert!(restored["error"].is_null(), "{server}: {restored}");
        let mut world = world.lose_power(5);
        let info = info(&mut world);
        assert_eq!(info["state"], said["state"], "{server}");
        assert_eq!(info["created"], said["created"], "{server}");
        assert_eq!(plain(info["config"].clone()), plain(said["config"].clone()));
        assert_eq!(json!(messages(&mut world)), said["messages"], "{server}");
        let consumers = consumers(&mut world, &said["consumers"]);
        assert_eq!(consumers.len(), 5);
        for (is, was) in consumers
            .iter()
            .zip(said["consumers"].as_array().expect("all"))
        {
            let (mut is, mut was) = (plain(is.clone()), plain(was.clone()));
            // A floor of ours is never below the first message.
            let floor = &mut was["ack_floor"]["stream_seq"];
            *floor = number(floor)
                .max(number(&said["state"]["first_seq"]) - 1)
                .into();
            if server == "2.10.26" {
                // Its archive has another time than its answer, a little earlier; its configurations had no name of their own.
                (is["created"], was["created"]) = (Value::Null, Value::Null);
                was["config"]["name"] = is["config"]["name"].clone();
            }
            assert_eq!(is, was, "{server}");
        }
        assert_eq!(world.publish("old.1", "", "new")["seq"], 129);
    }
}

/// A file of a tape.
type File = (String, Vec<u8>);

/// What a test does to them.
type Change<'a> = &'a dyn Fn(&mut Vec<File>);

/// What is in an archive.
fn files(packed: &[u8]) -> Vec<File> {
    let (mut plain, mut rest) = (Vec::new(), packed);
    while let Some((head, body)) = rest.split_first_chunk::<4>() {
        let len = u32::from_le_bytes([head[1], head[2], head[3], 0]) as usize;
        if head[0] == 0 {
            plain.extend(minlz::s2::decode(&body[4..len]).expect("S2"));
        }
        rest = &body[len..];
    }
    let (mut files, mut rest, mut name) = (Vec::new(), &plain[..], None);
    while rest[0] != 0 {
        let (head, body) = rest.split_at(512);
        let text = |from: &[u8]| {
            let end = from.iter().position(|byte| *byte == 0).expect("an end");
            String::from_utf8(from[..end].to_vec()).expect("text")
        };
        let size = usize::from_str_radix(&text(&head[124..136]), 8).expect("octal");
        let content = body[..size].to_vec();
        if head[156] == b'x' {
            let more = String::from_utf8(content).expect("text");
            name = more.split_once("path=").map(|(_, path)| {
                let end = path.find('\n').expect("an end");
                path[..end].to_owned()
            });
        } else {
            files.push((name.take().unwrap_or_else(|| text(head)), content));
        }
        rest = &body[size.next_multiple_of(512)..];
    }
    files
}

/// A tape of these files, without its end.
fn tape(files: &[File]) -> Vec<u8> {
    let mut tape = Vec::new();
    let mut add = |name: &str, kind: u8, body: &[u8]| {
        let mut head = [0; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
        head[148..156].fill(b' ');
        head[156] = kind;
        head[257..262].copy_from_slice(b"ustar");
        let sum: u64 = head.iter().map(|byte| u64::from(*byte)).sum();
        head[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        tape.extend_from_slice(&head);
        tape.extend_from_slice(body);
        tape.resize(tape.len().next_multiple_of(512), 0);
    };
    for (name, body) in files {
        if name.len() < 100 {
            add(name, if name.ends_with('/') { b'5' } else { b'0' }, body);
        } else {
            let more = format!(" path={name}\n");
            add("more", b'x', format!("{}{more}", more.len() + 3).as_bytes());
            add("long", b'0', body);
        }
    }
    tape
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut packed = b"\xff\x06\0\0S2sTwO".to_vec();
    for piece in plain.chunks(60_000) {
        let len = u32::try_from(piece.len() + 4).expect("small").to_le_bytes();
        packed.extend_from_slice(&[1, len[0], len[1], len[2]]);
        packed.extend_from_slice(&minlz::crc::crc(piece).to_le_bytes());
        packed.extend_from_slice(piece);
    }
    packed
}

/// Restores an archive whose files were changed.
fn restore_changed(change: impl Fn(&mut Vec<File>)) -> (Value, World) {
    let (bytes, said, mut world) = of("2.14.6");
    let mut files = files(&bytes);
    change(&mut files);
    let mut plain = tape(&files);
    plain.resize(plain.len() + 1024, 0);
    let answer = restore(&mut world, &said["config"], &packed(&plain));
    (answer, world)
}

/// Changes the bytes of a file.
fn change(name: &'static str, change: impl Fn(&mut Vec<u8>)) -> impl Fn(&mut Vec<File>) {
    move |files| {
        let file = files.iter_mut().find(|file| file.0 == name);
        change(&mut file.expect("it is there").1);
    }
}

fn drop_file(name: &'static str) -> impl Fn(&mut Vec<File>) {
    move |files| files.retain(|file| file.0 != name)
}

fn add_file(name: &'static str, body: &'static str) -> impl Fn(&mut Vec<File>) {
    move |files| files.insert(2, (name.to_owned(), body.into()))
}

#[test]
fn what_says_nothing_may_be_missing_or_there() {
    let all: [Change<'_>; 5] = [
        &|_| {},
        &drop_file("meta.sum"),
        &add_file("msgs/thw.db", "of no use"),
        &add_file("hello", ""),
        // The blocks know it as well, here.
        &drop_file("msgs/index.db"),
    ];
    for change in all {
        let (answer, _) = restore_changed(change);
        assert_eq!(answer["state"]["last_seq"], 128, "{answer}");
        assert_eq!(answer["state"]["consumer_count"], 5, "{answer}");
    }
}

#[test]
fn damage_is_answered_and_leaves_nothing() {
    let flip = |at: usize| move |bytes: &mut Vec<u8>| bytes[at] ^= 1;
    let cut = |by: usize| move |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - by);
    let cases: [(Change<'_>, &str); 17] = [
        (
            &change("msgs/2.blk", flip(20_100)),
            "archive: msgs/2.blk is damaged",
        ),
        (
            &change("msgs/3.blk", cut(20)),
            "archive: msgs/3.blk is damaged",
        ),
        (&drop_file("msgs/2.blk"), "archive: 8 messages are missing"),
        (
            &change("msgs/index.db", flip(10)),
            "archive: msgs/index.db is damaged",
        ),
        (
            &change("msgs/index.db", cut(20)),
            "archive: msgs/index.db is damaged",
        ),
        (&drop_file("meta.inf"), "archive: invalid archive stream"),
        (&change("meta.inf", cut(1)), "EOF while parsing an object"),
        (
            &change("meta.inf", Vec::clear),
            "archive: meta.inf is damaged",
        ),
        (
            &drop_file("obs/C/meta.inf"),
            r#"error restoring consumer ["C"]"#,
        ),
        (
            &change("obs/C/meta.inf", cut(1)),
            "EOF while parsing an object",
        ),
        (
            &change("obs/C/o.dat", flip(1)),
            r#"error restoring consumer ["C"]: corrupt state file"#,
        ),
        (
            &change("obs/C/o.dat", cut(1)),
            r#"error restoring consumer ["C"]: corrupt state file"#,
        ),
        (&add_file("folder/", ""), "unexpected content"),
        (&add_file("../../x", "x"), "unexpected content"),
        (
            &add_file("errors.txt", "no"),
            "archive: its server wrote: no",
        ),
        (
            &add_file("msgs/1.idx", "x"),
            "archives of servers before 2.10 are not supported",
        ),
        (
            &change("meta.inf", |bytes| *bytes = br#"{"name":"NEW"}"#.to_vec()),
            "stream names do not match",
        ),
    ];
    for (change, want) in cases {
        let (answer, world) = restore_changed(change);
        let error = &answer["error"];
        assert_eq!(error["err_code"], 10062, "{want}: {answer}");
        let want = format!("restore failed: {want}");
        assert!(
            text(&error["description"]).starts_with(&want),
            "{want}: {answer}"
        );
        assert!(world.store.streams().is_empty(), "{want}");
    }
}

#[test]
fn a_tape_that_stops_anywhere_is_refused() {
    let (bytes, said, _) = of("2.10.26");
    let tape = tape(&files(&bytes));
    for len in (0..=tape.len()).step_by(2048) {
        let (.., mut world) = of("2.10.26");
        let answer = restore(&mut world, &said["config"], &packed(&tape[..len]));
        assert_eq!(answer["error"]["err_code"], 10062, "{len}: {answer}");
        assert!(world.store.streams().is_empty());
    }
}

#[test]
fn a_changed_byte_is_noticed_or_changes_no_message() {
    let (bytes, said, _) = of("2.14.6");
    let mut tape = tape(&files(&bytes));
    tape.resize(tape.len() + 1024, 0);
    for at in (0..tape.len()).step_by(499) {
        let (.., mut world) = of("2.14.6");
        tape[at] ^= 4;
        let answer = restore(&mut world, &said["config"], &packed(&tape));
        if answer["error"].is_null() {
            assert_eq!(json!(messages(&mut world)), said["messages"], "{at}");
        }
        tape[at] ^= 4;
    }
}

#[test]
fn what_lived_its_time_stays_away() {
    let (bytes, said, mut world) = of("2.14.6");
    world.now += 120 * SECOND;
    let answer = restore(&mut world, &said["config"], &bytes);
    assert_eq!(answer["state"]["messages"], 19, "{answer}");
    let left = messages(&mut world);
    assert!(left.iter().all(|message| message["subject"] != "old.short"));
    world.pass(1000 * 3600 * SECOND);
    assert_eq!(info(&mut world)["state"]["messages"], 18);
}

#[test]
fn what_is_out_goes_out_again() {
    let (bytes, said, mut world) = of("2.12.8");
    restore(&mut world, &said["config"], &bytes);
    world.pass(31 * SECOND);
    let body = json!({"batch": 10, "no_wait": true});
    world.send(
        "$JS.API.CONSUMER.MSG.NEXT.OLD.C",
        Some("_I.pull"),
        "",
        &body.to_string(),
    );
    world.settle();
    let out = world.take("_I.pull");
    let mut counts = out.iter().filter(|out| !out.reply.is_empty()).map(|out| {
        let field = |at: usize| out.reply.split('.').nth(at).expect("a number").to_owned();
        (field(5), field(4))
    });
    let first: Vec<(String, String)> = counts.by_ref().take(5).collect();
    let want = [
        ("107", "3"),
        ("109", "3"),
        ("110", "2"),
        ("111", "2"),
        ("112", "1"),
    ];
    assert_eq!(
        first,
        want.map(|(seq, count)| (seq.to_owned(), count.to_owned()))
    );
}
