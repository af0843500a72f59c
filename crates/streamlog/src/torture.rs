//! Random work on a store whose power is cut before every single operation on the disk, against a model a child could check.
//!
//! The model knows, per stream, what was acknowledged and what was done since, in order. After a cut the stream must be as it was after
//! the acknowledged work and some prefix of the rest: nothing acknowledged is lost, nothing else is changed, doubled or out of order.
use crate::{
    Cipher, Filter, Key, Limits, NewMessage, Policy, Store, StoreOptions, Stream, StreamOptions,
    Ticket, disk::Work, disk::crash::CrashDisk,
};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// What one run did.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// cuts by the kind of work they interrupted
    pub cuts: BTreeMap<Work, u64>,
    /// what was wrong, if something was
    pub failure: Option<String>,
}

impl Report {
    /// All cuts.
    pub fn total(&self) -> u64 {
        self.cuts.values().sum()
    }

    /// Adds another run's.
    pub fn add(&mut self, other: Self) {
        for (work, n) in other.cuts {
            *self.cuts.entry(work).or_default() += n;
        }
        self.failure = self.failure.take().or(other.failure);
    }
}

/// A change as the model sees it.
#[derive(Debug, Clone)]
enum Change {
    Append {
        seq: u64,
        subject: String,
        payload: String,
    },
    /// messages that are there all or none
    Batch(Vec<(u64, String, String)>),
    Delete(Vec<u64>),
    First(u64),
    Truncate(u64),
    Last(u64),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Log {
    messages: BTreeMap<u64, (String, String)>,
    last: u64,
}

#[derive(Clone, Default)]
struct StreamModel {
    acked: Log,
    open: Vec<Change>,
    /// how many of `open` are acknowledged when the ticket says so
    tickets: Vec<(usize, Ticket)>,
    limits: Limits,
    lazy: bool,
    created: bool,
}

#[derive(Clone, Default)]
struct Model {
    streams: BTreeMap<String, StreamModel>,
    /// per key the acknowledged value and the ones after it
    state: BTreeMap<String, (Option<String>, Vec<Option<String>>)>,
}

impl Log {
    fn apply(&mut self, change: &Change, limits: &Limits) {
        match change {
            Change::Append {
                seq,
                subject,
                payload,
            } => {
                self.messages
                    .insert(*seq, (subject.clone(), payload.clone()));
                self.last = *seq;
                self.trim(subject, limits);
                self.trim_all(limits);
            }
            Change::Batch(batch) => {
                for (seq, subject, payload) in batch {
                    self.messages
                        .insert(*seq, (subject.clone(), payload.clone()));
                    self.last = *seq;
                }
                for (_, subject, _) in batch {
                    self.trim(subject, limits);
                }
                self.trim_all(limits);
            }
            Change::Delete(seqs) => self.messages.retain(|seq, _| !seqs.contains(seq)),
            Change::First(first) => self.messages.retain(|seq, _| seq >= first),
            Change::Truncate(last) => {
                self.messages.retain(|seq, _| seq <= last);
                self.last = self.last.min(*last);
            }
            Change::Last(last) => self.last = self.last.max(*last),
        }
    }

    fn trim(&mut self, subject: &str, limits: &Limits) {
        let of = self.messages.iter().filter(|(_, (s, _))| s == subject);
        let of: Vec<u64> = of.map(|(&seq, _)| seq).collect();
        let max = usize::try_from(limits.max_per_subject).unwrap_or(usize::MAX);
        if max > 0 {
            of[..of.len().saturating_sub(max)].iter().for_each(|seq| {
                self.messages.remove(seq);
            });
        }
    }

    fn enforced(mut self, limits: &Limits) -> Self {
        let subjects: BTreeSet<String> = self.messages.values().map(|(s, _)| s.clone()).collect();
        subjects
            .iter()
            .for_each(|subject| self.trim(subject, limits));
        self.trim_all(limits);
        self
    }

    fn trim_all(&mut self, limits: &Limits) {
        while limits.max_msgs > 0 && self.messages.len() as u64 > limits.max_msgs {
            self.messages.pop_first();
        }
    }
}

impl StreamModel {
    fn ack(&mut self) {
        for change in std::mem::take(&mut self.open) {
            self.acked.apply(&change, &self.limits);
        }
        self.tickets.clear();
        self.created = true;
    }

