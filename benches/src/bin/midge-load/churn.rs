//! What others' subscribing and unsubscribing costs the messages that go by.
//!
//! Messages flow as fast as they can; another connection subscribes and unsubscribes 10,000 times a second, in
//! its inbox or beside the traffic's own subjects. The churn's own CPU is measured alone, at the same rate, and
//! subtracted. All this in short slices by turns, so that whatever else the machine does hits all alike.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use midge_wire::encode;
use serde_json::{Value, json};

use crate::Target;
use crate::flow::{Flow, Running};
use crate::link::Link;

const SUBSCRIBES_PER_SECOND: u64 = 10_000;
const BODY_LEN: usize = 128;
/// Subscriptions that live at a time.
const ALIVE: u64 = 100;
/// Before each slice, for buffers to fill or to empty.
const SETTLE: Duration = Duration::from_millis(30);
const SLICES: u32 = 8;
const NAP: Duration = Duration::from_micros(500);

/// Messages alone, then for each place both together and the churn alone; and this again.
pub(crate) fn run(target: &Target) -> Result<Value> {
    let slice = Target {
        measured: target.measured / SLICES,
        ..*target
    };
    let running = Running::start(target, &Flow::one_to_one(BODY_LEN))?;
    let churns = [("inbox", "_INBOX.churn"), ("token", "orders.churn")]
        .map(|(name, prefix)| Churn::start(target, prefix).map(|churn| (name, churn)));
    let mut calm = Sum::default();
    let mut churned = Vec::new();
    for churn in churns {
        let (name, churn) = churn?;
        churned.push((name, churn, Sum::default(), Sum::default()));
    }
    for _ in 0..SLICES {
        calm.add(&running, &slice)?;
        for (_, churn, both, own) in &mut churned {
            churn.go(true);
            both.add(&running, &slice)?;
            running.pause();
            own.add(&running, &slice)?;
            churn.go(false);
            running.resume();
        }
    }
    running.stop()?;
    let mut result = json!({
        "cpu_per_million": calm.cpu / calm.millions,
        "rate": calm.millions * 1e6 / calm.seconds,
    });
    for (name, churn, both, own) in churned {
        churn.stop()?;
        let net = both.cpu - own.cpu / own.seconds * both.seconds;
        let rise = (net / both.millions) / (calm.cpu / calm.millions) - 1.0;
        result[format!("{name}_rise_percent")] = (rise * 100.0).into();
        result[format!("{name}_own_cpu")] = (own.cpu / own.seconds).into();
    }
    Ok(result)
}

/// All slices of one kind.
#[derive(Default)]
struct Sum {
    seconds: f64,
    cpu: f64,
    millions: f64,
}

impl Sum {
    fn add(&mut self, running: &Running, slice: &Target) -> Result<()> {
        thread::sleep(SETTLE);
        let (span, deliveries) = running.measure(slice)?;
        self.seconds += span.seconds;
        self.cpu += span.server_cpu;
        self.millions += deliveries as f64 / 1e6;
        Ok(())
    }
}

/// A connection that subscribes and unsubscribes by the clock, when told to go.
struct Churn {
    orders: Arc<Orders>,
    thread: thread::JoinHandle<Result<()>>,
}

#[derive(Default)]
struct Orders {
    go: AtomicBool,
    stop: AtomicBool,
}

impl Churn {
    fn start(target: &Target, prefix: &'static str) -> Result<Self> {
        let link = Link::open(target.addr, 64 * 1024)?;
        let orders: Arc<Orders> = Arc::default();
        let taken = orders.clone();
        let thread = thread::spawn(move || churn_until(link, prefix, &taken));
        Ok(Self { orders, thread })
    }

    fn go(&self, go: bool) {
        self.orders.go.store(go, Ordering::Relaxed);
        self.thread.thread().unpark();
    }

    /// Fails when the server fell out with it.
    fn stop(self) -> Result<()> {
        self.orders.stop.store(true, Ordering::Relaxed);
        self.go(false);
        self.thread
            .join()
            .map_err(|_| anyhow!("the churn panicked"))?
    }
}

fn churn_until(mut link: Link, prefix: &str, orders: &Orders) -> Result<()> {
    let (mut number, mut out) = (0, Vec::new());
    while !orders.stop.load(Ordering::Relaxed) {
        if !orders.go.load(Ordering::Relaxed) {
            thread::park();
            continue;
        }
        let begun = Instant::now();
        out.clear();
        for _ in 0..SUBSCRIBES_PER_SECOND * NAP.as_micros() as u64 / 1_000_000 {
            let subject = format!("{prefix}.{number}");
            encode::sub(
                &mut out,
                subject.as_bytes(),
                None,
                number.to_string().as_bytes(),
            );
            if let Some(old) = u64::checked_sub(number, ALIVE) {
                encode::unsub(&mut out, old.to_string().as_bytes(), None);
            }
            number += 1;
        }
        link.stream.write_all(&out)?;
        thread::sleep(NAP.saturating_sub(begun.elapsed()));
    }
    link.sync()
}
