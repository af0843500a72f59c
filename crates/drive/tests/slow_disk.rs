//! A disk whose syncs take their time, or fail in the end: publishers are held, memory is bounded, and everybody is answered.
#![allow(
    clippy::disallowed_methods,
    reason = "a test with threads needs the time"
)]

mod clients;

use clients::Client;
use midge_container::Pool;
use midge_drive::Drive;
use midge_jetstream::AccountLimits;
use midge_router::{Account, Outlet, Router, Sink, SinkOptions, Subscription};
use midge_streamlog::sim::CrashDisk;
use midge_streamlog::{Disk, DiskFile, Store, StoreOptions};
use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// What syncs of the journal and of segments do.
#[derive(Clone, Copy, PartialEq)]
enum Syncs {
    Pass,
    Wait,
    Fail,
}

/// A simulated disk with a valve.
#[derive(Clone)]
struct ValveDisk {
    disk: CrashDisk,
    valve: Arc<(Mutex<Syncs>, Condvar)>,
}

struct ValveFile(Arc<dyn DiskFile>, ValveDisk);

impl ValveDisk {
    fn new() -> Self {
        let valve = Arc::new((Mutex::new(Syncs::Pass), Condvar::new()));
        let disk = CrashDisk::new();
        Self { disk, valve }
    }

    fn set(&self, syncs: Syncs) {
        *self.valve.0.lock().unwrap() = syncs;
        self.valve.1.notify_all();
    }

    fn file(&self, file: io::Result<Arc<dyn DiskFile>>) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(ValveFile(file?, self.clone())))
    }
}

impl Disk for ValveDisk {
    fn lock(&self) -> io::Result<bool> {
        self.disk.lock()
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.file(self.disk.create(name))
    }
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.file(self.disk.open(name))
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }
    fn sync_dir(&self) -> io::Result<()> {
        self.disk.sync_dir()
    }
}

impl DiskFile for ValveFile {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
    fn allocate(&self, len: u64) -> io::Result<()> {
        self.0.allocate(len)
    }
    fn truncate(&self, len: u64) -> io::Result<()> {
        self.0.truncate(len)
    }
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.0.read_at(buf, at)
    }
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.0.write_at(bytes, at)
    }
    fn sync(&self) -> io::Result<()> {
        let (valve, changed) = &*self.1.valve;
        let waits = |syncs: &mut Syncs| *syncs == Syncs::Wait;
        let syncs = changed.wait_while(valve.lock().unwrap(), waits).unwrap();
        match *syncs {
            Syncs::Fail => Err(io::Error::other("the sync fails")),
            _ => self.0.sync(),
        }
    }
    fn map(&self) -> io::Result<bytes::Bytes> {
        self.0.map()
    }
}

/// A drive on such a disk, and somebody who asks.
fn start(disk: &ValveDisk) -> (Drive, Router, Arc<Account>, Client) {
    let store = Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
    let (router, settings) = (Router::new(), midge_jetstream::Settings::default());
    let account = router.account("$G");
    let mut drive = Drive::start_on(store, settings, 1).unwrap();
    drive.open_account(&router, &account, 1, AccountLimits::default());
    let mut admin = Client::new(&router, &account, 99);
    admin.ask(
        "$JS.API.STREAM.CREATE.S",
        r#"{"name":"S","subjects":["s.>"]}"#,
    );
    (drive, router, account, admin)
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// What a connection does after a read: it waits until those that it crowded have room.
fn wait_for_room(client: &mut Client) {
    for sink in client.peer.worker.take_crowded() {
        assert!(sink.options().holds_publishers);
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut room = std::pin::pin!(poll_fn(|cx| sink.poll_room(cx)));
        while room.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
            std::thread::park();
        }
    }
}

/// Symptom: with a sync of 400 ms, 40 publishers that don't wait for acks reached 2 GB in 14 s. Cause: a publisher paused a millisecond per read,
/// however much waited. Remedy: it isn't read until there is room.
#[test]
fn publishers_that_outrun_the_disk_are_held_and_all_of_them_answered() {
    outrun(60, 32 << 10, |_, _| None);
}

/// Symptom: with a subscriber beside the stream, publishers of 4 KiB and more were not held. Cause: such payloads are shared, so they came to
/// JetStream in pieces, and these left the mailbox for a buffer that nobody counted. Remedy: they stay where they are counted.
#[test]
fn publishers_that_a_subscriber_hears_too_are_held() {
    outrun(240, 8 << 10, |router, account| {
        let options = SinkOptions {
            max_pending: usize::MAX,
            crowded_at: usize::MAX,
            ..SinkOptions::default()
        };
        let sink = router.sink(98, options, Box::new(Silent));
        account.subscribe(&Subscription::new(sink.clone(), b"s.>", None, b"1"));
        Some(sink)
    });
}

