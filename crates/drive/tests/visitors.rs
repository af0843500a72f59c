//! Threads that publish at the same time do JetStream's work in turns, and nobody waits in vain.
#![allow(
    clippy::disallowed_methods,
    reason = "a test with threads needs the time"
)]

mod clients;

use clients::Client;
use midge_drive::{Drive, Settings};
use midge_jetstream::AccountLimits;
use midge_router::Router;
use midge_streamlog::{Policy, StoreOptions};
use std::path::Path;
use std::time::Duration;

/// A drive with a stream `S`, and a client of its account.
fn start(folder: &Path, policy: Policy) -> (Drive, Router, Client) {
    let router = Router::new();
    let account = router.account("$G");
    let jetstream = midge_jetstream::Settings {
        policy,
        ..midge_jetstream::Settings::default()
    };
    let store = StoreOptions {
        policy,
        journal_bytes: 1 << 20,
        ..StoreOptions::default()
    };
    let mut drive = Drive::start(Settings {
        folder: folder.to_owned(),
        store,
        jetstream,
        seed: 1,
    })
    .unwrap();
    drive.open_account(&router, &account, 1, AccountLimits::default());
    let mut admin = Client::new(&router, &account, 99);
    admin.say(
        "$JS.API.STREAM.CREATE.S",
        r#"{"name":"S","subjects":["s.>"]}"#,
    );
    let made = admin.hear(1);
    assert!(!made[0].contains("error"), "{made:?}");
    (drive, router, admin)
}

/// Threads publish `rounds` times, one to seven messages at a time, and wait for the acks of each.
fn check(policy: Policy) {
    const THREADS: u64 = 4;
    const ROUNDS: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let (drive, router, mut admin) = start(folder.path(), policy);
    let account = router.account("$G");

    let sent: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let mut client = Client::new(&router, &account, number);
                scope.spawn(move || {
                    let mut sent = 0;
                    for round in 0..ROUNDS {
                        let count = 1 + (round + number as usize) % 7;
                        (0..count).for_each(|_| client.say(&format!("s.{number}"), "x"));
                        let acks = client.hear(count);
                        assert_eq!(acks.len(), count);
                        assert!(
                            acks.iter().all(|ack| ack.starts_with(r#"{"stream":"S""#)),
                            "{acks:?}"
                        );
                        sent += count;
                    }
                    sent
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });

    admin.say("$JS.API.STREAM.INFO.S", "");
    let info = admin.hear(1);
    assert!(
        info[0].contains(&format!(r#""messages":{sent},"#)),
        "{sent} sent, {info:?}"
    );
    drive.stop();
}

#[test]
fn nobody_waits_in_vain_for_what_is_synced() {
    check(Policy::Always);
}

#[test]
fn nobody_waits_in_vain_for_what_is_written() {
    check(Policy::Interval(Duration::from_secs(120)));
}

/// Large payloads that others receive too are shared with them, so they lie in pieces in the mailbox.
#[test]
fn messages_in_pieces_are_heard_whole_and_in_order() {
    const COUNT: usize = 200;
    const LARGE: usize = 6000;
    let folder = tempfile::tempdir().unwrap();
    let (drive, router, mut client) = start(folder.path(), Policy::Always);
    let account = router.account("$G");
    let other = Client::new(&router, &account, 7);
    other.peer.listen("s.>");
    let length = |seq: usize| {
        if seq.is_multiple_of(3) {
            LARGE + seq
        } else {
            seq
        }
    };
    for seq in 1..=COUNT {
        client.say("s.x", &"x".repeat(length(seq)));
    }
    let acks = client.hear(COUNT);
    for (seq, ack) in (1..).zip(acks) {
        assert_eq!(ack, format!(r#"{{"stream":"S","seq":{seq}}}"#));
    }
    for seq in [1, 2, 3, COUNT - 2, COUNT - 1, COUNT] {
        client.say("$JS.API.STREAM.MSG.GET.S", &format!(r#"{{"seq":{seq}}}"#));
        let answer: serde_json::Value = serde_json::from_str(&client.hear(1)[0]).unwrap();
        let encoded = answer["message"]["data"].as_str().unwrap();
        let padding = encoded.bytes().filter(|byte| *byte == b'=').count();
        assert_eq!(encoded.len() / 4 * 3 - padding, length(seq), "{seq}");
    }
    drive.stop();
}
