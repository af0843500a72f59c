//! The questions a delivery asks when its receiver has permissions.

use midge_auth::{Permissions, ReplyPermits};
use midge_router::Gate;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Instant;

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
}
