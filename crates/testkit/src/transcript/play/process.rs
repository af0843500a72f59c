//! The world of a transcript that is played against a real server process.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::super::json;
use super::super::template::{Captures, Scope, Template};
use super::super::{Action, Body, Http, Open, Setup};
use super::World;
use crate::clock::real_now;
use crate::connection::{Chunking, Link, TlsChoice, Transport, WebSocket};
use crate::http;
use crate::server::{PORT_NAMES, Place, Server, Signal};

/// Pause between two looks at something that is expected to change.
const POLL: Duration = Duration::from_millis(10);
/// How long a WebSocket upgrade may take.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(3);

/// A server process, or only the place for one when a section just runs the program.
pub struct ProcessWorld {
    home: Home,
    chunking: Chunking,
    /// How much of the log earlier steps have read.
    log_read: usize,
}

enum Home {
    Running(Box<Server>),
    Empty(Box<Place>),
}

impl ProcessWorld {
    /// Starts `binary` with what a section asks for.
    pub fn start(binary: &std::path::Path, setup: &Setup, chunking: Chunking) -> Result<Self> {
        let mut server = Server::configure(binary);
        if setup.monitor {
            server = server.monitor();
        }
        if let Some(conf) = &setup.conf {
            server = server.conf(conf);
        }
        if setup.no_conf {
            server = server.without_conf();
        }
        server = setup
            .args
            .iter()
            .fold(server, |server, arg| server.arg(arg));
        server = setup
            .env
            .iter()
            .fold(server, |server, (name, value)| server.env(name, value));
        server = setup
            .files
            .iter()
            .fold(server, |server, (name, text)| server.file(name, text));
        let home = match setup.no_server {
            true => Home::Empty(Box::new(server.place()?)),
            false => Home::Running(Box::new(server.start()?)),
        };
        Ok(Self {
            home,
            chunking,
            log_read: 0,
        })
    }

