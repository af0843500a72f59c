//! Pull requests: how they come in, wait in a line, are served and end.

use super::Consumer;
use super::deliver::{Next, TURN_BYTES, TURN_MSGS};
use super::feed::Feed;
use super::priority::Standing;
use super::request::{Body, Request};
use crate::headers::status;
use crate::{Message, Network};

impl Consumer {
    /// A pull request arrived.
    pub(crate) fn pull(&mut self, reply: &[u8], body: &[u8], now: u64, net: &mut dyn Network) {
        self.active = now;
        let body = match self.judge(body, now) {
            Ok(body) => body,
            Err((code, text)) => return self.send_status(reply, &status(code, &text), net),
        };
        let most = usize::try_from(self.config.max_waiting).unwrap_or(usize::MAX);
        if self.requests.len() >= most {
            self.drop_dead(now, net);
        }
        if body.no_wait && !self.has_work_for(&body, reply, net) {
            return;
        }
        if self.requests.len() < most {
            self.enqueue(Request::new(reply, body, now));
        } else if body.idle_heartbeat <= 0 {
            // A client with heartbeats will notice, and would ask again at once if it were told.
            self.send_status(reply, &status(409, "Exceeded MaxWaiting"), net);
        }
    }

    fn judge(&mut self, body: &[u8], now: u64) -> Result<Body, (u16, String)> {
        if !self.config.is_pull() {
            return Err((409, "Consumer is push based".into()));
        }
        let bad = |error: &str| (400, format!("Bad Request - {error}"));
        let body = Body::parse(body).map_err(|error| bad(&error))?;
        let config = &self.config;
        if config.max_batch > 0 && body.batch > config.max_batch {
            return Err((
                409,
                format!("Exceeded MaxRequestBatch of {}", config.max_batch),
            ));
        }
        if config.max_expires > 0 && body.expires > config.max_expires {
            let most = crate::headers::show_duration(config.max_expires);
            return Err((409, format!("Exceeded MaxRequestExpires of {most}")));
        }
        if config.max_bytes > 0 && body.max_bytes > config.max_bytes {
            return Err((
                409,
                format!("Exceeded MaxRequestMaxBytes of {}", config.max_bytes),
            ));
        }
        if let Some(rank) = body.rank() {
            rank.check(config).map_err(bad)?;
        }
        match self.renew_pin(body.rank(), now) {
            true => Ok(body),
            false => Err((423, "Nats-Pin-Id mismatch".into())),
        }
    }

    /// Whether a request that doesn't wait may get something; else it is told.
    fn has_work_for(&self, body: &Body, reply: &[u8], net: &mut dyn Network) -> bool {
        let ready = self.ready();
        if ready == 0 && body.expires <= 0 {
            self.send_status(reply, &status(404, "No Messages"), net);
            return false;
        }
        let asked = self
            .requests
            .iter()
            .fold(0_i64, |sum, request| sum.saturating_add(request.left));
        if ready > 0 && i64::try_from(ready).is_ok_and(|ready| ready < asked) {
            self.send_status(reply, &status(408, "Requests Pending"), net);
            return false;
        }
        true
    }

    /// Messages that could go out now, but for the limit of unacknowledged ones.
    fn ready(&self) -> u64 {
        let again = self.records.pending().len() - self.due.len();
        self.num_pending() + again as u64
    }

    /// Serves the line. True if there may be more to do at once.
    pub(super) fn run_pull(&mut self, now: u64, net: &mut dyn Network) -> bool {
        let mut feed = Feed::new(self.take_cursor(), self.next);
        let more = self.run_pull_from(&mut feed, now, net);
        self.keep_cursor(feed.done());
        more
    }

