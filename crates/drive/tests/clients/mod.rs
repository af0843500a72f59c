//! Somebody who talks to a drive through the router, on a thread of its own.
#![allow(dead_code, reason = "each test file uses a part")]

use midge_container::Pool;
use midge_router::{
    Account, Message, Origin, Outlet, Router, Sink, SinkOptions, Subscription, Unrestricted, Worker,
};
use std::io::IoSlice;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// No answer may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Tells its owner that there is something in the mailbox.
struct Doorbell(Mutex<Sender<()>>);

impl Outlet for Doorbell {
    fn flush(&self, _: &Sink, _: &mut Pool) {
        let _ = self.0.lock().unwrap().send(());
    }
    fn overflow(&self, _: &Sink, _: usize) {}
}

/// Somebody who publishes and waits for answers, on a thread of its own.
pub(crate) struct Client {
    account: Arc<Account>,
    pub(crate) worker: Worker,
    pub(crate) sink: Arc<Sink>,
    rung: Receiver<()>,
    inbox: String,
    pub(crate) heard: String,
}

impl Client {
    pub(crate) fn new(router: &Router, account: &Arc<Account>, number: u64) -> Self {
        let (bell, rung) = channel();
        let sink = router.sink(
            100 + number,
            SinkOptions::default(),
            Box::new(Doorbell(Mutex::new(bell))),
        );
        let inbox = format!("_INBOX.{number}");
        account.subscribe(&Subscription::new(
            sink.clone(),
            inbox.as_bytes(),
            None,
            b"1",
        ));
        Self {
            account: account.clone(),
            worker: Worker::new(number + 1, Instant::now()),
            sink,
            rung,
            inbox,
            heard: String::new(),
        }
    }

    pub(crate) fn say(&mut self, subject: &str, payload: &str) {
        let message = Message {
            subject: subject.as_bytes(),
            reply: Some(self.inbox.as_bytes()),
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

    /// Sends what was said, and waits until `count` more answers are there.
    pub(crate) fn hear(&mut self, count: usize) -> Vec<String> {
        self.worker.hand_over();
        let begin = Instant::now();
        loop {
            let answers: Vec<String> = self
                .heard
                .split("\r\n")
                .filter(|line| line.starts_with('{') && line.ends_with('}'))
                .map(str::to_owned)
                .collect();
            if answers.len() >= count {
                self.heard.clear();
                return answers;
            }
            let left = PATIENCE.saturating_sub(begin.elapsed());
            assert!(
                self.rung.recv_timeout(left).is_ok(),
                "{} of {count} answers",
                answers.len()
            );
            self.take();
        }
    }

    pub(crate) fn take(&mut self) {
        let Some(mut drain) = self.sink.mailbox().resume() else {
            return;
        };
        loop {
            let mut slices = [IoSlice::new(&[]); 8];
            let filled = drain.io_slices(&mut slices);
            let bytes: Vec<u8> = slices[..filled]
                .iter()
                .flat_map(|slice| slice.iter().copied())
                .collect();
            if bytes.is_empty() {
                match drain.finish() {
                    midge_container::Finished::Idle => return,
                    midge_container::Finished::Again(same) => drain = same,
                }
                continue;
            }
            self.heard.push_str(std::str::from_utf8(&bytes).unwrap());
            drain.advance(bytes.len(), self.worker.pool());
        }
    }

    /// Says one thing, and waits for its answer.
    pub(crate) fn ask(&mut self, subject: &str, payload: &str) -> String {
        self.say(subject, payload);
        self.hear(1).remove(0)
    }

    /// Sends what was said, and waits until `text` is in what comes; all that came.
    pub(crate) fn raw(&mut self, text: &str) -> String {
        self.worker.hand_over();
        while !self.heard.contains(text) {
            assert!(self.rung.recv_timeout(PATIENCE).is_ok(), "{}", self.heard);
            self.take();
        }
        std::mem::take(&mut self.heard)
    }
}
