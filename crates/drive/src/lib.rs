//! Runs JetStream: one thread with a clock, the store's committer beside it, and the way to and from the router.
//!
//! [`Drive::start`] opens the store and starts the thread. To the router, an account's JetStream is a sink like a connection:
//! publishes to its streams, acks and API requests arrive as ready-made bytes in a mailbox, a whole read batch at a
//! time. Who brings a little does it at once, on his own thread, while JetStream rests (`seat.rs`); else the thread is woken.
//! What JetStream says goes through a worker of its own, straight into the sockets.
//!
//! # Invariants
//! - All of JetStream's state is behind one lock, and nobody waits for it on the way of a message: who can't have it leaves a note.
//! - A visitor never waits for the disk: it appends, and writes what nobody wants synced; requests, deliveries, timers and syncs are for
//!   JetStream's thread and the committer.
//! - A publisher that outruns JetStream isn't read until its mailbox has room, so what waits is bounded, however slow the disk is.
//! - Whoever waits for the disk is answered: when its commit is told, or the failure after which there is none.
//!
//! # Why a mailbox and not a call from the publisher's thread
//! A call would need a lock per stream on the hot path, and would make publishers wait for appends of others. The
//! mailbox gives batches instead: one pass over hot data for all messages of a read, by whoever is free to do it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod alarms;
mod bell;
mod engine;
mod folder;
#[cfg(all(test, not(loom)))]
#[path = "../tests/clients/peer.rs"]
mod peer;
mod post;
mod room;
mod seat;
#[cfg(all(test, not(loom)))]
mod simulation;
mod sync;

pub use folder::{store_folder, temporary_folder};

use alarms::AlarmCounts;
use engine::{Engine, clock, instant};
use midge_jetstream::{AccountId, AccountLimits, JetStream};
use midge_router::{Account, Router, Worker};
use midge_streamlog::{Committer, Store, StoreOptions};
use post::{Ear, Post, sink_options};
use seat::Seat;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Release};
use std::thread::JoinHandle;
use std::time::Duration;

/// A store that lacks something when it is closed is asked again so often, and after so long each time.
const CLOSE_TRIES: u32 = 20;
const CLOSE_PAUSE: Duration = Duration::from_millis(100);

/// Why JetStream can't run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder can't be made or read.
    #[error("could not create storage directory {}: {source}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The folder belongs to the reference server.
    #[error(
        "the store folder {} was written by nats-server and is left as it is: name another one in `store_dir`, start \
         nats-server on the old one, and copy streams by `nats stream backup` and `nats stream restore`, or by a mirror",
        folder.display()
    )]
    Foreign {
        /// Which.
        folder: PathBuf,
    },
    /// The store doesn't open.
    #[error("could not open the store {}: {source}", folder.display())]
    Store {
        /// Where.
        folder: PathBuf,
        /// Why not.
        source: midge_streamlog::Error,
    },
    /// The thread can't be started.
    #[error("could not start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// How to run it.
pub struct Settings {
    /// Where the store is kept; a sub-folder is made in it.
    pub folder: PathBuf,
    /// The log's options.
    pub store: StoreOptions,
    /// JetStream's options.
    pub jetstream: midge_jetstream::Settings,
    /// Start of all random choices.
    pub seed: u64,
}

/// A running JetStream.
pub struct Drive {
    seat: Arc<Seat>,
    thread: Option<JoinHandle<()>>,
    store: Store,
    alarms: Arc<AlarmCounts>,
    committer: Option<Committer>,
    next_account: u32,
    /// The name of this JetStream among others.
    domain: Option<String>,
}

impl Drive {
    /// Opens the store and starts the threads.
    ///
    /// # Errors
    /// A folder that can't be used, a store that doesn't open, no thread to be had.
    pub fn start(settings: Settings) -> Result<Self, Error> {
        let store = folder::open(&settings.folder, settings.store)?;
        Self::start_on(store, settings.jetstream, settings.seed)
    }

    /// Starts the threads on a store that is open.
    ///
    /// # Errors
    /// No thread to be had.
    pub fn start_on(
        store: Store,
        jetstream: midge_jetstream::Settings,
        seed: u64,
    ) -> Result<Self, Error> {
        let mut drive = Self::assemble(store, jetstream, seed);
        drive.committer = Some(Committer::spawn(&drive.store)?);
        let served = drive.seat.clone();
        let thread = std::thread::Builder::new()
            .name("midge-jetstream".into())
            .spawn(move || served.serve())?;
        drive.thread = Some(thread);
        Ok(drive)
    }

