//! The mailbox against a `VecDeque` in one thread: any order of calls, any sizes of pieces and writes.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

use bytes::Bytes;
use midge_container::{Budget, Chunk, Drain, Finished, Mailbox, Pool, PoolLimits, Sent};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Piece {
    Copied(Vec<u8>),
    Shared(Vec<u8>),
}

#[derive(Clone, Debug)]
enum Op {
    Push(Vec<Piece>),
    TryDrain,
    Resume,
    /// Offer at most `slices` slices and let the socket take at most `bytes`.
    Write {
        slices: usize,
        bytes: usize,
    },
    Finish,
    Block,
    Drop,
    Close,
    Trim,
}

fn op() -> impl Strategy<Value = Op> {
    let payload = || vec(any::<u8>(), 0..12);
    let piece = prop_oneof![
        payload().prop_map(Piece::Copied),
        payload().prop_map(Piece::Shared)
    ];
    prop_oneof![
        8 => vec(piece, 0..5).prop_map(Op::Push),
        4 => Just(Op::TryDrain),
        3 => Just(Op::Resume),
        8 => (1..8usize, 0..60usize).prop_map(|(slices, bytes)| Op::Write { slices, bytes }),
        3 => Just(Op::Finish),
        2 => Just(Op::Block),
        1 => Just(Op::Drop),
        1 => Just(Op::Trim),
    ]
}

#[derive(Debug, PartialEq)]
enum State {
    Idle,
    Draining,
    Blocked,
    Closed,
}

/// What a child would write: a queue of byte queues.
struct Model {
    state: State,
    /// Somebody pushed since the mailbox became idle.
    told: bool,
    chunks: VecDeque<(VecDeque<u8>, Sent)>,
}

impl Model {
    fn pending(&self) -> usize {
        self.chunks.iter().map(|(bytes, _)| bytes.len()).sum()
    }

    fn write(&mut self, taken: &[u8]) -> Sent {
        let mut sent = Sent::default();
        for byte in taken {
            let (bytes, carried) = self
                .chunks
                .front_mut()
                .expect("written more than there was");
            assert_eq!(bytes.pop_front(), Some(*byte));
            if bytes.is_empty() {
                sent.messages += carried.messages;
                sent.message_bytes += carried.message_bytes;
                self.chunks.pop_front();
            }
        }
        sent
    }
}

/// The mailbox under test beside its model, and the guard held at the moment.
struct Run<'a> {
    mailbox: &'a Mailbox,
    drain: Option<Drain<'a>>,
    pool: Pool,
    model: Model,
}

impl<'a> Run<'a> {
    fn apply(&mut self, op: Op) {
        match op {
            Op::Push(pieces) => self.push(pieces),
            Op::TryDrain => {
                let may = self.model.state == State::Idle && self.model.pending() > 0;
                self.claim(self.mailbox.try_drain(), may);
            }
            Op::Resume => {
                let may = matches!(self.model.state, State::Idle | State::Blocked);
                self.claim(self.mailbox.resume(), may);
            }
            Op::Write { slices, bytes } => self.write(slices, bytes),
            Op::Finish => {
                if let Some(drain) = self.drain.take() {
                    match drain.finish() {
                        Finished::Again(drain) => {
                            assert!(self.model.pending() > 0);
                            self.drain = Some(drain);
                        }
                        Finished::Idle => {
                            assert_eq!(self.model.pending(), 0);
                            self.model.state = State::Idle;
                        }
                    }
                }
            }
            Op::Block => {
                if let Some(drain) = self.drain.take() {
                    drain.block();
                    self.model.state = State::Blocked;
                }
            }
            Op::Drop => {
                if self.drain.take().is_some() {
                    self.model.state = State::Idle;
                }
            }
            Op::Close => {
                self.mailbox.close();
                self.drain = None;
                self.model = Model {
                    state: State::Closed,
                    told: false,
                    chunks: VecDeque::new(),
                };
            }
            Op::Trim => self.pool.trim(),
        }
    }

