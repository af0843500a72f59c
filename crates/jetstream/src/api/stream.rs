//! `STREAM.*`: streams are made, changed, listed, emptied and removed.

use super::checking::Checked;
use super::{Answer, Ask, Result, page};
use crate::account::Reservation;
use crate::config::{self, Storage, StreamConfig};
use crate::error::{
    BAD_REQUEST, NOT_EMPTY_REQUEST, SEQUENCE_NOT_FOUND, STREAM_INVALID_CONFIG, STREAM_MISMATCH,
    STREAM_MSG_DELETE_FAILED, STREAM_NAME_EXISTS, STREAM_NOT_FOUND, STREAM_PURGE_FAILED,
    STREAM_SEALED, STREAM_SUBJECT_OVERLAP, STREAM_UPDATE,
};
use crate::json::Body;
use crate::keys::{self, Kind};
use crate::machine::definitions::{begin_at, definition};
use crate::stream::{MsgGet, store_error};
use crate::time::Time;
use crate::{AccountId, ApiError, JetStream, Network, Retention};
use data_encoding::BASE64;
use hashbrown::HashSet;
use midge_streamlog::{Error as LogError, Evicted, Filter};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NAMES_MAX: usize = 1024;
pub(super) const LIST_MAX: usize = 256;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct InfoRequest {
    pub(super) offset: i64,
    pub(super) deleted_details: bool,
    pub(super) subjects_filter: String,
}

impl Body for InfoRequest {
    const FIELDS: &'static [&'static str] = &["offset", "deleted_details", "subjects_filter"];
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ListRequest {
    pub(super) offset: i64,
    subject: String,
}

impl Body for ListRequest {
    const FIELDS: &'static [&'static str] = &["offset", "subject"];
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PurgeRequest {
    filter: String,
    pub(super) seq: u64,
    pub(super) keep: u64,
}

impl PurgeRequest {
    pub(super) fn filter(&self) -> Filter {
        match self.filter.as_str() {
            "" => Filter::all(),
            filter => Filter::new(filter),
        }
    }
}

impl Body for PurgeRequest {
    const FIELDS: &'static [&'static str] = &["filter", "seq", "keep"];
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DeleteRequest {
    seq: u64,
    no_erase: bool,
}

impl Body for DeleteRequest {
    const FIELDS: &'static [&'static str] = &["seq", "no_erase"];
}

impl JetStream {
    pub(super) fn create_stream(
        &mut self,
        name: &str,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        const KIND: &str = "stream_create_response";
        let fail = |error| (KIND, error);
        let mut config = self.read_config(name, ask).map_err(fail)?;
        if let Some(stream) = self.stream(ask.account, &config.name) {
            if same(&stream.config, &config) {
                let mut info = json!(self.info_of(stream, ask.now));
                info["did_create"] = true.into();
                return Ok(self.already(Answer::new(KIND, info)));
            }
            return Err(fail(STREAM_NAME_EXISTS));
        }
        if config.sealed {
            return Err(fail(
                STREAM_INVALID_CONFIG.says("stream configuration for create can not be sealed"),
            ));
        }
        config.note_level();
        self.check_asked_overlap(ask, &config).map_err(fail)?;
        self.admit(ask.account, &config).map_err(fail)?;
        let account = self.account_name(ask.account);
        let options = config.log_options(&self.settings);
        let key = keys::of(Kind::Stream, &account, &config.name);
        let definition = definition(&config, ask.now);
        let made = self.store.create_stream_with(
            &keys::log(&account, &config.name),
            options,
            &[(&key, Some(&definition))],
        );
        let (log, ticket) = made.map_err(|error| fail(refused(&error)))?;
        begin_at(&log, config.first_seq);
        let (name, subjects) = (config.name.clone(), config.subjects.clone());
        let index = self.put_stream(ask.account, config, ask.now, log);
        let listening = self.listen(index, Vec::new(), subjects, net);
        self.rewire(ask.account);
        self.advise_stream(ask, "CREATED", "create", &name, net);
        let mut info = self.streams[index]
            .as_ref()
            .map_or(Value::Null, |stream| json!(self.info_of(stream, ask.now)));
        info["did_create"] = true.into();
        if let Value::Object(info) = &mut info {
            info.remove("domain"); // other answers have it
        }
        Ok(Answer::new(KIND, info).after(ticket).when(listening))
    }

