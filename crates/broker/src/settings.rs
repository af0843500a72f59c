//! Options to the settings of sessions and lines.

use crate::COMPATIBILITY;
use crate::ports::Ports;
use midge_auth::Authenticator;
use midge_conf::{ConnectionType, HandshakeFirst, Options, WebSocket, WriteTimeout};
use midge_net::LineOptions;
use midge_session::{ListenerSettings, Settings, Tracing};
use midge_wire::{Info, Limits};
use std::sync::Arc;
use std::time::Duration;

/// The JetStream API level of [`COMPATIBILITY`].
const API_LEVEL: u32 = 5;

/// What sessions share, by the options and the address really bound.
pub(crate) fn settings(
    options: &Options,
    (id, xkey): (&str, &str),
    ports: &Ports,
    auth: &Authenticator,
    lame_duck: bool,
) -> Settings {
    let own = |of: fn(&WebSocket) -> Option<Duration>, usual| {
        options.websocket.as_ref().and_then(of).unwrap_or(usual)
    };
    let traced = options.trace || options.trace_verbose || options.trace_headers;
    Settings {
        info: info(options, (id, xkey), ports, auth, lame_duck),
        limits: Limits {
            max_control_line: options.max_control_line as usize,
            max_payload: options.max_payload as usize,
        },
        max_subscriptions: some_if_positive(options.max_subscriptions),
        max_sub_tokens: Some(usize::from(options.max_sub_tokens)).filter(|&max| max > 0),
        client: ListenerSettings {
            ping_interval: options.ping_interval,
            auth_timeout: options.auth_timeout(),
            credentials_expected: auth.auth_required(ConnectionType::Standard),
        },
        websocket: ListenerSettings {
            ping_interval: own(|block| block.ping_interval, options.ping_interval),
            auth_timeout: own(|block| block.auth_timeout, options.auth_timeout()),
            credentials_expected: auth.auth_required(ConnectionType::WebSocket),
        },
        ping_max: options.ping_max,
        tracing: traced.then(|| Tracing {
            headers_only: options.trace_headers && !options.trace && !options.trace_verbose,
            max_len: usize::try_from(options.max_traced_msg_len)
                .ok()
                .filter(|&max| max > 0),
        }),
        system_account: system_account(options).map(Arc::from),
    }
}

fn info(
    options: &Options,
    (id, xkey): (&str, &str),
    ports: &Ports,
    auth: &Authenticator,
    lame_duck: bool,
) -> Info {
    let (host, port) = advertised(options, ports.client.map_or(0, |address| address.port()));
    let tls = options.tls.as_ref();
    let offered = tls.is_some() && options.allow_non_tls;
    Info {
        server_id: id.into(),
        server_name: options.server_name.clone().unwrap_or_else(|| id.into()),
        version: COMPATIBILITY.into(),
        proto: 1,
        git_commit: option_env!("MIDGE_GIT_COMMIT").unwrap_or("release").into(),
        go: concat!("rust-", env!("CARGO_PKG_RUST_VERSION")).into(),
        host,
        port,
        headers: !options.no_header_support,
        auth_required: auth.announces_auth(ConnectionType::Standard),
        tls_required: tls.is_some() && !offered,
        tls_verify: tls.is_some_and(|tls| tls.verify || tls.verify_and_map),
        tls_available: offered,
        max_payload: i32::try_from(options.max_payload).unwrap_or(i32::MAX),
        cluster: options
            .cluster
            .as_ref()
            .and_then(|cluster| cluster.name.clone())
            .unwrap_or_default(),
        ldm: lame_duck,
        jetstream: options.jetstream.enabled,
        domain: options
            .jetstream
            .domain
            .clone()
            .filter(|_| options.jetstream.enabled)
            .unwrap_or_default(),
        api_lvl: API_LEVEL,
        xkey: xkey.into(),
        ..Info::default()
    }
}

/// The address clients are told: the configured one, or what replaces it.
fn advertised(options: &Options, port: u16) -> (String, u16) {
    let Some(advertise) = &options.client_advertise else {
        return (options.host.clone(), port);
    };
    match advertise
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse().ok()?)))
    {
        Some((host, port)) => (host.trim_matches(['[', ']']).into(), port),
        None => (advertise.clone(), port),
    }
}

/// How bytes of a connection are treated.
pub(crate) fn line_options(options: &Options) -> LineOptions {
    LineOptions {
        max_pending: usize::try_from(options.max_pending).unwrap_or(usize::MAX),
        write_deadline: options.write_deadline,
        retry_writes: options.write_timeout == WriteTimeout::Retry,
        stall_producers: !options.no_fast_producer_stall,
    }
}

/// Bytes that may count as held, if there is a bound.
///
/// A quarter of `max_memory` is for what nobody counts: the allocator's sizes are up to a quarter apart.
pub(crate) fn held_max(options: &Options) -> Option<usize> {
    let derived = || Some(crate::process::memory_limit()? / 4 * 3);
    let max = options.max_memory.or_else(derived)?;
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    Some(max - max / 4).filter(|&max| max > 0)
}

/// The account of the system's events, unless there is none.
pub(crate) fn system_account(options: &Options) -> Option<&str> {
    let usual = options
        .system_account
        .as_deref()
        .unwrap_or(midge_auth::SYSTEM_ACCOUNT);
    (!options.no_system_account).then_some(usual)
}

/// Whether TLS comes before INFO, always.
pub(crate) fn tls_first(options: &Options) -> bool {
    options
        .tls
        .as_ref()
        .is_some_and(|tls| tls.handshake_first == HandshakeFirst::On)
}

pub(crate) fn some_if_positive(number: u64) -> Option<u64> {
    Some(number).filter(|&number| number > 0)
}
