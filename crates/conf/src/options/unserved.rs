//! Directives that are read and have no effect: what a configuration asks for and doesn't get, by name and with the reason.
//!
//! Each type of the options is taken apart here without `..`: a field that is added doesn't compile until somebody says here whether it is
//! followed (`_`) or not. A directive that could let somebody in, or keep something, who shouldn't is refused by the reader instead.

use super::{
    Account, AccountJetStream, AccountLimits, Authorization, Cluster, JetStream,
    JetStreamBatchLimits, JetStreamLimits, LeafNodes, Options, Tls, WebSocket,
};

/// A directive that is set and has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unserved {
    /// Where it stands: `jetstream.max_buffered_msgs`.
    pub directive: String,
    /// Why it has no effect.
    pub why: &'static str,
}

const NO_CLUSTER: &str = "there are no routes and no replicas yet";
const NO_LINKS: &str = "there are no links to other servers yet";
const NO_LEAFNODES: &str = "there are no leaf nodes yet";

impl Options {
    /// The directives that are set to something and have no effect.
    pub fn unserved(&self) -> Vec<Unserved> {
        let usual = Self::default();
        let Self {
            config_file: _,
            config_digest: _,
            host: _,
            port: _,
            server_name: _,
            client_advertise: _,
            allow_non_tls: _,
            no_header_support: _,
            tls,
            http_host: _,
            http_port: _,
            https_port: _,
            http_base_path: _,
            prof_port,
            prof_block_rate,
            max_connections: _,
            max_subscriptions: _,
            max_sub_tokens: _,
            max_control_line: _,
            max_payload: _,
            max_pending: _,
            max_memory: _,
            max_closed_clients: _,
            write_deadline: _,
            write_timeout: _,
            no_fast_producer_stall: _,
            ping_interval: _,
            ping_max: _,
            lame_duck_duration: _,
            lame_duck_grace_period: _,
            disable_sublist_cache,
            debug: _,
            trace: _,
            trace_verbose: _,
            trace_headers: _,
            logtime: _,
            logtime_utc: _,
            log_file: _,
            log_size_limit: _,
            log_max_num: _,
            syslog,
            remote_syslog,
            max_traced_msg_len: _,
            connect_error_reports,
            reconnect_error_reports,
            pid_file: _,
            ports_file_dir: _,
            server_tags: _,
            server_metadata: _,
            feature_flags,
            authorization,
            accounts,
            no_auth_user: _,
            system_account: _,
            no_system_account: _,
            mappings: _,
            websocket,
            jetstream,
            cluster,
            leafnodes,
        } = self;
        let mut found = Found::default();
        let no_profiler = "there is no profiler";
        found.note("prof_port", prof_port.is_some(), no_profiler);
        found.note(
            "prof_block_rate",
            *prof_block_rate != usual.prof_block_rate,
            no_profiler,
        );
        found.note(
            "disable_sublist_cache",
            *disable_sublist_cache,
            "the cache of matches is bounded and stays on",
        );
        let no_syslog = "there is no syslog yet, the log goes to stderr or to log_file";
        found.note("syslog", *syslog, no_syslog);
        found.note("remote_syslog", remote_syslog.is_some(), no_syslog);
        let reports = (*connect_error_reports, *reconnect_error_reports);
        found.note(
            "connect_error_reports",
            reports.0 != usual.connect_error_reports,
            NO_LINKS,
        );
        found.note(
            "reconnect_error_reports",
            reports.1 != usual.reconnect_error_reports,
            NO_LINKS,
        );
        found.note(
            "feature_flags",
            !feature_flags.is_empty(),
            "no feature depends on a flag",
        );
        authorization.note_unserved();
        accounts
            .iter()
            .for_each(|account| account.note_unserved(&mut found));
        tls.iter()
            .for_each(|tls| tls.note_unserved("tls", &mut found));
        websocket
            .iter()
            .for_each(|websocket| websocket.note_unserved(&mut found));
        jetstream.note_unserved(&mut found);
        cluster
            .iter()
            .for_each(|cluster| cluster.note_unserved(&mut found));
        leafnodes.iter().for_each(LeafNodes::note_unserved);
        found.0
    }
}

#[derive(Default)]
struct Found(Vec<Unserved>);

impl Found {
    fn note(&mut self, directive: &str, is_set: bool, why: &'static str) {
        if is_set {
            let directive = directive.to_owned();
            self.0.push(Unserved { directive, why });
        }
    }
}

