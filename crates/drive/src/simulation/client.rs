//! A client: publishes, pulls, acknowledges and removes, and knows what it waits for.

use super::ledger::{self, ConsumerPlan, Removed, Retention, SUBJECTS};
use super::{Dice, Life, Trouble};
use crate::peer::Peer;
use midge_router::Router;
use midge_streamlog::sim::interleave;
use midge_wire::{Limits, ServerFrame, decode_server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// Nobody waits longer for anything, in nanoseconds of the schedule. It is less than JetStream's thread sleeps at most, so that
/// no lost wake-up is mended by that.
pub(super) const PATIENCE: u64 = 4_000_000_000;
/// Steps of one client in one life.
const STEPS: usize = 25;
/// What the largest consumers have as metadata: more than the smallest journal holds.
const METADATA_LARGE: usize = 110_000;
/// How often one message is published where nothing else goes on, between two rounds.
const LULLS: usize = 3;
/// Within this consumers have written what they remember.
const LULL: Duration = Duration::from_millis(400);
/// Publishes that may be without an answer.
const WINDOW: usize = 150;

pub(super) struct Client<'a> {
    pub(super) life: &'a Life,
    peer: Peer,
    index: usize,
    /// Which life of the store this is.
    number: u64,
    bytes: Vec<u8>,
    sent: u64,
    /// Stream, subject and body of publishes without an answer.
    publishes: BTreeMap<u64, (usize, u64, String)>,
    /// Consumer and sequence of double acks without an answer.
    acks: BTreeMap<u64, (usize, u64)>,
    /// Stream and name of idle consumers without an answer, and whether they should be there after it.
    definitions: BTreeMap<u64, (usize, String, bool)>,
    answer: Option<Value>,
    /// It does this and that, and doesn't wait yet for what should come.
    is_acting: bool,
    /// How often it came to where all meet.
    met: usize,
    /// Consumer and sequence of acks that were confirmed in this life.
    pub(super) confirmed: Vec<(usize, u64)>,
    /// What publishes that were refused were told.
    pub(super) refused: Vec<Value>,
    pub(super) dice: Dice,
}

impl<'a> Client<'a> {
    pub(super) fn new(life: &'a Life, router: &Router, index: usize, number: u64) -> Self {
        let account = router.account("$G");
        let (id, own) = (100 + index as u64, interleave::current());
        let ring = move || own.unpark();
        let peer = Peer::new(router, &account, id, crate::engine::instant(), ring);
        peer.listen(&format!("_I.{index}.>"));
        let own = life.plan.consumers.iter().skip(index);
        let own = own.step_by(life.plan.clients);
        own.filter(|consumer| consumer.push)
            .for_each(|consumer| peer.listen(&consumer.deliver_subject()));
        Self {
            life,
            peer,
            index,
            number,
            bytes: Vec::new(),
            sent: 0,
            publishes: BTreeMap::new(),
            acks: BTreeMap::new(),
            definitions: BTreeMap::new(),
            answer: None,
            is_acting: false,
            met: 0,
            confirmed: Vec::new(),
            refused: Vec::new(),
            dice: Dice::new(interleave::roll(u64::MAX)),
        }
    }

    fn own(&self) -> impl Iterator<Item = usize> + use<> {
        (self.index..self.life.plan.consumers.len()).step_by(self.life.plan.clients)
    }

