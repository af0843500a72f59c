//! Random streams, consumers, acks, removals, restarts and power cuts. The model knows what was acknowledged, what was taken out by
//! request, and what each consumer got; all else is asked of the stream itself.

use crate::seeds;
use crate::world::{Dice, Heard, SECOND, World};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A consumer that lives from the first step to the last.
struct Plan {
    name: String,
    config: Value,
    filter: Option<u64>,
    acks: bool,
    push: bool,
    max_deliver: Option<u64>,
    delivered: BTreeSet<u64>,
    /// An ack was sent, which may be lost with the power.
    acked: BTreeSet<u64>,
    /// An ack was confirmed, which may not.
    confirmed: BTreeSet<u64>,
}

impl Plan {
    fn draw(name: &str, retention: &str, filter: Option<u64>, dice: &mut Dice) -> Self {
        let push = dice.roll(3) == 0;
        let policy = match retention {
            "workqueue" => "explicit",
            _ => *dice.pick(&["explicit", "explicit", "all", "none"]),
        };
        let mut config =
            json!({"name": name, "durable_name": name, "ack_policy": policy, "ack_wait": SECOND});
        if policy != "none" {
            config["max_ack_pending"] = (*dice.pick(&[1, 2, 7, 1000])).into();
        }
        let limited = policy == "explicit" && dice.roll(3) == 0;
        let max_deliver = limited.then(|| 1 + dice.roll(3));
        if let Some(most) = max_deliver {
            config["max_deliver"] = most.into();
        }
        if let Some(subject) = filter {
            config["filter_subject"] = format!("s.{subject}").into();
        }
        if push {
            config["deliver_subject"] = format!("push.{name}").into();
        }
        Self {
            name: name.to_owned(),
            config,
            filter,
            acks: policy != "none",
            push,
            max_deliver,
            delivered: BTreeSet::new(),
            acked: BTreeSet::new(),
            confirmed: BTreeSet::new(),
        }
    }

    fn wants(&self, seq: u64, model: &Model) -> bool {
        self.filter
            .is_none_or(|subject| model.texts[&seq].0 == subject)
    }

    /// Whether it has nothing more to do with a message.
    fn is_through(&self, seq: u64) -> bool {
        match self.acks {
            true => self.acked.contains(&seq),
            false => self.delivered.contains(&seq),
        }
    }
}

#[derive(Default)]
struct Model {
    /// Acknowledged publishes: the number of the subject, and the body.
    texts: BTreeMap<u64, (u64, String)>,
    /// Purged or deleted by request.
    removed: BTreeSet<u64>,
    last: u64,
}

struct Run {
    world: World,
    model: Model,
    plans: Vec<Plan>,
    retention: &'static str,
    max_msgs: Option<u64>,
    /// Ack subjects that came with deliveries, and whose they are.
    open: Vec<(usize, String)>,
    dice: Dice,
    at: String,
}

const STEPS: usize = 120;

