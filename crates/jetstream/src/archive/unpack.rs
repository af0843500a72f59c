//! Packed bytes in any pieces, parts of a stream out.

use super::entry::Entries;
use super::frame::Frames;
use super::tape::{self, Step, Tape};
use super::{Fault, MAGIC, Part};

/// Reads an archive of either form out of an S2 stream.
#[derive(Default)]
pub(crate) struct Unpacker {
    frames: Frames,
    plain: Vec<u8>,
    at: usize,
    form: Option<Form>,
}

enum Form {
    Entries(Entries),
    Tape(Tape),
}

impl Unpacker {
    /// Adds packed bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.frames.push(bytes);
    }

    /// Unpacks one frame more. `None`: there is no whole one; else how many plain bytes it had.
    pub(crate) fn unpack(&mut self) -> Result<Option<usize>, Fault> {
        self.plain.drain(..std::mem::take(&mut self.at));
        let before = self.plain.len();
        let unpacked = self.frames.unpack(&mut self.plain)?;
        Ok(unpacked.then(|| self.plain.len() - before))
    }

    /// Bytes that are held and not used yet, packed and plain.
    pub(crate) fn held(&self) -> usize {
        self.frames.len() + self.plain.len() - self.at
    }

    /// Whether the bytes so far end where a frame ends.
    pub(crate) fn is_whole(&self) -> bool {
        self.frames.len() == 0
    }

    /// The next part of what was unpacked, and what to hand to [`Unpacker::used`] when it is done with. `None`: it isn't whole yet,
    /// [`Unpacker::unpack`] may give more of it.
    pub(crate) fn next(&mut self) -> Result<Option<(Part<'_>, usize)>, Fault> {
        if self.form.is_none() {
            self.form = self.look()?;
        }
        loop {
            let rest = &self.plain[self.at..];
            match &mut self.form {
                None => return Ok(None),
                Some(Form::Entries(entries)) => return entries.next(rest),
                Some(Form::Tape(tape)) => match tape.step(rest)? {
                    Step::Part(part, size) => return Ok(Some((part, size))),
                    Step::Skip(size) => self.at += size,
                    Step::Wait => return Ok(None),
                },
            }
        }
    }

    /// Which form it is. `None`: there aren't enough bytes to tell.
    fn look(&mut self) -> Result<Option<Form>, Fault> {
        let Some(magic) = self.plain.get(..MAGIC.len()) else {
            return Ok(None);
        };
        if magic == MAGIC {
            self.at = MAGIC.len();
            return Ok(Some(Form::Entries(Entries::default())));
        }
        match tape::begins(&self.plain) {
            Some(true) => Ok(Some(Form::Tape(Tape::default()))),
            Some(false) => Err(Fault::Invalid),
            None => Ok(None),
        }
    }

    /// The part of this size is done with.
    pub(crate) fn used(&mut self, size: usize) {
        self.at += size;
        match &mut self.form {
            Some(Form::Entries(entries)) => entries.used(),
            Some(Form::Tape(tape)) => tape.used(size),
            None => {}
        }
    }
}