    /// What tickets say counts at once, and not when the commit returns.
    fn ask_tickets(&mut self) {
        let is_out = |(_, ticket): &&(usize, Ticket)| ticket.outcome() == Some(Ok(()));
        let Some(&(n, _)) = self.tickets.iter().rfind(is_out) else {
            return;
        };
        for change in self.open.drain(..n) {
            self.acked.apply(&change, &self.limits);
        }
        self.tickets.retain(|(at, _)| *at > n);
        self.tickets.iter_mut().for_each(|(at, _)| *at -= n);
    }

    /// Whether `found` is what a crash may leave: some of what wasn't acknowledged, and what limits took out meanwhile or, since that is noted
    /// at the end of a batch, what they take out when the log is opened.
    fn allows(&self, found: &Log) -> bool {
        let mut log = self.acked.clone();
        let mut unnoted = self.acked.clone();
        if log == *found {
            return true;
        }
        self.open.iter().any(|change| {
            log.apply(change, &self.limits);
            unnoted.apply(change, &Limits::default());
            log == *found || unnoted.clone().enforced(&self.limits) == *found
        })
    }
}

/// A small generator; the seed is the failure's name.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % sides
    }
}

fn options(seed: u64, key: Option<&Key>) -> StoreOptions {
    StoreOptions {
        key: key.cloned(),
        journal_first_bytes: 16 * 4096,
        journal_bytes: 32 * 4096,
        direct_bytes: 3000,
        // With three streams: files are closed under it all the time, or never.
        max_open_files: 1 + (seed % 4) as usize,
        // And segments unmapped.
        max_mappings: match seed / 4 % 5 {
            0 => usize::MAX,
            max => max as usize,
        },
        seed: 77,
        ..StoreOptions::default()
    }
}

const SECOND: u64 = 1_000_000_000;
const STREAMS: [&str; 3] = ["plain", "limited", "lazy"];

/// Runs `steps` random operations; every `every`-th operation on the disk is a cut, with several outcomes each. With a key everything is encrypted.
pub fn run(seed: u64, steps: u64, every: u64, key: Option<&Key>) -> Report {
    let disk = CrashDisk::new();
    let model = Arc::new(Mutex::new(Model::default()));
    let report = Arc::new(Mutex::new(Report::default()));
    let (hook_model, hook_report, hook_key) = (model.clone(), report.clone(), key.cloned());
    let phase = Mutex::new(seed);
    disk.before_each(move |disk, work| {
        let turn = {
            let mut phase = phase.lock();
            *phase += 1;
            *phase
        };
        if turn % every != 0 || hook_report.lock().failure.is_some() {
            return;
        }
        let outcome = [0, 1, turn * 7 + 2][(turn / every % 3) as usize];
        let found = disk.cut(outcome);
        let mut model = hook_model.lock();
        for stream in model.streams.values_mut().filter(|stream| !stream.lazy) {
            stream.ask_tickets();
        }
        let options = options(seed, hook_key.as_ref());
        let failure = check(&found, &model, options, false).err();
        drop(model);
        let mut report = hook_report.lock();
        *report.cuts.entry(work).or_default() += 1;
        if let Some(failure) = failure {
            report.failure = Some(format!(
                "seed {seed}, operation {turn}, outcome {outcome}, {work:?}: {failure}"
            ));
        }
    });
    let outcome = work(&disk, &model, seed, steps, key);
    disk.forget_hook();
    let mut report = std::mem::take(&mut *report.lock());
    if let Err(failure) = outcome {
        report
            .failure
            .get_or_insert(format!("seed {seed}: {failure}"));
    }
    if report.failure.is_none()
        && let Err(failure) = check(&disk.kill(), &model.lock(), options(seed, key), true)
    {
        report.failure = Some(format!("seed {seed}, killed at the end: {failure}"));
    }
    report
}

