//! Publishes come in, and answers leave when the disk has what they stand for.

use super::turn::RECOUNT;
use super::*;
use crate::network::say;

/// An answer that waits for the disk.
pub(super) struct Waiting {
    pub(super) ticket: Ticket,
    pub(super) account: AccountId,
    pub(super) reply: SmallVec<[u8; 64]>,
    pub(super) answer: Answer,
}

pub(super) enum Answer {
    /// An ack of a stream, if it is still there.
    Ack {
        stream: usize,
        /// The stream's; another one may have taken its place meanwhile.
        token: Token,
        seq: u64,
        duplicate: bool,
        more: More,
    },
    /// Anything else.
    Bytes { headers: Vec<u8>, body: Vec<u8> },
    /// What is told of it to others; nothing, if the disk fails.
    Event(Vec<u8>),
}

/// The state of a consumer that is on its way to the disk, and who waits for it.
pub(super) struct Saving {
    pub(super) ticket: Ticket,
    /// Of the removal of what it says is done with; the stream may fail where the store doesn't.
    pub(super) removal: Option<Ticket>,
    pub(super) account: AccountId,
    pub(super) replies: Vec<Box<[u8]>>,
}

impl Saving {
    /// `None` while anything of it is on its way.
    fn outcome(&self) -> Option<midge_streamlog::Result<()>> {
        let removed = self
            .removal
            .as_ref()
            .map_or(Some(Ok(())), Ticket::outcome)?;
        Some(self.ticket.outcome()?.and(removed))
    }
}

/// `{"stream":"S","seq":7}` and its kind.
fn pub_ack(head: &[u8], seq: u64, duplicate: bool, more: &More) -> SmallVec<[u8; 128]> {
    let mut body = SmallVec::from_slice(head);
    body.extend_from_slice(b"\"seq\":");
    body.extend_from_slice(itoa::Buffer::new().format(seq).as_bytes());
    if duplicate {
        body.extend_from_slice(b",\"duplicate\": true");
    }
    match more {
        More::Plain => {}
        More::Nothing => return SmallVec::new(),
        More::Val(val) => body.extend_from_slice(format!(",\"val\":\"{val}\"").as_bytes()),
        More::Batch(batch) => {
            let (id, count) = (json!(batch.id), batch.count);
            body.extend_from_slice(format!(",\"batch\":{id},\"count\":{count}").as_bytes());
        }
    }
    body.push(b'}');
    body
}

/// A refused publish, with the fields in the reference's order.
#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a ApiError,
    stream: &'a str,
    seq: u64,
}

impl JetStream {
    pub(super) fn publish(
        &mut self,
        index: usize,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) {
        if !self.hold(index, message, now, net) {
            self.store(index, message, now, net);
        }
    }

    /// Hands a message to its stream, and answers its publisher.
    pub(super) fn store(
        &mut self,
        index: usize,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) {
        let size = size_of(message);
        let mut full = self.full(index, size);
        if full.is_some() && self.count_usage(now, RECOUNT) {
            full = self.full(index, size);
        }
        let Some(stream) = self.streams[index].as_mut() else {
            return;
        };
        let (account, storage) = (stream.account, stream.config.storage);
        let answers = !stream.config.no_ack;
        let fast = message.reply.filter(|reply| is_fast(reply));
        if let (None, Some(reply)) = (full, fast) {
            let told = stream.publish_fast(reply, message, now, net, &self.seats);
            self.grow(account, storage, size);
            for told in told.into_iter().filter(|_| answers) {
                self.tell(index, reply, told, net);
            }
            return;
        }
        stream.full = full;
        let outcome = stream.publish(message, now, net, &self.seats);
        stream.full = None;
        if outcome.is_ok() {
            self.grow(account, storage, size);
        }
        if let Some(reply) = message.reply.filter(|_| answers) {
            self.acknowledge(index, reply, outcome, net);
        }
    }

    /// Why a stream may not take so many bytes more.
    pub(crate) fn full(&self, index: usize, size: u64) -> Option<Full> {
        let stream = self.streams[index].as_ref()?;
        let account = self.accounts.get(&stream.account)?;
        let used = (account.used, self.used);
        account.limits.full(stream.config.storage, used, size)
    }

    /// An account uses more, until it is counted again.
    fn grow(&mut self, account: AccountId, storage: Storage, size: u64) {
        self.used.grow(storage, size);
        if let Some(account) = self.accounts.get_mut(&account) {
            account.used.grow(storage, size);
        }
    }

    /// Tells the publisher of a fast batch how far it is.
    pub(super) fn tell(&mut self, index: usize, reply: &[u8], told: Told, net: &mut dyn Network) {
        let (ticket, body) = match told {
            Told::Ended(outcome) => return self.acknowledge(index, reply, outcome, net),
            Told::Now(body) => (None, body),
            Told::After(ticket, body) => (ticket, body),
        };
        let Some(stream) = self.streams[index].as_ref() else {
            return;
        };
        let account = stream.account;
        let lazy = stream.config.policy(self.settings.policy) != Policy::Always;
        let headers = Vec::new();
        let answer = Answer::Bytes { headers, body };
        self.answer_when(ticket, lazy, (account, reply), answer, net);
    }

