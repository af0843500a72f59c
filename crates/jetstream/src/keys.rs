//! Under which keys the store keeps what isn't a message: a catalogue of all of them.
//!
//! | kind | key | value |
//! |---|---|---|
//! | stream | `s/ACCOUNT/STREAM` | its definition |
//! | consumer | `c/ACCOUNT/STREAM/CONSUMER` | its definition |
//! | state | `d/ACCOUNT/STREAM/CONSUMER` | what it remembers: the head, and the first part |
//! | state part | `p/ACCOUNT/STREAM/CONSUMER/START` | the part of it that begins at a sequence, in 16 hexadecimal digits |
//! | places | `o/ACCOUNT/STREAM` | how far sources were taken |
//! | sweep | `w/ACCOUNT/STREAM` | there is one while what a consumer held back is removed |
//! | schedule | `t/ACCOUNT/STREAM/SEQUENCE` | when a message is due |
//! | roll-up | `r/ACCOUNT/STREAM/SEQUENCE` | there is one while what a message replaced is removed: its subject |
//!
//! and a stream's log is called `ACCOUNT/STREAM`.
//!
//! **Invariant:** no two things have one key. An account's name may be anything, but those of streams and consumers have no `/`
//! (the API refuses them), so a key is read from its end: as many names as its kind says, and what is before them is the account. A prefix
//! alone doesn't say whose a key is, because `s/A/` begins the keys of account `A/B` too; so keys are searched by what they mean
//! ([`of_account`], [`of_stream`]) and nowhere else by their bytes.

use crate::ApiError;
use crate::consumer::{StateWrite, StoredState};
use crate::error::CONSUMER_NAME_TOO_LONG;
use midge_streamlog::{KEY_MAX, StateChange, Store};

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Stream,
    Consumer,
    State,
    StatePart,
    Places,
    Sweep,
    Schedule,
    Rollup,
}

impl Kind {
    const fn letter(self) -> &'static str {
        match self {
            Self::Stream => "s",
            Self::Consumer => "c",
            Self::State => "d",
            Self::StatePart => "p",
            Self::Places => "o",
            Self::Sweep => "w",
            Self::Schedule => "t",
            Self::Rollup => "r",
        }
    }

    /// How many names a key has behind the stream's.
    const fn names(self) -> usize {
        match self {
            Self::Stream | Self::Places | Self::Sweep => 0,
            Self::Consumer | Self::State | Self::Schedule | Self::Rollup => 1,
            Self::StatePart => 2,
        }
    }
}

/// A key that was found, and what is kept under it.
pub(crate) struct Entry {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) stream: String,
    /// A consumer, a sequence, or both; empty where the stream is all.
    pub(crate) part: String,
}

/// A key with what is to be kept under it; `None`: nothing.
pub(crate) type Change = (Vec<u8>, Option<Vec<u8>>);

/// Changes as the store takes them.
pub(crate) fn borrowed(changes: &[Change]) -> Vec<StateChange<'_>> {
    let changes = changes.iter();
    changes
        .map(|(key, value)| (&**key, value.as_deref()))
        .collect()
}

/// The key of what is kept once for each stream.
pub(crate) fn of(kind: Kind, account: &str, stream: &str) -> Vec<u8> {
    debug_assert!(kind.names() == 0 && !stream.contains('/'));
    format!("{}/{account}/{stream}", kind.letter()).into_bytes()
}

/// The key of a part of a stream.
pub(crate) fn part(kind: Kind, account: &str, stream: &str, part: &str) -> Vec<u8> {
    debug_assert!(kind.names() == 1 && !stream.contains('/') && !part.contains('/'));
    format!("{}/{account}/{stream}/{part}", kind.letter()).into_bytes()
}

