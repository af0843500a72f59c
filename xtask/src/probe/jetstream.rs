//! JetStream at the command of users with random rights: what it answers, delivers and publishes again, and whether any of that is a request.

use std::net::SocketAddr;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, ensure};
use midge_testkit::rng::Rng;

use super::Tally;
use super::model::{self, User, World};
use crate::peer::Peer;

/// For each user others: a snapshot that nobody acknowledges says so to its target after seconds, when another user's turn is.
const TARGETS: usize = 8;
/// Ways in which each is tried.
const ACTS: usize = 3;
/// How long something that was set off may take to arrive.
const SETTLE: Duration = Duration::from_millis(60);
const DELETE: &str = "$JS.API.STREAM.DELETE.VICTIM";

/// Asks JetStream for everything that sends somewhere, to subjects which an unrestricted client listens to.
pub(super) fn probe(
    world: &World,
    address: SocketAddr,
    rng: &mut Rng,
    tally: &mut Tally,
) -> Result<()> {
    let mut all = Peer::new(address, "all")?;
    all.say("SUB _I.all 1");
    let victim = Victim::new(&mut all)?;
    let mut targets = targets(world, rng);
    for user in &world.users {
        let own = targets.split_off(targets.len() - TARGETS);
        probe_user(user, &own, &mut all, address, rng, tally)?;
        let whole = victim.is_whole(&mut all)?;
        tally.exact(!whole, false, || format!("{user:?} reached the victim"));
    }
    Ok(())
}

/// A stream with a consumer that awaits an ack. No user may delete the one or give the other.
struct Victim {
    ack: String,
}

