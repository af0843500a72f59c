//! One connection, one task: wait, read, let the session act, hand over, write what is left.

use crate::connection::{Command, Connection};
use crate::host::Host;
use crate::inbound::Inbound;
use crate::line::Line;
use crate::patience::Patience;
use crate::transport::Duplex;
use crate::workers::{Local, now};
use midge_auth::{Grant, PasswordCheck, Step};
use midge_conf::Secret;
use midge_container::Finished;
use midge_router::{Sink, Worker};
use midge_session::{CloseReason, Event, Intake, Session};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Sleep, sleep, sleep_until, timeout};

/// Pause for a reader that is merely behind.
const PAUSE: Duration = Duration::from_millis(1);
/// Longest pause for a reader that is about to be cut.
const PAUSE_MAX: Duration = Duration::from_millis(10);
/// Time to write a farewell to a peer that doesn't read.
const FAREWELL: Duration = Duration::from_secs(1);
/// Time and bytes for which input of a refused peer is thrown away, so that the farewell arrives
/// before the reset which unread input causes.
const LINGER: (Duration, usize) = (Duration::from_millis(100), 4 << 20);
/// A rest between two reads up to this is part of what each sink counts.
const REST_BYTES: usize = 4 << 10;

pub(crate) enum Reader {
    Plain(OwnedReadHalf),
    Stream(Box<dyn Duplex>),
}

impl Reader {
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(read) => Pin::new(read).poll_read(cx, buffer),
            Self::Stream(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl Reader {
    /// Whether the peer closed its side and nothing is left to read. Of streams that only shows when they are read.
    pub(crate) fn poll_gone(&mut self, cx: &mut Context<'_>) -> bool {
        let Self::Plain(read) = self else {
            return false;
        };
        let mut byte = [0];
        let peeked = read.poll_peek(cx, &mut ReadBuf::new(&mut byte));
        matches!(peeked, Poll::Ready(Ok(0) | Err(_)))
    }
}

/// Why the task woke.
enum Wake {
    /// So many bytes are in the slab, behind the intake's rest.
    Read(usize),
    Ended(CloseReason),
    /// A command or a verdict waits, or the socket takes bytes again.
    Called,
    Writable,
    Time,
}

/// What stops the parsing.
enum Halt {
    /// Nothing: all input was consumed as far as it goes.
    Hungry,
    /// A password is to be checked where it blocks nobody.
    Check(PasswordCheck),
    /// The rules changed while rights were given by them.
    Review,
    Closed(CloseReason),
}

/// A connection's task.
pub(crate) struct Owner {
    pub(crate) local: Rc<RefCell<Local>>,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) session: Session,
    pub(crate) connection: Arc<Connection>,
    /// The rules by which its rights were given, or are to be.
    pub(crate) judged_by: u64,
    /// Its rights are to be judged again before anything else is read.
    pub(crate) is_to_review: bool,
    /// The bcrypt hash that its password matched.
    pub(crate) matched: Option<Secret>,
    pub(crate) sink: Arc<Sink>,
    pub(crate) line: Arc<Line>,
    pub(crate) reader: Reader,
    pub(crate) inbound: Option<Arc<Inbound>>,
    pub(crate) intake: Intake,
    /// Bytes of the rest, and of what is no whole message yet, that its sink counts.
    pub(crate) rest_held: usize,
    pub(crate) patience: Patience,
    /// Nothing more is read until these have room.
    pub(crate) held_for: Vec<Arc<Sink>>,
    /// It isn't read, for these or for want of memory.
    pub(crate) is_held: bool,
    /// Bytes were written into a stream that buffers, and must be flushed.
    pub(crate) flushing: bool,
}

impl Owner {
    pub(crate) async fn run(&mut self, anonymous: Option<Grant>, greeted: bool) {
        let mut reason = self.begin(anonymous, greeted);
        let mut alarm = pin!(sleep_until(self.deadline().into()));
        while reason.is_none() {
            if self.is_to_review {
                reason = self.review().await;
                continue;
            }
            let deadline = self.deadline();
            if alarm.deadline().into_std() > deadline || alarm.is_elapsed() {
                alarm.as_mut().reset(deadline.into());
            }
            let wake = poll_fn(|cx| self.poll_wake(cx, alarm.as_mut())).await;
            reason = match wake {
                Wake::Read(bytes) => self.read(bytes).await,
                Wake::Ended(reason) => self.close(reason),
                Wake::Called => self.called(),
                Wake::Writable => self.write(),
                Wake::Time => self.time(),
            };
        }
        self.end(reason.expect("the loop ended")).await;
    }

