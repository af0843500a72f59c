//! The two clocks of a connection: time to authenticate, then time between PINGs.

use std::time::{Duration, Instant};

/// The first PING, which measures the round trip, comes early.
const FIRST_PING: Duration = Duration::from_secs(2);

/// What the passing of time asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    Ping,
    Stale,
    AuthenticationTimeout,
}

/// Deadlines of one session.
#[derive(Debug)]
pub(crate) struct Timers {
    authenticate_by: Option<Instant>,
    next_ping: Instant,
    /// When the last PING left; taken when its PONG arrives.
    pinged_at: Option<Instant>,
    unanswered: u32,
    last_activity: Instant,
    round_trip: Option<Duration>,
    connected: bool,
}

impl Timers {
    pub(crate) fn new(now: Instant, authenticate_by: Option<Instant>, interval: Duration) -> Self {
        Self {
            authenticate_by,
            next_ping: now + interval.min(FIRST_PING),
            pinged_at: None,
            unanswered: 0,
            last_activity: now,
            round_trip: None,
            connected: false,
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.authenticate_by.unwrap_or(self.next_ping)
    }

    pub(crate) fn authenticated(&mut self) {
        self.authenticate_by = None;
    }

    /// Bytes arrived.
    pub(crate) fn active(&mut self, now: Instant) {
        self.last_activity = now;
    }

    pub(crate) fn last_activity(&self) -> Instant {
        self.last_activity
    }

    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    pub(crate) fn pong(&mut self, now: Instant) {
        self.unanswered = 0;
        if let Some(at) = self.pinged_at.take() {
            self.round_trip = Some(
                now.saturating_duration_since(at)
                    .max(Duration::from_nanos(1)),
            );
        }
    }

    /// The client sent its first PING, so it is past its own handshake.
    pub(crate) fn client_pinged(&mut self) -> bool {
        !std::mem::replace(&mut self.connected, true)
    }

    /// Nothing was read, whatever came: that PINGs weren't answered proves nothing.
    pub(crate) fn excuse(&mut self) {
        self.unanswered = 0;
    }

    pub(crate) fn pinged(&mut self, now: Instant) {
        self.pinged_at = Some(now);
        self.unanswered += 1;
    }

    /// Called at or after the deadline. Recent traffic postpones a PING, but not the first one.
    pub(crate) fn due(&mut self, now: Instant, interval: Duration, max: u32) -> Due {
        if let Some(by) = self.authenticate_by {
            return if now >= by {
                Due::AuthenticationTimeout
            } else {
                Due::Nothing
            };
        }
        if now < self.next_ping {
            return Due::Nothing;
        }
        self.next_ping = now + interval;
        let idle = now.saturating_duration_since(self.last_activity);
        if self.round_trip.is_some() && idle < interval && self.unanswered == 0 {
            self.next_ping = self.last_activity + interval;
            return Due::Nothing;
        }
        if self.unanswered >= max {
            Due::Stale
        } else {
            Due::Ping
        }
    }

    /// A new interval counts from now on.
    pub(crate) fn set_interval(&mut self, now: Instant, interval: Duration) {
        self.next_ping = self.next_ping.min(now + interval);
    }
}
