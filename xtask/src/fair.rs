//! `fair`: requests that touch a million of something, and what another account waits meanwhile.
//!
//! Each [`Shape`] has a server of its own. It is laid out first: a million messages, subjects, subscriptions. Then account `A` does what the
//! shape is about, while account `B`, which has a small stream, goes on with three requests, one after the other and a short pause between:
//! a message to itself, a publish that waits for its ack, and a request to the JetStream API. How long those took is the result. What
//! hasn't come to its end after [`DEED_MAX`] is ended; a request which is still waiting then counts with what it waited so far.
//!
//! The longest wait of a shape may be [`WAIT_MAX`], as the median of three tries, because a machine has other things to do as well: a shape is
//! played until two tries agree on which side of the limit they are. One that is beyond it makes the verb fail.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::bench::contestant::Server;
use crate::peer::Peer;
use crate::stage::{self, Stage};
use crate::tree;

const USAGE: &str = "fair [SHAPE..] [--ours PATH] [--small]";
/// What another account may wait.
const WAIT_MAX: Duration = Duration::from_millis(50);
/// Tries of a shape that agree.
const AGREE: usize = 2;
const MILLION: usize = 1_000_000;
/// What `--small` divides by.
const SMALL: usize = 20;
/// After this long a deed is ended, with its server.
const DEED_MAX: Duration = Duration::from_secs(8);
/// Between two requests.
const PAUSE: Duration = Duration::from_millis(2);
/// Before and after a deed, so that there are requests beside a short one.
const MARGIN: Duration = Duration::from_millis(100);
/// Between two looks at whether something has happened.
const LOOK: Duration = Duration::from_millis(50);
/// Messages between two waits for the server.
const WINDOW: usize = 10_000;
const PULL: usize = 100_000;
const KINDS: [&str; 3] = ["message", "publish", "api"];

/// Something that takes long: how it's laid out, and what is done then.
struct Shape {
    name: &'static str,
    /// Whether the server is stopped and started in between.
    again: bool,
    lay: fn(&mut Case) -> Result<()>,
    deed: fn(&mut Case) -> Result<()>,
}

const fn shape(
    name: &'static str,
    lay: fn(&mut Case) -> Result<()>,
    deed: fn(&mut Case) -> Result<()>,
) -> Shape {
    Shape {
        name,
        again: false,
        lay,
        deed,
    }
}

const fn after_start(
    name: &'static str,
    lay: fn(&mut Case) -> Result<()>,
    deed: fn(&mut Case) -> Result<()>,
) -> Shape {
    Shape {
        name,
        again: true,
        lay,
        deed,
    }
}

const SHAPES: [Shape; 14] = [
    shape("direct-get", plain, direct_get),
    shape("deleted-details", gap, deleted_details),
    shape("create-100k-subjects", |_| Ok(()), create_wide),
    shape("interest-delete", interest, delete_consumer),
    shape("msg-delete", pending, delete_messages),
    shape("queue-groups", groups, publish_to_groups),
    shape("close-100k-subs", equal_subs, close),
    shape("connz-subs", many_connections, connz),
    after_start("first-id", with_ids, publish_id),
    after_start("first-info", keys, info),
    shape("purge-filter", pairs, purge),
    shape("subjects-filter", keys, subjects),
    shape("last-per-subject", keys, last_per_subject),
    shape("max-age", plain, age),
];

/// A server and the connection of account `A`.
struct Case {
    peer: Peer,
    address: SocketAddr,
    monitor: SocketAddr,
    /// What counts are divided by.
    divisor: usize,
    /// Connections that are there and do nothing.
    idle: Vec<Peer>,
}

impl Case {
    fn count(&self, count: usize) -> usize {
        count / self.divisor
    }

    fn ask(&mut self, api: &str, body: &str) -> Result<String> {
        let answer = self.peer.ask(&format!("$JS.API.{api}"), "inbox", body)?;
        ensure!(!answer.contains("\"error\""), "{api}: {answer}");
        Ok(answer)
    }

    fn create(&mut self, more: &str) -> Result<()> {
        let body = format!("{{\"name\":\"S\",\"subjects\":[\"s.>\"],\"allow_direct\":true{more}}}");
        self.ask("STREAM.CREATE.S", &body).map(drop)
    }

    /// Publishes `count` messages to the subjects that `subject` names.
    fn fill(&mut self, count: usize, subject: impl Fn(usize) -> String) -> Result<()> {
        for at in 0..count {
            self.peer.publish(&subject(at), "", "sixteen bytes...");
            if at % WINDOW == WINDOW - 1 {
                self.peer.sync()?;
            }
        }
        self.until_stored(count)
    }

