//! WebSocket: the upgrade by hand, because refusals are HTTP answers that clients read, and the
//! frames by tungstenite. NATS bytes travel in binary frames, cut anywhere.

use crate::inbound::{Buffered, Inbound};
use crate::tls::{TlsPolicy, facts};
use crate::transport::{Duplex, Handshake, Transport};
use futures_util::{Sink, Stream};
use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

/// Bytes of the upgrade request.
const HEAD_MAX: usize = 16 << 10;
/// Bytes of one outgoing frame.
const FRAME_MAX: usize = 64 << 10;

/// Bytes before the payload of a control frame of a client, mask included.
const CONTROL_HEAD: usize = 6;

/// Bytes that a connection's frames are read with, held as long as it lives; what a frame says of its length reserves no more.
const READ_BUFFER_BYTES: usize = 4 << 10;
/// Bytes that wait for a peer: a frame of ours, and answers to pings. Whoever asks for more answers than it reads is cut.
const WRITE_BUFFER_MAX: usize = FRAME_MAX + (16 << 10);

/// What the listener demands of upgrades.
#[derive(Clone, Debug, Default)]
pub struct WebSocketPolicy {
    /// `Origin` must name the host that was asked.
    pub same_origin: bool,
    /// Origins let in; empty is all.
    pub allowed_origins: Vec<String>,
    /// Time for the upgrade.
    pub timeout: Duration,
    /// Headers added to the answer.
    pub headers: BTreeMap<String, String>,
    /// Largest frame and message read.
    pub max_message: usize,
    /// Bytes of a message before the login.
    pub max_login: usize,
}

/// The WebSocket listener's handshake, over TLS or plain.
#[must_use]
pub fn websocket_handshake(policy: WebSocketPolicy, tls: Option<TlsPolicy>) -> Handshake {
    let policy = Arc::new(policy);
    Handshake::Stream(Arc::new(move |socket, _, _| {
        let (policy, tls) = (policy.clone(), tls.clone());
        Box::pin(async move {
            let Some(tls) = tls else {
                return upgrade(&policy, false, socket, None, None).await;
            };
            let stream = tls.accept(socket).await?;
            let (certificate, described) = facts(stream.get_ref().1);
            upgrade(&policy, true, stream, certificate, described).await
        })
    }))
}

pub(crate) async fn upgrade<S: Duplex + 'static>(
    policy: &WebSocketPolicy,
    secure: bool,
    mut stream: S,
    certificate: Option<Vec<u8>>,
    tls: Option<(String, String)>,
) -> io::Result<Transport> {
    let (head, rest) = timeout(policy.timeout, read_head(&mut stream))
        .await
        .map_err(|_| fault("upgrade timeout"))??;
    let request = Request::parse(&head);
    if let Err((status, text)) = request.check(policy, secure) {
        let body = status.split_once(' ').map_or("", |(_, body)| body);
        let answer = format!(
            "HTTP/1.1 {status}\r\nSec-Websocket-Version: 13\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}\n",
            body.len() + 1
        );
        stream.write_all(answer.as_bytes()).await?;
        let _ = stream.shutdown().await;
        return Err(fault(text));
    }
    let key = derive_accept_key(
        request
            .header("sec-websocket-key")
            .unwrap_or_default()
            .as_bytes(),
    );
    let mut answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n"
    );
    for (name, value) in &policy.headers {
        answer += &format!("{name}: {value}\r\n");
    }
    answer += "\r\n";
    stream.write_all(answer.as_bytes()).await?;
    stream.flush().await?;
    let client_ip = request
        .header("x-forwarded-for")
        .and_then(|list| list.split(',').next());
    let client_ip = client_ip
        .map(str::trim)
        .filter(|ip| ip.parse::<std::net::IpAddr>().is_ok())
        .map(str::to_owned);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_MAX)
        .max_message_size(Some(policy.max_message))
        .max_frame_size(Some(policy.max_message));
    let inbound = Inbound::new(policy.max_login);
    let stream = Buffered::new(stream, inbound.clone());
    let frames =
        WebSocketStream::from_partially_read(stream, rest, Role::Server, Some(config)).await;
    let stream = Box::new(Frames {
        frames,
        read: Bytes::new(),
        inbound: inbound.clone(),
    });
    let cookie = request.header("cookie").unwrap_or_default().to_owned();
    Ok(Transport::Stream {
        stream,
        certificate,
        tls,
        client_ip,
        cookie,
        inbound: Some(inbound),
        greeted: false,
    })
}

fn fault(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text.to_owned())
}

/// Reads up to the blank line; what follows it belongs to the frames.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), rest));
        }
        if bytes.len() >= HEAD_MAX || stream.read_buf(&mut bytes).await? == 0 {
            return Err(fault("no upgrade request"));
        }
    }
}

