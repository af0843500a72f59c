//! What the store knows of streams and consumers: written when they are made, read when an account opens.

use super::*;
use crate::consumer::StateWrite;
use crate::keys::{self, Kind};
use midge_streamlog::{DamageKind, StateChange};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A stream's definition in the store.
#[derive(Deserialize)]
pub(super) struct StreamDefinition {
    pub(super) config: StreamConfig,
    pub(super) created: u64,
}

/// A consumer's definition in the store.
#[derive(Deserialize)]
pub(super) struct ConsumerDefinition {
    pub(super) config: ConsumerConfig,
    pub(super) created: u64,
}

impl JetStream {
    pub(super) fn restore(
        &mut self,
        id: AccountId,
        account: &str,
        net: &mut dyn Network,
        now: u64,
    ) -> Result<(), OpenError> {
        let mut failed = Ok(());
        let mut known = BTreeSet::new();
        for entry in keys::of_account(&self.store, Kind::Stream, account) {
            let name = entry.stream;
            let definition = serde_json::from_slice::<StreamDefinition>(&entry.value);
            let in_memory = definition
                .as_ref()
                .is_ok_and(|definition| definition.config.storage == Storage::Memory);
            if in_memory {
                // It is gone with the process, and so are its consumers.
                let _ = self.store.delete_state(&entry.key);
                continue;
            }
            known.insert(name.clone());
            let definition = match definition {
                Ok(definition) => definition,
                Err(error) => {
                    tracing::error!(stream = keys::log(account, &name), %error, "JetStream: a stream's definition can't be read, it is left as it is");
                    continue;
                }
            };
            if let Err(source) = self.restore_stream(id, account, definition, net, now) {
                tracing::error!(stream = keys::log(account, &name), error = %source, way_out = "see to the files of the store, then restart the server", "JetStream: a stream can't be opened, it is left as it is");
                failed = Err(OpenError::Stream { name, source });
            }
        }
        self.rewire(id);
        if known.len() == self.accounts.get(&id).map_or(0, |of| of.streams.len())
            && self.knows_all()
        {
            self.resume_sweeps(id);
        }
        for (log, _) in self.store.streams() {
            let own = keys::owner(&log).filter(|(owner, _)| *owner == account);
            if own.is_some_and(|(_, name)| !known.contains(name)) {
                tracing::info!(
                    stream = log,
                    "JetStream: a stream that was half made or half deleted is removed"
                );
                let _ = self.store.delete_stream(&log);
            }
        }
        self.forget_orphans(account, &known);
        failed
    }

    /// Whether the store lost nothing that may have been a definition.
    fn knows_all(&self) -> bool {
        let damage = self.store.damage();
        let mut lost = damage.iter().filter(|of| of.stream.is_none());
        lost.all(|of| of.kind.is_trace_of_a_crash() || of.kind == DamageKind::Orphan)
    }

    /// Removes what is kept of streams that nothing defines: those, too, were half made or half deleted.
    fn forget_orphans(&self, account: &str, known: &BTreeSet<String>) {
        let kinds = [
            Kind::Consumer,
            Kind::State,
            Kind::StatePart,
            Kind::Places,
            Kind::Sweep,
            Kind::Schedule,
            Kind::Rollup,
        ];
        for kind in kinds {
            for entry in keys::of_account(&self.store, kind, account) {
                if !known.contains(&entry.stream) {
                    let _ = self.store.delete_state(&entry.key);
                }
            }
        }
    }

