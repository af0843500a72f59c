//! What changes while a broker runs, and the line which tells of it.

use super::show::{path, size, text};
use super::{Both, Change, Part};
use crate::grammar::show_duration;
use crate::options::{Cluster, HandshakeFirst, Options, Tls};
use std::time::Duration;

impl<'o> Both<'o> {
    /// In the reference's order, which is that of its struct.
    pub(super) fn live(&self, c: &mut Vec<Change>) {
        if self.old.client_advertise != self.new.client_advertise {
            let advertise = text(&self.new.client_advertise);
            c.push(Change {
                part: Part::Description,
                line: format!("Reload: client_advertise = {advertise}"),
            });
        }
        self.note(c, Part::Logging, |o| o.trace, |v| format!("trace = {v}"));
        self.note(c, Part::Logging, |o| o.debug, |v| format!("debug = {v}"));
        self.note(
            c,
            Part::Logging,
            |o| o.trace_verbose,
            |v| format!("trace_verbose = {v}"),
        );
        self.note(
            c,
            Part::Logging,
            |o| o.trace_headers,
            |v| format!("trace_headers = {v}"),
        );
        self.note(
            c,
            Part::Logging,
            |o| o.logtime,
            |v| format!("logtime = {v}"),
        );
        self.note(
            c,
            Part::Logging,
            |o| o.logtime_utc,
            |v| format!("logtime_utc = {v}"),
        );
        self.note(
            c,
            Part::Limits,
            |o| o.max_connections,
            |v| match v {
                0 => "max_connections = -1".to_owned(),
                v => format!("max_connections = {v}"),
            },
        );
        self.live_credentials(c);
        self.note(
            c,
            Part::Timing,
            |o| o.ping_interval,
            |v| format!("ping_interval = {}", show_duration(v)),
        );
        self.note(
            c,
            Part::Timing,
            |o| o.ping_max,
            |v| format!("ping_max = {v}"),
        );
        self.note(c, Part::Timing, Options::auth_timeout, |v| {
            format!("authorization timeout = {}", v.as_secs_f64())
        });
        self.note(
            c,
            Part::Limits,
            |o| o.max_control_line,
            |v| format!("max_control_line = {v}"),
        );
        self.note(
            c,
            Part::Limits,
            |o| o.max_payload,
            |v| format!("max_payload = {v}"),
        );
        self.note(
            c,
            Part::Limits,
            |o| o.max_memory,
            |v| match v {
                None => "max_memory = default".to_owned(),
                Some(v) => format!("max_memory = {v}"),
            },
        );
        self.note(
            c,
            Part::Limits,
            |o| o.no_fast_producer_stall,
            |v| {
                if v {
                    "fast producers will not be stalled"
                } else {
                    "fast producers will be stalled"
                }
            },
        );
        self.live_cluster(c);
        self.live_jetstream(c);
        self.note(
            c,
            Part::Logging,
            |o| o.prof_block_rate,
            |v| format!("prof_block_rate = {v}"),
        );
        if let Some(path) = &self.new.pid_file {
            self.note(
                c,
                Part::Files,
                |o| &o.pid_file,
                |_| format!("pid_file = {}", path.display()),
            );
        }
        self.note(
            c,
            Part::Files,
            |o| &o.ports_file_dir,
            |v| format!("ports_file_dir = {}", path(v)),
        );
        self.note(
            c,
            Part::Logging,
            |o| &o.log_file,
            |v| format!("log_file = {}", path(v)),
        );
        self.note(c, Part::Logging, |o| o.syslog, |v| format!("syslog = {v}"));
        self.note(
            c,
            Part::Logging,
            |o| &o.remote_syslog,
            |v| format!("remote_syslog = {}", text(v)),
        );
        self.note(
            c,
            Part::Cluster,
            |o| o.cluster.as_ref().map(|c| &c.routes),
            |_| "cluster routes",
        );
        self.live_tls(c);
        self.note(
            c,
            Part::Timing,
            |o| o.write_deadline,
            |v| format!("write_deadline = {}", show_duration(v)),
        );
        self.note(
            c,
            Part::Logging,
            |o| o.max_traced_msg_len,
            |v| format!("max_traced_msg_len = {v}"),
        );
        self.note(
            c,
            Part::Logging,
            |o| o.connect_error_reports,
            |v| format!("connect_error_reports = {v}"),
        );
        self.note(
            c,
            Part::Logging,
            |o| o.reconnect_error_reports,
            |v| format!("reconnect_error_reports = {v}"),
        );
        self.note(c, Part::Description, |o| &o.server_tags, |_| "tags");
        self.note(c, Part::Description, |o| &o.server_metadata, |_| "metadata");
    }

