//! From the text of a transcript to its steps.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::template::Template;
use super::{Action, Body, Expected, Http, Only, Open, Row, Script, Section, Setup, Step};
use crate::connection::TlsChoice;

impl Script {
    /// Reads and parses a file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        Self::parse(path, &text)
    }

    /// Parses the text of a file; `path` is only its name.
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        let mut file = File::default();
        for (number, line) in lines(text) {
            file.take(&line)
                .with_context(|| format!("{}:{number}: {}", path.display(), line.text))?;
        }
        Ok(Self {
            path: path.to_owned(),
            sections: file.finish(),
        })
    }
}

/// A line and the indented ones below it.
#[derive(Debug)]
struct Line {
    number: usize,
    text: String,
    body: Vec<String>,
}

impl Line {
    fn body(&self) -> String {
        self.body.iter().flat_map(|line| [line, "\n"]).collect()
    }
}

/// Joins indented lines with the line that they belong to.
fn lines(text: &str) -> Vec<(usize, Line)> {
    let mut lines: Vec<(usize, Line)> = vec![];
    for (index, text) in text.lines().enumerate() {
        let number = index + 1;
        let indented = text.strip_prefix("  ").or_else(|| text.strip_prefix('\t'));
        match (indented, lines.last_mut()) {
            (Some(body), Some((_, line))) => line.body.push(body.to_owned()),
            _ if text.trim().is_empty() || text.starts_with('#') => {}
            _ => lines.push((
                number,
                Line {
                    number,
                    text: text.to_owned(),
                    body: vec![],
                },
            )),
        }
    }
    lines
}

#[derive(Default)]
struct File {
    sections: Vec<Section>,
    setup: Setup,
    before: Vec<Step>,
    after: Vec<Step>,
}

