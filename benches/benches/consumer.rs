//! What does a consumer's own bookkeeping cost: to deliver a message and take its ack while others are out, to remember one that is out,
//! and to start with a million of them?
//!
//! The machine runs alone, over a stream in memory (for the start: on the disk of the simulation). Time is that of the thread's CPU, so that
//! a busy machine can be measured on.
#![allow(clippy::print_stdout, reason = "a bench tells its figures")]

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use midge_jetstream::{
    AccountId, AccountLimits, Client, JetStream, Listens, Message, Network, Origin, Settings, Token,
};
use midge_streamlog::sim::CrashDisk;
use midge_streamlog::{Store, StoreOptions};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

const ACCOUNT: AccountId = AccountId(1);
const INBOX: &[u8] = b"_I.pull";
/// Messages that are out when the memory and the start are measured.
const MANY: u64 = 1_000_000;
/// Messages that are stored or pulled at once before anything is measured.
const CHUNK: u64 = 1000;
/// How long the clock goes on for a message: the state is saved as often as at 500,000 a second.
const NANOS_PER_MESSAGE: u64 = 2000;

/// Counts deliveries, keeps answers.
#[derive(Default)]
struct Net {
    tokens: Vec<(Vec<u8>, Token)>,
    delivered: u64,
    answer: Vec<u8>,
}

impl Network for Net {
    fn publish(&mut self, _: AccountId, message: &Message<'_>) -> bool {
        if message.subject == b"_I.ask" {
            self.answer = message.payload.to_vec();
        }
        true
    }

    fn deliver(&mut self, _: AccountId, _: &[u8], message: &Message<'_>) -> bool {
        assert!(message.reply.is_some());
        self.delivered += 1;
        true
    }

    fn has_interest(&self, _: AccountId, _: &[u8]) -> bool {
        true
    }

    fn interest_version(&self, _: AccountId) -> u64 {
        1
    }

    fn has_queue(&self, _: AccountId, _: &[u8], _: &[u8]) -> bool {
        true
    }

    fn subscribe(&mut self, _: AccountId, filter: &[u8], token: Token, _: Listens) {
        self.tokens.push((filter.to_vec(), token));
    }

    fn unsubscribe(&mut self, _: AccountId, filter: &[u8], _: Token) {
        self.tokens.retain(|known| known.0 != filter);
    }
}

struct Server {
    disk: CrashDisk,
    store: Store,
    jetstream: JetStream,
    net: Net,
    now: u64,
    /// Stream sequences of the last message that is stored, and of the last one that was acknowledged.
    stored: u64,
    acked: u64,
}

impl Server {
    fn start(disk: CrashDisk, now: u64) -> Self {
        let store =
            Store::open(Arc::new(disk.clone()), StoreOptions::default()).expect("a store opens");
        let mut net = Net::default();
        let mut jetstream = JetStream::open(store.clone(), Settings::default(), now);
        jetstream
            .open_account(ACCOUNT, "$G", AccountLimits::default(), &mut net, now)
            .expect("the account opens");
        Self {
            disk,
            store,
            jetstream,
            net,
            now,
            stored: 0,
            acked: 0,
        }
    }

    /// A server with a stream, and a consumer that has so many messages out.
    fn with_pending(storage: &str, pending: u64) -> Self {
        let mut server = Self::start(CrashDisk::new(), 1_700_000_000_000_000_000);
        server.ask(
            "STREAM.CREATE.S",
            &json!({"name": "S", "subjects": ["s"], "storage": storage}),
        );
        let config = json!({"durable_name": "C", "ack_policy": "explicit", "max_ack_pending": -1, "ack_wait": 3_600_000_000_000_u64});
        server.ask(
            "CONSUMER.CREATE.S.C",
            &json!({"stream_name": "S", "config": config}),
        );
        server.store_more(pending);
        server
    }

    fn receive(&mut self, subject: &[u8], reply: Option<&[u8]>, payload: &[u8]) {
        let matches = |filter: &[u8]| midge_subject::matches(filter, subject);
        let found = self.net.tokens.iter().find(|known| matches(&known.0));
        let token = found.expect("JetStream listens to it").1;
        let message = Message {
            subject,
            reply,
            payload,
            origin: Origin::Client(Client::UNRESTRICTED),
            ..Message::default()
        };
        self.jetstream
            .receive(ACCOUNT, token, &message, self.now, &mut self.net);
    }

    fn run(&mut self) {
        while self.jetstream.run(self.now, &mut self.net) {}
    }

    fn settle(&mut self) {
        for _ in 0..4 {
            self.store.commit_once(self.now).expect("the disk works");
            self.jetstream.committed(usize::MAX, &mut self.net);
            self.run();
        }
    }

