//! What a request needs that takes long, found out or done a slice at a time before the request is carried out.
//!
//! # Laws
//! - What a request needs is decided from what it says, what there is, and what was [`Found`]; so a request that waited is looked at anew.
//! - What fits into what may be touched at once is done at once, and the request answered like any other.
//! - A request that will be refused needs nothing.

use super::Ask;
use super::checking::{self, Checked, Checking};
use super::consumer::Target;
use super::stream::{InfoRequest, ListRequest};
use crate::consumer::{DeliverPolicy, Lasts};
use crate::error::STREAM_NOT_FOUND;
use crate::info::SUBJECTS_MAX;
use crate::stream::{PurgeWork, Stream, store_error};
use crate::tasks::{Defined, Slice, StreamRef};
use crate::{ApiError, JetStream};
use midge_streamlog::{Filter, Filters, Listed, SubjectList, Ticket};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one request waits for.
pub(crate) enum Need {
    /// Requests before it, of which one defines what it is about.
    Turn { behind: Defined },
    /// A stream that doesn't listen to all its subjects yet.
    Rest(StreamRef),
    /// The ids of a stream some of whose messages are about to be removed.
    Ids(StreamRef),
    /// Whether the subjects of a stream's definition can be.
    Definition(Box<Checking>),
    /// How many subjects a stream has.
    Count(StreamRef),
    /// Which of its sequences are deleted.
    Deleted {
        stream: StreamRef,
        at: u64,
        found: Vec<u64>,
    },
    /// The first subjects that match, by name.
    Subjects {
        stream: StreamRef,
        list: Box<SubjectList>,
        most: usize,
        found: Subjects,
    },
    /// The last messages of subjects, with which a consumer begins.
    Lasts {
        stream: StreamRef,
        consumer: Defined,
        filters: Arc<Filters>,
        /// `None` while it hasn't begun.
        work: Option<Box<Lasts>>,
    },
    /// Messages go.
    Purge {
        stream: StreamRef,
        filter: Filter,
        upto: u64,
        keep: u64,
        work: Option<Box<PurgeWork>>,
    },
}

impl Need {
    /// What a request that waits for this defines, or follows the definition of; `None`: only its subject says.
    pub(crate) fn behind(&self) -> Option<&Defined> {
        match self {
            Self::Turn { behind }
            | Self::Lasts {
                consumer: behind, ..
            } => Some(behind),
            _ => None,
        }
    }

    /// Others are at work. A list of last messages follows what happens to its stream, so it begins anew when its turn comes.
    pub(crate) fn set_aside(&mut self) {
        if let Self::Lasts { work, .. } = self {
            *work = None;
        }
    }
}

/// Subjects and their numbers of messages, and how many subjects match.
#[derive(Default)]
pub(crate) struct Subjects {
    pub(crate) first: BTreeMap<String, u64>,
    pub(crate) total: usize,
}

/// What was found out for a request.
#[derive(Default)]
pub(crate) struct Found {
    pub(super) checked: Option<Box<Checked>>,
    pub(super) deleted: Option<Vec<u64>>,
    pub(super) subjects: Option<Result<Subjects, ApiError>>,
    /// To be taken by the consumer that begins with them.
    pub(super) lasts: Cell<Option<Result<Box<Lasts>, ApiError>>>,
    are_lasts_known: bool,
    pub(super) purged: Option<Result<(u64, Ticket), ApiError>>,
    /// Subjects can't be counted now: what was known last is shown.
    is_uncountable: bool,
    /// Ids can't be read now: those of messages that go are forgotten.
    is_without_ids: bool,
}

fn stream_ref(index: usize, stream: &Stream) -> StreamRef {
    let token = stream.token;
    StreamRef { index, token }
}