fn work(
    disk: &CrashDisk,
    model: &Mutex<Model>,
    seed: u64,
    steps: u64,
    key: Option<&Key>,
) -> Result<(), String> {
    let text = |error: crate::Error| error.to_string();
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let options = || options(seed, key);
    let mut store = Store::open(Arc::new(disk.clone()), options()).map_err(text)?;
    let mut now = SECOND;
    for step in 0..steps {
        now += SECOND / 10;
        let name = STREAMS[dice.roll(3) as usize];
        let stream = match store.stream(name).map_err(text)? {
            Some(stream) => stream,
            None => create(&store, model, name, key.is_some()).map_err(text)?,
        };
        let mut wait = false;
        match dice.roll(40) {
            0..=19 => {
                for _ in 0..=dice.roll(6) {
                    append(&stream, model, &mut dice, now).map_err(text)?;
                }
            }
            20..=22 => {
                let seq = stream.stats().first_seq + dice.roll(20);
                model.lock().change(name, Change::Delete(vec![seq]));
                drop(stream.delete(seq).map_err(text)?);
            }
            33 => {
                // Every other one of a stretch, so that segments are left mostly dead.
                let first = stream.stats().first_seq + dice.roll(30);
                let seqs: Vec<u64> = (0..30).map(|k| first + k + k / 2).collect();
                model.lock().change(name, Change::Delete(seqs.clone()));
                drop(match dice.roll(2) {
                    0 => stream.erase(&seqs).map_err(text)?,
                    _ => stream.delete_many(&seqs).map_err(text)?,
                });
            }
            23 => {
                let subject = format!("s.{}", dice.roll(5));
                let filter = Filter::new(&subject);
                let all: Vec<u64> = {
                    let mut cursor = (1..=stream.stats().last_seq).collect::<Vec<_>>();
                    cursor.retain(|&seq| {
                        stream
                            .peek(seq)
                            .ok()
                            .flatten()
                            .is_some_and(|m| filter.matches(&m.subject))
                    });
                    cursor
                };
                // A crash may leave a part of them: each segment's go with a record of their own.
                let mut model = model.lock();
                all.iter()
                    .for_each(|&seq| model.change(name, Change::Delete(vec![seq])));
                drop(model);
                drop(stream.purge(&filter, 0, 0).map_err(text)?);
            }
            24 => {
                let first = stream.stats().first_seq + dice.roll(60);
                let first = first.min(stream.stats().last_seq + 1).max(1);
                model.lock().change(name, Change::First(first));
                drop(stream.purge(&Filter::all(), first, 0).map_err(text)?);
            }
            25 if name != "limited" => {
                let last = stream.stats().last_seq.saturating_sub(dice.roll(4));
                model.lock().change(name, Change::Truncate(last));
                drop(stream.truncate(last).map_err(text)?);
            }
            26 => {
                let last = stream.stats().last_seq + dice.roll(30);
                model.lock().change(name, Change::Last(last));
                drop(stream.skip_to(last).map_err(text)?);
            }
            27..=30 => {
                let (key, value) = (format!("k{}", dice.roll(6)), format!("v{step}"));
                let kept = (dice.roll(4) > 0).then_some(value);
                model
                    .lock()
                    .state
                    .entry(key.clone())
                    .or_default()
                    .1
                    .push(kept.clone());
                drop(match kept {
                    Some(value) => store
                        .put_state(key.as_bytes(), value.as_bytes())
                        .map_err(text)?,
                    None => store.delete_state(key.as_bytes()).map_err(text)?,
                });
            }
            36 => append_batch(&stream, model, &mut dice, now).map_err(text)?,
            31 | 34 => store.maintain_once(now).map_err(text)?,
            32 if dice.roll(4) == 0 => {
                store.commit_once(now).map_err(text)?;
                acknowledge(&mut model.lock(), false);
                // The process dies; another one goes on with the folder.
                drop(store);
                store = Store::open(Arc::new(disk.clone()), options()).map_err(text)?;
                store.commit_once(now).map_err(text)?;
            }
            35 if dice.roll(3) == 0 => {
                // The power goes, and the work goes on with what is left.
                drop(store);
                let mut model = model.lock();
                let (outcome, hook) = (dice.roll(1_000), disk.take_hook());
                disk.lose_power(outcome);
                check(&disk.kill(), &model, options(), false)
                    .map_err(|e| format!("step {step}, power lost with {outcome}: {e}"))?;
                found_again(&disk.kill(), &mut model, options())?;
                drop(model);
                disk.put_hook(hook);
                store = Store::open(Arc::new(disk.clone()), options()).map_err(text)?;
            }
            _ => wait = true,
        }
        if wait && dice.roll(3) == 0 {
            if store.submit(now).is_some() {
                acknowledge(&mut model.lock(), false);
            }
        } else if wait {
            store.commit_once(now).map_err(text)?;
            acknowledge(&mut model.lock(), false);
            if dice.roll(3) == 0 {
                store.commit_once(now + 100 * SECOND).map_err(text)?;
                acknowledge(&mut model.lock(), true);
            }
        }
    }
    store.commit_once(now).map_err(text)?;
    acknowledge(&mut model.lock(), false);
    Ok(())
}

