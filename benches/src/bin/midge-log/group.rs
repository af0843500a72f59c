//! Group commit for peers: who comes while one batch is being made durable goes into the next.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::Contestant;

/// Makes so many messages durable at once.
pub trait Backend: Send + 'static {
    fn commit(&mut self, messages: usize);
}

/// A thread that commits for all who wait.
pub struct Group {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
    done: Condvar,
}

#[derive(Default)]
struct State {
    pending: usize,
    /// number of the batch that gathers now, and of the last one that is out
    open: u64,
    out: Option<u64>,
    stop: bool,
}

impl Group {
    pub fn new(backend: impl Backend) -> Self {
        let shared = Arc::<Shared>::default();
        let own = shared.clone();
        let thread = std::thread::spawn(move || own.commit_loop(backend));
        Self {
            shared,
            thread: Some(thread),
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit_loop(&self, mut backend: impl Backend) {
        let mut state = self.lock();
        loop {
            while state.pending == 0 {
                if state.stop {
                    return;
                }
                state = self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            let (messages, number) = (std::mem::take(&mut state.pending), state.open);
            state.open += 1;
            drop(state);
            backend.commit(messages);
            state = self.lock();
            state.out = Some(number);
            self.done.notify_all();
        }
    }

    fn add(&self, messages: usize) {
        let mut state = self.lock();
        state.pending += messages;
        let number = state.open;
        self.work.notify_one();
        while state.out.is_none_or(|out| out < number) {
            state = self
                .done
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Contestant for Group {
    fn append(&self) {
        self.shared.add(1);
    }

    fn transaction(&self, messages: usize) {
        self.shared.add(messages);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.work.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
