//! One stream and all that may be asked of it, while power, disk and time do what they want: at each step it holds what the model does.

mod look;
mod model;
mod moving;
mod work;

use crate::seeds;
use crate::world::{Dice, SECOND, World};
use look::Seen;
use midge_streamlog::sim::Fault;
use model::{Answer, Model, Rules};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use work::{Author, Work};

struct Run {
    world: World,
    model: Model,
    /// The configuration but for its rules.
    base: Value,
    is_full: bool,
    serial: u64,
    dice: Dice,
    at: String,
}

const STEPS: u64 = 150;
/// Operations on the disk that one commit may take.
const OPERATIONS: u64 = 12;
/// So many bytes and a large message wait for the disk at most; beyond, the store refuses.
const IN_FLIGHT: usize = 5_000;
const NO_ROOM: Answer = Answer::Refused(10023);

impl Run {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.roll(2);
        let rules = Rules::draw(&mut dice);
        let mut base = json!({"name": "S", "subjects": ["s.*"], "allow_direct": true, "allow_atomic": true, "allow_batched": true});
        base["compression"] = (*dice.pick(&["none", "s2"])).into();
        let mut world = World::new();
        let answer = world.ask("STREAM.CREATE.S", &rules.config(&base));
        assert!(answer["error"].is_null(), "{rules:?}: {answer}");
        let model = Model {
            rules,
            kept: BTreeMap::new(),
            last: 0,
            ids: BTreeMap::new(),
            owed: BTreeSet::new(),
        };
        Self {
            world,
            model,
            base,
            is_full: false,
            serial: 0,
            dice,
            at: format!("seed {seed}, at first"),
        }
    }

    fn step(&mut self) {
        let pass = if self.dice.roll(8) == 0 {
            self.dice.roll(40) * SECOND / 10
        } else {
            1_000_000
        };
        self.world.pass(pass);
        self.look();
        match self.dice.roll(24) {
            0 => self.power(),
            1 => self.power_while_time_passes(),
            2 => self.restart(),
            3 => self.disk(),
            4 => self.keep(),
            5 if self.dice.roll(4) == 0 => self.move_house(),
            _ => self.work(),
        }
        self.look();
        let read = self.model.read_otherwise(&mut self.world, &mut self.dice);
        read.unwrap_or_else(|text| panic!("{}: {text}", self.at));
    }

    /// What is asked when the stream is as the model says.
    fn draw(&mut self, model: &Model) -> Work {
        let author = Author {
            dice: &mut self.dice,
            model,
            serial: &mut self.serial,
        };
        match author.draw() {
            // On a full disk each of its messages would find room or not.
            Work::Fast(_, mut batch) if self.is_full => Work::Publish(batch.remove(0)),
            work => work,
        }
    }

    /// Something is asked, and answered as the model says.
    fn work(&mut self) {
        let work = self.draw(&self.model.clone());
        self.at += &format!(", {work:.300?}");
        work.send(&mut self.world, &self.base);
        let answer = work.answer(&mut self.world);
        if self.is_full && answer == NO_ROOM {
            return;
        }
        let want = work.apply(&mut self.model, self.world.now);
        assert_eq!(answer, want, "{}", self.at);
    }

    /// Several things are asked, and the power goes while they are on their way to the disk: some of the first are there.
    fn power(&mut self) {
        self.at += ", power lost";
        let mut ways = vec![self.model.clone()];
        // Who is refused on a full disk is known only by the answer, which nobody hears.
        let mut in_flight = 0;
        let most = if self.is_full { 0 } else { self.dice.roll(4) };
        for _ in 0..most {
            if in_flight > IN_FLIGHT {
                break;
            }
            let work = self.draw(&ways[ways.len() - 1]);
            in_flight += work.bytes();
            self.at += &format!(", {work:.300?}");
            work.send(&mut self.world, &self.base);
            for part in work.parts() {
                let mut next = ways[ways.len() - 1].clone();
                part.apply(&mut next, self.world.now);
                ways.push(next);
            }
        }
        self.cut();
        let seen = Seen::now(&mut self.world);
        let info = self.world.ask("STREAM.INFO.S", &Value::Null);
        let now = self.world.now;
        let found = ways.iter().find_map(|way| {
            let same = way.rules.config(&self.base);
            let same = ["max_msgs", "max_bytes", "max_msgs_per_subject", "discard"]
                .iter()
                .all(|key| info["config"][key] == same[key])
                // What is false is left out.
                && (info["config"]["discard_new_per_subject"] == true) == way.rules.new_per_subject;
            way.explain(&seen, now, true).ok().filter(|_| same)
        });
        self.model = found.unwrap_or_else(|| {
            let why: Vec<_> = ways
                .iter()
                .map(|way| way.explain(&seen, now, true).err())
                .collect();
            panic!("{}: after the power was lost: {why:?}", self.at)
        });
        self.model.restart();
    }

    fn cut(&mut self) {
        let (operation, seed) = (self.dice.roll(OPERATIONS), self.dice.roll(u64::MAX));
        let world = std::mem::replace(&mut self.world, World::new());
        self.world = world.lose_power_within(operation, seed);
        self.is_full = false;
        self.world.pass(0);
    }

    fn power_while_time_passes(&mut self) {
        self.at += ", power lost while time passed";
        self.world.now += self.dice.roll(40) * SECOND / 10;
        if self.dice.roll(2) == 0 {
            let World {
                jetstream,
                ether,
                now,
                ..
            } = &mut self.world;
            jetstream.handle_timeout(*now, ether);
        }
        self.cut();
        self.model.restart();
    }

    /// The server stops well and starts again, perhaps later.
    fn restart(&mut self) {
        self.at += ", restarted";
        let World {
            jetstream,
            ether,
            now,
            store,
            ..
        } = &mut self.world;
        jetstream.stop(*now, ether);
        store.close(*now).expect("it closes");
        self.world.now += self.dice.roll(3) * SECOND;
        self.cut();
        self.model.restart();
    }

    /// The disk has no room for a while.
    fn disk(&mut self) {
        self.at += ", disk full or not";
        self.is_full = !self.is_full;
        let faults: &[Fault] = if self.is_full { &[Fault::Full] } else { &[] };
        self.world.disk.set_faults(faults);
    }

    /// Segments are sealed, rewritten, removed.
    fn keep(&mut self) {
        self.at += ", maintained";
        let kept = self.world.store.maintain_once(self.world.now);
        assert!(kept.is_ok() || self.is_full, "{}: {kept:?}", self.at);
        if self.dice.roll(3) == 0 {
            self.cut();
            self.model.restart();
        }
    }

    /// Everything is in the stream that should be, and nothing else.
    fn look(&mut self) {
        let seen = Seen::now(&mut self.world);
        let found = self.model.explain(&seen, self.world.now, !self.is_full);
        self.model = found.unwrap_or_else(|text| {
            panic!(
                "{}: {text}\n{:?} {:?}",
                self.at,
                self.model.rules,
                self.model.kept.keys()
            )
        });
    }
}

#[test]
fn a_stream_holds_what_it_was_given_whatever_happens() {
    seeds::play("contents", 15, |seed| {
        let mut run = Run::new(seed);
        for step in 0..STEPS {
            run.at = format!("seed {seed}, step {step}");
            run.step();
        }
        STEPS
    });
}
