//! A consumer's state in parts: a save costs what changed, however much is out, and a crash leaves one moment of it.

mod world;

use midge_streamlog::sim::CrashDisk;
use midge_streamlog::{Error, KEY_MAX, NewMessage, Ticket};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use world::{Dice, SECOND, World};

/// Sequences, their consumer sequences and counts as they were kept before there were parts.
fn whole_state(pending: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |mut number: u64| {
        while number >= 0x80 {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    };
    [1, pending + 1, pending + 1, 0, 0, pending]
        .into_iter()
        .for_each(&mut put);
    (1..=pending).for_each(|seq| [1, seq, 1].into_iter().for_each(&mut put));
    put(0);
    bytes
}

/// A stream and a consumer that has as many messages out, as an earlier version left them.
fn left_whole(pending: u64) -> World {
    let mut world = World::new();
    world.ask("STREAM.CREATE.S", &json!({"name": "S", "subjects": ["s"]}));
    define(&mut world);
    let log = world.store.stream("$G/S").unwrap().unwrap();
    for seq in 1..=pending {
        drop(log.append(NewMessage::new("s", "x"), world.now).unwrap());
        if seq % 1000 == 0 {
            world.store.commit_once(world.now).unwrap();
        }
    }
    world.store.commit_once(world.now).unwrap();
    let state = whole_state(pending);
    drop(world.store.put_state(b"d/$G/S/C", &state).unwrap());
    world.store.commit_once(world.now).unwrap();
    world.restart()
}

fn define(world: &mut World) {
    define_with(world, &json!({}));
}

fn define_with(world: &mut World, fields: &Value) {
    let mut config = json!({"durable_name": "C", "ack_policy": "explicit", "max_ack_pending": -1, "ack_wait": 3600 * SECOND});
    for (name, value) in fields.as_object().unwrap() {
        config[name] = value.clone();
    }
    let body = json!({"stream_name": "S", "config": config});
    let made = world.ask("CONSUMER.CREATE.S.C", &body);
    assert!(made["error"].is_null(), "{made}");
}

fn info(world: &mut World) -> Value {
    world.ask("CONSUMER.INFO.S.C", &Value::Null)
}

/// The stream sequence that an ack subject names.
fn sequence_of(reply: &str) -> Option<u64> {
    reply.split('.').nth(5)?.parse().ok()
}

/// A double ack. Whether it is confirmed.
fn ack(world: &mut World, seq: u64) -> bool {
    let subject = format!("$JS.ACK.S.C.1.{seq}.{seq}.0.0");
    world.send(&subject, Some("_I.ack"), "", "+ACK");
    world.settle();
    world.take("_I.ack").len() == 1
}

/// Symptom: with 2.2 million messages out a double ack, and the deletion of one of them, wrote tens of megabytes. Cause: a consumer's state was
/// written whole. Remedy: it is in parts, of which a save writes those that changed.
#[test]
fn a_double_ack_writes_little_with_a_million_messages_out() {
    const PENDING: u64 = 1_000_000;
    const BYTES_MAX: u64 = 32 << 10;
    let mut world = left_whole(PENDING);
    assert_eq!(info(&mut world)["num_ack_pending"], PENDING);
    // What was whole is written in parts once, and the last messages go to their segment.
    assert!((1..=20).all(|seq| ack(&mut world, 10 * seq)));
    let mut gone = 20;
    for seq in [2, 3, 400_000, 400_001, 700_500, PENDING] {
        let before = world.disk.written();
        assert!(ack(&mut world, seq), "{seq} is confirmed");
        let written = world.disk.written() - before;
        assert!(written <= BYTES_MAX, "{written} bytes for {seq}");
        gone += 1;
    }
    for seq in [5, 400_002, 900_000] {
        let before = world.disk.written();
        let deleted = world.ask("STREAM.MSG.DELETE.S", &json!({"seq": seq}));
        assert_eq!(deleted["success"], true, "{deleted}");
        world.pass(100 * SECOND);
        let written = world.disk.written() - before;
        assert!(written <= BYTES_MAX, "{written} bytes for {seq}");
        gone += 1;
    }
    // Also on the average, with what makes room in the journal.
    let before = world.disk.written();
    for seq in 1001..=1200 {
        assert!(ack(&mut world, seq), "{seq} is confirmed");
        gone += 1;
    }
    let written = world.disk.written() - before;
    assert!(written <= 200 * BYTES_MAX, "{written} bytes for 200");
    assert_eq!(info(&mut world)["num_ack_pending"], PENDING - gone);
}

/// A state of the form before parts is read, goes on in parts, and is little again when little is out.
#[test]
fn a_state_that_was_kept_whole_goes_on_in_parts() {
    const PENDING: u64 = 3000;
    let mut world = left_whole(PENDING);
    let parts = |world: &World| world.store.states(b"p/$G/S/C/").len();
    assert_eq!(
        (info(&mut world)["num_ack_pending"].clone(), parts(&world)),
        (json!(PENDING), 0)
    );
    assert!(ack(&mut world, 1000));
    assert!(parts(&world) > 2);
    for seed in [0, 1, 5] {
        world = world.lose_power(seed);
        assert_eq!(info(&mut world)["num_ack_pending"], PENDING - 1);
        assert_eq!(info(&mut world)["ack_floor"]["stream_seq"], 0);
    }
    for seq in (1..=PENDING).filter(|seq| *seq != 2000) {
        let subject = format!("$JS.ACK.S.C.1.{seq}.{seq}.0.0");
        world.send(&subject, None, "", "+ACK");
    }
    world.pass(SECOND);
    assert_eq!(parts(&world), 0);
    let mut world = world.lose_power(0);
    assert_eq!(info(&mut world)["ack_floor"]["stream_seq"], 1999);
    assert!(ack(&mut world, 2000));
}

/// Symptom: a consumer with `deliver_policy: new` skipped all that it hadn't delivered yet. Cause: with one part of its state damaged it began anew
/// where its policy says. Remedy: it goes on behind the floor that the head of its state names.
#[test]
fn nothing_is_skipped_when_a_part_is_damaged() {
    const PART: &[u8] = b"p/$G/S/C/0000000000000001";
    type Damage = fn(&World, &(Vec<u8>, Vec<u8>)) -> Result<Ticket, Error>;
    let damages: [Damage; 3] = [
        |world, (key, _)| world.store.delete_state(key),
        |world, (key, _)| world.store.put_state(key, b""),
        // One that was removed is back, where what is in the head is.
        |world, (_, part)| world.store.put_state(PART, part),
    ];
    for damage in damages {
        let mut world = World::new();
        world.ask("STREAM.CREATE.S", &json!({"name": "S", "subjects": ["s"]}));
        define_with(&mut world, &json!({"deliver_policy": "new"}));
        for _ in 0..2000 {
            world.send("s", None, "", "x");
        }
        world.settle();
        let first = json!({"batch": 1800, "no_wait": true});
        assert_eq!(world.pull("C", &first).len(), 1800);
        assert!((1..=100).all(|seq| ack(&mut world, seq)));
        world.pass(SECOND);
        let parts = world.store.states(b"p/$G/S/C/");
        assert!(parts.len() > 2);
        drop(damage(&world, &parts[1]).unwrap());
        world.store.commit_once(world.now).unwrap();
        let mut world = world.restart();
        for seed in 0..3 {
            let info = info(&mut world);
            assert_eq!(info["ack_floor"]["stream_seq"], 100, "{info}");
            assert_eq!(info["delivered"]["consumer_seq"], 1800, "{info}");
            assert!(world.store.states(b"p/").is_empty());
            world = world.lose_power(seed);
        }
        let all = json!({"batch": 3000, "no_wait": true});
        let again = world.pull("C", &all);
        let again = again.iter().filter_map(|it| sequence_of(&it.reply));
        assert!(again.eq(101..=2000));
        assert!(ack(&mut world, 101));
        assert_eq!(info(&mut world)["ack_floor"]["stream_seq"], 101);
    }
}

/// Symptom: a consumer with much out was never written again. Cause: its name had just room in the keys that every consumer has, and those of the parts
/// of its state are longer. Remedy: such a name is refused.
#[test]
fn a_name_that_the_keys_of_parts_have_no_room_for_is_refused() {
    const ROOM: usize = KEY_MAX - "p//S//".len() - 16;
    let account = "A".repeat(ROOM - 100);
    let mut world = World::of_account(&account, CrashDisk::new(), SECOND);
    world.ask("STREAM.CREATE.S", &json!({"name": "S", "subjects": ["s"]}));
    let mut make = |len: usize| {
        let name = "C".repeat(len);
        let config = json!({"durable_name": name, "ack_policy": "explicit"});
        let body = json!({"stream_name": "S", "config": config});
        world.ask(&format!("CONSUMER.CREATE.S.{name}"), &body)
    };
    for len in [101, 110, 117, 118] {
        let refused = make(len);
        assert_eq!(refused["error"]["err_code"], 10102, "{len}: {refused}");
    }
    let made = make(100);
    assert!(made["error"].is_null(), "{made}");
    assert_eq!(world.store.states(b"c/").len(), 1);
}

/// Nothing of a consumer is left when it is gone, and another one of its name begins anew.
#[test]
fn parts_go_with_their_consumer() {
    for delete in [
        "CONSUMER.DELETE.S.C",
        "STREAM.DELETE.S",
        "CONSUMER.RESET.S.C",
    ] {
        let mut world = left_whole(3000);
        assert!(ack(&mut world, 1));
        assert!(!world.store.states(b"p/").is_empty());
        let answer = world.ask(delete, &Value::Null);
        assert!(answer["error"].is_null(), "{answer}");
        assert!(world.store.states(b"p/").is_empty(), "{delete}");
        let mut world = world.lose_power(0);
        if delete == "CONSUMER.DELETE.S.C" {
            define(&mut world);
        }
        if delete != "STREAM.DELETE.S" {
            let info = info(&mut world);
            assert_eq!(info["num_ack_pending"], 0, "{info}");
        }
    }
}

struct Run {
    world: World,
    dice: Dice,
    /// There, as far as is known.
    stored: BTreeSet<u64>,
    /// Acknowledged, confirmed or not.
    asked: BTreeSet<u64>,
    confirmed: BTreeSet<u64>,
    last: u64,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut world = World::new();
        world.ask("STREAM.CREATE.S", &json!({"name": "S", "subjects": ["s"]}));
        define(&mut world);
        let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Self {
            world,
            dice,
            stored: BTreeSet::new(),
            asked: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            last: 0,
        }
    }

    /// More messages, all of which go out.
    fn deliver(&mut self, count: u64) {
        for k in 0..count {
            self.world.send("s", None, "", "x");
            self.last += 1;
            self.stored.insert(self.last);
            if k % 500 == 0 {
                self.world.settle();
            }
        }
        self.world.settle();
        let request = json!({"batch": count, "no_wait": true});
        assert!(self.world.pull("C", &request).len() as u64 >= count);
        self.world.pass(SECOND);
    }

    fn sequence(&mut self) -> u64 {
        1 + self.dice.roll(self.last)
    }

    fn step(&mut self) {
        match self.dice.roll(10) {
            0 => {
                let count = self.dice.roll(700);
                self.deliver(1 + count);
            }
            1..=4 => {
                let seqs = (0..5).map(|_| self.sequence()).collect();
                self.ack(seqs);
            }
            5 => {
                let from = self.sequence();
                let upto = (from + self.dice.roll(900)).min(self.last);
                self.ack((from..=upto).collect());
            }
            6 => {
                let seq = self.sequence();
                self.world.ask("STREAM.MSG.DELETE.S", &json!({"seq": seq}));
                self.stored.remove(&seq);
            }
            7 if self.dice.roll(4) == 0 => {
                let seq = self.sequence();
                self.world.ask("STREAM.PURGE.S", &json!({"seq": seq}));
                self.stored.retain(|it| *it >= seq);
            }
            7 => {
                let seq = self.sequence();
                let subject = format!("$JS.ACK.S.C.1.{seq}.{seq}.0.0");
                self.world.send(&subject, None, "", "-NAK");
                self.world.settle();
                self.world.pull("C", &json!({"batch": 1, "no_wait": true}));
            }
            _ => self.lose_power(),
        }
        self.check();
    }

    /// Double acks, the answers to which may not come.
    fn ack(&mut self, seqs: Vec<u64>) {
        for seq in &seqs {
            let subject = format!("$JS.ACK.S.C.1.{seq}.{seq}.0.0");
            self.world.send(&subject, Some("_I.ack"), "", "+ACK");
        }
        self.asked.extend(&seqs);
        if self.dice.roll(2) == 0 {
            self.world.run();
            return self.lose_power();
        }
        self.world.settle();
        assert_eq!(self.world.take("_I.ack").len(), seqs.len());
        self.confirmed.extend(seqs);
    }

    fn lose_power(&mut self) {
        let (operations, seed) = (self.dice.roll(6), self.dice.roll(1 << 20));
        let world = std::mem::replace(&mut self.world, World::new());
        self.world = world.lose_power_within(operations, seed);
        self.world.settle();
    }

    /// What is out is what is there, but for what was acknowledged.
    fn check(&mut self) {
        let info = info(&mut self.world);
        let out = info["num_ack_pending"].as_u64().unwrap() as usize;
        let left = |done: &BTreeSet<u64>| self.stored.difference(done).count();
        let (least, most) = (left(&self.asked), left(&self.confirmed));
        assert!((least..=most).contains(&out), "{least} {most}: {info}");
        assert_eq!(info["num_pending"], 0, "{info}");
        assert_eq!(info["delivered"]["stream_seq"], self.last, "{info}");
    }

    /// All that isn't done comes again, and nothing else.
    fn finish(mut self) {
        self.world.pass(3601 * SECOND);
        let again = self
            .world
            .pull("C", &json!({"batch": 100_000, "no_wait": true}));
        let again = again.iter().filter_map(|it| sequence_of(&it.reply));
        let again: BTreeSet<u64> = again.collect();
        let must: BTreeSet<u64> = self.stored.difference(&self.asked).copied().collect();
        let may: BTreeSet<u64> = self.stored.difference(&self.confirmed).copied().collect();
        assert!(must.is_subset(&again) && again.is_subset(&may));
    }
}

#[test]
fn a_crash_leaves_one_moment_of_a_state_in_parts() {
    for seed in 1..=8 {
        let mut run = Run::new(seed);
        run.deliver(2500);
        for _ in 0..40 {
            run.step();
        }
        run.finish();
    }
}
