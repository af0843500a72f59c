//! Playing a section: one step after the other, with deadlines, until one fails.

use std::collections::BTreeMap;
use std::fmt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::json;
use super::template::{Captures, Outcome, Scope, Template};
use super::{Action, Expected, Open, STEP_TIMEOUT, Section, Step};
use crate::clock::real_now;
use crate::connection::{Received, Transport};
use crate::keys;

mod process;
pub use process::ProcessWorld;

/// How much of what came is shown when it isn't what was expected.
const SHOWN_BYTES_MAX: usize = 400;

/// Only so many of the last bytes can still become a part of the text that `skip to` looks for;
/// dropping the others keeps long floods cheap.
const SKIP_TAIL_BYTES: usize = 4096;

/// Where a section is played: what `A: raw` connects to and what `log` looks at.
pub trait World {
    /// Makes a connection.
    fn open(&mut self, how: &Open) -> Result<Box<dyn Transport>>;

    /// The value of a name that belongs to the server, such as a port.
    fn lookup(&self, name: &str) -> Option<Vec<u8>>;

    /// Performs a step that concerns the server, not a connection; returns what it captured.
    fn act(&mut self, action: &Action, scope: &dyn Scope, deadline: Instant) -> Result<Captures>;
}

/// Why a section failed, and where.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Line in the file.
    pub line: usize,
    /// The step as it is written.
    pub step: String,
    /// What was expected and what came.
    pub why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}\n{}", self.line, self.step, self.why)
    }
}

/// Plays sections in a world.
pub struct Player<'w, W: World> {
    world: &'w mut W,
    peers: BTreeMap<String, Peer>,
    held: Vec<Box<dyn Transport>>,
    captured: BTreeMap<String, Vec<u8>>,
    timeout: Duration,
}

/// A connection of the transcript.
struct Peer {
    link: Option<Box<dyn Transport>>,
    /// Sent by the transcript, not yet by the link.
    unsent: Vec<u8>,
    /// Received, not yet expected.
    unread: Vec<u8>,
    /// INFO and CONNECT have been dealt with, by us or by the file.
    greeted: bool,
    /// It speaks the client protocol, so the server answers its PING.
    speaks: bool,
    nonce: Option<String>,
    ended: bool,
}

impl<'w, W: World> Player<'w, W> {
    /// A player with no connection yet.
    pub fn new(world: &'w mut W) -> Self {
        Self {
            world,
            peers: BTreeMap::new(),
            held: vec![],
            captured: BTreeMap::new(),
            timeout: STEP_TIMEOUT,
        }
    }

    /// Plays all steps of a section, then looks for bytes that nobody expected.
    pub fn play(mut self, section: &Section) -> Result<(), Failure> {
        for step in &section.steps {
            self.step(step).map_err(|error| Failure {
                line: step.line,
                step: step.text.clone(),
                why: format!("{error:#}"),
            })?;
        }
        self.finish().map_err(|error| Failure {
            line: section.steps.last().map_or(section.line, |step| step.line),
            step: "end of the section".to_owned(),
            why: format!("{error:#}"),
        })
    }

    fn step(&mut self, step: &Step) -> Result<()> {
        if !matches!(&step.action, Action::Send { .. }) {
            self.flush_all()?;
        }
        match &step.action {
            Action::Send { who, text, crlf } => self.send(who, text, *crlf),
            Action::Expect { who, text } => self.expect_at_one(who, text),
            Action::AnyOrder { who, texts } => self.any_order(who, texts),
            Action::Sync { who } => self.sync(who),
            Action::Silent { who, wait } => self.silent(who, *wait),
            Action::Closed { who, quietly } => self.closed(who, *quietly),
            Action::Close { who } => {
                let peer = self.peer(who)?;
                peer.link = None;
                peer.ended = true;
                peer.unread.clear();
                Ok(())
            }
            Action::Skip { who, text } => self.skip(who, text),
            Action::Open { who, how } => self.open(who, how),
            Action::Trickle { who, pause, text } => self.trickle(who, *pause, text),
            Action::Hold { count } => {
                let how = Open {
                    raw: true,
                    ..Open::default()
                };
                for _ in 0..*count {
                    self.held.push(self.world.open(&how)?);
                }
                Ok(())
            }
            Action::Wait(pause) => {
                sleep(*pause);
                Ok(())
            }
            Action::Timeout(timeout) => {
                self.timeout = *timeout;
                Ok(())
            }
            action => {
                let deadline = self.deadline();
                let scope = Names {
                    captured: &self.captured,
                    nonce: None,
                    world: None,
                };
                let captures = self.world.act(action, &scope, deadline)?;
                self.captured.extend(captures);
                if matches!(action, Action::Restart(_)) {
                    self.peers.clear(); // their names are free for connections to the new one
                }
                Ok(())
            }
        }
    }

