//! The JetStream API: requests on `$JS.API.>`, answers in JSON.

mod checking;
mod consumer;
mod direct;
mod prepare;
mod snapshot;
mod stream;

use crate::error::{REQUIRED_API_LEVEL, STREAM_TOO_MANY_REQUESTS};
use crate::headers::Block;
use crate::json::Body;
use crate::machine::Listening;
use crate::tasks::{Request, Task};
use crate::{AccountId, ApiError, Client, JetStream, Message, Network, headers};
use consumer::Target;
use midge_streamlog::Ticket;
pub(crate) use prepare::{Found, Need};
use serde_json::{Map, Value, json};

/// The header that tells a stream from an earlier one of its name.
const IDENTITY: &str = "Nats-Stream-Identity";

/// What a request comes to.
pub(crate) struct Answer {
    /// The last part of the `type` field.
    kind: &'static str,
    /// The other fields.
    fields: Value,
    /// It may be told when this is released; `None`: at once.
    ticket: Option<Ticket>,
    /// What tells the stream that is meant from an earlier one of its name, for whoever wants to know.
    identity: Option<String>,
    /// What has to be done before it is told.
    listening: Option<Box<Listening>>,
}

/// An answer, or the kind of answer an error stands in for.
pub(crate) type Result = std::result::Result<Answer, (&'static str, ApiError)>;

impl Answer {
    fn new(kind: &'static str, fields: Value) -> Self {
        Self {
            kind,
            fields,
            ticket: None,
            identity: None,
            listening: None,
        }
    }

    fn after(mut self, ticket: impl Into<Option<Ticket>>) -> Self {
        self.ticket = ticket.into();
        self
    }

    fn when(mut self, listening: Option<Box<Listening>>) -> Self {
        self.listening = listening;
        self
    }

    fn of(mut self, identity: Option<String>) -> Self {
        self.identity = identity;
        self
    }
}

/// A request: who asks, and what.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    account: AccountId,
    pub(crate) client: Client<'a>,
    body: &'a [u8],
    now: u64,
    /// Fields that nobody knows are refused.
    strict: bool,
    /// What the client takes for the identity of the stream, if it says so.
    identity: Option<&'a [u8]>,
    /// What took long to find out.
    found: &'a Found,
}

impl<'a> Ask<'a> {
    /// The same, and what was found out for it.
    fn knowing<'b>(&self, found: &'b Found) -> Ask<'b>
    where
        'a: 'b,
    {
        Ask { found, ..*self }
    }

    /// The body as what the request is.
    fn read<T: Body>(&self) -> std::result::Result<T, ApiError> {
        crate::json::body(self.body, self.strict)
    }

    /// The same for requests whose body may be something else: old clients send what isn't meant for us.
    fn read_json<T: Body>(&self) -> std::result::Result<T, ApiError> {
        let first = self.body.trim_ascii_start().first();
        let body = match first {
            Some(b'{' | b'[') => self.body,
            _ => b"",
        };
        crate::json::body(body, self.strict)
    }
}

impl JetStream {
    /// A message on the API's subjects.
    pub(crate) fn api(
        &mut self,
        account: AccountId,
        client: Client<'_>,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) {
        let waiting = match self.tasks.followed(account, message.subject) {
            Some(behind) => Some((Need::Turn { behind }, Found::default())),
            None => self.api_knowing(account, client, message, Found::default(), now, net),
        };
        let Some((mut need, found)) = waiting else {
            return;
        };
        need.set_aside();
        if self.tasks.is_full(account) {
            return self.refuse_request(account, client, message, now, net);
        }
        let request = Box::new(Request::new(message));
        let task = Task::Request {
            request,
            need,
            found,
        };
        self.tasks.push(account, task);
    }

    /// Refuses a request because its account has as many as it may.
    fn refuse_request(
        &mut self,
        account: AccountId,
        client: Client<'_>,
        message: &Message<'_>,
        now: u64,
        net: &mut dyn Network,
    ) {
        let Some(path) = path_of(message) else {
            return;
        };
        if path.starts_with("DIRECT.GET.") || path.starts_with("CONSUMER.MSG.NEXT.") {
            return direct::refuse(account, message, net);
        }
        let found = Found::default();
        let ask = self.ask(account, client, message, now, &found);
        let answered = Err((kind_of(path), STREAM_TOO_MANY_REQUESTS));
        self.conclude(message, answered, &ask, net);
    }

