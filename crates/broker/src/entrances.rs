//! How each listener's connections begin, by the options.

use crate::error::Error;
use arc_swap::{ArcSwap, ArcSwapOption};
use midge_conf::{ConnectionType, Options, Tls};
use midge_net::{
    Entrance, Handshake, TlsPolicy, WebSocketPolicy, client_handshake, websocket_handshake,
};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Time for a WebSocket upgrade, unless the options say otherwise.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(2);

/// Bytes of a WebSocket message before the login, unless two control lines are more: clients write CONNECT and what they begin with at once.
const LOGIN_MAX: usize = 32 << 10;

/// The entrances of a broker; a reload renews their handshakes in place.
pub(crate) struct Entrances {
    pub(crate) client: Arc<Entrance>,
    pub(crate) websocket: Arc<Entrance>,
    /// TLS of the monitoring port.
    pub(crate) monitor: ArcSwapOption<TlsPolicy>,
}

impl Entrances {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let (client, websocket) = handshakes(options)?;
        let entrance = |kind, handshake| {
            Arc::new(Entrance {
                kind,
                handshake: ArcSwap::from_pointee(handshake),
            })
        };
        Ok(Self {
            client: entrance(ConnectionType::Standard, client),
            websocket: entrance(ConnectionType::WebSocket, websocket),
            monitor: ArcSwapOption::from_pointee(monitor_policy(options)?),
        })
    }
}

/// The handshakes of the client and the WebSocket listener. Reads the certificates anew.
pub(crate) fn handshakes(options: &Options) -> Result<(Handshake, Handshake), Error> {
    let client = match policy(options.tls.as_ref())? {
        Some(policy) => client_handshake(policy, options.allow_non_tls),
        None => Handshake::Plain,
    };
    let Some(websocket) = &options.websocket else {
        return Ok((client, Handshake::Plain));
    };
    let demands = WebSocketPolicy {
        same_origin: websocket.same_origin,
        allowed_origins: websocket.allowed_origins.clone(),
        timeout: websocket.handshake_timeout.unwrap_or(UPGRADE_TIMEOUT),
        headers: websocket.headers.clone(),
        max_message: options.max_payload as usize + options.max_control_line as usize,
        max_login: LOGIN_MAX.max(2 * options.max_control_line as usize),
    };
    let tls = if websocket.no_tls {
        None
    } else {
        policy(websocket.tls.as_ref())?
    };
    Ok((client, websocket_handshake(demands, tls)))
}

/// The certificates of a block, read.
pub(crate) fn policy(tls: Option<&Tls>) -> Result<Option<TlsPolicy>, Error> {
    tls.map(TlsPolicy::new)
        .transpose()
        .map_err(|error| Error::Tls(error.to_string()))
}

/// The client listener's certificate for whoever monitors, who needs none: there is no login that it would be for.
pub(crate) fn monitor_policy(options: &Options) -> Result<Option<TlsPolicy>, Error> {
    let without_clients = |tls: &Tls| Tls {
        verify: false,
        verify_and_map: false,
        pinned_certs: Default::default(),
        ..tls.clone()
    };
    policy(options.tls.as_ref().map(without_clients).as_ref())
}

/// When the client listener's certificate ends.
pub(crate) fn certificate_expiry(options: &Options) -> Option<SystemTime> {
    policy(options.tls.as_ref()).ok().flatten()?.not_after
}