/// The keys of the parts of a consumer's state begin so; a sequence follows.
fn state_parts(account: &str, stream: &str, consumer: &str) -> String {
    debug_assert!(!stream.contains('/') && !consumer.contains('/'));
    let letter = Kind::StatePart.letter();
    format!("{letter}/{account}/{stream}/{consumer}/")
}

/// The key of the part of a consumer's state that begins at `start`.
pub(crate) fn state_part(account: &str, stream: &str, consumer: &str, start: u64) -> Vec<u8> {
    let before = state_parts(account, stream, consumer);
    format!("{before}{start:016x}").into_bytes()
}

/// Whether the store takes all keys of a consumer with that name: those of the parts of its state are the longest.
pub(crate) fn check_consumer(account: &str, stream: &str, consumer: &str) -> Result<(), ApiError> {
    let others = state_part(account, stream, "", u64::MAX).len();
    let name_max = KEY_MAX.saturating_sub(others);
    if consumer.len() > name_max {
        let text = format!(
            "consumer name is too long, maximum allowed is {name_max} beside the names of its account and stream"
        );
        return Err(CONSUMER_NAME_TOO_LONG.says(text));
    }
    Ok(())
}

/// What is kept of a consumer's state.
pub(crate) fn stored_state(
    store: &Store,
    account: &str,
    stream: &str,
    consumer: &str,
) -> StoredState {
    let before = state_parts(account, stream, consumer);
    let found = store.states(before.as_bytes()).into_iter();
    let parts = found.filter_map(|(key, value)| {
        // A key of another account that begins so has more names.
        let start = std::str::from_utf8(&key[before.len()..]).ok()?;
        Some((u64::from_str_radix(start, 16).ok()?, value))
    });
    let head = part(Kind::State, account, stream, consumer);
    StoredState {
        parts: parts.collect(),
        head: store.state(&head).unwrap_or_default(),
    }
}

/// The changes that a write of a consumer's state is.
pub(crate) fn state_changes(
    account: &str,
    stream: &str,
    consumer: &str,
    write: StateWrite,
) -> Vec<Change> {
    let parts = write.parts.into_iter();
    let parts = parts.map(|(start, value)| (state_part(account, stream, consumer, start), value));
    let head = part(Kind::State, account, stream, consumer);
    parts.chain([(head, Some(write.head))]).collect()
}

/// What a stream's log is called.
pub(crate) fn log(account: &str, stream: &str) -> String {
    format!("{account}/{stream}")
}

/// Account and stream of a log.
pub(crate) fn owner(log: &str) -> Option<(&str, &str)> {
    log.rsplit_once('/')
}

/// All of one kind that an account has.
pub(crate) fn of_account(store: &Store, kind: Kind, account: &str) -> Vec<Entry> {
    let prefix = format!("{}/{account}/", kind.letter());
    find(store, kind, account, &prefix)
}

/// All of one kind that a stream has.
pub(crate) fn of_stream(store: &Store, kind: Kind, account: &str, stream: &str) -> Vec<Entry> {
    let prefix = format!("{}/{account}/{stream}/", kind.letter());
    let mut found = find(store, kind, account, &prefix);
    found.retain(|entry| entry.stream == stream);
    found
}

fn find(store: &Store, kind: Kind, account: &str, prefix: &str) -> Vec<Entry> {
    let found = store.states(prefix.as_bytes()).into_iter();
    found
        .filter_map(|(key, value)| {
            let text = std::str::from_utf8(&key).ok()?;
            let (owner, stream, part) = parse(kind, text)?;
            let (is_own, stream, part) = (owner == account, stream.to_owned(), part.to_owned());
            is_own.then_some(Entry {
                key,
                value,
                stream,
                part,
            })
        })
        .collect()
}