    fn ask(&mut self, subject: &str, body: &Value) -> Value {
        let (subject, body) = (format!("$JS.API.{subject}"), body.to_string());
        self.receive(subject.as_bytes(), Some(b"_I.ask"), body.as_bytes());
        self.settle();
        let answer: Value = serde_json::from_slice(&self.net.answer).expect("JSON");
        assert!(answer["error"].is_null(), "{answer}");
        answer
    }

    fn pending(&mut self) -> u64 {
        let info = self.ask("CONSUMER.INFO.S.C", &json!({}));
        info["num_ack_pending"].as_u64().expect("a number")
    }

    fn store_more(&mut self, count: u64) {
        for at in 1..=count {
            self.receive(b"s", None, b"0123456789abcdef");
            if at % CHUNK == 0 || at == count {
                self.settle();
            }
        }
        self.stored += count;
    }

    fn pull(&mut self, batch: u64) {
        let body = format!("{{\"batch\":{batch},\"no_wait\":true}}");
        self.receive(
            b"$JS.API.CONSUMER.MSG.NEXT.S.C",
            Some(INBOX),
            body.as_bytes(),
        );
        self.run();
    }

    fn pull_all(&mut self, count: u64) {
        for _ in 0..count.div_ceil(CHUNK) {
            self.pull(CHUNK);
        }
        assert_eq!(self.net.delivered, count);
    }

    /// Delivers so many messages that are stored, and acknowledges as many of those that were out first. The CPU time of the two.
    fn deliver_and_ack(&mut self, window: u64) -> Duration {
        let acks = (self.acked + 1..=self.acked + window)
            .map(|seq| format!("$JS.ACK.S.C.1.{seq}.{seq}.1700000000000000000.0"));
        let acks: Vec<String> = acks.collect();
        self.now += window * NANOS_PER_MESSAGE;
        self.jetstream.handle_timeout(self.now, &mut self.net);
        let begun = cpu_time();
        self.pull(window);
        for ack in &acks {
            self.receive(ack.as_bytes(), None, b"+ACK");
        }
        self.run();
        let used = cpu_time() - begun;
        self.acked += window;
        used
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

fn deliver_and_ack(c: &mut Criterion) {
    for window in [256, 1000] {
        let mut group = c.benchmark_group(format!("deliver_and_ack/window_{window}"));
        group.throughput(Throughput::Elements(window));
        group.sample_size(20);
        group.measurement_time(Duration::from_secs(2));
        group.warm_up_time(Duration::from_millis(500));
        for pending in [1, 1000, MANY] {
            let mut server = Server::with_pending("memory", pending);
            server.pull_all(pending);
            group.bench_function(BenchmarkId::from_parameter(pending), |b| {
                b.iter_custom(|rounds| {
                    let mut round = || {
                        server.store_more(window);
                        server.deliver_and_ack(window)
                    };
                    (0..rounds).map(|_| round()).sum()
                });
            });
            assert_eq!(server.net.delivered, server.stored);
            assert_eq!(server.pending(), pending);
        }
        group.finish();
    }
}

fn start(c: &mut Criterion) {
    let mut server = Server::with_pending("file", MANY);
    server.pull_all(MANY);
    server.now += 100_000_000_000;
    server.jetstream.handle_timeout(server.now, &mut server.net);
    server.settle();
    assert_eq!(server.pending(), MANY);
    server.store.close(server.now).expect("it closes");
    let (disk, now) = (server.disk.kill(), server.now);
    drop(server);
    let mut group = c.benchmark_group("start");
    group.sample_size(10);
    group.bench_function(BenchmarkId::from_parameter(MANY), |b| {
        b.iter_custom(|rounds| {
            let start = |_| {
                let begun = cpu_time();
                let mut server = Server::start(disk.kill(), now);
                let used = cpu_time() - begun;
                assert_eq!(server.pending(), MANY);
                used
            };
            (0..rounds).map(start).sum()
        });
    });
    group.finish();
}

/// Not a matter of time: what the process grows by when a million messages go out.
fn memory(_: &mut Criterion) {
    let mut server = Server::with_pending("memory", MANY);
    let before = resident_bytes();
    server.pull_all(MANY);
    let bytes = (resident_bytes() - before) / MANY as f64;
    assert_eq!(server.pending(), MANY);
    println!("memory/{MANY}: {bytes:.0} bytes for each message that is out");
}

fn resident_bytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.expect("the resident set is known here") * 1024.0
}

// Memory comes first, as long as nothing was freed that could be used again.
criterion_group!(benches, memory, deliver_and_ack, start);
criterion_main!(benches);
