//! The subjects of a stream's definition, of which a request may name a hundred thousand: whether they can be is found out in slices.
//!
//! What else the definition says is checked when the request is carried out, since it may depend on what changed meanwhile. So may whether the
//! subjects are free: that counts only if no stream of the account took others since.

use crate::config::{self, StreamConfig};
use crate::overlap::{Captured, Filters, LOOKS_MAX};
use crate::tasks::Slice;
use crate::{AccountId, ApiError};

/// A request that isn't longer has so few subjects that they are checked when it is carried out.
pub(super) const SMALL_BYTES: usize = 4 << 10;

/// A definition whose subjects are being looked at.
pub(crate) struct Checking {
    pub(super) account: AccountId,
    checked: Checked,
    /// The subject that is next.
    at: usize,
    /// Those before it.
    known: Filters,
    looks: usize,
}

/// A definition as it was asked for, and what was found about its subjects.
#[derive(Clone)]
pub(crate) struct Checked {
    pub(super) config: StreamConfig,
    pub(super) pedantic: bool,
    /// Whether they can be, one beside the other.
    pub(super) subjects: Result<(), ApiError>,
    /// No other stream takes any of them, in this version of what the account's streams take.
    pub(super) free_in: Option<u64>,
}

impl Checking {
    /// `None`: the request can't be read.
    pub(super) fn begin(
        account: AccountId,
        body: &[u8],
        strict: bool,
        captured: &Captured,
    ) -> Option<Self> {
        let (mut config, pedantic) = config::parse(body, strict).ok()?;
        config.fill_subjects();
        Some(Self {
            account,
            checked: Checked {
                config,
                pedantic,
                subjects: Ok(()),
                free_in: Some(captured.version()),
            },
            at: 0,
            known: Filters::new(),
            looks: LOOKS_MAX,
        })
    }

    pub(super) fn stream(&self) -> &str {
        &self.checked.config.name
    }

    /// Goes on until the slice is spent. What was found, at the end.
    pub(super) fn go_on(
        &mut self,
        captured: &Captured,
        own: Option<usize>,
        slice: &mut Slice,
    ) -> Option<Checked> {
        let checked = &mut self.checked;
        while let Some(subject) = checked.config.subjects.get(self.at) {
            if slice.is_spent() {
                return None;
            }
            slice.touch(subject.len());
            let mut is_free = || captured.overlap_within(subject, own, &mut self.looks);
            if checked.free_in.is_some() && is_free() != Ok(false) {
                checked.free_in = None;
            }
            checked.subjects = checked.config.check_subject(self.at, &mut self.known);
            self.at += 1;
            if checked.subjects.is_err() {
                break;
            }
        }
        Some(checked.clone())
    }
}
