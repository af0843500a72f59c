//! What a client reads and compares with the ledger: what streams hold, what consumers have before them, what copies have of their origins.

use super::client::{Client, PATIENCE};
use super::ledger::{ConsumerPlan, Origin, Retention};
use super::{Life, Trouble, interleave};
use crate::engine::bench::Bench;
use midge_streamlog::{Store, sim};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// Within so many turns a few requests are answered.
const TURNS_MAX: usize = 100;

/// Of so many confirmed acks of a consumer it is looked whether a loss of power would undo them.
const CONFIRMED_MAX: usize = 3;

/// The subject's number and the body of each message.
type Messages = BTreeMap<u64, (u64, String)>;

/// What a stream answers.
struct Content {
    last: u64,
    messages: Messages,
    info: Value,
}

impl Client<'_> {
    /// What stream `index` holds. `still`: nobody changes it meanwhile.
    fn read(&mut self, index: usize, still: bool) -> Content {
        let name = &self.life.plan.streams[index].name;
        let info = self.must(&format!("STREAM.INFO.{name}"), &Value::Null);
        let number = |key: &str| info["state"][key].as_u64().expect("a number");
        let (first, last, count) = (number("first_seq"), number("last_seq"), number("messages"));
        let mut messages = Messages::new();
        for seq in first.max(1)..=last {
            let answer = self.ask(&format!("STREAM.MSG.GET.{name}"), &json!({"seq": seq}));
            let Some(subject) = answer["message"]["subject"].as_str() else {
                continue;
            };
            let subject = subject.rsplit('.').next().and_then(|it| it.parse().ok());
            let data = answer["message"]["data"].as_str().unwrap_or_default();
            let text = data_encoding::BASE64.decode(data.as_bytes());
            let text = String::from_utf8(text.expect("base64")).expect("text");
            messages.insert(seq, (subject.expect("a number"), text));
        }
        let found = messages.len() as u64;
        let counted = if still {
            found == count
        } else {
            found <= count
        };
        assert!(counted, "{info}: {:?}", messages.keys());
        Content {
            last,
            messages,
            info,
        }
    }

    /// Reads a stream and compares it with what should be there. `begins`: a life of which the one before may have lost something; `still`: nobody
    /// changes it meanwhile.
    pub(super) fn learn(&mut self, index: usize, begins: bool, still: bool) {
        let plan = &self.life.plan;
        let stream = &plan.streams[index];
        let Content {
            last,
            messages: found,
            info,
        } = self.read(index, still);
        let shown = self.show();
        let mut ledger = self.life.ledger.lock().unwrap();
        let ledger = &mut *ledger;
        if stream.lossy && begins {
            ledger.end_with(plan, index, last, |seq| found.contains_key(&seq));
        }
        let stored = &ledger.streams[index];
        for (seq, (subject, text)) in &stored.messages {
            let gone = stored.removed.contains(*seq, *subject);
            let may_go =
                stored.may_lack(*seq, *subject) || ledger.is_done(plan, index, *seq, *subject);
            let name = &stream.name;
            match found.get(seq) {
                None => assert!(may_go, "{name} lost {seq}: {info}, {shown}"),
                Some((_, found)) => {
                    assert!(!gone, "{name}: {seq} is back");
                    assert_eq!(found, text, "{name}: {seq}");
                }
            }
        }
        let stored = &mut ledger.streams[index];
        let doubtful = std::mem::take(&mut stored.doubtful);
        let messages = stored.messages.iter();
        let doubted = messages.filter(|(seq, (subject, _))| doubtful.contains(**seq, *subject));
        let (there, gone): (Vec<u64>, _) = doubted
            .map(|(seq, _)| *seq)
            .partition(|seq| found.contains_key(seq));
        stored.removed.single.extend(gone);
        if begins {
            stored.back.extend(there);
        }
        // Publishes that nobody was told of.
        for (seq, message) in found {
            stored.messages.entry(seq).or_insert(message);
        }
    }

    /// The disk failed and works again: each stream takes messages by itself, and what became of those that were refused is seen.
    pub(super) fn recover(&mut self) {
        self.wait_for(|life| life.mended.load(SeqCst));
        let until = interleave::now().unwrap_or(0) + PATIENCE;
        for stream in 0..self.life.plan.streams.len() {
            if self.life.plan.streams[stream].origin.is_some() {
                continue;
            }
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
            let still = self.life.plan.streams[stream].retention == Retention::Limits;
            self.learn(stream, false, still);
        }
        self.life.well.store(true, SeqCst);
    }

    /// Whatever the disk does, requests are answered.
    pub(super) fn see_all(&mut self) {
        let plan = &self.life.plan;
        for stream in &plan.streams {
            self.ask(&format!("STREAM.INFO.{}", stream.name), &Value::Null);
        }
        for consumer in 0..plan.consumers.len() {
            let subject = self.info_subject(consumer);
            self.ask(&subject, &Value::Null);
        }
        self.lacks_what_was_confirmed();
    }

    /// No work queue has a message whose ack was confirmed, also when its log stopped.
    fn lacks_what_was_confirmed(&mut self) {
        let plan = &self.life.plan;
        for (consumer, seq) in std::mem::take(&mut self.confirmed) {
            let stream = &plan.streams[plan.consumers[consumer].stream];
            if stream.retention == Retention::WorkQueue {
                let subject = format!("STREAM.MSG.GET.{}", stream.name);
                let left = self.ask(&subject, &json!({"seq": seq}));
                let is_gone = left["message"].is_null();
                assert!(is_gone, "{seq} was acknowledged: {left}, {}", self.show());
            }
        }
    }

    fn info_subject(&self, consumer: usize) -> String {
        let plan = &self.life.plan;
        let of = &plan.consumers[consumer];
        let stream = &plan.streams[of.stream].name;
        format!("CONSUMER.INFO.{stream}.{}", of.name)
    }

    /// Waits until a consumer of its own has nothing before it and nothing that it should acknowledge: what comes again is acknowledged again.
    pub(super) fn finish(&mut self, index: usize) {
        let subject = self.info_subject(index);
        let (mut least, mut since) = (u64::MAX, 0);
        loop {
            let info = self.must(&subject, &Value::Null);
            let left = ["num_pending", "num_ack_pending"].map(|key| info[key].as_u64());
            let left = left.into_iter().flatten().sum();
            if left == 0 {
                return;
            }
            let now = interleave::now().unwrap_or(0);
            if left < least {
                (least, since) = (left, now);
            }
            assert!(now < since + PATIENCE, "{info}: {}", self.show());
            let credit = self.life.ledger.lock().unwrap().consumers[index].credit;
            if !self.consumer(index).push && credit == 0 {
                self.request(index, 1000);
            }
            self.receive();
            interleave::pause(Duration::from_millis(20));
        }
    }

    /// All streams hold what they should, and all consumers have nothing before them.
    pub(super) fn check_all(&mut self) {
        let plan = &self.life.plan;
        for consumer in 0..plan.consumers.len() {
            let subject = self.info_subject(consumer);
            let info = self.must(&subject, &Value::Null);
            assert_eq!(info["num_pending"], 0, "{info}");
        }
        self.check_idle();
        for index in 0..plan.streams.len() {
            match plan.streams[index].origin {
                Some(origin) => self.has_copied(index, origin),
                None => {
                    self.is_rid_of_what_is_done(index);
                    self.learn(index, false, true);
                }
            }
        }
    }

    /// Consumers that nobody uses are there, or not, as was answered.
    pub(super) fn check_idle(&mut self) {
        let known = self.life.ledger.lock().unwrap().idle.clone();
        for ((stream, name), is_there) in known {
            let of = &self.life.plan.streams[stream].name;
            let info = self.ask(&format!("CONSUMER.INFO.{of}.{name}"), &Value::Null);
            let found = info["error"].is_null();
            assert_eq!(found, is_there, "{of}.{name}: {info}, {}", self.show());
        }
    }

    /// What all who want it have acknowledged goes, although nobody does anything.
    fn is_rid_of_what_is_done(&mut self, index: usize) {
        let plan = &self.life.plan;
        let stream = &plan.streams[index];
        if stream.retention == Retention::Limits {
            return;
        }
        let until = interleave::now().unwrap_or(0) + PATIENCE;
        loop {
            let content = self.read(index, false);
            let ledger = self.life.ledger.lock().unwrap();
            let messages = content.messages.iter();
            let left: Vec<u64> = messages
                .filter(|(seq, (subject, _))| ledger.is_done(plan, index, **seq, *subject))
                .map(|(seq, _)| *seq)
                .collect();
            drop(ledger);
            if left.is_empty() {
                return;
            }
            assert!(
                interleave::now().unwrap_or(0) < until,
                "{} keeps {left:?}, which are acknowledged: {}, {}",
                stream.name,
                content.info,
                self.show()
            );
            interleave::pause(Duration::from_millis(20));
        }
    }

    /// A copy gets all that its origin has, each message once and in order.
    fn has_copied(&mut self, index: usize, origin: Origin) {
        let texts = |messages: &Messages| -> Vec<(u64, String)> {
            let messages = messages.iter();
            messages
                .map(|(seq, (_, text))| (if origin.mirror { *seq } else { 0 }, text.clone()))
                .collect()
        };
        let wanted = texts(&self.life.ledger.lock().unwrap().streams[origin.stream].messages);
        let (mut most, mut since) = (0, interleave::now().unwrap_or(0));
        loop {
            let content = self.read(index, false);
            let found = texts(&content.messages);
            if found == wanted {
                return;
            }
            let now = interleave::now().unwrap_or(0);
            if found.len() > most {
                (most, since) = (found.len(), now);
            }
            let heads = |texts: &[(u64, String)]| -> Vec<String> {
                let texts = texts.iter();
                texts
                    .map(|(seq, text)| format!("{seq} {}", super::client::shorten(text)))
                    .collect()
            };
            assert!(
                now < since + PATIENCE,
                "{:?} has {:?} of {:?}: {}, {}",
                self.life.plan.streams[index],
                heads(&found),
                heads(&wanted),
                content.info,
                self.show()
            );
            interleave::pause(Duration::from_millis(20));
        }
    }

    /// Looks at a message, which may be the first use of its segment.
    pub(super) fn look(&mut self) {
        let plan = &self.life.plan;
        let stream = self.dice.roll(plan.streams.len() as u64) as usize;
        let stored = {
            let ledger = self.life.ledger.lock().unwrap();
            let last = ledger.streams[stream].messages.last_key_value();
            let last = last.map_or(0, |(seq, _)| *seq);
            let from = 1 + self.dice.roll(last.max(1));
            let mut messages = ledger.streams[stream].messages.range(from..);
            messages.next().map(|(seq, (_, text))| (*seq, text.clone()))
        };
        let Some((seq, text)) = stored else { return };
        let subject = format!("STREAM.MSG.GET.{}", plan.streams[stream].name);
        let answer = self.ask(&subject, &json!({"seq": seq}));
        if let Some(data) = answer["message"]["data"].as_str() {
            assert_eq!(data, data_encoding::BASE64.encode(text.as_bytes()));
        }
    }

    /// Notes what the store takes for durable.
    pub(super) fn note_marks(&self) {
        if let Some(store) = self.life.store.get() {
            *self.life.marks.lock().unwrap() = sim::durable_marks(store);
        }
    }
}