impl Victim {
    fn new(all: &mut Peer) -> Result<Self> {
        create(all, r#"{"name":"VICTIM","subjects":["victim"]}"#, "VICTIM")?;
        all.ask("victim", "_I.all", "x")?;
        let consumer = r#"{"stream_name":"VICTIM","config":{"name":"C","durable_name":"C","ack_policy":"explicit"}}"#;
        all.ask("$JS.API.CONSUMER.CREATE.VICTIM.C", "_I.all", consumer)?;
        all.say("SUB _I.pulled 2");
        all.publish("$JS.API.CONSUMER.MSG.NEXT.VICTIM.C", "_I.pulled", "1");
        all.ask("$JS.API.CONSUMER.INFO.VICTIM.C", "_I.all", "")?;
        sleep(SETTLE);
        all.sync()?;
        let pulled = all.take().into_iter().find_map(|got| got.reply);
        ensure!(pulled.is_some(), "the victim's message was not pulled");
        Ok(Self {
            ack: pulled.unwrap_or_default(),
        })
    }

    fn is_whole(&self, all: &mut Peer) -> Result<bool> {
        let info = all.ask("$JS.API.CONSUMER.INFO.VICTIM.C", "_I.all", "")?;
        Ok(!self.ack.is_empty() && info.contains("\"num_ack_pending\":1,"))
    }
}

fn create(peer: &mut Peer, config: &str, name: &str) -> Result<()> {
    let answer = peer.ask(&format!("$JS.API.STREAM.CREATE.{name}"), "_I.all", config)?;
    ensure!(answer.contains("did_create"), "{answer}");
    Ok(())
}

/// Subjects that no mapping moves, each once.
fn targets(world: &World, rng: &mut Rng) -> Vec<String> {
    let mut targets = Vec::new();
    while targets.len() < TARGETS * world.users.len() {
        let target = model::subject(rng);
        if world.goes(&target) == target && !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

fn probe_user(
    user: &User,
    targets: &[String],
    all: &mut Peer,
    address: SocketAddr,
    rng: &mut Rng,
    tally: &mut Tally,
) -> Result<()> {
    let name = &user.name;
    let stream = format!("S{name}");
    create(
        all,
        &format!(r#"{{"name":"{stream}","subjects":["own.{name}.>"],"allow_direct":true}}"#),
        &stream,
    )?;
    // A consumer delivers under its message's subject, so it's the subscription that says where to.
    for (at, target) in targets.iter().enumerate() {
        all.say(&format!("SUB {target} {}", 10 + at));
    }
    all.sync()?;
    all.take();
    let mut peer = Peer::new(address, name)?;
    peer.publish(&format!("own.{name}.first"), "", "");
    for (at, target) in targets.iter().enumerate() {
        for act in 0..ACTS {
            let at = ACTS * at + act;
            act_as(&mut peer, (name, &stream), (at, target), rng.below(KINDS));
        }
    }
    for (at, own) in [DELETE, "$JS.hub.API.STREAM.DELETE.VICTIM"]
        .iter()
        .enumerate()
    {
        for kind in 0..KINDS {
            act_as(
                &mut peer,
                (name, &stream),
                (ACTS * TARGETS + KINDS * at + kind, own),
                kind,
            );
        }
    }
    peer.publish(DELETE, "", "");
    peer.publish("$JS.hub.API.STREAM.DELETE.VICTIM", "", "");
    redirect(&mut peer, name);
    peer.sync()?;
    // JetStream has done all before it answers this.
    all.ask("$JS.API.INFO", "_I.all", "")?;
    sleep(SETTLE);
    all.sync()?;
    let mut arrived = [false; TARGETS];
    for got in all.take() {
        if let Some(arrived) = got.sid.checked_sub(10).and_then(|at| arrived.get_mut(at)) {
            *arrived = true;
        }
    }
    for (at, target) in targets.iter().enumerate() {
        all.say(&format!("UNSUB {}", 10 + at));
        tally.within(arrived[at], user.may_target(target), || {
            format!("JetStream sends to {target} on behalf of {user:?}")
        });
    }
    // Its consumers and copies would go on.
    all.ask(&format!("$JS.API.STREAM.DELETE.{stream}"), "_I.all", "")?;
    for at in 0..ACTS * TARGETS + 2 * KINDS {
        all.publish(&format!("$JS.API.STREAM.DELETE.R{name}_{at}"), "", "");
    }
    all.publish(&format!("$JS.API.STREAM.DELETE.W{name}"), "", "");
    all.ask("$JS.API.INFO", "_I.all", "").map(drop)
}

const KINDS: usize = 7;

/// Has JetStream send something to `target`, in one of the ways there are.
fn act_as(peer: &mut Peer, (name, stream): (&str, &str), (at, target): (usize, &str), kind: usize) {
    match kind {
        0 => peer.publish(&format!("own.{name}.ack"), target, ""),
        1 => peer.publish(&format!("$JS.API.STREAM.INFO.{stream}"), target, ""),
        2 => {
            let body = r#"{"last_by_subj":"own."#.to_owned() + name + r#".first"}"#;
            peer.publish(&format!("$JS.API.DIRECT.GET.{stream}"), target, &body);
        }
        3 => {
            let body = format!(
                r#"{{"stream_name":"{stream}","config":{{"name":"D{at}","deliver_subject":"{target}","ack_policy":"none"}}}}"#
            );
            peer.publish(
                &format!("$JS.API.CONSUMER.CREATE.{stream}.D{at}"),
                "",
                &body,
            );
        }
        4 => {
            let body = format!(
                r#"{{"name":"R{name}_{at}","subjects":["own2.{name}.{at}"],"republish":{{"src":"own2.{name}.{at}","dest":"{target}.>"}}}}"#
            );
            // A destination with a tail needs a source with one.
            let body = body
                .replace(
                    &format!("own2.{name}.{at}\""),
                    &format!("own2.{name}.{at}.>\""),
                )
                .replace(&format!("{target}.>"), &republished(target));
            peer.publish(&format!("$JS.API.STREAM.CREATE.R{name}_{at}"), "", &body);
            let rest = target.rsplit('.').next().unwrap_or_default();
            peer.publish_with(&format!("own2.{name}.{at}.{rest}"), "A: b", "");
        }
        5 => {
            let body = format!(
                r#"{{"stream_name":"{stream}","config":{{"name":"P{at}","ack_policy":"none"}}}}"#
            );
            peer.publish(
                &format!("$JS.API.CONSUMER.CREATE.{stream}.P{at}"),
                "",
                &body,
            );
            peer.publish(
                &format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.P{at}"),
                target,
                "1",
            );
        }
        _ => {
            let body = format!(r#"{{"deliver_subject":"{target}"}}"#);
            peer.publish(&format!("$JS.API.STREAM.SNAPSHOT.{stream}"), "", &body);
        }
    }
}

/// The target but for its last token, which comes from the message.
fn republished(target: &str) -> String {
    match target.rsplit_once('.') {
        Some((head, _)) => format!("{head}.>"),
        None => ">".to_owned(),
    }
}

/// A stream that publishes again wherever its messages say.
fn redirect(peer: &mut Peer, name: &str) {
    let body = format!(
        r#"{{"name":"W{name}","subjects":["own.w{name}.*.*.>"],"republish":{{"src":"own.w{name}.*.*.>","dest":"{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.>"}}}}"#
    );
    peer.publish(&format!("$JS.API.STREAM.CREATE.W{name}"), "", &body);
    peer.publish(&format!("own.w{name}.{DELETE}"), "", "");
}
