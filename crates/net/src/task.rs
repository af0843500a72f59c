//! One connection, one task: wait, read, let the session act, hand over, write what is left.

use crate::connection::{Command, Connection, Facts, Peer, label};
use crate::host::{Entrance, Host, LineOptions};
use crate::line::{Line, Way};
use crate::transport::{Duplex, Handshake, Transport};
use crate::workers::{Local, now, today};
use midge_auth::{Certificate, ConnectionType, Denial, Grant, PasswordCheck, Step};
use midge_conf::Secret;
use midge_container::Finished;
use midge_router::{SINK_BYTES, Sink, SinkOptions, Worker};
use midge_session::{CloseReason, Event, Identity, Intake, Session, greeting};
use midge_wire::Connect;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
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

/// From this many waiting bytes on, publishers pause a moment for the reader.
const CROWDED_BYTES: usize = 1 << 20;
/// Pause for a reader that is merely behind.
const PAUSE: Duration = Duration::from_millis(1);
/// Longest pause for a reader that is about to be cut.
const PAUSE_MAX: Duration = Duration::from_millis(10);
/// Time to write a farewell to a peer that doesn't read.
const FAREWELL: Duration = Duration::from_secs(1);
/// Time and bytes for which input of a refused peer is thrown away, so that the farewell arrives
/// before the reset which unread input causes.
const LINGER: (Duration, usize) = (Duration::from_millis(100), 4 << 20);
/// What a connection over TLS or WebSocket counts beside its sink, from the handshake on.
const STREAM_BYTES: usize = 48 << 10;
/// A rest between two reads up to this is part of what each sink counts.
const REST_BYTES: usize = 4 << 10;

/// Runs a connection from accept to end.
pub(crate) async fn serve(
    local: Rc<RefCell<Local>>,
    host: Arc<dyn Host>,
    entrance: Arc<Entrance>,
    socket: TcpStream,
    address: SocketAddr,
) {
    let (id, nonce) = host.next_connection();
    let mut peer = Peer::plain(address, entrance.kind);
    let settings = host.settings();
    let mut identity = Identity {
        id,
        client_ip: peer.ip.clone(),
        label: label(&peer, id),
        kind: entrance.kind,
        nonce,
    };
    let handshake = entrance.handshake.load_full();
    let needed = match &*handshake {
        Handshake::Plain => SINK_BYTES,
        Handshake::Stream(_) => SINK_BYTES + STREAM_BYTES,
    };
    let Some(mut memory) = host.router().memory().admit(needed) else {
        let greeting = greeting(&identity, &settings);
        return refuse(&socket, &identity, &greeting, CloseReason::MemoryExceeded);
    };
    let transport = match &*handshake {
        Handshake::Plain => Transport::Plain {
            socket,
            greeted: false,
        },
        Handshake::Stream(handshake) => {
            let greeting = greeting(&identity, &settings);
            let place = match HandshakePlace::take(&host) {
                Ok(place) => place,
                Err(reason) => return refuse(&socket, &identity, &greeting, reason),
            };
            let transport = handshake(socket, address, greeting).await;
            drop(place);
            match transport {
                Ok(transport) => transport,
                Err(error) => return host.handshake_failed(&identity.label, &error),
            }
        }
    };
    let (reader, line, greeted) = match transport {
        Transport::Plain { socket, greeted } => {
            let (read, write) = socket.into_split();
            (
                Reader::Plain(read),
                Line::new(Some(write), identity.label.clone()),
                greeted,
            )
        }
        Transport::Stream {
            stream,
            certificate,
            tls,
            client_ip,
            cookie,
            greeted,
        } => {
            peer.certificate = certificate
                .as_ref()
                .and_then(|der| Certificate::from_der(der).ok());
            peer.certificate_der = certificate;
            peer.tls = tls;
            peer.cookie = cookie;
            peer.forwarded_for = client_ip;
            identity.client_ip = peer.shown_ip().to_owned();
            identity.label = label(&peer, id);
            (
                Reader::Stream(stream),
                Line::new(None, identity.label.clone()),
                greeted,
            )
        }
    };
    let options = host.line_options();
    let sink_options = SinkOptions {
        max_pending: options.max_pending,
        crowded_at: CROWDED_BYTES.min(options.max_pending / 2),
        holds_publishers: false,
    };
    let sink = host
        .router()
        .sink(id, sink_options, Box::new(Way(line.clone())));
    memory.shrink(SINK_BYTES);
    let nonce = identity.nonce.clone();
    let connection = Arc::new(Connection::new(
        id,
        peer,
        nonce,
        sink.clone(),
        line.clone(),
        (today(), now()),
    ));
    let judged_by = host.rules();
    let anonymous = host.anonymous(entrance.kind);
    let session = Session::new(identity, settings, sink.clone(), anonymous.is_none(), now());
    let mut owner = Owner {
        host,
        judged_by,
        is_to_review: false,
        matched: None,
        session,
        connection,
        sink,
        line,
        reader,
        intake: Intake::default(),
        rest_held: 0,
        patience: Patience::new(options),
        held_for: Vec::new(),
        flushing: false,
        local,
    };
    let panicked = {
        let mut run = Box::pin(owner.run(anonymous, greeted));
        poll_fn(|cx| {
            let poll = AssertUnwindSafe(|| run.as_mut().poll(cx));
            match catch_unwind(poll) {
                Ok(poll) => poll.map(|()| false),
                Err(_) => Poll::Ready(true),
            }
        })
        .await
    };
    if panicked {
        owner.abandon();
    }
}

