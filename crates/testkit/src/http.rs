//! A GET request and its answer: enough for the monitoring pages.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::connection::{Chunking, Link, Received, TlsChoice, Transport};

/// An HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without its transfer coding.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header called `name` (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends one request and reads the whole answer. `request` is `PATH`, or `METHOD PATH`.
pub fn get(
    address: SocketAddr,
    tls: Option<&TlsChoice>,
    request: &str,
    deadline: Instant,
) -> Result<Answer> {
    let mut link = match tls {
        Some(choice) => Link::tls(address, choice, Chunking::AllAtOnce)?,
        None => Link::plain(address, Chunking::AllAtOnce)?,
    };
    let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
    link.send(
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .as_bytes(),
    )?;
    let mut raw = vec![];
    loop {
        match link.receive(&mut raw, deadline)? {
            Received::Bytes => {}
            Received::Closed => return parse(&raw),
            Received::Nothing => bail!("{path}: no complete answer"),
        }
    }
}

fn parse(raw: &[u8]) -> Result<Answer> {
    let end = raw
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .context("no end of the headers")?;
    let head = std::str::from_utf8(&raw[..end])?;
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .with_context(|| first.to_owned())?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer {
        status,
        headers,
        body: raw[end + 4..].to_vec(),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = unchunk(&answer.body)?;
    }
    Ok(answer)
}

fn unchunk(mut coded: &[u8]) -> Result<Vec<u8>> {
    let mut body = vec![];
    loop {
        let line = coded
            .windows(2)
            .position(|window| window == b"\r\n")
            .context("a chunk without size")?;
        let len = usize::from_str_radix(std::str::from_utf8(&coded[..line])?.trim(), 16)?;
        coded = &coded[line + 2..];
        if len == 0 {
            return Ok(body);
        }
        ensure!(coded.len() >= len + 2, "a chunk was cut off");
        body.extend_from_slice(&coded[..len]);
        coded = &coded[len + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        let raw =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        let answer = parse(raw).unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (200, "abcd"));
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab").is_err());
    }
}
