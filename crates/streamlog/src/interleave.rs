//! Threads whose interleaving is drawn from a seed: the real committer, keeper and engine run, one at a time, and a seed says who goes on.
//!
//! A [`Schedule`] starts *actors*, each a thread. Exactly one runs; before each lock of this crate it comes to [`preempt`], where the dice may
//! hand over to another. Who finds a lock taken is *blocked* and tries again when it is drawn; who parks is *asleep* until it is unparked or until
//! the clock comes there. The clock is the schedule's own: it creeps with each step, and jumps to the next sleeper when nobody else can go on.
//! So a run takes no real time, has any order of the steps between two locks, and comes again with its seed.
//!
//! # Invariants
//! - `running` names the only actor that executes; all others wait for their condition variable.
//! - A thread that no schedule started sees the real locks, parks and clocks.
//! - Nobody waits for a real lock while an actor holds it: `Mutex::lock` of an actor only tries.
//!
//! What it can't see: orders of plain atomics between two locks. Those are few, and loom's (`gate/models.rs`).
use parking_lot::{Condvar, MutexGuard};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread::Thread,
    time::Duration,
};

/// Nobody runs: before the first actor, and after the last.
const NOBODY: usize = usize::MAX;
/// A step takes less than this, in nanoseconds.
const STEP_MAX: u64 = 2_000;
/// Once in so many hand-overs a timer fires although others could go on.
const JUMP_ONE_IN: u64 = 64;
/// If it is due within this.
const JUMP_MAX: u64 = 20_000_000;
/// A run with more steps than this goes in circles.
const STEPS_MAX: u64 = 50_000_000;

/// Starts actors and runs them. See the head of this file.
#[derive(Clone)]
pub struct Schedule(Arc<Core>);

struct Core {
    state: parking_lot::Mutex<State>,
    over: Condvar,
}

struct State {
    dice: Dice,
    now: u64,
    steps: u64,
    /// Who runs hands over once in so many steps.
    calm: u64,
    running: usize,
    actors: Vec<Actor>,
    /// The first panic.
    failure: Option<Box<dyn Any + Send>>,
}

struct Actor {
    name: &'static str,
    phase: Phase,
    /// An unpark came while it was awake.
    token: bool,
    /// How likely it is drawn.
    weight: u64,
    turn: Arc<Condvar>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Ready,
    /// It found a lock taken. It tries again once anybody went on, for until then nobody gave the lock back.
    Blocked {
        tried: bool,
    },
    Asleep {
        until: u64,
    },
    Ended,
}

/// The actor that a thread is.
#[derive(Clone)]
struct Me(Arc<Core>, usize);

thread_local! {
    static ME: RefCell<Option<Me>> = const { RefCell::new(None) };
    /// It looks at something [aside].
    static ASIDE: Cell<bool> = const { Cell::new(false) };
}

fn me() -> Option<Me> {
    if std::thread::panicking() {
        return None;
    }
    ME.try_with(|me| me.borrow().clone()).ok().flatten()
}

impl Schedule {
    /// Without actors yet; the clock shows `now`, in nanoseconds.
    pub fn new(seed: u64, now: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let calm = [1, 3, 12, 60][dice.roll(4) as usize];
        let state = State {
            dice,
            now,
            steps: 0,
            calm,
            running: NOBODY,
            actors: Vec::new(),
            failure: None,
        };
        Self(Arc::new(Core {
            state: parking_lot::Mutex::new(state),
            over: Condvar::new(),
        }))
    }

    /// Adds an actor. It begins when it is drawn, after [`run`](Self::run) was called.
    ///
    /// # Panics
    /// When there is no thread to be had.
    pub fn spawn(&self, name: &'static str, work: impl FnOnce() + Send + 'static) {
        let turn = Arc::new(Condvar::new());
        let index = {
            let mut state = self.0.state.lock();
            let weight = 1 << state.dice.roll(4);
            state.actors.push(Actor {
                name,
                phase: Phase::Ready,
                token: false,
                weight,
                turn: turn.clone(),
            });
            state.actors.len() - 1
        };
        let core = self.0.clone();
        let body = move || {
            core.wait_for_turn(index, &turn);
            ME.with(|me| *me.borrow_mut() = Some(Me(core.clone(), index)));
            let outcome = catch_unwind(AssertUnwindSafe(work));
            ME.with(|me| *me.borrow_mut() = None);
            core.end(index, outcome.err());
        };
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(body)
            .expect("a thread");
    }

    /// Runs all actors until each has ended. How many steps it took, and what the clock shows.
    ///
    /// # Panics
    /// With the panic of the first actor that has one; the others are left where they are.
    pub fn run(self) -> (u64, u64) {
        let mut state = self.0.state.lock();
        state.draw();
        state.pass_on();
        while state.running != NOBODY {
            self.0.over.wait(&mut state);
        }
        if let Some(failure) = state.failure.take() {
            drop(state);
            resume_unwind(failure);
        }
        (state.steps, state.now)
    }
}

