//! `CONSUMER.*`: consumers are made, changed, listed, paused and removed.

use super::stream::merge;
use super::{Answer, Ask, Result, page};
use crate::config::{Retention, StreamConfig};
use crate::consumer::{Consumer, ConsumerConfig};
use crate::error::*;
use crate::json::Body;
use crate::overlap::Filters;
use crate::stream::store_error;
use crate::time::Time;
use crate::{ApiError, JetStream, Network};
use serde::Deserialize;
use serde_json::{Value, json};

const NAMES_MAX: usize = 1024;
const LIST_MAX: usize = 256;
const CREATE: &str = "consumer_create_response";

#[derive(Default, Deserialize)]
#[serde(default)]
struct CreateRequest {
    stream_name: String,
    config: Value,
    action: String,
    pedantic: bool,
}

impl Body for CreateRequest {
    const FIELDS: &'static [&'static str] = &["stream_name", "config", "action", "pedantic"];
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ListRequest {
    offset: i64,
}

impl Body for ListRequest {
    const FIELDS: &'static [&'static str] = &["offset"];
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PauseRequest {
    pause_until: Option<Time>,
}

impl Body for PauseRequest {
    const FIELDS: &'static [&'static str] = &["pause_until"];
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UnpinRequest {
    group: String,
}

impl Body for UnpinRequest {
    const FIELDS: &'static [&'static str] = &["group"];
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResetRequest {
    seq: u64,
}

impl Body for ResetRequest {
    const FIELDS: &'static [&'static str] = &["seq"];
}

/// What the subject of a request to make or change a consumer says.
pub(super) struct Target<'a> {
    pub(super) stream: &'a str,
    name: Option<&'a str>,
    filter: Option<String>,
    /// It is one of those for durable consumers.
    durable: bool,
}

impl<'a> Target<'a> {
    /// `None`: it is another request.
    pub(super) fn of(words: &[&'a str]) -> Option<Self> {
        let (stream, name, filter, durable) = match *words {
            ["CONSUMER", "DURABLE", "CREATE", stream, name] => (stream, Some(name), None, true),
            ["CONSUMER", "CREATE", stream] => (stream, None, None, false),
            ["CONSUMER", "CREATE", stream, name] => (stream, Some(name), None, false),
            ["CONSUMER", "CREATE", stream, name, ref filter @ ..] => {
                (stream, Some(name), Some(filter.join(".")), false)
            }
            _ => return None,
        };
        Some(Self {
            stream,
            name,
            filter,
            durable,
        })
    }
}

/// A consumer that may be made or changed.
pub(super) struct Wanted {
    /// Without a name of its own where one is to be drawn.
    pub(super) config: ConsumerConfig,
    /// What tells its stream from an earlier one of its name.
    identity: Option<String>,
    /// It is there, and is changed.
    pub(super) exists: bool,
}

/// Stands for a name that is drawn when all else is known to be right.
const NAME_TO_DRAW: &str = "drawn";

impl JetStream {
    pub(super) fn create_consumer(
        &mut self,
        target: &Target<'_>,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        let fail = |error| (CREATE, error);
        let wanted = self.check_consumer(target, ask).map_err(fail)?;
        let (stream, identity, mut config) = (target.stream, wanted.identity, wanted.config);
        if wanted.exists {
            let changed = self.change_consumer(stream, config, ask, net);
            return changed.map(|answer| answer.of(identity)).map_err(fail);
        }
        if config.name_drawn {
            config.name = self.draw_name();
        }
        let lasts = ask.found.lasts.take().transpose().map_err(fail)?;
        let lasts = lasts.map(|lasts| *lasts);
        let account_name = self.account_name(ask.account);
        let Some(of) = self.stream(ask.account, stream) else {
            return Err(fail(STREAM_NOT_FOUND));
        };
        let name = config.name.clone();
        let mut consumer = Consumer::new(ask.account, stream, &of.log, config, lasts, ask.now)
            .map_err(|error| fail(store_error(&error)))?
            .with_retention(of.config.retention);
        consumer.look_for_interest(ask.now, net);
        let ticket = self
            .put_consumer((&account_name, stream), &mut consumer)
            .map_err(fail)?;
        let info = json!(consumer.info(ask.now));
        if let Some(of) = self.stream_mut(ask.account, stream) {
            of.consumers.insert(consumer);
        }
        let body = json!({
            "type": "io.nats.jetstream.advisory.v1.consumer_action", "stream": stream, "consumer": name, "action": "create",
        });
        self.advise(
            ask.account,
            &format!("$JS.EVENT.ADVISORY.CONSUMER.CREATED.{stream}.{name}"),
            body,
            ask.now,
            net,
        );
        Ok(Answer::new(CREATE, info).after(ticket).of(identity))
    }

