//! What is asked of a stream: how it goes over the wire, and what the model says to it.

use super::model::{Answer, Lines, Model, Rules, Sent};
use crate::world::{Dice, Heard, SECOND, World};
use serde_json::{Value, json};

/// One thing that somebody asks.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Publish(Sent),
    /// An atomic batch, with its id.
    Together(String, Vec<Sent>),
    /// A fast batch, with its id.
    Fast(String, Vec<Sent>),
    Delete {
        seq: u64,
        erase: bool,
    },
    Purge {
        subject: String,
        upto: u64,
        keep: usize,
    },
    Update(Rules),
}

/// A batch may be as large as two of the store's buffers, which are small here.
const BODY_IN_BATCH: usize = 5000;
const TO: &str = "_I.work";

impl Work {
    pub(super) fn send(&self, world: &mut World, config: &Value) {
        match self {
            Self::Publish(sent) => world.send(&sent.subject, Some(TO), &sent.block(), &sent.body),
            Self::Together(id, batch) => {
                for (seq, sent) in (1..).zip(in_batch(id, batch)) {
                    let to = if seq == batch.len() { TO } else { "_I.rest" };
                    world.send(&sent.subject, Some(to), &sent.block(), &sent.body);
                }
            }
            Self::Fast(id, batch) => {
                for (seq, sent) in (1..).zip(batch) {
                    let operation = match seq {
                        _ if seq == batch.len() => 2,
                        1 => 0,
                        _ => 1,
                    };
                    let to = format!("{TO}.{id}.3.ok.{seq}.{operation}.$FI");
                    world.send(&sent.subject, Some(&to), &sent.block(), &sent.body);
                }
            }
            Self::Delete { seq, erase } => {
                ask(
                    world,
                    "STREAM.MSG.DELETE.S",
                    &json!({"seq": seq, "no_erase": !erase}),
                );
            }
            Self::Purge {
                subject,
                upto,
                keep,
            } => {
                ask(
                    world,
                    "STREAM.PURGE.S",
                    &json!({"filter": subject, "seq": upto, "keep": keep}),
                );
            }
            Self::Update(rules) => ask(world, "STREAM.UPDATE.S", &rules.config(config)),
        }
    }

    /// What the server says, when the disk has it.
    pub(super) fn answer(&self, world: &mut World) -> Answer {
        world.settle();
        world.take("_I.rest");
        let told: Vec<Heard> = world.take_where(|heard| heard.to.starts_with(TO));
        let told = told.last().expect("an answer").json();
        let number = |value: &Value| value.as_u64();
        if let Some(code) = told["error"]["err_code"].as_i64() {
            // The reference has another word for what is before the first and after the last.
            return Answer::Refused(if code == 10057 { 10043 } else { code });
        }
        match (number(&told["seq"]), number(&told["purged"])) {
            (Some(seq), _) if told["duplicate"] == true => Answer::Duplicate(seq),
            (Some(seq), _) => Answer::Seq(seq),
            (_, Some(purged)) => Answer::Purged(purged),
            _ => Answer::Done,
        }
    }

    /// What the model says.
    pub(super) fn apply(&self, model: &mut Model, now: u64) -> Answer {
        match self {
            Self::Publish(sent) => model.publish(sent, now),
            Self::Together(id, batch) => model.publish_together(&in_batch(id, batch), now),
            Self::Fast(_, batch) => {
                let told: Vec<Answer> = batch.iter().map(|sent| model.publish(sent, now)).collect();
                let stored = told.iter().rev().find_map(|told| match told {
                    Answer::Seq(seq) | Answer::Duplicate(seq) => Some(*seq),
                    _ => None,
                });
                Answer::Seq(stored.unwrap_or(0))
            }
            Self::Delete { seq, .. } => model.delete(*seq),
            Self::Purge {
                subject,
                upto,
                keep,
            } => model.purge(subject, *upto, *keep),
            Self::Update(rules) => model.update(rules),
        }
    }