    pub(super) fn read_config(
        &self,
        name: &str,
        ask: &Ask<'_>,
    ) -> std::result::Result<StreamConfig, ApiError> {
        let (mut config, pedantic, subjects) = match ask.found.checked.as_deref().cloned() {
            Some(Checked {
                config,
                pedantic,
                subjects,
                ..
            }) => (config, pedantic, Some(subjects)),
            None => {
                let (config, pedantic) = config::parse(ask.body, self.settings.strict)?;
                (config, pedantic, None)
            }
        };
        if config.name != name {
            return Err(STREAM_MISMATCH);
        }
        let limits = self
            .accounts
            .get(&ask.account)
            .map(|account| account.limits.clone())
            .unwrap_or_default();
        let find = |name: &str| self.stream(ask.account, name).map(|stream| &stream.config);
        config.check(pedantic, subjects, &limits, &find)?;
        config.check_targets(ask.client, find(&config.name))?;
        Ok(config)
    }

    pub(super) fn account_name(&self, account: AccountId) -> String {
        self.accounts
            .get(&account)
            .map(|account| account.name.clone())
            .unwrap_or_default()
    }

    fn streams_of(&self, account: AccountId) -> impl Iterator<Item = &crate::stream::Stream> {
        let streams = self
            .accounts
            .get(&account)
            .map(|account| account.streams.values());
        streams
            .into_iter()
            .flatten()
            .filter_map(|index| self.streams[*index].as_deref())
    }

    pub(super) fn check_overlap(
        &self,
        account: AccountId,
        config: &StreamConfig,
    ) -> std::result::Result<(), ApiError> {
        let own = self.stream_index(account, &config.name);
        let captured = self.accounts.get(&account).map(|it| &it.captured);
        match captured.map_or(Ok(false), |it| it.overlap(&config.subjects, own))? {
            true => Err(STREAM_SUBJECT_OVERLAP),
            false => Ok(()),
        }
    }

    /// The same for a request, unless it was found out and nothing changed since.
    fn check_asked_overlap(
        &self,
        ask: &Ask<'_>,
        config: &StreamConfig,
    ) -> std::result::Result<(), ApiError> {
        let checked = ask.found.checked.as_ref();
        let free_in = checked.and_then(|checked| checked.free_in);
        let account = self.accounts.get(&ask.account);
        match account.map(|account| account.captured.version()) {
            version if version.is_some() && version == free_in => Ok(()),
            _ => self.check_overlap(ask.account, config),
        }
    }

    pub(super) fn admit(
        &self,
        account: AccountId,
        config: &StreamConfig,
    ) -> std::result::Result<(), ApiError> {
        let others = self
            .streams_of(account)
            .filter(|stream| stream.config.name != config.name);
        let (mut count, mut reserved) = (0, 0);
        for stream in others {
            count += 1;
            if stream.config.storage == config.storage {
                reserved += u64::try_from(stream.config.max_bytes).unwrap_or(0);
            }
        }
        let taken = Reservation {
            others: count,
            reserved,
        };
        self.accounts
            .get(&account)
            .map_or(Ok(()), |account| account.limits.admit(config, &taken))
    }

    fn advise_stream(
        &mut self,
        ask: &Ask<'_>,
        word: &str,
        action: &str,
        name: &str,
        net: &mut dyn Network,
    ) {
        let body = json!({"type": "io.nats.jetstream.advisory.v1.stream_action", "stream": name, "action": action});
        let subject = format!("$JS.EVENT.ADVISORY.STREAM.{word}.{name}");
        self.advise(ask.account, &subject, body, ask.now, net);
    }

