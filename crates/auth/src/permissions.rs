//! What a user may publish, subscribe to and receive.
//!
//! Publishing and delivery happen per message and look into tries; subscribing is rare and walks the lists.

use crate::Error;
use midge_conf::SubjectPermission;
use midge_subject::{Filter, Subject, Trie, is_subset, matches, overlaps};
use std::fmt;
use std::time::Duration;

/// Compiled permissions of one user. Equal if the configured lists are.
#[derive(Clone)]
pub struct Permissions {
    source: midge_conf::Permissions,
    /// `None` is everything.
    publish_allow: Option<Trie<()>>,
    publish_deny: Trie<()>,
    /// `None` is everything.
    subscribe_allow: Option<Vec<Rule>>,
    subscribe_deny: Vec<Rule>,
    /// The rules of `subscribe_deny` that name no queue.
    deliver_deny: Trie<()>,
}

/// A filter of a subscribe list, and perhaps the queue groups it is about.
#[derive(Clone)]
struct Rule {
    filter: Box<[u8]>,
    queue: Option<Box<[u8]>>,
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
        let invalid = |subject: &str| Error::InvalidSubject {
            user: user.into(),
            subject: subject.into(),
        };
        let everything = SubjectPermission::default();
        let publish = source.publish.as_ref().unwrap_or(&everything);
        let subscribe = source.subscribe.as_ref().unwrap_or(&everything);
        // Leave to answer means leave to do nothing else, unless more is said.
        let nothing = source.allow_responses.map(|_| Trie::new());
        let allow = publish.allow.as_deref().map(trie).transpose();
        let subscribe_deny = rules(&subscribe.deny).map_err(invalid)?;
        Ok(Self {
            publish_allow: allow.map_err(invalid)?.or(nothing),
            publish_deny: trie(&publish.deny).map_err(invalid)?,
            subscribe_allow: subscribe
                .allow
                .as_deref()
                .map(rules)
                .transpose()
                .map_err(invalid)?,
            deliver_deny: plain(&subscribe_deny),
            subscribe_deny,
            source: source.clone(),
        })
    }

    /// Whether the lists let a message out to `subject`. [`ReplyPermits`](crate::ReplyPermits) may still do so
    /// if they don't.
    pub fn can_publish(&self, subject: &[u8]) -> bool {
        let allow = self.publish_allow.as_ref();
        allow.is_none_or(|allow| allow.has_match(subject)) && !self.publish_deny.has_match(subject)
    }

    /// Whether the lists forbid to send to `subject`, not counting what they fail to allow.
    pub fn is_publish_denied(&self, subject: &[u8]) -> bool {
        self.publish_deny.has_match(subject)
    }

    /// Whether the server may send to `target`, a subject or a filter, on the user's behalf: as the answer to a request, or because he
    /// defined it so.
    ///
    /// An inbox is no subject that its owner publishes to, so leave to read all of `target` is as good as leave to publish there. A deny
    /// for publishing counts all the same, unless a list says that the user may read it.
    pub fn can_target(&self, target: &[u8]) -> bool {
        let may_read = || self.can_subscribe(target, None) == SubscribeVerdict::Allowed;
        let (denied, allowed) = self.publishes(target);
        match denied {
            true => self.subscribe_allow.is_some() && may_read(),
            false => allowed || may_read(),
        }
    }

    /// Whether any of `target` is denied, and whether all of it is allowed.
    fn publishes(&self, target: &[u8]) -> (bool, bool) {
        if Subject::parse(target).is_ok_and(Subject::is_literal) {
            let allow = self.publish_allow.as_ref();
            return (
                self.publish_deny.has_match(target),
                allow.is_none_or(|allow| allow.has_match(target)),
            );
        }
        let lists = self.source.publish.as_ref();
        let denied = lists.is_some_and(|lists| {
            let mut deny = lists.deny.iter();
            deny.any(|rule| overlaps(target, rule.as_bytes()))
        });
        let allow = lists.and_then(|lists| lists.allow.as_ref());
        let allowed = match allow {
            None => self.publish_allow.is_none(),
            Some(allow) => allow.iter().any(|rule| is_subset(target, rule.as_bytes())),
        };
        (denied, allowed)
    }

    /// Whether a subscription to `filter`, perhaps in a queue group, is made.
    pub fn can_subscribe(&self, filter: &[u8], queue: Option<&[u8]>) -> SubscribeVerdict {
        let allow = self.subscribe_allow.as_ref();
        let mut deny = self
            .subscribe_deny
            .iter()
            .filter(|rule| rule.is_about(queue));
        if !allow.is_none_or(|allow| covers(allow, filter, queue))
            || deny.clone().any(|rule| is_subset(filter, &rule.filter))
        {
            SubscribeVerdict::Denied
        } else if deny.any(|rule| overlaps(filter, &rule.filter)) {
            SubscribeVerdict::AllowedButFilter
        } else {
            SubscribeVerdict::Allowed
        }
    }

    /// Whether a message on `subject` may go to a subscription that was [`SubscribeVerdict::AllowedButFilter`].
    pub fn can_deliver(&self, subject: &[u8], queue: Option<&[u8]>) -> bool {
        let denied = |rule: &Rule| {
            rule.queue.is_some() && rule.is_about(queue) && matches(&rule.filter, subject)
        };
        !self.deliver_deny.has_match(subject)
            && (queue.is_none() || !self.subscribe_deny.iter().any(denied))
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
    const SERVICE_REPLY: &[u8] = b"_R_.";
    const LONGER: [&[u8]; 3] = [b"_GR_.", b"$GR.", b"$JS.ACK."];
    let longer = |prefix: &[u8]| reply.len() > prefix.len() && reply.starts_with(prefix);
    reply.starts_with(SERVICE_REPLY) || LONGER.into_iter().any(longer)
}

