//! Everything at once and for long, at a steady pace: what a server must not grow under.
//!
//! Streams with each kind of limit are published to and consumed, ids come and go, a million keys are filled and then changed, short-lived
//! consumers are made and deleted or left to expire, connections come and go. Meanwhile the server's memory is sampled.

mod churn;
mod flows;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::Target;
use crate::js::{Api, fill};
use crate::meter::{anonymous, resident};

const SAMPLE: Duration = Duration::from_secs(5);
const TELL: Duration = Duration::from_secs(60);
/// Keys of the bucket. All are there before the first sample.
const KEYS: usize = 1_000_000;
const BUCKET: &str = "KV_SOAK";
const PAYLOAD: usize = 128;

/// What is running, and what it has done.
struct Soak {
    target: Target,
    over: AtomicBool,
    published: AtomicU64,
    delivered: AtomicU64,
    puts: AtomicU64,
    gets: AtomicU64,
    consumers: AtomicU64,
    connections: AtomicU64,
}

impl Soak {
    fn goes_on(&self) -> bool {
        !self.over.load(Relaxed)
    }

    fn counts(&self) -> Value {
        let of = |count: &AtomicU64| count.load(Relaxed);
        json!({
            "published": of(&self.published), "delivered": of(&self.delivered), "puts": of(&self.puts), "gets": of(&self.gets),
            "consumers": of(&self.consumers), "connections": of(&self.connections),
        })
    }
}

/// Runs all of it for the measured time. `samples` are seconds, resident bytes, and those of them that no file stands behind.
pub(crate) fn run(target: &Target) -> Result<Value> {
    let soak = Soak {
        target: *target,
        over: AtomicBool::new(false),
        published: AtomicU64::new(0),
        delivered: AtomicU64::new(0),
        puts: AtomicU64::new(0),
        gets: AtomicU64::new(0),
        consumers: AtomicU64::new(0),
        connections: AtomicU64::new(0),
    };
    set_up(target)?;
    let works: [fn(&Soak) -> Result<()>; 8] = [
        |soak| flows::publish(soak, "AGE"),
        |soak| flows::publish(soak, "MSGS"),
        |soak| flows::publish(soak, "BYTES"),
        flows::pull,
        flows::push,
        churn::keys,
        churn::consumers,
        churn::connections,
    ];
    let samples = thread::scope(|scope| {
        let start = |work: fn(&Soak) -> Result<()>| {
            let soak = &soak;
            scope.spawn(move || {
                let end = work(soak);
                // One that fails ends all.
                soak.over.store(true, Relaxed);
                end
            })
        };
        let threads: Vec<_> = works.into_iter().map(start).collect();
        let samples = sample(&soak);
        soak.over.store(true, Relaxed);
        for thread in threads {
            thread.join().map_err(|_| anyhow!("a client panicked"))??;
        }
        samples
    })?;
    Ok(json!({"samples": samples, "counts": soak.counts()}))
}

fn set_up(target: &Target) -> Result<()> {
    let mut api = Api::open(target)?;
    flows::make_streams(&mut api)?;
    let config = json!({
        "max_msgs_per_subject": 1, "discard": "new", "allow_rollup_hdrs": true, "deny_delete": true, "allow_direct": true,
    });
    api.make_stream(BUCKET, "$KV.SOAK.>", &config)?;
    let keys: Vec<_> = (0..KEYS).map(key).collect();
    fill(target, &keys, KEYS, PAYLOAD)
}

fn key(number: usize) -> String {
    format!("$KV.SOAK.key.{number}")
}

fn sample(soak: &Soak) -> Result<Vec<(u64, u64, u64)>> {
    let (begun, mut told) = (Instant::now(), Duration::ZERO);
    let mut samples = Vec::new();
    while begun.elapsed() < soak.target.measured && soak.goes_on() {
        let pid = soak.target.pid;
        let at = begun.elapsed();
        let (all, own) = (resident(pid)?, anonymous(pid)?);
        samples.push((at.as_secs(), all, own));
        if at >= told {
            told += TELL;
            let (seconds, all, own) = (at.as_secs(), all / 1024, own / 1024);
            eprintln!(
                "{seconds} s: {all} KiB, {own} KiB its own; {}",
                soak.counts()
            );
        }
        thread::sleep(SAMPLE);
    }
    Ok(samples)
}

/// Keeps a client at so many operations a second.
struct Pace {
    begun: Instant,
    each: Duration,
    done: u32,
}

impl Pace {
    fn per_second(rate: u32) -> Self {
        Self {
            begun: Instant::now(),
            each: Duration::from_secs(1) / rate,
            done: 0,
        }
    }

    /// Waits until the next `count` operations are due. What was missed isn't made up for.
    fn wait(&mut self, count: u32) {
        self.done += count;
        let due = self.each * self.done;
        let now = self.begun.elapsed();
        if due > now {
            thread::sleep(due - now);
        } else {
            (self.begun, self.done) = (Instant::now(), 0);
        }
    }
}
