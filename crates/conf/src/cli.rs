//! The command line of nats-server: Go's flag syntax, and flags that win over the file.
//!
//! A flag has one or two dashes; its value follows after `=` or a blank; a switch needs none.
//! [`parse`] only reads. [`Overrides`] are put over the options of a file with
//! [`Overrides::apply`], at the start and again at each reload.

use crate::grammar::parse_duration;
use crate::options::{Cluster, HandshakeFirst, Identity, Options, Port, Secret, Tls};
use std::path::PathBuf;

/// What a command line asks for.
#[derive(Debug)]
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
#[allow(missing_docs, reason = "the names are the flag's values")]
pub enum SignalCommand {
    Stop,
    Quit,
    Term,
    Reopen,
    Reload,
    LameDuck,
}

/// Why a command line can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// No such flag. The usage is shown with it.
    #[error("flag provided but not defined: -{0}")]
    Unknown(String),
    /// A flag without its value. The usage is shown with it.
    #[error("flag needs an argument: -{0}")]
    Missing(String),
    /// A value that doesn't fit. The usage is shown with it.
    #[error("invalid value {value:?} for flag -{flag}: {reason}")]
    Value {
        /// The flag.
        flag: String,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A word that is no flag.
    #[error("unrecognized command: {0:?}")]
    Word(String),
    /// `--signal` with another word.
    #[error("unknown signal {0:?}")]
    Signal(String),
    /// `-t` without a file.
    #[error("must specify [-c, --config] option to check configuration file syntax")]
    CheckWithoutFile,
    /// `--routes` without `--cluster`.
    #[error("solicited routes require cluster capabilities, e.g. --cluster")]
    RoutesWithoutCluster,
}

impl CliError {
    /// Whether the flags are listed beside the message; the program then ends with 0, as the
    /// reference does.
    #[must_use]
    pub fn shows_usage(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Missing(_) | Self::Value { .. })
    }
}

type Set = fn(&mut Options, &str) -> Result<(), &'static str>;

/// Flags to put over the options of a file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The configuration file.
    pub config: Option<PathBuf>,
    set: Vec<(Set, String)>,
}

impl Overrides {
    /// Sets what the flags say, whatever the file said.
    pub fn apply(&self, options: &mut Options) {
        for (set, value) in &self.set {
            set(options, value).expect("the value was tried when the flag was read");
        }
    }
}

enum Kind {
    Switch(Set),
    Value(Set),
    Config,
    Check,
    Signal,
    Help,
    HelpTls,
    Version,
}

struct Flag {
    names: &'static [&'static str],
    kind: Kind,
}

const fn value(names: &'static [&'static str], set: Set) -> Flag {
    Flag { names, kind: Kind::Value(set) }
}

const fn switch(names: &'static [&'static str], set: Set) -> Flag {
    Flag { names, kind: Kind::Switch(set) }
}

