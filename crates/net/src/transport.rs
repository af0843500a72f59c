//! How bytes arrive: a plain socket, or a stream that only its owner can drive.

use crate::inbound::Inbound;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A stream both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection after its handshake.
pub enum Transport {
    /// A plain socket: written by whoever delivers.
    Plain {
        /// The socket.
        socket: TcpStream,
        /// The greeting was sent already.
        greeted: bool,
    },
    /// TLS, WebSocket or something in memory: written by its owner.
    Stream {
        /// The bytes.
        stream: Box<dyn Duplex>,
        /// DER of the client's certificate, already verified.
        certificate: Option<Vec<u8>>,
        /// Protocol version and cipher suite, if it is TLS.
        tls: Option<(String, String)>,
        /// The address to show beside the socket's, if a proxy told one.
        client_ip: Option<String>,
        /// The `Cookie` header of a WebSocket upgrade.
        cookie: String,
        /// What WebSocket holds for the peer.
        inbound: Option<Arc<Inbound>>,
        /// The greeting was sent already, in the clear.
        greeted: bool,
    },
}

/// What happens between accept and session; the bytes of `INFO` are the first argument's.
pub type HandshakeFn = dyn Fn(
        TcpStream,
        SocketAddr,
        Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = io::Result<Transport>> + Send>>
    + Send
    + Sync;

/// The handshake of a listener.
#[derive(Clone)]
pub enum Handshake {
    /// None: the session begins at once.
    Plain,
    /// TLS, WebSocket or both. It gets the greeting, because some send it in the clear first.
    Stream(Arc<HandshakeFn>),
}
