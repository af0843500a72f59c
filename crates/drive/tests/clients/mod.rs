//! Somebody who talks to a drive through the router, on a thread of its own.
#![allow(dead_code, reason = "each test file uses a part")]

mod peer;

use midge_router::{Account, Router};
pub(crate) use peer::Peer;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// No answer may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who publishes and waits for answers, on a thread of its own.
pub(crate) struct Client {
    pub(crate) peer: Peer,
    rung: Receiver<()>,
    inbox: String,
    bytes: Vec<u8>,
    pub(crate) heard: String,
}

impl Client {
    pub(crate) fn new(router: &Router, account: &Arc<Account>, number: u64) -> Self {
        let (bell, rung) = channel();
        let bell = Mutex::new(bell);
        let ring = move || bell.lock().unwrap().send(()).unwrap_or_default();
        let peer = Peer::new(router, account, 100 + number, Instant::now(), ring);
        let inbox = format!("_INBOX.{number}");
        peer.listen(&inbox);
        Self {
            peer,
            rung,
            inbox,
            bytes: Vec::new(),
            heard: String::new(),
        }
    }

    pub(crate) fn say(&mut self, subject: &str, payload: &str) {
        self.peer.say(subject, Some(&self.inbox), payload);
    }

    /// Sends what was said, and waits until `count` more answers are there.
    pub(crate) fn hear(&mut self, count: usize) -> Vec<String> {
        self.peer.worker.hand_over();
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
        self.peer.take(&mut self.bytes);
        let text = std::str::from_utf8(&self.bytes).expect("text");
        self.heard.push_str(text);
        self.bytes.clear();
    }

    /// Says one thing, and waits for its answer.
    pub(crate) fn ask(&mut self, subject: &str, payload: &str) -> String {
        self.say(subject, payload);
        self.hear(1).remove(0)
    }

    /// Sends what was said, and waits until `text` is in what comes; all that came.
    pub(crate) fn raw(&mut self, text: &str) -> String {
        self.peer.worker.hand_over();
        while !self.heard.contains(text) {
            assert!(self.rung.recv_timeout(PATIENCE).is_ok(), "{}", self.heard);
            self.take();
        }
        std::mem::take(&mut self.heard)
    }
}