    pub(super) fn restore_stream(
        &mut self,
        id: AccountId,
        account: &str,
        definition: StreamDefinition,
        net: &mut dyn Network,
        now: u64,
    ) -> Result<(), midge_streamlog::Error> {
        let StreamDefinition { config, created } = definition;
        let name = keys::log(account, &config.name);
        let log = match self.store.stream(&name)? {
            Some(log) => log,
            // Its first commit never came.
            None => {
                self.store
                    .create_stream(&name, config.log_options(&self.settings))?
                    .0
            }
        };
        begin_at(&log, config.first_seq);
        let stream_name = config.name.clone();
        let index = self.put_stream(id, config, created, log);
        self.listen_to_all(index, net);
        for entry in keys::of_stream(&self.store, Kind::Consumer, account, &stream_name) {
            let definition = match serde_json::from_slice::<ConsumerDefinition>(&entry.value) {
                Ok(definition) => definition,
                Err(error) => {
                    let consumer = &*entry.part;
                    tracing::error!(stream = name, consumer, %error, "JetStream: a consumer's definition can't be read, it is left as it is");
                    self.note_unread(index, entry.part);
                    continue;
                }
            };
            let ConsumerDefinition { config, created } = definition;
            let name = config.name.clone();
            let state = keys::stored_state(&self.store, account, &stream_name, &name);
            if let Some(stream) = &self.streams[index] {
                let log = stream.log.clone();
                let retention = stream.config.retention;
                let restored =
                    Consumer::restore((id, &stream_name), &log, config, (created, now), &state);
                let mut restored = match restored {
                    Ok(restored) => restored.with_retention(retention),
                    Err(error) => {
                        let (stream, consumer) = (log.name(), &*entry.part);
                        tracing::error!(stream, consumer, %error, way_out = "restart the server when the stream can be read", "JetStream: a consumer can't be placed in its stream, it is left as it is");
                        self.note_unread(index, entry.part);
                        continue;
                    }
                };
                if let Some((write, _)) = restored.poll_state(true, now) {
                    let save = write.save;
                    let changes = keys::state_changes(account, &stream_name, &name, write);
                    match self.store.change_states(&keys::borrowed(&changes)) {
                        Ok(_) => restored.wrote(save),
                        // It is written as soon as it can be.
                        Err(_) => restored.unsaved(Vec::new()),
                    }
                }
                if let Some(stream) = &mut self.streams[index] {
                    stream.consumers.insert(restored);
                }
            }
        }
        Ok(())
    }

    fn note_unread(&mut self, index: usize, consumer: String) {
        if let Some(stream) = &mut self.streams[index] {
            stream.consumers.note_unread(consumer);
        }
    }

    /// Defines a consumer, with its state: where it begins is found once, and not again by each restart. Of a direct one nothing is
    /// kept: it ends with the server.
    pub(crate) fn put_consumer(
        &self,
        (account, stream): (&str, &str),
        consumer: &mut Consumer,
    ) -> Result<Option<Ticket>, ApiError> {
        if consumer.config.direct {
            return Ok(None);
        }
        keys::check_consumer(account, stream, consumer.name())?;
        let strays = keys::stored_state(&self.store, account, stream, consumer.name());
        let write = consumer.first_write(&strays);
        let save = write.save;
        let (config, created) = (&consumer.config, consumer.created);
        let ticket = self.keep_consumer((account, stream), config, created, Some(write))?;
        consumer.wrote_all(save, consumer.created);
        Ok(ticket)
    }

    /// Writes what there is to be of a consumer before it is: its definition, and its state if that changes as well.
    pub(crate) fn keep_consumer(
        &self,
        (account, stream): (&str, &str),
        config: &ConsumerConfig,
        created: u64,
        state: Option<StateWrite>,
    ) -> Result<Option<Ticket>, ApiError> {
        if config.direct {
            return Ok(None);
        }
        let own = keys::part(Kind::Consumer, account, stream, &config.name);
        let mut changes = vec![(own, Some(definition(config, created)))];
        changes.extend(
            state
                .into_iter()
                .flat_map(|write| keys::state_changes(account, stream, &config.name, write)),
        );
        self.keep(&changes).map(Some)
    }

    /// Writes a consumer's state before it is so.
    pub(crate) fn keep_state(
        &self,
        (account, stream): (&str, &str),
        config: &ConsumerConfig,
        state: StateWrite,
    ) -> Result<Option<Ticket>, ApiError> {
        if config.direct {
            return Ok(None);
        }
        let changes = keys::state_changes(account, stream, &config.name, state);
        self.keep(&changes).map(Some)
    }