    fn send(&mut self, who: &str, text: &Template, crlf: bool) -> Result<()> {
        for (name, peer) in &mut self.peers {
            if name != who {
                peer.flush()?;
            }
        }
        self.greet(who, text)?;
        let mut bytes = self.render(who, text)?;
        if crlf {
            bytes.extend_from_slice(b"\r\n");
        }
        let peer = self.peer(who)?;
        ensure!(peer.link.is_some(), "{who} is closed");
        peer.unsent.extend(bytes);
        Ok(())
    }

    /// A connection that isn't there yet is made, reads INFO and sends CONNECT.
    fn greet(&mut self, who: &str, first: &Template) -> Result<()> {
        if self.peers.get(who).is_some_and(|peer| peer.greeted) {
            return Ok(());
        }
        if !self.peers.contains_key(who) {
            self.open(who, &Open::default())?;
            self.read_info(who)?;
        }
        let peer = self.peer(who)?;
        (peer.greeted, peer.speaks) = (true, true);
        if !first.begins_with("CONNECT") {
            peer.unsent
                .extend_from_slice(b"CONNECT {\"verbose\":false}\r\n");
        }
        Ok(())
    }

    fn open(&mut self, who: &str, how: &Open) -> Result<()> {
        let made = self.world.open(how);
        if how.fails {
            return match made {
                Ok(_) => bail!("it succeeded"),
                Err(_) => Ok(()),
            };
        }
        self.peers.insert(who.to_owned(), Peer::new(made?, how.raw));
        let reads_info = how.tls.is_some() || how.websocket.is_some();
        if reads_info && !how.raw {
            self.read_info(who)
        } else {
            Ok(())
        }
    }

    /// INFO that the transcript doesn't mention.
    fn read_info(&mut self, who: &str) -> Result<()> {
        let info = Expected {
            text: Template::parse("INFO ")?,
            json: Some(serde_json::json!({})),
        };
        self.expect(who, &info)
    }

    fn expect_at_one(&mut self, who: &[String], text: &Expected) -> Result<()> {
        let [only] = who else {
            let deadline = self.deadline();
            loop {
                for name in who {
                    let now = real_now();
                    if !matches!(self.compare(name, text, now)?, Verdict::Waits(_)) {
                        return self.expect(name, text);
                    }
                }
                ensure!(real_now() < deadline, "it came at none of them");
                sleep(Duration::from_millis(1));
            }
        };
        if !self.peers.contains_key(only) {
            self.open(only, &Open::default())?;
        }
        self.expect(only, text)
    }

    fn expect(&mut self, who: &str, text: &Expected) -> Result<()> {
        match self.compare(who, text, self.deadline())? {
            Verdict::Fits(len, captures) => {
                self.captured.extend(captures);
                let peer = self.peer(who)?;
                peer.take(len);
                Ok(())
            }
            Verdict::Differs(why) => bail!("{why}"),
            Verdict::Waits(why) => bail!("{why}"),
        }
    }

    /// Waits until what came fits `text`, can't fit any more, or the deadline is over.
    fn compare(&mut self, who: &str, text: &Expected, deadline: Instant) -> Result<Verdict> {
        loop {
            let peer = self
                .peers
                .get(who)
                .with_context(|| format!("no connection {who}"))?;
            let scope = self.scope(peer);
            let verdict = text.compare(&peer.unread, &scope)?;
            let peer = self.peer(who)?;
            match verdict {
                Verdict::Fits(..) => return Ok(verdict),
                Verdict::Differs(_) if peer.answer_ping()? => {}
                Verdict::Differs(_) => return Ok(verdict),
                Verdict::Waits(_) if peer.ended => {
                    return Ok(Verdict::Differs(format!(
                        "closed after: {}",
                        shown(&peer.unread)
                    )));
                }
                Verdict::Waits(_) => match peer.receive(deadline)? {
                    Received::Nothing => {
                        return Ok(Verdict::Waits(format!(
                            "nothing more than: {}",
                            shown(&peer.unread)
                        )));
                    }
                    Received::Bytes | Received::Closed => {}
                },
            }
        }
    }