    /// About how much it adds to what waits for the disk.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Publish(sent) => sent.body.len(),
            Self::Together(_, batch) | Self::Fast(_, batch) => {
                batch.iter().map(|sent| sent.body.len()).sum()
            }
            _ => 0,
        }
    }

    /// The parts that a loss of power may part.
    pub(super) fn parts(&self) -> Vec<Self> {
        match self {
            Self::Fast(_, batch) => batch.iter().cloned().map(Self::Publish).collect(),
            other => vec![other.clone()],
        }
    }
}

fn ask(world: &mut World, subject: &str, body: &Value) {
    world.send(
        &format!("$JS.API.{subject}"),
        Some(TO),
        "",
        &body.to_string(),
    );
}

/// The messages as an atomic batch has them.
fn in_batch(id: &str, batch: &[Sent]) -> Vec<Sent> {
    let mut batch = batch.to_vec();
    for (seq, sent) in (1..).zip(&mut batch) {
        sent.headers.push(("Nats-Batch-Id", id.to_owned()));
        sent.headers
            .push(("Nats-Batch-Sequence", u64::to_string(&seq)));
    }
    if let Some(last) = batch.last_mut() {
        last.headers.push(("Nats-Batch-Commit", "1".to_owned()));
    }
    batch
}

impl Rules {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let counts = dice.roll(5) == 0;
        let mut rules = Self {
            msgs: 0,
            bytes: 0,
            per_subject: 0,
            age: *dice.pick(&[0, 0, 3 * SECOND, 7 * SECOND]),
            discard_new: false,
            new_per_subject: false,
            window: 2 * SECOND,
            markers: if dice.roll(2) == 0 && !counts {
                *dice.pick(&[SECOND, 2 * SECOND, 60 * SECOND])
            } else {
                0
            },
            counts,
        };
        rules.limit(dice);
        rules
    }

    /// Other limits.
    pub(super) fn limit(&mut self, dice: &mut Dice) {
        self.msgs = *dice.pick(&[0, 0, 3, 10, 30]);
        self.bytes = *dice.pick(&[0, 0, 0, 1000, 100_000]);
        self.per_subject = *dice.pick(&[0, 0, 1, 2, 5]);
        self.discard_new = !self.counts && self.markers == 0 && dice.roll(3) == 0;
        self.new_per_subject = self.discard_new && self.per_subject > 0 && dice.roll(2) == 0;
    }

    pub(super) fn config(&self, base: &Value) -> Value {
        let limit = |value: u64| if value == 0 { json!(-1) } else { json!(value) };
        let mut config = base.clone();
        for (key, value) in [
            ("max_msgs", limit(self.msgs)),
            ("max_bytes", limit(self.bytes)),
            ("max_msgs_per_subject", limit(self.per_subject)),
            ("max_age", json!(self.age)),
            (
                "discard",
                json!(if self.discard_new { "new" } else { "old" }),
            ),
            ("discard_new_per_subject", json!(self.new_per_subject)),
            ("duplicate_window", json!(self.window)),
            ("subject_delete_marker_ttl", json!(self.markers)),
            ("allow_msg_counter", json!(self.counts)),
            ("allow_msg_ttl", json!(!self.counts)),
            ("allow_rollup_hdrs", json!(true)),
        ] {
            config[key] = value;
        }
        config
    }
}

/// Draws what is asked next.
pub(super) struct Author<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) model: &'a Model,
    /// So that no two bodies and ids are the same.
    pub(super) serial: &'a mut u64,
}