impl PartialEq for Permissions {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Rule {
    /// `"filter"` or `"filter queue"`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let (filter, queue) = (words.next()?, words.next());
        let valid = words.next().is_none() && Filter::parse(filter).is_ok();
        valid.then(|| Self {
            filter: filter.as_bytes().into(),
            queue: queue.map(|queue| queue.as_bytes().into()),
        })
    }

    /// Whether the rule is about subscriptions in this queue group (or in none). One without a queue is
    /// about all; the queue's name in a rule may have wildcards.
    fn is_about(&self, queue: Option<&[u8]>) -> bool {
        match (&self.queue, queue) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(rule), Some(queue)) => **rule == *queue || is_subset(queue, rule),
        }
    }
}

/// Whether an allow list lets a subscription be. Where a rule with a queue is about the filter, such rules alone
/// have the word for subscriptions in groups; rules without one are for the others.
fn covers(allow: &[Rule], filter: &[u8], queue: Option<&[u8]>) -> bool {
    let mut about = allow.iter().filter(|rule| is_subset(filter, &rule.filter));
    if queue.is_some() && about.clone().any(|rule| rule.queue.is_some()) {
        return about.any(|rule| rule.queue.is_some() && rule.is_about(queue));
    }
    about.any(|rule| rule.queue.is_none())
}

fn rules(texts: &[String]) -> Result<Vec<Rule>, &str> {
    texts
        .iter()
        .map(|text| Rule::parse(text).ok_or(text.as_str()))
        .collect()
}

fn plain(rules: &[Rule]) -> Trie<()> {
    let mut trie = Trie::new();
    for rule in rules.iter().filter(|rule| rule.queue.is_none()) {
        trie.insert(&rule.filter, ());
    }
    trie
}

/// The filters of a publish list, which have no queues.
fn trie(texts: &[String]) -> Result<Trie<()>, &str> {
    let mut trie = Trie::new();
    for text in texts {
        let filter = Filter::parse(text).map_err(|_| text.as_str())?;
        trie.insert(filter.as_bytes(), ());
    }
    Ok(trie)
}