    /// Whether a consumer can be made or changed as asked.
    pub(super) fn check_consumer(
        &self,
        target: &Target<'_>,
        ask: &Ask<'_>,
    ) -> std::result::Result<Wanted, ApiError> {
        let request: CreateRequest = ask.read()?;
        if request.stream_name != target.stream {
            return Err(STREAM_MISMATCH);
        }
        let mut config = ConsumerConfig::parse(request.config, self.settings.strict)?;
        check_subject(&config, target)?;
        if let Some(name) = target.name {
            config.name = name.to_owned();
        }
        let account = self.accounts.get(&ask.account);
        let limits = &account.ok_or(NOT_ENABLED_FOR_ACCOUNT)?.limits;
        let of = self.stream(ask.account, target.stream);
        let of = of.ok_or(STREAM_NOT_FOUND)?;
        if !["", "create", "update"].contains(&request.action.as_str()) {
            let text = format!(
                "invalid JSON: unknown consumer action: {:?}",
                request.action
            );
            return Err(INVALID_JSON.says(text));
        }
        if config.name.is_empty() {
            config.name_drawn = config.durable_name.is_empty();
            config.name = match config.name_drawn {
                true => NAME_TO_DRAW.to_owned(),
                false => config.durable_name.clone(),
            };
        }
        config.accept(request.pedantic, &of.config, limits)?;
        let old = match config.name_drawn {
            true => None,
            false => of.consumers.get(&config.name).map(|old| &old.config),
        };
        config.check_targets(ask.client, old)?;
        if let Some(old) = old {
            if request.action == "create" && !old.is_like(&config) {
                return Err(CONSUMER_ALREADY_EXISTS);
            }
            old.check_update(&config)?;
        }
        let identity = (!config.is_counted()).then(|| of.identity());
        if let (Some(own), Some(asked)) = (&identity, ask.identity)
            && !asked.is_empty()
            && asked != own.as_bytes()
        {
            let text = format!("consumer's stream identity does not match: {own}");
            return Err(CONSUMER_STREAM_IDENTITY_MISMATCH.says(text));
        }
        let others = of.consumers.values().map(|other| &other.config);
        let mut own = Shares::default();
        own.add(&config);
        for other in others.filter(|other| old.is_none() || other.name != config.name) {
            own.admit(&of.config, other)?;
        }
        let exists = old.is_some();
        if !exists && request.action == "update" {
            return Err(CONSUMER_DOES_NOT_EXIST);
        }
        if !exists {
            let counted = of.consumers.values();
            let there = counted.filter(|it| it.config.is_counted()).count();
            check_room(&of.config, there, &config, limits.max_consumers)?;
        }
        Ok(Wanted {
            config,
            identity,
            exists,
        })
    }