impl Author<'_> {
    pub(super) fn draw(mut self) -> Work {
        match self.dice.roll(20) {
            0..=9 => Work::Publish(self.message(true)),
            // How many bytes a message gives back that another of its batch replaces is nobody's promise.
            10 | 11 if !(self.model.rules.discard_new && self.model.rules.bytes > 0) => {
                Work::Together(self.name("b"), self.batch(true))
            }
            12 => Work::Fast(self.name("f"), self.batch(false)),
            13 | 14 => Work::Delete {
                seq: self.sequence(),
                erase: self.dice.roll(2) == 0,
            },
            15 | 16 => self.purge(),
            17 => {
                let mut rules = self.model.rules.clone();
                rules.limit(self.dice);
                Work::Update(rules)
            }
            _ => Work::Publish(self.message(false)),
        }
    }

    fn name(&mut self, kind: &str) -> String {
        *self.serial += 1;
        format!("{kind}{}", self.serial)
    }

    fn subject(&mut self) -> String {
        format!("s.{}", self.dice.roll(4))
    }

    fn sequence(&mut self) -> u64 {
        self.dice.roll(self.model.last + 2)
    }

    fn purge(&mut self) -> Work {
        let subject = if self.dice.roll(2) == 0 {
            String::new()
        } else {
            self.subject()
        };
        let (upto, keep) = match self.dice.roll(4) {
            0 => (0, 0),
            1 => (0, self.dice.roll(4) as usize),
            2 => (self.model.last + self.dice.roll(5), 0),
            _ => (self.sequence(), 0),
        };
        Work::Purge {
            subject,
            upto,
            keep,
        }
    }

    fn batch(&mut self, ids: bool) -> Vec<Sent> {
        let count = 1 + self.dice.roll(6);
        let mut batch: Vec<Sent> = (0..count).map(|_| self.message(false)).collect();
        batch
            .iter_mut()
            .for_each(|sent| sent.body.truncate(BODY_IN_BATCH));
        if ids && self.dice.roll(3) == 0 && !self.model.rules.counts {
            let at = self.dice.roll(count) as usize;
            let id = self.id();
            batch[at].headers.push(("Nats-Msg-Id", id));
        }
        batch
    }

    /// A new id, or one whose message is still there.
    fn id(&mut self) -> String {
        let known: Vec<&String> = self
            .model
            .ids
            .iter()
            .filter(|(_, (seq, _))| self.model.kept.contains_key(seq))
            .map(|(id, _)| id)
            .collect();
        match known.is_empty() || self.dice.roll(2) == 0 {
            true => self.name("i"),
            false => (*self.dice.pick(&known)).clone(),
        }
    }

    /// A message, which may have wishes.
    fn message(&mut self, wishes: bool) -> Sent {
        let subject = self.subject();
        if self.model.rules.counts {
            let headers = vec![("Nats-Incr", self.dice.roll(100).to_string())];
            return Sent {
                subject,
                headers,
                body: String::new(),
            };
        }
        let headers = if wishes {
            self.wish(&subject)
        } else {
            Lines::new()
        };
        let body = self.name("m");
        let body = body.repeat(*self.dice.pick(&[1, 1, 1, 1, 1, 1, 1, 300, 5000, 30_000]));
        Sent {
            subject,
            headers,
            body,
        }
    }

    fn wish(&mut self, subject: &str) -> Lines {
        let (name, value) = match self.dice.roll(12) {
            0 | 1 => ("Nats-Msg-Id", self.id()),
            2 => (
                "Nats-Expected-Last-Sequence",
                (self.model.last + self.dice.roll(2)).to_string(),
            ),
            3 => {
                let last = self.model.of(subject).last().copied().unwrap_or(0);
                (
                    "Nats-Expected-Last-Subject-Sequence",
                    (last + self.dice.roll(2)).to_string(),
                )
            }
            4 => (
                "Nats-Rollup",
                (*self.dice.pick(&["sub", "sub", "all"])).to_owned(),
            ),
            5..=7 => ("Nats-TTL", self.ttl()),
            8 => ("Colour", "blue".to_owned()),
            _ => return Lines::new(),
        };
        vec![(name, value)]
    }

    /// Not shorter than a marker's, which the stream would change.
    fn ttl(&mut self) -> String {
        let least = self.model.rules.markers / SECOND;
        match self.dice.roll(4) {
            0 => "never".to_owned(),
            more => format!("{}s", least.max(1) + more),
        }
    }
}