    fn run_pull_from(&mut self, feed: &mut Feed, now: u64, net: &mut dyn Network) -> bool {
        let mut behind: Option<u64> = None;
        let mut bytes = 0;
        for _ in 0..TURN_MSGS {
            if bytes > TURN_BYTES {
                return true;
            }
            if !self.front_listens(net) {
                return false;
            }
            let wanted = usize::try_from(self.requests[0].left).unwrap_or(1);
            let Some(pending) = self.behind(behind, feed, now) else {
                return false;
            };
            let Some(next) = self.next_message(feed, wanted, now) else {
                if self.skips_on() {
                    return true;
                }
                if self.unreadable.is_none() {
                    self.end_one_shots(net);
                }
                return false;
            };
            let left = pending.saturating_sub(u64::from(self.is_fresh(&next)));
            let size = self.size_of(&next, left);
            if !self.choose(size, left + 1, now, net) {
                self.put_back(&next);
                return false;
            }
            bytes += size;
            behind = Some(left);
            self.serve(&next, size, left, now, net);
        }
        true
    }

    /// Brings a request to the head of the line that may have a message of this size; somebody listens to the one that stands
    /// there. False when none may.
    fn choose(&mut self, size: usize, pending: u64, now: u64, net: &mut dyn Network) -> bool {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let mut passed = 0;
        while passed < self.requests.len() {
            let pinned = self.pin.is_some();
            let ending = match self.standing(pending, now) {
                Standing::Waits => {
                    self.requests.rotate_left(1);
                    passed += 1;
                    if !self.front_listens(net) {
                        return false;
                    }
                    continue;
                }
                Standing::Refused => (423, "Nats-Wrong-Pin-Id"),
                Standing::Served if self.requests[0].takes(size) => return true,
                Standing::Served => (409, "Message Size Exceeds MaxBytes"),
            };
            if !pinned {
                // A request that can't be served doesn't take the place.
                self.pin = None;
            }
            if let Some(request) = self.requests.pop_front() {
                self.send_status(&request.reply, &request.ending(ending.0, ending.1), net);
            }
            if !self.front_listens(net) {
                return false;
            }
        }
        false
    }

    /// Sends a message to the request at the head of the line, which may end with it.
    fn serve(&mut self, next: &Next, size: usize, left: u64, now: u64, net: &mut dyn Network) {
        let Some(mut request) = self.requests.pop_front() else {
            return;
        };
        self.send(&request.reply, next, left, now, net);
        self.active = now;
        request.charge(size, now);
        if request.left > 0 {
            self.enqueue(request);
        } else if request.bytes_left.is_some_and(|left| left > 0) {
            self.send_status(&request.reply, &request.ending(409, "Batch Completed"), net);
        }
    }

    /// Drops requests at the head whose clients are gone. False when none is left.
    fn front_listens(&mut self, net: &mut dyn Network) -> bool {
        while let Some(request) = self.requests.front() {
            if net.has_interest(self.account, &request.reply) {
                return true;
            }
            self.requests.pop_front();
        }
        false
    }

    /// Requests that don't wait end when there is nothing to be had.
    pub(super) fn end_one_shots(&mut self, net: &mut dyn Network) {
        if self.requests.iter().all(|request| !request.no_wait) {
            return;
        }
        let at_end = !self.is_full();
        for request in std::mem::take(&mut self.requests) {
            let over = request.expires.is_none() || request.served && at_end;
            if request.no_wait && over {
                self.send_status(&request.reply, &status(404, "No Messages"), net);
            } else {
                self.requests.push_back(request);
            }
        }
    }

    /// Removes requests whose clients are gone or whose time is over.
    pub(super) fn drop_dead(&mut self, now: u64, net: &mut dyn Network) {
        for request in std::mem::take(&mut self.requests) {
            if request.expires.is_some_and(|end| end <= now) {
                self.send_status(&request.reply, &request.ending(408, "Request Timeout"), net);
            } else if net.has_interest(self.account, &request.reply) {
                self.requests.push_back(request);
            }
        }
    }

    pub(super) fn beat_requests(&mut self, now: u64, net: &mut dyn Network) {
        let beat = self.heartbeat_block();
        let account = self.account;
        for request in &mut self.requests {
            if let Some((every, due)) = &mut request.heartbeat
                && *due <= now
            {
                *due = now.saturating_add(*every);
                let message = Message {
                    subject: &request.reply,
                    headers: &beat,
                    ..Message::default()
                };
                net.publish(account, &message);
            }
        }
    }
}
