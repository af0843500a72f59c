//! What a connection with permissions may send and receive: the router's questions, and their answers.

use hashbrown::HashMap;
use midge_auth::{Permissions, ReplyPermits, SubscribeVerdict};
use midge_router::{Gate, Rights};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Instant;

/// Remembered answers to "may it publish there"; more subjects than this start anew.
const PUBLISH_VERDICTS_MAX: usize = 256;
/// Longer subjects aren't remembered, so that a connection's answers take 32 KiB at most.
const VERDICT_SUBJECT_MAX: usize = 128;
/// Subjects of the server's own traffic, closed to clients.
const CLOSED_PREFIXES: [&[u8]; 3] = [b"_GR_.", b"$GR.", b"$NRG."];

fn is_closed(subject: &[u8]) -> bool {
    CLOSED_PREFIXES
        .iter()
        .any(|prefix| subject.starts_with(prefix))
}

/// Answers to "may it publish there" that are remembered.
pub(crate) type Verdicts = HashMap<Box<[u8]>, bool>;

/// What a connection may send at a moment.
pub(crate) struct Publishing<'a> {
    pub(crate) permissions: Option<&'a Permissions>,
    pub(crate) permits: Option<&'a Mutex<ReplyPermits>>,
    pub(crate) verdicts: &'a mut Verdicts,
    pub(crate) now: Instant,
}

impl Rights for Publishing<'_> {
    fn may_publish(&mut self, subject: &[u8]) -> bool {
        if is_closed(subject) {
            return false;
        }
        let Some(permissions) = self.permissions else {
            return true;
        };
        let allowed = match self.verdicts.get(subject) {
            Some(&allowed) => allowed,
            None => {
                let allowed = permissions.can_publish(subject);
                if subject.len() <= VERDICT_SUBJECT_MAX {
                    if self.verdicts.len() >= PUBLISH_VERDICTS_MAX {
                        self.verdicts.clear();
                    }
                    self.verdicts.insert(subject.into(), allowed);
                }
                allowed
            }
        };
        let now = self.now;
        allowed
            || self
                .permits
                .is_some_and(|permits| permits.lock().allows(subject, now))
    }

    fn is_denied(&self, subject: &[u8]) -> bool {
        let denied = |permissions: &Permissions| permissions.is_publish_denied(subject);
        is_closed(subject) || self.permissions.is_some_and(denied)
    }
}

/// Deny rules inside a wider subscription, and the reply subjects a receiver may answer.
pub(crate) struct Delivery {
    pub(crate) permissions: Arc<Permissions>,
    pub(crate) permits: Option<Arc<Mutex<ReplyPermits>>>,
}

impl Gate for Delivery {
    fn allows(&self, subject: &[u8], queue: Option<&[u8]>) -> bool {
        self.permissions.can_deliver(subject, queue)
    }

    fn delivered(&self, reply: &[u8], now: Instant) {
        if let Some(permits) = &self.permits {
            permits.lock().note(reply, now);
        }
    }

    fn may_publish(&self, subject: &[u8]) -> bool {
        !is_closed(subject) && self.permissions.can_publish(subject)
    }

    fn may_read(&self, subject: &[u8]) -> bool {
        self.permissions.can_subscribe(subject, None) == SubscribeVerdict::Allowed
    }

    fn may_target(&self, target: &[u8]) -> bool {
        !is_closed(target) && self.permissions.can_target(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Symptom: a connection's remembered answers took as many bytes as the longest subjects have, a megabyte.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a publish wants a time")]
    fn remembered_answers_take_little() {
        let source = midge_conf::Permissions::default();
        let permissions = Permissions::new(&source, "ann").expect("no filters");
        let mut verdicts = Verdicts::new();
        let mut publishing = Publishing {
            permissions: Some(&permissions),
            permits: None,
            verdicts: &mut verdicts,
            now: Instant::now(),
        };
        for number in 0..1000 {
            let long = format!("{number}.{}", "x".repeat(4000));
            assert!(publishing.may_publish(long.as_bytes()));
            assert!(publishing.may_publish(number.to_string().as_bytes()));
        }
        let bytes: usize = verdicts.keys().map(|subject| subject.len()).sum();
        assert!(!verdicts.is_empty() && bytes <= PUBLISH_VERDICTS_MAX * VERDICT_SUBJECT_MAX);
    }
}
