//! `/metrics`: the numbers of the other paths in Prometheus' text format.
//!
//! Names and labels are those of prometheus-nats-exporter, so that dashboards made for it work without it. It turns
//! each number in the JSON of `/varz`, `/subsz` and `/routez` into `gnatsd_<path>_<field>{server_id}`, nested fields
//! joined by underscores, and a few texts into `gnatsd_<path>_<field>{server_id, value} 1`; the rest is named by hand.

use crate::connz::Connz;
use crate::health::Healthz;
use crate::peers::Routez;
use crate::query::Query;
use crate::subsz::Subsz;
use crate::{Account, Source, Varz};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Texts that become a label `value`.
const LABELS: [&str; 6] = [
    "server_id",
    "server_name",
    "version",
    "domain",
    "leader",
    "name",
];

/// Parts the exporter leaves out.
const SKIPPED: [&str; 9] = [
    "leaf",
    "trusted_operators_claim",
    "cluster_tls_timeout",
    "cluster_cluster_port",
    "cluster_auth_timeout",
    "gateway_port",
    "gateway_auth_timeout",
    "gateway_tls_timeout",
    "gateway_connect_retries",
];

/// All metrics of the server.
pub(crate) fn answer(source: &dyn Source, varz: &Varz) -> Result<String, String> {
    let none = Query::default();
    let mut metrics = Metrics::new(&varz.server_id);
    metrics.flatten("varz", varz);
    metrics.flatten("subsz", &Subsz::answer(source, &none)?);
    metrics.flatten("routez", &Routez::empty(source.server()));
    metrics.connections(&Connz::answer(source, &none)?);
    metrics.health(&Healthz::answer(source, &none)?.1);
    for (kind, count) in source.alarms() {
        let kind = format!(",{}", label("kind", kind));
        metrics.add("counter", "jetstream_stalls_total", &kind, float(count));
    }
    for account in source.accounts() {
        metrics.account(&account);
    }
    metrics.add("gauge", "leafz_conn_nodes_total", "", 0.0);
    Ok(metrics.text())
}

/// Samples by family: the format wants those of one name side by side.
struct Metrics {
    server: String,
    families: BTreeMap<String, Family>,
}

struct Family {
    kind: &'static str,
    samples: String,
}

impl Metrics {
    fn new(server_id: &str) -> Self {
        Self {
            server: label("server_id", server_id),
            families: BTreeMap::new(),
        }
    }

    /// One sample; `labels` come after `server_id`, each beginning with a comma.
    fn add(&mut self, kind: &'static str, name: &str, labels: &str, value: f64) {
        let name = format!("gnatsd_{name}");
        let Self { server, families } = self;
        let line = format!("{name}{{{server}{labels}}} {value}\n");
        let family = families.entry(name).or_insert_with(|| Family {
            kind,
            samples: String::new(),
        });
        family.samples.push_str(&line);
    }

    fn flatten(&mut self, path: &str, answer: &impl Serialize) {
        if let Ok(Value::Object(fields)) = serde_json::to_value(answer) {
            for (name, value) in &fields {
                self.field(path, name, name, value);
            }
        }
    }

    /// `full` is the name with those of the enclosing fields before it.
    fn field(&mut self, path: &str, full: &str, name: &str, value: &Value) {
        if SKIPPED.contains(&full) {
            return;
        }
        match value {
            Value::Number(number) => {
                self.add(
                    "gauge",
                    &format!("{path}_{full}"),
                    "",
                    number.as_f64().unwrap_or_default(),
                );
            }
            Value::String(text) if LABELS.contains(&name) => {
                self.add(
                    "gauge",
                    &format!("{path}_{full}"),
                    &format!(",{}", label("value", text)),
                    1.0,
                );
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.field(path, &joined(full, name), name, value);
                }
            }
            _ => {}
        }
    }

    fn connections(&mut self, connz: &Connz) {
        let sums = connz.sums();
        for (name, value) in [
            ("num_connections", connz.num_connections as u64),
            ("total", connz.total as u64),
            ("offset", connz.offset as u64),
            ("limit", connz.limit as u64),
            ("pending_bytes", sums.pending_bytes),
            ("subscriptions", sums.subscriptions),
        ] {
            self.add("gauge", &format!("connz_{name}"), "", float(value));
        }
        for (name, value) in [
            ("in_bytes", sums.in_bytes),
            ("out_bytes", sums.out_bytes),
            ("in_msgs", sums.in_msgs),
            ("out_msgs", sums.out_msgs),
        ] {
            self.add("counter", &format!("connz_{name}"), "", float(value));
        }
    }

    /// The plain status is 0 if all is well, as it always was; the other says it in words.
    fn health(&mut self, health: &Healthz) {
        let ok = health.status == "ok";
        self.add("gauge", "healthz_status", "", if ok { 0.0 } else { 1.0 });
        self.add("gauge", "healthz_damage", "", health.damage.len() as f64);
        let value = format!(",{}", label("value", health.status));
        self.add(
            "gauge",
            "healthz_status_value",
            &value,
            if ok { 1.0 } else { 0.0 },
        );
    }

    fn account(&mut self, account: &Account) {
        let mut labels = String::new();
        for name in ["account", "account_id", "account_name"] {
            labels.push(',');
            labels.push_str(&label(name, &account.name));
        }
        for (name, value) in [
            ("current_connections", account.client_connections),
            ("total_connections", account.total_connections),
            ("subscriptions", account.sublist.num_subscriptions),
            ("leaf_nodes", account.leafnode_connections),
            ("sent_messages", account.sent.msgs),
            ("sent_bytes", account.sent.bytes),
            ("received_messages", account.received.msgs),
            ("received_bytes", account.received.bytes),
            ("slow_consumers", account.slow_consumers),
        ] {
            self.add("gauge", &format!("accstatz_{name}"), &labels, float(value));
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, Family { kind, samples }) in &self.families {
            // Writing to a string can't fail.
            let _ = write!(text, "# TYPE {name} {kind}\n{samples}");
        }
        text
    }
}

fn label(name: &str, value: &str) -> String {
    let value = value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

/// `http_req_stats` and `/varz` become `http_req_stats_varz`.
fn joined(full: &str, name: &str) -> String {
    let joined = format!("{full}_{name}");
    let parts = joined.split(['_', '/']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("_")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus has no other numbers"
)]
fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_nested_fields_are_joined() {
        assert_eq!(joined("http_req_stats", "/varz"), "http_req_stats_varz");
        assert_eq!(joined("http_req_stats", "/"), "http_req_stats");
        assert_eq!(
            joined("slow_consumer_stats", "clients"),
            "slow_consumer_stats_clients"
        );
    }

    #[test]
    fn labels_are_escaped() {
        assert_eq!(label("name", "a\"b\\c\nd"), r#"name="a\"b\\c\nd""#);
    }
}