    fn keep(&self, changes: &[keys::Change]) -> Result<Ticket, ApiError> {
        let ticket = self.store.change_states(&keys::borrowed(changes));
        ticket.map_err(|error| crate::stream::store_error(&error))
    }

    /// Removes a consumer and what is known of it. `None`: there is none. What the store refuses changes nothing.
    pub(crate) fn delete_consumer(
        &mut self,
        account: AccountId,
        stream: &str,
        name: &str,
        now: u64,
        net: &mut dyn Network,
    ) -> Option<Result<Ticket, ApiError>> {
        let account_name = self.accounts.get(&account)?.name.clone();
        let of = self.stream_mut(account, stream)?;
        // While it is there to be tried again: afterwards nobody knows what it was done with.
        let slot = of.consumers.slot(name)?;
        of.settle_acked(&[slot]);
        let sweeps = of.config.retention == crate::Retention::Interest;
        let parts = of.consumers.get(name)?.stored_parts();
        let parts = parts.map(|start| keys::state_part(&account_name, stream, name, start));
        let own = [Kind::State, Kind::Consumer];
        let own = own.map(|kind| keys::part(kind, &account_name, stream, name));
        let gone: Vec<Vec<u8>> = parts.chain(own).collect();
        let gone: Vec<StateChange<'_>> = gone.iter().map(|key| (&**key, None)).collect();
        let sweep = keys::of(Kind::Sweep, &account_name, stream);
        let mark = [(&*sweep, Some(&b"1"[..]))];
        let changed = match sweeps {
            true => self.store.change_states(&[&gone[..], &mark].concat()),
            false => self.store.change_states(&gone),
        };
        // A full disk takes what is forgotten, but no mark.
        let ticket = match changed.or_else(|_| self.store.change_states(&gone)) {
            Ok(ticket) => ticket,
            Err(error) => return Some(Err(crate::stream::store_error(&error))),
        };
        let index = self.stream_index(account, stream)?;
        let of = self.streams[index].as_mut()?;
        let mut consumer = of.consumers.remove(name)?;
        consumer.end(409, "Consumer Deleted", net);
        let (removal, from) = (of.last_removal(), consumer.held_from());
        let replies = consumer.into_confirmed();
        if !replies.is_empty() {
            self.saving.push_back(Saving {
                ticket: ticket.clone(),
                removal,
                account,
                replies,
            });
        }
        if sweeps {
            self.sweep_after(index, from, Some(&ticket));
        }
        let body = json!({
            "type": "io.nats.jetstream.advisory.v1.consumer_action", "stream": stream, "consumer": name, "action": "delete",
        });
        self.advise(
            account,
            &format!("$JS.EVENT.ADVISORY.CONSUMER.DELETED.{stream}.{name}"),
            body,
            now,
            net,
        );
        Some(Ok(ticket))
    }

    /// Removes all that is kept of a stream, and its log.
    pub(crate) fn forget_stream(
        &self,
        account: &str,
        name: &str,
    ) -> Result<Ticket, midge_streamlog::Error> {
        let parts = [
            Kind::Consumer,
            Kind::State,
            Kind::StatePart,
            Kind::Schedule,
            Kind::Rollup,
        ];
        let parts = parts
            .into_iter()
            .flat_map(|kind| keys::of_stream(&self.store, kind, account, name));
        let mut gone: Vec<Vec<u8>> = parts.map(|entry| entry.key).collect();
        gone.push(keys::of(Kind::Places, account, name));
        gone.push(keys::of(Kind::Sweep, account, name));
        gone.push(keys::of(Kind::Stream, account, name));
        let changes: Vec<_> = gone.iter().map(|key| (&**key, None)).collect();
        self.store
            .delete_stream_with(&keys::log(account, name), &changes)
    }
}

