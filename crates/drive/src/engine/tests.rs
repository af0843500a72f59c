//! One engine without threads: what a turn leaves for the next one.

use crate::Drive;
use crate::engine::{clock, instant};
use crate::seat::Turns as _;
use midge_container::Pool;
use midge_jetstream::AccountLimits;
use midge_router::{
    Account, Message, Origin, Outlet, Router, Sink, SinkOptions, Subscription, Unrestricted, Worker,
};
use midge_streamlog::{Policy, Store, StoreOptions, sim::CrashDisk};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Answers stay in the mailbox; the sink counts them.
struct Silent;

impl Outlet for Silent {
    fn flush(&self, _: &Sink, _: &mut Pool) {}
    fn overflow(&self, _: &Sink, _: usize) {}
}

struct Bench {
    drive: Drive,
    account: Arc<Account>,
    worker: Worker,
    inbox: Arc<Sink>,
}

impl Bench {
    fn new(store: StoreOptions) -> Self {
        let jetstream = midge_jetstream::Settings {
            policy: store.policy,
            ..midge_jetstream::Settings::default()
        };
        let store = Store::open(Arc::new(CrashDisk::new()), store).unwrap();
        let mut drive = Drive::assemble(store, jetstream, 1);
        let router = Router::new();
        let account = router.account("$G");
        drive.open_account(&router, &account, 1, AccountLimits::default());
        let inbox = router.sink(2, SinkOptions::default(), Box::new(Silent));
        account.subscribe(&Subscription::new(inbox.clone(), b"_I", None, b"1"));
        Self {
            drive,
            account,
            worker: Worker::new(2, instant()),
            inbox,
        }
    }

    fn say(&mut self, subject: &str, payload: &str) {
        let message = Message {
            subject: subject.as_bytes(),
            reply: Some(b"_I"),
            header_len: 0,
            payload: payload.as_bytes(),
        };
        let origin = Origin::Client {
            sink: &self.inbox,
            echo: true,
        };
        let routed = self
            .worker
            .route(&self.account, origin, &mut Unrestricted, &message);
        self.worker.publish(routed.expect("no restrictions"));
    }

    fn answers(&self) -> u64 {
        self.inbox.stats.out_msgs.load(Relaxed)
    }

    /// A turn; whether the next one is due at once.
    fn turn(&self) -> bool {
        let mut engine = self.drive.seat.engine();
        engine.as_mut().unwrap().turn() <= clock()
    }
}

/// Symptom: publishes to a stream that needs no sync were answered five seconds late. Cause: the log was full of unwritten bytes, the rest
/// stayed in the mailbox for the commit that makes room, and the turn's own commit, which tells nobody, made it.
#[test]
fn what_waits_for_room_is_taken_when_the_turn_itself_makes_the_room() {
    const COUNT: u64 = 40;
    let mut bench = Bench::new(StoreOptions {
        policy: Policy::Interval(Duration::from_secs(100)),
        max_buffered: 8 << 10,
        ..StoreOptions::default()
    });
    bench.say(
        "$JS.API.STREAM.CREATE.S",
        r#"{"name":"S","subjects":["s"]}"#,
    );
    bench.worker.hand_over();
    while bench.turn() {}
    bench.drive.store.commit_once(clock()).unwrap();
    while bench.turn() {}
    assert_eq!(bench.answers(), 1);
    for _ in 0..COUNT {
        bench.say("s", &"x".repeat(1000));
    }
    bench.worker.hand_over();
    let mut turns = 1;
    while bench.turn() {
        turns += 1;
        assert!(turns < 2 * COUNT, "turns are due for nothing");
    }
    assert_eq!(bench.answers(), 1 + COUNT, "after {turns} turns");
}