impl Authorization {
    fn note_unserved(&self) {
        let Self {
            user: _,
            password: _,
            token: _,
            timeout: _,
            users: _,
            default_permissions: _,
        } = self;
    }
}

impl Account {
    fn note_unserved(&self, found: &mut Found) {
        let Self {
            name,
            // It says who the account is, to tools as well, and nobody logs in by it.
            nkey: _,
            users: _,
            default_permissions: _,
            limits,
            mappings: _,
            jetstream,
        } = self;
        let AccountLimits {
            max_connections: _,
            max_subscriptions: _,
            max_payload: _,
            max_leafnodes,
        } = limits;
        let directive = format!("accounts.{name}.limits.max_leafnodes");
        found.note(&directive, max_leafnodes.is_some(), NO_LEAFNODES);
        let Some(jetstream) = jetstream else {
            return;
        };
        let AccountJetStream {
            max_memory: _,
            max_store: _,
            max_streams: _,
            max_consumers: _,
            max_bytes_required: _,
            memory_max_stream_bytes: _,
            disk_max_stream_bytes: _,
            max_ack_pending: _,
            cluster_traffic_owner,
        } = jetstream;
        let directive = format!("accounts.{name}.jetstream.cluster_traffic");
        found.note(&directive, *cluster_traffic_owner, NO_CLUSTER);
    }
}

impl Tls {
    fn note_unserved(&self, block: &str, found: &mut Found) {
        let Self {
            cert_file: _,
            key_file: _,
            ca_file: _,
            certs,
            verify: _,
            verify_and_map: _,
            verify_cert_and_check_known_urls,
            insecure,
            timeout: _,
            handshake_first: _,
            min_version: _,
            cipher_suites: _,
            allow_insecure_cipher_suites,
            curve_preferences: _,
            pinned_certs: _,
            connection_rate_limit,
        } = self;
        let mut note = |name, is_set, why| found.note(&format!("{block}.{name}"), is_set, why);
        note(
            "certs",
            certs.len() > 1,
            "everybody is shown the first certificate",
        );
        note(
            "verify_cert_and_check_known_urls",
            *verify_cert_and_check_known_urls,
            NO_LINKS,
        );
        note("insecure", *insecure, NO_LINKS);
        note(
            "allow_insecure_cipher_suites",
            *allow_insecure_cipher_suites,
            "the TLS library has no weak ones",
        );
        note(
            "connection_rate_limit",
            *connection_rate_limit > 0,
            "handshakes aren't counted by the second",
        );
    }
}

impl WebSocket {
    fn note_unserved(&self, found: &mut Found) {
        let Self {
            host: _,
            port: _,
            advertise,
            no_tls: _,
            tls,
            same_origin: _,
            allowed_origins: _,
            handshake_timeout: _,
            compression,
            user: _,
            password: _,
            token: _,
            auth_timeout: _,
            no_auth_user: _,
            jwt_cookie,
            user_cookie: _,
            pass_cookie: _,
            token_cookie: _,
            headers: _,
            ping_interval: _,
        } = self;
        let mut note = |name, is_set, why| found.note(&format!("websocket.{name}"), is_set, why);
        note("advertise", advertise.is_some(), NO_CLUSTER);
        note("compression", *compression, "compression is never offered");
        note("jwt_cookie", jwt_cookie.is_some(), "there are no JWTs yet");
        tls.iter()
            .for_each(|tls| tls.note_unserved("websocket.tls", found));
    }
}

