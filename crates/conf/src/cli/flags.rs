//! The flags: one table from names to what they set.

use super::Wishes;
use super::overrides::TlsFlags;
use crate::options::{Cluster, Options, Port, Secret};
use std::num::IntErrorKind;
use std::path::PathBuf;

/// Why a value isn't taken.
pub(super) enum Wrong {
    /// It isn't of the flag's type.
    Value(&'static str),
    /// It can't be used; the sentence says why.
    Unusable(String),
}

type Put = Result<(), Wrong>;
pub(super) type Set = fn(&mut Options, &str) -> Put;
type SetTls = fn(&mut TlsFlags, &str) -> Put;

pub(super) enum Kind {
    Switch(Set),
    Value(Set),
    TlsSwitch(SetTls),
    TlsValue(SetTls),
    Wish(fn(&mut Wishes) -> &mut bool),
    Signal,
    Config,
}

pub(super) struct Flag {
    names: &'static [&'static str],
    pub(super) kind: Kind,
}

impl Flag {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        FLAGS.iter().find(|flag| flag.names.contains(&name))
    }

    /// Whether the flag can stand without a value.
    pub(super) fn is_switch(&self) -> bool {
        matches!(
            self.kind,
            Kind::Switch(_) | Kind::TlsSwitch(_) | Kind::Wish(_)
        )
    }
}

const fn flag(names: &'static [&'static str], kind: Kind) -> Flag {
    Flag { names, kind }
}

const fn value(names: &'static [&'static str], set: Set) -> Flag {
    flag(names, Kind::Value(set))
}

const fn switch(names: &'static [&'static str], set: Set) -> Flag {
    flag(names, Kind::Switch(set))
}

const FLAGS: &[Flag] = &[
    // server
    value(&["a", "addr", "net"], |o, v| {
        put(&mut o.host, text(v).unwrap_or(Options::default().host))
    }),
    value(&["p", "port"], |o, v| {
        put(&mut o.port, port(v)?.unwrap_or(Options::default().port))
    }),
    value(&["n", "name", "server_name"], |o, v| {
        put(&mut o.server_name, text(v))
    }),
    value(&["P", "pid"], |o, v| put(&mut o.pid_file, path(v))),
    value(&["m", "http_port"], |o, v| put(&mut o.http_port, port(v)?)),
    value(&["ms", "https_port"], |o, v| {
        put(&mut o.https_port, port(v)?)
    }),
    value(&["client_advertise"], |o, v| {
        put(&mut o.client_advertise, text(v))
    }),
    value(&["ports_file_dir"], |o, v| {
        put(&mut o.ports_file_dir, path(v))
    }),
    value(&["profile"], |o, v| put(&mut o.prof_port, port(v)?)),
    flag(&["c", "config"], Kind::Config),
    flag(&["sl", "signal"], Kind::Signal),
    flag(&["t"], Kind::Wish(|w| &mut w.check)),
    flag(&["h", "help"], Kind::Wish(|w| &mut w.help)),
    flag(&["help_tls"], Kind::Wish(|w| &mut w.help_tls)),
    flag(&["v", "version"], Kind::Wish(|w| &mut w.version)),
    // logging
    value(&["l", "log"], |o, v| put(&mut o.log_file, path(v))),
    value(&["log_size_limit"], |o, v| {
        put(&mut o.log_size_limit, size(v)?)
    }),
    value(&["max_traced_msg_len"], |o, v| {
        put(&mut o.max_traced_msg_len, size(v)?)
    }),
    value(&["r", "remote_syslog"], |o, v| {
        put(&mut o.remote_syslog, text(v))
    }),
    switch(&["s", "syslog"], |o, v| put(&mut o.syslog, truth(v)?)),
    switch(&["T", "logtime"], |o, v| put(&mut o.logtime, truth(v)?)),
    switch(&["logtime_utc"], |o, v| put(&mut o.logtime_utc, truth(v)?)),
    switch(&["D", "debug"], |o, v| put(&mut o.debug, truth(v)?)),
    switch(&["V", "trace"], |o, v| put(&mut o.trace, truth(v)?)),
    switch(&["VV"], |o, v| all([&mut o.trace, &mut o.trace_verbose], v)),
    switch(&["DV"], |o, v| all([&mut o.debug, &mut o.trace], v)),
    switch(&["DVV"], |o, v| {
        all([&mut o.debug, &mut o.trace, &mut o.trace_verbose], v)
    }),
    // JetStream
    switch(&["js", "jetstream"], |o, v| {
        put(&mut o.jetstream.enabled, truth(v)?)
    }),
    value(&["sd", "store_dir"], |o, v| {
        put(&mut o.jetstream.store_dir, path(v))
    }),
    // authorization
    value(&["user"], |o, v| put(&mut o.authorization.user, text(v))),
    value(&["pass"], |o, v| {
        put(&mut o.authorization.password, text(v).map(Secret::from))
    }),
    value(&["auth"], |o, v| {
        put(&mut o.authorization.token, text(v).map(Secret::from))
    }),
    // TLS
    flag(
        &["tls"],
        Kind::TlsSwitch(|t, v| put(&mut t.on, Some(truth(v)?))),
    ),
    flag(
        &["tlsverify"],
        Kind::TlsSwitch(|t, v| put(&mut t.verify, Some(truth(v)?))),
    ),
    flag(
        &["tlscert"],
        Kind::TlsValue(|t, v| put(&mut t.cert_file, path(v))),
    ),
    flag(
        &["tlskey"],
        Kind::TlsValue(|t, v| put(&mut t.key_file, path(v))),
    ),
    flag(
        &["tlscacert"],
        Kind::TlsValue(|t, v| put(&mut t.ca_file, path(v))),
    ),
    // cluster
    value(&["routes"], |o, v| put(&mut cluster(o).routes, routes(v))),
    value(&["cluster", "cluster_listen"], |o, v| {
        cluster_listen(cluster(o), v)
    }),
    value(&["cluster_name"], |o, v| put(&mut cluster(o).name, text(v))),
    value(&["cluster_advertise"], |o, v| {
        put(&mut cluster(o).advertise, text(v))
    }),
    switch(&["no_advertise"], |o, v| {
        put(&mut cluster(o).no_advertise, truth(v)?)
    }),
    value(&["connect_retries"], |o, v| {
        put(&mut cluster(o).connect_retries, size(v)?)
    }),
];