/// Account, stream and part.
fn parse(kind: Kind, key: &str) -> Option<(&str, &str, &str)> {
    let rest = key.strip_prefix(kind.letter())?.strip_prefix('/')?;
    let (account_and_stream, part) = match kind.names().checked_sub(1) {
        None => (rest, ""),
        Some(before) => {
            let (at, _) = rest.rmatch_indices('/').nth(before)?;
            (&rest[..at], &rest[at + 1..])
        }
    };
    let (account, stream) = account_and_stream.rsplit_once('/')?;
    Some((account, stream, part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use midge_streamlog::{StoreOptions, sim::CrashDisk};
    use std::collections::BTreeSet;
    use std::sync::Arc;

    const ACCOUNTS: [&str; 9] = ["A", "A/B", "A/B/C", "", "/", "A/", "A.B", "$G", "ñandú/☃"];
    const NAMES: [&str; 4] = ["A", "B", "C", "é"];
    const KINDS: [Kind; 7] = [
        Kind::Stream,
        Kind::Consumer,
        Kind::State,
        Kind::StatePart,
        Kind::Places,
        Kind::Schedule,
        Kind::Rollup,
    ];

    #[test]
    fn keys_of_any_accounts_are_apart_and_found_by_what_they_mean() {
        let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
        let mut all = BTreeSet::new();
        for kind in KINDS {
            for account in ACCOUNTS {
                for stream in NAMES {
                    let parts: &[&str] = if kind.names() > 0 { &NAMES } else { &[""] };
                    for name in parts {
                        let (key, name) = match kind.names() {
                            0 => (of(kind, account, stream), String::new()),
                            1 => (part(kind, account, stream, name), (*name).to_owned()),
                            _ => {
                                let key = state_part(account, stream, name, 7);
                                (key, format!("{name}/{:016x}", 7))
                            }
                        };
                        assert!(all.insert(key.clone()), "{key:?} twice");
                        let value = format!("{account} {stream} {name}");
                        drop(store.put_state(&key, value.as_bytes()).unwrap());
                    }
                }
            }
        }
        for kind in KINDS {
            let parts = if kind.names() > 0 { NAMES.len() } else { 1 };
            for account in ACCOUNTS {
                let found = of_account(&store, kind, account);
                assert_eq!(found.len(), NAMES.len() * parts, "{account:?}");
                for entry in found {
                    let value = format!("{account} {} {}", entry.stream, entry.part);
                    assert_eq!(entry.value, value.as_bytes());
                }
                let count = |stream| of_stream(&store, kind, account, stream).len();
                assert!(kind.names() == 0 || NAMES.iter().all(|it| count(it) == parts));
            }
        }
        for account in ACCOUNTS {
            for (stream, name) in NAMES.iter().flat_map(|it| NAMES.map(|name| (it, name))) {
                let found = stored_state(&store, account, stream, name);
                let value = format!("{account} {stream} {name}");
                assert_eq!(found.head, value.as_bytes());
                let part = format!("{value}/{:016x}", 7).into_bytes();
                assert_eq!(found.parts, [(7, part)].into());
            }
        }
    }

    #[test]
    fn a_log_says_whose_it_is() {
        for account in ACCOUNTS {
            assert_eq!(owner(&log(account, "S")), Some((account, "S")));
        }
    }

    /// Folders that are there have these.
    #[test]
    fn keys_stay_as_they_are() {
        assert_eq!(of(Kind::Stream, "$G", "S"), b"s/$G/S");
        assert_eq!(of(Kind::Places, "$G", "S"), b"o/$G/S");
        assert_eq!(part(Kind::Consumer, "$G", "S", "C"), b"c/$G/S/C");
        assert_eq!(part(Kind::State, "$G", "S", "C"), b"d/$G/S/C");
        assert_eq!(
            state_part("$G", "S", "C", 300),
            b"p/$G/S/C/000000000000012c"
        );
        assert_eq!(part(Kind::Schedule, "$G", "S", "7"), b"t/$G/S/7");
        assert_eq!(part(Kind::Rollup, "$G", "S", "7"), b"r/$G/S/7");
        assert_eq!(log("$G", "S"), "$G/S");
    }
}
