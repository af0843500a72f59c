//! [`Options`] from a file: the directives of the top level.

use super::reader::{Field, Read, Reader};
use super::tls::Side;
use super::validate::Fault;
use super::{
    Account, Authorization, Cluster, LeafNodes, Mapping, Options, Tls, WebSocket, WriteTimeout,
};
use crate::error::{Finding, Position, Refusal};
use crate::grammar::{
    Data, Map, Source, digest, parse_duration, parse_file, parse_text, show_duration,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const LAME_DUCK_DURATION_MIN: Duration = Duration::from_secs(30);

/// Options that could be read, and what was odd about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The options.
    pub options: Options,
    /// What to tell the person who wrote the file.
    pub warnings: Vec<Finding>,
    /// Where each directive stands, for complaints about the whole.
    places: BTreeMap<String, Position>,
}

impl Loaded {
    /// Looks at the whole, as [`Options::validate`] does, and names the places in the file.
    ///
    /// # Errors
    /// All contradictions found.
    pub fn validated(self) -> Result<Self, Refusal> {
        let errors = placed(self.options.faults(), &self.places);
        if errors.is_empty() {
            Ok(self)
        } else {
            Err(Refusal {
                errors,
                warnings: self.warnings,
            })
        }
    }
}

impl From<Options> for Loaded {
    /// Options which no file said.
    fn from(options: Options) -> Self {
        Self {
            options,
            warnings: Vec::new(),
            places: BTreeMap::new(),
        }
    }
}

fn placed(faults: Vec<Fault>, places: &BTreeMap<String, Position>) -> Vec<Finding> {
    let find = |fault: Fault| Finding {
        at: places.get(fault.directive).cloned(),
        text: fault.text,
    };
    faults.into_iter().map(find).collect()
}

impl Options {
    /// Reads a configuration file. The whole isn't validated yet: the command line may still change it.
    ///
    /// # Errors
    /// All that is wrong with its fields, or the first place where it isn't of the grammar.
    pub fn from_file(path: &Path, source: &dyn Source) -> Result<Loaded, Refusal> {
        let mut loaded =
            Self::from_tree(&parse_file(path, source)?, &path.to_string_lossy(), source)?;
        loaded.options.config_file = Some(path.to_owned());
        Ok(loaded)
    }

    /// Reads a configuration from a text, as if it stood in the file `name`.
    ///
    /// # Errors
    /// As [`Options::from_file`].
    pub fn from_text(text: &str, name: &str, source: &dyn Source) -> Result<Loaded, Refusal> {
        Self::from_tree(&parse_text(text, name, source)?, name, source)
    }

    fn from_tree(tree: &Map, name: &str, source: &dyn Source) -> Result<Loaded, Refusal> {
        let mut options = Self {
            config_digest: Some(digest(tree)),
            ..Self::default()
        };
        let mut reader = Reader::new(source);
        if tree.is_empty() {
            reader.warnings.push(Finding::whole(format!(
                "{name}: config has no values or is empty"
            )));
        }
        let mut places = BTreeMap::new();
        reader.each(tree, |r, f| {
            places.insert(f.name.clone(), f.value.at.clone());
            options.read_field(f, r)
        });
        let Reader {
            mut errors,
            warnings,
            ..
        } = reader;
        if errors.is_empty() {
            errors = placed(options.credential_faults(), &places);
        }
        if errors.is_empty() {
            Ok(Loaded {
                options,
                warnings,
                places,
            })
        } else {
            Err(Refusal { errors, warnings })
        }
    }