/// A stream's or consumer's definition, as it is kept.
pub(crate) fn definition(config: &(impl Serialize + DeserializeOwned), created: u64) -> Vec<u8> {
    let full = serde_json::to_string(config).unwrap_or_default();
    if full.len() > LEAN_MAX {
        return format!("{{\"config\":{full},\"created\":{created}}}").into_bytes();
    }
    let definition = json!({"config": lean(config), "created": created});
    definition.to_string().into_bytes()
}

/// Beside more bytes than these nobody saves by leaving fields out, and a hundred thousand subjects aren't worth a look each.
const LEAN_MAX: usize = 16 << 10;

/// Has a log begin at a configured sequence, unless it does.
pub(crate) fn begin_at(log: &midge_streamlog::Stream, first_seq: u64) {
    if let Some(before) = first_seq.checked_sub(1)
        && before > log.stats().last_seq
    {
        // A log that is stopped takes nothing else either.
        let _ = log.skip_to(before);
    }
}

/// A configuration without the fields that say what is assumed when they are missing. It stays in memory as long as its stream
/// does, and most of it is never different.
fn lean<T: Serialize + DeserializeOwned>(config: &T) -> Value {
    let shown = |config: &T| serde_json::to_value(config).unwrap_or_default();
    let assumed = serde_json::from_value::<T>(json!({})).map(|it| shown(&it));
    let mut lean = shown(config);
    if let (Some(fields), Ok(assumed)) = (lean.as_object_mut(), assumed) {
        fields.retain(|name, value| assumed.get(name) != Some(value));
    }
    lean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AckPolicy, DeliverPolicy, Retention};

    #[test]
    fn a_kept_configuration_is_read_as_it_was() {
        let mut stream: StreamConfig = serde_json::from_str("{}").unwrap();
        (stream.name, stream.max_age) = ("S".into(), 5);
        (stream.retention, stream.allow_direct) = (Retention::Interest, true);
        let kept = lean(&stream);
        let fields =
            json!({"name": "S", "max_age": 5, "retention": "interest", "allow_direct": true});
        assert_eq!(kept, fields);
        assert_eq!(
            serde_json::from_value::<StreamConfig>(kept).unwrap(),
            stream
        );

        let mut consumer = ConsumerConfig {
            name: "C".into(),
            ack_policy: AckPolicy::Explicit,
            deliver_policy: DeliverPolicy::New,
            ..ConsumerConfig::default()
        };
        consumer.metadata.insert("a", "b");
        let back = serde_json::from_value::<ConsumerConfig>(lean(&consumer)).unwrap();
        assert_eq!(back, consumer);

        stream.subjects = (0..LEAN_MAX).map(|at| format!("s.{at}")).collect();
        let back: StreamDefinition = serde_json::from_slice(&definition(&stream, 7)).unwrap();
        assert_eq!((back.config, back.created), (stream, 7));
    }

    /// What is missing in a folder was this when it was left out: another meaning would change streams that are there.
    #[test]
    fn what_is_assumed_stays_as_it_is() {
        let stream: StreamConfig = serde_json::from_str("{}").unwrap();
        let consumer: ConsumerConfig = serde_json::from_str("{}").unwrap();
        let of_stream = json!({
            "name": "", "retention": "limits", "storage": "file", "discard": "old", "compression": "none", "num_replicas": 1,
            "max_age": 0, "max_bytes": -1, "max_consumers": -1, "max_msg_size": -1, "max_msgs": -1, "max_msgs_per_subject": -1,
            "allow_direct": false, "allow_msg_ttl": false, "allow_rollup_hdrs": false, "mirror_direct": false,
            "deny_delete": false, "deny_purge": false, "sealed": false, "consumer_limits": {},
        });
        assert_eq!(json!(stream), of_stream);
        let of_consumer = json!({
            "ack_policy": "none", "deliver_policy": "all", "replay_policy": "instant", "num_replicas": 0,
        });
        assert_eq!(json!(consumer), of_consumer);
    }
}