    /// A publish with an answer comes behind all before it.
    fn until_stored(&mut self, count: usize) -> Result<()> {
        let ack = self.peer.ask("s.last", "inbox", "x")?;
        ensure!(ack.contains(&format!("\"seq\":{}", count + 1)), "{ack}");
        Ok(())
    }

    fn http(&self, path: &str) -> Result<String> {
        stage::http(self.monitor, path)
    }
}

fn one_subject(_: usize) -> String {
    "s.1".to_owned()
}

fn own_subject(at: usize) -> String {
    format!("s.{at}")
}

fn plain(case: &mut Case) -> Result<()> {
    case.create("")?;
    case.fill(case.count(3 * MILLION), one_subject)
}

fn direct_get(case: &mut Case) -> Result<()> {
    let body = "{\"seq\":1,\"next_by_subj\":\"s.>\",\"max_bytes\":1000000000}";
    case.peer.publish("$JS.API.DIRECT.GET.S", "inbox", body);
    case.peer.sync()?;
    case.peer.skip_answers()
}

/// One message, and another far behind it with nothing in between.
fn gap(case: &mut Case) -> Result<()> {
    case.create(",\"max_msgs_per_subject\":1")?;
    let first = |at| {
        if at == 0 {
            own_subject(0)
        } else {
            one_subject(at)
        }
    };
    case.fill(case.count(3 * MILLION), first)
}

fn deleted_details(case: &mut Case) -> Result<()> {
    let body = "{\"deleted_details\":true}";
    case.ask("STREAM.INFO.S", body).map(drop)
}

fn create_wide(case: &mut Case) -> Result<()> {
    let subjects: Vec<String> = (0..case.count(100_000))
        .map(|at| format!("\"w.{at}\""))
        .collect();
    let body = format!("{{\"name\":\"W\",\"subjects\":[{}]}}", subjects.join(","));
    case.ask("STREAM.CREATE.W", &body).map(drop)
}

fn consumer(case: &mut Case, name: &str, more: &str) -> Result<()> {
    let body = format!(
        "{{\"stream_name\":\"S\",\"config\":{{\"durable_name\":\"{name}\",\"ack_policy\":\"explicit\",\"max_ack_pending\":-1{more}}}}}"
    );
    case.ask(&format!("CONSUMER.DURABLE.CREATE.S.{name}"), &body)
        .map(drop)
}

fn interest(case: &mut Case) -> Result<()> {
    case.create(",\"retention\":\"interest\"")?;
    consumer(case, "C", "")?;
    case.fill(case.count(MILLION), one_subject)
}

fn delete_consumer(case: &mut Case) -> Result<()> {
    case.ask("CONSUMER.DELETE.S.C", "")?;
    until_empty(case)
}

fn until_empty(case: &mut Case) -> Result<()> {
    while !case.ask("STREAM.INFO.S", "")?.contains("\"messages\":0") {
        thread::sleep(LOOK);
    }
    Ok(())
}

fn pending(case: &mut Case) -> Result<()> {
    case.create("")?;
    case.fill(case.count(MILLION), one_subject)?;
    case.peer.say("SUB pulled 2");
    for name in ["C", "D", "E"] {
        consumer(case, name, "")?;
        let body = format!("{{\"batch\":{PULL}}}");
        for _ in 0..case.count(5 * PULL) / PULL {
            let next = format!("$JS.API.CONSUMER.MSG.NEXT.S.{name}");
            case.peer.publish(&next, "pulled", &body);
            case.peer.sync()?;
            let seen = case.peer.take().len();
            case.peer.skip(PULL.saturating_sub(seen))?;
        }
    }
    Ok(())
}

fn delete_messages(case: &mut Case) -> Result<()> {
    for seq in 1..=50 {
        case.ask("STREAM.MSG.DELETE.S", &format!("{{\"seq\":{}}}", seq * 100))?;
    }
    Ok(())
}

fn groups(case: &mut Case) -> Result<()> {
    for at in 0..case.count(20_000) {
        case.peer.say(&format!("SUB queued g{at} {}", at + 10));
    }
    case.peer.sync()
}

fn publish_to_groups(case: &mut Case) -> Result<()> {
    for _ in 0..10 {
        case.peer.publish("queued", "", "x");
    }
    case.peer.sync()?;
    let seen = case.peer.take().len();
    case.peer
        .skip((10 * case.count(20_000)).saturating_sub(seen))
}