impl JetStream {
    /// What a request waits for; `None`: it can be carried out.
    pub(super) fn prepare(&self, path: &str, ask: &Ask<'_>) -> Option<Need> {
        let words: Vec<&str> = path.split('.').collect();
        let found = |name: &str| {
            let index = self.stream_index(ask.account, name)?;
            Some((index, self.streams[index].as_deref()?))
        };
        match words[..] {
            ["STREAM", "INFO", name] => {
                let (index, stream) = found(name)?;
                self.prepare_info(stream, stream_ref(index, stream), ask)
            }
            ["STREAM", "CREATE", name] => self.prepare_checked(ask).or_else(|| {
                let (index, stream) = found(name)?;
                let at = stream_ref(index, stream);
                let rest = stream.is_wiring.then_some(Need::Rest(at));
                rest.or_else(|| count(stream, at, ask))
            }),
            ["STREAM", "UPDATE", name] => self.prepare_checked(ask).or_else(|| {
                let (index, stream) = found(name)?;
                let at = stream_ref(index, stream);
                let rest = stream.is_wiring.then_some(Need::Rest(at));
                // Its limits may take messages out.
                let ids = rest.or_else(|| ids(stream, at, ask));
                ids.or_else(|| count(stream, at, ask))
            }),
            ["STREAM", "LIST"] => {
                let request: ListRequest = ask.read_json().ok()?;
                let shown = self.listed(ask, &request);
                let shown = shown.skip(usize::try_from(request.offset).unwrap_or(0));
                shown.take(super::stream::LIST_MAX).find_map(|stream| {
                    let index = self.stream_index(ask.account, &stream.config.name)?;
                    count(stream, stream_ref(index, stream), ask)
                })
            }
            ["STREAM", "PURGE", name] => {
                if ask.found.purged.is_some() {
                    return None;
                }
                let (index, stream) = found(name)?;
                let request = self.check_purge(name, ask).ok()?;
                let at = stream_ref(index, stream);
                if let Some(need) = ids(stream, at, ask) {
                    return Some(need);
                }
                Some(Need::Purge {
                    stream: at,
                    filter: request.filter(),
                    upto: request.seq,
                    keep: request.keep,
                    work: None,
                })
            }
            ["CONSUMER", ..] => {
                let target = Target::of(&words)?;
                let (index, stream) = found(target.stream)?;
                self.prepare_consumer(&target, stream_ref(index, stream), ask)
            }
            _ => None,
        }
    }

    fn prepare_consumer(&self, target: &Target<'_>, at: StreamRef, ask: &Ask<'_>) -> Option<Need> {
        if ask.found.are_lasts_known {
            return None;
        }
        let wanted = self.check_consumer(target, ask).ok()?;
        let config = wanted.config;
        if wanted.exists || config.deliver_policy != DeliverPolicy::LastPerSubject {
            return None;
        }
        let is_unnamed = config.name_drawn;
        let name = if is_unnamed { "" } else { &config.name };
        Some(Need::Lasts {
            stream: at,
            consumer: Defined::Consumer {
                stream: target.stream.as_bytes().into(),
                name: name.as_bytes().into(),
            },
            filters: Arc::new(config.as_filters()),
            work: None,
        })
    }

    fn prepare_checked(&self, ask: &Ask<'_>) -> Option<Need> {
        if ask.found.checked.is_some() || ask.body.len() <= checking::SMALL_BYTES {
            return None;
        }
        let captured = &self.accounts.get(&ask.account)?.captured;
        let checking = Checking::begin(ask.account, ask.body, self.settings.strict, captured)?;
        Some(Need::Definition(checking.into()))
    }

    fn prepare_info(&self, stream: &Stream, at: StreamRef, ask: &Ask<'_>) -> Option<Need> {
        let request: InfoRequest = ask.read_json().ok()?;
        if let Some(need) = count(stream, at, ask) {
            return Some(need);
        }
        if request.deleted_details && ask.found.deleted.is_none() && stream.log.stats().deleted > 0
        {
            return Some(Need::Deleted {
                stream: at,
                at: 0,
                found: Vec::new(),
            });
        }
        if request.subjects_filter.is_empty() || ask.found.subjects.is_some() {
            return None;
        }
        let filter = Filter::new(&request.subjects_filter);
        let offset = usize::try_from(request.offset).unwrap_or(0);
        Some(Need::Subjects {
            stream: at,
            list: Box::new(stream.log.list_subjects(filter)),
            most: offset.saturating_add(SUBJECTS_MAX),
            found: Subjects::default(),
        })
    }

