//! A client: publishes, pulls, acknowledges and removes, and knows what it waits for.

use super::ledger::{ConsumerPlan, Removed, SUBJECTS};
use super::{Dice, Life, Trouble};
use midge_container::{Finished, Pool};
use midge_router::{
    Account, Message, Origin, Outlet, Router, Sink, SinkOptions, Subscription, Unrestricted,
};
use midge_streamlog::sim::interleave::{self, Parked};
use midge_wire::{Limits, ServerFrame, decode_server};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IoSlice;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// Nobody waits longer for anything, in nanoseconds of the schedule. It is less than JetStream's thread sleeps at most, so that
/// no lost wake-up is mended by that.
const PATIENCE: u64 = 4_000_000_000;
/// Steps of one client in one life.
const STEPS: u64 = 25;
/// Publishes that may be without an answer.
const WINDOW: usize = 150;

/// Wakes its client.
struct Doorbell(Parked);

impl Outlet for Doorbell {
    fn flush(&self, _: &Sink, _: &mut Pool) {
        self.0.unpark();
    }
    fn overflow(&self, _: &Sink, _: usize) {}
}

pub(super) struct Client<'a> {
    life: &'a Life,
    account: Arc<Account>,
    worker: midge_router::Worker,
    sink: Arc<Sink>,
    index: usize,
    /// Which life of the store this is.
    number: u64,
    bytes: Vec<u8>,
    sent: u64,
    /// Stream, subject and body of publishes without an answer.
    publishes: BTreeMap<u64, (usize, u64, String)>,
    /// Consumer and sequence of double acks without an answer.
    acks: BTreeMap<u64, (usize, u64)>,
    answer: Option<Value>,
    /// What publishes that were refused were told.
    refused: Vec<Value>,
    dice: Dice,
}

impl<'a> Client<'a> {
    pub(super) fn new(life: &'a Life, router: &Router, index: usize, number: u64) -> Self {
        let account = router.account("$G");
        let id = 100 + index as u64;
        let bell = Box::new(Doorbell(interleave::current()));
        let sink = router.sink(id, SinkOptions::default(), bell);
        sink.set_headers(true);
        let listen = |filter: &str| {
            account.subscribe(&Subscription::new(
                sink.clone(),
                filter.as_bytes(),
                None,
                b"1",
            ));
        };
        listen(&format!("_I.{index}.>"));
        let own = life.plan.consumers.iter().skip(index);
        let own = own.step_by(life.plan.clients);
        own.filter(|consumer| consumer.push)
            .for_each(|consumer| listen(&consumer.deliver_subject()));
        Self {
            life,
            worker: midge_router::Worker::new(id, crate::engine::instant()),
            account,
            sink,
            index,
            number,
            bytes: Vec::new(),
            sent: 0,
            publishes: BTreeMap::new(),
            acks: BTreeMap::new(),
            answer: None,
            refused: Vec::new(),
            dice: Dice::new(interleave::roll(u64::MAX)),
        }
    }

    fn own(&self) -> impl Iterator<Item = usize> + use<> {
        (self.index..self.life.plan.consumers.len()).step_by(self.life.plan.clients)
    }

