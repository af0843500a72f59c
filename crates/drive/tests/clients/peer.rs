//! Somebody on the other side of the router, who says messages and takes what comes.

use midge_container::{Finished, Pool};
use midge_router::{
    Account, Message, Origin, Outlet, Router, Sink, SinkOptions, Subscription, Unrestricted, Worker,
};
use std::io::IoSlice;
use std::sync::Arc;
use std::time::Instant;

/// Calls when there is something in the mailbox.
struct Doorbell<F>(F);

impl<F: Fn() + Send + Sync> Outlet for Doorbell<F> {
    fn flush(&self, _: &Sink, _: &mut Pool) {
        (self.0)();
    }
    fn overflow(&self, _: &Sink, _: usize) {}
}

pub(crate) struct Peer {
    account: Arc<Account>,
    pub(crate) worker: Worker,
    pub(crate) sink: Arc<Sink>,
}

impl Peer {
    /// `id` is its own in the router; `ring` is called when something came.
    pub(crate) fn new(
        router: &Router,
        account: &Arc<Account>,
        id: u64,
        now: Instant,
        ring: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let sink = router.sink(id, SinkOptions::default(), Box::new(Doorbell(ring)));
        sink.set_headers(true);
        Self {
            account: account.clone(),
            worker: Worker::new(id, now),
            sink,
        }
    }

    pub(crate) fn listen(&self, filter: &str) {
        let sink = self.sink.clone();
        let subscription = Subscription::new(sink, filter.as_bytes(), None, b"1");
        self.account.subscribe(&subscription);
    }

    /// Puts a message into what the worker's next `hand_over` hands over.
    pub(crate) fn say(&mut self, subject: &str, reply: Option<&str>, payload: &str) {
        let message = Message {
            subject: subject.as_bytes(),
            reply: reply.map(str::as_bytes),
            header_len: 0,
            payload: payload.as_bytes(),
        };
        let origin = Origin::Client {
            sink: &self.sink,
            echo: true,
        };
        let routed = self
            .worker
            .route(&self.account, origin, &mut Unrestricted, &message);
        self.worker.publish(routed.expect("no restrictions"));
    }

    /// Takes all that came.
    pub(crate) fn take(&mut self, bytes: &mut Vec<u8>) {
        let sink = self.sink.clone();
        let mut next = sink.mailbox().resume();
        while let Some(mut drain) = next {
            let mut slices = [IoSlice::new(&[]); 8];
            let filled = drain.io_slices(&mut slices);
            let before = bytes.len();
            slices[..filled]
                .iter()
                .for_each(|slice| bytes.extend_from_slice(slice));
            drain.advance(bytes.len() - before, self.worker.pool());
            next = match filled {
                0 => match drain.finish() {
                    Finished::Idle => None,
                    Finished::Again(same) => Some(same),
                },
                _ => Some(drain),
            };
        }
    }
}