/// Another actor may go on here.
pub fn preempt() {
    if let Some(Me(core, index)) = me().filter(|_| !ASIDE.get()) {
        core.step(index, false, |_| {});
    }
}

/// An onlooker's work, which is no part of what is played: nobody else goes on meanwhile, and no time passes.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    ASIDE.set(true);
    let outcome = work();
    ASIDE.set(false);
    outcome
}

/// The schedule's clock; `None` outside of one.
pub fn now() -> Option<u64> {
    let Me(core, _) = me()?;
    let now = core.state.lock().now;
    Some(now)
}

/// This thread, to be unparked.
pub fn current() -> Parked {
    match me() {
        Some(me) => Parked(Sleeper::Actor(me)),
        None => Parked(Sleeper::Thread(std::thread::current())),
    }
}

/// Sleeps until it is unparked, or so long.
pub fn park_timeout(at_most: Duration) {
    let Some(Me(core, index)) = me() else {
        return std::thread::park_timeout(at_most);
    };
    let at_most = u64::try_from(at_most.as_nanos()).unwrap_or(u64::MAX);
    core.step(index, true, |state| {
        let until = state.now.saturating_add(at_most);
        let actor = &mut state.actors[index];
        if !std::mem::take(&mut actor.token) {
            actor.phase = Phase::Asleep { until };
        }
    });
    core.state.lock().actors[index].token = false;
}

/// A disk or a client that takes its time.
pub fn pause(long: Duration) {
    let Some(until) = now().map(|now| now + long.as_nanos() as u64) else {
        return;
    };
    let Some(Me(core, index)) = me() else { return };
    while core.state.lock().now < until {
        core.step(index, true, |state| {
            state.actors[index].phase = Phase::Asleep { until };
        });
    }
}

/// A number below `sides` from the schedule's dice; 0 outside of one.
pub fn roll(sides: u64) -> u64 {
    me().map_or(0, |Me(core, _)| core.state.lock().dice.roll(sides))
}

/// Who may be unparked.
#[derive(Clone)]
pub struct Parked(Sleeper);

#[derive(Clone)]
enum Sleeper {
    Thread(Thread),
    Actor(Me),
}

impl Parked {
    /// Ends its park, or the next one.
    pub fn unpark(&self) {
        match &self.0 {
            Sleeper::Thread(thread) => thread.unpark(),
            Sleeper::Actor(Me(core, index)) => {
                let mut state = core.state.lock();
                let actor = &mut state.actors[*index];
                match actor.phase {
                    Phase::Asleep { .. } => actor.phase = Phase::Ready,
                    _ => actor.token = true,
                }
            }
        }
    }
}

impl Core {
    /// One step of actor `index`, which may change its phase; then whoever is drawn goes on.
    fn step(&self, index: usize, must: bool, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        state.steps += 1;
        state.now += state.dice.roll(STEP_MAX);
        if state.actors[index].phase == Phase::Ready {
            state.try_again();
        }
        change(&mut state);
        if state.actors[index].phase == Phase::Ready {
            let calm = state.calm;
            if !must && state.dice.roll(calm) > 0 {
                return;
            }
        }
        state.draw();
        if state.running != index {
            state.pass_on();
            let turn = state.actors[index].turn.clone();
            while state.running != index {
                turn.wait(&mut state);
            }
        }
    }

    fn wait_for_turn(&self, index: usize, turn: &Condvar) {
        let mut state = self.state.lock();
        while state.running != index {
            turn.wait(&mut state);
        }
    }

    fn end(&self, index: usize, failure: Option<Box<dyn Any + Send>>) {
        let mut state = self.state.lock();
        state.actors[index].phase = Phase::Ended;
        state.try_again();
        if failure.is_some() {
            state.failure = failure;
            state.running = NOBODY;
        } else {
            state.draw();
        }
        match state.running {
            NOBODY => drop(self.over.notify_all()),
            _ => state.pass_on(),
        }
    }
}

impl State {
    /// Who goes on.
    fn draw(&mut self) {
        loop {
            let now = self.now;
            for actor in &mut self.actors {
                if matches!(actor.phase, Phase::Asleep { until } if until <= now) {
                    actor.phase = Phase::Ready;
                }
            }
            let may = |actor: &&Actor| {
                matches!(actor.phase, Phase::Ready | Phase::Blocked { tried: false })
            };
            let next = self.actors.iter().filter_map(|actor| match actor.phase {
                Phase::Asleep { until } => Some(until),
                _ => None,
            });
            let next = next.min();
            let total: u64 = self.actors.iter().filter(may).map(|it| it.weight).sum();
            if total == 0 {
                let mut actors = self.actors.iter();
                match next {
                    Some(until) => self.now = until,
                    None if actors.all(|it| it.phase == Phase::Ended) => {
                        return self.running = NOBODY;
                    }
                    None => panic!("deadlock: {}", self.phases()),
                }
                continue;
            }
            if let Some(until) = next.filter(|until| *until <= now.saturating_add(JUMP_MAX))
                && self.dice.roll(JUMP_ONE_IN) == 0
            {
                self.now = until;
                continue;
            }
            assert!(self.steps < STEPS_MAX, "no end: {}", self.phases());
            let mut left = self.dice.roll(total);
            let drawn = self.actors.iter().position(|actor| {
                let taken = may(&actor) && left < actor.weight;
                if may(&actor) && !taken {
                    left -= actor.weight;
                }
                taken
            });
            self.running = drawn.unwrap_or(NOBODY);
            return;
        }
    }

