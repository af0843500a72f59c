//! The log: tracing events as lines in the reference's layout, to stderr or a rotating file.
//!
//! `[pid] YYYY/MM/DD hh:mm:ss.uuuuuu [LVL] text`

use crate::files::private;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use midge_conf::Options;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Events of this target are shown as `[FTL]`.
pub(crate) const FATAL: &str = "midge::fatal";

/// The log of this process; cheap to clone.
#[derive(Clone)]
pub(crate) struct Log(Arc<Inner>);

struct Inner {
    debug: AtomicBool,
    trace: AtomicBool,
    state: Mutex<State>,
}

struct State {
    time: bool,
    utc: bool,
    output: Output,
}

enum Output {
    Stderr,
    File {
        path: PathBuf,
        file: File,
        len: u64,
        max_len: u64,
        max_files: u64,
    },
}

impl Log {
    /// Opens the log that `options` ask for.
    pub(crate) fn open(options: &Options) -> io::Result<Self> {
        let log = Self(Arc::new(Inner {
            debug: AtomicBool::new(false),
            trace: AtomicBool::new(false),
            state: Mutex::new(State {
                time: true,
                utc: false,
                output: Output::Stderr,
            }),
        }));
        log.configure(options)?;
        Ok(log)
    }

    /// Follows changed options.
    pub(crate) fn configure(&self, options: &Options) -> io::Result<()> {
        let output = match &options.log_file {
            None => Output::Stderr,
            Some(path) => Output::open(path, options.log_size_limit, options.log_max_num)?,
        };
        self.0.debug.store(options.debug, Relaxed);
        self.0.trace.store(
            options.trace || options.trace_verbose || options.trace_headers,
            Relaxed,
        );
        *self.state() = State {
            time: options.logtime,
            utc: options.logtime_utc,
            output,
        };
        Ok(())
    }

    /// Opens the file anew, after something else renamed it.
    pub(crate) fn reopen(&self) -> io::Result<()> {
        let mut state = self.state();
        if let Output::File {
            path,
            max_len,
            max_files,
            ..
        } = &state.output
        {
            state.output = Output::open(path, *max_len, *max_files)?;
        }
        Ok(())
    }

    /// Whether the log goes to a file.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.state().output, Output::File { .. })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shows(&self, level: Level) -> bool {
        match level {
            Level::TRACE => self.0.trace.load(Relaxed),
            Level::DEBUG => self.0.debug.load(Relaxed),
            _ => true,
        }
    }
}

impl Output {
    fn open(path: &Path, max_len: u64, max_files: u64) -> io::Result<Self> {
        let file = private().append(true).create(true).open(path)?;
        let len = file.metadata()?.len();
        Ok(Self::File {
            path: path.into(),
            file,
            len,
            max_len,
            max_files,
        })
    }

    /// A line that can't be written has nowhere else to go.
    fn write(&mut self, line: &str) {
        match self {
            Self::Stderr => {
                let _ = io::stderr().write_all(line.as_bytes());
            }
            Self::File {
                path,
                file,
                len,
                max_len,
                max_files,
            } => {
                let _ = file.write_all(line.as_bytes());
                *len += line.len() as u64;
                if *max_len > 0 && *len >= *max_len {
                    let (path, max_len, max_files) = (path.clone(), *max_len, *max_files);
                    let fresh = rotate(&path, max_files)
                        .and_then(|aside| Ok((Self::open(&path, max_len, max_files)?, aside)));
                    if let Ok((fresh, aside)) = fresh {
                        *self = fresh;
                        let head = line.split_once(" [").map_or(line, |(head, _)| head);
                        self.write(&format!(
                            "{head} [INF] Rotated log, backup saved as {aside:?}\n"
                        ));
                    }
                }
            }
        }
    }
}

/// Moves a full log aside, and drops the oldest so that `max_files` stay, the new one counted.
fn rotate(path: &Path, max_files: u64) -> io::Result<PathBuf> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(
        Zoned::now()
            .strftime(".%Y.%m.%d.%H.%M.%S.%9f")
            .to_string()
            .replace("..", "."),
    );
    std::fs::rename(path, &aside)?;
    if max_files == 0 {
        return Ok(aside.into());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut prefix = path.file_name().unwrap_or_default().to_owned();
    prefix.push(".");
    let prefix = prefix.to_string_lossy().into_owned();
    let mut backups: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|file| {
            file.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
        })
        .collect();
    backups.sort();
    let spare = backups
        .len()
        .saturating_sub(usize::try_from(max_files - 1).unwrap_or(usize::MAX));
    backups[..spare].iter().try_for_each(std::fs::remove_file)?;
    Ok(aside.into())
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("midge") && self.shows(*metadata.level())
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let mut state = self.state();
        let mut line = format!("[{}] ", std::process::id());
        if state.time {
            let zone = if state.utc {
                TimeZone::UTC
            } else {
                TimeZone::system()
            };
            let _ = write!(
                line,
                "{} ",
                Timestamp::now()
                    .to_zoned(zone)
                    .strftime("%Y/%m/%d %H:%M:%S.%6f")
            );
        }
        let _ = writeln!(line, "[{}] {}", label(event.metadata()), text.0);
        state.output.write(&line);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
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

/// The message of an event.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}
