//! What the net asks of the program around it.

use crate::connection::{Connection, Peer};
use crate::transport::Handshake;
use arc_swap::ArcSwap;
use midge_auth::{ConnectionType, Grant, Step};
use midge_router::{Account, Router};
use midge_session::{CloseReason, Identity, Settings};
use midge_wire::Connect;
use std::sync::Arc;
use std::time::Duration;

/// How bytes of a connection are treated, apart from the protocol.
#[derive(Clone, Copy, Debug)]
pub struct LineOptions {
    /// Bytes that may wait for a reader.
    pub max_pending: usize,
    /// Time that bytes may wait for a reader.
    pub write_deadline: Duration,
    /// Keep a reader that misses the deadline.
    pub retry_writes: bool,
    /// Hold publishers back that outrun a reader.
    pub stall_producers: bool,
}

/// How a listener's connections begin.
pub struct Entrance {
    /// What the connections are to `auth` and monitoring.
    pub kind: ConnectionType,
    /// What happens before the session sees bytes; a reload of certificates replaces it.
    pub handshake: ArcSwap<Handshake>,
}

/// The program around the net.
pub trait Host: Send + Sync + 'static {
    /// The settings in force.
    fn settings(&self) -> Arc<Settings>;
    /// The line options in force.
    fn line_options(&self) -> LineOptions;
    /// Where accounts and sinks live.
    fn router(&self) -> &Router;
    /// The account of that name, configured.
    fn account(&self, name: &str) -> Arc<Account> {
        self.router().account(name)
    }
    /// A number and a nonce for the next connection.
    fn next_connection(&self) -> (u64, Option<String>);
    /// What a client without credentials may do, if it may come in at all.
    fn anonymous(&self, kind: ConnectionType) -> Option<Grant>;
    /// Another number whenever other rules are in force for who may come in, and as whom. Read it before rights are asked for: if it is
    /// another one when they are given, they have to be asked for again.
    fn rules(&self) -> u64;
    /// The rights of a connection by the rules in force, from the credentials that it showed.
    fn judge_again(&self, connection: &Connection) -> Step;
    /// A socket was accepted whose handshake may take its time. It has a place among the connections until
    /// [`Host::handshake_ended`], unless this is refused.
    ///
    /// # Errors
    /// The reason, where there is no place left.
    fn handshake_begins(&self) -> Result<(), CloseReason>;
    /// The handshake succeeded or failed.
    fn handshake_ended(&self);
    /// Checks credentials.
    fn authenticate(&self, who: &Identity, connect: &Connect, peer: &Peer) -> Step;
    /// Registers a connection, or refuses it.
    ///
    /// # Errors
    /// The reason that is told to the client.
    fn opened(&self, connection: &Arc<Connection>) -> Result<(), CloseReason>;
    /// Takes a connection out of the register.
    fn closed(&self, connection: &Arc<Connection>, reason: CloseReason);
    /// The shape of a fault that is nobody's session: handshakes that fail, say.
    fn handshake_failed(&self, label: &str, error: &std::io::Error) {
        tracing::debug!("{label} - TLS handshake error: {error}");
    }
}
