//! Small things to and from bytes, for files that are written whole.
use crate::record::{put_leb, take_leb};

/// Appends fields.
#[derive(Default)]
pub(crate) struct Put(pub(crate) Vec<u8>);

impl Put {
    pub(crate) fn num(&mut self, value: u64) -> &mut Self {
        put_leb(&mut self.0, value);
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.num(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }
}

/// Takes fields off the front; `None` when they end early.
pub(crate) struct Take<'a>(pub(crate) &'a [u8]);

impl<'a> Take<'a> {
    pub(crate) fn num(&mut self) -> Option<u64> {
        take_leb(&mut self.0)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.num()?.try_into().ok()
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.num()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }
}