    /// Registers, greets, and lets an anonymous client in.
    fn begin(&mut self, anonymous: Option<Grant>, greeted: bool) -> Option<CloseReason> {
        if !greeted {
            let greeting = self.session.greeting();
            self.local
                .borrow_mut()
                .worker
                .reply(&self.sink)
                .extend_from_slice(&greeting);
        }
        if let Err(reason) = self.host.opened(&self.connection) {
            return self.close(reason);
        }
        if let Some(grant) = anonymous {
            self.admit(grant);
        }
        self.hand_over();
        self.take_closed()
    }

    pub(crate) fn deadline(&self) -> Instant {
        let session = self.session.poll_timeout().unwrap_or_else(now);
        self.patience
            .deadline()
            .map_or(session, |deadline| deadline.min(session))
    }

    fn poll_wake(&mut self, cx: &mut Context<'_>, alarm: Pin<&mut Sleep>) -> Poll<Wake> {
        self.line.register(cx.waker());
        if self.line.answer() {
            return Poll::Ready(Wake::Called);
        }
        if self.line.poll_writable(self.sink.mailbox(), cx) {
            return Poll::Ready(Wake::Writable);
        }
        if let Err(reason) = self.poll_write_stream(cx) {
            return Poll::Ready(Wake::Ended(reason));
        }
        let held = |sink: &Arc<Sink>| sink.poll_room(cx).is_pending();
        self.held_for.retain(held);
        let is_full = self.sink.memory().poll_room(cx).is_pending();
        self.is_held = is_full || !self.held_for.is_empty();
        if self.is_held {
            return alarm.poll(cx).map(|()| Wake::Time);
        }
        match self.poll_read(cx) {
            Poll::Ready(Ok(0)) => return Poll::Ready(Wake::Ended(CloseReason::ClientClosed)),
            Poll::Ready(Ok(bytes)) => return Poll::Ready(Wake::Read(bytes)),
            Poll::Ready(Err(error)) => return Poll::Ready(Wake::Ended(read_fault(&error))),
            Poll::Pending if self.inbound.is_some() => self.count_rest(),
            Poll::Pending => {}
        }
        alarm.poll(cx).map(|()| Wake::Time)
    }