impl Model {
    fn change(&mut self, name: &str, change: Change) {
        self.streams
            .entry(name.to_owned())
            .or_default()
            .open
            .push(change);
    }
}

/// What is there now is the truth.
fn found_again(disk: &CrashDisk, model: &mut Model, options: StoreOptions) -> Result<(), String> {
    let text = |error: crate::Error| error.to_string();
    let store = Store::open(Arc::new(disk.clone()), options).map_err(text)?;
    for (key, (kept, later)) in &mut model.state {
        let value = store.state(key.as_bytes());
        *kept = value.map(|value| String::from_utf8_lossy(&value).into_owned());
        later.clear();
    }
    let mut gone = Vec::new();
    for (name, stream) in &mut model.streams {
        match store.stream(name).map_err(text)? {
            Some(found) => {
                (stream.acked, stream.created) = (read(&found)?, true);
                stream.open.clear();
                stream.tickets.clear();
            }
            None => gone.push(name.clone()),
        }
    }
    gone.iter()
        .for_each(|name| drop(model.streams.remove(name)));
    Ok(())
}

fn create(
    store: &Store,
    model: &Mutex<Model>,
    name: &str,
    encrypted: bool,
) -> crate::Result<Stream> {
    let limits = match name {
        "limited" => Limits {
            max_msgs: 60,
            max_per_subject: 15,
            ..Limits::default()
        },
        _ => Limits::default(),
    };
    let lazy = name == "lazy";
    let policy = if lazy {
        Policy::Interval(Duration::from_secs(5))
    } else {
        Policy::Always
    };
    let entry = StreamModel {
        limits,
        lazy,
        ..StreamModel::default()
    };
    model.lock().streams.insert(name.to_owned(), entry);
    let options = StreamOptions {
        limits,
        policy,
        segment_bytes: 4096,
        cipher: match (encrypted, limits.max_msgs) {
            (false, _) => Cipher::None,
            (true, 0) => Cipher::ChaCha20Poly1305,
            (true, _) => Cipher::Aes256Gcm,
        },
        ..StreamOptions::default()
    };
    Ok(store.create_stream(name, options)?.0)
}

