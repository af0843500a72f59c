//! What a WebSocket peer's frames are read from: reads that grow with the traffic, and a bound on what isn't a whole message yet.
//!
//! Frames become bytes for the session one message at a time, so a peer can make the server hold as much as a message may have. Before
//! its login that is little ([`Inbound`]); afterwards it is counted like any frame on its way in.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of one read of a busy connection; a quiet one reads no more than its caller has room for.
const READ_MAX_BYTES: usize = 64 << 10;

/// What a peer sent of a message that isn't whole, and how much that may be.
#[derive(Debug)]
pub struct Inbound {
    /// Bytes before the login.
    login_max: usize,
    is_admitted: AtomicBool,
    unfinished: AtomicUsize,
    buffered: AtomicUsize,
}

impl Inbound {
    pub(crate) fn new(login_max: usize) -> Arc<Self> {
        Arc::new(Self {
            login_max,
            is_admitted: AtomicBool::new(false),
            unfinished: AtomicUsize::new(0),
            buffered: AtomicUsize::new(0),
        })
    }

    /// The login is over: from now on the limit of messages is the only one.
    pub(crate) fn admit(&self) {
        self.is_admitted.store(true, Relaxed);
    }

    /// Bytes of memory that are held for the peer.
    pub(crate) fn held(&self) -> usize {
        self.unfinished.load(Relaxed) + self.buffered.load(Relaxed)
    }

    /// A message is whole.
    pub(crate) fn finish(&self) {
        self.unfinished.store(0, Relaxed);
    }

    /// So many bytes were no part of a message.
    pub(crate) fn take_off(&self, bytes: usize) {
        let left = self.unfinished.load(Relaxed).saturating_sub(bytes);
        self.unfinished.store(left, Relaxed);
    }

    fn add(&self, bytes: usize) -> io::Result<()> {
        let unfinished = self.unfinished.fetch_add(bytes, Relaxed) + bytes;
        match self.is_admitted.load(Relaxed) || unfinished <= self.login_max {
            true => Ok(()),
            false => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a message before the login is too large",
            )),
        }
    }
}

/// A stream that is read in larger pieces while they come full.
pub(crate) struct Buffered<S> {
    stream: S,
    inbound: Arc<Inbound>,
    /// Empty while reads are no larger than the caller's room.
    buffer: Box<[u8]>,
    /// What of the buffer wasn't taken yet: `start <= end <= buffer.len()`.
    start: usize,
    end: usize,
    /// Bytes of the next read.
    next: usize,
}

impl<S> Buffered<S> {
    pub(crate) fn new(stream: S, inbound: Arc<Inbound>) -> Self {
        Self {
            stream,
            inbound,
            buffer: Box::default(),
            start: 0,
            end: 0,
            next: 0,
        }
    }

    /// The next read is twice as large after one that came full, and half as large after one that was mostly empty.
    fn adapt(&mut self, read: usize, room: usize) {
        if read == room {
            self.next = (2 * room).min(READ_MAX_BYTES);
        } else if read < room / 2 {
            self.next = room / 2;
        }
    }

    fn resize(&mut self, bytes: usize) {
        if self.buffer.len() != bytes {
            self.buffer = vec![0; bytes].into();
            self.inbound.buffered.store(bytes, Relaxed);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Buffered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let (room, before) = (out.remaining(), out.filled().len());
        if this.start == this.end && this.next <= room {
            this.resize(0);
            ready!(Pin::new(&mut this.stream).poll_read(cx, out))?;
            let read = out.filled().len() - before;
            this.adapt(read, room);
            return Poll::Ready(this.inbound.add(read));
        }
        if this.start == this.end {
            this.resize(this.next);
            let mut buffer = ReadBuf::new(&mut this.buffer);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer))?;
            (this.start, this.end) = (0, buffer.filled().len());
            this.adapt(this.end, this.next);
        }
        let taken = room.min(this.end - this.start);
        out.put_slice(&this.buffer[this.start..this.start + taken]);
        this.start += taken;
        Poll::Ready(this.inbound.add(taken))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Buffered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    const ROOM: usize = 4 << 10;

    /// Gives as much as fits into a read until nothing is left, and counts the reads.
    struct Source {
        left: usize,
        each_max: usize,
        reads: usize,
    }

    impl AsyncRead for Source {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            out: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let bytes = out.remaining().min(self.left).min(self.each_max);
            out.put_slice(&vec![b'x'; bytes]);
            self.left -= bytes;
            self.reads += 1;
            Poll::Ready(Ok(()))
        }
    }

    fn reader(left: usize, each_max: usize) -> Buffered<Source> {
        let inbound = Inbound::new(16 << 10);
        let source = Source {
            left,
            each_max,
            reads: 0,
        };
        Buffered::new(source, inbound)
    }

    fn read(reader: &mut Buffered<Source>) -> io::Result<usize> {
        let mut bytes = [0; ROOM];
        let mut out = ReadBuf::new(&mut bytes);
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(reader).poll_read(&mut context, &mut out) {
            Poll::Ready(end) => end.map(|()| out.filled().len()),
            Poll::Pending => panic!("it is always ready"),
        }
    }

    /// Symptom: a busy connection was read 4 KiB at a time.
    #[test]
    fn reads_grow_with_the_traffic_and_shrink_again() {
        let mut reader = reader(1 << 20, usize::MAX);
        reader.inbound.admit();
        let mut total = 0;
        while total < 1 << 20 {
            total += read(&mut reader).expect("it reads");
        }
        assert!(reader.stream.reads < 30, "{} reads", reader.stream.reads);
        (reader.stream.left, reader.stream.each_max) = (1000, 100);
        for _ in 0..10 {
            assert_eq!(read(&mut reader).expect("it reads"), 100);
        }
        assert_eq!(
            (reader.buffer.len(), reader.inbound.buffered.load(Relaxed)),
            (0, 0)
        );
    }

    #[test]
    fn a_peer_before_its_login_sends_little_that_is_no_message() {
        let mut early = reader(1 << 20, usize::MAX);
        for _ in 0..4 {
            read(&mut early).expect("so much is allowed");
        }
        early.inbound.finish();
        for _ in 0..4 {
            read(&mut early).expect("it was a whole message");
        }
        assert!(read(&mut early).is_err());
        let mut late = reader(1 << 20, usize::MAX);
        late.inbound.admit();
        for _ in 0..256 {
            read(&mut late).expect("the limit is that of messages");
        }
        assert!(late.inbound.held() >= 1 << 20);
    }
}