fn equal_subs(case: &mut Case) -> Result<()> {
    let mut peer = Peer::new(case.address, "a")?;
    for sid in 0..case.count(100_000) {
        peer.say(&format!("SUB same {sid}"));
    }
    peer.sync()?;
    case.idle.push(peer);
    Ok(())
}

fn close(case: &mut Case) -> Result<()> {
    case.idle.clear();
    loop {
        let subsz = case.http("/subsz")?;
        let count = subsz.split("\"num_subscriptions\":").nth(1);
        let digits = count.and_then(|rest| rest.trim().split([',', '\n']).next());
        let left: usize = digits.context("num_subscriptions")?.trim().parse()?;
        if left < case.count(100_000) {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

fn many_connections(case: &mut Case) -> Result<()> {
    for at in 0..case.count(1_000) {
        let mut peer = Peer::new(case.address, "a")?;
        for sid in 0..200 {
            peer.say(&format!("SUB c.{at}.{sid} {sid}"));
        }
        peer.sync()?;
        case.idle.push(peer);
    }
    Ok(())
}

fn connz(case: &mut Case) -> Result<()> {
    let answer = case.http("/connz?subs=1&limit=1024")?;
    ensure!(answer.contains("\"c.0.0\""), "no subscriptions");
    Ok(())
}

fn with_ids(case: &mut Case) -> Result<()> {
    case.create(",\"duplicate_window\":600000000000")?;
    let count = case.count(3 * MILLION);
    for at in 0..count {
        let header = format!("Nats-Msg-Id: {at}");
        case.peer.publish_with("s.1", &header, "");
        if at % WINDOW == WINDOW - 1 {
            case.peer.sync()?;
        }
    }
    case.until_stored(count)
}

fn publish_id(case: &mut Case) -> Result<()> {
    let body = "NATS/1.0\r\nNats-Msg-Id: 7\r\n\r\n";
    let len = body.len();
    case.peer
        .say(&format!("HPUB s.1 inbox {len} {len}\r\n{body}"));
    case.peer.sync()?;
    case.peer.next_of("inbox").map(drop)
}

fn keys(case: &mut Case) -> Result<()> {
    case.create(",\"max_msgs_per_subject\":1")?;
    case.fill(case.count(MILLION), own_subject)
}

fn info(case: &mut Case) -> Result<()> {
    case.ask("STREAM.INFO.S", "").map(drop)
}

fn pairs(case: &mut Case) -> Result<()> {
    case.create("")?;
    case.fill(case.count(MILLION), |at| {
        format!("s.{}.{}", at % 1000, at / 1000 % 2)
    })?;
    consumer(case, "C", "")
}

fn purge(case: &mut Case) -> Result<()> {
    case.ask("STREAM.PURGE.S", "{\"filter\":\"s.*.1\"}")
        .map(drop)
}

fn subjects(case: &mut Case) -> Result<()> {
    case.ask("STREAM.INFO.S", "{\"subjects_filter\":\">\"}")
        .map(drop)
}

fn last_per_subject(case: &mut Case) -> Result<()> {
    consumer(
        case,
        "C",
        ",\"filter_subject\":\"s.>\",\"deliver_policy\":\"last_per_subject\"",
    )
}

fn age(case: &mut Case) -> Result<()> {
    let second = 1_000_000_000;
    let body = format!(
        "{{\"name\":\"S\",\"subjects\":[\"s.>\"],\"allow_direct\":true,\"max_age\":{second},\"duplicate_window\":{second}}}"
    );
    case.ask("STREAM.UPDATE.S", &body)?;
    until_empty(case)
}

/// See [`USAGE`].
pub fn run(args: &[String]) -> Result<()> {
    let (mut names, mut ours, mut divisor) = (Vec::new(), None, 1);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--ours" => ours = Some(PathBuf::from(args.next().context(USAGE)?)),
            "--small" => divisor = SMALL,
            name => names.push(name),
        }
    }
    let known = |name: &&str| SHAPES.iter().any(|shape| shape.name == *name);
    ensure!(names.iter().all(known), "{USAGE}");
    let program = ours.map_or_else(tree::midge, Ok)?;
    let head = KINDS.map(|kind| format!("{kind:>18}"));
    println!(
        "{:24}{:>10}{}",
        "ms: middle / longest",
        "deed",
        head.concat()
    );
    let mut unfair = Vec::new();
    for shape in &SHAPES {
        let is_meant = names.is_empty() || names.contains(&shape.name);
        if is_meant && !is_fair(shape, &program, divisor) {
            unfair.push(shape.name);
        }
    }
    let (list, most) = (unfair.join(", "), WAIT_MAX.as_millis());
    ensure!(
        unfair.is_empty(),
        "another account waited more than {most} ms, or nobody knows: {list}"
    );
    Ok(())
}

/// Plays a shape until the tries agree, and prints a row for each. Whether others waited no longer than they may.
fn is_fair(shape: &Shape, program: &Path, divisor: usize) -> bool {
    let mut tries = [0, 0];
    loop {
        match play(shape, program, divisor) {
            Ok((row, longest)) => {
                println!("{:24}{row}", shape.name);
                tries[usize::from(longest <= WAIT_MAX)] += 1;
            }
            Err(error) => {
                println!("{:24}  {error:#}", shape.name);
                return false;
            }
        }
        if let Some(side) = tries.iter().position(|count| *count == AGREE) {
            return side == 1;
        }
    }
}

/// Plays a shape; its row, and the longest wait.
fn play(shape: &Shape, program: &Path, divisor: usize) -> Result<(String, Duration)> {
    let stage = Stage::new("fair", program.to_owned(), None)?;
    let mut server = stage.start()?;
    let mut case = enter(&server, stage.monitor, divisor)?;
    let small = "{\"name\":\"T\",\"subjects\":[\"t\"],\"max_msgs\":1000}";
    let made = Peer::new(server.addr, "b").and_then(|mut peer| {
        peer.say("SUB inbox 1");
        peer.ask("$JS.API.STREAM.CREATE.T", "inbox", small)
    });
    made.context("the small stream")?;
    (shape.lay)(&mut case).context("laying it out")?;
    if shape.again {
        server.stop()?;
        server = stage.start()?;
        case = enter(&server, stage.monitor, divisor)?;
    }
    measure(shape, server, case)
}

fn enter(server: &Server, monitor: SocketAddr, divisor: usize) -> Result<Case> {
    let mut peer = Peer::new(server.addr, "a")?;
    peer.say("SUB inbox 1");
    peer.sync()?;
    Ok(Case {
        peer,
        address: server.addr,
        monitor,
        divisor,
        idle: Vec::new(),
    })
}

fn measure(shape: &Shape, server: Server, mut case: Case) -> Result<(String, Duration)> {
    let address = server.addr;
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let probe = scope.spawn(|| probe(address, &over));
        thread::sleep(MARGIN);
        let begun = Instant::now();
        // The case outlives what is measured: a thousand connections that end are no part of it.
        let deed = scope.spawn(|| (shape.deed)(&mut case));
        while !deed.is_finished() && begun.elapsed() < DEED_MAX {
            thread::sleep(Duration::from_millis(1));
        }
        let took = begun.elapsed();
        let done = deed.is_finished();
        if done {
            thread::sleep(MARGIN);
        }
        over.store(true, Ordering::Relaxed);
        if !done {
            // Both threads end with their connections.
            drop(server);
        }
        let outcome = deed.join();
        if done {
            outcome.map_err(|_| anyhow::anyhow!("a panic"))??;
        }
        let times = probe
            .join()
            .map_err(|_| anyhow::anyhow!("a panic"))?
            .context("the other account")?;
        let sign = if done { ' ' } else { '>' };
        let longest = times.iter().flatten().max().copied();
        let cells = times.map(cell).concat();
        let row = format!("{sign}{:9.1}{cells}", millis(took));
        Ok((row, longest.unwrap_or_default()))
    })
}

/// The requests of the other account, by kind, until it's over.
fn probe(address: SocketAddr, over: &AtomicBool) -> Result<[Vec<Duration>; 3]> {
    let mut peer = Peer::new(address, "b")?;
    peer.say("SUB inbox 1");
    peer.sync()?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    while !over.load(Ordering::Relaxed) {
        for (kind, times) in times.iter_mut().enumerate() {
            let begun = Instant::now();
            let answer = match kind {
                0 => {
                    peer.publish("inbox", "", "x");
                    peer.sync().and_then(|()| peer.next_of("inbox"))
                }
                1 => peer.ask("t", "inbox", "x"),
                _ => peer.ask("$JS.API.STREAM.INFO.T", "inbox", ""),
            };
            times.push(begun.elapsed());
            match answer {
                Ok(answer) => ensure!(!answer.contains("\"error\""), "{answer}"),
                // The deed took too long and was ended.
                Err(_) if over.load(Ordering::Relaxed) => break,
                Err(error) => return Err(error),
            }
            thread::sleep(PAUSE);
        }
    }
    Ok(times)
}

fn cell(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    let longest = times.last().copied().unwrap_or_default();
    let both = format!("{:.2} / {:.1}", millis(middle), millis(longest));
    format!("{both:>18}")
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
