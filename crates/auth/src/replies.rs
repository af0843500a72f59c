//! Leave to answer: temporary permissions for the reply subjects of delivered requests.

use crate::ResponsePermission;
use hashbrown::HashMap;
use std::time::Instant;

/// Reply subjects that one connection remembers. Beyond it spent ones are dropped, then the oldest.
pub const REPLY_PERMITS_MAX: usize = 4096;

/// One connection's reply permits. It belongs to a connection whose permissions have `responses`.
///
/// Tell it of each delivery that carries a reply subject ([`note`](Self::note)), and ask it
/// ([`allows`](Self::allows)) when a publish isn't permitted otherwise.
#[derive(Clone, Debug)]
pub struct ReplyPermits {
    rule: ResponsePermission,
    /// permits.len() <= REPLY_PERMITS_MAX
    permits: HashMap<Box<[u8]>, Permit>,
}

#[derive(Clone, Copy, Debug)]
struct Permit {
    since: Instant,
    /// used < rule.max, or the permit isn't in the table
    used: u64,
}

impl ReplyPermits {
    /// An empty table.
    pub fn new(rule: ResponsePermission) -> Self {
        Self {
            rule,
            permits: HashMap::new(),
        }
    }

    /// Number of reply subjects remembered.
    pub fn len(&self) -> usize {
        self.permits.len()
    }

    /// Whether no reply subject is remembered.
    pub fn is_empty(&self) -> bool {
        self.permits.is_empty()
    }

    /// A message with this reply subject was delivered: it may be answered from now on.
    /// A second request with the same reply subject starts anew.
    pub fn note(&mut self, reply: &[u8], now: Instant) {
        let fresh = Permit {
            since: now,
            used: 0,
        };
        if let Some(permit) = self.permits.get_mut(reply) {
            *permit = fresh;
            return;
        }
        if self.permits.len() >= REPLY_PERMITS_MAX {
            self.make_room(now);
        }
        self.permits.insert(reply.into(), fresh);
    }

    /// Whether one message may be published to `subject` now; if so, it counts as published.
    pub fn allows(&mut self, subject: &[u8], now: Instant) -> bool {
        let rule = self.rule;
        let Some(permit) = self.permits.get_mut(subject) else {
            return false;
        };
        let live = is_live(rule, *permit, now);
        permit.used += 1;
        if !live || rule.max.is_some_and(|max| permit.used >= max) {
            self.permits.remove(subject);
        }
        live
    }

    /// Drops what has expired; if that is nothing, the older half, so that the cost per note stays flat.
    fn make_room(&mut self, now: Instant) {
        let rule = self.rule;
        self.permits.retain(|_, permit| is_live(rule, *permit, now));
        if self.permits.len() >= REPLY_PERMITS_MAX {
            let mut ages: Vec<Instant> = self.permits.values().map(|permit| permit.since).collect();
            let (_, median, _) = ages.select_nth_unstable(REPLY_PERMITS_MAX / 2);
            let median = *median;
            self.permits.retain(|_, permit| permit.since > median);
        }
    }
}

fn is_live(rule: ResponsePermission, permit: Permit, now: Instant) -> bool {
    let age = now.saturating_duration_since(permit.since);
    rule.expires.is_none_or(|expires| age <= expires)
        && rule.max.is_none_or(|max| permit.used < max)
}