    /// All but the threads.
    fn assemble(store: Store, jetstream: midge_jetstream::Settings, seed: u64) -> Self {
        let seat = Arc::new(Seat::new());
        let committed = Arc::new(AtomicU64::new(0));
        let (observer, visited) = (committed.clone(), seat.clone());
        store.observe(move |batch| {
            observer.fetch_max(batch, Release);
            visited.visit(None);
        });
        store.defer();
        let domain = jetstream.domain.clone();
        let jetstream = JetStream::open(store.clone(), jetstream, clock());
        let post = Post::new(Worker::new(seed, instant()));
        let alarms = Arc::new(AlarmCounts::default());
        let told = alarms.clone();
        seat.fill(Engine::new(jetstream, store.clone(), post, committed, told));
        Self {
            seat,
            thread: None,
            store,
            alarms,
            committer: None,
            next_account: 0,
            domain,
        }
    }

    /// Serves JetStream in `account`; its streams and consumers are there when this returns. `sink_id` must be unique
    /// in the router. A stream that can't be opened is logged and left as it is; the others are served.
    pub fn open_account(
        &mut self,
        router: &Router,
        account: &Arc<Account>,
        sink_id: u64,
        limits: AccountLimits,
    ) -> AccountId {
        let id = AccountId(self.next_account);
        self.next_account += 1;
        let sink = router.sink(
            sink_id,
            sink_options(),
            Box::new(Ear::new(self.seat.clone(), id)),
        );
        account.set_domain(self.domain.as_deref());
        let account = account.clone();
        self.ask(move |jetstream, post, now| {
            let name = account.name().clone();
            post.open(id, account, sink);
            let _ = jetstream.open_account(id, &name, limits, post, now);
        });
        id
    }

    /// Tells whoever asks in `account` that it has no JetStream.
    pub fn refuse_account(
        &mut self,
        router: &Router,
        account: &Arc<Account>,
        sink_id: u64,
    ) -> AccountId {
        let id = AccountId(self.next_account);
        self.next_account += 1;
        let sink = router.sink(
            sink_id,
            sink_options(),
            Box::new(Ear::new(self.seat.clone(), id)),
        );
        account.set_domain(self.domain.as_deref());
        let account = account.clone();
        self.ask(move |jetstream, post, _| {
            post.open(id, account, sink);
            jetstream.refuse_account(id, post);
        });
        id
    }

    /// Ends JetStream in an account; what it stored stays.
    pub fn close_account(&self, id: AccountId) {
        self.ask(move |jetstream, post, now| {
            jetstream.close_account(id, now, post);
            post.close(id);
        });
    }

    /// Does something with JetStream between two turns; `None` when it is stopping.
    pub fn with<R>(&self, work: impl FnOnce(&mut JetStream, u64) -> R) -> Option<R> {
        self.ask(move |jetstream, _, now| work(jetstream, now))
    }

    fn ask<R>(&self, work: impl FnOnce(&mut JetStream, &mut Post, u64) -> R) -> Option<R> {
        let mut engine = self.seat.engine();
        let Engine {
            jetstream, post, ..
        } = engine.as_mut()?;
        let answer = work(jetstream, post, clock());
        drop(engine);
        self.seat.ring();
        Some(answer)
    }

    /// How often something stood still and was woken, by kind. Anything but 0 is a fault of this server's.
    #[must_use]
    pub fn alarms(&self) -> [(&'static str, u64); 3] {
        self.alarms.all()
    }

    /// The log below.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Ends the threads; what was written is on the disk when this returns.
    pub fn stop(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        // The store's observer has the seat, and the engine in it the store: none would go as long as it sits there.
        let engine = self.seat.engine().take();
        let Some(thread) = self.thread.take() else {
            return;
        };
        if let Some(mut engine) = engine {
            engine.stop();
        }
        self.seat.ring();
        if thread.join().is_err() {
            tracing::error!("JetStream: its thread panicked");
        }
        self.committer = None;
        // Why it stopped was said when it did.
        let has_stopped = self.store.failure().is_some();
        let mut closed = self.store.close(clock());
        for _ in 0..CLOSE_TRIES {
            if has_stopped
                || !closed
                    .as_ref()
                    .is_err_and(midge_streamlog::Error::is_passing)
            {
                break;
            }
            // What lacks may come with the clients' end.
            std::thread::sleep(CLOSE_PAUSE);
            closed = self.store.close(clock());
        }
        if let (Err(error), false) = (closed, has_stopped) {
            tracing::error!(%error, "JetStream: the store did not close well, what was acknowledged as synced is there");
        }
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        self.halt();
    }
}