/// Up to a dozen messages, sometimes longer than a segment.
fn append_batch(
    stream: &Stream,
    model: &Mutex<Model>,
    dice: &mut Dice,
    now: u64,
) -> crate::Result<()> {
    let mut seq = stream.stats().last_seq;
    let mut batch = Vec::new();
    for k in 0..=dice.roll(12) {
        seq += 1;
        // One of them leaves its sequence empty.
        let payload = "y".repeat(dice.roll(700) as usize) + &now.to_string();
        let kept = k == 0 || dice.roll(6) > 0;
        batch.push((seq, format!("s.{}", dice.roll(5)), kept.then_some(payload)));
    }
    let messages: Vec<_> = batch
        .iter()
        .map(|(_, subject, payload)| Some(NewMessage::new(subject, payload.as_ref()?)))
        .collect();
    let kept = batch
        .iter()
        .filter_map(|(seq, subject, payload)| Some((*seq, subject.clone(), payload.clone()?)));
    let change = Change::Batch(kept.collect());
    let appended = stream.append_batch(&messages, now);
    let mut model = model.lock();
    match appended {
        Ok(appended) => {
            model.change(stream.name(), change);
            // The model's batch ends with its last message.
            model.change(stream.name(), Change::Last(seq));
            if let Some(stream) = model.streams.get_mut(stream.name()) {
                stream.tickets.push((stream.open.len(), appended.ticket));
            }
            Ok(())
        }
        Err(crate::Error::Overloaded { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn append(stream: &Stream, model: &Mutex<Model>, dice: &mut Dice, now: u64) -> crate::Result<()> {
    let subject = format!("s.{}", dice.roll(5));
    let payload = "x".repeat(dice.roll(120) as usize) + &now.to_string();
    let seq = stream.stats().last_seq + 1;
    let change = Change::Append {
        seq,
        subject: subject.clone(),
        payload: payload.clone(),
    };
    model.lock().change(stream.name(), change);
    match stream.append(NewMessage::new(&subject, &payload), now) {
        Ok(appended) => {
            let mut model = model.lock();
            if let Some(stream) = model.streams.get_mut(stream.name()) {
                stream.tickets.push((stream.open.len(), appended.ticket));
            }
        }
        // Too much waits for the disk: it never happened.
        Err(crate::Error::Overloaded { .. }) => {
            let mut model = model.lock();
            model
                .streams
                .get_mut(stream.name())
                .and_then(|stream| stream.open.pop());
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Everything done so far was acknowledged; what `lazy` streams acknowledge holds against a power cut only after their interval.
fn acknowledge(model: &mut Model, lazy_too: bool) {
    for stream in model
        .streams
        .values_mut()
        .filter(|stream| lazy_too || !stream.lazy)
    {
        stream.ack();
    }
    for stream in model.streams.values_mut() {
        stream.created = true;
    }
    for (kept, later) in model.state.values_mut() {
        if let Some(last) = later.pop() {
            *kept = last;
            later.clear();
        }
    }
}

/// Opens what the crash left and compares.
fn check(
    disk: &CrashDisk,
    model: &Model,
    options: StoreOptions,
    killed: bool,
) -> Result<(), String> {
    let store =
        Store::open(Arc::new(disk.clone()), options).map_err(|e| format!("opening: {e}"))?;
    for (key, (kept, later)) in &model.state {
        let found = store
            .state(key.as_bytes())
            .map(|value| String::from_utf8_lossy(&value).into_owned());
        if found != *kept && !later.contains(&found) {
            return Err(format!(
                "state {key} is {found:?}, was {kept:?} or {later:?}"
            ));
        }
    }
    for (name, want) in &model.streams {
        let Some(stream) = store
            .stream(name)
            .map_err(|e| format!("opening {name}: {e}"))?
        else {
            if want.created {
                return Err(format!("stream {name} is gone"));
            }
            continue;
        };
        let found = read(&stream)?;
        let allowed = if killed && want.lazy {
            let mut all = want.clone();
            all.ack();
            all.allows(&found)
        } else {
            want.allows(&found)
        };
        if !allowed {
            let names = crate::Disk::list(disk);
            return Err(format!(
                "stream {name}: {}; {:?}, {:?}, {names:?}",
                explain(want, &found),
                stream.stats(),
                store.damage()
            ));
        }
    }
    let bad: Vec<_> = store.damage();
    if let Some(damage) = bad.iter().find(|found| !found.kind.is_trace_of_a_crash()) {
        return Err(format!("a crash isn't damage: {damage:?}"));
    }
    Ok(())
}

fn read(stream: &Stream) -> Result<Log, String> {
    let stats = stream.stats();
    let messages: BTreeMap<_, _> = stream
        .read(0, usize::MAX, usize::MAX)
        .expect("a crash disk reads")
        .into_iter()
        .map(|m| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (m.seq, (text(&m.subject), text(&m.payload)))
        })
        .collect();
    if messages.len() as u64 != stats.msgs || stats.visible != stats.last_seq {
        return Err(format!("{} messages read, {stats:?}", messages.len()));
    }
    for subject in 0..5 {
        let subject = format!("s.{subject}");
        let want = messages.values().filter(|(s, _)| *s == subject).count() as u64;
        let found = (
            stream
                .total(subject.as_bytes())
                .expect("a crash disk reads")
                .count,
            stream
                .count(&Filter::new(&subject), 1)
                .expect("a crash disk reads"),
        );
        if found != (want, want) {
            return Err(format!("{subject} counted {found:?}, has {want}"));
        }
    }
    Ok(Log {
        messages,
        last: stats.last_seq,
    })
}

fn explain(want: &StreamModel, found: &Log) -> String {
    let mut full = want.acked.clone();
    want.open
        .iter()
        .for_each(|change| full.apply(change, &want.limits));
    let lost: Vec<_> = want
        .acked
        .messages
        .keys()
        .filter(|seq| !found.messages.contains_key(seq))
        .collect();
    let extra: Vec<_> = found
        .messages
        .keys()
        .filter(|seq| !full.messages.contains_key(seq))
        .collect();
    format!(
        "last {} (acknowledged {}), missing of the acknowledged {lost:?}, extra {extra:?}, since then {:?}",
        found.last, want.acked.last, want.open
    )
}