    fn ask<'a>(
        &self,
        account: AccountId,
        client: Client<'a>,
        message: &Message<'a>,
        now: u64,
        found: &'a Found,
    ) -> Ask<'a> {
        Ask {
            account,
            client,
            body: message.payload,
            now,
            strict: self.settings.strict,
            identity: headers::get(message.headers, IDENTITY),
            found,
        }
    }

    /// Carries a request out for which something was found out. What it still waits for; `None`: it is answered.
    pub(crate) fn api_knowing(
        &mut self,
        account: AccountId,
        client: Client<'_>,
        message: &Message<'_>,
        mut found: Found,
        now: u64,
        net: &mut dyn Network,
    ) -> Option<(Need, Found)> {
        let path = path_of(message)?;
        if !self.accounts.contains_key(&account) {
            let error = crate::error::NOT_ENABLED_FOR_ACCOUNT;
            let answered = Err((kind_of(path), error));
            let _ = self.reply(account, message.reply, answered, net);
            return None;
        }
        if let Some(path) = path.strip_prefix("DIRECT.GET.") {
            self.direct_get(account, path, message, net);
            return None;
        }
        if let Some(path) = path.strip_prefix("CONSUMER.MSG.NEXT.") {
            self.next(account, path, message, now, net);
            return None;
        }
        let nothing = Found::default();
        let ask = self.ask(account, client, message, now, &nothing);
        let level = headers::get(message.headers, "Nats-Required-Api-Level");
        if level.is_some_and(|level| !headers::is_met(level)) {
            let answered = Err((kind_of(path), REQUIRED_API_LEVEL));
            self.conclude(message, answered, &ask, net);
            return None;
        }
        while let Some(mut need) = self.prepare(path, &ask.knowing(&found)) {
            let mut slice = self.at_once.clone();
            let done = self.advance(&mut need, &mut found, now, &mut slice);
            self.at_once = slice;
            if !done {
                return Some((need, found));
            }
        }
        let ask = ask.knowing(&found);
        if let Some(answered) = self.dispatch(path, &ask, net) {
            self.conclude(message, answered, &ask, net);
        }
        None
    }

    /// Counts a request, answers it, and tells who wants to know of all requests.
    fn conclude(
        &mut self,
        message: &Message<'_>,
        answered: Result,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) {
        let account = ask.account;
        if let Some(account) = self.accounts.get_mut(&account) {
            account.api.total += 1;
            account.api.errors += u64::from(answered.is_err());
        }
        let is_audited = net.has_interest(account, AUDIT.as_bytes())
            && path_of(message).is_some_and(|path| !is_read(path));
        let (body, ticket) = self.reply(account, message.reply, answered, net);
        if is_audited {
            self.audit(message, &body, ticket, ask, net);
        }
    }

    /// Tells what was asked and answered, once the answer may be told.
    fn audit(
        &mut self,
        message: &Message<'_>,
        response: &[u8],
        ticket: Option<Ticket>,
        ask: &Ask<'_>,
        net: &mut dyn Network,
    ) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut body = json!({
            "type": "io.nats.jetstream.advisory.v1.api_audit",
            "server": self.settings.server,
            "client": {"acc": self.account_name(ask.account)},
            "subject": text(message.subject),
            "response": text(response),
        });
        if !message.payload.is_empty() {
            body["request"] = text(message.payload).into();
        }
        let body = self.event(body, ask.account, ask.now);
        self.tell_after(ticket, ask.account, AUDIT, &body, net);
    }

    /// Answers, at once or when the disk has it; gives back what was said, and when.
    fn reply(
        &mut self,
        account: AccountId,
        reply: Option<&[u8]>,
        answered: Result,
        net: &mut dyn Network,
    ) -> (Vec<u8>, Option<Ticket>) {
        let answer = answered.unwrap_or_else(|(kind, error)| {
            let fields = refused(kind, &error);
            Answer::new(kind, fields)
        });
        let Answer {
            kind,
            fields,
            ticket,
            identity,
            listening,
        } = answer;
        if let Some(ticket) = ticket.as_ref().filter(|it| it.outcome().is_none()) {
            self.changed = Some(ticket.clone());
        }
        let mut object = Map::new();
        object.insert(
            "type".into(),
            format!("io.nats.jetstream.api.v1.{kind}").into(),
        );
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        let body = escape(&Value::Object(object).to_string());
        let identity = identity.map(|identity| Block::new().with(IDENTITY, identity).done());
        let said = reply.map(|reply| (reply, (identity.unwrap_or_default(), body.clone())));
        match (listening, said) {
            (Some(listening), said) => {
                let task = listening.then(said, ticket.clone());
                self.tasks.push(account, task);
            }
            (None, Some((reply, said))) => {
                self.answer_after(ticket.clone(), account, reply, said, net);
            }
            (None, None) => {}
        }
        (body, ticket)
    }

    /// An answer which says that all is so already: as durable as the change that made it so.
    fn already(&self, answer: Answer) -> Answer {
        answer.after(self.changed.clone())
    }

    /// `None` when nobody answers such a request.
    fn dispatch(&mut self, path: &str, ask: &Ask<'_>, net: &mut dyn Network) -> Option<Result> {
        let words: Vec<&str> = path.split('.').collect();
        if let Some(target) = Target::of(&words) {
            return Some(self.create_consumer(&target, ask, net));
        }
        Some(match words[..] {
            ["INFO"] => self.account_info(ask),
            ["STREAM", "CREATE", name] => self.create_stream(name, ask, net),
            ["STREAM", "UPDATE", name] => self.update_stream(name, ask, net),
            ["STREAM", "INFO", name] => self.stream_info(name, ask),
            ["STREAM", "NAMES"] => self.stream_names(ask),
            ["STREAM", "LIST"] => self.stream_list(ask),
            ["STREAM", "DELETE", name] => self.delete_stream(name, ask, net),
            ["STREAM", "PURGE", name] => self.purge_stream(name, ask),
            ["STREAM", "SNAPSHOT", name] => self.snapshot_stream(name, ask, net),
            ["STREAM", "RESTORE", name] => self.await_stream(name, ask, net),
            ["STREAM", "MSG", "GET", name] => self.get_message(name, ask),
            ["STREAM", "MSG", "DELETE", name] => self.delete_message(name, ask),
            ["CONSUMER", "INFO", stream, name] => self.consumer_info(stream, name, ask),
            ["CONSUMER", "NAMES", stream] => self.consumer_names(stream, ask),
            ["CONSUMER", "LIST", stream] => self.consumer_list(stream, ask),
            ["CONSUMER", "DELETE", stream, name] => self.remove_consumer(stream, name, ask, net),
            ["CONSUMER", "PAUSE", stream, name] => self.pause_consumer(stream, name, ask, net),
            ["CONSUMER", "UNPIN", stream, name] => self.unpin_consumer(stream, name, ask),
            ["CONSUMER", "RESET", stream, name] => self.reset_consumer(stream, name, ask),
            ["STREAM", "LEADER", "STEPDOWN", _] => cluster_only("stream_leader_stepdown_response"),
            ["STREAM", "PEER", "REMOVE", _] => cluster_only("stream_remove_peer_response"),
            ["STREAM", "PEER", "EVACUATE", _] => cluster_only("stream_evacuate_peer_response"),
            ["STREAM", "CANCEL_MOVE", _] => cluster_only("stream_cancel_move_response"),
            ["CONSUMER", "PEER", "REMOVE", _, _] => cluster_only("consumer_remove_peer_response"),
            ["CONSUMER", "PEER", "EVACUATE", _, _] => {
                cluster_only("consumer_evacuate_peer_response")
            }
            ["CONSUMER", "LEADER", "STEPDOWN", _, _] => {
                cluster_only("consumer_leader_stepdown_response")
            }
            _ => return None,
        })
    }

    fn account_info(&self, ask: &Ask<'_>) -> Result {
        const KIND: &str = "account_info_response";
        let report = self.report(&crate::Detail::account(ask.account), ask.now);
        let Some(account) = report.accounts.into_iter().next() else {
            return Err((KIND, crate::error::NOT_ENABLED_FOR_ACCOUNT));
        };
        Ok(Answer::new(
            KIND,
            account.info(self.settings.domain.as_deref()),
        ))
    }
}

