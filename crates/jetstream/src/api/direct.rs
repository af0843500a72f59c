//! Requests that aren't answered in JSON: direct gets, and pulls.

use crate::headers::{self, Block, status};
use crate::stream::DirectGet;
use crate::tasks::{StreamRef, Task};
use crate::{AccountId, JetStream, Message, Network};

/// Says that an account has as many requests as it may.
const TOO_MANY: &str = "Too Many Requests";

impl JetStream {
    /// `DIRECT.GET.<stream>`, or `DIRECT.GET.<stream>.<subject>`.
    pub(super) fn direct_get(
        &mut self,
        account: AccountId,
        path: &str,
        message: &Message<'_>,
        net: &mut dyn Network,
    ) {
        let Some(reply) = message.reply else {
            return;
        };
        let (name, subject) = path
            .split_once('.')
            .map_or((path, None), |(name, subject)| (name, Some(subject)));
        let send = |net: &mut dyn Network, headers: &[u8], payload: &[u8]| {
            let _ = net.publish(
                account,
                &Message {
                    subject: reply,
                    headers,
                    payload,
                    ..Message::default()
                },
            );
        };
        let Some(stream) = self
            .stream(account, name)
            .filter(|stream| stream.config.allow_direct)
            .or_else(|| self.mirror_of(account, name))
        else {
            return send(net, &nobody(&format!("DIRECT.GET.{path}")), b"");
        };
        if headers::get(message.headers, "Nats-Required-Api-Level")
            .is_some_and(|level| !headers::is_met(level))
        {
            return send(net, &status(412, "Required Api Level"), b"");
        }
        let asked = match subject {
            Some(subject) => by_subject(subject, message.payload),
            None if message.payload.is_empty() => {
                return send(net, &status(408, "Empty Request"), b"");
            }
            None => serde_json::from_slice(message.payload),
        };
        let Ok(get) = asked else {
            return send(net, &status(408, "Malformed Request"), b"");
        };
        let mut say = |headers: &[u8], payload: &[u8]| send(net, headers, payload);
        let Some(mut batch) = stream.direct_get(&get, &mut say) else {
            return;
        };
        if self.tasks.is_full(account) {
            return say(&status(429, TOO_MANY), b"");
        }
        let mut slice = self.at_once.clone();
        let done = batch.go_on(stream, &mut slice, &mut say);
        let (name, token) = (stream.config.name.clone(), stream.token);
        self.at_once = slice;
        if !done && let Some(index) = self.stream_index(account, &name) {
            let task = Task::Get {
                stream: StreamRef { index, token },
                reply: reply.into(),
                get: Box::new(batch),
            };
            self.tasks.push(account, task);
        }
    }

    /// `CONSUMER.MSG.NEXT.<stream>.<consumer>`
    pub(super) fn next(
        &mut self,
        account: AccountId,
        path: &str,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) {
        let (Some(reply), Some((stream, name))) = (message.reply, path.split_once('.')) else {
            return;
        };
        let consumer = self
            .stream_mut(account, stream)
            .and_then(|stream| stream.consumers.get_mut(name));
        let level = headers::get(message.headers, "Nats-Required-Api-Level");
        match consumer {
            Some(consumer) if level.is_some_and(|level| !headers::is_met(level)) => {
                consumer.send_status(reply, &status(412, "Required Api Level"), net);
            }
            Some(consumer) => consumer.pull(reply, message.payload, now, net),
            None => {
                let gone = Message {
                    subject: reply,
                    headers: &nobody(&format!("CONSUMER.MSG.NEXT.{path}")),
                    ..Message::default()
                };
                let _ = net.publish(account, &gone);
            }
        }
    }
}

/// Refuses a direct get or a pull because its account has as many requests as it may.
pub(super) fn refuse(account: AccountId, message: &Message<'_>, net: &mut dyn Network) {
    let Some(reply) = message.reply else {
        return;
    };
    let refused = Message {
        subject: reply,
        headers: &status(429, TOO_MANY),
        ..Message::default()
    };
    let _ = net.publish(account, &refused);
}

/// What a server says where nobody listens.
fn nobody(request: &str) -> Vec<u8> {
    let subject = format!("$JS.API.{request}");
    Block::status(503, "").with("Nats-Subject", subject).done()
}

/// The subject of a request names what is wanted; its body may refuse headers.
fn by_subject(subject: &str, body: &[u8]) -> serde_json::Result<DirectGet> {
    let mut get: DirectGet = match body {
        b"" => DirectGet::default(),
        body => serde_json::from_slice(body)?,
    };
    subject.clone_into(&mut get.one.last_by_subj);
    Ok(get)
}