#[allow(clippy::unnecessary_wraps, reason = "the end of every setter")]
fn put<T>(field: &mut T, value: T) -> Put {
    *field = value;
    Ok(())
}

fn all<const N: usize>(fields: [&mut bool; N], value: &str) -> Put {
    let on = truth(value)?;
    fields.into_iter().for_each(|field| *field = on);
    Ok(())
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

fn path(value: &str) -> Option<PathBuf> {
    text(value).map(PathBuf::from)
}

pub(super) fn truth(value: &str) -> Result<bool, Wrong> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Wrong::Value("parse error")),
    }
}

fn integer(value: &str) -> Result<i64, Wrong> {
    value.parse::<i64>().map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => Wrong::Value("value out of range"),
        _ => Wrong::Value("parse error"),
    })
}

/// A number where less than nothing is nothing, which stands for "no limit".
fn size<T: TryFrom<i64>>(value: &str) -> Result<T, Wrong> {
    T::try_from(integer(value)?.max(0)).map_err(|_| Wrong::Value("value out of range"))
}

/// A port; 0 says nothing.
fn port(value: &str) -> Result<Option<Port>, Wrong> {
    match integer(value)? {
        0 => Ok(None),
        -1 => Ok(Some(Port::Random)),
        number => match u16::try_from(number) {
            Ok(port) => Ok(Some(Port::Fixed(port))),
            Err(_) => Err(Wrong::Unusable(format!("invalid port {number}"))),
        },
    }
}

fn cluster(options: &mut Options) -> &mut Cluster {
    options.cluster.get_or_insert_default()
}

fn routes(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|url| !url.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `nats://user:pass@host:port`, also without the scheme. Nothing closes the cluster's port.
fn cluster_listen(cluster: &mut Cluster, url: &str) -> Put {
    (cluster.user, cluster.password) = (None, None);
    if url.is_empty() {
        cluster.port = None;
        return Ok(());
    }
    let unusable = |why: String| Err(Wrong::Unusable(why));
    let rest = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest)
        .trim_end_matches('/');
    let (credentials, address) = match rest.rsplit_once('@') {
        Some((credentials, address)) => (Some(credentials), address),
        None => (None, rest),
    };
    let Some((host, number)) = crate::options::split_address(address) else {
        return unusable(format!("address {address}: missing port in address"));
    };
    let Ok(port) = port(number) else {
        return unusable(format!("address {address}: invalid port"));
    };
    (cluster.host, cluster.port) = (host.to_owned(), port);
    match credentials.map(|credentials| credentials.split_once(':')) {
        None => {}
        Some(None) => return unusable("expected cluster password to be set".into()),
        Some(Some((user, password))) => {
            (cluster.user, cluster.password) = (text(user), text(password).map(Secret::from));
        }
    }
    Ok(())
}
