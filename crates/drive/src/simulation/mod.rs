//! All of JetStream's threads on a simulated disk, in an order that a seed draws.
//!
//! The real committer, keeper, engine and seat run as actors of a [`Schedule`], with clients beside them that publish, pull, acknowledge and
//! remove, over streams in files and in memory, with each policy, make consumers that remember much, and stop now and then to see that nobody waits
//! in vain. Somebody else may commit as well, between any two steps. They are preempted at each lock, so the steps of a commit (appended, written,
//! synced, told, observed), a visit, a turn, a timer and a round of the keeper come in any order; the disk may be slow, or [fail](Trouble). A run
//! is up to three lives of one store: the power fails in the midst of one, or the server stops well, and the next one goes on with what is there.
//!
//! The laws, of which [`Ledger`] keeps the facts: whoever waits is answered; a consumer with a waiting request has what it may have, without anybody
//! doing anything; what was acknowledged is there, and nothing that was removed; an ack that was confirmed never comes again; once its consumers have
//! nothing left, a work queue or an interest stream has nothing that they are done with; a work queue never has what a confirmed ack was about, not
//! even when its log stopped; a definition is there, or gone, as was answered; a mirror and a stream with a source have all of their origin, each
//! message once; totals equal what can be read; a loss of power, or what passes, is never taken for damage, and what can't be read at the moment
//! never for absent. While the disk fails a publish may be refused; when that has passed all goes on by itself.
//!
//! In between a loss of power is looked at that takes all that isn't synced ([`checks::check_cut`]): no stream ends before what it took for durable,
//! and no queue has a message whose ack was confirmed, or that its consumer's durable state is past.
//!
//! A failure names its seed: `MIDGE_SEED=17 MIDGE_SIMULATIONS=1 cargo test -p midge-drive --lib simulation` plays it again, and
//! `cargo xtask simulate 10 interleavings` plays new ones for minutes.

mod checks;
mod client;
mod ledger;
mod trouble;

use crate::Drive;
use client::Client;
use ledger::{Ledger, Plan};
use midge_jetstream::AccountLimits;
use midge_router::Router;
use midge_streamlog::sim::interleave::{self, Schedule};
use midge_streamlog::sim::{CrashDisk, Fault};
use midge_streamlog::{Committer, Damage, DamageKind, Store};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use trouble::Trouble;

/// The clock at the start.
const BEGIN: u64 = 1_700_000_000_000_000_000;
/// Once in so many operations of the disk it is looked at what a loss of power would leave.
const CHECK_ONE_IN: u64 = 8;
/// Lives of one store.
const LIVES: u64 = 3;

/// What the actors of one life share.
struct Life {
    plan: Plan,
    ledger: Mutex<Ledger>,
    disk: CrashDisk,
    trouble: Trouble,
    /// The life before it had a disk that failed for good.
    follows_lasting: bool,
    /// The log of the server, once that is open.
    store: OnceLock<Store>,
    /// What that took for durable when somebody looked, by stream.
    marks: Mutex<BTreeMap<String, u64>>,
    /// What the disk did wrong.
    faults: Mutex<Vec<Fault>>,
    /// Streams and consumers are made.
    ready: AtomicBool,
    /// How often a client came to where all meet.
    met: AtomicUsize,
    /// Clients that published all that they want.
    quiet: AtomicUsize,
    /// The disk works again.
    mended: AtomicBool,
    /// And what it has is known.
    well: AtomicBool,
    /// Clients that saw all that they should.
    done: AtomicUsize,
    stop: AtomicBool,
}

/// A small generator for what the clients do; the order is the schedule's.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }
}