    fn read_field(&mut self, f: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        match f.name.as_str() {
            "listen" => {
                let (host, port) = f.listen()?;
                set(&mut self.host, Some(host).filter(|host| !host.is_empty()));
                set(&mut self.port, port);
            }
            "port" => set(&mut self.port, f.port()?),
            "host" | "net" => set(&mut self.host, f.text()?),
            "client_advertise" => self.client_advertise = f.text()?,
            "server_name" => {
                self.server_name = f.text()?;
                if self
                    .server_name
                    .as_ref()
                    .is_some_and(|name| name.contains(' '))
                {
                    return f.fail("server name cannot contain spaces");
                }
            }
            "allow_non_tls" => self.allow_non_tls = f.bool()?,
            "no_header_support" => self.no_header_support = f.bool()?,
            "tls" => self.tls = Some(Tls::read(f, Side::Client, r)?),
            "authorization" => self.authorization = Authorization::read(f, r)?,
            "accounts" => self.accounts = Account::read_all(f, r)?,
            "mappings" | "maps" => self.mappings = Mapping::read_all(f, r)?,
            "no_auth_user" => self.no_auth_user = f.text()?,
            "system_account" | "system" => match f.text() {
                Ok(name) => self.system_account = name,
                Err(_) => return f.fail("system account name must be a string"),
            },
            "no_system_account" | "no_system" | "no_sys_acc" => {
                self.no_system_account = f.bool()?;
            }
            "websocket" | "ws" => self.websocket = Some(WebSocket::read(f, r)?),
            "jetstream" => self.jetstream.read(f, r)?,
            "store_dir" | "storedir" => self.jetstream.read_store_dir(f)?,
            "cluster" => self.cluster = Some(Cluster::read(f, r)?),
            "leafnodes" | "leaf" => self.leafnodes = Some(LeafNodes::read(f, r)?),
            "server_tags" => self.server_tags = tags(f)?,
            "server_metadata" => self.server_metadata = metadata(f, r)?,
            "feature_flags" => self.feature_flags = feature_flags(f, r)?,
            _ => {
                if !self.read_monitoring(f)? && !self.read_limit(f, r)? && !self.read_logging(f)? {
                    return if is_later(&f.name) {
                        f.later_unless_empty(&f.name)
                    } else {
                        f.unknown()
                    };
                }
            }
        }
        Ok(())
    }

