//! `/routez`, `/gatewayz`, `/leafz` and `/jsz` of a server that has none of these.
//!
//! Tools ask for them unconditionally; they get the shapes of a server on its own.

use crate::query::Query;
use crate::{Server, Source, Time};
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Debug, Serialize)]
pub(crate) struct Routez {
    server_id: String,
    server_name: String,
    now: Time,
    num_routes: u64,
    routes: [(); 0],
}

#[derive(Debug, Serialize)]
pub(crate) struct Gatewayz {
    server_id: String,
    now: Time,
    outbound_gateways: Map<String, Value>,
    inbound_gateways: Map<String, Value>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Leafz {
    server_id: String,
    now: Time,
    leafnodes: u64,
    leafs: [(); 0],
}

impl Routez {
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        if query.text("subs") != Some("detail") {
            query.flag("subs")?;
        }
        Ok(Self::empty(source.server()))
    }

    pub(crate) fn empty(server: Server) -> Self {
        let Server { id, name, now, .. } = server;
        Self {
            server_id: id,
            server_name: name,
            now,
            num_routes: 0,
            routes: [],
        }
    }
}

impl Gatewayz {
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        query.flag("accs")?;
        let Server { id, now, .. } = source.server();
        let none = Map::new;
        Ok(Self {
            server_id: id,
            now,
            outbound_gateways: none(),
            inbound_gateways: none(),
        })
    }
}

impl Leafz {
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        query.flag("subs")?;
        let Server { id, now, .. } = source.server();
        Ok(Self {
            server_id: id,
            now,
            leafnodes: 0,
            leafs: [],
        })
    }
}

/// `/jsz`: the source's answer, or that of a server whose JetStream is off.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Jsz {
    On(Map<String, Value>),
    Off(Off),
}

#[derive(Debug, Serialize)]
pub(crate) struct Off {
    memory: u64,
    storage: u64,
    reserved_memory: u64,
    reserved_storage: u64,
    accounts: u64,
    ha_assets: u64,
    api: Api,
    server_id: String,
    now: Time,
    disabled: bool,
    config: Config,
    streams: u64,
    consumers: u64,
    messages: u64,
    bytes: u64,
    total: u64,
}

#[derive(Debug, Default, Serialize)]
struct Api {
    level: u64,
    total: u64,
    errors: u64,
}

#[derive(Debug, Default, Serialize)]
struct Config {
    max_memory: u64,
    max_storage: u64,
}

impl Jsz {
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        for flag in [
            "accounts",
            "streams",
            "consumers",
            "config",
            "leader-only",
            "raft",
        ] {
            query.flag(flag)?;
        }
        query.page()?;
        let answer = source.jetstream(query.pairs());
        Ok(answer.map_or_else(|| Self::Off(Off::new(source.server())), Self::On))
    }
}

impl Off {
    fn new(server: Server) -> Self {
        Self {
            memory: 0,
            storage: 0,
            reserved_memory: 0,
            reserved_storage: 0,
            accounts: 0,
            ha_assets: 0,
            api: Api::default(),
            server_id: server.id,
            now: server.now,
            disabled: true,
            config: Config::default(),
            streams: 0,
            consumers: 0,
            messages: 0,
            bytes: 0,
            total: 0,
        }
    }
}