impl Run {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.roll(2);
        let retention = *dice.pick(&["limits", "limits", "interest", "workqueue"]);
        let max_msgs = (retention == "limits" && dice.roll(2) == 0).then(|| 5 + dice.roll(20));
        let plans = match retention {
            "workqueue" if dice.roll(2) == 0 => vec![Plan::draw("A", retention, None, &mut dice)],
            "workqueue" => (0..3)
                .map(|k| Plan::draw(&format!("F{k}"), retention, Some(k), &mut dice))
                .collect(),
            _ => (0..1 + dice.roll(3))
                .map(|k| {
                    let filter = (dice.roll(3) == 0).then(|| dice.roll(3));
                    Plan::draw(&format!("C{k}"), retention, filter, &mut dice)
                })
                .collect(),
        };
        let mut run = Self {
            world: World::new(),
            model: Model::default(),
            plans,
            retention,
            max_msgs,
            open: Vec::new(),
            dice,
            at: format!("seed {seed}, at first"),
        };
        run.listen();
        let config = json!({"name": "S", "subjects": ["s.*"], "retention": retention, "max_msgs": max_msgs.map_or(-1, |most| most as i64)});
        run.ask("STREAM.CREATE.S", &config);
        for index in 0..run.plans.len() {
            let plan = &run.plans[index];
            let (subject, body) = (
                format!("CONSUMER.CREATE.S.{}", plan.name),
                json!({"stream_name": "S", "config": plan.config}),
            );
            run.ask(&subject, &body);
        }
        run
    }

    /// Clients come back after a restart.
    fn listen(&mut self) {
        let listeners = self.plans.iter().filter(|plan| plan.push);
        self.world
            .ether
            .listeners
            .extend(listeners.map(|plan| format!("push.{}", plan.name)));
    }

    fn ask(&mut self, subject: &str, body: &Value) -> Value {
        let answer = self.world.ask(subject, body);
        assert!(
            answer["error"].is_null(),
            "{}: {subject} {body}: {answer}",
            self.at
        );
        answer
    }

    fn step(&mut self, step: usize) {
        match self.dice.roll(24) {
            0..=8 => self.publish(step),
            9..=13 => self.pull(),
            14..=17 => self.answer(),
            18 => {
                let pass = self.dice.roll(4) * SECOND / 2;
                self.world.pass(pass);
            }
            19 => self.purge(),
            20 => self.delete(),
            21 => self.visit(step),
            22 => self.restart(),
            _ => self.power(),
        }
        self.collect();
        self.check();
    }

    /// One publish, or several at once, or one that nobody waits for when the power fails.
    fn publish(&mut self, step: usize) {
        let mut sent = Vec::new();
        for k in 0..1 + self.dice.roll(3) {
            let (subject, text) = (self.dice.roll(3), format!("m{step}.{k}"));
            let reply = format!("_I.pub.{k}");
            self.world
                .send(&format!("s.{subject}"), Some(&reply), "", &text);
            sent.push((reply, subject, text));
        }
        if self.dice.roll(12) == 0 {
            return self.power();
        }
        self.world.settle();
        for (reply, subject, text) in sent {
            let ack = self.world.take(&reply).pop().expect("an ack").json();
            let seq = ack["seq"].as_u64().expect("a sequence");
            assert!(seq > self.model.last, "{}: {seq} again", self.at);
            self.model.last = seq;
            self.model.texts.insert(seq, (subject, text));
        }
    }

    fn pull(&mut self) {
        let index = self.dice.roll(self.plans.len() as u64) as usize;
        if self.plans[index].push {
            return;
        }
        let batch = 1 + self.dice.roll(4);
        let body = match self.dice.roll(3) {
            0 => json!({"batch": batch, "no_wait": true}),
            1 => json!({"batch": batch, "expires": SECOND}),
            _ => json!({"batch": batch, "expires": SECOND, "max_bytes": 100}),
        };
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.S.{}", self.plans[index].name);
        let reply = format!("_I.pull.{index}");
        self.world
            .send(&subject, Some(&reply), "", &body.to_string());
        self.world.settle();
    }

    /// Takes note of what was delivered.
    fn collect(&mut self) {
        for index in 0..self.plans.len() {
            let to = match self.plans[index].push {
                true => format!("push.{}", self.plans[index].name),
                false => format!("_I.pull.{index}"),
            };
            for heard in self.world.take(&to) {
                if heard.reply.starts_with("$JS.ACK.") {
                    self.delivered(index, &heard);
                }
            }
        }
    }

    fn delivered(&mut self, index: usize, heard: &Heard) {
        let (at, plan) = (&self.at, &mut self.plans[index]);
        let numbers: Vec<u64> = heard
            .reply
            .split('.')
            .skip(4)
            .map(|token| token.parse().expect("a number"))
            .collect();
        let (count, seq) = (numbers[0], numbers[1]);
        let name = &plan.name;
        assert!(
            !plan.confirmed.contains(&seq),
            "{at}: {name} got {seq} after its confirmed ack"
        );
        if let Some((_, text)) = self.model.texts.get(&seq) {
            assert_eq!(heard.text(), text, "{at}: {name}, message {seq}");
        }
        assert!(
            plan.max_deliver.is_none_or(|most| count <= most),
            "{at}: {name} got {seq} for the {count}th time"
        );
        plan.delivered.insert(seq);
        self.open.push((index, heard.reply.clone()));
    }

    /// Answers one of the deliveries, of now or of long ago.
    fn answer(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let at = self.dice.roll(self.open.len() as u64) as usize;
        let (index, subject) = self.open.swap_remove(at);
        let seq: u64 = subject
            .split('.')
            .nth(5)
            .and_then(|seq| seq.parse().ok())
            .expect("a sequence");
        let word = *self.dice.pick(&[
            "+ACK",
            "+ACK",
            "",
            "-NAK",
            "-NAK {\"delay\": 500000000}",
            "+WPI",
            "+TERM",
        ]);
        self.world.send(&subject, Some("_I.ack"), "", word);
        let done = matches!(word, "+ACK" | "" | "+TERM");
        let policy = self.plans[index].config["ack_policy"].clone();
        let covered: Vec<u64> = match policy.as_str() {
            Some("all") if word != "+TERM" => {
                self.plans[index].delivered.range(..=seq).copied().collect()
            }
            _ => vec![seq],
        };
        if done && self.plans[index].acks {
            self.plans[index].acked.extend(&covered);
        }
        if self.dice.roll(10) == 0 {
            return self.power();
        }
        self.world.settle();
        // No answer: the consumer forgot the delivery in a crash.
        let confirmed = self.world.take("_I.ack").len() == 1;
        if done && self.plans[index].acks {
            let plan = &mut self.plans[index];
            if confirmed {
                plan.confirmed.extend(&covered);
            } else {
                let confirmed = &plan.confirmed;
                plan.acked
                    .retain(|seq| confirmed.contains(seq) || !covered.contains(seq));
            }
        }
    }

    fn purge(&mut self) {
        if self.dice.roll(3) > 0 {
            return;
        }
        let subject = self.dice.roll(4);
        let body = match subject {
            3 => json!({"seq": self.dice.roll(self.model.last + 2)}),
            subject => json!({"filter": format!("s.{subject}")}),
        };
        self.ask("STREAM.PURGE.S", &body);
        let upto = body["seq"]
            .as_u64()
            .filter(|seq| *seq > 0)
            .unwrap_or(u64::MAX);
        let gone = self
            .model
            .texts
            .iter()
            .filter(|(seq, (its, _))| match subject {
                3 => **seq < upto,
                subject => *its == subject,
            });
        self.model
            .removed
            .extend(gone.map(|(seq, _)| *seq).collect::<Vec<_>>());
    }

    fn delete(&mut self) {
        let seq = 1 + self.dice.roll(self.model.last + 1);
        let answer = self.world.ask("STREAM.MSG.DELETE.S", &json!({"seq": seq}));
        if answer["error"].is_null() {
            self.model.removed.insert(seq);
        }
    }

    /// A consumer that comes and goes, made before what was just published is on the disk.
    fn visit(&mut self, step: usize) {
        if self.retention == "workqueue" {
            return;
        }
        let policy = *self.dice.pick(&["all", "new", "last", "last_per_subject"]);
        let name = format!("V{step}");
        let (subject, text) = (self.dice.roll(3), format!("v{step}"));
        self.world
            .send(&format!("s.{subject}"), Some("_I.pub.v"), "", &text);
        let config = json!({
            "name": name, "ack_policy": "none", "deliver_policy": policy, "filter_subject": "s.>",
            "deliver_subject": "push.visitor",
        });
        self.world.ether.listeners.insert("push.visitor".into());
        let create = format!("$JS.API.CONSUMER.CREATE.S.{name}.s.>");
        let body = json!({"stream_name": "S", "config": config}).to_string();
        self.world.send(&create, Some("_I.ask"), "", &body);
        self.world
            .jetstream
            .run(self.world.now, &mut self.world.ether);
        self.world.settle();
        let answer = self.world.take("_I.ask").pop().expect("an answer").json();
        assert!(answer["error"].is_null(), "{}: {answer}", self.at);
        let seq = self.world.take("_I.pub.v").pop().expect("an ack").json()["seq"]
            .as_u64()
            .expect("a sequence");
        self.model.last = seq;
        self.model.texts.insert(seq, (subject, text.clone()));
        let got: Vec<String> = self
            .world
            .take("push.visitor")
            .iter()
            .map(|heard| heard.text().to_owned())
            .collect();
        // On an interest stream it may have been made after the message was refused for want of interest.
        if policy != "new" && self.retention == "limits" {
            assert!(
                got.contains(&text),
                "{}: {policy} misses {text}: {got:?}",
                self.at
            );
        }
        self.ask(&format!("CONSUMER.DELETE.S.{name}"), &Value::Null);
        self.world.ether.listeners.remove("push.visitor");
    }

    /// The server stops well and starts again.
    fn restart(&mut self) {
        self.world
            .jetstream
            .stop(self.world.now, &mut self.world.ether);
        self.world
            .store
            .commit_once(self.world.now)
            .expect("the disk works");
        self.power();
    }

    fn power(&mut self) {
        let seed = self.dice.roll(u64::MAX);
        let world = std::mem::replace(&mut self.world, World::new());
        self.world = world.lose_power(seed);
        self.listen();
        for plan in &mut self.plans {
            plan.acked = plan.confirmed.clone();
        }
        // Publishes that nobody waits for may be there or not.
        let state = self.ask("STREAM.INFO.S", &Value::Null)["state"].clone();
        self.model.last = self.model.last.max(state["last_seq"].as_u64().unwrap_or(0));
    }

    fn check(&mut self) {
        let due = self.world.jetstream.poll_timeout();
        assert!(
            due.is_none_or(|due| due > self.world.now),
            "{}: the clock spins: {due:?}",
            self.at
        );
        for index in 0..self.plans.len() {
            let subject = format!("CONSUMER.INFO.S.{}", self.plans[index].name);
            let info = self.ask(&subject, &Value::Null);
            let (at, plan) = (&self.at, &self.plans[index]);
            let number = |value: &Value| value.as_u64().expect("a number");
            let out = number(&info["num_ack_pending"]);
            let most = plan.config["max_ack_pending"].as_u64().unwrap_or(u64::MAX);
            assert!(out <= most, "{at}: {out} are out: {info}");
            let floor = number(&info["ack_floor"]["stream_seq"]);
            let held = self.model.texts.keys().find(|seq| {
                plan.wants(**seq, &self.model) && !plan.is_through(**seq) && !self.is_gone(**seq)
            });
            // Messages that were given up may lie below a floor that moved later.
            if plan.max_deliver.is_none() && self.max_msgs.is_none() {
                assert!(
                    held.is_none_or(|seq| floor < *seq),
                    "{at}: floor above {held:?}: {info}"
                );
            }
        }
    }

    /// Whether the stream was told to remove it, or may have by its retention.
    fn is_gone(&self, seq: u64) -> bool {
        if self.model.removed.contains(&seq) {
            return true;
        }
        let interested = || {
            self.plans
                .iter()
                .filter(|plan| plan.wants(seq, &self.model))
        };
        match self.retention {
            "limits" => false,
            "workqueue" => interested().any(|plan| plan.is_through(seq)),
            _ => interested().all(|plan| plan.is_through(seq)),
        }
    }

    /// Everything can be had in the end, and nothing is missing that nobody removed.
    fn finish(mut self) {
        self.at += ", at the end";
        for _ in 0..400 {
            self.world.pass(2 * SECOND);
            for index in 0..self.plans.len() {
                if !self.plans[index].push {
                    let subject = format!("$JS.API.CONSUMER.MSG.NEXT.S.{}", self.plans[index].name);
                    let reply = format!("_I.pull.{index}");
                    self.world.send(
                        &subject,
                        Some(&reply),
                        "",
                        "{\"batch\": 50, \"no_wait\": true}",
                    );
                }
            }
            self.world.settle();
            let before = self.open.len();
            self.open.clear();
            self.collect();
            for (index, subject) in std::mem::take(&mut self.open) {
                let seq = subject
                    .split('.')
                    .nth(5)
                    .and_then(|seq| seq.parse().ok())
                    .expect("a sequence");
                self.world.send(&subject, None, "", "+ACK");
                if self.plans[index].acks {
                    self.plans[index].acked.insert(seq);
                }
            }
            self.world.settle();
            if before == 0 && self.world.take("push").is_empty() && self.is_quiet() {
                break;
            }
        }
        self.check();
        let first = self.ask("STREAM.INFO.S", &Value::Null)["state"]["first_seq"]
            .as_u64()
            .unwrap_or(0);
        for seq in self.model.texts.keys().copied().collect::<Vec<_>>() {
            let there = self.world.ask("STREAM.MSG.GET.S", &json!({"seq": seq}))["error"].is_null();
            let evicted = self.max_msgs.is_some() && seq < first;
            assert!(
                there || evicted || self.is_gone(seq),
                "{}: {seq} is missing",
                self.at
            );
            assert!(
                !there || !self.model.removed.contains(&seq),
                "{}: {seq} is back",
                self.at
            );
            for plan in self
                .plans
                .iter()
                .filter(|plan| plan.wants(seq, &self.model))
            {
                let may_miss = plan.max_deliver.is_some() || !there;
                assert!(
                    may_miss || plan.is_through(seq),
                    "{}: {} never got {seq}",
                    self.at,
                    plan.name
                );
            }
            let given_up = self.plans.iter().any(|plan| plan.max_deliver.is_some());
            if self.retention != "limits" && !given_up {
                assert!(!there, "{}: {seq} is kept for nobody", self.at);
            }
        }
    }

    fn is_quiet(&mut self) -> bool {
        (0..self.plans.len()).all(|index| {
            let subject = format!("CONSUMER.INFO.S.{}", self.plans[index].name);
            let info = self.world.ask(&subject, &Value::Null);
            info["num_pending"] == 0 && info["num_ack_pending"] == 0
        })
    }
}

#[test]
fn whatever_happens_nothing_is_lost_stuck_or_confirmed_in_vain() {
    seeds::play("consumers", 60, |seed| {
        let mut run = Run::new(seed);
        for step in 0..STEPS {
            run.at = format!("seed {seed} ({}), step {step}", run.retention);
            run.step(step);
        }
        run.finish();
        STEPS as u64
    });
}
