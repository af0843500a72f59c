//! The writing side of a connection, shared by everybody who delivers to it.

use arc_swap::ArcSwapOption;
use atomic_waker::AtomicWaker;
use midge_container::{Drain, Finished, Mailbox, Pool};
use midge_router::{Outlet, Sink};
use midge_session::CloseReason;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicU8, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst},
    fence,
};
use std::task::{Context, Waker};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

/// Slices of one vectored write.
const SLICES: usize = 64;
/// After this many bytes a foreign writer leaves the rest to the owner.
const FOREIGN_BURST_BYTES: usize = 256 << 10;

/// A connection's way out, and the bell of its owner.
pub(crate) struct Line {
    /// Set for plain sockets, which anybody may write; other streams belong to their owner. Empty from the connection's end on: the line
    /// lives as long as somebody may still deliver to it, a match in a cache for one, and the descriptor must not.
    socket: ArcSwapOption<OwnedWriteHalf>,
    is_shared: bool,
    owner: AtomicWaker,
    /// Something outside the socket wants the owner: a command, or a verdict.
    called: AtomicBool,
    /// The owner only waits until all is written.
    leaving: AtomicBool,
    /// Zero, or why the connection must end.
    verdict: AtomicU8,
    written: AtomicU64,
    label: String,
}

impl Line {
    pub(crate) fn new(socket: Option<OwnedWriteHalf>, label: String) -> Arc<Self> {
        Arc::new(Self {
            is_shared: socket.is_some(),
            socket: ArcSwapOption::from_pointee(socket),
            owner: AtomicWaker::new(),
            called: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
            verdict: AtomicU8::new(0),
            written: AtomicU64::new(0),
            label,
        })
    }

    /// Whether anybody may write it.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    pub(crate) fn socket(&self) -> Option<Arc<OwnedWriteHalf>> {
        self.socket.load_full()
    }

    /// Gives the socket up. Whoever writes to it at the moment is the last one.
    pub(crate) fn close(&self) {
        self.socket.store(None);
    }

    /// The owner sleeps now; wake it by `waker`.
    pub(crate) fn register(&self, waker: &Waker) {
        self.owner.register(waker);
    }

    /// Rings the owner's bell.
    pub(crate) fn call(&self) {
        self.called.store(true, Release);
        self.owner.wake();
    }

    /// Whether the bell rang since the last look.
    pub(crate) fn answer(&self) -> bool {
        self.called.load(Relaxed) && self.called.swap(false, AcqRel)
    }

    /// Ends the connection; the first verdict stands.
    pub(crate) fn condemn(&self, reason: CloseReason) {
        let _ = self
            .verdict
            .compare_exchange(0, reason.code(), AcqRel, Acquire);
        self.call();
    }

    pub(crate) fn verdict(&self) -> Option<CloseReason> {
        CloseReason::from_code(self.verdict.load(Acquire))
    }

    /// The owner is about to look whether all is written: who writes at the moment wakes it afterwards.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Relaxed);
        fence(SeqCst);
    }

    /// A foreign writer is done. Either the owner that leaves sees that, or this sees that it leaves.
    fn done(&self) {
        fence(SeqCst);
        if self.leaving.load(Relaxed) {
            self.owner.wake();
        }
    }

    /// Bytes that reached the socket so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }

    pub(crate) fn note_written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Relaxed);
    }

    /// Writes what the socket takes at once. `foreign` writers stop after a burst.
    pub(crate) fn write_some(&self, mut drain: Drain<'_>, pool: &mut Pool, foreign: bool) {
        let socket = self.socket.load();
        let Some(socket) = &*socket else {
            return drain.block();
        };
        let mut burst = 0;
        loop {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = drain.io_slices(&mut slices);
            if filled == 0 {
                match drain.finish() {
                    Finished::Idle => return,
                    Finished::Again(same) => drain = same,
                }
                continue;
            }
            match socket.try_write_vectored(&slices[..filled]) {
                Ok(written) => {
                    burst += written;
                    self.note_written(written);
                    drain.advance(written, pool);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    drain.block();
                    return self.owner.wake();
                }
                Err(_) => {
                    drain.block();
                    return self.condemn(CloseReason::WriteError);
                }
            }
            if foreign && burst >= FOREIGN_BURST_BYTES {
                drain.block();
                return self.owner.wake();
            }
        }
    }

    /// Whether the owner should wait for the socket to become writable.
    pub(crate) fn poll_writable(&self, mailbox: &Mailbox, cx: &mut Context<'_>) -> bool {
        let socket = self.socket.load();
        let Some(socket) = &*socket else {
            return false;
        };
        let stream: &TcpStream = (**socket).as_ref();
        mailbox.is_blocked() && stream.poll_write_ready(cx).is_ready()
    }
}