    pub(super) fn update_stream(
        &mut self,
        name: &str,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        const KIND: &str = "stream_update_response";
        let fail = |error| (KIND, error);
        let mut config = self.read_config(name, ask).map_err(fail)?;
        let Some(index) = self.stream_index(ask.account, name) else {
            return Err(fail(STREAM_NOT_FOUND));
        };
        let Some(stream) = self.streams[index].as_ref() else {
            return Err(fail(STREAM_NOT_FOUND));
        };
        let old = stream.config.clone();
        let created = stream.created;
        old.check_update(&config).map_err(fail)?;
        check_consumers(stream, &config).map_err(fail)?;
        config.note_level();
        self.check_asked_overlap(ask, &config).map_err(fail)?;
        self.admit(ask.account, &config).map_err(fail)?;
        let account = self.account_name(ask.account);
        let options = config.log_options(&self.settings);
        let key = keys::of(Kind::Stream, &account, name);
        let definition = definition(&config, created);
        // A crash doesn't end the sweep that is to follow.
        let sweep = keys::of(Kind::Sweep, &account, name);
        let sweeps = old.retention == Retention::Limits && config.retention == Retention::Interest;
        let changes = [(&*key, Some(&*definition)), (&*sweep, Some(&b"1"[..]))];
        let left = self.left_origins(index, Some(&config));
        if !left.is_empty() {
            self.sync_taken(index);
        }
        let told = self.store.update_stream_with(
            &keys::log(&account, name),
            options,
            &changes[..1 + usize::from(sweeps)],
        );
        let ticket = told.map_err(|error| fail(refused(&error)))?;
        // Sources that go now may come again.
        self.save_places(index);
        let settings = self.settings.clone();
        let [gone, new] = [(&old, &config), (&config, &old)].map(|(of, other)| without(of, other));
        if let Some(owner) = self.accounts.get_mut(&ask.account) {
            let captured = &mut owner.captured;
            gone.iter().for_each(|it| captured.remove(it, index));
            new.iter().for_each(|it| captured.insert(it, index));
        }
        let listening = self.listen(index, gone, new, net);
        if let Some(stream) = self.streams[index].as_mut() {
            stream.config = config;
            stream.configure(&settings);
            if !stream.settles() {
                stream.keep_unwanted();
            }
            let retention = stream.config.retention;
            stream
                .consumers
                .values_mut()
                .for_each(|consumer| consumer.set_retention(retention));
            stream.keep_schedules(&self.store, &account);
        }
        self.rewire(ask.account);
        self.sweep_left(ask.account, left);
        if old.retention == Retention::Limits {
            // What consumers were done with before, and what nobody wants.
            self.sweep_after(index, 1, Some(&ticket));
        }
        let info = self.streams[index]
            .as_ref()
            .map_or(Value::Null, |stream| json!(self.info_of(stream, ask.now)));
        self.advise_stream(ask, "UPDATED", "modify", name, net);
        Ok(Answer::new(KIND, info).after(ticket).when(listening))
    }

    pub(super) fn stream_info(&self, name: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "stream_info_response";
        let request: InfoRequest = ask.read_json().map_err(|error| (KIND, error))?;
        let stream = self
            .stream(ask.account, name)
            .ok_or((KIND, STREAM_NOT_FOUND))?;
        let mut info = self.info_of(stream, ask.now);
        let mut paging = json!({"total": 0, "offset": 0, "limit": 0});
        if let Some(subjects) = &ask.found.subjects {
            let subjects = subjects.as_ref().map_err(|error| (KIND, error.clone()))?;
            if subjects.total > 0 {
                let offset = usize::try_from(request.offset).unwrap_or(0);
                let shown = subjects.first.iter().skip(offset);
                let shown = shown.map(|(name, count)| (name.clone(), *count));
                info.state.subjects =
                    Some(shown.collect()).filter(|shown: &BTreeMap<_, _>| !shown.is_empty());
                let (total, limit) = (subjects.total, crate::info::SUBJECTS_MAX);
                paging = json!({"total": total, "offset": offset.min(total), "limit": limit});
            }
        }
        let deleted = ask.found.deleted.clone();
        info.state.deleted = deleted.filter(|deleted| !deleted.is_empty());
        Ok(Answer::new(KIND, merge(paging, json!(info))))
    }

    /// The streams that a list shows, all pages of it.
    pub(super) fn listed(
        &self,
        ask: &Ask<'_>,
        request: &ListRequest,
    ) -> impl Iterator<Item = &crate::stream::Stream> {
        let account = self.accounts.get(&ask.account);
        let meant = (!request.subject.is_empty())
            .then(|| account.map(|it| it.captured.streams(&request.subject)));
        let meant = meant.map(Option::unwrap_or_default);
        let is_meant = move |index: &usize| meant.as_ref().is_none_or(|it| it.contains(index));
        let indices = account.map(|account| account.streams.values());
        let indices = indices.into_iter().flatten().copied().filter(is_meant);
        indices.filter_map(|index| self.streams[index].as_deref())
    }

