//! What connections and subscriptions cost in memory. Each scenario wants a server just started.

use std::io::Write;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use midge_wire::encode;
use serde_json::{Value, json};

use crate::Target;
use crate::link::Link;
use crate::meter::resident;

/// After this a server has done what it does after a start or a crowd.
const SETTLE: Duration = Duration::from_secs(1);
/// After this memory should be given back.
const RETURN: Duration = Duration::from_secs(10);

const IDLE_CONNECTIONS: usize = 2_000;
const SUBSCRIPTIONS: usize = 100_000;
const SUBSCRIBERS: usize = 4;
const COME_AND_GO: usize = 5_000;

/// Resident bytes at rest and per idle connection.
pub(crate) fn connections(target: &Target) -> Result<Value> {
    thread::sleep(SETTLE);
    let idle = resident(target.pid)?;
    let links = crowd(target.addr, IDLE_CONNECTIONS)?;
    thread::sleep(SETTLE);
    let full = resident(target.pid)?;
    drop(links);
    Ok(json!({
        "idle_rss": idle,
        "bytes_per_connection": per(idle, full, IDLE_CONNECTIONS),
    }))
}

/// Resident bytes per subscription, all of different subjects, on few connections.
pub(crate) fn subscriptions(target: &Target) -> Result<Value> {
    let mut links = crowd(target.addr, SUBSCRIBERS)?;
    thread::sleep(SETTLE);
    let before = resident(target.pid)?;
    for (index, link) in links.iter_mut().enumerate() {
        let mut lines = Vec::new();
        for number in 0..SUBSCRIPTIONS / SUBSCRIBERS {
            let subject = format!("devices.{index}.{number}.state");
            encode::sub(
                &mut lines,
                subject.as_bytes(),
                None,
                number.to_string().as_bytes(),
            );
        }
        link.stream.write_all(&lines)?;
        link.sync()?;
    }
    thread::sleep(SETTLE);
    let full = resident(target.pid)?;
    Ok(json!({ "bytes_per_subscription": per(before, full, SUBSCRIPTIONS) }))
}

/// Resident bytes before a crowd came, while it's there, and some time after it left.
pub(crate) fn come_and_go(target: &Target) -> Result<Value> {
    // The first connections make a server set up what it keeps for good.
    drop(crowd(target.addr, 10)?);
    thread::sleep(SETTLE);
    let before = resident(target.pid)?;
    let mut links = crowd(target.addr, COME_AND_GO)?;
    for link in &mut links {
        let mut line = Vec::new();
        encode::sub(&mut line, b"news.>", None, b"1");
        link.stream.write_all(&line)?;
        link.sync()?;
    }
    let full = resident(target.pid)?;
    drop(links);
    thread::sleep(RETURN);
    let after = resident(target.pid)?;
    Ok(json!({ "rss_before": before, "rss_with_5000": full, "rss_after": after }))
}

fn crowd(addr: SocketAddr, count: usize) -> Result<Vec<Link>> {
    const INFO_AND_PONG: usize = 4096;
    let link = |number| Link::open(addr, INFO_AND_PONG).with_context(|| format!("number {number}"));
    (0..count).map(link).collect()
}

fn per(before: u64, after: u64, count: usize) -> u64 {
    after.saturating_sub(before) / count as u64
}
