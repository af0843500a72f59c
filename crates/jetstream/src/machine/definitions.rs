//! What the store knows of streams and consumers: written when they are made, read when an account opens.

use super::*;
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
        let prefix = format!("s/{account}/");
        let mut known = Vec::new();
        for (key, value) in self.store.states(prefix.as_bytes()) {
            let name = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
            let definition = serde_json::from_slice::<StreamDefinition>(&value);
            let in_memory = definition
                .as_ref()
                .is_ok_and(|definition| definition.config.storage == Storage::Memory);
            if in_memory {
                // It is gone with the process, and so are its consumers.
                let _ = self.store.delete_state(&key);
                continue;
            }
            known.push(format!("{account}/{name}"));
            let Ok(definition) = definition else {
                tracing::error!(target: "midge", "JetStream stream {account}/{name}: its definition can't be read; it is left as it is");
                continue;
            };
            if let Err(source) = self.restore_stream(id, account, definition, net, now) {
                tracing::error!(target: "midge", "JetStream stream {account}/{name} can't be opened: {source}");
                failed = Err(OpenError::Stream { name, source });
            }
        }
        self.rewire(id);
        let own = format!("{account}/");
        for (name, _) in self.store.streams() {
            if name.starts_with(&own) && !known.contains(&name) {
                tracing::info!(target: "midge", "JetStream removes {name}: it was half made or half deleted");
                let _ = self.store.delete_stream(&name);
            }
        }
        self.forget_orphans(account, &known);
        failed
    }

    /// Removes what is kept of streams that nothing defines: those, too, were half made or half deleted.
    pub(super) fn forget_orphans(&self, account: &str, known: &[String]) {
        for kind in ["c", "d", "o"] {
            for (key, _) in self.store.states(format!("{kind}/{account}/").as_bytes()) {
                let text = String::from_utf8_lossy(&key);
                let mut parts = text.split('/').skip(2);
                let name = parts.next().unwrap_or_default();
                if !known.contains(&format!("{account}/{name}")) {
                    let _ = self.store.delete_state(&key);
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
        let name = format!("{account}/{}", config.name);
        let log = match self.store.stream(&name)? {
            Some(log) => log,
            // Its first commit never came.
            None => {
                self.store
                    .create_stream(&name, config.log_options(&self.settings))?
                    .0
            }
        };
        let stream_name = config.name.clone();
        let index = self.put_stream(id, config, created, log, net);
        let prefix = format!("c/{account}/{stream_name}/");
        for (key, value) in self.store.states(prefix.as_bytes()) {
            let consumer = &key[prefix.len()..];
            let Ok(definition) = serde_json::from_slice::<ConsumerDefinition>(&value) else {
                let consumer = String::from_utf8_lossy(consumer);
                tracing::error!(target: "midge", "JetStream consumer {account}/{stream_name}/{consumer}: its definition can't be read");
                continue;
            };
            let ConsumerDefinition { config, created } = definition;
            let state = self
                .store
                .state(state_key(account, &stream_name, &config.name).as_bytes());
            if let Some(stream) = &self.streams[index] {
                let state = state.unwrap_or_default();
                let log = stream.log.clone();
                let settles = stream.settles();
                let restored =
                    Consumer::restore((id, &stream_name), &log, config, (created, now), &state);
                let mut restored = match restored {
                    Ok(restored) => restored.settles(settles),
                    Err(error) => {
                        let consumer = String::from_utf8_lossy(consumer);
                        tracing::error!(target: "midge", "JetStream consumer {account}/{stream_name}/{consumer} can't be placed: {error}");
                        continue;
                    }
                };
                // What is refused now is written as soon as it can be.
                let _ = self.put_state_of((account, &stream_name), &mut restored, now);
                if let Some(stream) = &mut self.streams[index] {
                    stream.consumers.insert(restored);
                }
            }
        }
        Ok(())
    }

    /// Writes what a consumer remembers now, whether that is due or not; of a direct one nothing is kept.
    pub(crate) fn save_consumer(
        &self,
        account: AccountId,
        stream: &str,
        name: &str,
    ) -> Result<Option<Ticket>, ApiError> {
        let of = self
            .stream(account, stream)
            .ok_or(crate::error::STREAM_NOT_FOUND)?;
        let consumer = of
            .consumers
            .get(name)
            .ok_or(crate::error::CONSUMER_NOT_FOUND)?;
        if consumer.config.direct {
            return Ok(None);
        }
        let account = self
            .accounts
            .get(&account)
            .map_or("", |it| it.name.as_str());
        self.store
            .put_state(
                state_key(account, stream, name).as_bytes(),
                &consumer.encode(),
            )
            .map(Some)
            .map_err(|error| crate::stream::store_error(&error))
    }

    /// Defines a consumer, with its state: where it begins is found once, and not again by each restart.
    pub(crate) fn put_consumer(
        &self,
        of: (&str, &str),
        consumer: &mut Consumer,
    ) -> Result<Option<Ticket>, ApiError> {
        if consumer.config.direct {
            return Ok(None);
        }
        let created = consumer.created;
        self.put_state_of(of, consumer, created)?;
        self.define_consumer(of, &consumer.config, created)
    }

    /// Writes what a consumer remembers, if that differs from what is written.
    fn put_state_of(
        &self,
        (account, stream): (&str, &str),
        consumer: &mut Consumer,
        now: u64,
    ) -> Result<(), ApiError> {
        let Some((state, replies)) = consumer.poll_state(true, now) else {
            return Ok(());
        };
        let key = state_key(account, stream, consumer.name());
        match self.store.put_state(key.as_bytes(), &state) {
            Ok(_) => Ok(()),
            Err(error) => {
                consumer.unsaved(replies);
                Err(crate::stream::store_error(&error))
            }
        }
    }

    pub(crate) fn define_stream(
        &self,
        account: &str,
        config: &StreamConfig,
        created: u64,
    ) -> Result<Ticket, ApiError> {
        self.define(&format!("s/{account}/{}", config.name), config, created)
    }

    /// Writes that there is such a consumer; a direct one ends with the server.
    pub(crate) fn define_consumer(
        &self,
        (account, stream): (&str, &str),
        config: &ConsumerConfig,
        created: u64,
    ) -> Result<Option<Ticket>, ApiError> {
        if config.direct {
            return Ok(None);
        }
        let key = format!("c/{account}/{stream}/{}", config.name);
        self.define(&key, config, created).map(Some)
    }

    pub(super) fn define(
        &self,
        key: &str,
        config: &(impl Serialize + DeserializeOwned),
        created: u64,
    ) -> Result<Ticket, ApiError> {
        let definition = json!({"config": lean(config), "created": created});
        self.store
            .put_state(key.as_bytes(), definition.to_string().as_bytes())
            .map_err(|error| crate::stream::store_error(&error))
    }

    /// Removes a consumer and what is known of it. `None`: there is none.
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
        let mut consumer = of.consumers.remove(name)?;
        consumer.end(409, "Consumer Deleted", net);
        if let Err(error) = of.release(&consumer) {
            tracing::warn!(target: "midge", "JetStream can't remove what {stream}.{name} held back: {error}");
        }
        let _ = self
            .store
            .delete_state(state_key(&account_name, stream, name).as_bytes());
        let deleted = self
            .store
            .delete_state(format!("c/{account_name}/{stream}/{name}").as_bytes());
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
        Some(deleted.map_err(|error| crate::stream::store_error(&error)))
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

/// Where the store keeps what a consumer remembers.
pub(super) fn state_key(account: &str, stream: &str, consumer: &str) -> String {
    format!("d/{account}/{stream}/{consumer}")
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