    pub(super) fn stream_names(&self, ask: &Ask<'_>) -> Result {
        const KIND: &str = "stream_names_response";
        let request: ListRequest = ask.read_json().map_err(|error| (KIND, error))?;
        let streams: Vec<_> = self.listed(ask, &request).collect();
        let names: Vec<_> = streams
            .iter()
            .map(|stream| stream.config.name.as_str())
            .collect();
        let (shown, numbers) = page(names, request.offset, NAMES_MAX);
        // An empty page of names is null, one of streams isn't.
        let shown = Some(shown).filter(|shown| !shown.is_empty());
        Ok(Answer::new(KIND, merge(numbers, json!({"streams": shown}))))
    }

    pub(super) fn stream_list(&self, ask: &Ask<'_>) -> Result {
        const KIND: &str = "stream_list_response";
        let request: ListRequest = ask.read_json().map_err(|error| (KIND, error))?;
        let streams: Vec<_> = self.listed(ask, &request).collect();
        let (shown, numbers) = page(streams, request.offset, LIST_MAX);
        let shown: Vec<_> = shown
            .iter()
            .map(|stream| self.listed_info(stream, ask.now))
            .collect();
        Ok(Answer::new(KIND, merge(numbers, json!({"streams": shown}))))
    }

    pub(super) fn delete_stream(
        &mut self,
        name: &str,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        const KIND: &str = "stream_delete_response";
        if !super::is_empty(ask.body) {
            return Err((KIND, NOT_EMPTY_REQUEST));
        }
        let Some(index) = self.stream_index(ask.account, name) else {
            return Err((KIND, STREAM_NOT_FOUND));
        };
        self.counted = 0;
        let account = self.account_name(ask.account);
        let left = self.left_origins(index, None);
        let deleted = self.forget_stream(&account, name);
        let ticket = deleted.map_err(|error| (KIND, refused(&error)))?;
        let mut silenced = None;
        if let Some(mut stream) = self.streams[index].take() {
            if let Some(account) = self.accounts.get_mut(&ask.account) {
                account.streams.remove(name);
                let subjects = stream.config.subjects.iter();
                subjects.for_each(|subject| account.captured.remove(subject, index));
            }
            self.end_feeds(&stream, net);
            self.refuse_held(&stream, &STREAM_NOT_FOUND, net);
            for consumer in stream.consumers.values_mut() {
                consumer.end(409, "Consumer Deleted", net);
            }
            silenced = self.silence(index, *stream, net);
        }
        self.rewire(ask.account);
        self.sweep_left(ask.account, left);
        self.advise_stream(ask, "DELETED", "delete", name, net);
        let answer = Answer::new(KIND, json!({"success": true})).after(ticket);
        Ok(answer.when(silenced))
    }

    /// What a purge asks for, if it may be done.
    pub(super) fn check_purge(
        &self,
        name: &str,
        ask: &Ask<'_>,
    ) -> std::result::Result<PurgeRequest, ApiError> {
        let request: PurgeRequest = ask.read_json()?;
        let stream = self.stream(ask.account, name).ok_or(STREAM_NOT_FOUND)?;
        if stream.config.sealed {
            return Err(STREAM_SEALED);
        }
        if stream.config.deny_purge {
            return Err(STREAM_PURGE_FAILED.says("stream purge not permitted"));
        }
        if request.seq > 0 && request.keep > 0 {
            return Err(BAD_REQUEST);
        }
        Ok(request)
    }

    /// Tells what was purged, or why not.
    pub(super) fn purge_stream(&mut self, name: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "stream_purge_response";
        let fail = |error| (KIND, error);
        self.counted = 0;
        let Some(purged) = &ask.found.purged else {
            let refused = self.check_purge(name, ask).err();
            return Err(fail(refused.unwrap_or(STREAM_NOT_FOUND)));
        };
        let (count, ticket) = purged.as_ref().map_err(|error| fail(error.clone()))?;
        let answer = Answer::new(KIND, json!({"success": true, "purged": count}));
        Ok(match count {
            0 => self.already(answer),
            _ => answer.after(ticket.clone()),
        })
    }

    pub(super) fn get_message(&self, name: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "stream_msg_get_response";
        let fail = |error| (KIND, error);
        if ask.body.trim_ascii().is_empty() {
            return Err(fail(BAD_REQUEST));
        }
        let get: MsgGet = ask.read().map_err(fail)?;
        let stream = self
            .stream(ask.account, name)
            .ok_or(fail(STREAM_NOT_FOUND))?;
        let found = stream.find(&get).map_err(fail)?;
        let mut message = json!({
            "subject": String::from_utf8_lossy(&found.subject),
            "seq": found.seq,
            "time": Time(found.time),
        });
        if !found.headers.is_empty() && !get.no_hdr {
            message["hdrs"] = BASE64.encode(&found.headers).into();
        }
        if !found.payload.is_empty() {
            message["data"] = BASE64.encode(&found.payload).into();
        }
        Ok(Answer::new(KIND, json!({"message": message})))
    }

