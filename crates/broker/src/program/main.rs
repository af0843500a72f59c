//! The `midge` program: command line, log, signals, exit codes.
//!
//! Started under the name `nats-server` it calls itself so, because scripts and test suites read
//! the version line and the log.

#![forbid(unsafe_code)]

mod files;
mod log;
#[cfg(unix)]
mod signal;
mod usage;

use files::{PortsFile, write_pid};
use log::{FATAL, Log};
use midge_broker::{Broker, COMPATIBILITY, LameDuck};
use midge_conf::cli::{self, Action, Overrides};
use midge_conf::grammar::System;
use midge_conf::{Finding, Options, Port};
use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The name that stands for "be exactly the reference".
const REFERENCE: &str = "nats-server";
/// Where monitoring listens when the program is started without a word.
const MONITORING: Port = Port::Fixed(8222);
/// Longest pause between two clients that lame duck mode closes.
const LAME_DUCK_STEP_MAX: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let mut words = std::env::args();
    let program = program_name(&words.next().unwrap_or_default());
    match cli::parse(words) {
        Ok(Action::Run(overrides)) => run(&program, &overrides),
        Ok(Action::Check(overrides)) => check(&program, &overrides),
        Ok(Action::Signal(order)) => tell(&program, &order),
        Ok(Action::Help) => show(&usage::flags(&program)),
        Ok(Action::HelpTls) => show(usage::TLS),
        Ok(Action::Version) => show(&version(&program)),
        Err(error) if error.shows_usage() => {
            complain(&error.to_string());
            show(&usage::flags(&program))
        }
        Err(error) => fail(&program, &error.to_string()),
    }
}

/// The last part of a path, without an extension.
fn program_name(path: &str) -> String {
    let name = std::path::Path::new(path)
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "midge".into())
}

fn version(program: &str) -> String {
    match program {
        REFERENCE => format!("{REFERENCE}: v{COMPATIBILITY}\n"),
        _ => format!(
            "{program}: v{} (nats-server compatibility v{COMPATIBILITY})\n",
            midge_broker::VERSION
        ),
    }
}

#[allow(clippy::print_stdout, reason = "what was asked for goes to stdout")]
fn show(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

#[allow(clippy::print_stderr, reason = "there is no log yet")]
fn complain(text: &str) {
    eprintln!("{text}");
}

fn fail(program: &str, text: &str) -> ExitCode {
    complain(&format!("{program}: {text}"));
    ExitCode::FAILURE
}

fn tell(program: &str, order: &cli::SignalOrder) -> ExitCode {
    #[cfg(unix)]
    return match signal::send(order, program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(program, &error.to_string()),
    };
    #[cfg(not(unix))]
    fail(program, &format!("{order:?}: signals need a Unix system"))
}

fn check(program: &str, overrides: &Overrides) -> ExitCode {
    let file = overrides
        .config
        .as_ref()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    match overrides.load(&System) {
        Err(refusal) => fail(program, &format!("{refusal}\n")),
        Ok(loaded) if !loaded.warnings.is_empty() => fail(program, &lines(&loaded.warnings)),
        Ok(loaded) => {
            let digest = loaded.options.config_digest.unwrap_or_default();
            complain(&format!(
                "{program}: configuration file {file} is valid ({digest})"
            ));
            ExitCode::SUCCESS
        }
    }
}

fn lines(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| format!("{finding}\n"))
        .collect()
}

fn run(program: &str, overrides: &Overrides) -> ExitCode {
    let mut loaded = match overrides.load(&System) {
        Ok(loaded) => loaded,
        Err(refusal) => return fail(program, &format!("{refusal}\n")),
    };
    // Started bare, to be looked at: then there is something to look at.
    if program != REFERENCE && std::env::args().len() == 1 {
        loaded.options.http_port = Some(MONITORING);
    }
    let log = match Log::open(&loaded.options) {
        Ok(log) => log,
        Err(error) => return fail(program, &format!("error opening logfile: {error}")),
    };
    let _ = tracing::subscriber::set_global_default(log.clone());
    log::log_panics();
    warn_of(&loaded.warnings);
    let served = serve(program, overrides, loaded.options, &log);
    log.finish();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(target: FATAL, "{error}");
            if log.is_file() {
                complain(&format!("{program}: {error}"));
            }
            ExitCode::FAILURE
        }
    }
}

/// What is odd about a configuration that is good enough.
fn warn_of(warnings: &[Finding]) {
    for warning in warnings {
        tracing::warn!("{warning}");
    }
}