    /// Goes on with what a request waits for, for a slice. True when it is found.
    pub(crate) fn advance(
        &mut self,
        need: &mut Need,
        found: &mut Found,
        now: u64,
        slice: &mut Slice,
    ) -> bool {
        if slice.is_spent() {
            return false;
        }
        let (records, _) = slice.left();
        match need {
            // It is the first one now.
            Need::Turn { .. } => true,
            Need::Rest(at) => {
                let stream = self.stream_at(*at);
                stream.is_none_or(|stream| !stream.is_wiring)
            }
            Need::Ids(at) => {
                let Some(stream) = self.stream_at(*at) else {
                    // A later stream of this name isn't the one that was to be purged.
                    found.purged = Some(Err(STREAM_NOT_FOUND));
                    return true;
                };
                if !stream.is_held && !stream.may_lose_ids() {
                    return true;
                }
                let begun = self.begin_ids(at.index, now, slice);
                found.is_without_ids |= begun.is_err();
                begun.unwrap_or(true)
            }
            Need::Definition(checking) => {
                let own = self.stream_index(checking.account, checking.stream());
                let Some(account) = self.accounts.get(&checking.account) else {
                    return true;
                };
                let checked = checking.go_on(&account.captured, own, slice);
                found.checked = checked.map(Box::new);
                found.checked.is_some()
            }
            Need::Count(at) => {
                let Some(stream) = self.stream_at(*at) else {
                    return true;
                };
                slice.touch_many(records);
                let counted = stream.log.count_subjects(records);
                found.is_uncountable |= counted.is_err();
                counted.map_or(true, |counted| counted.is_some())
            }
            Need::Deleted {
                stream,
                at,
                found: deleted,
            } => {
                let stream = self.stream_at(*stream);
                let done = stream.map(|stream| stream.find_deleted(at, deleted, slice));
                // What can't be read now isn't listed.
                if let Some(Ok(false)) = done {
                    return false;
                }
                found.deleted = Some(std::mem::take(deleted));
                true
            }
            Need::Subjects {
                stream,
                list,
                most,
                found: subjects,
            } => {
                if self.stream_at(*stream).is_none() {
                    return true;
                }
                slice.touch_many(records);
                let listed = list.next(records, |name, total| {
                    subjects.add(name, total.count, *most);
                });
                match listed {
                    Ok(Listed::Part) => return false,
                    Ok(Listed::Anew) => {
                        *subjects = Subjects::default();
                        return false;
                    }
                    Ok(Listed::All) => found.subjects = Some(Ok(std::mem::take(subjects))),
                    Err(error) => found.subjects = Some(Err(store_error(&error))),
                }
                true
            }
            Need::Lasts {
                stream,
                filters,
                work,
                ..
            } => {
                let Some(stream) = self.stream_at(*stream) else {
                    return true;
                };
                let mut begun = work
                    .take()
                    .unwrap_or_else(|| Lasts::begin(&stream.log, filters.clone()).into());
                let found_all = begun.go_on(slice);
                if let Ok(false) = found_all {
                    *work = Some(begun);
                    return false;
                }
                let lasts = found_all.map(|_| begun);
                found
                    .lasts
                    .set(Some(lasts.map_err(|error| store_error(&error))));
                found.are_lasts_known = true;
                true
            }
            Need::Purge {
                stream,
                filter,
                upto,
                keep,
                work,
            } => {
                let Some(stream) = self.stream_at_mut(*stream) else {
                    // A later stream of this name isn't the one that was to be purged.
                    found.purged = Some(Err(STREAM_NOT_FOUND));
                    return true;
                };
                let begun = match work.take() {
                    Some(begun) => Ok(begun),
                    None => stream
                        .begin_purge(filter.clone(), *upto, *keep)
                        .map(Box::new),
                };
                found.purged = match begun {
                    Ok(mut begun) => {
                        if !stream.go_on_with_purge(&mut begun, slice) {
                            *work = Some(begun);
                            return false;
                        }
                        Some(begun.finish())
                    }
                    Err(error) => Some(Err(error)),
                };
                true
            }
        }
    }
}

/// A stream's ids are to be read, if they can be.
fn ids(stream: &Stream, at: StreamRef, ask: &Ask<'_>) -> Option<Need> {
    let is_unknown = stream.is_held || stream.may_lose_ids() && !ask.found.is_without_ids;
    is_unknown.then_some(Need::Ids(at))
}

/// A stream's subjects are to be counted, if they can be.
fn count(stream: &Stream, at: StreamRef, ask: &Ask<'_>) -> Option<Need> {
    let is_unknown = matches!(stream.log.count_subjects(0), Ok(None));
    (is_unknown && !ask.found.is_uncountable).then_some(Need::Count(at))
}

impl Subjects {
    /// Takes a subject in; only the first `most` by name are kept.
    fn add(&mut self, name: &[u8], count: u64, most: usize) {
        self.total += 1;
        self.first
            .insert(String::from_utf8_lossy(name).into_owned(), count);
        if self.first.len() > most {
            self.first.pop_last();
        }
    }
}