    pub(super) fn delete_message(&mut self, name: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "stream_msg_delete_response";
        let fail = |error| (KIND, error);
        self.counted = 0;
        if ask.body.trim_ascii().is_empty() {
            return Err(fail(BAD_REQUEST));
        }
        let request: DeleteRequest = ask.read().map_err(fail)?;
        let stream = self
            .stream_mut(ask.account, name)
            .ok_or(fail(STREAM_NOT_FOUND))?;
        if stream.config.sealed {
            return Err(fail(STREAM_SEALED));
        }
        if stream.config.deny_delete {
            return Err(fail(
                STREAM_MSG_DELETE_FAILED.says("message delete not permitted"),
            ));
        }
        let in_file = stream.config.storage == Storage::File;
        let stats = stream.log.stats();
        stream.remember_ids(&[request.seq]);
        let deleted = match request.no_erase {
            true => stream.log.delete_many(&[request.seq]),
            false => stream.log.erase(&[request.seq]),
        };
        let deleted = deleted.map_err(|error| fail(refused(&error)))?;
        let Some((_, ticket)) = deleted else {
            return Err(fail(match request.seq {
                seq if in_file && seq > stats.last_seq => {
                    STREAM_MSG_DELETE_FAILED.says("stream store EOF")
                }
                seq if in_file && seq < stats.first_seq => {
                    STREAM_MSG_DELETE_FAILED.says("no message found")
                }
                seq => SEQUENCE_NOT_FOUND.says(format!("sequence {seq} not found")),
            }));
        };
        stream.lost(&Evicted {
            runs: vec![(request.seq, 1)],
            incomplete: false,
        });
        Ok(Answer::new(KIND, json!({"success": true})).after(ticket))
    }
}

/// Consumers that are there must keep to new limits.
fn check_consumers(
    stream: &crate::stream::Stream,
    new: &StreamConfig,
) -> std::result::Result<(), ApiError> {
    let limits = &new.consumer_limits;
    let breaks = |limit: i64, value: i64| limit > 0 && value > limit;
    let violates = |consumer: &&crate::consumer::Consumer| {
        breaks(limits.max_ack_pending, consumer.config.max_ack_pending)
            || breaks(
                limits.inactive_threshold,
                consumer.config.inactive_threshold,
            )
            || (limits.inactive_threshold > 0 && consumer.config.inactive_threshold == 0)
    };
    let violating = stream.consumers.values().filter(violates);
    let names: Vec<&str> = violating.map(|consumer| consumer.name()).collect();
    match names[..] {
        [] => Ok(()),
        _ => Err(STREAM_UPDATE.says(format!(
            "change to limits violates consumers: {}",
            names.join(", ")
        ))),
    }
}

/// Subjects of a stream that it doesn't have as another one.
fn without(of: &StreamConfig, other: &StreamConfig) -> Vec<String> {
    if of.subjects == other.subjects {
        return Vec::new();
    }
    let known: HashSet<&String> = other.subjects.iter().collect();
    let new = of.subjects.iter().filter(|it| !known.contains(it));
    new.cloned().collect()
}

/// Whether a request asks for what is there.
fn same(old: &StreamConfig, new: &StreamConfig) -> bool {
    let plain = |config: &StreamConfig| {
        let mut config = config.clone();
        config.metadata.retain(|key| !key.starts_with("_nats."));
        config
    };
    plain(old) == plain(new)
}

fn refused(error: &LogError) -> ApiError {
    match error {
        error if error.is_passing() => store_error(error),
        other => STREAM_INVALID_CONFIG.says(other.to_string()),
    }
}

/// Fields of `b` behind those of `a`.
pub(super) fn merge(a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Object(mut a), Value::Object(b)) => {
            a.extend(b);
            Value::Object(a)
        }
        (_, b) => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_a_bad_body_say_where() {
        let error = crate::json::body::<DeleteRequest>(b"{\"seq\":", true)
            .err()
            .unwrap();
        assert_eq!(error.err_code, crate::error::INVALID_JSON.err_code);
        assert!(error.description.starts_with("invalid JSON: "), "{error}");
    }
}