impl JetStream {
    fn note_unserved(&self, found: &mut Found) {
        let Self {
            enabled: _,
            store_dir: _,
            max_memory_store: _,
            max_file_store: _,
            domain: _,
            encryption_key: _,
            prev_encryption_key: _,
            cipher: _,
            sync_interval: _,
            strict: _,
            extension_hint,
            unique_tag,
            max_outstanding_catchup,
            max_buffered_size,
            max_buffered_msgs,
            request_queue_limit,
            info_queue_limit,
            meta_compact,
            meta_compact_size,
            meta_compact_sync,
            max_concurrent_io,
            max_open_files: _,
            max_mappings: _,
            limits,
        } = self;
        let JetStreamLimits {
            max_ack_pending: _,
            max_ha_assets,
            max_request_batch: _,
            duplicate_window: _,
            batch,
        } = limits;
        let JetStreamBatchLimits {
            max_inflight_per_stream: _,
            max_inflight_total: _,
            max_msgs: _,
            timeout: _,
        } = batch;
        let mut note = |name, is_set, why| found.note(&format!("jetstream.{name}"), is_set, why);
        note("extension_hint", extension_hint.is_some(), NO_LINKS);
        note("unique_tag", unique_tag.is_some(), NO_CLUSTER);
        note(
            "max_outstanding_catchup",
            max_outstanding_catchup.is_some(),
            NO_CLUSTER,
        );
        let waits = "publishers wait while the disk is behind, at bounds of the server's own";
        note("max_buffered_size", max_buffered_size.is_some(), waits);
        note("max_buffered_msgs", max_buffered_msgs.is_some(), waits);
        let held = "requests wait while the server is behind, at bounds of its own";
        note("request_queue_limit", request_queue_limit.is_some(), held);
        note("info_queue_limit", info_queue_limit.is_some(), held);
        note("meta_compact", meta_compact.is_some(), NO_CLUSTER);
        note("meta_compact_size", meta_compact_size.is_some(), NO_CLUSTER);
        note("meta_compact_sync", *meta_compact_sync, NO_CLUSTER);
        note(
            "max_concurrent_io",
            max_concurrent_io.is_some(),
            "one thread writes, and syncs at most sixteen files at a time",
        );
        note("limits.max_ha_assets", max_ha_assets.is_some(), NO_CLUSTER);
    }
}

impl Cluster {
    /// A block with a port is spoken of when the port is opened.
    fn note_unserved(&self, found: &mut Found) {
        let Self {
            name: _,
            host: _,
            port: _,
            advertise: _,
            no_advertise: _,
            routes,
            user: _,
            password: _,
            auth_timeout: _,
            connect_retries: _,
        } = self;
        found.note("cluster.routes", !routes.is_empty(), NO_CLUSTER);
    }
}

impl LeafNodes {
    /// A block with a port is spoken of when the port is opened, and one without says nothing.
    fn note_unserved(&self) {
        let Self {
            host: _,
            port: _,
            advertise: _,
            no_advertise: _,
        } = self;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::Sealed;

    fn unserved(text: &str) -> Vec<String> {
        let options = Options::from_text(text, "test.conf", &Sealed)
            .unwrap()
            .options;
        options
            .unserved()
            .into_iter()
            .map(|it| it.directive)
            .collect()
    }

    #[test]
    fn what_is_read_and_not_followed_is_named_and_the_rest_is_not() {
        assert_eq!(
            unserved("port: 4222\njetstream { store_dir: a, max_mem: 1G }"),
            [""; 0]
        );
        let text = "prof_port: 1, prof_block_rate: 1, disable_sublist_cache: true, syslog: true, remote_syslog: \"udp://a:1\"
            connect_error_reports: 7, reconnect_error_reports: 7, feature_flags { a: true }
            tls {
                cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
                curve_preferences: [CurveP256], connection_rate_limit: 5
            }
            websocket { port: 1, no_tls: true, compression: true, jwt_cookie: j, advertise: \"a:1\" }
            accounts { A { jetstream { cluster_traffic: owner }, limits { max_leafnodes: 1 } } }
            cluster { name: c, routes: [\"nats://a:1\"] }
            jetstream {
                extension_hint: no_extend, unique_tag: a, max_outstanding_catchup: 1M, max_buffered_size: 1M, max_buffered_msgs: 5
                request_queue_limit: 5, info_queue_limit: 5, meta_compact: 5, meta_compact_size: 1M, meta_compact_sync: true
                max_concurrent_io: 5, limits { max_ha_assets: 5 }
            }";
        assert_eq!(
            unserved(text),
            [
                "prof_port",
                "prof_block_rate",
                "disable_sublist_cache",
                "syslog",
                "remote_syslog",
                "connect_error_reports",
                "reconnect_error_reports",
                "feature_flags",
                "accounts.A.limits.max_leafnodes",
                "accounts.A.jetstream.cluster_traffic",
                "tls.connection_rate_limit",
                "websocket.advertise",
                "websocket.compression",
                "websocket.jwt_cookie",
                "jetstream.extension_hint",
                "jetstream.unique_tag",
                "jetstream.max_outstanding_catchup",
                "jetstream.max_buffered_size",
                "jetstream.max_buffered_msgs",
                "jetstream.request_queue_limit",
                "jetstream.info_queue_limit",
                "jetstream.meta_compact",
                "jetstream.meta_compact_size",
                "jetstream.meta_compact_sync",
                "jetstream.max_concurrent_io",
                "jetstream.limits.max_ha_assets",
                "cluster.routes",
            ]
        );
    }
}
