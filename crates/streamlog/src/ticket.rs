//! What an append gives back: a promise that can be waited for.
use crate::{
    Error, Result,
    gate::{Gate, Level},
    stream::Owner,
    sync::{Parked, current, park_timeout},
};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

/// A change that is on its way to the disk.
///
/// It is released when the change is as durable as the stream's policy asks for, or can't be. It is a future, can be
/// waited for by a plain thread, and can be asked. Dropping it changes nothing.
#[derive(Clone)]
#[must_use = "the change is durable only when the ticket says so"]
pub struct Ticket(Option<Promise>);

#[derive(Clone)]
struct Promise {
    gate: Arc<Gate<Owner>>,
    fate: Option<Arc<Fate>>,
    number: u64,
    level: Level,
}

/// From which batch on a stream's changes are lost.
pub(crate) struct Fate {
    from: AtomicU64,
    cause: OnceLock<Box<Error>>,
}

impl Fate {
    pub(crate) fn new() -> Self {
        Self {
            from: AtomicU64::new(u64::MAX),
            cause: OnceLock::new(),
        }
    }

    /// Batches from `number` on are lost for this stream. True the first time.
    pub(crate) fn fail(&self, number: u64, error: &Error) -> bool {
        let is_first = self.cause.set(error.stopped().into()).is_ok();
        self.from.fetch_min(number, Ordering::SeqCst);
        is_first
    }

    /// Why nothing more is written, if so.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.cause.get().map(|cause| Error::clone(cause))
    }

    fn failure_of(&self, number: u64) -> Option<Error> {
        if number < self.from.load(Ordering::SeqCst) {
            None
        } else {
            self.failure()
        }
    }
}

impl Ticket {
    /// Of a change that needs no disk.
    pub(crate) fn done() -> Self {
        Self(None)
    }

    pub(crate) fn new(
        gate: Arc<Gate<Owner>>,
        fate: Option<Arc<Fate>>,
        number: u64,
        level: Level,
    ) -> Self {
        Self(Some(Promise {
            gate,
            fate,
            number,
            level,
        }))
    }

    /// The number of the batch that carries the change; 0 if it needs none. Observers are told these numbers.
    pub fn batch(&self) -> u64 {
        self.0.as_ref().map_or(0, |p| p.number)
    }

    /// `None` while it is on its way; then whether it arrived.
    pub fn outcome(&self) -> Option<Result<()>> {
        let Some(Promise {
            gate,
            fate,
            number,
            level,
        }) = &self.0
        else {
            return Some(Ok(()));
        };
        if let Some(error) = fate.as_ref().and_then(|fate| fate.failure_of(*number)) {
            return Some(Err(error));
        }
        if gate.is_out(*number, *level) {
            return Some(Ok(()));
        }
        gate.failure().map(Err)
    }

    /// Blocks this thread until the ticket is released. Somebody else must be committing.
    pub fn wait(self) -> Result<()> {
        let waker = Waker::from(Arc::new(Unpark(current())));
        let mut context = Context::from_waker(&waker);
        let mut ticket = std::pin::pin!(self);
        loop {
            match ticket.as_mut().poll(&mut context) {
                Poll::Ready(outcome) => return outcome,
                Poll::Pending => park_timeout(Duration::MAX),
            }
        }
    }
}

impl Future for Ticket {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            if let Some(outcome) = self.outcome() {
                return Poll::Ready(outcome);
            }
            let Some(p) = &self.0 else {
                return Poll::Ready(Ok(()));
            };
            if p.gate.wait(p.number, p.level, context.waker()) {
                return Poll::Pending;
            }
        }
    }
}

/// Wakes a parked thread.
pub(crate) struct Unpark(pub(crate) Parked);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