    fn consumer(&self, index: usize) -> &'a ConsumerPlan {
        &self.life.plan.consumers[index]
    }

    /// Puts a message into what the next [`flush`](Self::flush) hands over.
    fn say(&mut self, subject: &str, reply: Option<&str>, payload: &str) {
        let message = Message {
            subject: subject.as_bytes(),
            reply: reply.map(str::as_bytes),
            header_len: 0,
            payload: payload.as_bytes(),
        };
        let origin = Origin::Client {
            sink: &self.sink,
            echo: true,
        };
        let routed = self
            .worker
            .route(&self.account, origin, &mut Unrestricted, &message);
        self.worker.publish(routed.expect("no restrictions"));
    }

    fn flush(&mut self) {
        self.worker.hand_over();
        interleave::preempt();
    }

    /// Waits until `is_there`, for as long as that takes.
    pub(super) fn wait_for(&mut self, is_there: impl Fn(&Life) -> bool) {
        while !is_there(self.life) {
            self.receive();
            interleave::pause(Duration::from_millis(1));
        }
    }

    /// Waits until `is_there`, and not longer than anything may take.
    fn wait(&mut self, what: &str, is_there: impl Fn(&Self) -> bool) {
        let came = self.waits(is_there);
        assert!(came, "client {}: {what}: {}", self.index, self.show());
    }

    /// The same; false if it took too long.
    fn waits(&mut self, is_there: impl Fn(&Self) -> bool) -> bool {
        let until = interleave::now().unwrap_or(0) + PATIENCE;
        loop {
            self.receive();
            if is_there(self) {
                return true;
            }
            let now = interleave::now().unwrap_or(0);
            if now >= until {
                return false;
            }
            interleave::park_timeout(Duration::from_nanos(until - now));
        }
    }

    fn show(&self) -> String {
        let publishes = self.publishes.values().map(|(_, _, text)| shorten(text));
        let publishes: Vec<&str> = publishes.collect();
        let plan = &self.life.plan;
        format!(
            "life {}: publishes {publishes:?}, acks {:?}, refused {:?}, {:?} {:?}, {plan:?}",
            self.number,
            self.acks.values(),
            self.refused.last(),
            self.life.trouble,
            self.life.faults.lock().unwrap(),
        )
    }

    /// Takes note of all that came.
    fn receive(&mut self) {
        let sink = self.sink.clone();
        let mut drain = sink.mailbox().resume();
        while let Some(mut some) = drain {
            let mut slices = [IoSlice::new(&[]); 8];
            let filled = some.io_slices(&mut slices);
            let before = self.bytes.len();
            slices[..filled]
                .iter()
                .for_each(|slice| self.bytes.extend_from_slice(slice));
            some.advance(self.bytes.len() - before, self.worker.pool());
            drain = match filled {
                0 => match some.finish() {
                    Finished::Idle => None,
                    Finished::Again(same) => Some(same),
                },
                _ => Some(some),
            };
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
                }
            }
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
        if self.dice.roll(4) > 0 {
            return self.say(reply, None, "+ACK");
        }
        self.sent += 1;
        self.acks.insert(self.sent, (index, seq));
        let to = format!("_I.{}.a.{}", self.index, self.sent);
        self.say(reply, Some(&to), "+ACK");
    }

    /// Sends a request and waits for the answer.
    fn ask(&mut self, subject: &str, body: &Value) -> Value {
        let to = format!("_I.{}.r", self.index);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.answer = None;
        self.say(&format!("$JS.API.{subject}"), Some(&to), &body);
        self.flush();
        self.wait(subject, |client| client.answer.is_some());
        self.answer.take().unwrap_or_default()
    }

    fn must(&mut self, subject: &str, body: &Value) -> Value {
        let answer = self.ask(subject, body);
        assert!(answer["error"].is_null(), "{subject} {body}: {answer}");
        answer
    }

    /// Makes all streams and consumers, or finds them as they were; what a crash may have taken is forgotten.
    pub(super) fn make_all(&mut self) {
        let plan = &self.life.plan;
        for (index, stream) in plan.streams.iter().enumerate() {
            self.must(&format!("STREAM.CREATE.{}", stream.name), &stream.config());
            self.learn(index, true);
        }
        for (index, consumer) in plan.consumers.iter().enumerate() {
            self.life.ledger.lock().unwrap().consumers[index].credit = 0;
            let stream = &plan.streams[consumer.stream].name;
            let body = json!({"stream_name": stream, "config": consumer.config(&plan.streams)});
            self.must(
                &format!("CONSUMER.CREATE.{stream}.{}", consumer.name),
                &body,
            );
        }
    }

    /// Reads a stream and compares it with what should be there. `begins`: a life of which the one before may have lost something.
    fn learn(&mut self, index: usize, begins: bool) {
        let plan = &self.life.plan.streams[index];
        let info = self.must(&format!("STREAM.INFO.{}", plan.name), &Value::Null);
        let number = |key: &str| info["state"][key].as_u64().expect("a number");
        let (first, last, count) = (number("first_seq"), number("last_seq"), number("messages"));
        let mut found = BTreeMap::new();
        for seq in first.max(1)..=last {
            let answer = self.ask(
                &format!("STREAM.MSG.GET.{}", plan.name),
                &json!({"seq": seq}),
            );
            let Some(subject) = answer["message"]["subject"].as_str() else {
                continue;
            };
            let subject = subject.rsplit('.').next().and_then(|it| it.parse().ok());
            let data = answer["message"]["data"].as_str().unwrap_or_default();
            let text = data_encoding::BASE64.decode(data.as_bytes());
            let text = String::from_utf8(text.expect("base64")).expect("text");
            found.insert(seq, (subject.expect("a number"), text));
        }
        assert_eq!(count, found.len() as u64, "{info}: {:?}", found.keys());
        let shown = self.show();
        let mut ledger = self.life.ledger.lock().unwrap();
        let stored = &mut ledger.streams[index];
        if plan.lossy && begins {
            let lost: BTreeSet<u64> = stored.messages.keys().copied().collect();
            let lost = lost.into_iter().filter(|seq| !found.contains_key(seq));
            lost.for_each(|seq| drop(stored.messages.remove(&seq)));
            // These sequences are given again.
            stored.removed.end_with(last);
            stored.doubtful.end_with(last);
        }
        for (seq, (_, text)) in &stored.messages {
            let gone = stored.removed.contains(seq);
            let doubtful = stored.doubtful.contains(seq);
            match found.get(seq) {
                None => assert!(
                    gone || doubtful,
                    "{} lost {seq}: {info}, {shown}",
                    plan.name
                ),
                Some((_, found)) => {
                    assert!(!gone, "{}: {seq} is back", plan.name);
                    assert_eq!(found, text, "{}: {seq}", plan.name);
                }
            }
        }
        let doubtful = std::mem::take(&mut stored.doubtful);
        let gone = stored.messages.keys().copied();
        let gone = gone.filter(|seq| doubtful.contains(seq) && !found.contains_key(seq));
        stored.removed.single.extend(gone);
        // Publishes that nobody was told of.
        for (seq, message) in found {
            stored.messages.entry(seq).or_insert(message);
        }
        let consumers = self.life.plan.consumers.iter();
        for (got, consumer) in ledger.consumers.iter_mut().zip(consumers) {
            if consumer.stream == index {
                got.messages.retain(|seq, _| *seq <= last);
                got.confirmed.retain(|seq| *seq <= last);
            }
        }
    }

    /// Does this and that, waits for all answers, and sees that its consumers have what they may have.
    pub(super) fn run(&mut self) {
        for _ in 0..STEPS {
            match self.dice.roll(12) {
                0..=4 => self.publish(),
                5..=7 => self.pull(),
                8 => self.wait("an answer", Self::is_answered),
                9 => interleave::pause(Duration::from_micros(self.dice.roll(3000))),
                10 if self.dice.roll(4) == 0 => self.remove(),
                _ => self.receive(),
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
        }
        self.wait("the last answer", Self::is_answered);
        self.life.done.fetch_add(1, SeqCst);
    }

    /// The disk failed and works again: each stream takes messages by itself, and what became of those that were refused is seen.
    fn recover(&mut self) {
        self.wait_for(|life| life.mended.load(SeqCst));
        let until = interleave::now().unwrap_or(0) + PATIENCE;
        for stream in 0..self.life.plan.streams.len() {
            loop {
                let refused = self.refused.len();
                self.publish_to(stream);
                self.flush();
                self.wait("an answer of a disk that works again", Self::is_answered);
                if self.refused.len() == refused {
                    break;
                }
                let now = interleave::now().unwrap_or(0);
                assert!(now < until, "{stream} refuses still: {}", self.show());
                interleave::pause(Duration::from_millis(20));
            }
            self.learn(stream, false);
        }
        self.life.well.store(true, SeqCst);
    }

    /// Whatever the disk does, requests are answered.
    fn see_all(&mut self) {
        let plan = &self.life.plan;
        for stream in &plan.streams {
            self.ask(&format!("STREAM.INFO.{}", stream.name), &Value::Null);
        }
        for consumer in &plan.consumers {
            let stream = &plan.streams[consumer.stream].name;
            let subject = format!("CONSUMER.INFO.{stream}.{}", consumer.name);
            self.ask(&subject, &Value::Null);
        }
    }

    /// An ack that can't be made durable is never confirmed; a publish is refused.
    fn is_answered(&self) -> bool {
        let broken = self.life.trouble == Trouble::Lasting;
        self.publishes.is_empty() && (broken || self.acks.is_empty())
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
                panic!("{name}: {}", self.ask(&subject, &Value::Null));
            }
        }
    }

    fn publish(&mut self) {
        let stream = self.dice.roll(self.life.plan.streams.len() as u64) as usize;
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
    fn publish_to(&mut self, stream: usize) {
        let name = &self.life.plan.streams[stream].name;
        self.sent += 1;
        let (id, subject) = (self.sent, self.dice.roll(SUBJECTS));
        let mut text = format!("m{}.{}.{id}", self.number, self.index);
        if self.dice.roll(4) == 0 {
            let pad = self.dice.roll(self.life.plan.large) as usize;
            text.push_str(&".".repeat(pad));
        }
        let to = format!("_I.{}.p.{id}", self.index);
        self.say(&format!("{name}.{subject}"), Some(&to), &text);
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

    fn request(&mut self, index: usize, batch: u64) {
        let consumer = self.consumer(index);
        let stream = &self.life.plan.streams[consumer.stream].name;
        let to = format!("_I.{}.q.{index}", self.index);
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{}", consumer.name);
        self.life.ledger.lock().unwrap().consumers[index].credit += batch;
        let body = format!(r#"{{"batch":{batch},"expires":3600000000000}}"#);
        self.say(&subject, Some(&to), &body);
        self.flush();
    }

    /// Purges the oldest ones, or removes one.
    fn remove(&mut self) {
        let stream = self.dice.roll(self.life.plan.streams.len() as u64) as usize;
        let name = &self.life.plan.streams[stream].name;
        let many = self.dice.roll(2) == 0;
        let (seq, asked) = {
            let mut ledger = self.life.ledger.lock().unwrap();
            let stored = &mut ledger.streams[stream];
            let Some(last) = stored.messages.last_key_value().map(|(seq, _)| *seq) else {
                return;
            };
            let seq = 1 + self.dice.roll(last);
            let asked = match many {
                true => Removed {
                    below: seq,
                    ..Removed::default()
                },
                false => Removed {
                    single: [seq].into(),
                    ..Removed::default()
                },
            };
            stored.doubtful.add(asked.clone());
            (seq, asked)
        };
        // One message may have been removed before, or not be there yet.
        let done = match many {
            true => self.ask(&format!("STREAM.PURGE.{name}"), &json!({"seq": seq})),
            false => self.ask(&format!("STREAM.MSG.DELETE.{name}"), &json!({"seq": seq})),
        };
        let excused = !many || self.life.trouble != Trouble::None;
        assert!(excused || done["error"].is_null(), "purge of {seq}: {done}");
        if done["error"].is_null() {
            let mut ledger = self.life.ledger.lock().unwrap();
            ledger.streams[stream].removed.add(asked);
        }
    }

    /// All streams hold what they should, and all consumers have nothing before them.
    pub(super) fn check_all(&mut self) {
        let plan = &self.life.plan;
        for index in 0..plan.streams.len() {
            self.learn(index, false);
        }
        for consumer in &plan.consumers {
            let stream = &plan.streams[consumer.stream].name;
            let subject = format!("CONSUMER.INFO.{stream}.{}", consumer.name);
            let info = self.must(&subject, &Value::Null);
            assert_eq!(info["num_pending"], 0, "{info}");
        }
    }
}

fn shorten(text: &str) -> &str {
    &text[..text.len().min(20)]
}
