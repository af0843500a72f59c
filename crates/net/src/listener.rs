//! Binding and accepting.

use crate::host::Entrance;
use crate::workers::Workers;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

const BACKLOG: i32 = 4096;
/// Pauses after a failed accept (no file descriptor left, say) grow up to this.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// A bound listener.
pub struct Listening {
    /// The socket, not yet part of a runtime.
    pub socket: std::net::TcpListener,
    /// Where it really listens.
    pub address: SocketAddr,
}

/// Binds `host:port`. The unspecified IPv4 address binds both families where IPv6 exists.
///
/// # Errors
/// When the name can't be resolved or the address can't be bound.
pub fn bind(host: &str, port: u16) -> io::Result<Listening> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut last = io::Error::new(
        io::ErrorKind::AddrNotAvailable,
        format!("no address for {host}"),
    );
    for address in candidates(host, port)? {
        match bind_one(address) {
            Ok(socket) => {
                let address = socket.local_addr()?;
                return Ok(Listening { socket, address });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn candidates(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let both = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port);
    let v4 = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port);
    match host {
        "" | "0.0.0.0" => Ok(vec![both, v4]),
        _ => Ok((host, port).to_socket_addrs()?.collect()),
    }
}

fn bind_one(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if let SocketAddr::V6(v6) = address {
        socket.set_only_v6(!v6.ip().is_unspecified())?;
    }
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Accepts until the future is dropped, and hands the sockets to the workers.
///
/// # Errors
/// When the listener can't become part of the runtime.
pub async fn listen(
    listener: std::net::TcpListener,
    entrance: Arc<Entrance>,
    workers: Arc<Workers>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut pause = Duration::from_millis(10);
    loop {
        match listener.accept().await {
            Ok((socket, address)) => {
                pause = Duration::from_millis(10);
                let _ = socket.set_nodelay(true);
                if let Ok(socket) = socket.into_std() {
                    workers.serve(entrance.clone(), socket, address).await;
                }
            }
            Err(error) => {
                tracing::error!("Temporary Client Accept Error ({error}), sleeping {pause:?}");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}