/// Plays a seed; how many steps that took.
fn play(seed: u64) -> u64 {
    let mut dice = Dice::new(seed);
    dice.roll(2);
    let plan = Plan::draw(&mut dice);
    let (mut disk, mut ledger) = (CrashDisk::new(), Ledger::new(&plan));
    let (mut now, mut steps, mut follows_lasting) = (BEGIN, 0, false);
    for life in 0..1 + dice.roll(LIVES) {
        let (image, cut) = (Arc::new(Mutex::new(None)), dice.roll(300));
        let shared = Arc::new(Life {
            plan: plan.clone(),
            ledger: Mutex::new(ledger),
            disk,
            trouble: Trouble::draw(&mut dice),
            follows_lasting,
            store: OnceLock::new(),
            marks: Mutex::default(),
            faults: Mutex::default(),
            ready: AtomicBool::new(false),
            met: AtomicUsize::new(0),
            quiet: AtomicUsize::new(0),
            mended: AtomicBool::new(false),
            well: AtomicBool::new(false),
            done: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        watch(&shared, life, &image, (cut, dice.roll(u64::MAX)));
        let schedule = Schedule::new(seed.wrapping_mul(LIVES).wrapping_add(life), now);
        let (first, others) = (shared.clone(), schedule.clone());
        schedule.spawn("first client", move || live(&first, &others, life));
        let (took, end) = schedule.run();
        (now, steps) = (end + 1_000_000, steps + took);
        follows_lasting = shared.trouble == Trouble::Lasting;
        shared.disk.forget_hook();
        let crashed = image.lock().unwrap().take().filter(|_| dice.roll(3) > 0);
        (disk, ledger) = match crashed {
            Some((disk, ledger)) => (disk, ledger),
            None => {
                let ledger = shared.ledger.lock().unwrap().clone();
                match shared.trouble {
                    Trouble::Lasting => {
                        (shared.disk.cut(seed), ledger.after_power_cut(&plan, life))
                    }
                    _ => (shared.disk.cut(0), ledger),
                }
            }
        };
    }
    steps
}

/// What a later life finds after a loss of power, and what it may rely on.
type Image = Arc<Mutex<Option<(CrashDisk, Ledger)>>>;

/// Makes the disk as slow as the plan says, and remembers what the power, which fails after `cut` operations, leaves.
fn watch(life: &Arc<Life>, number: u64, image: &Image, (cut, seed): (u64, u64)) {
    let (weak, image) = (Arc::downgrade(life), image.clone());
    let count = AtomicUsize::new(0);
    life.disk.before_each(move |disk, _| {
        let Some(life) = weak.upgrade() else { return };
        if count.fetch_add(1, SeqCst) as u64 == cut {
            let ledger = life.ledger.lock().unwrap().clone();
            *image.lock().unwrap() =
                Some((disk.cut(seed), ledger.after_power_cut(&life.plan, number)));
        }
        if interleave::roll(CHECK_ONE_IN) == 0 {
            interleave::aside(|| checks::check_cut(&life));
        }
        let slow = life.plan.slow_ms;
        if slow > 0 && interleave::roll(4) == 0 {
            interleave::pause(Duration::from_millis(interleave::roll(slow)));
        } else {
            interleave::preempt();
        }
    });
}

/// The first client's life: it starts the others, and stops the server when all are done.
fn live(life: &Arc<Life>, schedule: &Schedule, number: u64) {
    let plan = &life.plan;
    let store = life.trouble.open(life);
    check_damage(&store, life, number);
    let _ = life.store.set(store.clone());
    let mut drive = Drive::assemble(store.clone(), plan.jetstream(), 1);
    let router = Router::new();
    let account = router.account("$G");
    drive.open_account(&router, &account, 1, AccountLimits::default());

    let seat = drive.seat.clone();
    schedule.spawn("jetstream", move || seat.serve());
    let (committed, told) = (store.clone(), life.clone());
    schedule.spawn("committer", move || {
        Committer::run_commits(&committed, &told.stop);
    });
    if let Some(most) = plan.eager_us {
        let (eager, told) = (store.clone(), life.clone());
        schedule.spawn("eager committer", move || {
            commit_eagerly(&eager, &told, most);
        });
    }
    let (kept, told) = (store.clone(), life.clone());
    schedule.spawn("keeper", move || Committer::run_keeper(&kept, &told.stop));

    if life.trouble != Trouble::None {
        let life = life.clone();
        schedule.spawn("trouble", move || life.trouble.befall(&life));
    }
    let router = Arc::new(router);
    for index in 1..plan.clients {
        let (life, router) = (life.clone(), router.clone());
        schedule.spawn("client", move || {
            let mut client = Client::new(&life, &router, index, number);
            client.wait_for(|life| life.ready.load(SeqCst));
            client.run();
        });
    }
    let mut client = Client::new(life, &router, 0, number);
    client.make_all();
    life.ready.store(true, SeqCst);
    client.run();
    client.wait_for(|life| life.done.load(SeqCst) == life.plan.clients);
    interleave::aside(|| checks::check_cut(life));
    match life.trouble {
        Trouble::Lasting => client.wait_for(|_| store.failure().is_none() || waiting(&drive) == 0),
        _ => {
            client.check_all();
            check_damage(&store, life, number);
        }
    }

    if let Some(mut engine) = drive.seat.engine().take() {
        engine.stop();
    }
    drive.seat.ring();
    life.stop.store(true, SeqCst);
    let now = interleave::now().unwrap_or(0);
    let closed = store.close(now);
    assert!(
        life.trouble == Trouble::Lasting || closed.is_ok(),
        "{closed:?}"
    );
}

/// Commits between any two steps of others, besides the committer, until the store is closed.
fn commit_eagerly(store: &Store, life: &Life, pause_us: u64) {
    while !life.stop.load(SeqCst) {
        let now = interleave::now().unwrap_or(0);
        let Ok(commit) = store.commit_once(now) else {
            return;
        };
        // One that only tries again what has no room is dear to look at.
        let rarely = if commit.batch == 0 { 20 } else { 1 };
        interleave::pause(Duration::from_micros(interleave::roll(pause_us * rarely)));
    }
}

/// No loss of power, and nothing that passes, is taken for damage. That a device can't be read is told as such.
fn check_damage(store: &Store, life: &Life, number: u64) {
    let damage = store.damage();
    let is_expected = |it: &Damage| match it.kind {
        DamageKind::TornTail | DamageKind::Copy => true,
        DamageKind::Unreadable => life.trouble == Trouble::Passing,
        _ => false,
    };
    let harmless = damage.iter().all(is_expected);
    let (faults, plan) = (&life.faults, &life.plan);
    assert!(harmless, "life {number}: {damage:?}, {faults:?}, {plan:?}");
}

/// Answers that JetStream owes.
fn waiting(drive: &Drive) -> usize {
    let engine = drive.seat.engine();
    engine
        .as_ref()
        .map_or(0, |engine| engine.jetstream.waiting())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long to play is measured outside of what is played"
)]
fn real_time() -> Instant {
    Instant::now()
}

/// One seed after the other: `runs`, or as many as `MIDGE_SIMULATIONS` says, or for `MIDGE_MINUTES`; from `MIDGE_SEED` on.
fn play_seeds(runs: u64) {
    let first = number("MIDGE_SEED").unwrap_or(1);
    let minutes = number("MIDGE_MINUTES");
    let runs = match minutes {
        Some(_) => u64::MAX - first,
        None => number("MIDGE_SIMULATIONS").unwrap_or(runs),
    };
    let long = minutes.map(|minutes| Duration::from_secs(60 * minutes));
    let (begun, mut steps) = (real_time(), 0);
    for seed in first..first + runs {
        if long.is_some_and(|long| begun.elapsed() > long) {
            #[expect(clippy::print_stdout, reason = "the figures of a long run")]
            {
                let seeds = seed - first;
                println!("interleavings: {seeds} seeds from {first} on, {steps} steps");
            }
            return;
        }
        match catch_unwind(AssertUnwindSafe(|| play(seed))) {
            Ok(took) => steps += took,
            Err(panic) => {
                #[expect(clippy::print_stderr, reason = "how to see it again")]
                {
                    eprintln!("seed {seed}: MIDGE_SEED={seed} MIDGE_SIMULATIONS=1 plays it again");
                }
                resume_unwind(panic);
            }
        }
    }
}

#[test]
fn in_any_order_nothing_is_lost_and_nobody_waits_in_vain() {
    play_seeds(12);
}