const FLAGS: &[Flag] = &[
    value(&["a", "addr", "net"], |o, v| put(&mut o.host, v.into())),
    value(&["p", "port"], |o, v| put(&mut o.port, port(v)?)),
    value(&["n", "name", "server_name"], |o, v| put(&mut o.server_name, Some(v.into()))),
    value(&["P", "pid"], |o, v| put(&mut o.pid_file, Some(v.into()))),
    value(&["m", "http_port"], |o, v| put(&mut o.http_port, Some(port(v)?))),
    value(&["ms", "https_port"], |o, v| put(&mut o.https_port, Some(port(v)?))),
    Flag { names: &["c", "config"], kind: Kind::Config },
    Flag { names: &["t"], kind: Kind::Check },
    Flag { names: &["sl", "signal"], kind: Kind::Signal },
    value(&["client_advertise"], |o, v| put(&mut o.client_advertise, Some(v.into()))),
    value(&["ports_file_dir"], |o, v| put(&mut o.ports_file_dir, Some(v.into()))),
    value(&["l", "log"], |o, v| put(&mut o.log_file, Some(v.into()))),
    switch(&["T", "logtime"], |o, v| put(&mut o.logtime, truth(v)?)),
    switch(&["logtime_utc"], |o, v| put(&mut o.logtime_utc, truth(v)?)),
    switch(&["s", "syslog"], |o, v| put(&mut o.syslog, truth(v)?)),
    value(&["r", "remote_syslog"], |o, v| put(&mut o.remote_syslog, Some(v.into()))),
    switch(&["D", "debug"], |o, v| put(&mut o.debug, truth(v)?)),
    switch(&["V", "trace"], |o, v| put(&mut o.trace, truth(v)?)),
    switch(&["VV"], |o, v| trace(o, false, true, truth(v)?)),
    switch(&["DV"], |o, v| trace(o, true, false, truth(v)?)),
    switch(&["DVV"], |o, v| trace(o, true, true, truth(v)?)),
    value(&["log_size_limit"], |o, v| put(&mut o.log_size_limit, number(v)?)),
    value(&["max_traced_msg_len"], |o, v| put(&mut o.max_traced_msg_len, number(v)?)),
    switch(&["js", "jetstream"], |o, v| put(&mut o.jetstream.enabled, truth(v)?)),
    value(&["sd", "store_dir"], |o, v| put(&mut o.jetstream.store_dir, Some(v.into()))),
    value(&["user"], |o, v| put(&mut o.authorization.user, Some(v.into()))),
    value(&["pass"], |o, v| put(&mut o.authorization.password, Some(v.into()))),
    value(&["auth"], |o, v| put(&mut o.authorization.token, Some(v.into()))),
    switch(&["tls"], |o, v| match truth(v)? {
        true => put(&mut tls(o).verify, false),
        false => put(&mut o.tls, None),
    }),
    switch(&["tlsverify"], |o, v| put(&mut tls(o).verify, truth(v)?)),
    value(&["tlscert"], |o, v| put(&mut tls(o).cert_file, Some(v.into()))),
    value(&["tlskey"], |o, v| put(&mut tls(o).key_file, Some(v.into()))),
    value(&["tlscacert"], |o, v| put(&mut tls(o).ca_file, Some(v.into()))),
    value(&["routes"], |o, v| {
        let urls = v.split(',').map(|url| url.trim().to_owned()).collect();
        put(&mut cluster(o).routes, urls)
    }),
    value(&["cluster", "cluster_listen"], cluster_listen),
    value(&["cluster_name"], |o, v| put(&mut cluster(o).name, Some(v.into()))),
    switch(&["no_advertise"], |o, v| put(&mut cluster(o).no_advertise, truth(v)?)),
    value(&["cluster_advertise"], |o, v| put(&mut cluster(o).advertise, Some(v.into()))),
    value(&["connect_retries"], |o, v| put(&mut cluster(o).connect_retries, number(v)?)),
    value(&["profile"], |o, v| put(&mut o.prof_port, Some(port(v)?))),
    value(&["ping_interval"], |o, v| {
        put(&mut o.ping_interval, parse_duration(v).map_err(|_| "parse error")?)
    }),
    Flag { names: &["h", "help"], kind: Kind::Help },
    Flag { names: &["help_tls"], kind: Kind::HelpTls },
    Flag { names: &["v", "version"], kind: Kind::Version },
];

/// Reads a command line, the program's name not included.
///
/// # Errors
/// The first word that can't be followed.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Action, CliError> {
    let mut words = words.into_iter();
    let (mut overrides, mut check, mut asked) = (Overrides::default(), false, None);
    let mut tried = Options::default();
    while let Some(word) = words.next() {
        let Some(name) = flag_name(&word) else {
            match word.to_ascii_lowercase().as_str() {
                "help" => return Ok(Action::Help),
                "version" => return Ok(Action::Version),
                _ => return Err(CliError::Word(word)),
            }
        };
        let (name, given) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (name, None),
        };
        let flag = FLAGS.iter().find(|flag| flag.names.contains(&name)).ok_or_else(|| CliError::Unknown(name.into()))?;
        let mut argument =
            |given: Option<String>| given.or_else(|| words.next()).ok_or_else(|| CliError::Missing(name.into()));
        match flag.kind {
            Kind::Switch(set) => overrides.add(set, name, given.unwrap_or_else(|| "true".into()), &mut tried)?,
            Kind::Value(set) => overrides.add(set, name, argument(given)?, &mut tried)?,
            Kind::Config => overrides.config = Some(argument(given)?.into()),
            Kind::Check => check = given.is_none_or(|value| truth(&value) == Ok(true)),
            Kind::Signal => asked = Some(Action::Signal(signal_order(&argument(given)?)?)),
            Kind::Help => return Ok(Action::Help),
            Kind::HelpTls => return Ok(Action::HelpTls),
            Kind::Version => return Ok(Action::Version),
        }
    }
    if let Some(action) = asked {
        return Ok(action);
    }
    let routed = tried.cluster.as_ref().is_some_and(|cluster| !cluster.routes.is_empty() && cluster.port.is_none());
    match (check, &overrides.config) {
        (true, None) => Err(CliError::CheckWithoutFile),
        (true, Some(_)) => Ok(Action::Check(overrides)),
        (false, None) if routed => Err(CliError::RoutesWithoutCluster),
        (false, _) => Ok(Action::Run(overrides)),
    }
}