    fn change_consumer(
        &mut self,
        stream: &str,
        config: ConsumerConfig,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> std::result::Result<Answer, ApiError> {
        let account = self
            .accounts
            .get(&ask.account)
            .map(|account| account.name.clone())
            .unwrap_or_default();
        let of = self
            .stream_mut(ask.account, stream)
            .ok_or(STREAM_NOT_FOUND)?;
        let slot = of.consumers.slot(&config.name).ok_or(CONSUMER_NOT_FOUND)?;
        // Its state may be written below, and says of these that they were removed.
        of.settle_acked(&[slot]);
        let is_by_interest = of.config.retention == Retention::Interest;
        let old = of
            .consumers
            .get_mut(&config.name)
            .ok_or(CONSUMER_NOT_FOUND)?;
        let (created, moves) = (
            old.created,
            config.deliver_subject != old.config.deliver_subject,
        );
        let same = old.config == config;
        let narrows = is_by_interest && !old.config.filters().eq(config.filters());
        if !same && moves && net.has_interest(ask.account, old.config.deliver_subject.as_bytes()) {
            return Err(CONSUMER_NAME_EXISTS);
        }
        // Who says again that it is a stream's source begins again where it was acknowledged.
        let state = match config.sourcing {
            true => Some(old.write_reset(None, ask.now)),
            false => old.write_with(&config),
        };
        let save = state.as_ref().map(|write| write.save);
        if narrows && let Some(index) = self.stream_index(ask.account, stream) {
            let _ = self.mark_sweep(ask.account, index);
        }
        let ticket = match (same, state) {
            (true, None) => None,
            (true, Some(state)) => self.keep_state((&account, stream), &config, state)?,
            (false, state) => self.keep_consumer((&account, stream), &config, created, state)?,
        };
        let of = self
            .stream_mut(ask.account, stream)
            .ok_or(STREAM_NOT_FOUND)?;
        if let (Some(consumer), Some(save)) = (of.consumers.get_mut(&config.name), save) {
            if config.sourcing {
                consumer.reset(None, ask.now);
            }
            consumer.wrote(save);
        }
        if same {
            let consumer = of
                .consumers
                .get_mut(&config.name)
                .ok_or(CONSUMER_NOT_FOUND)?;
            consumer.look_for_interest(ask.now, net);
            let answer = Answer::new(CREATE, json!(consumer.info(ask.now)));
            return Ok(match save {
                Some(_) => answer.after(ticket),
                None => self.already(answer),
            });
        }
        let old = of.consumers.get(&config.name).ok_or(CONSUMER_NOT_FOUND)?;
        let from = old.held_from();
        let consumer = of.consumers.update(config).ok_or(CONSUMER_NOT_FOUND)?;
        let answer = Answer::new(CREATE, json!(consumer.info(ask.now))).after(ticket.clone());
        if let Some(index) = self.stream_index(ask.account, stream).filter(|_| narrows) {
            self.sweep_after(index, from, ticket.as_ref());
        }
        Ok(answer)
    }

    fn consumer(
        &self,
        kind: &'static str,
        stream: &str,
        name: &str,
        ask: &Ask<'_>,
    ) -> std::result::Result<&Consumer, (&'static str, ApiError)> {
        let stream = self
            .stream(ask.account, stream)
            .ok_or((kind, STREAM_NOT_FOUND))?;
        let consumer = stream.consumers.get(name);
        consumer.ok_or((kind, CONSUMER_NOT_FOUND))
    }

    pub(super) fn consumer_info(&self, stream: &str, name: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "consumer_info_response";
        if !super::is_empty(ask.body) {
            return Err((KIND, NOT_EMPTY_REQUEST));
        }
        let consumer = self.consumer(KIND, stream, name, ask)?;
        Ok(Answer::new(KIND, json!(consumer.info(ask.now))))
    }

    pub(super) fn consumer_names(&self, stream: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "consumer_names_response";
        let request: ListRequest = ask.read_json().map_err(|error| (KIND, error))?;
        let stream = self
            .stream(ask.account, stream)
            .ok_or((KIND, STREAM_NOT_FOUND))?;
        let names = stream.listed_consumers().map(Consumer::name);
        let (shown, numbers) = page(names.collect(), request.offset, NAMES_MAX);
        Ok(Answer::new(
            KIND,
            merge(numbers, json!({"consumers": shown})),
        ))
    }

    pub(super) fn consumer_list(&self, stream: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "consumer_list_response";
        let request: ListRequest = ask.read_json().map_err(|error| (KIND, error))?;
        let stream = self
            .stream(ask.account, stream)
            .ok_or((KIND, STREAM_NOT_FOUND))?;
        let consumers = stream.listed_consumers().collect();
        let (shown, numbers) = page(consumers, request.offset, LIST_MAX);
        let shown: Vec<_> = shown
            .iter()
            .map(|consumer| consumer.listed(ask.now))
            .collect();
        Ok(Answer::new(
            KIND,
            merge(numbers, json!({"consumers": shown})),
        ))
    }

    pub(super) fn remove_consumer(
        &mut self,
        stream: &str,
        name: &str,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        const KIND: &str = "consumer_delete_response";
        if !super::is_empty(ask.body) {
            return Err((KIND, NOT_EMPTY_REQUEST));
        }
        self.consumer(KIND, stream, name, ask)?;
        let deleted = self.delete_consumer(ask.account, stream, name, ask.now, net);
        let ticket = deleted.transpose().map_err(|error| (KIND, error))?;
        Ok(Answer::new(KIND, json!({"success": true})).after(ticket))
    }

    pub(super) fn pause_consumer(
        &mut self,
        stream: &str,
        name: &str,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        const KIND: &str = "consumer_pause_response";
        let fail = |error| (KIND, error);
        let request: PauseRequest = ask.read_json().map_err(fail)?;
        let account = self
            .accounts
            .get(&ask.account)
            .map(|account| account.name.clone())
            .unwrap_or_default();
        let consumer = self.consumer(KIND, stream, name, ask)?;
        let (config, created) = (
            consumer.config.paused(request.pause_until),
            consumer.created,
        );
        let ticket = self
            .keep_consumer((&account, stream), &config, created, None)
            .map_err(fail)?;
        let of = self
            .stream_mut(ask.account, stream)
            .ok_or(fail(STREAM_NOT_FOUND))?;
        let consumer = of.consumers.get_mut(name).ok_or(fail(CONSUMER_NOT_FOUND))?;
        consumer.pause(request.pause_until);
        let paused = consumer.is_paused(ask.now);
        let until = request.pause_until.unwrap_or_default();
        let mut answer = json!({"paused": paused, "pause_until": until});
        if paused {
            answer["pause_remaining"] = (until.0 - ask.now).into();
        }
        let body = json!({
            "type": "io.nats.jetstream.advisory.v1.consumer_pause", "stream": stream, "consumer": name, "paused": paused, "pause_until": until,
        });
        self.advise(
            ask.account,
            &format!("$JS.EVENT.ADVISORY.CONSUMER.PAUSE.{stream}.{name}"),
            body,
            ask.now,
            net,
        );
        Ok(Answer::new(KIND, answer).after(ticket))
    }

    pub(super) fn reset_consumer(&mut self, stream: &str, name: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "consumer_reset_response";
        let fail = |error| (KIND, error);
        // The reference isn't strict here.
        let request: ResetRequest = crate::json::body(ask.body, false).map_err(fail)?;
        let account = self.account_name(ask.account);
        let of = self
            .stream(ask.account, stream)
            .ok_or(fail(STREAM_NOT_FOUND))?;
        let identity = ask.identity.map(|_| of.identity());
        let consumer = of.consumers.get(name).ok_or(fail(CONSUMER_NOT_FOUND))?;
        let asked = Some(request.seq).filter(|seq| *seq > 0);
        if let Some(seq) = asked {
            consumer.check_reset(seq).map_err(|why| {
                fail(CONSUMER_INVALID_RESET.says(format!("invalid reset: {why}")))
            })?;
        }
        let write = consumer.write_reset(asked, ask.now);
        let save = write.save;
        let ticket = self
            .keep_state((&account, stream), &consumer.config, write)
            .map_err(fail)?;
        let of = self
            .stream_mut(ask.account, stream)
            .ok_or(fail(STREAM_NOT_FOUND))?;
        let consumer = of.consumers.get_mut(name).ok_or(fail(CONSUMER_NOT_FOUND))?;
        let at = consumer.reset(asked, ask.now);
        consumer.wrote(save);
        let mut info = json!(consumer.info(ask.now));
        info["reset_seq"] = at.into();
        Ok(Answer::new(KIND, info).after(ticket).of(identity))
    }

    pub(super) fn unpin_consumer(&mut self, stream: &str, name: &str, ask: &Ask<'_>) -> Result {
        const KIND: &str = "consumer_unpin_response";
        let fail = |error| (KIND, error);
        let request: UnpinRequest = ask.read().map_err(fail)?;
        if request.group.is_empty() {
            let text = "invalid JSON: consumer group not specified";
            return Err(fail(INVALID_JSON.says(text)));
        }
        let of = self
            .stream_mut(ask.account, stream)
            .ok_or(fail(STREAM_NOT_FOUND))?;
        let consumer = of.consumers.get_mut(name).ok_or(fail(CONSUMER_NOT_FOUND))?;
        if !consumer.config.priority_groups.contains(&request.group) {
            return Err(fail(CONSUMER_INVALID_PRIORITY_GROUP));
        }
        consumer.unpin(&request.group, "admin");
        Ok(Answer::new(KIND, json!({})))
    }
}

/// What the subject of a request says must agree with its body.
fn check_subject(
    config: &ConsumerConfig,
    target: &Target<'_>,
) -> std::result::Result<(), ApiError> {
    let name = target.name;
    if target.durable {
        if config.durable_name.is_empty() {
            return Err(CONSUMER_DURABLE_NAME_NOT_SET);
        }
        if name != Some(config.durable_name.as_str()) {
            return Err(CONSUMER_DURABLE_NAME_NOT_MATCH_SUBJECT);
        }
        return Ok(());
    }
    match name {
        None if !config.durable_name.is_empty() => {
            return Err(CONSUMER_EPHEMERAL_WITH_DURABLE_NAME);
        }
        Some(name) if !config.durable_name.is_empty() && config.durable_name != name => {
            return Err(CONSUMER_DURABLE_NAME_NOT_MATCH_SUBJECT);
        }
        _ => {}
    }
    if let Some(filter) = &target.filter {
        if !config.filter_subjects.is_empty() {
            return Err(CONSUMER_MULTIPLE_FILTERS_NOT_ALLOWED);
        }
        if config.filter_subject != *filter {
            return Err(CONSUMER_CREATE_FILTER_SUBJECT_MISMATCH);
        }
    }
    Ok(())
}

/// Whether there may be one more consumer beside `there` that count.
pub(super) fn check_room(
    stream: &StreamConfig,
    there: usize,
    config: &ConsumerConfig,
    account_max: Option<u64>,
) -> std::result::Result<(), ApiError> {
    let most = [u64::try_from(stream.max_consumers).ok(), account_max]
        .into_iter()
        .flatten()
        .min();
    match config.is_counted() && most.is_some_and(|most| there as u64 >= most) {
        true => Err(MAXIMUM_CONSUMERS),
        false => Ok(()),
    }
}

/// What some consumers of a work queue have for themselves, so that no other one may have it.
#[derive(Default)]
pub(super) struct Shares {
    /// How many they are, without those that don't count.
    pub(super) count: usize,
    /// One of them has all messages.
    whole: bool,
    filters: Filters,
}

impl Shares {
    pub(super) fn add(&mut self, config: &ConsumerConfig) {
        if config.is_counted() {
            self.count += 1;
            self.filters.renew();
            self.whole |= config.filters().next().is_none();
            config
                .filters()
                .for_each(|filter| self.filters.insert(filter));
        }
    }

    /// Whether another consumer may stand beside them.
    pub(super) fn admit(
        &mut self,
        stream: &StreamConfig,
        other: &ConsumerConfig,
    ) -> std::result::Result<(), ApiError> {
        if stream.retention != Retention::WorkQueue || !other.is_counted() || self.count == 0 {
            return Ok(());
        }
        if self.whole || other.filters().next().is_none() {
            return Err(CONSUMER_WQ_MULTIPLE_UNFILTERED);
        }
        for theirs in other.filters() {
            if self.filters.overlap(theirs)? {
                return Err(CONSUMER_WQ_NOT_UNIQUE);
            }
        }
        Ok(())
    }
}
