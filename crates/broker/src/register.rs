//! The connections: those that live, those that went, and the sums over both.

use dashmap::DashMap;
use midge_net::Connection;
use midge_session::CloseReason;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use std::time::SystemTime;

/// A connection that went, as monitoring still tells of it.
#[derive(Clone)]
pub(crate) struct Gone {
    pub(crate) connection: midge_monitor::Connection,
    pub(crate) subscriptions: Vec<midge_monitor::Subscription>,
}

/// Messages and bytes in both directions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) in_msgs: u64,
    pub(crate) in_bytes: u64,
    pub(crate) out_msgs: u64,
    pub(crate) out_bytes: u64,
}

impl Sums {
    pub(crate) fn add(&mut self, connection: &Connection) {
        let stats = &connection.sink.stats;
        self.in_msgs += stats.in_msgs.load(Relaxed);
        self.in_bytes += stats.in_bytes.load(Relaxed);
        self.out_msgs += stats.out_msgs.load(Relaxed);
        self.out_bytes += stats.out_bytes.load(Relaxed);
    }
}

/// All connections of a broker.
#[derive(Default)]
pub(crate) struct Register {
    live: DashMap<u64, Arc<Connection>>,
    /// Places that are taken, by connections and by handshakes that may become some.
    count: AtomicU64,
    total: AtomicU64,
    gone: Mutex<VecDeque<Gone>>,
    past: Mutex<Sums>,
    pub(crate) slow_consumers: AtomicU64,
    pub(crate) stale_connections: AtomicU64,
}

impl Register {
    /// Takes a connection in, unless `max` are there.
    pub(crate) fn enter(&self, connection: &Arc<Connection>, max: u64) -> Result<(), CloseReason> {
        self.total.fetch_add(1, Relaxed);
        self.take_place(max)?;
        self.live.insert(connection.id, connection.clone());
        Ok(())
    }

    /// Takes a place, unless `max` are taken.
    pub(crate) fn take_place(&self, max: u64) -> Result<(), CloseReason> {
        let taken = self
            .count
            .fetch_update(AcqRel, Acquire, |count| (count < max).then_some(count + 1));
        match taken {
            Ok(_) => Ok(()),
            Err(_) => Err(CloseReason::MaxConnectionsExceeded),
        }
    }

    /// Gives back a place that no connection came of yet.
    pub(crate) fn leave_place(&self) {
        self.count.fetch_sub(1, AcqRel);
    }

    /// Takes a connection out and remembers it among the last `max`.
    pub(crate) fn leave(
        &self,
        connection: &Arc<Connection>,
        reason: CloseReason,
        gone: Gone,
        max: u64,
    ) {
        match reason {
            CloseReason::SlowConsumerPendingBytes
            | CloseReason::SlowConsumerMemory
            | CloseReason::SlowConsumerWriteDeadline => {
                self.slow_consumers.fetch_add(1, Relaxed);
            }
            CloseReason::StaleConnection => {
                self.stale_connections.fetch_add(1, Relaxed);
            }
            _ => {}
        }
        if self.live.remove(&connection.id).is_some() {
            self.count.fetch_sub(1, AcqRel);
        }
        self.past.lock().add(connection);
        let mut all = self.gone.lock();
        all.push_back(gone);
        while all.len() as u64 > max {
            all.pop_front();
        }
    }

    /// Connections at the moment.
    pub(crate) fn count(&self) -> u64 {
        self.live.len() as u64
    }

    /// Connections since the start.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Relaxed)
    }

    /// The live connections, oldest first.
    pub(crate) fn live(&self) -> Vec<Arc<Connection>> {
        let mut all: Vec<_> = self
            .live
            .iter()
            .map(|entry| entry.value().clone())
            .collect();
        all.sort_unstable_by_key(|connection| connection.id);
        all
    }

    /// One live connection.
    pub(crate) fn get(&self, id: u64) -> Option<Arc<Connection>> {
        self.live.get(&id).map(|entry| entry.value().clone())
    }

    /// The last connections that went.
    pub(crate) fn gone(&self) -> Vec<Gone> {
        self.gone.lock().iter().cloned().collect()
    }

    /// Sums over all connections there ever were.
    pub(crate) fn sums(&self) -> Sums {
        let mut sums = *self.past.lock();
        for entry in &self.live {
            sums.add(entry.value());
        }
        sums
    }
}

/// When something happened, for the register's owner.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place where the broker reads the calendar"
)]
pub(crate) fn today() -> SystemTime {
    SystemTime::now()
}