    /// Reads behind the rest in the slab, or what a large frame still lacks.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut local = self.local.borrow_mut();
        let rest = self.intake.len();
        let room = match self.intake.wanted() {
            0 => &mut local.slab[rest..],
            wanted => {
                let len = local.slab.len();
                &mut local.slab[..wanted.min(len)]
            }
        };
        let mut buffer = ReadBuf::new(room);
        ready!(self.reader.poll_read(cx, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    async fn read(&mut self, bytes: usize) -> Option<CloseReason> {
        let now = now();
        let mut halt = self.take_in(bytes, now);
        loop {
            match halt {
                Halt::Check(check) => match self.settle(check).await {
                    Ok(verdict) => self.judge(verdict),
                    Err(reason) => return Some(reason),
                },
                Halt::Review => {
                    if let Some(reason) = self.review().await {
                        return Some(reason);
                    }
                }
                Halt::Hungry | Halt::Closed(_) => break,
            }
            if self.is_to_review {
                halt = Halt::Review;
                continue;
            }
            let input = self.intake.take();
            let shared = self.local.clone();
            let Local {
                worker, slab_len, ..
            } = &mut *shared.borrow_mut();
            halt = self.process(&input, now, worker, *slab_len);
        }
        self.connection.note(now, self.session.round_trip());
        self.hand_over();
        self.count_rest();
        match halt {
            Halt::Closed(reason) => Some(reason),
            _ => {
                self.hold_back().await;
                None
            }
        }
    }

    /// Has the sink count what the reads left over.
    fn count_rest(&mut self) {
        let inbound = self.inbound.as_ref().map_or(0, |inbound| inbound.held());
        let held = Some(self.intake.footprint() + inbound)
            .filter(|&bytes| bytes > REST_BYTES)
            .unwrap_or(0);
        if held > self.rest_held {
            self.sink.hold(held - self.rest_held);
        } else if held < self.rest_held {
            self.sink.release(self.rest_held - held);
        }
        self.rest_held = held;
    }

    /// Processes what was read, unless a large frame still lacks bytes.
    fn take_in(&mut self, bytes: usize, now: Instant) -> Halt {
        let shared = self.local.clone();
        let mut local = shared.borrow_mut();
        if self.intake.wanted() > 0 {
            if !self.intake.extend(&local.slab[..bytes]) {
                return Halt::Hungry;
            }
            let frame = self.intake.take();
            let slab_len = local.slab_len;
            return self.process(&frame, now, &mut local.worker, slab_len);
        }
        let len = self.intake.len() + bytes;
        let Local {
            worker,
            slab,
            slab_len,
            ..
        } = &mut *local;
        self.intake.restore(slab);
        self.process(&slab[..len], now, worker, *slab_len)
    }

    /// Feeds the session and answers its questions; keeps what it did not consume.
    fn process(
        &mut self,
        input: &[u8],
        now: Instant,
        worker: &mut Worker,
        slab_len: usize,
    ) -> Halt {
        let mut at = 0;
        let halt = loop {
            at += self.session.receive(&input[at..], now, worker);
            match self.session.poll_event() {
                None => break Halt::Hungry,
                Some(Event::Closed(reason)) => break Halt::Closed(reason),
                Some(Event::Connect(connect)) => {
                    self.matched = None;
                    match self.authenticate(&connect) {
                        Step::Slow(check) => break Halt::Check(check),
                        Step::Done(verdict) => self.judge_with(verdict, worker),
                    }
                    if self.is_to_review {
                        break Halt::Review;
                    }
                }
            }
        };
        self.intake
            .keep(&input[at..], self.session.limits(), slab_len);
        halt
    }

    /// A publisher that outran a reader pauses, never for its own backlog. One that outran a sink which holds publishers isn't read until
    /// that has room.
    async fn hold_back(&mut self) {
        let mut crowded = self.local.borrow_mut().worker.take_crowded();
        let holds = |sink: &mut Arc<Sink>| sink.options().holds_publishers;
        self.held_for.extend(crowded.extract_if(.., holds));
        for sink in &self.held_for {
            let stalls = &sink.stats.stalls;
            stalls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        let waits = |sink: &Arc<Sink>| !Arc::ptr_eq(sink, &self.sink) && sink.is_crowded();
        if !self.patience.options.stall_producers || !crowded.iter().any(waits) {
            return;
        }
        sleep(PAUSE).await;
        let mut paused = PAUSE;
        while paused < PAUSE_MAX
            && crowded
                .iter()
                .any(|sink| waits(sink) && sink.is_nearly_full())
        {
            sleep(PAUSE).await;
            paused += PAUSE;
        }
        for sink in crowded.iter().filter(|sink| sink.is_nearly_full()) {
            sink.stats
                .stalls
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    pub(crate) fn called(&mut self) -> Option<CloseReason> {
        if let Some(reason) = self.line.verdict() {
            return self.close(reason);
        }
        for command in self.connection.take_commands() {
            let local = self.local.clone();
            let worker = &mut local.borrow_mut().worker;
            match command {
                Command::Update(settings, announce) => {
                    self.session.update(settings, announce, now(), worker);
                }
                Command::Review => self.is_to_review = true,
                Command::Close(reason) => self.session.close(reason, worker),
                Command::Ping => self.session.ping_now(now(), worker),
            }
        }
        self.patience.options = self.host.line_options();
        self.hand_over();
        self.take_closed()
    }

    pub(crate) fn time(&mut self) -> Option<CloseReason> {
        let now = now();
        if self.patience.is_over(now, &self.line, &self.sink) {
            tracing::info!(
                "{} - Slow Consumer Detected: WriteDeadline of {:?} exceeded with {} bytes left",
                self.session.label(),
                self.patience.options.write_deadline,
                self.sink.mailbox().pending()
            );
            return self.close(CloseReason::SlowConsumerWriteDeadline);
        }
        if self.is_held {
            self.session.note_unread();
        }
        let local = self.local.clone();
        self.session
            .handle_timeout(now, &mut local.borrow_mut().worker);
        self.hand_over();
        self.take_closed()
    }

    pub(crate) fn close(&mut self, reason: CloseReason) -> Option<CloseReason> {
        let local = self.local.clone();
        self.session.close(reason, &mut local.borrow_mut().worker);
        self.hand_over();
        self.take_closed().or(Some(reason))
    }

    pub(crate) fn take_closed(&mut self) -> Option<CloseReason> {
        while let Some(event) = self.session.poll_event() {
            if let Event::Closed(reason) = event {
                return Some(reason);
            }
        }
        None
    }

    pub(crate) fn hand_over(&mut self) {
        self.local.borrow_mut().worker.hand_over();
        self.patience.look(now, &self.line, &self.sink);
    }

    // -- writing

    /// The plain socket takes bytes again.
    pub(crate) fn write(&mut self) -> Option<CloseReason> {
        if let Some(drain) = self.sink.mailbox().resume() {
            self.line
                .write_some(drain, self.local.borrow_mut().worker.pool(), false);
        }
        self.patience.look(now, &self.line, &self.sink);
        None
    }

    /// Writes what waits into a stream, as far as it takes it.
    pub(crate) fn poll_write_stream(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        let Reader::Stream(stream) = &mut self.reader else {
            return Ok(());
        };
        if self.sink.mailbox().pending() > 0
            && let Some(mut drain) = self.sink.mailbox().resume()
        {
            let mut local = self.local.borrow_mut();
            loop {
                let mut slices = [IoSlice::new(&[]); 16];
                let filled = drain.io_slices(&mut slices);
                if filled == 0 {
                    match drain.finish() {
                        Finished::Idle => break,
                        Finished::Again(same) => drain = same,
                    }
                    continue;
                }
                match Pin::new(&mut *stream).poll_write_vectored(cx, &slices[..filled]) {
                    Poll::Ready(Ok(written)) if written > 0 => {
                        self.flushing = true;
                        self.line.note_written(written);
                        drain.advance(written, local.worker.pool());
                    }
                    Poll::Ready(_) => {
                        drain.block();
                        return Err(CloseReason::WriteError);
                    }
                    Poll::Pending => {
                        drain.block();
                        break;
                    }
                }
            }
            self.patience.look(now, &self.line, &self.sink);
        }
        if self.flushing {
            match Pin::new(stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.flushing = false,
                Poll::Ready(Err(_)) => return Err(CloseReason::WriteError),
                Poll::Pending => {}
            }
        }
        Ok(())
    }

    // -- the end

    async fn end(&mut self, reason: CloseReason) {
        self.host.closed(&self.connection, reason);
        self.intake = Intake::default();
        self.count_rest();
        while !self.session.forget_subscriptions() {
            tokio::task::yield_now().await;
        }
        let cut = matches!(
            reason,
            CloseReason::SlowConsumerPendingBytes
                | CloseReason::SlowConsumerMemory
                | CloseReason::SlowConsumerWriteDeadline
                | CloseReason::WriteError
        );
        if !cut
            && timeout(FAREWELL, poll_fn(|cx| self.poll_drained(cx)))
                .await
                .is_ok()
            && reason.farewell().is_some()
        {
            self.linger().await;
        }
        self.sink.mailbox().close();
        self.line.close();
        tracing::debug!(
            "{} - Client connection closed: {reason}",
            self.session.label()
        );
    }

    /// The connection ends because of a panic on its behalf. The others of its worker go on: what they share is lent, not taken.
    pub(crate) fn abandon(&mut self) {
        let label = self.connection.label();
        tracing::error!("{label} - a fault of the server ends this connection");
        let reason = CloseReason::InternalError;
        let close = AssertUnwindSafe(|| {
            self.close(reason);
        });
        let _ = catch_unwind(close);
        self.host.closed(&self.connection, reason);
        self.sink.shut();
        self.sink.mailbox().close();
        self.line.close();
    }

    fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.line.register(cx.waker());
        self.line.leave();
        loop {
            if self.poll_write_stream(cx).is_err() || self.line.verdict().is_some() {
                return Poll::Ready(());
            }
            if self.sink.mailbox().pending() == 0 && !self.flushing {
                return Poll::Ready(());
            }
            if !self.line.poll_writable(self.sink.mailbox(), cx) {
                return Poll::Pending;
            }
            self.write();
        }
    }

    /// Says that nothing more comes, and reads on for a moment.
    async fn linger(&mut self) {
        if let Some(socket) = self.line.socket() {
            let stream: &TcpStream = (*socket).as_ref();
            let _ = socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write);
        } else if let Reader::Stream(stream) = &mut self.reader {
            let _ = timeout(
                LINGER.0,
                poll_fn(|cx| Pin::new(&mut *stream).poll_shutdown(cx)),
            )
            .await;
        }
        let mut thrown = 0;
        let throw = async {
            while thrown < LINGER.1 {
                match poll_fn(|cx| self.poll_read(cx)).await {
                    Ok(bytes) if bytes > 0 => thrown += bytes,
                    _ => return,
                }
            }
        };
        let _ = timeout(LINGER.0, throw).await;
    }
}

fn read_fault(error: &io::Error) -> CloseReason {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => CloseReason::ClientClosed,
        _ => CloseReason::ReadError,
    }
}
