//! What a user may publish, subscribe to and receive.

use crate::Error;
use midge_subject::{Filter, is_subset, overlaps};
use std::time::Duration;

/// Compiled permissions of one user. Equal if the configured lists are.
#[derive(Clone, Debug)]
pub struct Permissions {
    source: midge_conf::Permissions,
    publish: Rules,
    subscribe: Rules,
}

impl PartialEq for Permissions {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// Whether a subscription is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscribeVerdict {
    /// It is, and all that matches it may be delivered.
    Allowed,
    /// It is, but it overlaps a deny: ask [`Permissions::can_deliver`] before each delivery.
    AllowedButFilter,
    /// It isn't.
    Denied,
}

/// Leave to publish to the reply subjects of delivered messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponsePermission {
    /// Messages per request; `None` is any number.
    pub max: Option<u64>,
    /// Time after the request; `None` is for ever.
    pub expires: Option<Duration>,
}

impl Permissions {
    /// Compiles the lists; `user` is named in errors.
    pub fn new(source: &midge_conf::Permissions, user: &str) -> Result<Self, Error> {
        let invalid = |subject: String| Error::InvalidSubject {
            user: user.into(),
            subject,
        };
        let mut publish = Rules::publish(source.publish.as_ref()).map_err(invalid)?;
        if source.allow_responses.is_some() && publish.allow.is_none() {
            // Leave to answer means leave to do nothing else, unless more is said.
            publish.allow = Some(Vec::new());
        }
        Ok(Self {
            subscribe: Rules::subscribe(source.subscribe.as_ref()).map_err(invalid)?,
            publish,
            source: source.clone(),
        })
    }

    /// Whether the lists let a message out to `subject`. [`ReplyPermits`](crate::ReplyPermits) may still do so
    /// if they don't.
    pub fn can_publish(&self, subject: &[u8]) -> bool {
        let Rules { allow, deny } = &self.publish;
        allow.as_ref().is_none_or(|allow| any(allow, subject)) && !any(deny, subject)
    }

    /// Whether a subscription to `filter`, perhaps in a queue group, is made.
    pub fn can_subscribe(&self, filter: &[u8], queue: Option<&[u8]>) -> SubscribeVerdict {
        let Rules { allow, deny } = &self.subscribe;
        if !allow
            .as_ref()
            .is_none_or(|allow| covers(allow, filter, queue))
            || denies(deny, filter, queue)
        {
            return SubscribeVerdict::Denied;
        }
        match deny
            .iter()
            .any(|rule| rule.applies(queue) && overlaps(&rule.filter, filter))
        {
            true => SubscribeVerdict::AllowedButFilter,
            false => SubscribeVerdict::Allowed,
        }
    }

    /// Whether a message on `subject` may go to a subscription that was [`SubscribeVerdict::AllowedButFilter`].
    pub fn can_deliver(&self, subject: &[u8], queue: Option<&[u8]>) -> bool {
        !denies(&self.subscribe.deny, subject, queue)
    }

    /// Whether and how requests may be answered.
    pub fn responses(&self) -> Option<ResponsePermission> {
        let rule = self.source.allow_responses?;
        Some(ResponsePermission {
            max: rule.max,
            expires: rule.expires,
        })
    }

    /// The lists as they were configured.
    pub fn source(&self) -> &midge_conf::Permissions {
        &self.source
    }
}

/// Whether `reply` belongs to the server's own use, so that no client may publish with it.
pub fn is_reserved_reply(reply: &[u8]) -> bool {
    const RESERVED: [&[u8]; 4] = [b"_R_.", b"_GR_.", b"$GR.", b"$JS.ACK."];
    RESERVED
        .iter()
        .any(|prefix| reply.len() > prefix.len() && reply.starts_with(prefix))
}

/// Allowed and denied filters of one direction.
#[derive(Clone, Debug, Default)]
struct Rules {
    /// `None` is everything.
    allow: Option<Vec<Rule>>,
    deny: Vec<Rule>,
}

/// A filter, and perhaps the queue groups it is about.
#[derive(Clone, Debug)]
struct Rule {
    filter: Box<[u8]>,
    queue: Option<Box<[u8]>>,
}

type Lists = midge_conf::SubjectPermission;

impl Rules {
    fn publish(lists: Option<&Lists>) -> Result<Self, String> {
        Self::compile(lists, Rule::publish)
    }

    fn subscribe(lists: Option<&Lists>) -> Result<Self, String> {
        Self::compile(lists, Rule::subscribe)
    }

    fn compile(lists: Option<&Lists>, rule: impl Fn(&str) -> Option<Rule>) -> Result<Self, String> {
        let Some(lists) = lists else {
            return Ok(Self::default());
        };
        let all = |texts: &Vec<String>| -> Result<Vec<Rule>, String> {
            texts
                .iter()
                .map(|text| rule(text).ok_or_else(|| text.clone()))
                .collect()
        };
        Ok(Self {
            allow: lists.allow.as_ref().map(all).transpose()?,
            deny: all(&lists.deny)?,
        })
    }
}

impl Rule {
    fn publish(text: &str) -> Option<Self> {
        let filter = text.as_bytes();
        Filter::parse(text).is_ok().then(|| Self {
            filter: filter.into(),
            queue: None,
        })
    }

    /// `"filter"` or `"filter queue"`.
    fn subscribe(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let (filter, queue) = (words.next()?.as_bytes(), words.next());
        (words.next().is_none() && Filter::parse(text).is_ok()).then(|| Self {
            filter: filter.into(),
            queue: queue.map(|queue| queue.as_bytes().into()),
        })
    }

    /// Whether the rule is about a subscription in this queue group (or in none).
    fn applies(&self, queue: Option<&[u8]>) -> bool {
        match (&self.queue, queue) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(rule), Some(queue)) => **rule == *queue || is_subset(queue, rule),
        }
    }
}

fn any(rules: &[Rule], subject: &[u8]) -> bool {
    rules.iter().any(|rule| is_subset(subject, &rule.filter))
}

/// Whether an allow list lets a subscription be. Rules for queue groups, once one is about the filter, have the
/// word for subscriptions in groups; plain rules are for the others.
fn covers(allow: &[Rule], filter: &[u8], queue: Option<&[u8]>) -> bool {
    let about = || allow.iter().filter(|rule| is_subset(filter, &rule.filter));
    match queue.is_some() && about().any(|rule| rule.queue.is_some()) {
        true => about().any(|rule| rule.queue.is_some() && rule.applies(queue)),
        false => about().any(|rule| rule.queue.is_none()),
    }
}

/// Whether a deny list forbids all of `filter`.
fn denies(deny: &[Rule], filter: &[u8], queue: Option<&[u8]>) -> bool {
    deny.iter()
        .any(|rule| rule.applies(queue) && is_subset(filter, &rule.filter))
}