/// What a request asks for: its subject without what all have.
fn path_of<'a>(message: &Message<'a>) -> Option<&'a str> {
    let subject = std::str::from_utf8(message.subject).ok()?;
    subject.strip_prefix("$JS.API.")
}

/// Where requests and their answers are told.
const AUDIT: &str = "$JS.EVENT.ADVISORY.API";

/// Messages that are read are told to nobody else.
fn is_read(path: &str) -> bool {
    path.starts_with("STREAM.MSG.GET.")
}

/// An error with the fields that its kind of answer always has.
fn refused(kind: &str, error: &ApiError) -> Value {
    match kind {
        "stream_info_response" => json!({"error": error, "total": 0, "offset": 0, "limit": 0}),
        "stream_purge_response" => json!({"error": error, "purged": 0}),
        "stream_restore_response" => json!({"error": error, "deliver_subject": ""}),
        _ => json!({"error": error}),
    }
}

/// The kind of answer that an error before dispatch stands in for.
fn kind_of(path: &str) -> &'static str {
    match path.split('.').take(2).collect::<Vec<_>>()[..] {
        ["STREAM", "CREATE"] => "stream_create_response",
        ["STREAM", "UPDATE"] => "stream_update_response",
        ["STREAM", "INFO"] => "stream_info_response",
        ["STREAM", "NAMES"] => "stream_names_response",
        ["STREAM", "LIST"] => "stream_list_response",
        ["STREAM", "DELETE"] => "stream_delete_response",
        ["STREAM", "PURGE"] => "stream_purge_response",
        ["STREAM", "SNAPSHOT"] => "stream_snapshot_response",
        ["STREAM", "RESTORE"] => "stream_restore_response",
        ["STREAM", "MSG"] if path.starts_with("STREAM.MSG.GET") => "stream_msg_get_response",
        ["STREAM", "MSG"] => "stream_msg_delete_response",
        ["CONSUMER", "CREATE" | "DURABLE"] => "consumer_create_response",
        ["CONSUMER", "INFO"] => "consumer_info_response",
        ["CONSUMER", "NAMES"] => "consumer_names_response",
        ["CONSUMER", "LIST"] => "consumer_list_response",
        ["CONSUMER", "DELETE"] => "consumer_delete_response",
        ["CONSUMER", "PAUSE"] => "consumer_pause_response",
        ["CONSUMER", "RESET"] => "consumer_reset_response",
        _ => "account_info_response",
    }
}

