//! The model: what a user may do, in the words of the lists. It shares no line with the server.

use std::fmt::Write as _;

use midge_testkit::rng::Rng;

const TOKENS: [&str; 4] = ["a", "b", "c", "d"];
pub(super) const QUEUES: [&str; 2] = ["x", "y"];
const USERS: usize = 8;

/// Whether a filter matches a subject.
pub(super) fn matches(filter: &str, subject: &str) -> bool {
    let (mut filter, mut subject) = (filter.split('.'), subject.split('.'));
    loop {
        match (filter.next(), subject.next()) {
            (Some(">"), Some(_)) | (None, None) => return true,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            _ => return false,
        }
    }
}

/// A user and his lists.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) publish_allow: Option<Vec<String>>,
    pub(super) publish_deny: Vec<String>,
    /// Filters, and perhaps the queue group that they are about.
    pub(super) subscribe_allow: Option<Vec<(String, Option<&'static str>)>>,
    pub(super) subscribe_deny: Vec<(String, Option<&'static str>)>,
    /// How many answers a request may have.
    pub(super) responses: Option<usize>,
}

impl User {
    pub(super) fn denies(&self, subject: &str) -> bool {
        self.publish_deny.iter().any(|rule| matches(rule, subject))
    }

    pub(super) fn may_publish(&self, subject: &str) -> bool {
        let allowed = match &self.publish_allow {
            Some(allow) => allow.iter().any(|rule| matches(rule, subject)),
            None => self.responses.is_none(),
        };
        allowed && !self.denies(subject)
    }

    /// Whether a message may reach one of his subscriptions.
    pub(super) fn may_read(&self, subject: &str, queue: Option<&str>) -> bool {
        let is_about = |rule: &(String, Option<&str>)| {
            matches(&rule.0, subject) && (rule.1.is_none() || rule.1 == queue)
        };
        let allowed = self
            .subscribe_allow
            .as_ref()
            .is_none_or(|allow| allow.iter().any(is_about));
        allowed && !self.subscribe_deny.iter().any(is_about)
    }

    /// Whether the server may send there on his behalf.
    pub(super) fn may_target(&self, subject: &str) -> bool {
        if self.denies(subject) {
            return self.subscribe_allow.is_some() && self.may_read(subject, None);
        }
        self.may_publish(subject) || self.may_read(subject, None)
    }
}

/// The users and the mappings of one round.
#[derive(Debug)]
pub(super) struct World {
    pub(super) users: Vec<User>,
    /// `token.*` to `token.token.$1`.
    pub(super) mappings: Vec<(String, String)>,
}

impl World {
    pub(super) fn random(rng: &mut Rng) -> Self {
        let users = (0..USERS).map(|number| user(number, rng)).collect();
        let mut from = TOKENS;
        rng.shuffle(&mut from);
        let mappings = from[..2]
            .iter()
            .map(|from| {
                let (first, second) = (rng.pick(&TOKENS), rng.pick(&TOKENS));
                (format!("{from}.*"), format!("{first}.{second}.$1"))
            })
            .collect();
        Self { users, mappings }
    }

    /// Where a message to this subject goes.
    pub(super) fn goes(&self, subject: &str) -> String {
        if let Some(rest) = subject.strip_prefix("$JS.hub.API.STREAM.") {
            return format!("$JS.API.STREAM.{rest}");
        }
        let found = self
            .mappings
            .iter()
            .find(|(from, _)| matches(from, subject));
        found.map_or_else(
            || subject.to_owned(),
            |(_, to)| to.replace("$1", subject.split('.').nth(1).unwrap_or_default()),
        )
    }

    /// Whether a publish arrives where it goes.
    pub(super) fn arrives(&self, user: &User, subject: &str) -> bool {
        let goes = self.goes(subject);
        user.may_publish(&goes) && (goes == subject || !user.denies(subject))
    }

    pub(super) fn config(&self) -> String {
        let mut text =
            "jetstream { store_dir: \"<dir>/js\", domain: hub }\nmappings {\n".to_owned();
        for (from, to) in &self.mappings {
            let _ = writeln!(text, "  \"{from}\": \"{to}\"");
        }
        text += "}\nauthorization { users: [\n  { user: all, password: p }\n";
        for user in &self.users {
            let _ = writeln!(text, "  {}", user.config());
        }
        text + "] }\n"
    }
}

impl User {
    fn config(&self) -> String {
        let quoted = |list: &[String]| format!("{list:?}");
        let with_queues = |list: &[(String, Option<&str>)]| {
            let rules = list.iter().map(|(filter, queue)| match queue {
                Some(queue) => format!("{filter} {queue}"),
                None => filter.clone(),
            });
            format!("{:?}", rules.collect::<Vec<_>>())
        };
        let mut publish = format!("deny: {}", quoted(&self.publish_deny));
        if let Some(allow) = &self.publish_allow {
            let _ = write!(publish, ", allow: {}", quoted(allow));
        }
        let mut subscribe = format!("deny: {}", with_queues(&self.subscribe_deny));
        if let Some(allow) = &self.subscribe_allow {
            let _ = write!(subscribe, ", allow: {}", with_queues(allow));
        }
        let responses = self.responses.map_or_else(String::new, |max| {
            format!(", allow_responses: {{ max: {max}, expires: \"10m\" }}")
        });
        let name = &self.name;
        format!(
            "{{ user: {name}, password: p, permissions: {{ publish: {{ {publish} }}, subscribe: {{ {subscribe} }}{responses} }} }}"
        )
    }
}

/// A subject of up to three tokens.
pub(super) fn subject(rng: &mut Rng) -> String {
    let tokens: Vec<&str> = (0..=rng.below(3)).map(|_| *rng.pick(&TOKENS)).collect();
    tokens.join(".")
}

/// A filter of up to three tokens.
pub(super) fn filter(rng: &mut Rng) -> String {
    let len = 1 + rng.below(3);
    let token = |at: usize, rng: &mut Rng| match rng.below(6) {
        0 => "*",
        1 if at + 1 == len => ">",
        _ => *rng.pick(&TOKENS),
    };
    let tokens: Vec<&str> = (0..len).map(|at| token(at, rng)).collect();
    tokens.join(".")
}

fn filters(most: usize, rng: &mut Rng) -> Vec<String> {
    (0..rng.below(most + 1)).map(|_| filter(rng)).collect()
}

fn with_queues(most: usize, rng: &mut Rng) -> Vec<(String, Option<&'static str>)> {
    let rules = filters(most, rng).into_iter();
    rules
        .map(|filter| (filter, (rng.below(4) == 0).then(|| *rng.pick(&QUEUES))))
        .collect()
}

/// All may ask JetStream, read their inbox and hear requests, so that there is something to probe.
fn user(number: usize, rng: &mut Rng) -> User {
    let name = format!("u{number}");
    let chance = |rng: &mut Rng| rng.below(2) == 0;
    let publish_allow = chance(rng).then(|| {
        let own = ["$JS.API.>", &format!("own.{name}.>")].map(str::to_owned);
        own.into_iter().chain(filters(5, rng)).collect()
    });
    let subscribe_allow = chance(rng).then(|| {
        let own = [format!("_I.{name}.>"), format!("req.{name}")].map(|filter| (filter, None));
        own.into_iter().chain(with_queues(5, rng)).collect()
    });
    let mut publish_deny = filters(4, rng);
    publish_deny.push("$JS.API.STREAM.DELETE.>".to_owned());
    publish_deny.push("$JS.ACK.VICTIM.>".to_owned());
    // Who may answer and has no list may do nothing else.
    let answers = rng.below(3) == 0 && publish_allow.is_some();
    User {
        name,
        publish_allow,
        publish_deny,
        subscribe_allow,
        subscribe_deny: with_queues(3, rng),
        responses: answers.then(|| 1 + rng.below(3)),
    }
}