    /// The end of the server's log, for reports.
    pub fn log_tail(&self, lines: usize) -> String {
        let Home::Running(server) = &self.home else {
            return String::new();
        };
        let log = server.log();
        let all: Vec<&str> = log.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    fn place(&self) -> &Place {
        match &self.home {
            Home::Running(server) => server.place(),
            Home::Empty(place) => place,
        }
    }

    fn server(&mut self) -> Result<&mut Server> {
        match &mut self.home {
            Home::Running(server) => Ok(server),
            Home::Empty(_) => bail!("this section has no server"),
        }
    }

    fn link(&self, how: &Open) -> Result<Link> {
        let name = if how.port.is_empty() {
            "port"
        } else {
            &how.port
        };
        ensure!(PORT_NAMES.contains(&name), "no port is called {name}");
        let port = self.place().port(name);
        let address = match how.ipv6 {
            true => (Ipv6Addr::LOCALHOST, port).into(),
            false => (Ipv4Addr::LOCALHOST, port).into(),
        };
        match &how.tls {
            Some(choice) => Link::tls(address, choice, self.chunking),
            None => Link::plain(address, self.chunking),
        }
    }

    /// Waits for a line of the log that nobody has read yet.
    fn log(&mut self, text: &Template, scope: &dyn Scope, deadline: Instant) -> Result<Captures> {
        loop {
            let log = self.server()?.log();
            let mut start = self.log_read;
            for line in log[self.log_read..]
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'))
            {
                start += line.len();
                if let Some((_, captures)) = text.find(line.as_bytes(), scope)? {
                    self.log_read = start;
                    return Ok(captures);
                }
            }
            ensure!(
                real_now() < deadline,
                "no such line in the rest of the log:\n{}",
                &log[self.log_read..]
            );
            sleep(POLL);
        }
    }

    fn no_log(&mut self, text: &Template, scope: &dyn Scope) -> Result<Captures> {
        let log = self.server()?.log();
        match log
            .lines()
            .find(|line| matches!(text.find(line.as_bytes(), scope), Ok(Some(_))))
        {
            Some(line) => bail!("the log has it: {line}"),
            None => Ok(vec![]),
        }
    }

    fn http(&mut self, ask: &Http, scope: &dyn Scope, deadline: Instant) -> Result<Captures> {
        let address = ([127, 0, 0, 1], self.place().port("http")).into();
        let tls = ask.tls.then(|| TlsChoice {
            first: true,
            ..TlsChoice::default()
        });
        let path = self.place().fill(&ask.request)?;
        poll(deadline, || {
            let answer = http::get(
                address,
                tls.as_ref(),
                &fill_captured(&path, scope)?,
                deadline,
            )?;
            check_answer(ask, &answer, scope)
        })
    }

    fn run(
        &self,
        args: &[String],
        exit: Option<i32>,
        says: &[Template],
        scope: &dyn Scope,
    ) -> Result<Captures> {
        let args = args
            .iter()
            .map(|arg| fill_captured(&self.place().fill(arg)?, scope))
            .collect::<Result<Vec<_>>>()?;
        let ended = self.place().run(&args, super::STEP_TIMEOUT)?;
        ensure!(
            exit.is_none() || exit == ended.code,
            "it exited with {:?}:\n{}",
            ended.code,
            head(&ended.text)
        );
        for text in says {
            let found = ended
                .text
                .lines()
                .any(|line| matches!(text.find(line.as_bytes(), scope), Ok(Some(_))));
            ensure!(found, "it doesn't say {text:?}:\n{}", head(&ended.text));
        }
        Ok(vec![])
    }

    fn contents(
        &self,
        path: &str,
        text: Option<&Template>,
        scope: &dyn Scope,
        deadline: Instant,
    ) -> Result<Captures> {
        let path = fill_captured(&self.place().fill(path)?, scope)?;
        poll(deadline, || {
            let contents = std::fs::read(&path);
            let Some(text) = text else {
                ensure!(contents.is_err(), "{path} is there");
                return Ok(vec![]);
            };
            let contents = contents.with_context(|| path.clone())?;
            let mut lines = contents.split(|byte| *byte == b'\n');
            let found = lines.find_map(|line| text.find(line, scope).ok().flatten());
            found
                .map(|(_, captures)| captures)
                .with_context(|| String::from_utf8_lossy(&contents).into_owned())
        })
    }

    fn rewrite(
        &mut self,
        conf: &str,
        reload: bool,
        scope: &dyn Scope,
        deadline: Instant,
    ) -> Result<Captures> {
        self.place().write_conf(conf)?;
        if !reload {
            return Ok(vec![]);
        }
        self.server()?.signal(Signal::HUP)?;
        self.log(
            &Template::parse("Reloaded server configuration")?,
            scope,
            deadline,
        )
    }
}

impl World for ProcessWorld {
    fn open(&mut self, how: &Open) -> Result<Box<dyn Transport>> {
        let link: Box<dyn Transport> = Box::new(self.link(how)?);
        match &how.websocket {
            None => Ok(link),
            Some((path, headers)) => Ok(Box::new(WebSocket::upgrade(
                link,
                path,
                headers,
                real_now() + UPGRADE_TIMEOUT,
            )?)),
        }
    }

    fn lookup(&self, name: &str) -> Option<Vec<u8>> {
        match (name, &self.home) {
            ("pid", Home::Running(server)) => Some(server.pid().to_string().into_bytes()),
            ("dir", _) => Some(self.place().dir().display().to_string().into_bytes()),
            (port, _) if PORT_NAMES.contains(&port) => {
                Some(self.place().port(port).to_string().into_bytes())
            }
            _ => None,
        }
    }