fn cluster_only(kind: &'static str) -> Result {
    Err((kind, crate::error::CLUSTER_REQUIRED))
}

/// Whether a body says nothing.
fn is_empty(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    body.is_empty()
        || serde_json::from_slice::<Map<String, Value>>(body).is_ok_and(|fields| fields.is_empty())
}

/// JSON as the reference escapes it, so that it may stand in a page.
fn escape(json: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let is_escaped = |byte: &u8| matches!(byte, b'<' | b'>' | b'&');
    for part in json.as_bytes().split_inclusive(is_escaped) {
        let escape: &[u8] = match part.last() {
            Some(b'<') => b"\\u003c",
            Some(b'>') => b"\\u003e",
            Some(b'&') => b"\\u0026",
            _ => b"",
        };
        let plain = part.len() - usize::from(!escape.is_empty());
        out.extend_from_slice(&part[..plain]);
        out.extend_from_slice(escape);
    }
    out
}

/// A page of a list: where it begins, how many it holds, how many there are.
fn page<T>(all: Vec<T>, offset: i64, limit: usize) -> (Vec<T>, Value) {
    let total = all.len();
    let offset = usize::try_from(offset).unwrap_or(0);
    let shown: Vec<T> = all.into_iter().skip(offset).take(limit).collect();
    (
        shown,
        json!({"total": total, "offset": offset.min(total), "limit": limit}),
    )
}