impl File {
    fn take(&mut self, line: &Line) -> Result<()> {
        if let Some(header) = line.text.strip_prefix("== ") {
            let mut section = header_of(header, line.number)?;
            section.setup = self.setup.clone();
            section.steps.clone_from(&self.before);
            self.sections.push(section);
            return Ok(());
        }
        match (line.text.as_str(), self.sections.is_empty()) {
            ("before:", true) => self.before = steps_of(line)?,
            ("after:", true) => self.after = steps_of(line)?,
            (_, true) => ensure!(
                setup_line(&mut self.setup, line)?,
                "a step before the first section"
            ),
            (_, false) => {
                let section = self.sections.last_mut().context("a section")?;
                if !setup_line(&mut section.setup, line)? {
                    section.steps.push(step_of(line)?);
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<Section> {
        for section in &mut self.sections {
            section.steps.extend(self.after.iter().cloned());
            let asks = |step: &Step| {
                matches!(&step.action, Action::Http(_)) || step.text.contains("<http>")
            };
            section.setup.monitor |= section.steps.iter().any(asks);
        }
        self.sections
    }
}

/// `name words #14 #15~ @tag`
fn header_of(header: &str, line: usize) -> Result<Section> {
    let mut section = Section {
        line,
        ..Section::default()
    };
    let mut words = vec![];
    for word in header.split_whitespace() {
        if let Some(row) = word.strip_prefix('#') {
            let whole = !row.ends_with('~');
            let number = row
                .trim_end_matches('~')
                .parse()
                .with_context(|| format!("row {word}"))?;
            section.rows.push(Row { number, whole });
        } else if let Some(tag) = word.strip_prefix('@') {
            section.tags.push(tag.to_owned());
        } else {
            words.push(word);
        }
    }
    section.name = words.join(" ");
    ensure!(!section.name.is_empty(), "a section needs a name");
    ensure!(
        !section.rows.is_empty(),
        "a section needs the row that it shows (#14)"
    );
    Ok(section)
}

/// Takes a line that describes the server; false when it is a step.
fn setup_line(setup: &mut Setup, line: &Line) -> Result<bool> {
    let (key, value) = line
        .text
        .split_once(':')
        .map_or((line.text.as_str(), ""), |(key, value)| (key, value.trim()));
    match key {
        "conf" => setup.conf.get_or_insert_default().push_str(&line.body()),
        "no conf" => setup.no_conf = true,
        "no server" => setup.no_server = true,
        "args" => setup
            .args
            .extend(value.split_whitespace().map(str::to_owned)),
        "env" => {
            let (name, value) = value.split_once('=').context("env: NAME=value")?;
            setup.env.push((name.to_owned(), value.to_owned()));
        }
        "file" => setup.files.push((value.to_owned(), line.body())),
        "file only" => setup.file_only = true,
        "only ours" => setup.only = Some(Only::Ours),
        "only reference" => setup.only = Some(Only::Reference),
        _ => return Ok(false),
    }
    ensure!(
        !key.contains("only") || !value.is_empty(),
        "`only` needs a reason"
    );
    Ok(true)
}

fn steps_of(line: &Line) -> Result<Vec<Step>> {
    lines(&line.body())
        .iter()
        .map(|(_, step)| reparse(line.number, step.text.clone()))
        .collect()
}

/// The step of a line that stands alone.
pub(super) fn reparse(number: usize, text: String) -> Result<Step> {
    step_of(&Line {
        number,
        text,
        body: vec![],
    })
}

fn step_of(line: &Line) -> Result<Step> {
    let action = action_of(line)?;
    let text = std::iter::once(&line.text)
        .chain(&line.body)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    Ok(Step {
        line: line.number,
        text,
        action,
    })
}

fn action_of(line: &Line) -> Result<Action> {
    if let Some(names) = line.text.strip_prefix("one of ") {
        let (names, text) = names.split_once('<').context("one of A, B< text")?;
        let who = names
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect();
        return Ok(Action::Expect {
            who,
            text: expected(text)?,
        });
    }
    if let Some((who, mark, rest)) = connection_line(&line.text) {
        return match mark {
            '>' => {
                let rest = rest.strip_prefix(' ').unwrap_or(rest);
                let open = rest.ends_with('\\') && !rest.ends_with("\\\\");
                let text = Template::parse(if open { &rest[..rest.len() - 1] } else { rest })?;
                Ok(Action::Send {
                    who,
                    text,
                    crlf: !open,
                })
            }
            '<' => Ok(Action::Expect {
                who: vec![who],
                text: expected(rest)?,
            }),
            _ => verb(who, rest.trim(), line),
        };
    }
    server_line(line)
}

/// `A> …`, `A< …` or `A: …`: names begin with a capital.
fn connection_line(text: &str) -> Option<(String, char, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
    let mark = text[end..].chars().next()?;
    let named = text.starts_with(|c: char| c.is_ascii_uppercase());
    (named && matches!(mark, '>' | '<' | ':'))
        .then(|| (text[..end].to_owned(), mark, &text[end + 1..]))
}

/// An expected line; CRLF is implied unless it ends with `\`.
fn expected(text: &str) -> Result<Expected> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    if let Some((before, json)) = text.split_once("~{") {
        let json = serde_json::from_str(&format!("{{{json}")).context("the JSON after ~")?;
        return Ok(Expected {
            text: Template::parse(before)?,
            json: Some(json),
        });
    }
    let open = text.ends_with('\\') && !text.ends_with("\\\\");
    let text = match open {
        true => Template::parse(&text[..text.len() - 1])?,
        false => Template::parse(text)?.then(b"\r\n"),
    };
    Ok(Expected { text, json: None })
}

fn verb(who: String, text: &str, line: &Line) -> Result<Action> {
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    Ok(match (verb, rest) {
        ("any", "order") => {
            let texts = line
                .body
                .iter()
                .map(|text| expected(text))
                .collect::<Result<_>>()?;
            Action::AnyOrder { who, texts }
        }
        ("sync", "") => Action::Sync { who },
        ("silent", "") => Action::Silent {
            who,
            wait: Duration::from_millis(100),
        },
        ("silent", wait) => Action::Silent {
            who,
            wait: millis(wait)?,
        },
        ("closed", "") => Action::Closed { who, quietly: true },
        ("gone", "") => Action::Closed {
            who,
            quietly: false,
        },
        ("close", "") => Action::Close { who },
        ("skip", rest) => Action::Skip {
            who,
            text: Template::parse(rest.strip_prefix("to ").context("skip to TEXT")?)?,
        },
        ("trickle", rest) => {
            let (pause, text) = rest.split_once(' ').context("trickle MS TEXT")?;
            Action::Trickle {
                who,
                pause: millis(pause)?,
                text: Template::parse(text)?.then(b"\r\n"),
            }
        }
        ("raw", "ipv6") => {
            let how = Open {
                ipv6: true,
                raw: true,
                ..Open::default()
            };
            Action::Open { who, how }
        }
        ("raw", port) => Action::Open {
            who,
            how: Open {
                port: port.to_owned(),
                raw: true,
                ..Open::default()
            },
        },
        ("tls", options) => Action::Open {
            who,
            how: tls(options)?,
        },
        ("ws", options) => Action::Open {
            who,
            how: websocket(options)?,
        },
        _ => bail!("no such verb"),
    })
}

fn tls(options: &str) -> Result<Open> {
    let mut how = Open::default();
    let mut choice = TlsChoice::default();
    for option in options.split_whitespace() {
        match option.split_once('=').unwrap_or((option, "")) {
            ("first", "") => choice.first = true,
            ("old", "") => choice.old = true,
            ("fails", "") => how.fails = true,
            ("raw", "") => how.raw = true,
            ("cert", name) => choice.certificate = Some(name.to_owned()),
            ("ca", name) => choice.authority = Some(name.to_owned()),
            (port, "") => port.clone_into(&mut how.port),
            _ => bail!("no such option: {option}"),
        }
    }
    how.tls = Some(choice);
    Ok(how)
}

fn websocket(options: &str) -> Result<Open> {
    let mut how = Open {
        port: "ws".to_owned(),
        ..Open::default()
    };
    let (mut path, mut headers) = ("/".to_owned(), String::new());
    for option in options.split_whitespace() {
        match option.split_once('=').unwrap_or((option, "")) {
            ("tls", "") => {
                "wss".clone_into(&mut how.port);
                how.tls = Some(TlsChoice {
                    first: true,
                    ..TlsChoice::default()
                });
            }
            ("fails", "") => how.fails = true,
            ("path", value) => value.clone_into(&mut path),
            ("header", value) => {
                headers.push_str(&value.replacen(':', ": ", 1));
                headers.push_str("\r\n");
            }
            _ => bail!("no such option: {option}"),
        }
    }
    how.websocket = Some((path, headers));
    Ok(how)
}

fn server_line(line: &Line) -> Result<Action> {
    let (word, rest) = line.text.split_once(' ').unwrap_or((&line.text, ""));
    Ok(match word {
        "hold" => Action::Hold {
            count: rest.parse()?,
        },
        "http" => Action::Http(http(rest, line)?),
        "log" => Action::Log {
            text: Template::parse(rest)?,
            wanted: true,
        },
        "no" => {
            let text = rest.strip_prefix("log ").context("no log TEXT")?;
            Action::Log {
                text: Template::parse(text)?,
                wanted: false,
            }
        }
        "rewrite:" => Action::Rewrite {
            conf: line.body(),
            reload: false,
        },
        "reload:" => Action::Rewrite {
            conf: line.body(),
            reload: true,
        },
        "signal" => Action::Signal(rest.to_owned()),
        "restart" if rest.is_empty() => Action::Restart("TERM".to_owned()),
        "restart" => Action::Restart(rest.to_owned()),
        "exits" => Action::Exits(rest.parse()?),
        "contents" => {
            let (path, text) = rest.split_once(' ').context("contents PATH TEXT")?;
            let text = (text != "absent")
                .then(|| Template::parse(text))
                .transpose()?;
            Action::Contents {
                path: path.to_owned(),
                text,
            }
        }
        "memory" => {
            let mb = rest
                .strip_prefix("below ")
                .and_then(|rest| rest.strip_suffix(" MB"));
            Action::MemoryBelow {
                bytes: mb.context("memory below N MB")?.parse::<u64>()? << 20,
            }
        }
        "run" => run(rest, line)?,
        "wait" => Action::Wait(millis(rest)?),
        "timeout" => Action::Timeout(millis(rest)?),
        _ => bail!("neither a connection's line nor a verb"),
    })
}

/// `http [POST ]PATH STATUS [TEXT]`, with JSON or `http …` lines below.
fn http(rest: &str, line: &Line) -> Result<Http> {
    let words: Vec<&str> = rest.splitn(4, ' ').collect();
    let (request, status, text) = match words[..] {
        [method, path, status, ref text @ ..]
            if method.bytes().all(|byte| byte.is_ascii_uppercase()) =>
        {
            (format!("{method} {path}"), status, text.join(" "))
        }
        [path, status, ref text @ ..] => (path.to_owned(), status, text.join(" ")),
        _ => bail!("http PATH STATUS"),
    };
    let status = status.parse().context("the status")?;
    let mut http = Http {
        request,
        status,
        body: Body::Any,
        headers: vec![],
        tls: false,
    };
    let mut body = text;
    for line in &line.body {
        if let Some(header) = line.strip_prefix("http header ") {
            let (name, value) = header.split_once(": ").context("http header NAME: VALUE")?;
            http.headers
                .push((name.to_ascii_lowercase(), Template::parse(value)?));
        } else if line == "http tls" {
            http.tls = true;
        } else {
            body.push_str(line);
        }
    }
    let body = body.trim();
    http.body = match body.chars().next() {
        None => Body::Any,
        Some('{' | '[') => {
            Body::Json(serde_json::from_str::<Value>(body).context("the JSON of the body")?)
        }
        Some(_) => Body::Text(Template::parse(body)?),
    };
    Ok(http)
}

fn run(args: &str, line: &Line) -> Result<Action> {
    let args = args.split_whitespace().map(str::to_owned).collect();
    let (mut exit, mut says) = (None, vec![]);
    for line in &line.body {
        match line.split_once(' ') {
            Some(("exit", code)) => exit = Some(code.parse()?),
            Some(("says", text)) => says.push(Template::parse(text)?),
            _ => bail!("below `run`: `exit CODE` or `says TEXT`, not {line}"),
        }
    }
    Ok(Action::Run { args, exit, says })
}

fn millis(text: &str) -> Result<Duration> {
    Ok(Duration::from_millis(
        text.parse()
            .with_context(|| format!("milliseconds: {text}"))?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Script> {
        Script::parse(Path::new("x.t"), text)
    }

    #[test]
    fn a_section_has_a_name_rows_and_tags() {
        let script = parse("# why\n== two words #14 #15~ @error\nA> PING\nA< PONG\n").unwrap();
        let section = &script.sections[0];
        assert_eq!(
            (section.name.as_str(), section.line, section.steps.len()),
            ("two words", 2, 2)
        );
        assert_eq!(
            section.rows,
            [
                Row {
                    number: 14,
                    whole: true
                },
                Row {
                    number: 15,
                    whole: false
                }
            ]
        );
        assert_eq!(section.tags, ["error"]);
        assert!(section.is_plain());
    }

    #[test]
    fn what_a_file_begins_with_holds_for_all_its_sections() {
        let script = parse("conf:\n  debug: true\nafter:\n  B: sync\n== one #1\nconf:\n  trace: true\nhttp / 200\n== two #2\n").unwrap();
        assert_eq!(
            script.sections[0].setup.conf.as_deref(),
            Some("debug: true\ntrace: true\n")
        );
        assert_eq!(
            script.sections[1].setup.conf.as_deref(),
            Some("debug: true\n")
        );
        assert_eq!(script.sections[1].steps.len(), 1);
        assert!(script.sections[0].setup.monitor && !script.sections[1].setup.monitor);
    }

    #[test]
    fn a_restart_is_gentle_unless_it_names_a_signal() {
        let script = parse("== x #1\nrestart\nrestart KILL\n").unwrap();
        let signals: Vec<_> = script.sections[0]
            .steps
            .iter()
            .map(|step| match &step.action {
                Action::Restart(signal) => signal.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(signals, ["TERM", "KILL"]);
        assert!(!script.sections[0].is_plain());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for text in [
            "A> PING",
            "== x",
            "== x #1\nA: jump",
            "== x #1\nlog <",
            "== x #1\nhttp",
            "== #1",
            "== x #1\nonly ours:",
            "== x #1\nfile only:",
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(
                error.starts_with(&format!("x.t:{}: ", text.lines().count())),
                "{error}"
            );
        }
    }

    #[test]
    fn an_http_step_may_span_lines() {
        let script =
            parse("== x #1\nhttp /varz 200\n  {\"a\": 1,\n  \"b\": 2}\n  http header X-Y: z\n")
                .unwrap();
        let Action::Http(http) = &script.sections[0].steps[0].action else {
            panic!("it is one")
        };
        assert_eq!(
            (http.request.as_str(), http.status, http.headers.len()),
            ("/varz", 200, 1)
        );
        assert!(matches!(&http.body, Body::Json(json) if json["b"] == 2));
    }
}