/// The outlet of a sink: the line, shared with its owner.
pub(crate) struct Way(pub(crate) Arc<Line>);

impl Outlet for Way {
    fn flush(&self, sink: &Sink, pool: &mut Pool) {
        if !self.0.is_shared() {
            return self.0.call();
        }
        if let Some(drain) = sink.mailbox().try_drain() {
            self.0.write_some(drain, pool, true);
            self.0.done();
        }
    }

    fn overflow(&self, sink: &Sink, pending_bytes: usize) {
        if self.0.verdict().is_none() {
            let limit = sink.options().max_pending;
            tracing::info!(
                "{} - Slow Consumer Detected: MaxPending of {limit} Exceeded ({pending_bytes})",
                self.0.label
            );
            sink.shut();
            self.0.condemn(CloseReason::SlowConsumerPendingBytes);
        }
    }

    fn evict(&self, sink: &Sink, held: usize) -> bool {
        if self.0.verdict().is_some() {
            return false;
        }
        let unread = sink.mailbox().pending();
        let max = sink.memory().max().unwrap_or(usize::MAX);
        sink.shut();
        if unread > held / 2 {
            tracing::warn!(
                "{} - Slow Consumer Detected: max_memory of {max} Exceeded, it holds the most ({held})",
                self.0.label
            );
            self.0.condemn(CloseReason::SlowConsumerMemory);
            sink.mailbox().close();
        } else {
            tracing::warn!(
                "{} - max_memory of {max} Exceeded, it holds the most ({held})",
                self.0.label
            );
            self.0.condemn(CloseReason::MemoryExceeded);
        }
        true
    }

    fn trace(&self, line: &[u8]) {
        tracing::trace!("{} - ->> [{}]", self.0.label, String::from_utf8_lossy(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Wake;

    #[derive(Default)]
    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Release);
        }
    }

    /// A client that closes on its last answer was noticed while the writer of that answer still held the mailbox, and its
    /// connection then waited for the end of its farewell time.
    #[test]
    fn who_leaves_hears_of_the_last_write() {
        let line = Line::new(None, String::new());
        let woken = Arc::new(Woken::default());
        line.register(&Waker::from(woken.clone()));
        line.done();
        assert!(!woken.0.load(Acquire), "it reads on, and needs no call");
        line.leave();
        line.done();
        assert!(woken.0.load(Acquire));
    }

    /// Symptom: sockets of ended connections stayed open for up to ten seconds if they were ever delivered a message. Cause: matches in
    /// workers' caches hold the line, and the line held the socket. Remedy: the line gives it up when the connection ends.
    #[tokio::test]
    async fn a_socket_is_closed_while_somebody_still_holds_its_line() {
        use tokio::io::AsyncReadExt;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (read, write) = listener.accept().await.unwrap().0.into_split();
        let line = Line::new(Some(write), String::new());
        let held_by_a_cache = line.clone();
        line.close();
        drop((line, read));
        assert_eq!(peer.read(&mut [0]).await.unwrap(), 0);
        assert!(held_by_a_cache.socket().is_none() && held_by_a_cache.is_shared());
    }
}