    /// Whether it was a directive of this kind; so too below.
    fn read_monitoring(&mut self, f: &Field<'_>) -> Read<bool> {
        let mut listen = || {
            let (host, port) = f.listen()?;
            self.http_host = Some(host).filter(|host| !host.is_empty());
            Ok(port)
        };
        match f.name.as_str() {
            "http" => self.http_port = listen()?,
            "https" => self.https_port = listen()?,
            "http_port" | "monitor_port" => self.http_port = f.port()?,
            "https_port" => self.https_port = f.port()?,
            "http_base_path" => self.http_base_path = base_path(f.str()?),
            "prof_port" => self.prof_port = f.port()?,
            "prof_block_rate" => self.prof_block_rate = f.integer()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_limit(&mut self, f: &Field<'_>, r: &mut Reader<'_>) -> Read<bool> {
        match f.name.as_str() {
            "max_connections" | "max_conn" => self.max_connections = f.limit()?.unwrap_or(0),
            "max_subscriptions" | "max_subs" => self.max_subscriptions = f.limit()?.unwrap_or(0),
            "max_sub_tokens" | "max_subscription_tokens" => self.max_sub_tokens = sub_tokens(f)?,
            "max_control_line" => set(&mut self.max_control_line, f.size32()?),
            "max_payload" => set(&mut self.max_payload, f.size32()?),
            "max_pending" => set(&mut self.max_pending, f.size(i64::MAX)?),
            "max_memory" => self.max_memory = Some(f.size(i64::MAX)?.unwrap_or(0)),
            "max_closed_clients" => set(&mut self.max_closed_clients, f.size(i64::MAX)?),
            "write_deadline" => set(&mut self.write_deadline, some(r.duration(f)?)),
            "write_timeout" => self.write_timeout = WriteTimeout::read(f)?,
            "no_fast_producer_stall" => self.no_fast_producer_stall = f.bool()?,
            "ping_interval" => set(&mut self.ping_interval, some(r.duration(f)?)),
            "ping_max" => set(&mut self.ping_max, f.size32()?),
            "lame_duck_duration" => self.lame_duck_duration = lame_duck_duration(f)?,
            "lame_duck_grace_period" => set(
                &mut self.lame_duck_grace_period,
                some(lame_duck_grace_period(f)?),
            ),
            "disable_sublist_cache" | "no_sublist_cache" => {
                self.disable_sublist_cache = f.bool()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_logging(&mut self, f: &Field<'_>) -> Read<bool> {
        match f.name.as_str() {
            "debug" => self.debug = f.bool()?,
            "trace" => self.trace = f.bool()?,
            "trace_verbose" => {
                self.trace_verbose = f.bool()?;
                self.trace |= self.trace_verbose;
            }
            "trace_headers" => {
                self.trace_headers = f.bool()?;
                self.trace |= self.trace_headers;
            }
            "logtime" => self.logtime = f.bool()?,
            "logtime_utc" => self.logtime_utc = f.bool()?,
            "log_file" | "logfile" => self.log_file = f.path()?,
            "log_size_limit" | "logfile_size_limit" => {
                self.log_size_limit = f.limit()?.unwrap_or(0);
            }
            "log_max_num" | "logfile_max_num" => self.log_max_num = f.limit()?.unwrap_or(0),
            "syslog" => self.syslog = f.bool()?,
            "remote_syslog" => self.remote_syslog = f.text()?,
            "max_traced_msg_len" => self.max_traced_msg_len = f.limit()?.unwrap_or(0),
            "connect_error_reports" => set(&mut self.connect_error_reports, f.size32()?),
            "reconnect_error_reports" => set(&mut self.reconnect_error_reports, f.size32()?),
            "pid_file" | "pidfile" => self.pid_file = f.path()?,
            "ports_file_dir" => self.ports_file_dir = f.path()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Leaves the default where nothing is said.
fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// No time at all stands for the default.
fn some(duration: Duration) -> Option<Duration> {
    Some(duration).filter(|duration| !duration.is_zero())
}

/// Directives of the reference that we don't serve yet.
fn is_later(name: &str) -> bool {
    const LATER: [&str; 22] = [
        "account_resolver",
        "accounts_resolver",
        "default_js_domain",
        "default_sentinel",
        "gateway",
        "mqtt",
        "ocsp",
        "ocsp_cache",
        "operator",
        "operators",
        "proxies",
        "resolver",
        "resolver_pinned_accounts",
        "resolver_preload",
        "resolver_tls",
        "root",
        "root_operator",
        "root_operators",
        "roots",
        "trusted",
        "trusted_keys",
        "proxy_protocol",
    ];
    LATER.contains(&name)
}

/// A rooted path without `.`, `..` and doubled slashes.
pub(crate) fn base_path(text: &str) -> String {
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn sub_tokens(f: &Field<'_>) -> Read<u8> {
    let number = f.integer()?;
    match u8::try_from(number) {
        Ok(number @ 1..) => Ok(number),
        _ if number > 0 => f.fail(format!("{} value is too big", f.name)),
        _ => f.fail(format!("{} value can not be negative", f.name)),
    }
}

fn lame_duck_duration(f: &Field<'_>) -> Read<Duration> {
    let duration = f.duration()?;
    if duration < LAME_DUCK_DURATION_MIN {
        let text = show_duration(duration);
        return f.fail(format!(
            "invalid lame_duck_duration of {text}, minimum is 30 seconds"
        ));
    }
    Ok(duration)
}

fn lame_duck_grace_period(f: &Field<'_>) -> Read<Duration> {
    let negative = matches!(&f.value.data, Data::Text(text)
        if text.strip_prefix('-').is_some_and(|size| parse_duration(size).is_ok()));
    if negative {
        return f.fail("invalid lame_duck_grace_period, needs to be positive");
    }
    f.duration()
}

/// Tags are compared in lower case, each once.
fn tags(f: &Field<'_>) -> Read<Vec<String>> {
    let mut tags: Vec<String> = Vec::new();
    for text in f.texts()? {
        let tag = text.trim().to_lowercase();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

fn metadata(block: &Field<'_>, r: &mut Reader<'_>) -> Read<BTreeMap<String, String>> {
    let mut metadata = BTreeMap::new();
    r.block(block, |_, f| {
        metadata.insert(f.key.to_owned(), f.str()?.to_owned());
        Ok(())
    })?;
    Ok(metadata)
}

fn feature_flags(block: &Field<'_>, r: &mut Reader<'_>) -> Read<BTreeMap<String, bool>> {
    let mut flags = BTreeMap::new();
    r.block(block, |_, f| {
        flags.insert(f.key.to_owned(), f.bool()?);
        Ok(())
    })?;
    Ok(flags)
}
