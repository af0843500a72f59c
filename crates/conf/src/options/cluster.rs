//! `cluster { }` and `leafnodes { }`: read far enough to open their ports.
//!
//! Peers aren't served yet; the broker warns, and refuses who connects.

use super::authorization;
use super::reader::{Field, Read, Reader};
use super::tls::Side;
use super::{Permissions, Port, Secret, Tls, WriteTimeout};
use crate::grammar::Data;
use std::time::Duration;

/// The cluster block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Name of the cluster.
    pub name: Option<String>,
    /// Address to bind; the client listener's when empty.
    pub host: String,
    /// Port to bind; no listener when absent.
    pub port: Option<Port>,
    /// `host[:port]` told to other servers.
    pub advertise: Option<String>,
    /// Keep the cluster's addresses from clients.
    pub no_advertise: bool,
    /// Routes we would open.
    pub routes: Vec<String>,
    /// Name which routes have to show.
    pub user: Option<String>,
    /// Password which routes have to show.
    pub password: Option<Secret>,
    /// Time a route has to authenticate.
    pub auth_timeout: Option<Duration>,
    /// Retries of an implicit route.
    pub connect_retries: u32,
}

/// The leaf node block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeafNodes {
    /// Address to bind; the client listener's when empty.
    pub host: String,
    /// Port to bind; no listener when absent.
    pub port: Option<Port>,
    /// `host[:port]` told to leaf nodes.
    pub advertise: Option<String>,
    /// Keep our address from leaf nodes.
    pub no_advertise: bool,
}

impl Cluster {
    pub(super) fn read(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let mut cluster = Self::default();
        r.block(block, |r, f| cluster.read_field(f, r))?;
        Ok(cluster)
    }

    fn read_field(&mut self, f: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        match f.name.as_str() {
            "name" => {
                self.name = f.text()?;
                if self.name.as_ref().is_some_and(|name| name.contains(' ')) {
                    return f.fail("cluster name cannot contain spaces");
                }
            }
            "listen" => (self.host, self.port) = f.listen()?,
            "port" => self.port = f.port()?,
            "host" | "net" => self.host = f.str()?.to_owned(),
            "advertise" | "cluster_advertise" => self.advertise = f.text()?,
            "no_advertise" => self.no_advertise = f.bool()?,
            "routes" => {
                f.list()?;
                self.routes = f.texts()?;
            }
            "authorization" => self.read_authorization(f, r)?,
            "connect_retries" => self.connect_retries = f.size32()?.unwrap_or(0),
            // Of routes alone, which aren't served yet: read for their mistakes.
            "tls" => _ = Tls::read(f, Side::Server, r)?,
            "permissions" => _ = Permissions::read(f, r)?,
            "ping_interval" | "write_deadline" => _ = r.duration(f)?,
            "write_timeout" => _ = WriteTimeout::read(f)?,
            "connect_backoff" => _ = f.bool()?,
            "pool_size" | "ping_max" => _ = f.integer()?,
            "accounts" => _ = f.texts()?,
            "compression" => check_compression(f, r)?,
            _ => return f.unknown(),
        }
        Ok(())
    }

    fn read_authorization(&mut self, block: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        r.block(block, |r, f| {
            match f.name.as_str() {
                "user" | "username" => self.user = f.text()?,
                "pass" | "password" => self.password = f.secret()?,
                "timeout" => self.auth_timeout = authorization::timeout(f, r)?,
                "users" => {
                    return block.fail("Cluster authorization does not allow multiple users");
                }
                "token" => return block.fail("Cluster authorization does not support tokens"),
                "permissions" | "default_permission" | "default_permissions" => {
                    drop(Permissions::read(f, r)?);
                    r.warn(
                        block,
                        "setting \"permissions\" within cluster authorization block is deprecated",
                    );
                }
                _ => return f.unknown(),
            }
            Ok(())
        })
    }
}

impl LeafNodes {
    pub(super) fn read(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let mut leafnodes = Self::default();
        r.block(block, |r, f| leafnodes.read_field(f, r))?;
        Ok(leafnodes)
    }

    fn read_field(&mut self, f: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        match f.name.as_str() {
            "listen" => (self.host, self.port) = f.listen()?,
            "port" => self.port = f.port()?,
            "host" | "net" => self.host = f.str()?.to_owned(),
            "advertise" | "leafnode_advertise" => self.advertise = f.text()?,
            "no_advertise" => self.no_advertise = f.bool()?,
            "remotes" => {
                f.list()?;
                return f.later_unless_empty("leafnodes.remotes");
            }
            // Of leaf nodes alone, which aren't served yet: read for their mistakes.
            "tls" => _ = Tls::read(f, Side::Client, r)?,
            "authorization" => check_leaf_authorization(f, r)?,
            "reconnect" | "reconnect_delay" | "reconnect_interval" | "dial_timeout"
            | "write_deadline" => {
                _ = r.duration(f)?;
            }
            "write_timeout" => _ = WriteTimeout::read(f)?,
            "min_version" | "minimum_version" => _ = f.str()?,
            "isolate_leafnode_interest" | "isolate" => _ = f.bool()?,
            "compression" => check_compression(f, r)?,
            _ => return f.unknown(),
        }
        Ok(())
    }
}

fn check_leaf_authorization(block: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
    r.block(block, |r, f| {
        match f.name.as_str() {
            "user" | "username" | "pass" | "password" | "nkey" | "account" => _ = f.str()?,
            "timeout" => _ = authorization::timeout(f, r)?,
            "users" => _ = f.list()?,
            "proxy_required" => _ = f.bool()?,
            _ => return f.unknown(),
        }
        Ok(())
    })
}

/// A mode of compression, or a block with one.
fn check_compression(f: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
    const MODES: [&str; 11] = [
        "accept",
        "disabled",
        "disable",
        "enabled",
        "enable",
        "off",
        "s2_auto",
        "s2_best",
        "s2_better",
        "s2_fast",
        "s2_uncompressed",
    ];
    match &f.value.data {
        Data::Bool(_) => Ok(()),
        Data::Text(mode) if MODES.contains(&mode.to_ascii_lowercase().as_str()) => Ok(()),
        Data::Text(mode) => f.fail(format!("unsupported compression mode {mode:?}")),
        Data::Map(map) => {
            r.each(map, |r, f| match f.name.as_str() {
                "mode" => check_compression(f, r),
                "rtt_thresholds" | "thresholds" | "rtts" | "rtt" => f.list().map(drop),
                _ => f.unknown(),
            });
            Ok(())
        }
        _ => f.expected("a string, a boolean or a map"),
    }
}
