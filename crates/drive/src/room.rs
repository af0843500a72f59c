//! Messages that stay in their mailbox because the log has no room for them.
//!
//! **Invariant:** what was left is looked at again once there is room. A commit makes it. One that the committer makes is told, and who is told rings
//! for a turn, because a visitor takes nothing while something is left; one that the turn itself makes is told to nobody, so the turn asks at its end.
//! `seat/models.rs` walks through both.

use midge_streamlog::Store;

/// What bytes wait in until they are written.
pub(crate) trait Room {
    /// True if so many bytes more may wait.
    fn has_room(&self, bytes: usize) -> bool;
}

impl Room for Store {
    fn has_room(&self, bytes: usize) -> bool {
        Store::has_room(self, bytes)
    }
}

/// Whether a turn left messages for want of room: how many bytes the smallest of them needs.
#[derive(Default)]
pub(crate) struct LeftForRoom(Option<usize>);

impl LeftForRoom {
    /// True if there is room for a message of so many bytes; else it counts as left.
    pub(crate) fn admits(&mut self, bytes: usize, room: &impl Room) -> bool {
        let has_room = room.has_room(bytes);
        if !has_room {
            let least = self.0.map_or(bytes, |least| least.min(bytes));
            self.0 = Some(least);
        }
        has_room
    }

    /// True if a message was left.
    pub(crate) fn is_any(&self) -> bool {
        self.0.is_some()
    }

    /// True if a message was left for which there is room by now.
    pub(crate) fn has_room_now(&self, room: &impl Room) -> bool {
        self.0.is_some_and(|bytes| room.has_room(bytes))
    }
}
