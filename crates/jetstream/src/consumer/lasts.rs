//! Where a consumer of the last messages begins: which they are, found a slice at a time.
//!
//! Nobody waits for a million subjects at once. What comes meanwhile is behind where the list began, and so goes out like any message after it;
//! what goes is taken back.

use super::records::Records;
use crate::tasks::Slice;
use midge_streamlog::{Filters, LastChange, LastList, Listed, Result, Stream as Log};
use std::sync::Arc;

/// Subjects of the table that cost as much as a record: they are neither read nor sent.
const SUBJECTS_PER_RECORD: usize = 4;

/// The last messages of subjects, as far as they were found.
pub(crate) struct Lasts {
    list: LastList,
    found: Records,
}

impl Lasts {
    /// Nothing is found yet.
    pub(crate) fn begin(log: &Log, filters: Arc<Filters>) -> Self {
        Self {
            list: log.list_lasts(filters),
            found: Records::default(),
        }
    }

    /// Goes on until the slice is spent. True when all are found: nothing may happen to the log between that and the birth of the consumer.
    ///
    /// # Errors
    /// When the log can't say now.
    pub(crate) fn go_on(&mut self, slice: &mut Slice) -> Result<bool> {
        while !slice.is_spent() {
            let (records, _) = slice.left();
            let most = records.saturating_mul(SUBJECTS_PER_RECORD);
            let (mut left, found) = (most, &mut self.found);
            let listed = self.list.next(&mut left, |change| match change {
                LastChange::Found(seq) => found.insert_initial(seq),
                LastChange::Gone(seq) => {
                    found.remove_initial(seq);
                }
            })?;
            slice.touch_many((most - left).div_ceil(SUBJECTS_PER_RECORD));
            match listed {
                Listed::All => return Ok(true),
                Listed::Part => {}
                Listed::Anew => self.found = Records::default(),
            }
        }
        Ok(false)
    }

    /// The messages, and the last sequence when their list began.
    pub(super) fn finish(self) -> (Records, u64) {
        (self.found, self.list.upto())
    }
}