fn serve(program: &str, overrides: &Overrides, options: Options, log: &Log) -> anyhow::Result<()> {
    raise_file_limit();
    // The handlers stand before anything else: a signal must never end a half-started server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let mut signals = runtime.block_on(async { Signals::new() })?;
    let shown = if program == REFERENCE {
        REFERENCE
    } else {
        "midge"
    };
    tracing::info!("Starting {shown}");
    tracing::info!("  Version:  {COMPATIBILITY}");
    if shown != REFERENCE {
        tracing::info!("  Midge:    {}", midge_broker::VERSION);
    }
    let broker = Arc::new(Broker::start(options)?);
    let options = broker.options();
    if let Some(path) = &options.pid_file {
        write_pid(path).map_err(|error| {
            anyhow::anyhow!("Could not write pidfile {}: {error}", path.display())
        })?;
    }
    let ports_file = match &options.ports_file_dir {
        Some(folder) => Some(PortsFile::write(folder, program, broker.ports())?),
        None => None,
    };
    runtime.block_on(attend(&broker, overrides, log, &mut signals));
    tracing::info!("Initiating Shutdown...");
    drop(ports_file);
    if let Some(broker) = Arc::into_inner(broker) {
        broker.stop();
    }
    tracing::info!("Server Exiting..");
    Ok(())
}

#[cfg(unix)]
struct Signals {
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    reopen: tokio::signal::unix::Signal,
    leave: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            reopen: signal(SignalKind::user_defined1())?,
            leave: signal(SignalKind::user_defined2())?,
        })
    }
}

/// Follows signals until one of them, or the end of lame duck mode, ends the server.
#[cfg(unix)]
async fn attend(broker: &Arc<Broker>, overrides: &Overrides, log: &Log, signals: &mut Signals) {
    let (left, mut has_left) = tokio::sync::mpsc::channel::<()>(1);
    let mut leaving = false;
    loop {
        tokio::select! {
            _ = signals.hangup.recv() => {
                trapped("hangup");
                reload(broker, overrides, log);
            }
            _ = signals.reopen.recv() => {
                trapped("user defined signal 1");
                match log.reopen() {
                    Ok(()) => tracing::info!("File log re-opened"),
                    Err(error) => tracing::error!("Unable to re-open the log file: {error}"),
                }
            }
            _ = signals.leave.recv(), if !leaving => {
                trapped("user defined signal 2");
                leaving = true;
                let (broker, left) = (broker.clone(), left.clone());
                std::thread::spawn(move || {
                    leave(&broker);
                    drop(broker);
                    let _ = left.blocking_send(());
                });
            }
            _ = signals.interrupt.recv() => return trapped("interrupt"),
            _ = signals.terminate.recv(), if !leaving => return trapped("terminated"),
            _ = has_left.recv() => return,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(not(unix))]
async fn attend(_: &Arc<Broker>, _: &Overrides, _: &Log, _: &mut Signals) {
    let _ = tokio::signal::ctrl_c().await;
}

fn trapped(signal: &str) {
    tracing::info!("Trapped {signal:?} signal");
}

fn leave(broker: &Broker) {
    let options = broker.options();
    tracing::info!("Entering lame duck mode, stop accepting new clients");
    let over = options
        .lame_duck_duration
        .saturating_sub(options.lame_duck_grace_period);
    broker.lame_duck(&LameDuck {
        grace: options.lame_duck_grace_period,
        over,
        step_max: LAME_DUCK_STEP_MAX,
    });
}

fn reload(broker: &Broker, overrides: &Overrides, log: &Log) {
    let refused =
        |why: &dyn Display| tracing::error!("Failed to reload server configuration: {why}");
    if overrides.config.is_none() {
        return refused(&"can only reload config when a file is provided using -c or --config");
    }
    let loaded = match overrides.load(&System) {
        Ok(loaded) => loaded,
        Err(refusal) => {
            warn_of(&refusal.warnings);
            return refusal.errors.iter().for_each(|error| refused(error));
        }
    };
    warn_of(&loaded.warnings);
    match broker.reload(loaded.options) {
        Err(error) => refused(&error),
        Ok(changes) => {
            let options = broker.options();
            if let Err(error) = log.configure(&options) {
                tracing::error!(%error, file = options.log_file.as_ref().map(|file| display(file.display())), "The log file can't be opened");
            }
            for change in changes {
                tracing::info!("{change}");
            }
            let digest = options.config_digest.clone().unwrap_or_default();
            tracing::info!("Reloaded server configuration ({digest})");
        }
    }
}

/// Ten thousand clients need ten thousand descriptors: takes the hard limit as the soft one.
fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