    /// Somebody went on, and may have given a lock back.
    fn try_again(&mut self) {
        for actor in &mut self.actors {
            if let Phase::Blocked { tried } = &mut actor.phase {
                *tried = false;
            }
        }
    }

    fn pass_on(&self) {
        if let Some(actor) = self.actors.get(self.running) {
            actor.turn.notify_one();
        }
    }

    fn phases(&self) -> String {
        let all = self.actors.iter();
        all.map(|actor| format!("{} {:?}; ", actor.name, actor.phase))
            .collect()
    }
}

/// A lock that is a place to be preempted for actors, and the usual one for all others.
#[derive(Default)]
pub struct Mutex<T>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    /// Open.
    pub const fn new(value: T) -> Self {
        Self(parking_lot::Mutex::new(value))
    }

    /// Waits for it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let Some(Me(core, index)) = me() else {
            return self.0.lock();
        };
        preempt();
        loop {
            if let Some(guard) = self.0.try_lock() {
                core.state.lock().actors[index].phase = Phase::Ready;
                return guard;
            }
            core.step(index, true, |state| {
                state.actors[index].phase = Phase::Blocked { tried: true };
            });
        }
    }

    /// Has it if nobody else does.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        preempt();
        self.0.try_lock()
    }
}

/// A small generator; the seed is the run's name.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % sides
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    const SECOND: Duration = Duration::from_secs(1);

    /// Two that read, are preempted, and write lose a count with some seed, and never with others.
    #[test]
    fn a_seed_is_an_interleaving() {
        let lost = |seed| {
            let (count, other) = (Arc::new(AtomicU64::new(0)), Schedule::new(seed, 0));
            for _ in 0..2 {
                let count = count.clone();
                other.spawn("adder", move || {
                    let read = count.load(Ordering::SeqCst);
                    preempt();
                    count.store(read + 1, Ordering::SeqCst);
                });
            }
            other.run();
            count.load(Ordering::SeqCst) == 1
        };
        let seeds: Vec<bool> = (0..40).map(lost).collect();
        assert!(seeds.contains(&true) && seeds.contains(&false));
        assert_eq!(seeds, (0..40).map(lost).collect::<Vec<_>>());
    }

    #[test]
    fn time_passes_when_all_sleep_and_a_holder_that_sleeps_blocks() {
        let schedule = Schedule::new(3, 5);
        let lock = Arc::new(Mutex::new(0));
        for _ in 0..3 {
            let lock = lock.clone();
            schedule.spawn("holder", move || {
                let mut held = lock.lock();
                pause(SECOND);
                *held += 1;
            });
        }
        let (_, end) = schedule.run();
        assert_eq!(*lock.lock(), 3);
        assert!((3_000_000_005..3_100_000_000).contains(&end), "{end}");
    }

    /// However unlikely the dice draw whoever waits for it, a lock that was given back is taken before time passes.
    #[test]
    fn nobody_sleeps_through_a_lock_that_is_free() {
        for seed in 0..200 {
            let schedule = Schedule::new(seed, 0);
            let lock = Arc::new(Mutex::new(0));
            for _ in 0..5 {
                let lock = lock.clone();
                schedule.spawn("adder", move || {
                    let mut held = lock.lock();
                    pause(Duration::from_micros(10));
                    *held += 1;
                });
            }
            schedule.spawn("sleeper", || park_timeout(SECOND));
            let seen = lock.clone();
            schedule.spawn("onlooker", move || {
                pause(Duration::from_millis(900));
                assert_eq!(*seen.lock(), 5);
            });
            schedule.run();
        }
    }

    #[test]
    fn an_unpark_ends_a_park_or_the_next_one() {
        let schedule = Schedule::new(1, 0);
        let sleeper = Arc::new(Mutex::new(None::<Parked>));
        let seen = sleeper.clone();
        schedule.spawn("sleeper", move || {
            *seen.lock() = Some(current());
            park_timeout(1000 * SECOND);
        });
        schedule.spawn("waker", move || {
            loop {
                if let Some(parked) = &*sleeper.lock() {
                    return parked.unpark();
                }
                pause(Duration::from_millis(1));
            }
        });
        assert!(schedule.run().1 < 1_000_000_000);
    }

    #[test]
    #[should_panic(expected = "the reason")]
    fn the_first_panic_is_the_runs() {
        let schedule = Schedule::new(1, 0);
        schedule.spawn("other", || park_timeout(SECOND));
        schedule.spawn("one", || panic!("the reason"));
        schedule.run();
    }
}
