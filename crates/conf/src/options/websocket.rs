//! `websocket { }`: the WebSocket listener.

use super::authorization;
use super::reader::{Field, Read, Reader};
use super::tls::Side;
use super::{Port, Secret, Tls};
use crate::grammar::Data;
use std::collections::BTreeMap;
use std::time::Duration;

/// The WebSocket listener. It has `tls`, or says `no_tls`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebSocket {
    /// Address to bind; the client listener's when empty.
    pub host: String,
    /// Port to bind; `None` (a block without a port) opens no listener.
    pub port: Option<Port>,
    /// `host:port` told to clients.
    pub advertise: Option<String>,
    /// Plain `ws://`.
    pub no_tls: bool,
    /// Its own certificates.
    pub tls: Option<Tls>,
    /// Demand that `Origin` names our own host.
    pub same_origin: bool,
    /// Origins let in; empty is all.
    pub allowed_origins: Vec<String>,
    /// Time for the upgrade; the reference's 2 s when absent.
    pub handshake_timeout: Option<Duration>,
    /// Asked for compression; read, never offered.
    pub compression: bool,
    /// The single user of this listener, in place of the top-level one.
    pub user: Option<String>,
    /// The single user's password.
    pub password: Option<Secret>,
    /// The token of this listener.
    pub token: Option<Secret>,
    /// Time a connection has to authenticate.
    pub auth_timeout: Option<Duration>,
    /// User under which a client without credentials runs.
    pub no_auth_user: Option<String>,
    /// Cookie which holds a user JWT.
    pub jwt_cookie: Option<String>,
    /// Cookie which holds the user's name.
    pub user_cookie: Option<String>,
    /// Cookie which holds the password.
    pub pass_cookie: Option<String>,
    /// Cookie which holds the token.
    pub token_cookie: Option<String>,
    /// Headers added to the answer of the upgrade.
    pub headers: BTreeMap<String, String>,
    /// Time between PINGs; the top-level one when absent.
    pub ping_interval: Option<Duration>,
}

impl WebSocket {
    pub(super) fn read(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let mut ws = Self::default();
        r.block(block, |r, f| ws.read_field(f, r))?;
        if ws.token.is_some() {
            (ws.user, ws.password) = (None, None);
        }
        Ok(ws)
    }

    fn read_field(&mut self, f: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        match f.name.as_str() {
            "listen" => (self.host, self.port) = f.listen()?,
            "port" => self.port = f.port()?,
            "host" | "net" => self.host = f.str()?.to_owned(),
            "advertise" => self.advertise = f.text()?,
            "no_tls" => self.no_tls = f.bool()?,
            "tls" => self.tls = Some(Tls::read(f, Side::Client, r)?),
            "same_origin" => self.same_origin = f.bool()?,
            "allowed_origins" | "allowed_origin" | "allow_origins" | "allow_origin" | "origins"
            | "origin" => {
                self.allowed_origins = f.texts()?;
            }
            "handshake_timeout" => {
                self.handshake_timeout = Some(handshake_timeout(f)?).filter(|time| !time.is_zero());
            }
            "compression" | "compress" => self.compression = f.bool()?,
            "authorization" | "authentication" => self.read_authorization(f, r)?,
            "jwt_cookie" => self.jwt_cookie = f.text()?,
            "user_cookie" => self.user_cookie = f.text()?,
            "pass_cookie" => self.pass_cookie = f.text()?,
            "token_cookie" => self.token_cookie = f.text()?,
            "no_auth_user" => self.no_auth_user = f.text()?,
            "headers" => self.headers = read_headers(f, r)?,
            "ping_interval" => {
                self.ping_interval = Some(r.duration(f)?).filter(|time| !time.is_zero());
            }
            _ => return f.unknown(),
        }
        Ok(())
    }

    fn read_authorization(&mut self, block: &Field<'_>, r: &mut Reader<'_>) -> Read<()> {
        r.block(block, |r, f| {
            match f.name.as_str() {
                "user" | "username" => self.user = f.text()?,
                "pass" | "password" => self.password = f.secret()?,
                "token" => self.token = f.secret()?,
                "timeout" => self.auth_timeout = authorization::timeout(f, r)?,
                _ => return f.unknown(),
            }
            Ok(())
        })
    }
}

/// Whole seconds without a warning, other than elsewhere.
fn handshake_timeout(f: &Field<'_>) -> Read<Duration> {
    match f.value.data {
        Data::Integer(seconds) => match u64::try_from(seconds) {
            Ok(seconds) => Ok(Duration::from_secs(seconds)),
            Err(_) => f.fail("handshake_timeout can not be negative"),
        },
        _ => f.duration(),
    }
}

fn read_headers(block: &Field<'_>, r: &mut Reader<'_>) -> Read<BTreeMap<String, String>> {
    let mut headers = BTreeMap::new();
    r.block(block, |_, f| {
        let Data::Text(text) = &f.value.data else {
            return f.fail(format!(
                "error parsing header key {}: unsupported type: {}",
                f.key,
                f.value.data.kind()
            ));
        };
        headers.insert(f.key.to_owned(), text.clone());
        Ok(())
    })?;
    Ok(headers)
}
