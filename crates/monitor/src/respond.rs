//! From a path and a query to an answer, without HTTP.

use crate::accounts::{Accountz, Accstatz};
use crate::connz::Connz;
use crate::health::Healthz;
use crate::peers::{Gatewayz, Jsz, Leafz, Routez};
use crate::query::Query;
use crate::subsz::Subsz;
use crate::text::uptime;
use crate::{Source, Varz, index, metrics};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// An answer, before HTTP wraps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// The type of all answers that programs read; scripts of any origin may do so.
pub(crate) const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The paths, below the base path; requests are counted for each.
const PATHS: [&str; 15] = [
    "/",
    "/varz",
    "/connz",
    "/subsz",
    "/accountz",
    "/accstatz",
    "/healthz",
    "/metrics",
    "/routez",
    "/gatewayz",
    "/leafz",
    "/jsz",
    "/ipqueuesz",
    "/raftz",
    "/stacksz",
];

/// Answers requests from a source, and counts them.
pub(crate) struct Responder {
    source: Arc<dyn Source>,
    /// Empty, or with a slash in front and none behind.
    base: String,
    /// Requests, in the order of `PATHS`.
    counts: [AtomicU64; PATHS.len()],
}

impl Responder {
    pub(crate) fn new(source: Arc<dyn Source>, base_path: &str) -> Self {
        let base = base_path.trim_matches('/');
        Self {
            source,
            base: if base.is_empty() {
                String::new()
            } else {
                format!("/{base}")
            },
            counts: Default::default(),
        }
    }

    pub(crate) fn source(&self) -> &dyn Source {
        &*self.source
    }

    pub(crate) fn respond(&self, path: &str, query: &str) -> Response {
        let path = match path.strip_prefix(&self.base) {
            Some("") => "/",
            Some("/") if !self.base.is_empty() => return not_found("404 page not found\n"),
            Some("/subscriptionsz") => "/subsz",
            Some(path) => path,
            None => return not_found("404 page not found\n"),
        };
        if let Some(index) = PATHS.iter().position(|known| *known == path) {
            self.counts[index].fetch_add(1, Relaxed);
        }
        let answer = self.answer(path, &Query::parse(query));
        answer.unwrap_or_else(|error| Response {
            status: 400,
            content_type: TEXT,
            body: error,
        })
    }

    fn answer(&self, path: &str, query: &Query) -> Result<Response, String> {
        let source = &*self.source;
        match path {
            "/" => Ok(ok(HTML, index::page(&source.server().version, &self.base))),
            "/varz" => pretty(&self.varz()),
            "/connz" => pretty(&Connz::answer(source, query)?),
            "/subsz" => pretty(&Subsz::answer(source, query)?),
            "/accountz" => pretty(&Accountz::answer(source, query)?),
            "/accstatz" => pretty(&Accstatz::answer(source, query)?),
            "/healthz" => {
                let (status, health) = Healthz::answer(source, query)?;
                let body = serde_json::to_string(&health).map_err(|error| error.to_string())?;
                Ok(Response {
                    status,
                    content_type: JSON,
                    body,
                })
            }
            "/metrics" => Ok(ok(METRICS, metrics::answer(source, &self.varz())?)),
            "/routez" => pretty(&Routez::answer(source, query)?),
            "/gatewayz" => pretty(&Gatewayz::answer(source, query)?),
            "/leafz" => pretty(&Leafz::answer(source, query)?),
            "/jsz" => pretty(&Jsz::answer(source, query)?),
            "/ipqueuesz" => Ok(ok(JSON, "{}".into())),
            "/raftz" => Ok(not_found("No Raft nodes registered")),
            "/stacksz" => Ok(not_found("stacks are not available\n")),
            _ => Ok(not_found("404 page not found\n")),
        }
    }

    fn varz(&self) -> Varz {
        let varz = self.source.varz();
        let counts = self.counts.iter().map(|count| count.load(Relaxed));
        let asked = PATHS.iter().zip(counts).filter(|(_, count)| *count > 0);
        Varz {
            uptime: uptime(varz.now.since(varz.start)),
            http_req_stats: asked
                .map(|(path, count)| ((*path).to_owned(), count))
                .collect(),
            ..varz
        }
    }
}

fn ok(content_type: &'static str, body: String) -> Response {
    Response {
        status: 200,
        content_type,
        body,
    }
}

fn not_found(text: &str) -> Response {
    Response {
        status: 404,
        content_type: TEXT,
        body: text.to_owned(),
    }
}

fn pretty(value: &impl Serialize) -> Result<Response, String> {
    let body = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    Ok(ok(JSON, body))
}
