//! A drive without threads: turns are taken when a test says so.

use crate::Drive;
use crate::engine::{clock, instant};
use crate::peer::Peer;
use crate::seat::Turns as _;
use midge_jetstream::AccountLimits;
use midge_router::Router;
use midge_streamlog::{Policy, Store};
use midge_wire::{Limits, ServerFrame, decode_server};
use serde_json::Value;

pub(crate) struct Bench {
    pub(crate) drive: Drive,
    pub(crate) peer: Peer,
}

impl Bench {
    pub(crate) fn new(store: Store, policy: Policy) -> Self {
        let jetstream = midge_jetstream::Settings {
            policy,
            ..midge_jetstream::Settings::default()
        };
        let mut drive = Drive::assemble(store, jetstream, 1);
        let router = Router::new();
        let account = router.account("$G");
        drive.open_account(&router, &account, 1, AccountLimits::default());
        let peer = Peer::new(&router, &account, 2, instant(), || {});
        peer.listen("_I");
        Self { drive, peer }
    }

    /// Puts a message, whose answer [`answers`](Self::answers) has, into what is handed over next.
    pub(crate) fn say(&mut self, subject: &str, payload: &str) {
        self.peer.say(subject, Some("_I"), payload);
    }

    /// A turn; whether the next one is due at once.
    pub(crate) fn turn(&self) -> bool {
        let mut engine = self.drive.seat.engine();
        engine.as_mut().expect("it isn't stopped").turn() <= clock()
    }

    /// What was answered since the last time.
    pub(crate) fn answers(&mut self) -> Vec<Value> {
        let (mut bytes, mut at, mut answers) = (Vec::new(), 0, Vec::new());
        self.peer.take(&mut bytes);
        while let Ok(Some((frame, len))) = decode_server(&bytes[at..], &Limits::CLIENT) {
            if let ServerFrame::Msg(message) = frame {
                let body = &message.payload[message.header_len..];
                answers.push(serde_json::from_slice(body).expect("JSON"));
            }
            at += len;
        }
        answers
    }
}
