//! `/accountz` and `/accstatz`: accounts by name, and their traffic.

use crate::query::Query;
use crate::{Account, Source, SublistStats, Time, Traffic};
use serde::Serialize;
use serde_json::{Map, Value};

/// The answer of `/accountz`: all names, or one account.
#[derive(Debug, Serialize)]
pub(crate) struct Accountz {
    server_id: String,
    now: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_account: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_detail: Option<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    account_name: String,
    update_time: Time,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_system: bool,
    expired: bool,
    complete: bool,
    jetstream_enabled: bool,
    leafnode_connections: u64,
    client_connections: u64,
    subscriptions: u64,
    #[serde(skip_serializing_if = "Map::is_empty")]
    mappings: Map<String, Value>,
    name_tag: String,
    sublist_stats: SublistStats,
}

impl Accountz {
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        let mut accounts = source.accounts();
        let system_account = source.system_account();
        let account_detail = match query.text("acc") {
            None => None,
            Some(name) => {
                let found = accounts.drain(..).find(|account| account.name == name);
                let account = found.ok_or_else(|| format!("Account {name} does not exist"))?;
                Some(Detail::new(
                    account,
                    system_account.as_deref() == Some(name),
                ))
            }
        };
        let server = source.server();
        Ok(Self {
            server_id: server.id,
            now: server.now,
            accounts: accounts.into_iter().map(|account| account.name).collect(),
            account_detail,
            system_account,
        })
    }
}

impl Detail {
    fn new(account: Account, is_system: bool) -> Self {
        Self {
            update_time: account.updated,
            is_system,
            expired: false,
            complete: true,
            jetstream_enabled: account.jetstream_enabled,
            leafnode_connections: account.leafnode_connections,
            client_connections: account.client_connections,
            subscriptions: account.sublist.num_subscriptions,
            mappings: account.mappings,
            name_tag: account.name.clone(),
            account_name: account.name,
            sublist_stats: account.sublist,
        }
    }
}

/// The answer of `/accstatz`.
#[derive(Debug, Serialize)]
pub(crate) struct Accstatz {
    server_id: String,
    now: Time,
    account_statz: Vec<Statistics>,
}

#[derive(Debug, Serialize)]
struct Statistics {
    acc: String,
    name: String,
    conns: u64,
    leafnodes: u64,
    total_conns: u64,
    num_subscriptions: u64,
    sent: Flow,
    received: Flow,
    slow_consumers: u64,
}

/// Traffic in all, and the part of it that went between servers.
#[derive(Debug, Serialize)]
struct Flow {
    #[serde(flatten)]
    all: Traffic,
    gateways: Traffic,
    routes: Traffic,
    leafs: Traffic,
}

impl Accstatz {
    /// Accounts that nobody uses are left out unless `unused=1` asks for them.
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        let unused = query.flag("unused")?;
        let used =
            |account: &Account| account.client_connections + account.leafnode_connections > 0;
        let accounts = source.accounts().into_iter();
        let server = source.server();
        Ok(Self {
            server_id: server.id,
            now: server.now,
            account_statz: accounts
                .filter(|account| unused || used(account))
                .map(Statistics::from)
                .collect(),
        })
    }
}

impl From<Account> for Statistics {
    fn from(account: Account) -> Self {
        Self {
            acc: account.name.clone(),
            name: account.name,
            conns: account.client_connections,
            leafnodes: account.leafnode_connections,
            total_conns: account.total_connections,
            num_subscriptions: account.sublist.num_subscriptions,
            sent: Flow::clients(account.sent),
            received: Flow::clients(account.received),
            slow_consumers: account.slow_consumers,
        }
    }
}

impl Flow {
    fn clients(all: Traffic) -> Self {
        let none = Traffic::default();
        Self {
            all,
            gateways: none,
            routes: none,
            leafs: none,
        }
    }
}
