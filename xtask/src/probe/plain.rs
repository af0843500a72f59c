//! Publishing, subscribing and answering, without JetStream.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use anyhow::Result;
use midge_testkit::rng::Rng;

use super::Tally;
use super::model::{self, User, World};
use crate::peer::Peer;

const PUBLISHES: usize = 120;
const SUBSCRIPTIONS: usize = 12;
const READS: usize = 12;
const REQUESTS: usize = 6;
/// Answers to each request.
const ANSWERS: usize = 5;

/// What is asked of a server, the same of each.
pub(super) struct Questions {
    /// By user: where it publishes.
    publishes: Vec<Vec<String>>,
    /// By user: what it subscribes to.
    subscriptions: Vec<Vec<(String, Option<&'static str>)>>,
    /// What is published for them.
    reads: Vec<String>,
}

/// The questions that were answered by a delivery.
pub(super) struct Answers(HashSet<String>);

impl Answers {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Questions {
    pub(super) fn random(world: &World, rng: &mut Rng) -> Self {
        let publishes = world.users.iter().map(|_| {
            let subjects = (0..PUBLISHES).map(|_| model::subject(rng));
            subjects.collect()
        });
        let publishes = publishes.collect();
        let subscriptions = world.users.iter().map(|_| {
            // Two members of a group would share what comes by chance.
            let mut queues = model::QUEUES.into_iter();
            let made = (0..SUBSCRIPTIONS).map(|_| {
                let queue = (rng.below(3) == 0).then(|| queues.next()).flatten();
                (model::filter(rng), queue)
            });
            made.collect()
        });
        let subscriptions = subscriptions.collect();
        // What a mapping moves would be another question.
        let reads = std::iter::repeat_with(|| model::subject(rng))
            .filter(|subject| world.goes(subject) == *subject)
            .take(READS)
            .collect();
        Self {
            publishes,
            subscriptions,
            reads,
        }
    }

    pub(super) fn ask(&self, world: &World, address: SocketAddr) -> Result<Answers> {
        let mut answers = HashSet::new();
        let mut all = Peer::new(address, "all")?;
        all.say("SUB > 1");
        all.sync()?;
        for (user, subjects) in world.users.iter().zip(&self.publishes) {
            let mut peer = Peer::new(address, &user.name)?;
            for (at, subject) in subjects.iter().enumerate() {
                peer.publish(subject, "", &format!("pub {} {at}", user.name));
            }
            peer.sync()?;
            all.sync()?;
            for got in all.take() {
                answers.insert(format!("{} {}", got.body, got.subject));
            }
        }
        all.say("UNSUB 1");
        self.ask_readers(world, address, &mut all, &mut answers)?;
        for user in world.users.iter().filter(|user| user.responses.is_some()) {
            ask_responder(user, address, &mut all, &mut answers)?;
        }
        Ok(Answers(answers))
    }

    fn ask_readers(
        &self,
        world: &World,
        address: SocketAddr,
        all: &mut Peer,
        answers: &mut HashSet<String>,
    ) -> Result<()> {
        for (user, subscriptions) in world.users.iter().zip(&self.subscriptions) {
            let mut peer = Peer::new(address, &user.name)?;
            for (sid, (filter, queue)) in subscriptions.iter().enumerate() {
                peer.say(&format!("SUB {filter} {} {sid}", queue.unwrap_or_default()));
            }
            peer.sync()?;
            for subject in &self.reads {
                all.publish(subject, "", "");
            }
            all.sync()?;
            peer.sync()?;
            for got in peer.take() {
                answers.insert(format!("sub {} {} {}", user.name, got.sid, got.subject));
            }
        }
        Ok(())
    }

