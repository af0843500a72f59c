//! `STREAM.SNAPSHOT` and `STREAM.RESTORE`: streams leave as archives and come back.

use super::consumer::{Shares, check_room};
use super::{Answer, Ask, Result};
use crate::consumer::Consumer;
use crate::error::{
    BAD_REQUEST, SNAPSHOT_DELIVER_SUBJECT_INVALID, STREAM_NAME_EXISTS, STREAM_NAME_EXISTS_RESTORE,
    STREAM_NOT_FOUND,
};
use crate::json::{self, Body};
use crate::keys::{self, Kind};
use crate::machine::definitions::definition as encode;
use crate::network::Author;
use crate::restore::{Builder, Restore, Restored, RestoredConsumer, failure};
use crate::snapshot::{Snapshot, Wanted};
use crate::stream::store_error;
use crate::time::Time;
use crate::{AccountId, ApiError, JetStream, Network, Token};
use midge_streamlog::Ticket;
use midge_subject::Subject;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[derive(Default, Deserialize)]
#[serde(default)]
struct SnapshotRequest {
    deliver_subject: String,
    no_consumers: bool,
    chunk_size: i64,
    window_size: i64,
    // `jsck` says nothing any more: each message is checked as it is read.
}

impl Body for SnapshotRequest {
    const FIELDS: &'static [&'static str] = &[
        "deliver_subject",
        "no_consumers",
        "chunk_size",
        "window_size",
        "jsck",
    ];
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RestoreRequest {
    config: Value,
    // The state of the request is what the archive says itself.
}

impl Body for RestoreRequest {
    const FIELDS: &'static [&'static str] = &["config", "state"];
}

impl JetStream {
    pub(super) fn snapshot_stream(
        &mut self,
        name: &str,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        const KIND: &str = "stream_snapshot_response";
        let fail = |error| (KIND, error);
        let id = self.draw_name();
        let stream = self
            .stream(ask.account, name)
            .ok_or(fail(STREAM_NOT_FOUND))?;
        if super::is_empty(ask.body) {
            return Err(fail(BAD_REQUEST));
        }
        let request: SnapshotRequest = json::body(ask.body, self.settings.strict).map_err(fail)?;
        if Subject::parse(&request.deliver_subject).is_err() {
            return Err(fail(SNAPSHOT_DELIVER_SUBJECT_INVALID));
        }
        ask.check_archive_target(&request.deliver_subject)
            .map_err(fail)?;
        let info = self.listed_info(stream, ask.now);
        let answer = json!({"config": info.config, "state": info.state});
        let mut state = answer["state"].clone();
        let last = info.state.last_seq;
        let consumers: Vec<(String, Value)> = match request.no_consumers {
            true => Vec::new(),
            false => stream
                .listed_consumers()
                .map(|consumer| (consumer.name().to_owned(), consumer.archived(last)))
                .collect(),
        };
        state["consumer_count"] = consumers.len().into();
        let wanted = Wanted {
            deliver: request.deliver_subject,
            chunk: request.chunk_size,
            window: request.window_size,
        };
        let of = (ask.account, name, id);
        let snapshot = Snapshot::new(of, stream.log.clone(), (&state, consumers), wanted, ask.now);
        self.begin_snapshot(snapshot, net);
        let body = json!({
            "type": "io.nats.jetstream.advisory.v1.snapshot_create",
            "stream": name,
            "state": answer["state"],
        });
        let subject = format!("$JS.EVENT.ADVISORY.STREAM.SNAPSHOT_CREATE.{name}");
        self.advise(ask.account, &subject, body, ask.now, net);
        Ok(Answer::new(KIND, answer))
    }

    pub(super) fn await_stream(
        &mut self,
        name: &str,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) -> Result {
        const KIND: &str = "stream_restore_response";
        let fail = |error| (KIND, error);
        if super::is_empty(ask.body) {
            return Err(fail(BAD_REQUEST));
        }
        let request: RestoreRequest = json::body(ask.body, self.settings.strict).map_err(fail)?;
        let body = Ask {
            body: &request.config.to_string().into_bytes(),
            ..*ask
        };
        let mut config = self.read_config(name, &body).map_err(fail)?;
        config.note_level();
        let comes = self
            .restores
            .values()
            .any(|restore| restore.is_of(ask.account, name));
        if comes || self.stream_index(ask.account, name).is_some() {
            return Err(fail(STREAM_NAME_EXISTS_RESTORE));
        }
        let subject = format!("$JS.SNAPSHOT.RESTORE.{name}.{}", self.draw_name());
        let log_name = keys::log(&self.account_name(ask.account), name);
        let options = config.log_options(&self.settings);
        let builder = Builder::new(config, log_name, options);
        let restore = Restore::new(
            (ask.account, ask.client.keep()),
            builder,
            subject.clone(),
            ask.now,
        );
        self.begin_restore(restore, net);
        let body = json!({"type": "io.nats.jetstream.advisory.v1.restore_create", "stream": name});
        let advisory = format!("$JS.EVENT.ADVISORY.STREAM.RESTORE_CREATE.{name}");
        self.advise(ask.account, &advisory, body, ask.now, net);
        Ok(Answer::new(KIND, json!({"deliver_subject": subject})))
    }

