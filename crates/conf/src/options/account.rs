//! `accounts { }` and the subject mappings of an account.

use super::jetstream::Switch;
use super::nkey;
use super::reader::{Field, Read, Reader};
use super::{Permissions, User};
use crate::grammar::Data;

/// An island of subjects with its users.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its public account nkey (`A...`).
    pub nkey: Option<String>,
    /// Its users.
    pub users: Vec<User>,
    /// Permissions of those users that have none of their own.
    pub default_permissions: Option<Permissions>,
    /// Its limits.
    pub limits: AccountLimits,
    /// Its subject mappings.
    pub mappings: Vec<Mapping>,
    /// JetStream for this account; `None` is off.
    pub jetstream: Option<AccountJetStream>,
}

/// Limits of one account; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountLimits {
    /// Clients of the account.
    pub max_connections: Option<u64>,
    /// Subscriptions of the whole account.
    pub max_subscriptions: Option<u64>,
    /// Bytes of one message.
    pub max_payload: Option<u64>,
    /// Leaf nodes of the account.
    pub max_leafnodes: Option<u64>,
}

/// JetStream limits of one account; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountJetStream {
    /// Bytes in memory.
    pub max_memory: Option<u64>,
    /// Bytes on disk.
    pub max_store: Option<u64>,
    /// Streams.
    pub max_streams: Option<u64>,
    /// Consumers.
    pub max_consumers: Option<u64>,
    /// Whether each stream has to say its `max_bytes`.
    pub max_bytes_required: bool,
    /// Bytes of one stream in memory.
    pub memory_max_stream_bytes: Option<u64>,
    /// Bytes of one stream on disk.
    pub disk_max_stream_bytes: Option<u64>,
    /// `max_ack_pending` of one consumer.
    pub max_ack_pending: Option<u64>,
    /// Replicate on the account's own routes (`owner`) instead of the system's.
    pub cluster_traffic_owner: bool,
}

/// One subject mapping: messages to `source` go to one of `destinations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The filter which selects messages.
    pub source: String,
    /// Where they go, by weight. What is missing to 100 stays on the source.
    pub destinations: Vec<Destination>,
}

/// One weighted destination of a [`Mapping`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The subject, with the reference's transform functions.
    pub subject: String,
    /// Share of the messages in percent, 0..=100.
    pub weight: u8,
    /// Only in this cluster.
    pub cluster: Option<String>,
}

/// The account of clients that belong to no other.
pub const GLOBAL_ACCOUNT: &str = "$G";
/// The account of the system's events, unless `system_account` names another.
pub const SYSTEM_ACCOUNT: &str = "$SYS";