    /// Holds the answers against the model.
    pub(super) fn judge(&self, world: &World, answers: &Answers, tally: &mut Tally) {
        for (user, subjects) in world.users.iter().zip(&self.publishes) {
            for (at, subject) in subjects.iter().enumerate() {
                let goes = world.goes(subject);
                let key = format!("pub {} {at} {goes}", user.name);
                let want = world.arrives(user, subject);
                tally.exact(answers.0.contains(&key), want, || {
                    format!("{user:?} publishes to {subject}, which goes to {goes}")
                });
            }
        }
        for (user, subscriptions) in world.users.iter().zip(&self.subscriptions) {
            for (sid, (filter, queue)) in subscriptions.iter().enumerate() {
                for subject in &self.reads {
                    let key = format!("sub {} {sid} {subject}", user.name);
                    let most = user.may_read(subject, *queue) && model::matches(filter, subject);
                    tally.within(answers.0.contains(&key), most, || {
                        format!("{user:?} reads {subject} through {filter} {queue:?}")
                    });
                }
            }
        }
        for user in world.users.iter().filter(|user| user.responses.is_some()) {
            for request in 0..REQUESTS {
                let reply = reply(user, request);
                for answer in 0..ANSWERS {
                    let key = format!("rsp {reply} {answer}");
                    let heard = request > 0 && user.may_read(&requests(user), None);
                    let permits = heard && user.responses.is_some_and(|max| answer < max);
                    tally.exact(
                        answers.0.contains(&key),
                        permits || user.may_publish(&reply),
                        || format!("{user:?} answers {reply} for time {answer}"),
                    );
                }
            }
        }
    }

    /// Whatever only one of the servers lets through needs a reason.
    pub(super) fn compare(
        &self,
        world: &World,
        ours: &Answers,
        theirs: &Answers,
        tally: &mut Tally,
    ) {
        let mut denied_before = HashMap::new();
        for (user, subjects) in world.users.iter().zip(&self.publishes) {
            for (at, subject) in subjects.iter().enumerate() {
                let goes = world.goes(subject);
                let key = format!("pub {} {at} {goes}", user.name);
                denied_before.insert(key, goes != *subject && user.denies(subject));
            }
        }
        for key in ours.0.difference(&theirs.0) {
            tally.exact(true, self.is_wider_than_a_deny(world, key), || {
                format!("nats-server refuses {key}: {}", self.explain(world, key))
            });
        }
        for key in theirs.0.difference(&ours.0) {
            // A subscription wider than what is allowed is refused by us alone.
            let known = key.starts_with("sub ") || denied_before.get(key) == Some(&true);
            tally.exact(false, !known, || format!("nats-server allows {key}"));
        }
    }

    /// The subscription that an answer came through, and whose it is.
    fn subscription<'a>(&'a self, world: &'a World, key: &str) -> Option<(&'a User, &'a str)> {
        let words: Vec<&str> = key.split(' ').collect();
        let user = world.users.iter().position(|user| words[1] == user.name)?;
        let at: usize = words.get(2)?.parse().ok()?;
        let is_read = words[0] == "sub";
        is_read.then(|| (&world.users[user], &*self.subscriptions[user][at].0))
    }

    /// A deny of `*` forbids to subscribe to `>` there, as if that were a token. What we deliver of it is what the model allows.
    fn is_wider_than_a_deny(&self, world: &World, key: &str) -> bool {
        let found = self.subscription(world, key);
        found.is_some_and(|(user, filter)| {
            let mut deny = user.subscribe_deny.iter();
            deny.any(|rule| model::matches(&rule.0, filter))
        })
    }

    fn explain(&self, world: &World, key: &str) -> String {
        format!("{:?}", self.subscription(world, key))
    }
}

fn requests(user: &User) -> String {
    format!("req.{}", user.name)
}

fn reply(user: &User, request: usize) -> String {
    format!("rsp.{}.{request}", user.name)
}

/// The first request is never sent, all others are answered more often than they may be.
fn ask_responder(
    user: &User,
    address: SocketAddr,
    all: &mut Peer,
    answers: &mut HashSet<String>,
) -> Result<()> {
    let mut peer = Peer::new(address, &user.name)?;
    let requests = requests(user);
    peer.say(&format!("SUB {requests} 1"));
    peer.sync()?;
    all.say("SUB rsp.> 2");
    for request in 1..REQUESTS {
        all.publish(&requests, &reply(user, request), "");
    }
    all.sync()?;
    peer.sync()?;
    debug_assert!(peer.take().iter().all(|got| got.reply.is_some()));
    for request in 0..REQUESTS {
        for answer in 0..ANSWERS {
            peer.publish(&reply(user, request), "", &answer.to_string());
        }
    }
    peer.sync()?;
    all.say("UNSUB 2");
    all.sync()?;
    for got in all.take() {
        answers.insert(format!("rsp {} {}", got.subject, got.body));
    }
    Ok(())
}