impl Overrides {
    fn add(&mut self, set: Set, flag: &str, value: String, tried: &mut Options) -> Result<(), CliError> {
        match set(tried, &value) {
            Ok(()) => Ok(self.set.push((set, value))),
            Err(reason) => Err(CliError::Value { flag: flag.into(), value, reason }),
        }
    }
}

/// The name behind one or two dashes.
fn flag_name(word: &str) -> Option<&str> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    (!name.is_empty() && !name.starts_with('-')).then_some(name)
}

fn signal_order(text: &str) -> Result<SignalOrder, CliError> {
    let (command, target) = match text.split_once('=') {
        Some((command, target)) => (command, Some(target.to_owned()).filter(|target| !target.is_empty())),
        None => (text, None),
    };
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

#[allow(clippy::unnecessary_wraps, reason = "the end of every setter")]
fn put<T>(field: &mut T, value: T) -> Result<(), &'static str> {
    *field = value;
    Ok(())
}

fn truth(text: &str) -> Result<bool, &'static str> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("parse error"),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "parse error")
}

fn port(text: &str) -> Result<Port, &'static str> {
    match text {
        "-1" => Ok(Port::Random),
        _ => number(text).map(Port::Fixed),
    }
}

fn trace(options: &mut Options, debug: bool, verbose: bool, on: bool) -> Result<(), &'static str> {
    options.trace = on;
    options.debug |= debug && on;
    options.trace_verbose |= verbose && on;
    Ok(())
}

fn tls(options: &mut Options) -> &mut Tls {
    options.tls.get_or_insert_with(|| Tls { handshake_first: HandshakeFirst::Off, ..Tls::default() })
}

fn cluster(options: &mut Options) -> &mut Cluster {
    options.cluster.get_or_insert_with(Cluster::default)
}

/// `nats://user:pass@host:port` or `host:port`.
fn cluster_listen(options: &mut Options, url: &str) -> Result<(), &'static str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (credentials, address) = rest.rsplit_once('@').map_or((None, rest), |(c, address)| (Some(c), address));
    let (host, number) = address.rsplit_once(':').ok_or("host and port are needed")?;
    let block = cluster(options);
    block.host = host.trim_matches(['[', ']']).into();
    block.port = Some(port(number)?);
    if let Some((user, password)) = credentials.and_then(|credentials| credentials.split_once(':')) {
        block.user = Some(user.into());
        block.password = Some(Secret::from(password));
    }
    Ok(())
}

/// The options a broker runs by: the file, if one is named, with the flags over it.
impl Overrides {
    /// Reads the file, puts the flags over it, and looks at the whole.
    ///
    /// # Errors
    /// What is wrong with the file, or with the whole.
    pub fn load(&self, source: &dyn crate::grammar::Source) -> Result<crate::Loaded, crate::Refusal> {
        let mut loaded = match &self.config {
            Some(path) => Options::from_file(path, source)?,
            None => crate::Loaded { options: Options::default(), warnings: Vec::new() },
        };
        self.apply(&mut loaded.options);
        name_token_user(&mut loaded.options);
        loaded.options.validate().map_err(|error| crate::Refusal { errors: vec![error], warnings: Vec::new() })?;
        Ok(loaded)
    }
}

