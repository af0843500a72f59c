//! Push consumers: deliveries without being asked, while somebody listens and keeps up.

use super::Consumer;
use super::deliver::{TURN_BYTES, TURN_MSGS};
use super::feed::Feed;
use super::flow::{Flow, LAST_CONSUMER, LAST_STREAM, STALLED};
use crate::Network;
use crate::headers::Block;

/// Bytes that may go out at once before a limit of the rate holds them back.
const BURST: u64 = 1 << 20;

/// What only push consumers need.
#[derive(Default)]
pub(super) struct Push {
    /// Somebody listens on the deliver subject.
    pub(super) bound: bool,
    /// When the next heartbeat is due.
    pub(super) heartbeat: Option<u64>,
    pub(super) flow: Flow,
    /// When everything that went out would have been sent at exactly the limit of the rate.
    paid_until: u64,
}

impl Consumer {
    /// Sends what there is, as far as the client keeps up. True if there may be more to do at once.
    pub(super) fn run_push(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let mut feed = Feed::new(self.take_cursor(), self.next);
        let more = self.run_push_from(&mut feed, now, net);
        self.keep_cursor(feed.done());
        more
    }

    fn run_push_from(&mut self, feed: &mut Feed, now: u64, net: &mut dyn Network) -> bool {
        let mut behind: Option<u64> = None;
        let mut bytes = 0;
        let to: Vec<u8> = self.config.deliver_subject.clone().into_bytes();
        for sent in 0..TURN_MSGS {
            if bytes > TURN_BYTES {
                return true;
            }
            if self.is_stalled() || self.is_too_fast(now) {
                return false;
            }
            let Some(pending) = self.behind(behind, feed, now) else {
                return false;
            };
            let Some(next) = self.next_message(feed, TURN_MSGS - sent, now) else {
                return self.skips_on();
            };
            let left = pending.saturating_sub(u64::from(self.is_fresh(&next)));
            behind = Some(left);
            let size = next.message.headers.len() + next.message.payload.len();
            bytes += size;
            self.pay(size as u64, now);
            self.send(&to, &next, left, now, net);
            if self.config.idle_heartbeat > 0 {
                self.push.heartbeat = Some(now.saturating_add(self.config.idle_heartbeat as u64));
            }
            if self.config.flow_control {
                self.control_flow(size as u64, net);
            }
        }
        true
    }

    /// Whether the limit of the rate holds deliveries back; then the clock wakes it.
    fn is_too_fast(&mut self, now: u64) -> bool {
        let held = self.push.paid_until.saturating_sub(self.cost_of(BURST));
        if held > now {
            self.wake_at = Some(held);
        }
        held > now
    }

    fn pay(&mut self, size: u64, now: u64) {
        if self.config.rate_limit_bps > 0 {
            let from = self.push.paid_until.max(now);
            self.push.paid_until = from.saturating_add(self.cost_of(size));
        }
    }

    /// Nanoseconds that so many bytes take at the limit of the rate.
    fn cost_of(&self, bytes: u64) -> u64 {
        let bits = u128::from(bytes) * 8 * 1_000_000_000;
        let nanos = bits.checked_div(u128::from(self.config.rate_limit_bps));
        nanos.map_or(0, |nanos| u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// A push consumer delivers while somebody listens.
    pub(crate) fn look_for_interest(&mut self, now: u64, net: &mut dyn Network) {
        if self.config.is_pull() {
            return;
        }
        let to = self.config.deliver_subject.as_bytes();
        let listens = match self.config.deliver_group.as_str() {
            "" => net.has_interest(self.account, to),
            group => net.has_queue(self.account, to, group.as_bytes()),
        };
        if listens || self.push.bound {
            self.active = now;
        }
        if listens && !self.push.bound && self.config.idle_heartbeat > 0 {
            self.push.heartbeat = Some(now.saturating_add(self.config.idle_heartbeat as u64));
        }
        if !listens {
            self.push.heartbeat = None;
            self.push.flow.forget();
        }
        self.push.bound = listens;
    }

    pub(super) fn beat(&mut self, now: u64, net: &mut dyn Network) {
        if self.push.heartbeat.is_none_or(|due| due > now) {
            return;
        }
        self.push.heartbeat = Some(now.saturating_add(self.config.idle_heartbeat as u64));
        let beat = self.heartbeat_block();
        self.send_status(
            &self.config.deliver_subject.clone().into_bytes(),
            &beat,
            net,
        );
        self.ask_for_acks(net);
    }

    pub(super) fn heartbeat_block(&self) -> Vec<u8> {
        Block::status(100, "Idle Heartbeat")
            .with(LAST_CONSUMER, (self.dseq - 1).to_string())
            .with(LAST_STREAM, self.next.saturating_sub(1).to_string())
            .with_some(STALLED, self.push.flow.asked())
            .done()
    }
}
