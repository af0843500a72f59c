//! From an accepted socket to a connection's task.

use crate::connection::{Connection, Peer, label};
use crate::host::{Entrance, Host};
use crate::line::{Line, Way};
use crate::patience::Patience;
use crate::task::{Owner, Reader};
use crate::transport::{Handshake, Transport};
use crate::workers::{Local, now, today};
use midge_auth::{Certificate, ConnectionType};
use midge_router::{SINK_BYTES, SinkOptions};
use midge_session::{CloseReason, Identity, Intake, Session, greeting};
use std::cell::RefCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use tokio::net::TcpStream;

/// From this many waiting bytes on, publishers pause a moment for the reader.
const CROWDED_BYTES: usize = 1 << 20;
/// What a connection over TLS or WebSocket counts beside its sink, from the handshake on.
const STREAM_BYTES: usize = 48 << 10;

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
    let (reader, line, inbound, greeted) = match transport {
        Transport::Plain { socket, greeted } => {
            let (read, write) = socket.into_split();
            (
                Reader::Plain(read),
                Line::new(Some(write), identity.label.clone()),
                None,
                greeted,
            )
        }
        Transport::Stream {
            stream,
            certificate,
            tls,
            client_ip,
            cookie,
            inbound,
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
                inbound,
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
        inbound,
        intake: Intake::default(),
        rest_held: 0,
        patience: Patience::new(options),
        held_for: Vec::new(),
        is_held: false,
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
    tracing::error!("{} - {reason}", who.label);
}