/// The consumers of work queues that lose nothing with the power, and some of their confirmed acks.
fn queues(life: &Life) -> Vec<(&ConsumerPlan, Vec<u64>)> {
    let plan = &life.plan;
    let ledger = life.ledger.lock().unwrap();
    let consumers = plan.consumers.iter().zip(&ledger.consumers);
    let queues = consumers.filter(|(consumer, _)| {
        let stream = &plan.streams[consumer.stream];
        stream.retention == Retention::WorkQueue && !stream.lossy
    });
    let newest = |confirmed: &BTreeSet<u64>| {
        confirmed
            .iter()
            .rev()
            .copied()
            .take(CONFIRMED_MAX)
            .collect()
    };
    queues
        .map(|(consumer, got)| (consumer, newest(&got.confirmed)))
        .collect()
}

/// What a loss of power now would leave, if it took all that isn't synced: all that the store takes for durable, and no message in a queue whose ack
/// was confirmed, or that its consumer is durably done with. (What is left otherwise a sweep takes out; but state isn't durable before the removal that
/// it follows, unless the queue's log stopped; then the next life begins with the sweep.)
pub(super) fn check_cut(life: &Life) {
    let plan = &life.plan;
    // Others go on while the store opens: what must be there is what was told before.
    let (marks, queues) = (life.marks.lock().unwrap().clone(), queues(life));
    let store = Store::open(Arc::new(life.disk.cut(0)), plan.store()).expect("it opens");
    if let Err(lost) = sim::check_marks(&marks, &store) {
        let (trouble, faults) = (life.trouble, life.faults.lock().unwrap());
        panic!("{lost}, {trouble:?} {faults:?}, {plan:?}");
    }
    if queues.is_empty() {
        return;
    }
    let mut bench = Bench::new(store, plan.policy);
    let mut asked = 0;
    for (consumer, confirmed) in &queues {
        let stream = &plan.streams[consumer.stream].name;
        bench.say(
            &format!("$JS.API.CONSUMER.INFO.{stream}.{}", consumer.name),
            "",
        );
        for filter in consumer.subjects(stream) {
            let body = json!({"seq": 1, "next_by_subj": filter}).to_string();
            bench.say(&format!("$JS.API.STREAM.MSG.GET.{stream}"), &body);
        }
        for seq in confirmed {
            let body = json!({"seq": seq}).to_string();
            bench.say(&format!("$JS.API.STREAM.MSG.GET.{stream}"), &body);
        }
        asked += 1 + consumer.subjects(stream).len() + confirmed.len();
    }
    bench.peer.worker.hand_over();
    // A turn receives all before it goes on with its own work, as with the sweep that would hide what is left.
    let mut answers = Vec::new();
    for _ in 0..TURNS_MAX {
        bench.turn();
        answers.append(&mut bench.answers());
        if answers.len() == asked {
            break;
        }
    }
    assert_eq!(answers.len(), asked, "{answers:?}");
    let mut answers = answers.into_iter();
    for (consumer, confirmed) in queues {
        let stream = &plan.streams[consumer.stream].name;
        let info = answers.next().expect("an answer");
        let floor = info["ack_floor"]["stream_seq"].as_u64();
        for _ in consumer.subjects(stream) {
            let left = answers.next().expect("an answer");
            let first = left["message"]["seq"].as_u64();
            let is_undone = first.zip(floor).is_none_or(|(first, floor)| first > floor);
            let (trouble, faults) = (life.trouble, life.faults.lock().unwrap());
            assert!(
                is_undone || trouble == Trouble::Lasting || life.follows_lasting,
                "{stream} has {left} after a loss of power, and {info}, {trouble:?} {faults:?}, {plan:?}"
            );
        }
        for seq in confirmed {
            let left = answers.next().expect("an answer");
            let is_gone = left["message"].is_null();
            let (trouble, faults) = (life.trouble, life.faults.lock().unwrap());
            assert!(
                is_gone,
                "{stream}: {seq} was acknowledged: {left} and {info} after a loss of power, {trouble:?} {faults:?}, {plan:?}"
            );
        }
    }
}
