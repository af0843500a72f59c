//! `/healthz`: one word, and an HTTP status that a probe understands.

use crate::query::Query;
use crate::{HealthCheck, Source, Unhealthy};
use serde::Serialize;

/// The answer of `/healthz`.
#[derive(Debug, Serialize)]
pub(crate) struct Healthz {
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// What is broken on the disk. No reason to restart a server that serves all the rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) damage: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Fault {
    #[serde(rename = "type")]
    kind: &'static str,
    error: String,
}

impl Healthz {
    /// The HTTP status with the answer.
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<(u16, Self), String> {
        let check = parse(query)?;
        let detailed = query.flag("details")?;
        let unhealthy = match misuse(&check) {
            Some(error) => Err(Unhealthy {
                status: 400,
                error,
                kind: "BAD_REQUEST",
            }),
            None => source.health(&check),
        };
        Ok(match unhealthy {
            Ok(()) => (
                200,
                Self {
                    status: "ok",
                    error: None,
                    errors: Vec::new(),
                    damage: source.damage(),
                },
            ),
            Err(unhealthy) => (unhealthy.status, Self::bad(unhealthy, detailed)),
        })
    }

    fn bad(unhealthy: Unhealthy, detailed: bool) -> Self {
        let Unhealthy {
            status,
            error,
            kind,
        } = unhealthy;
        let status = if matches!(status, 404 | 503) {
            "unavailable"
        } else {
            "error"
        };
        match detailed {
            true => Self {
                status,
                error: None,
                errors: vec![Fault { kind, error }],
                damage: Vec::new(),
            },
            false => Self {
                status,
                error: Some(error),
                errors: Vec::new(),
                damage: Vec::new(),
            },
        }
    }
}

fn parse(query: &Query) -> Result<HealthCheck, String> {
    let text = |name| query.text(name).map(str::to_owned);
    // The short form is older.
    let js_enabled = query.flag("js-enabled")?;
    Ok(HealthCheck {
        js_enabled_only: query.flag("js-enabled-only")? || js_enabled,
        js_server_only: query.flag("js-server-only")?,
        js_meta_only: query.flag("js-meta-only")?,
        account: text("account"),
        stream: text("stream"),
        consumer: text("consumer"),
    })
}

fn misuse(check: &HealthCheck) -> Option<String> {
    let missing =
        |what, whose| format!("\"{what}\" must not be empty when checking {whose} health");
    match check {
        HealthCheck {
            stream: Some(_),
            account: None,
            ..
        } => Some(missing("account", "stream")),
        HealthCheck {
            consumer: Some(_),
            stream: None,
            ..
        } => Some(missing("stream", "consumer")),
        _ => None,
    }
}
