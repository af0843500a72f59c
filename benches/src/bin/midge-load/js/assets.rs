//! What streams and consumers cost at rest, and a large stream for measuring starts.

use anyhow::Result;
use serde_json::{Value, json};

use super::api::Api;
use super::publish::{STREAM, fill};
use crate::Target;
use crate::meter::resident;

/// Messages of the large stream.
const MILLION: usize = 1_000_000;
const PAYLOAD: usize = 128;

/// Resident bytes per stream with one durable consumer. They stay.
pub(crate) fn cost(target: &Target, count: usize) -> Result<Value> {
    let mut api = Api::open(target)?;
    let before = resident(target.pid)?;
    for asset in 0..count {
        let stream = format!("{STREAM}-{asset}");
        api.make_stream(&stream, &format!("bench.{asset}"), &Value::Null)?;
        let config = json!({"durable_name": "C", "ack_policy": "explicit"});
        api.make_consumer(&stream, "C", &config)?;
    }
    let after = resident(target.pid)?;
    Ok(json!({"bytes_per_asset": after.saturating_sub(before) as f64 / count as f64}))
}

/// A stream of a million messages, which stays.
pub(crate) fn million(target: &Target) -> Result<Value> {
    let mut api = Api::open(target)?;
    api.make_stream(STREAM, "bench.>", &Value::Null)?;
    let subjects: Vec<_> = (0..100).map(|subject| format!("bench.{subject}")).collect();
    fill(target, &subjects, MILLION, PAYLOAD)?;
    Ok(json!({"messages": api.stored(STREAM)?}))
}
