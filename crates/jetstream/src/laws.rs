//! What holds for any archive, as a plain function: the fuzz target and the tests share it.

use crate::archive::Packer;
use crate::{
    AccountId, AccountLimits, Client, JetStream, Listens, Message, Network, Origin, Settings, Token,
};
use midge_streamlog::Store;
use midge_subject::Subject;

const ACCOUNT: AccountId = AccountId(1);
const NOW: u64 = 1_700_000_000_000_000_000;
const SECOND: u64 = 1_000_000_000;
/// Where answers go.
const ANSWER: &[u8] = b"_I.end";
/// Consumers of more archives than these are left alone: an archive of a kilobyte can ask for an hour of deliveries.
const TURNS: usize = 50;

/// Somebody who listens to everything, and checks what it hears.
#[derive(Default)]
pub(crate) struct Listener {
    api: Option<Token>,
    /// Where chunks go.
    transfer: Option<(Vec<u8>, Token)>,
    answers: Vec<Vec<u8>>,
}

impl Listener {
    fn hear(&mut self, to: &[u8], message: &Message<'_>) -> bool {
        for field in [Some(to), Some(message.subject), message.reply] {
            assert!(field.is_none_or(midge_wire::is_field), "{field:?}");
        }
        if to == ANSWER {
            self.answers.push(message.payload.to_vec());
        }
        true
    }
}

impl Network for Listener {
    fn publish(&mut self, _: AccountId, message: &Message<'_>) -> bool {
        self.hear(message.subject, message)
    }

    fn deliver(&mut self, _: AccountId, to: &[u8], message: &Message<'_>) -> bool {
        self.hear(to, message)
    }

    fn has_interest(&self, _: AccountId, _: &[u8]) -> bool {
        true
    }

    fn interest_version(&self, _: AccountId) -> u64 {
        1
    }

    fn has_queue(&self, _: AccountId, _: &[u8], _: &[u8]) -> bool {
        true
    }

    fn subscribe(&mut self, _: AccountId, filter: &[u8], token: Token, _: Listens) {
        assert!(midge_wire::is_field(filter), "{filter:?}");
        match filter {
            b"$JS.API.>" => self.api = Some(token),
            _ if filter.starts_with(b"$JS.SNAPSHOT.RESTORE.") => {
                self.transfer = Some((filter.to_vec(), token));
            }
            _ => {}
        }
    }

    fn unsubscribe(&mut self, _: AccountId, filter: &[u8], _: Token) {
        if self.transfer.as_ref().is_some_and(|(to, _)| to == filter) {
            self.transfer = None;
        }
    }
}

/// Restores an archive into an empty store: the sender is answered once; either there is a stream whose messages and consumers could
/// have been published and made, or nothing is left; never is more held than was sent, a frame and a part.
///
/// An odd first byte says that the others are packed already. `false`: it was refused.
#[must_use]
pub fn archive(bytes: &[u8], store: &Store) -> bool {
    let Some((kind, body)) = bytes.split_first() else {
        return false;
    };
    let mut packer = Packer::default();
    let packed = match kind % 2 {
        0 => {
            packer.write(body);
            packer.flush();
            packer.take(usize::MAX)
        }
        _ => body.to_vec(),
    };
    let mut net = Listener::default();
    let mut jetstream = JetStream::open(store.clone(), Settings::default(), NOW);
    jetstream
        .open_account(ACCOUNT, "$G", AccountLimits::default(), &mut net, NOW)
        .expect("an empty store opens");
    send(
        &mut jetstream,
        &mut net,
        store,
        b"$JS.API.STREAM.RESTORE.S",
        br#"{"config":{"name":"S","subjects":["s.>"]}}"#,
    );
    net.answers.clear();
    for chunk in packed.chunks(1000) {
        let Some((to, _)) = net.transfer.clone() else {
            break;
        };
        send(&mut jetstream, &mut net, store, &to, chunk);
        assert!(jetstream.restoring_bytes() <= packed.len() + (80 << 20));
    }
    net.answers.clear();
    if let Some((to, _)) = net.transfer.clone() {
        send(&mut jetstream, &mut net, store, &to, b"");
    }
    let mut now = NOW;
    for _ in 0..TURNS {
        store.commit_once(now).expect("the disk works");
        jetstream.committed(usize::MAX, &mut net);
        let more = jetstream.run(now, &mut net);
        jetstream.handle_timeout(now, &mut net);
        now += if more { 0 } else { SECOND };
    }
    let is_there = store.stream("$G/S").expect("the store works");
    assert!(net.transfer.is_none(), "the restore never ends");
    assert!(net.answers.len() <= 1, "answered twice");
    let Some(log) = is_there else {
        return false;
    };
    let stats = log.stats();
    let mut next = stats.first_seq;
    let all = midge_streamlog::Filter::all();
    while let Some(seq) = log.next(&all, next).expect("the disk works") {
        let message = log.get(seq).expect("the disk works");
        let message = message.expect("what is next is there");
        let subject = Subject::parse_lenient(&message.subject[..]).expect("a subject");
        assert!(subject.is_published() && seq <= stats.last_seq);
        next = seq + 1;
    }
    true
}

fn send(jetstream: &mut JetStream, net: &mut Listener, store: &Store, to: &[u8], payload: &[u8]) {
    let token = match &net.transfer {
        Some((subject, token)) if subject == to => Some(*token),
        _ => net.api,
    };
    let message = Message {
        subject: to,
        reply: Some(ANSWER),
        headers: b"",
        payload,
        origin: Origin::Client(Client::UNRESTRICTED),
    };
    jetstream.receive(
        ACCOUNT,
        token.expect("JetStream listens"),
        &message,
        NOW,
        net,
    );
    let mut more = true;
    while more {
        store.commit_once(NOW).expect("the disk works");
        jetstream.committed(usize::MAX, net);
        more = jetstream.run(NOW, net) && net.transfer.is_some();
    }
}