/// `--user` without `--pass` is a token, as the reference takes it.
fn name_token_user(options: &mut Options) {
    let authorization = &mut options.authorization;
    if authorization.password.is_none()
        && authorization.users.is_empty()
        && authorization.token.is_none()
        && let Some(user) = authorization.user.take_if(|_| options.tls.as_ref().is_none_or(|tls| !tls.verify_and_map))
    {
        authorization.token = Some(user.into());
    }
}

impl Options {
    /// Looks at what only the whole can show.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn validate(&self) -> Result<(), crate::Finding> {
        let whole = |text: String| Err(crate::Finding::whole(text));
        if self.lame_duck_duration <= self.lame_duck_grace_period {
            return whole(format!(
                "lame duck grace period ({}) should be strictly lower than lame duck duration ({})",
                crate::grammar::show_duration(self.lame_duck_grace_period),
                crate::grammar::show_duration(self.lame_duck_duration)
            ));
        }
        if u64::from(self.max_payload) > self.max_pending {
            return whole(format!(
                "max_payload ({}) cannot be higher than max_pending ({})",
                self.max_payload, self.max_pending
            ));
        }
        if self.server_name.as_ref().is_some_and(|name| name.contains(' ')) {
            return whole("server name cannot contain spaces".into());
        }
        if self.http_port.is_some() && self.https_port.is_some() {
            return whole("can't specify both HTTP (http_port) and HTTPs (https_port) ports".into());
        }
        if self.https_port.is_some() && self.tls.is_none() {
            return whole("TLS cert and key required for HTTPS".into());
        }
        if self.log_size_limit > 0 && self.log_file.is_none() {
            return whole("log_size_limit requires a log file".into());
        }
        self.validate_no_auth_user()
    }

    fn validate_no_auth_user(&self) -> Result<(), crate::Finding> {
        let Some(name) = &self.no_auth_user else { return Ok(()) };
        let users = self.authorization.users.iter().chain(self.accounts.iter().flat_map(|account| &account.users));
        let mut known = users.map(|user| match &user.identity {
            Identity::Password { name, .. } => name,
            Identity::Nkey(key) => key,
        });
        if known.any(|known| known == name) {
            return Ok(());
        }
        Err(crate::Finding::whole(format!(
            "no_auth_user: {name:?} not present as user or nkey in authorization block or account configuration"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, CliError, parse};
    use crate::options::{Options, Port};

    fn run(line: &str) -> Options {
        let Ok(Action::Run(overrides)) = parse(line.split_whitespace().map(str::to_owned)) else {
            panic!("{line} doesn't run");
        };
        let mut options = Options::default();
        overrides.apply(&mut options);
        options
    }

    #[test]
    fn one_dash_or_two_equals_or_blank() {
        for line in ["-p 5", "--p 5", "-p=5", "--port=5", "--port 5"] {
            assert_eq!(run(line).port, Port::Fixed(5), "{line}");
        }
        assert_eq!(run("-p -1").port, Port::Random);
        assert!(run("-DV").debug && run("-DV").trace);
        assert!(!run("-T=false").logtime);
        assert!(run("-js -sd /tmp/x").jetstream.enabled);
    }

    #[test]
    fn cluster_urls_open_the_port_they_name() {
        let cluster = run("-cluster nats://u:p@127.0.0.1:6222 -routes nats://a:1,nats://b:2").cluster.unwrap();
        assert_eq!((cluster.host.as_str(), cluster.port), ("127.0.0.1", Some(Port::Fixed(6222))));
        assert_eq!((cluster.user.as_deref(), cluster.routes.len()), (Some("u"), 2));
    }

    #[test]
    fn what_cannot_be_followed_is_named() {
        let check = |line: &str, error: CliError| {
            assert_eq!(parse(line.split_whitespace().map(str::to_owned)).unwrap_err(), error);
        };
        check("-foo", CliError::Unknown("foo".into()));
        check("-p", CliError::Missing("p".into()));
        check("-p x", CliError::Value { flag: "p".into(), value: "x".into(), reason: "parse error" });
        check("extra", CliError::Word("extra".into()));
        check("-t", CliError::CheckWithoutFile);
        check("-sl nap", CliError::Signal("nap".into()));
        check("--routes nats://a:1", CliError::RoutesWithoutCluster);
    }
}
