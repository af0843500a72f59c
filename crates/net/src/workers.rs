//! Worker threads: each runs its connections on a runtime of its own.

use crate::accept::serve;
use crate::checks::Checks;
use crate::host::{Entrance, Host};
use midge_router::Worker;
use std::cell::RefCell;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

/// Bytes of one read.
const SLAB_BYTES: usize = 128 << 10;
/// Passwords that are compared at one time are as many as there are workers, and these at least: they take the cores that workers leave.
const CHECKS_MIN: usize = 2;
/// Accepted sockets that may wait for a worker.
const WAITING_MAX: usize = 1024;
/// How often a worker gives unused memory back.
const TRIM_INTERVAL: Duration = Duration::from_secs(5);
/// How long a stopping worker waits for its connections.
const STOP_MAX: Duration = Duration::from_secs(2);

/// The one place where this crate reads the clock.
#[allow(
    clippy::disallowed_methods,
    reason = "the io layer reads the clock here and nowhere else"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The calendar's time.
#[allow(
    clippy::disallowed_methods,
    reason = "the io layer reads the calendar here and nowhere else"
)]
pub(crate) fn today() -> SystemTime {
    SystemTime::now()
}

/// What the tasks of one thread share: lent for as long as no task waits.
pub(crate) struct Local {
    pub(crate) worker: Worker,
    pub(crate) slab: Vec<u8>,
    pub(crate) slab_len: usize,
    /// Places for passwords that are compared at one time, by all workers.
    pub(crate) checks: Arc<Checks>,
}

struct Job {
    entrance: Arc<Entrance>,
    socket: TcpStream,
    address: SocketAddr,
}

/// A pool of worker threads.
pub struct Workers {
    jobs: Vec<mpsc::Sender<Job>>,
    next: AtomicUsize,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts `count` threads. Their random choices follow from `seed`.
    ///
    /// # Errors
    /// When a thread or its runtime can't be made.
    pub fn start(count: usize, seed: u64, host: &Arc<dyn Host>) -> io::Result<Self> {
        let mut workers = Self {
            jobs: Vec::new(),
            next: AtomicUsize::new(0),
            threads: Vec::new(),
        };
        let checks = Checks::new(count.max(CHECKS_MIN));
        for number in 0..count.max(1) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                .build()?;
            let (sender, jobs) = mpsc::channel(WAITING_MAX);
            let (host, seed) = (host.clone(), seed.wrapping_add(number as u64));
            let checks = checks.clone();
            let thread = std::thread::Builder::new()
                .name(format!("midge-worker-{number}"))
                .spawn(move || LocalSet::new().block_on(&runtime, run(host, jobs, seed, checks)))?;
            workers.jobs.push(sender);
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// Gives an accepted socket to the next worker.
    pub(crate) async fn serve(
        &self,
        entrance: Arc<Entrance>,
        socket: TcpStream,
        address: SocketAddr,
    ) {
        let worker = self.next.fetch_add(1, Relaxed) % self.jobs.len();
        let _ = self.jobs[worker]
            .send(Job {
                entrance,
                socket,
                address,
            })
            .await;
    }

    /// Takes no more sockets and waits until the connections have ended, a bounded time.
    pub fn stop(self) {
        drop(self.jobs);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

async fn run(host: Arc<dyn Host>, mut jobs: mpsc::Receiver<Job>, seed: u64, checks: Arc<Checks>) {
    let worker = Worker::new(seed, now());
    let local = Rc::new(RefCell::new(Local {
        worker,
        slab: vec![0; SLAB_BYTES],
        slab_len: SLAB_BYTES,
        checks,
    }));
    let live = Rc::new(());
    let mut trim = tokio::time::interval(TRIM_INTERVAL);
    loop {
        tokio::select! {
            job = jobs.recv() => {
                let Some(Job { entrance, socket, address }) = job else { break };
                let Ok(socket) = tokio::net::TcpStream::from_std(socket) else { continue };
                let (local, host, live) = (local.clone(), host.clone(), live.clone());
                tokio::task::spawn_local(async move {
                    serve(local, host, entrance, socket, address).await;
                    drop(live);
                });
            }
            _ = trim.tick() => {
                local.borrow_mut().worker.trim();
                nudge_allocator();
            }
        }
    }
    let stop_by = now() + STOP_MAX;
    while Rc::strong_count(&live) > 1 && now() < stop_by {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Takes and frees a large block. Allocators give pages back when they are used, after a while; a worker whose
/// clients all left would use its own no more.
fn nudge_allocator() {
    const LARGE_BYTES: usize = 1 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE_BYTES)));
}
