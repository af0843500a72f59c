//! Changes of who wants a stream's messages, while they are on their way to the disk.
//!
//! **Law:** an interest stream removes nothing for want of interest before every such change is durable. What is removed may get to the disk first,
//! and a power cut between the two would bring back whoever wants it, and not the message.

use super::Stream;
use crate::config::Retention;
use midge_streamlog::Ticket;

/// See the head of this file.
pub(super) struct Undecided {
    ticket: Ticket,
    /// From where on it is to be swept then.
    sweep_from: Option<u64>,
}

/// What became of the changes that a stream waited for.
pub(crate) enum Decision {
    /// They are on their way, or never arrive.
    Open,
    /// They are durable. What nobody wants from there on may go.
    Made { sweep_from: Option<u64> },
}

impl Stream {
    /// What nobody wants stays until `ticket` is released.
    pub(crate) fn decide_after(&mut self, ticket: &Ticket) {
        let before = self.undecided.take();
        let sweep_from = before.and_then(|before| before.sweep_from);
        let ticket = ticket.clone();
        self.undecided = Some(Undecided { ticket, sweep_from });
    }

    /// Whether what nobody wants has to stay for now.
    pub(crate) fn is_undecided(&self) -> bool {
        self.undecided.is_some() && self.config.retention == Retention::Interest
    }

    /// It is to be swept from there on, as soon as it may.
    pub(crate) fn sweep_later(&mut self, from: u64) {
        if let Some(Undecided { sweep_from, .. }) = &mut self.undecided {
            *sweep_from = Some(sweep_from.map_or(from, |other| other.min(from)));
        }
    }

    /// Goes on if what it waited for is durable.
    pub(crate) fn decide(&mut self) -> Decision {
        let is_durable = |of: &mut Undecided| matches!(of.ticket.outcome(), Some(Ok(())));
        match self.undecided.take_if(is_durable) {
            Some(Undecided { sweep_from, .. }) => Decision::Made { sweep_from },
            None => Decision::Open,
        }
    }
}
