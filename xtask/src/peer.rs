//! A client of a few lines: it writes text and reads messages.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

const PATIENCE: Duration = Duration::from_secs(20);

/// What came.
#[derive(Clone, Debug)]
pub struct Got {
    pub subject: String,
    pub sid: usize,
    pub reply: Option<String>,
    pub body: String,
}

pub struct Peer {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    out: String,
    /// What came and wasn't taken.
    got: Vec<Got>,
    pub errors: Vec<String>,
}

impl Peer {
    pub fn new(address: SocketAddr, user: &str) -> Result<Self> {
        let writer = TcpStream::connect(address)?;
        writer.set_read_timeout(Some(PATIENCE))?;
        let mut peer = Self {
            reader: BufReader::new(writer.try_clone()?),
            writer,
            out: String::new(),
            got: Vec::new(),
            errors: Vec::new(),
        };
        peer.line()?;
        peer.say(&format!(
            "CONNECT {{\"verbose\":false,\"headers\":true,\"user\":{user:?},\"pass\":\"p\"}}"
        ));
        peer.sync()?;
        Ok(peer)
    }

    /// A line that goes out with the next [`Peer::sync`].
    pub fn say(&mut self, line: &str) {
        self.out += line;
        self.out += "\r\n";
    }

    pub fn publish(&mut self, subject: &str, reply: &str, body: &str) {
        self.say(&format!("PUB {subject} {reply} {}\r\n{body}", body.len()));
    }

    pub fn publish_with(&mut self, subject: &str, headers: &str, body: &str) {
        let block = format!("NATS/1.0\r\n{headers}\r\n\r\n");
        let all = block.len() + body.len();
        self.say(&format!(
            "HPUB {subject} {} {all}\r\n{block}{body}",
            block.len()
        ));
    }

    /// Sends, and reads until the server has seen all of it.
    pub fn sync(&mut self) -> Result<()> {
        self.say("PING");
        let out = std::mem::take(&mut self.out);
        self.writer.write_all(out.as_bytes())?;
        while self.read_one()?.as_str() != "PONG" {}
        Ok(())
    }

    /// A request whose answer is waited for.
    pub fn ask(&mut self, subject: &str, inbox: &str, body: &str) -> Result<String> {
        self.publish(subject, inbox, body);
        self.sync()?;
        self.next_of(inbox)
    }

    /// The body of the first message on `subject`, which is waited for.
    pub fn next_of(&mut self, subject: &str) -> Result<String> {
        loop {
            if let Some(at) = self.got.iter().position(|got| got.subject == subject) {
                return Ok(self.got.remove(at).body);
            }
            self.read_one()?;
        }
    }

    /// Waits for this many messages; all that came.
    pub fn gather(&mut self, count: usize) -> Result<Vec<Got>> {
        while self.got.len() < count {
            self.read_one()?;
        }
        Ok(self.take())
    }

    /// All that came.
    pub fn take(&mut self) -> Vec<Got> {
        std::mem::take(&mut self.got)
    }

    /// Reads and forgets messages up to one without a body, which ends an answer of many.
    pub fn skip_answers(&mut self) -> Result<()> {
        while !self.take().iter().any(|got| got.body.is_empty()) {
            self.read_one()?;
        }
        Ok(())
    }

    /// Reads and forgets this many messages.
    pub fn skip(&mut self, count: usize) -> Result<()> {
        let mut seen = 0;
        while seen < count {
            self.read_one()?;
            seen += usize::from(self.got.pop().is_some());
        }
        Ok(())
    }

    /// Reads one thing; the verb of what it was.
    fn read_one(&mut self) -> Result<String> {
        let line = self.line()?;
        let mut words = line.split(' ');
        let verb = words.next().unwrap_or_default().to_owned();
        match verb.as_str() {
            "MSG" | "HMSG" => self.message(&line)?,
            "-ERR" => self.errors.push(line),
            "PING" => self.writer.write_all(b"PONG\r\n")?,
            _ => {}
        }
        Ok(verb)
    }

    fn message(&mut self, line: &str) -> Result<()> {
        let words: Vec<&str> = line.split(' ').collect();
        let has_headers = words[0] == "HMSG";
        let tail = if has_headers { 2 } else { 1 };
        let number = |at: usize| words.get(at).and_then(|word| word.parse::<usize>().ok());
        let (sid, len) = (number(2), number(words.len() - 1));
        let (sid, len) = sid.zip(len).with_context(|| format!("a message: {line}"))?;
        let head = if has_headers {
            number(words.len() - 2).unwrap_or(0)
        } else {
            0
        };
        let mut bytes = vec![0; len + 2];
        self.reader.read_exact(&mut bytes)?;
        self.got.push(Got {
            subject: words[1].to_owned(),
            sid,
            reply: (words.len() == 4 + tail).then(|| words[3].to_owned()),
            body: String::from_utf8_lossy(&bytes[head..len]).into_owned(),
        });
        Ok(())
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            bail!("the server closed; errors so far: {:?}", self.errors);
        }
        Ok(line.trim_end().to_owned())
    }
}
