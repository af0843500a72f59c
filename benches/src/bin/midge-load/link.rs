//! One connection: handshake, and a read buffer out of which frames are cut.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use midge_wire::{Limits, ServerFrame, decode_server};

/// Nothing a server owes us may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Protocol 0: no second INFO may come between deliveries.
const CONNECT: &[u8] = b"CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":true,\"headers\":true,\
    \"no_responders\":true,\"protocol\":0,\"name\":\"load\",\"lang\":\"raw\",\"version\":\"1\"}\r\n";

/// A blocking connection behind its handshake.
pub(crate) struct Link {
    pub(crate) stream: TcpStream,
    buf: Vec<u8>,
    start: usize,
    end: usize,
}

impl Link {
    /// Connects and waits for the first PONG.
    pub(crate) fn open(addr: SocketAddr, buf_len: usize) -> Result<Self> {
        let stream = TcpStream::connect(addr).context("connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut link = Self {
            stream,
            buf: vec![0; buf_len],
            start: 0,
            end: 0,
        };
        link.stream.write_all(CONNECT)?;
        link.sync()?;
        Ok(link)
    }

    /// Returns when the server has done all that was sent before.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.stream.write_all(b"PING\r\n")?;
        loop {
            let pong = self.frames(|frame| matches!(frame, ServerFrame::Pong))?;
            if pong > 0 {
                return Ok(());
            }
        }
    }

    /// Reads once and shows each whole frame to `f`; returns how often it said yes. Answers PING by itself.
    pub(crate) fn frames(&mut self, mut f: impl FnMut(ServerFrame<'_>) -> bool) -> Result<usize> {
        self.fill()?;
        let mut hits = 0;
        let limits = Limits::CLIENT;
        while let Some((frame, used)) = decode_server(&self.buf[self.start..self.end], &limits)? {
            match frame {
                ServerFrame::Ping => self.stream.write_all(b"PONG\r\n")?,
                ServerFrame::Err(text) => bail!("-ERR {}", String::from_utf8_lossy(text)),
                frame => hits += usize::from(f(frame)),
            }
            self.start += used;
        }
        Ok(hits)
    }

    /// As [`Link::frames`], and 0 when nothing comes within `patience`.
    pub(crate) fn frames_within(
        &mut self,
        patience: Duration,
        f: impl FnMut(ServerFrame<'_>) -> bool,
    ) -> Result<usize> {
        self.stream.set_read_timeout(Some(patience))?;
        let hits = self.frames(f);
        self.stream.set_read_timeout(Some(PATIENCE))?;
        match hits {
            Err(error) if is_quiet(&error) => Ok(0),
            hits => hits,
        }
    }

    /// One read behind what is left.
    fn fill(&mut self) -> Result<()> {
        self.buf.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let read = self.stream.read(&mut self.buf[self.end..])?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.end += read;
        Ok(())
    }
}

/// A read that waited in vain.
fn is_quiet(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(
        kind,
        Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
    )
}
