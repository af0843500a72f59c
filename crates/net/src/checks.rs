//! Places for password checks: few, and given to addresses by turns.
//!
//! A bcrypt hash takes a core for some fifty milliseconds, so as many are compared at one time as there are places. Who waits for one
//! waits behind others of its own address alone: a burst from one address delays its own logins, and everybody else's by one turn.
//! The 64 leading bits of an IPv6 address count as one, since whoever has one of them has all of them.

use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Those who wait, with whoever gave up meanwhile, are looked through when they are twice as many as last time, and these at least.
const SWEEP_MIN: usize = 64;

/// The places, shared by all workers.
pub(crate) struct Checks(Mutex<State>);

struct State {
    free: usize,
    waiting: Turns<oneshot::Sender<Place>>,
}

/// The right to have one password compared; the next one in turn gets it when it is dropped.
pub(crate) struct Place(Option<Arc<Checks>>);

impl Checks {
    pub(crate) fn new(places: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            free: places,
            waiting: Turns::default(),
        })))
    }

    /// A place, when it is `address`' turn. Given up by dropping the future.
    pub(crate) async fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let turn = {
            let mut state = self.0.lock();
            if state.free > 0 {
                state.free -= 1;
                return Some(Place(Some(self.clone())));
            }
            let (give, turn) = oneshot::channel();
            state
                .waiting
                .push(address, give, |waiter| !waiter.is_closed());
            turn
        };
        turn.await.ok()
    }

    fn give_on(self: Arc<Self>) {
        let mut state = self.0.lock();
        while let Some(waiter) = state.waiting.next(|waiter| !waiter.is_closed()) {
            match waiter.send(Place(Some(self.clone()))) {
                Ok(()) => return,
                // Nobody waits there any more, and the place goes to the next one, not back through its drop.
                Err(mut place) => place.0 = None,
            }
        }
        state.free += 1;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(checks) = self.0.take() {
            checks.give_on();
        }
    }
}

/// Waiters of many addresses, who are served by turns.
struct Turns<T> {
    /// By address. None is empty.
    queues: HashMap<IpAddr, VecDeque<T>>,
    /// Those of `queues`; whose turn comes next is in front.
    order: VecDeque<IpAddr>,
    len: usize,
    sweep_at: usize,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self {
            queues: HashMap::new(),
            order: VecDeque::new(),
            len: 0,
            sweep_at: SWEEP_MIN,
        }
    }
}

impl<T> Turns<T> {
    fn push(&mut self, address: IpAddr, waiter: T, still_waits: impl Fn(&T) -> bool) {
        if self.len >= self.sweep_at {
            self.sweep(still_waits);
        }
        let address = network(address);
        let queue = self.queues.entry(address).or_default();
        if queue.is_empty() {
            self.order.push_back(address);
        }
        queue.push_back(waiter);
        self.len += 1;
    }

    fn sweep(&mut self, still_waits: impl Fn(&T) -> bool) {
        self.queues.retain(|_, queue| {
            queue.retain(&still_waits);
            !queue.is_empty()
        });
        self.order
            .retain(|address| self.queues.contains_key(address));
        self.len = self.queues.values().map(VecDeque::len).sum();
        self.sweep_at = SWEEP_MIN.max(2 * self.len);
    }

    /// Who comes next. An address of which nobody still waits has no turn.
    fn next(&mut self, still_waits: impl Fn(&T) -> bool) -> Option<T> {
        while let Some(address) = self.order.pop_front() {
            let Some(mut queue) = self.queues.remove(&address) else {
                continue;
            };
            while let Some(waiter) = queue.pop_front() {
                self.len -= 1;
                if !still_waits(&waiter) {
                    continue;
                }
                if !queue.is_empty() {
                    self.queues.insert(address, queue);
                    self.order.push_back(address);
                }
                return Some(waiter);
            }
        }
        None
    }
}

/// What counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    type Wait<'a> = Pin<Box<dyn Future<Output = Option<Place>> + 'a>>;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    fn poll(wait: &mut Wait<'_>) -> Option<Place> {
        let mut context = Context::from_waker(Waker::noop());
        match wait.as_mut().poll(&mut context) {
            Poll::Ready(place) => place,
            Poll::Pending => None,
        }
    }

    /// A wait that has begun.
    fn wait(checks: &Arc<Checks>, address: IpAddr) -> Wait<'_> {
        let mut wait: Wait<'_> = Box::pin(checks.place(address));
        assert!(poll(&mut wait).is_none(), "no place is free");
        wait
    }

    fn taken(checks: &Arc<Checks>) -> Place {
        let place = pin!(checks.place(address(1)));
        match place.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(place)) => place,
            _ => panic!("a place is free"),
        }
    }

    /// Symptom: a burst of logins from one address made everybody else's wait behind all of it, until their time was over. Cause: one
    /// queue for all. Remedy: addresses take turns.
    #[test]
    fn another_address_waits_one_turn_behind_a_burst() {
        let checks = Checks::new(1);
        let mut place = taken(&checks);
        let mut burst: Vec<_> = (0..100).map(|_| wait(&checks, address(1))).collect();
        let mut others: Vec<_> = (2..5).map(|last| wait(&checks, address(last))).collect();
        for turn in 0..4 {
            drop(place);
            let next = match turn {
                0 => poll(&mut burst[0]),
                _ => poll(&mut others[turn - 1]),
            };
            place = next.unwrap_or_else(|| panic!("turn {turn} is somebody else's"));
        }
        drop(place);
        assert!(poll(&mut burst[1]).is_some());
    }

    #[test]
    fn who_gave_up_takes_no_turn_and_loses_no_place() {
        let checks = Checks::new(1);
        let place = taken(&checks);
        // As many as the next sweep waits for.
        let gone: Vec<_> = (0..16 * SWEEP_MIN)
            .map(|_| wait(&checks, address(1)))
            .collect();
        drop(gone);
        let mut last = wait(&checks, address(1));
        assert!(checks.0.lock().waiting.len <= 2, "they are forgotten");
        let given = wait(&checks, address(2));
        drop(place);
        let place = poll(&mut last).expect("its turn");
        drop(place);
        // Given to somebody who doesn't take it any more.
        drop(given);
        assert_eq!(checks.0.lock().free, 1);
        drop(taken(&checks));
    }

    /// Symptom: an address lost a turn for each of its waiters that had given up.
    #[test]
    fn who_gave_up_costs_its_address_no_turn() {
        let checks = Checks::new(1);
        let place = taken(&checks);
        let gone: Vec<_> = (0..3).map(|_| wait(&checks, address(1))).collect();
        let mut last = wait(&checks, address(1));
        let mut other: Vec<_> = (0..2).map(|_| wait(&checks, address(2))).collect();
        drop(gone);
        drop(place);
        let place = poll(&mut last).expect("its turn, before the other address");
        drop(place);
        drop(poll(&mut other[0]).expect("its turn"));
        drop(poll(&mut other[1]).expect("its turn"));
        assert_eq!(checks.0.lock().free, 1);
    }

    #[test]
    fn a_network_of_v6_takes_turns_as_one() {
        let turn = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(turn("2001:db8::1"), turn("2001:db8::ffff:2"));
        assert_ne!(turn("2001:db8::1"), turn("2001:db8:0:1::1"));
        assert_eq!(turn("::ffff:10.0.0.1"), address(1));
    }
}