    fn any_order(&mut self, who: &str, texts: &[Expected]) -> Result<()> {
        let mut left: Vec<&Expected> = texts.iter().collect();
        let deadline = self.deadline();
        while !left.is_empty() {
            let mut verdicts = vec![];
            for text in &left {
                let now = real_now();
                verdicts.push(self.compare(who, text, now)?);
            }
            if let Some(index) = verdicts
                .iter()
                .position(|verdict| matches!(verdict, Verdict::Fits(..)))
            {
                self.expect(who, left.remove(index))?;
            } else if verdicts
                .iter()
                .all(|verdict| matches!(verdict, Verdict::Differs(_)))
                || real_now() >= deadline
            {
                let peer = self.peer(who)?;
                bail!(
                    "{} of {} lines didn't come; there is: {}",
                    left.len(),
                    texts.len(),
                    shown(&peer.unread)
                );
            } else {
                sleep(Duration::from_millis(1));
            }
        }
        Ok(())
    }

    fn sync(&mut self, who: &str) -> Result<()> {
        self.greet(who, &Template::default())?;
        let peer = self.peer(who)?;
        peer.unsent.extend_from_slice(b"PING\r\n");
        peer.flush()?;
        self.expect(
            who,
            &Expected {
                text: Template::parse("PONG\\r\\n")?,
                json: None,
            },
        )
    }

    fn silent(&mut self, who: &str, wait: Duration) -> Result<()> {
        let deadline = real_now() + wait;
        let peer = self.peer(who)?;
        loop {
            let received = peer.receive(deadline)?;
            peer.answer_ping()?;
            ensure!(
                peer.unread.is_empty(),
                "something came: {}",
                shown(&peer.unread)
            );
            match received {
                Received::Nothing => return Ok(()),
                Received::Closed => bail!("it was closed"),
                Received::Bytes => {}
            }
        }
    }

    fn closed(&mut self, who: &str, quietly: bool) -> Result<()> {
        let deadline = self.deadline();
        let peer = self.peer(who)?;
        loop {
            peer.answer_ping()?;
            if !quietly {
                peer.unread.clear();
            }
            let unread = &peer.unread;
            ensure!(unread.is_empty(), "before the end came: {}", shown(unread));
            if peer.ended {
                peer.link = None;
                return Ok(());
            }
            let received = peer.receive(deadline)?;
            ensure!(received != Received::Nothing, "it is still open");
        }
    }

    fn skip(&mut self, who: &str, text: &Template) -> Result<()> {
        let deadline = self.deadline();
        loop {
            let peer = self
                .peers
                .get(who)
                .with_context(|| format!("no connection {who}"))?;
            let found = text.find(&peer.unread, &self.scope(peer))?;
            let peer = self.peer(who)?;
            if let Some((end, captures)) = found {
                peer.take(end);
                self.captured.extend(captures);
                return Ok(());
            }
            let settled = peer.unread.len().saturating_sub(SKIP_TAIL_BYTES);
            peer.take(settled);
            ensure!(!peer.ended, "closed after: {}", shown(&peer.unread));
            ensure!(
                peer.receive(deadline)? != Received::Nothing,
                "nothing more than: {}",
                shown(&peer.unread)
            );
        }
    }

    fn trickle(&mut self, who: &str, pause: Duration, text: &Template) -> Result<()> {
        self.greet(who, text)?;
        let bytes = self.render(who, text)?;
        let peer = self.peer(who)?;
        peer.flush()?;
        for byte in bytes {
            peer.unsent.push(byte);
            peer.flush()?;
            sleep(pause);
        }
        Ok(())
    }

    /// Whatever came and wasn't expected is a failure, and so is a delivery that is still on its way.
    fn finish(&mut self) -> Result<()> {
        self.flush_all()?;
        let names: Vec<String> = self.peers.keys().cloned().collect();
        for who in names {
            let peer = self.peer(&who)?;
            peer.answer_ping()?;
            if peer.link.is_some() && peer.speaks && !peer.ended {
                self.sync(&who)
                    .with_context(|| format!("{who} at the end"))?;
            }
            let peer = self.peer(&who)?;
            // One that was due right now comes behind the answer.
            peer.answer_ping()?;
            ensure!(
                peer.unread.is_empty(),
                "{who} got more than expected: {}",
                shown(&peer.unread)
            );
        }
        Ok(())
    }

    fn flush_all(&mut self) -> Result<()> {
        self.peers.values_mut().try_for_each(Peer::flush)
    }

    fn render(&self, who: &str, text: &Template) -> Result<Vec<u8>> {
        let peer = self
            .peers
            .get(who)
            .with_context(|| format!("no connection {who}"))?;
        text.render(&self.scope(peer))
    }

    fn peer(&mut self, who: &str) -> Result<&mut Peer> {
        self.peers
            .get_mut(who)
            .ok_or_else(|| anyhow!("no connection {who}"))
    }

