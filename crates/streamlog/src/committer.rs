//! The thread that commits, for who wants one. Simulations call `commit_once` themselves.
use crate::{
    Store,
    sync::{current, park_timeout},
    ticket::Unpark,
};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Waker,
    thread::JoinHandle,
    time::{Duration, SystemTime},
};

/// Runs `commit_once` whenever something waits and `maintain_once` now and then, until it is dropped.
pub struct Committer {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// How long the keeper sleeps between its rounds.
const KEEPER_PERIOD: Duration = Duration::from_millis(100);
/// How long a batch that found no room waits until it is tried again.
const ROOM_PERIOD: Duration = Duration::from_millis(50);
/// How long the committer sleeps at most.
const IDLE_MAX: Duration = Duration::from_millis(500);

impl Committer {
    /// Starts the threads of this store: one commits, one seals and removes files.
    pub fn spawn(store: &Store) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = |name: &str, work: fn(&Store, &AtomicBool)| {
            let (store, stop) = (store.clone(), stop.clone());
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(&store, &stop))
        };
        let threads = vec![
            thread("streamlog-commit", commit_loop)?,
            thread("streamlog-keep", keep_loop)?,
        ];
        Ok(Self { stop, threads })
    }

    /// What the committing thread does until it is told to stop, for a schedule of simulated threads.
    #[cfg(any(test, feature = "sim"))]
    pub fn run_commits(store: &Store, stop: &AtomicBool) {
        commit_loop(store, stop);
    }

    /// What the keeping thread does until it is told to stop, for a schedule of simulated threads.
    #[cfg(any(test, feature = "sim"))]
    pub fn run_keeper(store: &Store, stop: &AtomicBool) {
        keep_loop(store, stop);
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
    }
}

/// The committer's thread: commits until it is told to stop, or the store fails.
fn commit_loop(store: &Store, stop: &AtomicBool) {
    let gate = &store.0.gate;
    gate.set_bell(Some(Waker::from(Arc::new(Unpark(current())))));
    while !stop.load(Ordering::SeqCst) {
        let now = now();
        let Ok(commit) = store.commit_once(now) else {
            break;
        };
        if commit.waits_for_room {
            park_timeout(ROOM_PERIOD);
        } else if gate.may_sleep() {
            let due = commit.next_due.map_or(IDLE_MAX, |due| {
                Duration::from_nanos(due.saturating_sub(now))
            });
            park_timeout(due.min(IDLE_MAX));
        }
    }
    gate.set_bell(None);
}

/// The keeper's thread: a round now and then, until it is told to stop.
fn keep_loop(store: &Store, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        park_timeout(KEEPER_PERIOD);
        let Err(error) = store.maintain_once(now()) else {
            continue;
        };
        if store.failure().is_some() {
            break;
        }
        tracing::warn!(%error, file = error.file(), "maintenance of the store failed and is tried again");
    }
}

/// The one place here that reads a clock.
#[expect(
    clippy::disallowed_methods,
    reason = "threads have to know when an interval is over"
)]
fn now() -> u64 {
    #[cfg(any(test, feature = "sim"))]
    if let Some(now) = crate::interleave::now() {
        return now;
    }
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64)
}