struct Request<'a> {
    method: &'a str,
    headers: Vec<(String, &'a str)>,
}

impl<'a> Request<'a> {
    fn parse(head: &'a str) -> Self {
        let mut lines = head.split("\r\n");
        let method = lines
            .next()
            .unwrap_or_default()
            .split(' ')
            .next()
            .unwrap_or_default();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
            .collect();
        Self { method, headers }
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|&(_, value)| value)
    }

    fn names(&self, header: &str, word: &str) -> bool {
        self.header(header).is_some_and(|list| {
            list.split(',')
                .any(|item| item.trim().eq_ignore_ascii_case(word))
        })
    }

    /// Refuses with a status line and a text.
    fn check(
        &self,
        policy: &WebSocketPolicy,
        secure: bool,
    ) -> Result<(), (&'static str, &'static str)> {
        const BAD: &str = "400 Bad Request";
        if self.method != "GET" {
            return Err(("405 Method Not Allowed", "request method must be GET"));
        }
        if self.header("host").is_none_or(str::is_empty) {
            return Err((BAD, "'Host' missing in request"));
        }
        if !self.names("upgrade", "websocket") {
            return Err((BAD, "invalid value for header 'Upgrade'"));
        }
        if !self.names("connection", "upgrade") {
            return Err((BAD, "invalid value for header 'Connection'"));
        }
        if self.header("sec-websocket-key").is_none_or(str::is_empty) {
            return Err((BAD, "key missing"));
        }
        if !self.names("sec-websocket-version", "13") {
            return Err((BAD, "invalid version"));
        }
        match self.origin_allowed(policy, secure) {
            true => Ok(()),
            false => Err(("403 Forbidden", "origin not allowed")),
        }
    }

    fn origin_allowed(&self, policy: &WebSocketPolicy, secure: bool) -> bool {
        let Some(origin) = self
            .header("origin")
            .or_else(|| self.header("sec-websocket-origin"))
        else {
            return true;
        };
        let listed = policy.allowed_origins.is_empty()
            || policy
                .allowed_origins
                .iter()
                .any(|allowed| normal(allowed, secure) == normal(origin, secure));
        let same = !policy.same_origin
            || self
                .header("host")
                .is_some_and(|host| normal(origin, secure).1 == normal(host, secure).1);
        listed && same
    }
}

/// Scheme and `host:port` of an origin, the port filled in.
fn normal(origin: &str, secure: bool) -> (bool, String) {
    let (scheme, rest) = origin
        .split_once("://")
        .unwrap_or((if secure { "https" } else { "http" }, origin));
    let is_secure = matches!(scheme.to_ascii_lowercase().as_str(), "https" | "wss");
    let host = rest
        .split('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let port = if is_secure { 443 } else { 80 };
    (
        is_secure,
        if has_port {
            host
        } else {
            format!("{host}:{port}")
        },
    )
}

/// Frames as a stream of bytes.
struct Frames<S> {
    frames: WebSocketStream<Buffered<S>>,
    read: Bytes,
    inbound: Arc<Inbound>,
}

impl<S: Duplex> AsyncRead for Frames<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if !self.read.is_empty() {
                let len = self.read.len().min(buffer.remaining());
                buffer.put_slice(&self.read.split_to(len));
                return Poll::Ready(Ok(()));
            }
            match ready!(Pin::new(&mut self.frames).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => {
                    self.inbound.finish();
                    self.read = bytes;
                }
                Some(Ok(Message::Text(text))) => {
                    self.inbound.finish();
                    self.read = text.into();
                }
                // They come between the parts of a message, too.
                Some(Ok(Message::Ping(bytes) | Message::Pong(bytes))) => {
                    self.inbound.take_off(CONTROL_HEAD + bytes.len());
                }
                None => return Poll::Ready(Ok(())),
                Some(Ok(_)) => {}
                Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) => {
                    return Poll::Ready(Ok(()));
                }
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
            }
        }
    }
}

impl<S: Duplex> AsyncWrite for Frames<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut frames = Pin::new(&mut self.frames);
        ready!(frames.as_mut().poll_ready(cx)).map_err(io::Error::other)?;
        let mut frame = Vec::new();
        for slice in slices {
            let room = FRAME_MAX - frame.len();
            frame.extend_from_slice(&slice[..slice.len().min(room)]);
        }
        let len = frame.len();
        frames
            .start_send(Message::Binary(frame.into()))
            .map_err(io::Error::other)?;
        Poll::Ready(Ok(len))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.frames)
            .poll_flush(cx)
            .map_err(io::Error::other)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.frames)
            .poll_close(cx)
            .map_err(io::Error::other)
    }
}