    fn act(&mut self, action: &Action, scope: &dyn Scope, deadline: Instant) -> Result<Captures> {
        let names = PORT_NAMES.iter().chain(&["pid", "dir"]);
        let used: Vec<(&str, Vec<u8>)> = names
            .filter_map(|name| Some((*name, self.lookup(name)?)))
            .collect();
        let scope = &WithServer { used, inner: scope };
        match action {
            Action::Http(ask) => self.http(ask, scope, deadline),
            Action::Log { text, wanted: true } => self.log(text, scope, deadline),
            Action::Log {
                text,
                wanted: false,
            } => self.no_log(text, scope),
            Action::Rewrite { conf, reload } => self.rewrite(conf, *reload, scope, deadline),
            Action::Run { args, exit, says } => self.run(args, *exit, says, scope),
            Action::Contents { path, text } => self.contents(path, text.as_ref(), scope, deadline),
            Action::Signal(name) => {
                let signal = signal_named(name)?;
                self.server()?.signal(signal)?;
                Ok(vec![])
            }
            Action::Restart(name) => {
                let signal = signal_named(name)?;
                self.server()?.restart(signal)?;
                self.log_read = 0;
                Ok(vec![])
            }
            Action::Exits(code) => {
                let ended = self
                    .server()?
                    .wait(deadline.saturating_duration_since(real_now()))?;
                ensure!(
                    ended == Some(*code),
                    "it ended with {ended:?} (None: it still runs)"
                );
                Ok(vec![])
            }
            Action::MemoryBelow { bytes } => {
                let resident = self.server()?.resident_bytes()?;
                ensure!(resident < *bytes, "it uses {} MB", resident >> 20);
                Ok(vec![])
            }
            other => bail!("{other:?} doesn't concern the server"),
        }
    }
}

/// The names of the server, then those of the transcript.
struct WithServer<'s> {
    used: Vec<(&'s str, Vec<u8>)>,
    inner: &'s dyn Scope,
}

impl Scope for WithServer<'_> {
    fn lookup(&self, name: &str) -> Option<Vec<u8>> {
        let own = self.used.iter().find(|(known, _)| *known == name);
        own.map(|(_, value)| value.clone())
            .or_else(|| self.inner.lookup(name))
    }
}

fn signal_named(name: &str) -> Result<Signal> {
    Ok(match name {
        "HUP" => Signal::HUP,
        "INT" => Signal::INT,
        "TERM" => Signal::TERM,
        "KILL" => Signal::KILL,
        "USR1" => Signal::USR1,
        "USR2" => Signal::USR2,
        other => bail!("no signal {other}"),
    })
}

/// Fills names of the transcript into a path or argument.
fn fill_captured(text: &str, scope: &dyn Scope) -> Result<String> {
    Ok(String::from_utf8(Template::parse(text)?.render(scope)?)?)
}

/// Repeats a check until it holds or the deadline is over; its last error counts.
fn poll(deadline: Instant, mut check: impl FnMut() -> Result<Captures>) -> Result<Captures> {
    loop {
        match check() {
            Err(_) if real_now() < deadline => sleep(POLL),
            settled => return settled,
        }
    }
}

/// The beginning of a long text, for reports.
fn head(text: &str) -> String {
    text.chars().take(super::SHOWN_BYTES_MAX).collect()
}

fn check_answer(ask: &Http, answer: &http::Answer, scope: &dyn Scope) -> Result<Captures> {
    let text = answer.text();
    ensure!(
        answer.status == ask.status,
        "status {}: {text}",
        answer.status
    );
    for (name, value) in &ask.headers {
        let got = answer
            .header(name)
            .with_context(|| format!("no header {name} in {:?}", answer.headers))?;
        ensure!(
            value.find(got.as_bytes(), scope)?.is_some(),
            "header {name} is {got}"
        );
    }
    match &ask.body {
        Body::Any => Ok(vec![]),
        Body::Json(wanted) => {
            let actual =
                serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))?;
            json::fits(wanted, &actual, scope).map_err(|why| anyhow::anyhow!("{why}"))
        }
        Body::Text(wanted) => {
            let found = text
                .lines()
                .find_map(|line| wanted.find(line.as_bytes(), scope).ok().flatten());
            found
                .map(|(_, captures)| captures)
                .with_context(|| format!("the body is: {}", head(&text)))
        }
    }
}
