//! The command line of nats-server: Go's flag syntax, and flags that win over the file.
//!
//! A flag has one or two dashes; its value follows after `=` or a blank; a switch needs none. The first word that
//! is no flag, or `--`, ends the flags. [`parse`] only reads. [`Overrides`] are put over the options of a file, at the
//! start and again at each reload.

mod flags;
mod overrides;

pub use overrides::Overrides;

use flags::{Flag, Kind, Wrong, truth};

/// What a command line asks for.
#[derive(Clone, Debug)]
pub enum Action {
    /// Run a broker.
    Run(Overrides),
    /// Check the configuration file and say what is wrong (`-t`).
    Check(Overrides),
    /// Send a signal to a running server.
    Signal(SignalOrder),
    /// Print the flags.
    Help,
    /// Print the TLS versions, suites and curves.
    HelpTls,
    /// Print the version.
    Version,
}

/// `--signal command[=pid]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalOrder {
    /// What the server shall do.
    pub command: SignalCommand,
    /// A process id, the path of a pid file, or nothing: the only server there is.
    pub target: Option<String>,
}

/// The commands of `--signal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalCommand {
    /// `stop`: end at once.
    Stop,
    /// `quit`: end in order.
    Quit,
    /// `term`: end in order, but not out of lame duck mode.
    Term,
    /// `reopen`: open the log file again.
    Reopen,
    /// `reload`: read the configuration again.
    Reload,
    /// `ldm`: lame duck mode.
    LameDuck,
}

/// Why a command line can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// No such flag.
    #[error("flag provided but not defined: -{0}")]
    Unknown(String),
    /// Too many dashes, or no name.
    #[error("bad flag syntax: {0}")]
    Syntax(String),
    /// A flag without its value.
    #[error("flag needs an argument: -{0}")]
    Missing(String),
    /// A value that is no number, duration or truth.
    #[error("invalid {}value {value:?} for {}-{flag}: {reason}", if *is_switch { "boolean " } else { "" }, if *is_switch { "" } else { "flag " })]
    Value {
        /// The flag.
        flag: String,
        /// Whether it is a switch.
        is_switch: bool,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A value that can be read, and not be used.
    #[error("{0}")]
    Unusable(String),
    /// A word that is no flag.
    #[error("unrecognized command: {0:?}")]
    Word(String),
    /// `--signal` with another word.
    #[error("unknown signal {0:?}")]
    Signal(String),
    /// `--signal` with more than one `=`.
    #[error("invalid signal parameters: [{0}]")]
    SignalParameters(String),
    /// `-t` without a file.
    #[error("must specify [-c, --config] option to check configuration file syntax")]
    CheckWithoutFile,
}

impl CliError {
    /// Whether the flags are listed beside the message; the program then ends with 0, as the
    /// reference does.
    #[must_use]
    pub fn shows_usage(&self) -> bool {
        matches!(
            self,
            Self::Unknown(_) | Self::Syntax(_) | Self::Missing(_) | Self::Value { .. }
        )
    }
}

/// What was switched on beside the overrides.
#[derive(Default)]
struct Wishes {
    version: bool,
    help: bool,
    help_tls: bool,
    check: bool,
    signal: Option<String>,
}

/// Reads a command line, the program's name not included.
///
/// # Errors
/// The first word that can't be followed.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Action, CliError> {
    let mut words = words.into_iter();
    let (mut overrides, mut wishes) = (Overrides::default(), Wishes::default());
    let mut word = words.next();
    while let Some(flag) = word.take_if(|word| is_flag(word)) {
        read_flag(&flag, &mut words, &mut overrides, &mut wishes)?;
        word = words.next();
    }
    let end = word.filter(|word| word != "--").into_iter();
    let command = end.chain(words).next();
    decide(wishes, command, overrides)
}

fn is_flag(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-') && word != "--"
}

fn read_flag(
    word: &str,
    words: &mut impl Iterator<Item = String>,
    overrides: &mut Overrides,
    wishes: &mut Wishes,
) -> Result<(), CliError> {
    let body = word
        .strip_prefix("--")
        .or_else(|| word.strip_prefix('-'))
        .unwrap_or(word);
    if body.starts_with(['-', '=']) {
        return Err(CliError::Syntax(word.into()));
    }
    let (name, given) = match body.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (body, None),
    };
    let flag = Flag::find(name).ok_or_else(|| CliError::Unknown(name.into()))?;
    let is_switch = flag.is_switch();
    let value = match given {
        Some(value) => value,
        None if is_switch => "true".into(),
        None => words.next().ok_or_else(|| CliError::Missing(name.into()))?,
    };
    let read = match flag.kind {
        Kind::Switch(set) | Kind::Value(set) => overrides.add(set, &value),
        Kind::TlsSwitch(set) | Kind::TlsValue(set) => set(&mut overrides.tls, &value),
        Kind::Wish(wish) => truth(&value).map(|on| *wish(wishes) = on),
        Kind::Signal => {
            wishes.signal = Some(value.clone());
            Ok(())
        }
        Kind::Config => {
            overrides.config = Some(value.clone().into()).filter(|_| !value.is_empty());
            Ok(())
        }
    };
    read.map_err(|wrong| match wrong {
        Wrong::Value(reason) => CliError::Value {
            flag: name.into(),
            is_switch,
            value,
            reason,
        },
        Wrong::Unusable(text) => CliError::Unusable(text),
    })
}

fn decide(
    wishes: Wishes,
    command: Option<String>,
    overrides: Overrides,
) -> Result<Action, CliError> {
    if wishes.version {
        return Ok(Action::Version);
    }
    if wishes.help {
        return Ok(Action::Help);
    }
    if wishes.help_tls {
        return Ok(Action::HelpTls);
    }
    if let Some(command) = command {
        return match command.to_lowercase().as_str() {
            "help" => Ok(Action::Help),
            "version" => Ok(Action::Version),
            _ => Err(CliError::Word(command)),
        };
    }
    if let Some(signal) = wishes.signal.filter(|signal| !signal.is_empty()) {
        return signal_order(&signal).map(Action::Signal);
    }
    match (wishes.check, &overrides.config) {
        (true, None) => Err(CliError::CheckWithoutFile),
        (true, Some(_)) => Ok(Action::Check(overrides)),
        (false, _) => {
            overrides
                .tls
                .check()
                .map_err(|text| CliError::Unusable(text.into()))?;
            Ok(Action::Run(overrides))
        }
    }
}

fn signal_order(text: &str) -> Result<SignalOrder, CliError> {
    let mut parts = text.splitn(3, '=');
    let command = parts.next().unwrap_or_default();
    let target = parts
        .next()
        .map(str::to_owned)
        .filter(|target| !target.is_empty());
    if let Some(rest) = parts.next() {
        return Err(CliError::SignalParameters(rest.replace('=', " ")));
    }
    let command = match command {
        "stop" => SignalCommand::Stop,
        "quit" => SignalCommand::Quit,
        "term" => SignalCommand::Term,
        "reopen" => SignalCommand::Reopen,
        "reload" => SignalCommand::Reload,
        "ldm" => SignalCommand::LameDuck,
        _ => return Err(CliError::Signal(command.into())),
    };
    Ok(SignalOrder { command, target })
}

#[cfg(test)]
mod tests;