/// Whoever reads nothing; what it is sent stays in its mailbox.
struct Silent;

impl Outlet for Silent {
    fn flush(&self, _: &Sink, _: &mut Pool) {}
    fn overflow(&self, _: &Sink, _: usize) {}
}

/// Publishers say so many `messages` of `bytes` each to a disk that rests for a while, beside whatever `other` brings.
fn outrun(
    messages: usize,
    bytes: usize,
    other: impl FnOnce(&Router, &Account) -> Option<Arc<Sink>>,
) {
    const PUBLISHERS: u64 = 40;
    /// The mailbox, a read of each publisher, and twice what waits in the log.
    const BOUND: usize = (4 << 20) + PUBLISHERS as usize * (128 << 10) + 2 * (4 << 20);
    let disk = ValveDisk::new();
    let (drive, router, account, mut admin) = start(&disk);
    let _other = other(&router, &account);
    disk.set(Syncs::Wait);
    let sent = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let publish = |number: u64| {
            let mut client = Client::new(&router, &account, number);
            let sent = &sent;
            move || {
                let payload = "x".repeat(bytes);
                for _ in 0..messages {
                    client.say("s.1", &payload);
                    client.peer.worker.hand_over();
                    sent.fetch_add(bytes, SeqCst);
                    wait_for_room(&mut client);
                }
                client.hear(messages)
            }
        };
        let threads: Vec<_> = (0..PUBLISHERS).map(|n| scope.spawn(publish(n))).collect();
        // They come to rest, far from what they have to say.
        let (mut before, begin) = (usize::MAX, Instant::now());
        while before != sent.load(SeqCst) {
            before = sent.load(SeqCst);
            assert!(begin.elapsed() < clients::PATIENCE);
            std::thread::sleep(Duration::from_millis(500));
        }
        disk.set(Syncs::Pass);
        assert!(before <= BOUND, "{before} bytes wait for a disk that rests");
        for thread in threads {
            let acks = thread.join().unwrap();
            let acked = acks.iter().filter(|ack| ack.contains(r#""seq":"#)).count();
            assert_eq!(acked, messages, "{:?}", acks.last());
        }
    });
    let info = admin.ask("$JS.API.STREAM.INFO.S", "");
    let all = PUBLISHERS as usize * messages;
    assert!(info.contains(&format!(r#""messages":{all},"#)), "{info}");
    drive.stop();
}

/// Symptom: after a failure of the journal, publishes and double acks that waited for it were never answered, and more than 256 of them kept
/// everything else waiting. Cause: answers left when a commit was told, and there was none any more. Remedy: the failure is told too.
#[test]
fn a_journal_that_fails_answers_everybody_who_waits_for_it() {
    const WAITING: usize = 400;
    let disk = ValveDisk::new();
    let (drive, router, account, mut admin) = start(&disk);
    let consumer = r#"{"stream_name":"S","config":{"durable_name":"C","ack_policy":"explicit"}}"#;
    admin.ask("$JS.API.CONSUMER.CREATE.S.C", consumer);
    admin.ask("s.1", "first");
    let mut taker = Client::new(&router, &account, 50);
    taker.say("$JS.API.CONSUMER.MSG.NEXT.S.C", "1");
    let delivered = taker.raw("first");
    let ack = delivered.split(' ').find(|it| it.starts_with("$JS.ACK."));
    let ack = ack.expect("a subject for the ack").to_owned();

    disk.set(Syncs::Wait);
    let mut client = Client::new(&router, &account, 1);
    (0..WAITING).for_each(|_| client.say("s.2", "x"));
    client.peer.worker.hand_over();
    taker.say(&ack, "+ACK");
    taker.peer.worker.hand_over();
    let waits = |drive: &Drive| drive.with(|jetstream, _| jetstream.waiting()).unwrap();
    let begin = Instant::now();
    while waits(&drive) < WAITING {
        assert!(
            begin.elapsed() < clients::PATIENCE,
            "{} wait",
            waits(&drive)
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    disk.set(Syncs::Fail);

    let answers = client.hear(WAITING);
    assert!(
        answers.iter().all(|answer| answer.contains(r#""error":"#)),
        "{:?}",
        answers.first()
    );
    // Whoever comes later is told as well, and nothing is left behind.
    let refused = admin.ask("s.3", "later");
    assert!(refused.contains(r#""error":"#), "{refused}");
    assert_eq!(waits(&drive), 0);
    taker.take();
    assert_eq!(taker.heard, "", "an ack that isn't durable is confirmed");
    drive.stop();
}
