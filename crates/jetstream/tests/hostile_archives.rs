//! Archives that nobody's server wrote: what a client can't do by publishing and by making consumers, it can't do by a restore.

mod world;

use serde_json::{Value, json};
use world::transfer::{begin, restore};
use world::{SECOND, World};

/// An entry of an archive.
struct Entry<'a> {
    name: &'a [u8],
    seq: u64,
    headers: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Entry<'a> {
    fn message(seq: u64, subject: &'a [u8]) -> Self {
        Self {
            name: subject,
            seq,
            headers: b"",
            payload: b"x",
        }
    }
}

fn put(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn add(plain: &mut Vec<u8>, entry: &Entry<'_>) {
    let numbers = [
        entry.name.len() as u64,
        0,
        entry.seq,
        entry.headers.len() as u64,
        entry.payload.len() as u64,
    ];
    numbers.iter().for_each(|it| put(plain, *it));
    for part in [entry.name, entry.headers, entry.payload] {
        plain.extend_from_slice(part);
    }
}

fn add_text(plain: &mut Vec<u8>, name: &str, payload: &str) {
    let entry = Entry {
        name: name.as_bytes(),
        seq: 0,
        headers: b"",
        payload: payload.as_bytes(),
    };
    add(plain, &entry);
}

/// The plain bytes of an archive: its state, its consumers, its messages.
fn archive(state: &Value, consumers: &[(&str, Value)], messages: &[Entry<'_>]) -> Vec<u8> {
    let mut plain = b"NATSARC1".to_vec();
    let mut state = state.clone();
    state["consumer_count"] = consumers.len().into();
    add_text(&mut plain, "state.json", &state.to_string());
    for (name, value) in consumers {
        add_text(&mut plain, &format!("consumers/{name}"), &value.to_string());
    }
    messages.iter().for_each(|it| add(&mut plain, it));
    add_text(&mut plain, "", "");
    plain
}

fn frame(kind: u8, plain: &[u8], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 4).expect("small").to_le_bytes();
    let crc = minlz::crc::crc(plain).to_le_bytes();
    [&[kind, len[0], len[1], len[2]], &crc[..], body].concat()
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut packed = b"\xff\x06\0\0S2sTwO".to_vec();
    for piece in plain.chunks(60_000) {
        packed.extend(frame(1, piece, piece));
    }
    packed
}

fn state(messages: u64) -> Value {
    json!({"messages": messages, "bytes": 0, "first_seq": 1, "last_seq": messages})
}

fn config() -> Value {
    json!({"name": "S", "subjects": ["s.>"]})
}

/// What a restore of these says, in a new world.
fn restored(
    config: &Value,
    state: &Value,
    consumers: &[(&str, Value)],
    messages: &[Entry<'_>],
) -> (Value, World) {
    let mut world = World::new();
    let bytes = packed(&archive(state, consumers, messages));
    let answer = restore(&mut world, config, &bytes);
    (answer, world)
}

fn refused(answer: &Value, world: &World) -> String {
    assert_eq!(answer["error"]["err_code"], 10062, "{answer}");
    assert!(world.store.streams().is_empty(), "something is left");
    let text = &answer["error"]["description"];
    text.as_str().expect("a text").to_owned()
}

#[test]
fn a_subject_that_no_client_could_publish_to_is_refused() {
    let subjects: [&[u8]; 9] = [
        b"s.x 1 2\r\nhi\r\nMSG forged 1 2",
        b"s.a b",
        b"s.a\tb",
        b"s.a\rb",
        b"s.a\nb",
        b"s..a",
        b"s.",
        b"",
        &[b's'; 70_000],
    ];
    for subject in subjects {
        let (answer, world) = restored(
            &config(),
            &state(2),
            &[],
            &[Entry::message(1, b"s.good"), Entry::message(2, subject)],
        );
        refused(&answer, &world);
    }
}

#[test]
fn a_wildcard_that_a_client_published_as_text_comes_back() {
    let messages = [Entry::message(1, b"s.*"), Entry::message(2, b"t.old")];
    let (answer, mut world) = restored(&config(), &state(2), &[], &messages);
    assert_eq!(answer["state"]["messages"], 2, "{answer}");
    let stored = world.stored("S");
    assert_eq!((&*stored[0].1, &*stored[1].1), ("s.*", "t.old"));
}

#[test]
fn what_the_server_listens_to_comes_only_into_streams_that_have_it() {
    for subject in [
        "$JS.API.STREAM.DELETE.V",
        "$JS.ACK.V.C.1.1.1.1.0",
        "$SYS.REQ.X",
        "$JS.FC.x",
    ] {
        let messages = [Entry::message(1, subject.as_bytes())];
        let (answer, world) = restored(&config(), &state(1), &[], &messages);
        let why = refused(&answer, &world);
        assert!(why.contains("message sequence 1"), "{why}");
    }
    let advisories = json!({"name": "S", "subjects": ["$JS.EVENT.ADVISORY.>"]});
    let messages = [Entry::message(1, b"$JS.EVENT.ADVISORY.API")];
    let (answer, _) = restored(&advisories, &state(1), &[], &messages);
    assert!(answer["error"].is_null(), "{answer}");
}

#[test]
fn a_sequence_beyond_the_last_one_is_refused() {
    let messages = [
        Entry::message(1, b"s.a"),
        Entry::message(u64::MAX - 1, b"s.b"),
    ];
    let (answer, world) = restored(&config(), &state(2), &[], &messages);
    refused(&answer, &world);
}

#[test]
fn headers_longer_than_a_client_may_send_are_refused() {
    let headers = [b"NATS/1.0\r\nA: ", &[b'a'; 70_000][..], b"\r\n\r\n"].concat();
    let mut message = Entry::message(1, b"s.a");
    message.headers = &headers;
    let (answer, world) = restored(&config(), &state(1), &[], &[message]);
    refused(&answer, &world);
}

#[test]
fn a_consumer_comes_under_the_rules_of_those_that_are_made() {
    let consumer = |config: Value| json!({"config": config, "state": {}});
    let queue = json!({"name": "S", "subjects": ["s.>"], "retention": "workqueue"});
    let limited = json!({"name": "S", "subjects": ["s.>"], "max_consumers": 1});
    let push = |to: &str| consumer(json!({"deliver_subject": to}));
    let pull = consumer(json!({"ack_policy": "explicit"}));
    let cases = [
        (config(), vec![("C", push("x\r\nMSG forged 1 2\r\nhi"))]),
        (config(), vec![("C", push("a b"))]),
        (config(), vec![("C", push("a.*"))]),
        (config(), vec![("C", push("s.loop"))]),
        (
            config(),
            vec![("C", consumer(json!({"filter_subject": "a b"})))],
        ),
        (config(), vec![("C", consumer(json!({"ack_wait": -5})))]),
        (config(), vec![("C", consumer(json!({"sample_freq": "x"})))]),
        (
            config(),
            vec![("C", consumer(json!({"durable_name": "a b"})))],
        ),
        (
            config(),
            vec![("C", consumer(json!({"durable_name": "D"})))],
        ),
        (
            queue.clone(),
            vec![("C", consumer(json!({"ack_policy": "none"})))],
        ),
        (queue, vec![("C", pull.clone()), ("D", pull.clone())]),
        (limited, vec![("C", pull.clone()), ("D", pull.clone())]),
        (config(), vec![("C", pull.clone()), ("C", pull.clone())]),
        (config(), vec![("a b", pull)]),
    ];
    for (config, consumers) in cases {
        let (answer, world) =
            restored(&config, &state(1), &consumers, &[Entry::message(1, b"s.a")]);
        let shown = json!(consumers);
        assert_eq!(answer["error"]["err_code"], 10062, "{shown}: {answer}");
        refused(&answer, &world);
    }
}

#[test]
fn a_consumer_gets_what_its_definition_leaves_out() {
    let consumer = json!({"config": {"ack_policy": "explicit", "max_deliver": -7}, "state": {}});
    let (answer, mut world) = restored(
        &config(),
        &state(1),
        &[("C", consumer)],
        &[Entry::message(1, b"s.a")],
    );
    assert!(answer["error"].is_null(), "{answer}");
    let info = world.ask("CONSUMER.INFO.S.C", &Value::Null);
    let shown = &info["config"];
    assert_eq!(shown["ack_wait"], 30 * SECOND);
    assert_eq!(
        (&shown["max_deliver"], &shown["max_waiting"]),
        (&json!(-1), &json!(512))
    );
}

/// Frames of 22 bytes, each 4 MiB of zeros.
fn bomb(frames: usize) -> Vec<u8> {
    let zeros = vec![0; 4 << 20];
    let one = frame(0, &zeros, &minlz::s2::encode(&zeros));
    [&b"\xff\x06\0\0S2sTwO"[..], &one.repeat(frames)].concat()
}

#[test]
fn frames_are_unpacked_one_by_one_and_as_far_as_they_are_wanted() {
    let mut world = World::new();
    let to = begin(&mut world, &config());
    // A file of a tape that nobody needs, longer than all memory.
    let mut head = [0_u8; 512];
    head[..5].copy_from_slice(b"hello");
    head[124..135].copy_from_slice(b"77777777777");
    head[148..156].fill(b' ');
    head[156] = b'0';
    head[257..262].copy_from_slice(b"ustar");
    let sum: u64 = head.iter().map(|byte| u64::from(*byte)).sum();
    head[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    let bytes = [&packed(&head)[..], &bomb(100)].concat();
    world.send_bytes(&to, Some("_I.chunk"), &bytes);
    let held = world.jetstream.restoring_bytes();
    assert!(held <= 8 << 20, "{held} bytes for {}", bytes.len());
    // Others have their turn between a few frames and the next ones.
    assert!(world.take("_I.chunk").is_empty());
    world.settle();
    assert_eq!(world.take("_I.chunk").len(), 1);
}

#[test]
fn all_restores_together_hold_a_bounded_number_of_bytes() {
    let mut world = World::new();
    let mut most = 0;
    for number in 0..10 {
        let config = json!({"name": format!("S{number}"), "subjects": [format!("s{number}")]});
        let to = begin(&mut world, &config);
        // A skippable frame that never ends.
        world.send_bytes(&to, None, b"\xff\x06\0\0S2sTwO\x80\xff\xff\xff");
        for _ in 0..63 {
            world.send_bytes(&to, None, &vec![0; 1 << 20]);
            most = most.max(world.jetstream.restoring_bytes());
        }
    }
    assert!(most <= 256 << 20, "{most}");
}

fn corpus() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/jetstream_restore")
}

fn law(bytes: &[u8]) -> bool {
    let disk = std::sync::Arc::new(midge_streamlog::sim::CrashDisk::new());
    let options = midge_streamlog::StoreOptions {
        journal_bytes: 1 << 18,
        ..midge_streamlog::StoreOptions::default()
    };
    let store = midge_streamlog::Store::open(disk, options).expect("an empty disk opens");
    midge_jetstream::laws::archive(bytes, &store)
}

/// Beginnings for the fuzz target; `UPDATE_EXPECT=1` writes them.
#[test]
fn the_corpus_of_the_fuzz_target_holds() {
    let consumer = json!({
        "config": {"ack_policy": "explicit", "deliver_subject": "d"},
        "state": {
            "delivered": {"consumer_seq": 2, "stream_seq": 2},
            "ack_floor": {"consumer_seq": 1, "stream_seq": 1},
            "pending": {"2": {"Sequence": 2, "Timestamp": 1}},
            "redelivered": {"2": 3},
        },
    });
    let messages = [Entry::message(1, b"s.a"), Entry::message(2, b"s.b")];
    let good = archive(&state(2), &[("C", consumer)], &messages);
    let forged = archive(
        &state(1),
        &[],
        &[Entry::message(1, b"s.a\r\nMSG b 1 0\r\n\r\n")],
    );
    let tape = std::fs::read(corpus().join("../../../testdata/archives/2.14.6.tar.s2"));
    let tape = tape.expect("it is there");
    let begins: [(&str, u8, &[u8], bool); 4] = [
        ("good", 0, &good, true),
        ("forged", 0, &forged, false),
        ("bomb", 1, &bomb(3), false),
        ("tape", 1, &tape, false),
    ];
    for (name, kind, bytes, is_taken) in begins {
        let bytes = [&[kind], bytes].concat();
        assert_eq!(law(&bytes), is_taken, "{name}");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::create_dir_all(corpus()).expect("a folder");
            std::fs::write(corpus().join(name), bytes).expect("a file");
        }
    }
    for file in std::fs::read_dir(corpus()).expect("the corpus") {
        let _ = law(&std::fs::read(file.expect("a file").path()).expect("bytes"));
    }
}

#[test]
fn a_changed_archive_is_a_stream_or_nothing() {
    let messages = [Entry::message(1, b"s.a"), Entry::message(2, b"s.b")];
    let config =
        json!({"config": {"ack_policy": "explicit"}, "state": {"delivered": {"stream_seq": 1}}});
    let good = archive(&state(2), &[("C", config)], &messages);
    let mut dice = world::Dice(99);
    for _ in 0..150 {
        let mut bytes = [&[0], &good[..]].concat();
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(bytes.len() as u64) as usize;
            bytes[at] = dice.roll(256) as u8;
        }
        let _ = law(&bytes);
    }
}