    fn scope<'s>(&'s self, peer: &'s Peer) -> Names<'s> {
        Names {
            captured: &self.captured,
            nonce: peer.nonce.as_deref(),
            world: Some(&*self.world),
        }
    }

    fn deadline(&self) -> Instant {
        real_now() + self.timeout
    }
}

impl Peer {
    fn new(link: Box<dyn Transport>, greeted: bool) -> Self {
        let link = Some(link);
        Self {
            link,
            unsent: vec![],
            unread: vec![],
            greeted,
            speaks: false,
            nonce: None,
            ended: false,
        }
    }

    fn flush(&mut self) -> Result<()> {
        if let (Some(link), false) = (&mut self.link, self.unsent.is_empty()) {
            link.send(&self.unsent)?;
        }
        self.unsent.clear();
        Ok(())
    }

    fn receive(&mut self, deadline: Instant) -> Result<Received> {
        let Some(link) = &mut self.link else {
            return Ok(Received::Closed);
        };
        let received = link.receive(&mut self.unread, deadline)?;
        self.ended |= received == Received::Closed;
        Ok(received)
    }

    /// Removes what has been read; INFO's nonce is remembered for signatures.
    fn take(&mut self, len: usize) {
        let taken: Vec<u8> = self.unread.drain(..len).collect();
        let info = taken
            .strip_prefix(b"INFO ")
            .and_then(|json| serde_json::from_slice::<serde_json::Value>(json).ok());
        if let Some(nonce) = info.as_ref().and_then(|info| info["nonce"].as_str()) {
            self.nonce = Some(nonce.to_owned());
        }
    }

    /// Answers a PING of the server's that no line mentions.
    fn answer_ping(&mut self) -> Result<bool> {
        if !self.unread.starts_with(b"PING\r\n") {
            return Ok(false);
        }
        self.unread.drain(..b"PING\r\n".len());
        self.unsent.extend_from_slice(b"PONG\r\n");
        self.flush()?;
        Ok(true)
    }
}

/// What an expected text says about the bytes so far.
enum Verdict {
    Fits(usize, Captures),
    Differs(String),
    Waits(String),
}

impl Expected {
    fn compare(&self, unread: &[u8], scope: &dyn Scope) -> Result<Verdict> {
        let (len, mut captures) = match self.text.matches(unread, scope)? {
            Outcome::Match { len, captures } => (len, captures),
            Outcome::Mismatch => return Ok(Verdict::Differs(format!("got: {}", shown(unread)))),
            Outcome::NeedMore => return Ok(Verdict::Waits(String::new())),
        };
        let Some(json) = &self.json else {
            return Ok(Verdict::Fits(len, captures));
        };
        let Some(end) = unread[len..].iter().position(|byte| *byte == b'\n') else {
            return Ok(Verdict::Waits(String::new()));
        };
        let line = &unread[len..=len + end];
        let actual =
            serde_json::from_slice(line).with_context(|| format!("not JSON: {}", shown(line)))?;
        Ok(match json::fits(json, &actual, scope) {
            Ok(found) => {
                captures.extend(found);
                Verdict::Fits(len + end + 1, captures)
            }
            Err(why) => Verdict::Differs(format!("{why}\nin: {actual}")),
        })
    }
}

/// Names a text can use: what was captured, the connection's signature, keys, and the world's names.
struct Names<'n> {
    captured: &'n BTreeMap<String, Vec<u8>>,
    nonce: Option<&'n str>,
    world: Option<&'n dyn WorldNames>,
}

/// The part of a [`World`] that names need.
trait WorldNames {
    fn name(&self, name: &str) -> Option<Vec<u8>>;
}

impl<W: World> WorldNames for W {
    fn name(&self, name: &str) -> Option<Vec<u8>> {
        self.lookup(name)
    }
}

impl Scope for Names<'_> {
    fn lookup(&self, name: &str) -> Option<Vec<u8>> {
        match name.split_once(' ') {
            Some(("nkey", who)) => Some(keys::public_key(who).into_bytes()),
            Some(("seed", who)) => Some(keys::seed(who).into_bytes()),
            Some(("sign", who)) => self.nonce.map(|nonce| keys::sign(who, nonce).into_bytes()),
            Some(_) => None,
            None => self
                .captured
                .get(name)
                .cloned()
                .or_else(|| self.world?.name(name)),
        }
    }
}

/// Bytes for people: escaped, and cut when long.
fn shown(bytes: &[u8]) -> String {
    let end = bytes.len().min(SHOWN_BYTES_MAX);
    let mut text = bytes[..end].escape_ascii().to_string();
    if end < bytes.len() {
        text.push_str(&format!(" … ({} bytes)", bytes.len()));
    }
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        text
    }
}