    /// The last chunk came, or none will: the stream is made, or what there is of it removed.
    pub(crate) fn end_restore(&mut self, token: Token, now: u64, net: &mut dyn Network) {
        const KIND: &str = "stream_create_response";
        let Some(mut restore) = self.restores.remove(&token) else {
            return;
        };
        net.unsubscribe(restore.account, restore.subject.as_bytes(), token);
        self.end_transfer(token);
        let (account, name) = (restore.account, restore.builder.config.name.clone());
        let made = restore.finish().and_then(|restored| {
            let made = self.make_restored((account, &restore.author), restored, now, net);
            made.map_err(|why| failure(&why))
        });
        let answer = match made {
            Ok((info, ticket)) => Ok(Answer::new(KIND, info).after(ticket)),
            Err(error) => {
                tracing::warn!(
                    stream = restore.builder.log_name,
                    error = %error.description,
                    "JetStream: a stream can't be restored, nothing of it is left"
                );
                if restore.builder.begun {
                    let _ = self.store.delete_stream(&restore.builder.log_name);
                }
                Err((KIND, error))
            }
        };
        let reply = restore.ended.as_deref().filter(|reply| !reply.is_empty());
        self.reply(account, reply, answer, net);
        let body = json!({
            "type": "io.nats.jetstream.advisory.v1.restore_complete",
            "stream": name,
            "start": Time(restore.started),
            "end": Time(now),
            "bytes": restore.bytes,
        });
        let subject = format!("$JS.EVENT.ADVISORY.STREAM.RESTORE_COMPLETE.{name}");
        self.advise(account, &subject, body, now, net);
    }

    /// Defines what was restored; it tells about itself when the ticket is released.
    fn make_restored(
        &mut self,
        (account, author): (AccountId, &Author),
        restored: Restored,
        now: u64,
        net: &mut dyn Network,
    ) -> std::result::Result<(Value, Ticket), String> {
        let Restored {
            log,
            config,
            created,
            consumers,
        } = restored;
        let created = created.unwrap_or(now);
        let adding = |error: ApiError| format!("error adding stream: {error}");
        let name = config.name.clone();
        if self.stream_index(account, &name).is_some() {
            return Err(adding(STREAM_NAME_EXISTS));
        }
        self.check_overlap(account, &config).map_err(adding)?;
        self.admit(account, &config).map_err(adding)?;
        let owner = self.account_name(account);
        let retention = config.retention;
        let limits = self.accounts.get(&account);
        let limits = limits.map(|it| it.limits.clone()).unwrap_or_default();
        let mut made: Vec<Consumer> = Vec::new();
        let (mut names, mut shares) = (BTreeSet::new(), Shares::default());
        for consumer in consumers {
            let RestoredConsumer {
                name: own,
                config: archived,
                state,
                created,
            } = consumer;
            let bad =
                |why: &dyn std::fmt::Display| format!("error restoring consumer [{own:?}]: {why}");
            let mut definition = archived.ok_or_else(|| bad(&"its configuration is missing"))?;
            if !names.insert(own.clone()) {
                return Err(bad(&"it comes twice"));
            }
            if definition.is_durable() && definition.durable_name != own {
                return Err(bad(&"it has another name"));
            }
            definition.name.clone_from(&own);
            definition
                .accept(false, &config, &limits)
                .and_then(|()| definition.check_targets(author.client(), None))
                .and_then(|()| match definition.direct {
                    true => Ok(()),
                    false => keys::check_consumer(&owner, &name, &own),
                })
                .map_err(|error| bad(&error))?;
            shares
                .admit(&config, &definition)
                .and_then(|()| check_room(&config, shares.count, &definition, limits.max_consumers))
                .map_err(|error| bad(&error))?;
            shares.add(&definition);
            let mut one = Consumer::unarchived((account, &name), &log, definition, &state, now);
            one.created = created.unwrap_or(now);
            made.push(one.with_retention(retention));
        }
        // All of it or nothing is kept.
        let mut kept = vec![(
            keys::of(Kind::Stream, &owner, &name),
            Some(encode(&config, created)),
        )];
        for consumer in made.iter_mut().filter(|it| !it.config.direct) {
            let own = keys::part(Kind::Consumer, &owner, &name, consumer.name());
            kept.push((own, Some(encode(&consumer.config, consumer.created))));
            let strays = keys::stored_state(&self.store, &owner, &name, consumer.name());
            let write = consumer.first_write(&strays);
            consumer.wrote_all(write.save, now);
            kept.extend(keys::state_changes(&owner, &name, consumer.name(), write));
        }
        let ticket = self.store.change_states(&keys::borrowed(&kept));
        let ticket = ticket.map_err(|error| adding(store_error(&error)))?;
        let index = self.put_stream(account, config, created, log);
        self.listen_to_all(index, net);
        let Some(stream) = self.streams[index].as_mut() else {
            return Err(adding(STREAM_NOT_FOUND));
        };
        stream.find_schedules(now);
        made.into_iter()
            .for_each(|consumer| stream.consumers.insert(consumer));
        self.rewire(account);
        // What its server's consumers were done with, and hadn't removed.
        self.sweep_settled(index);
        let body = json!({"type": "io.nats.jetstream.advisory.v1.stream_action", "stream": name, "action": "create"});
        self.advise(
            account,
            &format!("$JS.EVENT.ADVISORY.STREAM.CREATED.{name}"),
            body,
            now,
            net,
        );
        let info = self.streams[index]
            .as_ref()
            .map_or(Value::Null, |stream| json!(self.info_of(stream, now)));
        Ok((info, ticket))
    }
}