impl Account {
    /// `[NAME, ..]` or `{ NAME { .. } .. }`.
    pub(super) fn read_all(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Vec<Self>> {
        let mut accounts: Vec<Self> = Vec::new();
        match &block.value.data {
            Data::List(_) => {
                for item in block.items() {
                    let name = Self::read_name(&item, item.str()?)?;
                    if accounts.iter().any(|account| account.name == name) {
                        return item.fail(format!("Duplicate Account Entry: {name}"));
                    }
                    accounts.push(Self {
                        name,
                        ..Self::default()
                    });
                }
            }
            Data::Map(map) => r.each(map, |r, entry| {
                if entry.value.used {
                    return Ok(());
                }
                accounts.push(Self::read(entry, r)?);
                Ok(())
            }),
            _ => return block.expected("a list of account names, or a map"),
        }
        Ok(accounts)
    }

    fn read_name(f: &Field<'_>, name: &str) -> Read<String> {
        if name == GLOBAL_ACCOUNT {
            return f.fail(format!("{name:?} is a Reserved Account"));
        }
        Ok(name.to_owned())
    }

    fn read(entry: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let mut account = Self {
            name: Self::read_name(entry, entry.key)?,
            ..Self::default()
        };
        let Data::Map(map) = &entry.value.data else {
            return entry.fail("Expected map entries for accounts");
        };
        r.each(map, |r, f| {
            match f.name.as_str() {
                "nkey" => account.nkey = Some(account_nkey(f)?),
                "users" => account.users = User::read_list(f, r)?,
                "default_permissions" => {
                    account.default_permissions = Some(Permissions::read(f, r)?);
                }
                "jetstream" => account.jetstream = AccountJetStream::read(f, r)?,
                "limits" => account.limits = AccountLimits::read(f, r)?,
                "mappings" | "maps" => account.mappings = Mapping::read_all(f, r)?,
                "exports" | "imports" | "msg_trace" | "trace_dest" => {
                    return f.later_unless_empty(&format!("accounts.{}", f.name));
                }
                _ => return f.unknown(),
            }
            Ok(())
        });
        Ok(account)
    }
}

fn account_nkey(f: &Field<'_>) -> Read<String> {
    let key = f.str()?;
    if !nkey::is_account(key) {
        return f.fail(format!("Not a valid public nkey for an account: {key:?}"));
    }
    Ok(key.to_owned())
}

impl AccountLimits {
    fn read(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let Data::Map(map) = &block.value.data else {
            return block.fail(format!(
                "Expected account limits to be a map/struct, got {}",
                block.value.data.kind()
            ));
        };
        let mut limits = Self::default();
        r.each(map, |_, f| {
            match f.name.as_str() {
                "max_connections" | "max_conn" => limits.max_connections = f.limit_or_none()?,
                "max_subscriptions" | "max_subs" => limits.max_subscriptions = f.limit_or_none()?,
                "max_payload" | "max_pay" => limits.max_payload = f.limit_or_none()?,
                "max_leafnodes" | "max_leafs" => limits.max_leafnodes = f.limit_or_none()?,
                _ if f.value.used => {}
                _ => return f.fail(format!("Unknown field {:?} parsing account limits", f.key)),
            }
            Ok(())
        });
        Ok(limits)
    }
}

impl AccountJetStream {
    fn read(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Option<Self>> {
        let map = match super::jetstream::switch(f)? {
            Switch::Off => return Ok(None),
            Switch::On => return Ok(Some(Self::default())),
            Switch::Map(map) => map,
        };
        let mut js = Self::default();
        let size = |f: &Field<'_>| match f.limit_or_none() {
            Err(_) => f.fail(format!(
                "Expected a parseable size for {:?}, got {}",
                f.key,
                f.value.data.kind()
            )),
            size => size,
        };
        r.each(map, |_, f| {
            match f.name.as_str() {
                "max_memory" | "max_mem" | "mem" | "memory" => js.max_memory = size(f)?,
                "max_store" | "max_file" | "max_disk" | "store" | "disk" => js.max_store = size(f)?,
                "max_streams" | "streams" => js.max_streams = size(f)?,
                "max_consumers" | "consumers" => js.max_consumers = size(f)?,
                "max_bytes_required" | "max_stream_bytes" | "max_bytes" => {
                    js.max_bytes_required = f.bool()?;
                }
                "mem_max_stream_bytes" | "memory_max_stream_bytes" => {
                    js.memory_max_stream_bytes = size(f)?;
                }
                "disk_max_stream_bytes" | "store_max_stream_bytes" => {
                    js.disk_max_stream_bytes = size(f)?;
                }
                "max_ack_pending" => js.max_ack_pending = size(f)?,
                "cluster_traffic" => {
                    js.cluster_traffic_owner = match f.str()? {
                        "owner" => true,
                        "system" | "" => false,
                        _ => {
                            return f.fail(format!(
                                "Expected 'system' or 'owner' string value for {:?}",
                                f.key
                            ));
                        }
                    }
                }
                _ => return f.unknown(),
            }
            Ok(())
        });
        Ok(Some(js))
    }
}

impl Mapping {
    /// `{ source: destination, .. }`.
    pub(super) fn read_all(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Vec<Self>> {
        let mut mappings = Vec::new();
        r.block(block, |r, f| {
            let mapping = Self::read(f, r)?;
            if !mapping.destinations.is_empty() {
                mappings.push(mapping);
            }
            Ok(())
        })?;
        Ok(mappings)
    }

    /// A destination, a weighted one, or a list of those.
    fn read(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        if !midge_subject::is_valid_subscribe(f.key.as_bytes()) {
            return f.fail(format!("Subject {:?} is not a valid subject", f.key));
        }
        let destinations = match &f.value.data {
            Data::Text(subject) => vec![Destination {
                subject: subject.clone(),
                weight: 100,
                cluster: None,
            }],
            _ => f
                .items()
                .iter()
                .map(|item| Destination::read(item, r))
                .collect::<Read<_>>()?,
        };
        let mapping = Self {
            source: f.key.to_owned(),
            destinations,
        };
        match mapping.check() {
            Ok(()) => Ok(mapping),
            Err(why) => f.fail(mapping.complaint(&why)),
        }
    }

    /// Whether the subjects can be transformed and the weights fit.
    pub(super) fn check(&self) -> Result<(), midge_subject::Error> {
        let destinations: Vec<_> = self
            .destinations
            .iter()
            .map(Destination::as_subject)
            .collect();
        midge_subject::Mapping::new(self.source.as_bytes(), &destinations, None).map(drop)
    }
}

impl Destination {
    fn as_subject(&self) -> midge_subject::Destination<'_> {
        let (subject, cluster) = (self.subject.as_bytes(), self.cluster.as_deref());
        midge_subject::Destination {
            subject,
            weight: self.weight,
            cluster,
        }
    }

    fn read(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let Data::Map(map) = &f.value.data else {
            return f.fail("Expected an entry for the mapping destination");
        };
        let (mut subject, mut weight, mut cluster) = (None, None, None);
        let before = r.errors.len();
        r.each(map, |_, f| {
            match f.name.as_str() {
                "dest" | "destination" => subject = f.text()?,
                "weight" => weight = Some(read_weight(f)?),
                "cluster" => cluster = f.text()?,
                _ => return f.fail(format!("Unknown field {:?} for mapping destination", f.key)),
            }
            Ok(())
        });
        let subject = subject.unwrap_or_default();
        if weight.is_none() && r.errors.len() == before {
            return f.fail(format!(
                "Missing weight for mapping destination {subject:?}"
            ));
        }
        Ok(Self {
            subject,
            weight: weight.unwrap_or(0),
            cluster,
        })
    }
}

/// `50` or `"50%"`.
fn read_weight(f: &Field<'_>) -> Read<u8> {
    let number = match &f.value.data {
        Data::Integer(number) => Some(*number),
        Data::Text(text) => text.strip_suffix('%').unwrap_or(text).parse().ok(),
        data => return f.fail(format!("Unknown entry type for weight: {}", data.kind())),
    };
    match number
        .and_then(|number| u8::try_from(number).ok())
        .filter(|&weight| weight <= 100)
    {
        Some(weight) => Ok(weight),
        None => f.fail(
            "Invalid weight for mapping destination: a share from 0 to 100 percent is wanted",
        ),
    }
}