    /// Answers a publisher, at once or when the disk has its message.
    pub(super) fn acknowledge(
        &mut self,
        index: usize,
        reply: &[u8],
        outcome: Outcome,
        net: &mut dyn Network,
    ) {
        let Some(stream) = self.streams[index].as_ref() else {
            return;
        };
        let account = stream.account;
        let published = match outcome {
            Ok(published) => published,
            Err(error) => return say(net, account, reply, &refusal(&error, &stream.config.name)),
        };
        let answer = Answer::Ack {
            stream: index,
            token: stream.token,
            seq: published.seq,
            duplicate: published.duplicate,
            more: published.more,
        };
        let lazy = stream.config.policy(self.settings.policy) != Policy::Always;
        self.answer_when(published.ticket, lazy, (account, reply), answer, net);
    }

    /// Answers when `ticket` is released; at once if it was, or if there is none. What waits for a sync keeps its order, and
    /// so does what is lazy.
    pub(super) fn answer_when(
        &mut self,
        ticket: Option<Ticket>,
        lazy: bool,
        (account, reply): (AccountId, &[u8]),
        answer: Answer,
        net: &mut dyn Network,
    ) {
        match ticket.map(|ticket| (ticket.outcome(), ticket)) {
            Some((None, ticket)) => self.waiting[usize::from(lazy)].push_back(Waiting {
                ticket,
                account,
                reply: SmallVec::from_slice(reply),
                answer,
            }),
            Some((Some(outcome), _)) => self.answer(account, reply, answer, outcome, net),
            None => self.answer(account, reply, answer, Ok(()), net),
        }
    }

    fn answer(
        &self,
        account: AccountId,
        reply: &[u8],
        answer: Answer,
        outcome: midge_streamlog::Result<()>,
        net: &mut dyn Network,
    ) {
        let mut block = Vec::new();
        let body: SmallVec<[u8; 128]> = match (answer, outcome) {
            (Answer::Bytes { headers, body }, Ok(())) => {
                block = headers;
                body.into()
            }
            (Answer::Event(bytes), Ok(())) => bytes.into(),
            (Answer::Event(_), Err(_)) => return,
            (Answer::Bytes { .. }, Err(error)) => {
                let error = crate::stream::store_error(&error);
                json!({"error": error}).to_string().into_bytes().into()
            }
            (
                Answer::Ack {
                    stream,
                    token,
                    seq,
                    duplicate,
                    more,
                },
                outcome,
            ) => {
                let of = self.streams[stream].as_ref();
                let Some(stream) = of.filter(|stream| stream.token == token) else {
                    return;
                };
                match outcome {
                    Ok(()) => pub_ack(&stream.ack_head, seq, duplicate, &more),
                    Err(error) => {
                        refusal(&crate::stream::store_error(&error), &stream.config.name).into()
                    }
                }
            }
        };
        let message = Message {
            subject: reply,
            headers: &block,
            payload: &body,
            ..Message::default()
        };
        net.publish(account, &message);
    }

    /// Answers a request with `body` when `ticket` is released.
    pub(crate) fn answer_after(
        &mut self,
        ticket: Option<Ticket>,
        account: AccountId,
        reply: &[u8],
        (headers, body): (Vec<u8>, Vec<u8>),
        net: &mut dyn Network,
    ) {
        let answer = Answer::Bytes { headers, body };
        self.answer_when(ticket, false, (account, reply), answer, net);
    }

    /// How many answers wait for the disk.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.iter().map(VecDeque::len).sum::<usize>() + self.saving.len()
    }

    /// The store committed: who waited for that is answered, but no more than `most` publishers. True if there may be more.
    pub fn committed(&mut self, mut most: usize, net: &mut dyn Network) -> bool {
        self.decide();
        self.release_awaiting_room();
        for lazy in [0, 1] {
            while let Some(first) = self.waiting[lazy].front() {
                if most == 0 {
                    return true;
                }
                most -= 1;
                let outcome = match first.ticket.outcome() {
                    Some(outcome) => outcome,
                    None => break,
                };
                if let Some(waiting) = self.waiting[lazy].pop_front() {
                    self.answer(
                        waiting.account,
                        &waiting.reply,
                        waiting.answer,
                        outcome,
                        net,
                    );
                }
            }
        }
        while let Some(first) = self.saving.front() {
            let Some(outcome) = first.outcome() else {
                break;
            };
            if let Some(saving) = self.saving.pop_front()
                && outcome.is_ok()
            {
                for reply in &saving.replies {
                    say(net, saving.account, reply, b"");
                }
            }
        }
        self.streams.committed();
        false
    }
}

pub(super) fn refusal(error: &ApiError, stream: &str) -> Vec<u8> {
    let seq = 0;
    serde_json::to_vec(&Refusal { error, stream, seq }).unwrap_or_default()
}

/// About the bytes that a message takes of its account's storage.
fn size_of(message: &Message<'_>) -> u64 {
    const RECORD: usize = 30;
    (message.subject.len() + message.headers.len() + message.payload.len() + RECORD) as u64
}
