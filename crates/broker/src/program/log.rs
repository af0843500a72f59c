//! The log: tracing events as lines in the reference's layout, to stderr or a rotating file. `docs/logging.md` is its manual.
//!
//! `[pid] YYYY/MM/DD hh:mm:ss.uuuuuu [LVL] message name=value ...`
//!
//! # Invariants
//! - An event is one line, whatever bytes are in it, and shows all its fields.
//! - A level that is switched on or off by a reload is so for every call, also for those that were made before.
//! - What a loop says again and again is written at once, and then once a minute with the number of times (`repeats.rs`).
//!
//! # Why not `tracing-subscriber`
//! It would bring the registry of spans, which we have none of, and its formatter, which we would replace: the layout, the quoting, the
//! rotation, the repeats and the change by reload are ours either way. `docs/logging.md` has what was measured.

mod file;
mod line;
mod repeats;

use file::LogFile;
use line::{Content, Layout};
use midge_conf::Options;
use parking_lot::ReentrantMutex;
use repeats::{Repeat, Repeats};
use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Events of this target are shown as `[FTL]`.
pub(crate) const FATAL: &str = "midge::fatal";
/// Events of our crates have targets that begin so.
const OURS: &str = "midge";
/// What the program itself says follows a signal or the start, and is no repetition: targets that begin so, or are [`OURS`] alone.
const PROGRAM: &str = "midge::";

/// The log of this process; cheap to clone.
#[derive(Clone)]
pub(crate) struct Log(Arc<Inner>);

struct Inner {
    debug: AtomicBool,
    trace: AtomicBool,
    /// The thread that has it may come again: when it panics with it, the panic's line is left out, and nobody waits for himself.
    state: ReentrantMutex<RefCell<State>>,
}

struct State {
    layout: Layout,
    output: Output,
    repeats: Repeats,
}

enum Output {
    Stderr,
    File(LogFile),
}

impl Log {
    /// Opens the log that `options` ask for.
    pub(crate) fn open(options: &Options) -> io::Result<Self> {
        let log = Self(Arc::new(Inner {
            debug: AtomicBool::new(false),
            trace: AtomicBool::new(false),
            state: ReentrantMutex::new(RefCell::new(State {
                layout: Layout::default(),
                output: Output::Stderr,
                repeats: Repeats::default(),
            })),
        }));
        log.configure(options)?;
        Ok(log)
    }

    /// Follows changed options.
    pub(crate) fn configure(&self, options: &Options) -> io::Result<()> {
        let output = match &options.log_file {
            None => Output::Stderr,
            Some(path) => Output::File(LogFile::open(
                path,
                options.log_size_limit,
                options.log_max_num,
            )?),
        };
        self.0.debug.store(options.debug, Relaxed);
        self.0.trace.store(
            options.trace || options.trace_verbose || options.trace_headers,
            Relaxed,
        );
        let layout = Layout {
            time: options.logtime,
            utc: options.logtime_utc,
            colors: matches!(output, Output::Stderr) && io::stderr().is_terminal(),
        };
        self.with_state(|state| (state.layout, state.output) = (layout, output));
        // Every call remembers whether its level is shown.
        tracing::callsite::rebuild_interest_cache();
        Ok(())
    }

    /// Opens the file anew, after something else renamed it.
    pub(crate) fn reopen(&self) -> io::Result<()> {
        let reopened = self.with_state(|state| match &mut state.output {
            Output::Stderr => Ok(()),
            Output::File(file) => file.reopen(),
        });
        reopened.unwrap_or(Ok(()))
    }

    /// Whether the log goes to a file.
    pub(crate) fn is_file(&self) -> bool {
        let is_file = |state: &mut State| matches!(state.output, Output::File(_));
        self.with_state(is_file).unwrap_or(false)
    }

    /// Writes how often what was said last was said again. The program is about to end.
    pub(crate) fn finish(&self) {
        self.with_state(|state| {
            for repeat in state.repeats.take_all() {
                state.write_repeat(&repeat);
            }
        });
    }

    /// Does `work` when no other thread has the state; `None` when this thread has it already.
    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> Option<T> {
        let state = self.0.state.lock();
        let mut state = state.try_borrow_mut().ok()?;
        Some(work(&mut state))
    }

    fn shows(&self, level: Level) -> bool {
        match level {
            Level::TRACE => self.0.trace.load(Relaxed),
            Level::DEBUG => self.0.debug.load(Relaxed),
            _ => true,
        }
    }
}

impl State {
    /// Writes a line, unless a line like it was written a moment ago.
    fn take(&mut self, level: &'static str, is_repeatable: bool, text: String, now: Instant) {
        for repeat in self.repeats.take_over(&text, now) {
            self.write_repeat(&repeat);
        }
        if !is_repeatable {
            return self.write(level, &text);
        }
        let admitted = self.repeats.admit(level, text, now);
        if let Some(repeat) = admitted {
            self.write_repeat(&repeat);
        }
    }

    fn write_repeat(&mut self, repeat: &Repeat) {
        let Repeat { level, text, count } = repeat;
        match count {
            0 => self.write(level, text),
            count => self.write(level, &format!("{text} repeated={count}")),
        }
    }

    /// What the file doesn't take goes to stderr; a line that stderr doesn't take has nowhere else to go.
    fn write(&mut self, level: &'static str, text: &str) {
        let line = self.layout.line(level, text);
        match &mut self.output {
            Output::Stderr => {
                let _ = io::stderr().write_all(line.as_bytes());
            }
            Output::File(file) => {
                if file.write(&line).is_err() {
                    let _ = io::stderr().write_all(line.as_bytes());
                }
                if let Some(aside) = file.rotate_if_full() {
                    let text = format!("Rotated log, backup saved as {aside:?}");
                    self.write("INF", &text);
                }
            }
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with(OURS) && self.shows(*metadata.level())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let shown = [
            (Level::TRACE, LevelFilter::TRACE),
            (Level::DEBUG, LevelFilter::DEBUG),
        ];
        let most = shown.into_iter().find(|(level, _)| self.shows(*level));
        Some(most.map_or(LevelFilter::INFO, |(_, filter)| filter))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "repetitions are counted by the minute"
    )]
    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let target = metadata.target();
        let is_repeatable =
            *metadata.level() <= Level::WARN && target != OURS && !target.starts_with(PROGRAM);
        let text = Content::of(event).text();
        self.with_state(|state| state.take(label(metadata), is_repeatable, text, Instant::now()));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Has panics written to the log, beside what they say on stderr, which a service may not keep.
pub(crate) fn log_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let thread = std::thread::current();
        tracing::error!(
            thread = thread.name(),
            error = panic.payload_as_str(),
            place = panic.location().map(tracing::field::display),
            way_out = "it is a fault of the server: report it",
            "a thread panicked"
        );
        usual(panic);
    }));
}

fn label(metadata: &Metadata<'_>) -> &'static str {
    match *metadata.level() {
        _ if metadata.target() == FATAL => "FTL",
        Level::ERROR => "ERR",
        Level::WARN => "WRN",
        Level::INFO => "INF",
        Level::DEBUG => "DBG",
        Level::TRACE => "TRC",
    }
}

#[cfg(test)]
mod tests;