/// A place among the connections for a handshake.
struct HandshakePlace<'a>(&'a Arc<dyn Host>);

impl<'a> HandshakePlace<'a> {
    fn take(host: &'a Arc<dyn Host>) -> Result<Self, CloseReason> {
        host.handshake_begins().map(|()| Self(host))
    }
}

impl Drop for HandshakePlace<'_> {
    fn drop(&mut self) {
        self.0.handshake_ended();
    }
}

/// Tells a client without a place so, in the clear and as far as its socket takes it at once.
fn refuse(socket: &TcpStream, who: &Identity, greeting: &[u8], reason: CloseReason) {
    let farewell = reason.farewell().unwrap_or_default();
    let answer = match who.kind {
        ConnectionType::WebSocket => {
            b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                .to_vec()
        }
        _ => [greeting, format!("-ERR '{farewell}'\r\n").as_bytes()].concat(),
    };
    // Tokio doesn't know yet that the socket takes bytes; a new one does.
    let _ = socket2::SockRef::from(socket).send(&answer);
    tracing::error!(target: "midge", "{} - {reason}", who.label);
}

enum Reader {
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
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> bool {
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

/// What happened while a password was checked.
enum Waited {
    Verdict(Result<Grant, Denial>),
    Ended(CloseReason),
    Called,
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

struct Owner {
    local: Rc<RefCell<Local>>,
    host: Arc<dyn Host>,
    session: Session,
    connection: Arc<Connection>,
    /// The rules by which its rights were given, or are to be.
    judged_by: u64,
    /// Its rights are to be judged again before anything else is read.
    is_to_review: bool,
    /// The bcrypt hash that its password matched.
    matched: Option<Secret>,
    sink: Arc<Sink>,
    line: Arc<Line>,
    reader: Reader,
    intake: Intake,
    /// Bytes of the rest that its sink counts.
    rest_held: usize,
    patience: Patience,
    /// Nothing more is read until these have room.
    held_for: Vec<Arc<Sink>>,
    /// Bytes were written into a stream that buffers, and must be flushed.
    flushing: bool,
}

impl Owner {
    async fn run(&mut self, anonymous: Option<Grant>, greeted: bool) {
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

    fn deadline(&self) -> Instant {
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
        if is_full || !self.held_for.is_empty() {
            return alarm.poll(cx).map(|()| Wake::Time);
        }
        match self.poll_read(cx) {
            Poll::Ready(Ok(0)) => return Poll::Ready(Wake::Ended(CloseReason::ClientClosed)),
            Poll::Ready(Ok(bytes)) => return Poll::Ready(Wake::Read(bytes)),
            Poll::Ready(Err(error)) => return Poll::Ready(Wake::Ended(read_fault(&error))),
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
        let held = Some(self.intake.footprint())
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

    /// Asks for the rights that these credentials give by the rules in force.
    fn authenticate(&mut self, connect: &Connect) -> Step {
        self.judged_by = self.host.rules();
        let who = self.session.identity();
        self.host.authenticate(who, connect, &self.connection.peer)
    }

    /// Has a password compared, and asks again if the rules changed meanwhile: nobody comes in by rules that no longer hold.
    async fn settle(
        &mut self,
        mut check: PasswordCheck,
    ) -> Result<Result<Grant, Denial>, CloseReason> {
        loop {
            let verdict = self.compare(check).await?;
            if self.host.rules() == self.judged_by {
                return Ok(verdict);
            }
            let connect = self.session.connect().clone();
            match self.authenticate(&connect) {
                Step::Done(verdict) => return Ok(verdict),
                Step::Slow(again) => check = again,
            }
        }
    }

    /// Compares a password when one of a few places is free. Given up when its peer is gone, or when its time is over.
    async fn compare(
        &mut self,
        check: PasswordCheck,
    ) -> Result<Result<Grant, Denial>, CloseReason> {
        if self.matched.as_ref() == Some(check.secret()) {
            return Ok(check.matched_before());
        }
        let secret = check.secret().clone();
        let places = self.local.borrow().checks.clone();
        let mut work = pin!(async move {
            let place = places.acquire_owned().await;
            let compared = tokio::task::spawn_blocking(move || {
                let _place = place;
                check.run()
            });
            compared.await.unwrap_or(Err(Denial::Missing))
        });
        loop {
            let mut alarm = pin!(sleep_until(self.deadline().into()));
            let waited = poll_fn(|cx| {
                if let Poll::Ready(verdict) = work.as_mut().poll(cx) {
                    return Poll::Ready(Waited::Verdict(verdict));
                }
                self.line.register(cx.waker());
                if self.line.answer() {
                    return Poll::Ready(Waited::Called);
                }
                if self.line.poll_writable(self.sink.mailbox(), cx) {
                    self.write();
                }
                if let Err(reason) = self.poll_write_stream(cx) {
                    return Poll::Ready(Waited::Ended(reason));
                }
                if self.reader.poll_gone(cx) {
                    return Poll::Ready(Waited::Ended(CloseReason::ClientClosed));
                }
                alarm.as_mut().poll(cx).map(|()| Waited::Time)
            })
            .await;
            let ended = match waited {
                Waited::Verdict(verdict) => {
                    self.matched = verdict.is_ok().then_some(secret);
                    return Ok(verdict);
                }
                Waited::Ended(reason) => self.close(reason),
                Waited::Called => self.called(),
                Waited::Time => self.time(),
            };
            if let Some(reason) = ended {
                return Err(reason);
            }
        }
    }

    /// Judges the rights again by the rules in force. Nothing is read meanwhile.
    async fn review(&mut self) -> Option<CloseReason> {
        self.is_to_review = false;
        // Who isn't let in yet is judged when it is.
        self.session.grant()?;
        self.judged_by = self.host.rules();
        let verdict = match self.host.judge_again(&self.connection) {
            Step::Done(verdict) => verdict,
            Step::Slow(check) => match self.compare(check).await {
                Ok(verdict) => verdict,
                Err(reason) => return Some(reason),
            },
        };
        if self.host.rules() != self.judged_by {
            self.is_to_review = true;
            return None;
        }
        // Who belongs to another account now has subscriptions in the old one: it comes in anew.
        let stays = |grant: &Grant| {
            self.session
                .grant()
                .is_some_and(|old| old.account == grant.account)
        };
        let grant = verdict.ok().filter(stays);
        if grant.as_ref() == self.session.grant() {
            return None;
        }
        let local = self.local.clone();
        self.session.review(grant, &mut local.borrow_mut().worker);
        self.connection.set_grant(self.session.grant().cloned());
        self.hand_over();
        self.take_closed()
    }

    fn judge(&mut self, verdict: Result<Grant, Denial>) {
        let local = self.local.clone();
        self.judge_with(verdict, &mut local.borrow_mut().worker);
    }

    fn judge_with(&mut self, verdict: Result<Grant, Denial>, worker: &mut Worker) {
        match verdict {
            Ok(grant) => {
                let account = self.host.account(&grant.account);
                if self.session.admit(account, grant, worker) {
                    self.set_facts();
                }
            }
            Err(denial) => {
                let connect = self.session.connect();
                let shown = midge_auth::Credentials {
                    user: Some(&connect.user),
                    nkey: Some(&connect.nkey),
                    token: Some(&connect.auth_token),
                    ..Default::default()
                };
                let who = shown
                    .shown()
                    .map(|shown| format!(" - {shown}"))
                    .unwrap_or_default();
                tracing::error!(target: "midge", "{} - authentication error{who}", self.session.label());
                tracing::debug!(target: "midge", "{} - {denial}", self.session.label());
                self.session
                    .close(CloseReason::AuthenticationViolation, worker);
            }
        }
    }

    fn admit(&mut self, grant: Grant) {
        let account = self.host.account(&grant.account);
        let local = self.local.clone();
        self.session
            .admit(account, grant, &mut local.borrow_mut().worker);
        self.set_facts();
    }

    /// Tells others who it is. A change of rules either sees that, or is seen here.
    fn set_facts(&mut self) {
        self.connection.set_facts(self.facts());
        self.is_to_review |= self.host.rules() != self.judged_by;
    }

    fn facts(&self) -> Facts {
        let connect = self.session.connect();
        Facts {
            name: connect.name.clone(),
            lang: connect.lang.clone(),
            version: connect.version.clone(),
            grant: self.session.grant().cloned(),
            account: self.session.account().cloned(),
            connect: self
                .host
                .settings()
                .expects_credentials(self.connection.peer.kind)
                .then(|| Box::new(connect.clone())),
        }
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

    fn called(&mut self) -> Option<CloseReason> {
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

    fn time(&mut self) -> Option<CloseReason> {
        let now = now();
        if self.patience.is_over(now, &self.line, &self.sink) {
            tracing::info!(target: "midge", "{} - Slow Consumer Detected: WriteDeadline of {:?} exceeded with {} bytes left",
                self.session.label(), self.patience.options.write_deadline, self.sink.mailbox().pending());
            return self.close(CloseReason::SlowConsumerWriteDeadline);
        }
        let local = self.local.clone();
        self.session
            .handle_timeout(now, &mut local.borrow_mut().worker);
        self.hand_over();
        self.take_closed()
    }

    fn close(&mut self, reason: CloseReason) -> Option<CloseReason> {
        let local = self.local.clone();
        self.session.close(reason, &mut local.borrow_mut().worker);
        self.hand_over();
        self.take_closed().or(Some(reason))
    }

    fn take_closed(&mut self) -> Option<CloseReason> {
        while let Some(event) = self.session.poll_event() {
            if let Event::Closed(reason) = event {
                return Some(reason);
            }
        }
        None
    }

    fn hand_over(&mut self) {
        self.local.borrow_mut().worker.hand_over();
        self.patience.look(now, &self.line, &self.sink);
    }

    // -- writing

    /// The plain socket takes bytes again.
    fn write(&mut self) -> Option<CloseReason> {
        if let Some(drain) = self.sink.mailbox().resume() {
            self.line
                .write_some(drain, self.local.borrow_mut().worker.pool(), false);
        }
        self.patience.look(now, &self.line, &self.sink);
        None
    }

    /// Writes what waits into a stream, as far as it takes it.
    fn poll_write_stream(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
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
        tracing::debug!(target: "midge", "{} - Client connection closed: {reason}", self.session.label());
    }

    /// The connection ends because of a panic on its behalf. The others of its worker go on: what they share is lent, not taken.
    fn abandon(&mut self) {
        let label = self.connection.label();
        tracing::error!(target: "midge", "{label} - a fault of the server ends this connection");
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
        self.intake = Intake::default();
        self.count_rest();
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

/// How long bytes may wait for a reader that doesn't take them.
struct Patience {
    options: LineOptions,
    /// Until when which count of written bytes must be reached.
    due: Option<(Instant, u64)>,
}

impl Patience {
    fn new(options: LineOptions) -> Self {
        Self { options, due: None }
    }

    fn deadline(&self) -> Option<Instant> {
        self.due.map(|(deadline, _)| deadline)
    }

    /// Looks at the line after a write: bytes that wait get a deadline, later bytes a later one.
    fn look(&mut self, now: impl Fn() -> Instant, line: &Line, sink: &Sink) {
        let pending = sink.mailbox().pending() as u64;
        if pending == 0 || self.options.retry_writes {
            self.due = None;
        } else if self.due.is_none_or(|(_, target)| line.written() >= target) {
            self.due = Some((
                now() + self.options.write_deadline,
                line.written() + pending,
            ));
        }
    }

    fn is_over(&mut self, now: Instant, line: &Line, sink: &Sink) -> bool {
        self.look(|| now, line, sink);
        self.due.is_some_and(|(deadline, _)| now >= deadline)
    }
}
