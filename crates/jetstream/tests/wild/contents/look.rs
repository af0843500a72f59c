//! What a stream has, as its readers see it, and what explains a difference from the model.

use super::model::{Kept, Model};
use crate::world::{Dice, SECOND, World};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// All that is in the stream.
pub(super) struct Seen {
    kept: BTreeMap<u64, Kept>,
    state: Value,
}

/// What a direct get adds to a message's own headers.
const ADDED: [&str; 6] = [
    "Nats-Stream: ",
    "Nats-Subject: ",
    "Nats-Sequence: ",
    "Nats-Time-Stamp: ",
    "Nats-Num-Pending: ",
    "Nats-Last-Sequence: ",
];

/// The messages that a direct get gives, by sequence.
fn get(world: &mut World, body: &Value) -> BTreeMap<u64, Kept> {
    world.send(
        "$JS.API.DIRECT.GET.S",
        Some("_I.get"),
        "",
        &body.to_string(),
    );
    world.settle();
    let mut got = BTreeMap::new();
    for heard in world.take("_I.get") {
        let field = |name: &str| heard.headers.split(name).nth(1)?.split("\r\n").next();
        let Some(seq) = field("Nats-Sequence: ") else {
            assert!(
                heard.headers.starts_with("NATS/1.0 204")
                    || heard.headers.starts_with("NATS/1.0 404"),
                "{heard:?}"
            );
            continue;
        };
        let is_own = |line: &&str| !ADDED.iter().any(|added| line.starts_with(added));
        let headers: String = heard
            .headers
            .split_inclusive("\r\n")
            .filter(is_own)
            .collect();
        let kept = Kept {
            subject: field("Nats-Subject: ").expect("a subject").to_owned(),
            headers: if headers == "NATS/1.0\r\n\r\n" {
                String::new()
            } else {
                headers
            },
            body: heard.text().to_owned(),
            time: 0,
        };
        got.insert(seq.parse().expect("a sequence"), kept);
    }
    got
}

impl Seen {
    pub(super) fn now(world: &mut World) -> Self {
        let kept = get(world, &json!({"seq": 1, "batch": 100_000}));
        let info = world.ask(
            "STREAM.INFO.S",
            &json!({"subjects_filter": ">", "deleted_details": true}),
        );
        Self {
            kept,
            state: info["state"].clone(),
        }
    }

    fn last(&self) -> u64 {
        self.state["last_seq"].as_u64().expect("a sequence")
    }
}

impl Model {
    /// The model as it is after time took what it could, if that explains what is seen. `strict`: who must have a marker has one.
    pub(super) fn explain(&self, seen: &Seen, now: u64, strict: bool) -> Result<Self, String> {
        let mut model = self.clone();
        let late: Vec<u64> = model
            .kept
            .iter()
            .filter(|(seq, kept)| model.due(kept) <= now && !seen.kept.contains_key(seq))
            .map(|(seq, _)| *seq)
            .collect();
        let gone: Vec<Kept> = late
            .iter()
            .filter_map(|seq| model.kept.remove(seq))
            .collect();
        // Seconds are all that a message's own time has.
        if let Some((seq, _)) = model
            .kept
            .iter()
            .find(|(_, kept)| model.due(kept).saturating_add(SECOND) <= now)
        {
            return Err(format!("{seq} outlived its time"));
        }
        let emptied: BTreeSet<&str> = gone
            .iter()
            .map(|kept| kept.subject.as_str())
            .filter(|subject| model.of(subject).is_empty())
            .collect();
        let mut marked = BTreeSet::new();
        for (seq, marker) in seen.kept.range(self.last + 1..) {
            let subject = marker.subject.as_str();
            if !marker.is_marker()
                || *seq != model.last + 1
                || !(emptied.contains(subject) || self.owed.contains(subject))
                || !marked.insert(subject)
            {
                return Err(format!(
                    "{seq} comes from nowhere after {}: {marker:?}, {emptied:?}",
                    model.last
                ));
            }
            model.last = *seq;
            model.kept.insert(
                *seq,
                Kept {
                    time: now,
                    ..marker.clone()
                },
            );
            model.enforce([subject]);
        }
        let was_marked = |subject: &str| {
            gone.iter()
                .any(|kept| kept.subject == subject && kept.is_marker())
        };
        let unmarked = emptied.iter().filter(|subject| !marked.contains(*subject));
        let unmarked: Vec<&str> = unmarked.copied().collect();
        if strict && model.rules.markers > 0 && unmarked.iter().any(|subject| !was_marked(subject))
        {
            return Err(format!("{unmarked:?} have no marker"));
        }
        model.owed.extend(unmarked.into_iter().map(str::to_owned));
        model.compare(seen).map(|()| model)
    }

