//! What stays as it is while a broker runs.

use super::show::{debug, listener, number, plain, secret, sync_interval, text, write_timeout};
use super::{Both, Reason};
use crate::grammar::show_duration;
use crate::options::{JetStream, LeafNodes, Options, Port, Tls, WebSocket};

impl<'o> Both<'o> {
    /// The fields of the whole server.
    pub(super) fn fixed(&self, r: &mut Vec<Reason>) {
        self.keep(r, "ServerName", |o| &o.server_name, text);
        self.keep(r, "Host", |o| &o.host, plain);
        self.keep(r, "Port", |o| self.port(|o| Some(o.port), o), number);
        self.keep(r, "NoSublistCache", |o| o.disable_sublist_cache, plain);
        self.keep(r, "NoHeaderSupport", |o| o.no_header_support, plain);
        self.keep(r, "MaxSubs", |o| o.max_subscriptions, plain);
        self.keep(r, "MaxSubTokens", |o| o.max_sub_tokens, plain);
        self.keep(r, "NoAuthUser", |o| self.no_auth_user(o), text);
        self.keep(r, "SystemAccount", |o| &o.system_account, text);
        self.keep(r, "NoSystemAccount", |o| o.no_system_account, plain);
        self.keep(r, "HTTPHost", Options::http_host, plain);
        self.keep(r, "HTTPPort", |o| o.http_port, number);
        self.keep(r, "HTTPBasePath", |o| &o.http_base_path, plain);
        self.keep(r, "HTTPSPort", |o| o.https_port, number);
        self.keep(r, "MaxPending", |o| o.max_pending, plain);
        let cluster = |o: &'o Options| {
            let port = self.port(|o| o.cluster.as_ref()?.port, o);
            o.cluster.as_ref().map(|c| (&c.host, port))
        };
        self.keep(r, "cluster host", cluster, listener);
        let leafnodes = |o: &Options| {
            let port = self.port(|o| o.leafnodes.as_ref()?.port, o);
            o.leafnodes
                .clone()
                .map(|leafnodes| LeafNodes { port, ..leafnodes })
        };
        self.keep(r, "LeafNode", leafnodes, debug);
        let websocket = |o: &Options| {
            let port = self.port(|o| o.websocket.as_ref()?.port, o);
            o.websocket.as_ref().map(|ws| WebSocket {
                port,
                ..but_certificates(ws)
            })
        };
        self.keep(r, "Websocket", websocket, debug);
        self.keep(r, "ProfPort", |o| o.prof_port, number);
        self.keep(r, "LogSizeLimit", |o| o.log_size_limit, plain);
        self.keep(r, "LogMaxFiles", |o| o.log_max_num, plain);
        self.keep(
            r,
            "TLSMap",
            |o| o.tls.as_ref().is_some_and(|tls| tls.verify_and_map),
            plain,
        );
        self.keep(
            r,
            "TLSRateLimit",
            |o| o.tls.as_ref().map_or(0, |tls| tls.connection_rate_limit),
            plain,
        );
        self.keep(r, "AllowNonTLS", |o| o.allow_non_tls, plain);
        self.keep(r, "WriteTimeout", |o| o.write_timeout, write_timeout);
        self.keep(r, "MaxClosedClients", |o| o.max_closed_clients, plain);
        self.keep(
            r,
            "LameDuckDuration",
            |o| o.lame_duck_duration,
            show_duration,
        );
        self.keep(
            r,
            "LameDuckGracePeriod",
            |o| o.lame_duck_grace_period,
            show_duration,
        );
        self.keep(
            r,
            "FeatureFlags",
            |o| &o.feature_flags,
            |flags| {
                let flags: Vec<_> = flags
                    .iter()
                    .map(|(name, on)| format!("{name}:{on}"))
                    .collect();
                format!("map[{}]", flags.join(" "))
            },
        );
    }

    /// The port of one side. Who asks for any free port is served by the one in use.
    fn port(&self, get: impl Fn(&Options) -> Option<Port>, options: &Options) -> Option<Port> {
        match (get(self.old), get(self.new)) {
            (Some(_), Some(Port::Random)) => Some(Port::Random),
            _ => get(options),
        }
    }

    /// A name whose user is gone may go with it: nobody runs under it any more.
    fn no_auth_user(&self, options: &'o Options) -> &'o Option<String> {
        let left = |name: &String| self.new.users().any(|user| user.identity.name() == name);
        match &self.old.no_auth_user {
            Some(name) if self.new.no_auth_user.is_none() && !left(name) => &self.new.no_auth_user,
            _ => &options.no_auth_user,
        }
    }

    /// While JetStream runs, most of it is fixed, and its memory and disk can only grow.
    pub(super) fn fixed_storage(&self, r: &mut Vec<Reason>) {
        let (old, new) = (&self.old.jetstream, &self.new.jetstream);
        if !old.enabled || !new.enabled {
            return;
        }
        self.keep(r, "NoJetStreamStrict", |o| !o.jetstream.strict, plain);
        self.keep(r, "JetStreamDomain", |o| &o.jetstream.domain, text);
        self.keep(r, "JetStreamExtHint", |o| &o.jetstream.extension_hint, text);
        self.keep(r, "JetStreamKey", |o| &o.jetstream.encryption_key, secret);
        self.keep(
            r,
            "JetStreamOldKey",
            |o| &o.jetstream.prev_encryption_key,
            secret,
        );
        self.keep(
            r,
            "JetStreamCipher",
            |o| o.jetstream.cipher,
            |cipher| format!("{cipher:?}"),
        );
        self.keep(r, "JetStreamUniqueTag", |o| &o.jetstream.unique_tag, text);
        self.keep(
            r,
            "JetStreamMaxCatchup",
            |o| o.jetstream.max_outstanding_catchup,
            number,
        );
        self.keep(
            r,
            "JetStreamRequestQueueLimit",
            |o| o.jetstream.request_queue_limit,
            number,
        );
        self.keep(
            r,
            "JetStreamInfoQueueLimit",
            |o| o.jetstream.info_queue_limit,
            number,
        );
        self.keep(
            r,
            "JetStreamMaxConcurrentIO",
            |o| o.jetstream.max_concurrent_io,
            number,
        );
        self.keep(
            r,
            "JetStreamMaxOpenFiles",
            |o| o.jetstream.max_open_files,
            number,
        );
        self.keep(
            r,
            "JetStreamMaxMappings",
            |o| o.jetstream.max_mappings,
            number,
        );
        self.keep(
            r,
            "StreamMaxBufferedMsgs",
            |o| o.jetstream.max_buffered_msgs,
            number,
        );
        self.keep(
            r,
            "StreamMaxBufferedSize",
            |o| o.jetstream.max_buffered_size,
            number,
        );
        self.keep(
            r,
            "SyncInterval",
            |o| o.jetstream.sync_interval,
            sync_interval,
        );
        if old.store_dir != new.store_dir {
            r.push(Reason::Storage("jetstream storage directory"));
        }
        for size in [
            |js: &JetStream| js.max_memory_store,
            |js: &JetStream| js.max_file_store,
        ] {
            match (size(old), size(new)) {
                (None, Some(_)) => {
                    r.push(Reason::Storage("jetstream dynamic max memory and store"));
                }
                (Some(_), None) => r.push(Reason::Storage("jetstream max memory and max store")),
                (Some(old), Some(new)) if new < old => {
                    r.push(Reason::Storage("decreasing jetstream max memory and store"));
                }
                _ => {}
            }
        }
    }
}

/// The block without what its certificates say: those can change, but TLS can't come or go.
fn but_certificates(ws: &WebSocket) -> WebSocket {
    WebSocket {
        tls: ws.tls.as_ref().map(|_| Tls::default()),
        ..ws.clone()
    }
}
