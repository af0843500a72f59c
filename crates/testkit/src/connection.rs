//! One client's link to a server: TCP, TLS over it, WebSocket over either.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::certs;
use crate::clock::real_now;

mod websocket;
pub use websocket::WebSocket;

/// Nothing in a test takes longer to connect, write or shake hands.
const IO_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of each end of a write is sent byte by byte in [`Chunking::EachByte`].
const SPLIT_BYTES_MAX: usize = 2048;

/// How a client's bytes are cut into writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chunking {
    /// As much as possible in one write.
    #[default]
    AllAtOnce,
    /// Each byte in a write of its own (only the ends of very long texts).
    EachByte,
}

impl Chunking {
    /// The writes into which a text is cut.
    pub fn cut(self, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        let (head, tail) = match self {
            Self::AllAtOnce => (0, 0),
            Self::EachByte if bytes.len() <= 2 * SPLIT_BYTES_MAX => (bytes.len(), 0),
            Self::EachByte => (SPLIT_BYTES_MAX, SPLIT_BYTES_MAX),
        };
        let (head, rest) = bytes.split_at(head);
        let (middle, tail) = rest.split_at(rest.len() - tail);
        let whole = (!middle.is_empty()).then_some(middle);
        head.chunks(1).chain(whole).chain(tail.chunks(1))
    }
}

/// What a wait for bytes brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Something was appended.
    Bytes,
    /// Nothing came before the deadline.
    Nothing,
    /// The other side closed the link, orderly or not.
    Closed,
}

/// A link as a transcript sees it: bytes go out, bytes come in, and it can end.
///
/// TCP is one implementation; a session in memory is another.
pub trait Transport {
    /// Sends bytes. A link that the other side has closed is no error here: reading tells.
    fn send(&mut self, bytes: &[u8]) -> Result<()>;

    /// Waits until `deadline` for bytes and appends them.
    fn receive(&mut self, into: &mut Vec<u8>, deadline: Instant) -> Result<Received>;
}

/// Which certificates a TLS client uses and what it accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsChoice {
    /// The handshake comes before INFO.
    pub first: bool,
    /// Name of the client certificate to show (see [`certs`]).
    pub certificate: Option<String>,
    /// Name of the authority to trust instead of `ca`.
    pub authority: Option<String>,
    /// Offer TLS 1.2 only.
    pub old: bool,
}

/// A TCP connection, with or without TLS.
pub struct Link {
    stream: Stream,
    chunking: Chunking,
    preface: Vec<u8>,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Link {
    /// Connects without TLS.
    pub fn plain(to: SocketAddr, chunking: Chunking) -> Result<Self> {
        let socket = TcpStream::connect_timeout(&to, IO_TIMEOUT)
            .with_context(|| format!("connecting to {to}"))?;
        socket.set_nodelay(true)?;
        socket.set_write_timeout(Some(IO_TIMEOUT))?;
        Ok(Self {
            stream: Stream::Plain(socket),
            chunking,
            preface: vec![],
        })
    }

    /// Connects and shakes hands. The INFO line that comes before is the first thing to be received.
    pub fn tls(to: SocketAddr, choice: &TlsChoice, chunking: Chunking) -> Result<Self> {
        let Self {
            stream: Stream::Plain(mut socket),
            ..
        } = Self::plain(to, chunking)?
        else {
            unreachable!("plain() makes plain links")
        };
        let preface = if choice.first {
            vec![]
        } else {
            read_line(&mut socket)?
        };
        socket.set_read_timeout(Some(IO_TIMEOUT))?;
        let name = ServerName::try_from("localhost")?;
        let mut session = ClientConnection::new(Arc::new(tls_config(choice)?), name)?;
        while session.is_handshaking() {
            session.complete_io(&mut socket).context("TLS handshake")?;
        }
        let stream = Stream::Tls(Box::new(StreamOwned::new(session, socket)));
        Ok(Self {
            stream,
            chunking,
            preface,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(socket) => socket.write_all(bytes),
            Stream::Tls(tls) => tls.write_all(bytes).and_then(|()| tls.flush()),
        }
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        let wait = Some(wait.max(Duration::from_millis(1)));
        match &mut self.stream {
            Stream::Plain(socket) => socket
                .set_read_timeout(wait)
                .and_then(|()| socket.read(buffer)),
            Stream::Tls(tls) => tls
                .sock
                .set_read_timeout(wait)
                .and_then(|()| tls.read(buffer)),
        }
    }
}

impl Transport for Link {
    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        for part in self.chunking.cut(bytes) {
            match self.write(part) {
                Ok(()) => {}
                Err(error) if is_timeout(&error) => {
                    bail!("the server took nothing for {IO_TIMEOUT:?}")
                }
                Err(_closed) => return Ok(()),
            }
        }
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, deadline: Instant) -> Result<Received> {
        if !self.preface.is_empty() {
            into.append(&mut self.preface);
            return Ok(Received::Bytes);
        }
        let mut buffer = [0; 65536];
        let wait = deadline.saturating_duration_since(real_now());
        Ok(match self.read(&mut buffer, wait) {
            Ok(0) => Received::Closed,
            Ok(len) => {
                into.extend_from_slice(&buffer[..len]);
                Received::Bytes
            }
            Err(error) if is_timeout(&error) => Received::Nothing,
            Err(_reset) => Received::Closed,
        })
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// Reads one line byte by byte, so that nothing behind it is lost to the TLS handshake.
fn read_line(socket: &mut TcpStream) -> Result<Vec<u8>> {
    socket.set_read_timeout(Some(IO_TIMEOUT))?;
    let mut line = vec![];
    let mut byte = [0];
    while line.last() != Some(&b'\n') {
        if socket.read(&mut byte)? == 0 {
            bail!("closed before the first line ended");
        }
        line.push(byte[0]);
    }
    Ok(line)
}

fn tls_config(choice: &TlsChoice) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions: &[_] = if choice.old {
        &[&rustls::version::TLS12]
    } else {
        rustls::ALL_VERSIONS
    };
    let authority = choice.authority.as_deref().unwrap_or("ca");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certs::file(&format!(
        "{authority}.pem"
    ))?)?)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .with_root_certificates(roots);
    let Some(name) = &choice.certificate else {
        return Ok(config.with_no_client_auth());
    };
    let chain = vec![CertificateDer::from_pem_file(certs::file(&format!(
        "{name}.pem"
    ))?)?];
    let key = PrivateKeyDer::from_pem_file(certs::file(&format!("{name}.key"))?)?;
    Ok(config.with_client_auth_cert(chain, key)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting_loses_no_byte() {
        for len in [0, 1, 5, 4096, 4097, 10_000] {
            let bytes: Vec<u8> = (0..len).map(|i: usize| i.to_le_bytes()[0]).collect();
            for chunking in [Chunking::AllAtOnce, Chunking::EachByte] {
                assert_eq!(chunking.cut(&bytes).collect::<Vec<_>>().concat(), bytes);
            }
        }
        assert_eq!(Chunking::EachByte.cut(b"PING").count(), 4);
        assert_eq!(Chunking::AllAtOnce.cut(b"PING").count(), 1);
    }
}