    fn compare(&self, seen: &Seen) -> Result<(), String> {
        let same = |seq: &u64| match (self.kept.get(seq), seen.kept.get(seq)) {
            (Some(own), Some(other)) => {
                (&own.subject, &own.headers, &own.body)
                    == (&other.subject, &other.headers, &other.body)
            }
            (own, other) => own.is_none() && other.is_none(),
        };
        let all: BTreeSet<u64> = self.kept.keys().chain(seen.kept.keys()).copied().collect();
        if let Some(seq) = all.iter().find(|seq| !same(seq)) {
            return Err(format!(
                "{seq} is {:.200?} and should be {:.200?}",
                seen.kept.get(seq),
                self.kept.get(seq)
            ));
        }
        if seen.last() != self.last {
            return Err(format!(
                "the last is {} and should be {}",
                seen.last(),
                self.last
            ));
        }
        let mut subjects: BTreeMap<&str, u64> = BTreeMap::new();
        self.kept
            .values()
            .for_each(|kept| *subjects.entry(&kept.subject).or_default() += 1);
        let first = self.kept.keys().next().copied().unwrap_or(self.last + 1);
        let deleted: Vec<u64> = (first..=self.last)
            .filter(|seq| !self.kept.contains_key(seq))
            .collect();
        let state = &seen.state;
        for (what, is, want) in [
            ("messages", &state["messages"], json!(self.kept.len())),
            ("bytes", &state["bytes"], json!(self.bytes())),
            (
                "num_deleted",
                &state["num_deleted"],
                if deleted.is_empty() {
                    Value::Null
                } else {
                    json!(deleted.len())
                },
            ),
            (
                "deleted",
                &state["deleted"],
                if deleted.is_empty() {
                    Value::Null
                } else {
                    json!(deleted)
                },
            ),
            (
                "subjects",
                &state["subjects"],
                if subjects.is_empty() {
                    Value::Null
                } else {
                    json!(subjects)
                },
            ),
        ] {
            if *is != want {
                return Err(format!("{what} is {is} and should be {want}"));
            }
        }
        match state["first_seq"].as_u64() {
            Some(is) if is == first || self.last == 0 => Ok(()),
            is => Err(format!("the first is {is:?} and should be {first}")),
        }
    }

    /// Other ways to read say the same.
    pub(super) fn read_otherwise(&self, world: &mut World, dice: &mut Dice) -> Result<(), String> {
        let subject = format!("s.{}", dice.roll(4));
        let from = 1 + dice.roll(self.last + 2);
        let its = self.of(&subject);
        let filter = *dice.pick(&["s.*", ">", subject.as_str()]);
        let wants = |kept: &Kept| filter != subject || kept.subject == subject;
        let later: Vec<u64> = self
            .kept
            .range(from..)
            .filter(|(_, kept)| wants(kept))
            .map(|(seq, _)| *seq)
            .collect();
        let (ask, want) = match dice.roll(5) {
            0 => (
                json!({"last_by_subj": subject}),
                its.last().copied().into_iter().collect(),
            ),
            1 => (
                json!({"next_by_subj": filter, "seq": from}),
                later.first().copied().into_iter().collect(),
            ),
            2 => (
                json!({"next_by_subj": filter, "seq": from, "batch": 3}),
                later[..later.len().min(3)].to_vec(),
            ),
            3 => (
                json!({"seq": from}),
                self.kept.get(&from).map(|_| from).into_iter().collect(),
            ),
            _ => {
                let upto = dice.roll(self.last + 2);
                (
                    json!({"multi_last": [filter], "up_to_seq": upto}),
                    self.last_of_each(upto, wants),
                )
            }
        };
        let got: Vec<u64> = get(world, &ask).into_keys().collect();
        match got == want {
            true => Ok(()),
            false => Err(format!("{ask} gives {got:?} and should give {want:?}")),
        }
    }

    /// The last message of each subject, none above `upto` (0: any).
    fn last_of_each(&self, upto: u64, wants: impl Fn(&Kept) -> bool) -> Vec<u64> {
        let below = self
            .kept
            .iter()
            .filter(|(seq, kept)| wants(kept) && (upto == 0 || **seq <= upto));
        let last: BTreeMap<&str, u64> = below
            .map(|(seq, kept)| (kept.subject.as_str(), *seq))
            .collect();
        let mut last: Vec<u64> = last.into_values().collect();
        last.sort_unstable();
        last
    }
}