    pub(super) fn consumer(&self, index: usize) -> &'a ConsumerPlan {
        &self.life.plan.consumers[index]
    }

    pub(super) fn flush(&mut self) {
        self.peer.worker.hand_over();
        interleave::preempt();
    }

    /// Waits until `is_there`, for as long as that takes.
    pub(super) fn wait_for(&mut self, is_there: impl Fn(&Life) -> bool) {
        while !is_there(self.life) {
            self.receive();
            interleave::pause(Duration::from_millis(1));
        }
    }

    /// Waits until `is_there`, and not longer than anything may take: a slow disk gives one answer after the other.
    pub(super) fn wait(&mut self, what: &str, is_there: impl Fn(&Self) -> bool) {
        let came = self.waits(is_there);
        assert!(came, "client {}: {what}: {}", self.index, self.show());
    }

    /// The same; false if it took too long.
    fn waits(&mut self, is_there: impl Fn(&Self) -> bool) -> bool {
        let (mut until, mut least) = (0, usize::MAX);
        loop {
            self.receive();
            if is_there(self) {
                return true;
            }
            let now = interleave::now().unwrap_or(0);
            let left = self.publishes.len() + self.acks.len() + self.definitions.len();
            if left < least {
                (until, least) = (now + PATIENCE, left);
            }
            if now >= until {
                return false;
            }
            interleave::park_timeout(Duration::from_nanos(until - now));
        }
    }

    pub(super) fn show(&self) -> String {
        let publishes = self.publishes.values().map(|(_, _, text)| shorten(text));
        let publishes: Vec<&str> = publishes.collect();
        let plan = &self.life.plan;
        format!(
            "life {}: publishes {publishes:?}, acks {:?}, definitions {:?}, refused {:?}, {:?} {:?}, {plan:?}",
            self.number,
            self.acks.values(),
            self.definitions.values(),
            self.refused.last(),
            self.life.trouble,
            self.life.faults.lock().unwrap(),
        )
    }

    /// Takes note of all that came.
    pub(super) fn receive(&mut self) {
        self.peer.take(&mut self.bytes);
        if !self.bytes.is_empty() {
            self.note_marks();
        }
        let bytes = std::mem::take(&mut self.bytes);
        let mut at = 0;
        while let Ok(Some((frame, len))) = decode_server(&bytes[at..], &Limits::CLIENT) {
            if let ServerFrame::Msg(message) = frame {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let (headers, body) = message.payload.split_at(message.header_len);
                let reply = message.reply.map(text);
                self.received(&text(message.subject), reply, &text(headers), &text(body));
            }
            at += len;
        }
        self.bytes = bytes[at..].to_vec();
        self.flush();
    }

    fn received(&mut self, subject: &str, reply: Option<String>, headers: &str, body: &str) {
        if let Some(reply) = reply.filter(|it| it.starts_with("$JS.ACK.")) {
            return self.delivered(&reply, body);
        }
        let mut tokens = subject.split('.').skip(2);
        let (kind, id) = (tokens.next(), tokens.next().and_then(|id| id.parse().ok()));
        match (kind, id) {
            (Some("p"), Some(id)) => self.stored(id, body),
            (Some("a"), Some(id)) => {
                if let Some((consumer, seq)) = self.acks.remove(&id) {
                    let mut ledger = self.life.ledger.lock().unwrap();
                    ledger.consumers[consumer].confirmed.insert(seq);
                    self.confirmed.push((consumer, seq));
                }
            }
            (Some("d"), Some(id)) => self.defined(id, body),
            (Some("r"), _) => self.answer = serde_json::from_str(body).ok(),
            (Some("q"), Some(consumer)) => {
                // A request ended before it was served wholly.
                let left = headers.split("Nats-Pending-Messages: ").nth(1);
                let left = left.and_then(|left| left.split("\r\n").next()?.parse::<u64>().ok());
                let mut ledger = self.life.ledger.lock().unwrap();
                let got = &mut ledger.consumers[consumer as usize];
                got.credit -= left.unwrap_or(0).min(got.credit);
            }
            _ => panic!("unexpected: {subject} {headers} {body}"),
        }
    }

    /// A publish was answered.
    fn stored(&mut self, id: u64, body: &str) {
        let (stream, subject, text) = self.publishes.remove(&id).expect("it was published once");
        let ack: Value = serde_json::from_str(body).expect("JSON");
        let seq = ack["seq"].as_u64().filter(|_| ack["error"].is_null());
        let Some(seq) = seq else {
            let excused = self.life.trouble != Trouble::None;
            assert!(excused, "a publish was refused: {ack}, {}", self.show());
            self.refused.push(ack);
            return;
        };
        let mut ledger = self.life.ledger.lock().unwrap();
        let old = ledger.streams[stream].messages.insert(seq, (subject, text));
        assert!(old.is_none(), "{ack}: that was {old:?}");
    }

    /// An idle consumer was made or deleted.
    fn defined(&mut self, id: u64, body: &str) {
        let definition = self.definitions.remove(&id);
        let (stream, name, is_there) = definition.expect("it was asked for once");
        let answer: Value = serde_json::from_str(body).expect("JSON");
        if answer["error"].is_null() {
            let mut ledger = self.life.ledger.lock().unwrap();
            ledger.idle.insert((stream, name), is_there);
            return;
        }
        let excused = self.life.trouble != Trouble::None;
        assert!(excused, "{name}, {is_there}: {answer}, {}", self.show());
    }

    /// A message came for a consumer.
    fn delivered(&mut self, reply: &str, body: &str) {
        let tokens: Vec<&str> = reply.split('.').collect();
        let (name, seq) = (tokens[3], tokens[5].parse().expect("a sequence"));
        let consumers = &self.life.plan.consumers;
        let index = consumers.iter().position(|it| it.name == name);
        let index = index.expect("a consumer of ours");
        {
            let mut ledger = self.life.ledger.lock().unwrap();
            let got = &mut ledger.consumers[index];
            let again = got.confirmed.contains(&seq);
            let life = self.number;
            assert!(
                !again,
                "life {life}: {name} got {seq} after its confirmed ack: {reply}"
            );
            got.messages.insert(seq, body.to_owned());
            got.credit = got.credit.saturating_sub(1);
        }
        if consumers[index].max_ack_pending.is_none() {
            return;
        }
        self.life.ledger.lock().unwrap().consumers[index]
            .acked
            .insert(seq);
        if self.dice.roll(self.life.plan.double_ack_one_in) > 0 {
            return self.peer.say(reply, None, "+ACK");
        }
        self.sent += 1;
        self.acks.insert(self.sent, (index, seq));
        let to = format!("_I.{}.a.{}", self.index, self.sent);
        self.peer.say(reply, Some(&to), "+ACK");
        // What it takes out of a queue goes to the disk together with what is large.
        let stream = consumers[index].stream;
        let is_queue = self.life.plan.streams[stream].retention == Retention::WorkQueue;
        if self.is_acting && is_queue && self.dice.roll(2) == 0 {
            self.publish_padded(stream);
        }
    }

    /// Sends a request and waits for the answer.
    pub(super) fn ask(&mut self, subject: &str, body: &Value) -> Value {
        let to = format!("_I.{}.r", self.index);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.answer = None;
        self.peer
            .say(&format!("$JS.API.{subject}"), Some(&to), &body);
        self.flush();
        self.wait(subject, |client| client.answer.is_some());
        self.answer.take().unwrap_or_default()
    }

    pub(super) fn must(&mut self, subject: &str, body: &Value) -> Value {
        let answer = self.ask(subject, body);
        assert!(answer["error"].is_null(), "{subject} {body}: {answer}");
        answer
    }

    /// Makes all streams, and the consumers that may not be there; what a loss of power may have taken is forgotten.
    ///
    /// What nothing may take isn't read while the disk will fail, so that it fails under whoever reads it first.
    pub(super) fn make_all(&mut self) {
        let plan = &self.life.plan;
        let made = self.life.ledger.lock().unwrap().made;
        for (index, stream) in plan.streams.iter().enumerate() {
            let config = stream.config(&plan.streams);
            self.must(&format!("STREAM.CREATE.{}", stream.name), &config);
            let must_know = stream.lossy || self.life.trouble == Trouble::None;
            if must_know && stream.origin.is_none() {
                self.learn(index, true, false);
            }
        }
        for (index, consumer) in plan.consumers.iter().enumerate() {
            self.life.ledger.lock().unwrap().consumers[index].credit = 0;
            let stream = &plan.streams[consumer.stream];
            if made && !stream.lossy {
                continue;
            }
            let name = &stream.name;
            let body = json!({"stream_name": name, "config": consumer.config(&plan.streams)});
            self.must(&format!("CONSUMER.CREATE.{name}.{}", consumer.name), &body);
        }
        self.life.ledger.lock().unwrap().made = true;
        if self.life.trouble == Trouble::None {
            self.check_idle();
        }
    }

    /// Does this and that, waits for all answers, and sees that its consumers have what they may have.
    pub(super) fn run(&mut self) {
        let rounds = self.life.plan.rounds;
        for round in 1..=rounds {
            self.is_acting = true;
            for _ in 0..STEPS / rounds {
                self.act();
            }
            self.is_acting = false;
            if round < rounds && self.life.trouble == Trouble::None {
                self.wait("an answer before all meet", Self::is_answered);
                self.meet();
                self.own().for_each(|index| self.have_what_is_owed(index));
                (0..LULLS).for_each(|_| self.be_woken());
                self.meet();
            }
        }
        self.wait("an answer at the end", Self::is_answered);
        self.life.quiet.fetch_add(1, SeqCst);
        self.wait_for(|life| life.quiet.load(SeqCst) == life.plan.clients);
        match (self.life.trouble, self.index) {
            (Trouble::None, _) => {}
            (Trouble::Lasting, _) => {
                self.see_all();
                self.life.done.fetch_add(1, SeqCst);
                return;
            }
            (Trouble::Passing, 0) => self.recover(),
            (Trouble::Passing, _) => self.wait_for(|life| life.well.load(SeqCst)),
        }
        for index in self.own() {
            self.have_what_is_owed(index);
            while !self.consumer(index).push && !self.missing(index).is_empty() {
                self.request(index, 1000);
                self.have_what_is_owed(index);
            }
            self.finish(index);
        }
        self.wait("the last answer", Self::is_answered);
        self.life.done.fetch_add(1, SeqCst);
    }

    fn act(&mut self) {
        match self.dice.roll(14) {
            0..=4 => self.publish(),
            5..=7 => self.pull(),
            8 => self.wait("an answer", Self::is_answered),
            9 => interleave::pause(Duration::from_micros(self.dice.roll(3000))),
            10 if self.dice.roll(2) == 0 => self.remove(),
            11 => self.look(),
            12 => self.define(),
            _ => self.receive(),
        }
    }

    /// One message comes when all consumers wait and nothing else happens: its commit alone wakes them.
    fn be_woken(&mut self) {
        for index in self.own() {
            let waits = self.life.ledger.lock().unwrap().consumers[index].credit > 0;
            if !self.consumer(index).push && !waits {
                self.request(index, 30);
            }
        }
        self.meet();
        self.own().for_each(|index| self.have_what_is_owed(index));
        interleave::pause(LULL);
        self.meet();
        if self.index == 0 {
            let streams = self.life.plan.streams.iter();
            let streams = streams.filter(|it| it.origin.is_none()).count();
            let stream = self.dice.roll(streams as u64) as usize;
            self.publish_to(stream);
            self.flush();
        }
        self.wait("an answer after a lull", Self::is_answered);
        self.meet();
        self.own().for_each(|index| self.have_what_is_owed(index));
    }

    /// Waits until all clients came here as often.
    fn meet(&mut self) {
        self.met += 1;
        self.life.met.fetch_add(1, SeqCst);
        let all = self.met * self.life.plan.clients;
        self.wait_for(|life| life.met.load(SeqCst) >= all);
    }

    /// An ack that can't be made durable is never confirmed; a publish is refused.
    pub(super) fn is_answered(&self) -> bool {
        let broken = self.life.trouble == Trouble::Lasting;
        let is_told = self.publishes.is_empty() && self.definitions.is_empty();
        is_told && (broken || self.acks.is_empty())
    }

    fn missing(&self, consumer: usize) -> Vec<u64> {
        let ledger = self.life.ledger.lock().unwrap();
        ledger.missing(&self.life.plan, consumer)
    }

    /// Whether a consumer should get something without being asked.
    fn is_owed(&self, index: usize) -> bool {
        let credit = self.life.ledger.lock().unwrap().consumers[index].credit;
        (self.consumer(index).push || credit > 0) && !self.missing(index).is_empty()
    }

    /// Waits until a consumer brought what it may bring, one message after the other.
    fn have_what_is_owed(&mut self, index: usize) {
        while self.is_owed(index) {
            let missing = self.missing(index);
            let (first, before) = (missing[0], missing.len());
            let (life, name) = (self.number, &self.consumer(index).name);
            let name = format!("life {life}: {name} stalls before {first} and {before} in all");
            let is_served =
                |client: &Self| client.missing(index).len() < before || !client.is_owed(index);
            if !self.waits(is_served) {
                let of = self.consumer(index);
                let stream = &self.life.plan.streams[of.stream].name;
                let subject = format!("CONSUMER.INFO.{stream}.{}", of.name);
                let info = self.ask(&subject, &Value::Null);
                panic!("{name}: {info}, {}", self.show());
            }
        }
    }

    fn publish(&mut self) {
        let plan = &self.life.plan;
        let streams = plan.streams.iter().filter(|it| it.origin.is_none());
        let stream = self.dice.roll(streams.count() as u64) as usize;
        let most = self.dice.pick(&[1, 3, 40]);
        for _ in 0..1 + self.dice.roll(most) {
            self.publish_to(stream);
            if self.dice.roll(6) == 0 {
                self.flush();
            }
        }
        self.flush();
        if self.publishes.len() > WINDOW {
            self.wait("an answer of many", |client| {
                client.publishes.len() < WINDOW / 2
            });
        }
    }

    /// Says one message.
    pub(super) fn publish_to(&mut self, stream: usize) {
        match self.dice.roll(4) {
            0 => self.publish_padded(stream),
            _ => self.publish_long(stream, 0),
        }
    }

    fn publish_padded(&mut self, stream: usize) {
        let pad = self.dice.roll(self.life.plan.large) as usize;
        self.publish_long(stream, pad);
    }

    fn publish_long(&mut self, stream: usize, pad: usize) {
        let name = &self.life.plan.streams[stream].name;
        self.sent += 1;
        let (id, subject) = (self.sent, self.dice.roll(SUBJECTS));
        let mut text = ledger::text(self.number, self.index, id);
        text.push_str(&".".repeat(pad));
        let to = format!("_I.{}.p.{id}", self.index);
        self.peer
            .say(&format!("{name}.{subject}"), Some(&to), &text);
        self.publishes.insert(id, (stream, subject, text));
    }

    fn pull(&mut self) {
        for index in self.own() {
            let waits = self.life.ledger.lock().unwrap().consumers[index].credit > 0;
            if !self.consumer(index).push && !waits && self.dice.roll(2) == 0 {
                let batch = self.dice.pick(&[1, 2, 30, 500]);
                self.request(index, batch);
            }
        }
    }

    pub(super) fn request(&mut self, index: usize, batch: u64) {
        let consumer = self.consumer(index);
        let stream = &self.life.plan.streams[consumer.stream].name;
        let to = format!("_I.{}.q.{index}", self.index);
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{}", consumer.name);
        self.life.ledger.lock().unwrap().consumers[index].credit += batch;
        let body = format!(r#"{{"batch":{batch},"expires":3600000000000}}"#);
        self.peer.say(&subject, Some(&to), &body);
        self.flush();
    }

    /// Makes idle consumers with much or little to remember, without waiting between them, or deletes one.
    fn define(&mut self) {
        let plan = &self.life.plan;
        let streams: Vec<usize> = (0..plan.streams.len())
            .filter(|index| plan.streams[*index].takes_idle())
            .collect();
        if streams.is_empty() {
            return;
        }
        let stream = streams[self.dice.roll(streams.len() as u64) as usize];
        if self.dice.roll(4) == 0 {
            let found = {
                let mut ledger = self.life.ledger.lock().unwrap();
                let mut there = ledger.idle.iter().filter(|(_, is_there)| **is_there);
                let key = there.next().map(|(key, _)| key.clone());
                key.filter(|key| ledger.idle.remove(key).is_some())
            };
            if let Some((stream, name)) = found {
                let subject = format!("CONSUMER.DELETE.{}.{name}", plan.streams[stream].name);
                self.change((stream, name, false), &subject, "");
            }
        } else {
            let (count, len) =
                self.dice
                    .pick(&[(6, 10), (4, 2000), (3, 20_000), (1, METADATA_LARGE)]);
            let of = &plan.streams[stream].name;
            for _ in 0..1 + self.dice.roll(count) {
                let name = format!("I{}_{}_{}", self.number, self.index, self.sent);
                let config = json!({"name": name, "durable_name": name, "ack_policy": "none", "metadata": {"pad": ".".repeat(len)}});
                let body = json!({"stream_name": of, "config": config}).to_string();
                let subject = format!("CONSUMER.CREATE.{of}.{name}");
                self.change((stream, name, true), &subject, &body);
            }
        }
        self.flush();
    }

    fn change(&mut self, definition: (usize, String, bool), subject: &str, body: &str) {
        self.sent += 1;
        let to = format!("_I.{}.d.{}", self.index, self.sent);
        self.peer
            .say(&format!("$JS.API.{subject}"), Some(&to), body);
        self.definitions.insert(self.sent, definition);
    }

    /// Purges the oldest ones, all or those of a subject, or removes one.
    fn remove(&mut self) {
        let plan = &self.life.plan;
        let stream = self.dice.roll(plan.streams.len() as u64) as usize;
        let mut origins = plan.streams.iter().filter_map(|it| it.origin);
        if plan.streams[stream].origin.is_some() || origins.any(|it| it.stream == stream) {
            return;
        }
        let name = &plan.streams[stream].name;
        let (kind, subject) = (self.dice.roll(3), self.dice.roll(SUBJECTS));
        let (seq, asked) = {
            let mut ledger = self.life.ledger.lock().unwrap();
            let stored = &mut ledger.streams[stream];
            let Some(last) = stored.messages.last_key_value().map(|(seq, _)| *seq) else {
                return;
            };
            let seq = 1 + self.dice.roll(last);
            let mut asked = Removed::default();
            match kind {
                0 => asked.below = seq,
                1 => drop(asked.below_of.insert(subject, seq)),
                _ => drop(asked.single.insert(seq)),
            }
            stored.doubtful.add(asked.clone());
            (seq, asked)
        };
        // One message may have been removed before, or not be there yet.
        let (request, body) = match kind {
            0 => ("PURGE", json!({"seq": seq})),
            1 => (
                "PURGE",
                json!({"seq": seq, "filter": format!("{name}.{subject}")}),
            ),
            _ => ("MSG.DELETE", json!({"seq": seq})),
        };
        let done = self.ask(&format!("STREAM.{request}.{name}"), &body);
        let excused = request != "PURGE" || self.life.trouble != Trouble::None;
        assert!(excused || done["error"].is_null(), "purge of {seq}: {done}");
        if done["error"].is_null() {
            let mut ledger = self.life.ledger.lock().unwrap();
            ledger.streams[stream].removed.add(asked);
        }
    }
}

pub(super) fn shorten(text: &str) -> &str {
    &text[..text.len().min(20)]
}
