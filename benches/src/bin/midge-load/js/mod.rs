//! JetStream scenarios: publishing with acks, consuming in all forms, key-value, and what assets cost.
//!
//! Each scenario makes its own stream and deletes it; what it stored and counted is checked against the server's own
//! figures at the end.

mod api;
mod assets;
mod consume;
mod filters;
mod publish;

use anyhow::Result;
use serde_json::{Value, json};

use crate::Target;
use crate::meter::Span;
pub(crate) use api::Api;
use consume::Consumption;
use publish::Publishing;
pub(crate) use publish::fill;

/// Names of the scenarios, for the usage text.
pub(crate) const NAMES: &str = "js-sync-1 js-sync-16 js-window-256 js-window-4000 js-window-256-1k js-window-4000-1k js-dedupe
           js-streams-1000 js-kv-put js-kv-get js-pull-ack js-pull-none js-push js-filtered js-assets js-million
           filters-one filters-1k filters-100k filters-300k filters-1m filters-2kb filters-open";

/// Runs the scenario of this name; `None` if there is none.
pub(crate) fn run(name: &str, target: &Target) -> Option<Result<Value>> {
    Some(match name {
        "js-sync-1" => publish::run(target, &Publishing::new(1, 1, 128)),
        "js-sync-16" => publish::run(target, &Publishing::new(16, 1, 128)),
        "js-window-256" => publish::run(target, &Publishing::new(1, 256, 128)),
        "js-window-4000" => publish::run(target, &Publishing::new(1, 4000, 128)),
        "js-window-256-1k" => publish::run(target, &Publishing::new(1, 256, 1024)),
        "js-window-4000-1k" => publish::run(target, &Publishing::new(1, 4000, 1024)),
        "js-dedupe" => publish::run(target, &Publishing::deduplicated(256, 128)),
        "js-streams-1000" => publish::run(target, &Publishing::streams(1000, 128)),
        "js-kv-put" => publish::run(target, &Publishing::key_value(256, 128)),
        "js-kv-get" => consume::key_value_get(target, 64),
        "js-pull-ack" => consume::run(target, Consumption::PullExplicit),
        "js-pull-none" => consume::run(target, Consumption::PullNone),
        "js-push" => consume::run(target, Consumption::Push),
        "js-filtered" => consume::filtered(target),
        "js-assets" => assets::cost(target, 1000),
        "js-million" => assets::million(target),
        _ => return filters::run_named(name, target),
    })
}

/// The figures of `count` operations in `span`.
fn figures(count: usize, span: &Span) -> Value {
    let millions = count as f64 / 1e6;
    json!({
        "operations": count,
        "seconds": span.seconds,
        "rate": count as f64 / span.seconds,
        "cpu_per_million": span.server_cpu / millions,
        "load_cpu_per_million": span.load_cpu / millions,
    })
}