    fn push(&mut self, pieces: Vec<Piece>) {
        let (mut chunk, mut bytes, mut carried) =
            (self.pool.take(), VecDeque::new(), Sent::default());
        assert!(chunk.is_empty() && chunk.messages() == 0 && chunk.message_bytes() == 0);
        for piece in pieces {
            let (Piece::Copied(payload) | Piece::Shared(payload)) = &piece;
            bytes.extend(payload);
            carried.messages += 1;
            carried.message_bytes += payload.len() as u64;
            chunk.add_message(payload.len() as u64);
            match piece {
                Piece::Copied(payload) => chunk.extend_from_slice(&payload),
                Piece::Shared(payload) => chunk.push_shared(Bytes::from(payload)),
            }
        }
        assert_eq!(chunk.len(), bytes.len());
        let first = self.model.state == State::Idle && !self.model.told && !bytes.is_empty();
        self.model.told |= first;
        if !bytes.is_empty() && self.model.state != State::Closed {
            self.model.chunks.push_back((bytes, carried));
        }
        let pushed = self.mailbox.push(chunk);
        assert_eq!(pushed.pending, self.model.pending());
        assert_eq!(pushed.closed, self.model.state == State::Closed);
        assert_eq!(pushed.first, first);
    }

    fn claim(&mut self, drain: Option<Drain<'a>>, may: bool) {
        assert_eq!(drain.is_some(), may, "{:?}", self.model.state);
        if may {
            self.drain = drain;
            self.model.state = State::Draining;
            self.model.told = false;
        }
    }

    fn write(&mut self, slices: usize, bytes: usize) {
        let Some(drain) = &mut self.drain else { return };
        let taken: Vec<u8> = {
            let mut out = vec![IoSlice::new(&[]); slices];
            let filled = drain.io_slices(&mut out);
            assert!(out[..filled].iter().all(|slice| !slice.is_empty()));
            assert!(out[filled..].iter().all(|slice| slice.is_empty()));
            assert_eq!(filled == 0, self.model.pending() == 0);
            out.iter()
                .flat_map(|slice| slice.iter().copied())
                .take(bytes)
                .collect()
        };
        assert_eq!(
            drain.advance(taken.len(), &mut self.pool),
            self.model.write(&taken)
        );
        assert_eq!(drain.is_empty(), self.model.pending() == 0);
    }
}

fn check(ops: Vec<Op>) {
    let budget = Arc::new(Budget::new(100));
    let mailbox = Mailbox::with_budget(budget.clone(), 0);
    let limits = PoolLimits {
        chunks_max: 2,
        chunk_bytes_max: 32,
    };
    let mut run = Run {
        mailbox: &mailbox,
        drain: None,
        pool: Pool::new(limits),
        model: Model {
            state: State::Idle,
            told: false,
            chunks: VecDeque::new(),
        },
    };
    for op in ops {
        run.apply(op);
        assert_eq!(mailbox.pending(), run.model.pending());
        assert_eq!(mailbox.is_blocked(), run.model.state == State::Blocked);
        assert_eq!(mailbox.is_closed(), run.model.state == State::Closed);
        if run.drain.is_none() {
            // All chunks but one count with all their memory, and what is gone doesn't.
            let chunks = run.model.chunks.len();
            assert!(budget.used() > 0 || chunks < 2);
            assert!(budget.used() == 0 || chunks > 0);
        }
        assert!(run.pool.len() <= limits.chunks_max);
    }
    drop(run);
    drop(mailbox);
    assert_eq!(budget.used(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn any_sequence_of_calls_moves_the_same_bytes_as_a_queue(ops in vec(op(), 0..60)) {
        check(ops);
    }

    #[test]
    fn a_close_anywhere_frees_everything(
        before in vec(op(), 0..30),
        after in vec(op(), 0..10),
    ) {
        check(before.into_iter().chain([Op::Close]).chain(after).collect());
    }

    #[test]
    fn a_chunk_is_consumed_like_a_slice(
        pieces in vec((any::<bool>(), vec(any::<u8>(), 0..9)), 0..12),
        steps in vec(0..20usize, 0..20),
    ) {
        let mut chunk = Chunk::new();
        let mut want = Vec::new();
        for (shared, payload) in pieces {
            want.extend_from_slice(&payload);
            if shared {
                chunk.push_shared(Bytes::from(payload));
            } else {
                chunk.bytes_mut().extend_from_slice(&payload);
            }
        }
        let mut want = &want[..];
        for step in steps {
            prop_assert_eq!(chunk.to_vec(), want);
            prop_assert_eq!(chunk.len(), want.len());
            let taken = step.min(want.len());
            prop_assert_eq!(chunk.advance(step), taken);
            want = &want[taken..];
        }
    }
}