    /// Users and accounts are always taken over anew, and so are always told.
    fn live_credentials(&self, c: &mut Vec<Change>) {
        let nkeys = |o: &'o Options| o.users().filter(|user| user.is_nkey()).collect::<Vec<_>>();
        self.note(c, Part::Credentials, nkeys, |_| "authorization nkey users");
        for line in ["Reloaded: authorization users", "Reloaded: accounts"] {
            c.push(Change {
                part: Part::Credentials,
                line: line.into(),
            });
        }
        self.note(
            c,
            Part::Credentials,
            |o| &o.authorization.user,
            |_| "authorization username",
        );
        self.note(
            c,
            Part::Credentials,
            |o| &o.authorization.password,
            |_| "authorization password",
        );
        self.note(
            c,
            Part::Credentials,
            |o| &o.authorization.token,
            |_| "authorization token",
        );
    }

    fn live_cluster(&self, c: &mut Vec<Change>) {
        // Routes have a line of their own, and the listener has stayed: `fixed` saw to it.
        let rest = |cluster: Cluster| Cluster {
            routes: Vec::new(),
            host: String::new(),
            port: None,
            ..cluster
        };
        self.note(
            c,
            Part::Cluster,
            |o| o.cluster.clone().map(rest),
            |_| "cluster",
        );
    }

    fn live_jetstream(&self, c: &mut Vec<Change>) {
        self.note(c, Part::JetStream, |o| o.jetstream.enabled, |_| "JetStream");
        if !self.old.jetstream.enabled || !self.new.jetstream.enabled {
            return;
        }
        self.note(
            c,
            Part::JetStream,
            |o| o.jetstream.max_memory_store,
            |v| format!("JetStream max_mem_store = {}", size(v)),
        );
        self.note(
            c,
            Part::JetStream,
            |o| o.jetstream.max_file_store,
            |v| format!("JetStream max_file_store = {}", size(v)),
        );
        self.note(
            c,
            Part::JetStream,
            |o| o.jetstream.limits,
            |_| "JetStream limits",
        );
    }

    fn live_tls(&self, c: &mut Vec<Change>) {
        let timeout = |o: &Options| {
            o.tls
                .as_ref()
                .map_or(Tls::default().timeout, |tls| tls.timeout)
        };
        self.note(c, Part::Tls, timeout, |v| {
            format!("tls timeout = {}", v.as_secs_f64())
        });
        self.note(
            c,
            Part::Tls,
            |o| o.tls.as_ref().map(without_own_lines),
            |v| {
                if v.is_some() {
                    "tls = enabled"
                } else {
                    "tls = disabled"
                }
            },
        );
        let pins = |o: &Options| {
            o.tls
                .as_ref()
                .map_or_else(Vec::new, |tls| tls.pinned_certs.clone())
        };
        self.note(c, Part::Tls, pins, |v| format!("{} pinned_certs", v.len()));
        let first = |o: &Options| {
            o.tls
                .as_ref()
                .map_or(HandshakeFirst::Off, |tls| tls.handshake_first)
        };
        self.note(
            c,
            Part::Tls,
            |o| first(o) != HandshakeFirst::Off,
            |v| format!("Client TLS handshake first: {v}"),
        );
        let fallback = |o: &Options| match first(o) {
            HandshakeFirst::After(wait) => wait,
            _ => Duration::ZERO,
        };
        self.note(c, Part::Tls, fallback, |v| {
            format!(
                "Client TLS handshake first fallback delay: {}",
                show_duration(v)
            )
        });
    }
}

/// The block without the fields that are told by themselves.
fn without_own_lines(tls: &Tls) -> Tls {
    let (timeout, handshake_first) = (Duration::ZERO, HandshakeFirst::Off);
    Tls {
        timeout,
        handshake_first,
        pinned_certs: Vec::new(),
        ..tls.clone()
    }
}
