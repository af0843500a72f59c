//! What was promised and what of it was broken, added up.

use std::fmt;

use serde_json::Value;

use crate::page::layout;

/// Sums over all faults.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    publishes: u64,
    acks: u64,
    removals: u64,
    definitions: u64,
    lost: u64,
    again: u64,
    revived: u64,
    redefined: u64,
    forgotten: u64,
    /// Messages that were changed, doubled, or never sent.
    odd: u64,
    /// Atomic batches of which a part is there.
    torn: u64,
    /// Messages that stay in a work queue for ever.
    left: u64,
    stalled: u64,
    /// Store folders that couldn't be opened.
    pub(super) given_up: u64,
    /// Faults that passed, and the server didn't take messages again.
    pub(super) stuck: u64,
    refused: u64,
}

impl Totals {
    /// Adds what a check found.
    pub(super) fn add(&mut self, verdict: &Value) {
        let number = |value: &Value| value.as_u64().unwrap_or(0);
        let told = &verdict["told"];
        self.publishes += number(&told["publishes"]);
        self.acks += number(&told["acks"]);
        self.removals += number(&told["removals"]);
        self.definitions += number(&told["definitions"]);
        self.lost += number(&verdict["lost"]);
        self.again += number(&verdict["again"]);
        self.revived += number(&verdict["revived"]);
        self.redefined += verdict["definitions"].as_array().map_or(0, Vec::len) as u64;
        self.forgotten += number(&verdict["forgotten"]);
        self.odd += number(&verdict["odd"]) + number(&verdict["corrupt"]);
        self.torn += number(&verdict["torn"]);
        self.left += number(&verdict["left"]);
        self.stalled += number(&verdict["stalled"]);
    }

    /// Adds how the clients ended.
    pub(super) fn note_ends(&mut self, ends: &Value) {
        self.refused += u64::from(!is_empty(&ends["refused"]));
    }

    /// No promise was broken.
    pub(super) fn all_kept(&self) -> bool {
        self.broken().iter().all(|(_, count)| *count == 0)
    }

    fn promised(&self) -> [(&'static str, u64); 4] {
        [
            ("publishes acknowledged", self.publishes),
            ("double acks confirmed", self.acks),
            ("purges and deletes answered", self.removals),
            ("definitions made, changed and deleted", self.definitions),
        ]
    }

    fn broken(&self) -> [(&'static str, u64); 11] {
        [
            ("acknowledged publishes lost", self.lost),
            ("confirmed acks undone", self.again),
            ("removed messages that came back", self.revived),
            ("definitions not as answered", self.redefined),
            ("message ids forgotten, of 50 each time", self.forgotten),
            ("messages changed, doubled or invented", self.odd),
            ("atomic batches torn", self.torn),
            ("messages left in a drained work queue", self.left),
            ("consumers that stalled or skipped", self.stalled),
            ("store folders that could not be used again", self.given_up),
            ("faults after which it didn't go on by itself", self.stuck),
        ]
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |(what, count): &(&str, u64)| format!("{what}: {count}");
        let promised = self.promised().iter().map(told).collect::<Vec<_>>();
        write!(out, "{}", promised.join(", "))?;
        let broken: Vec<_> = self
            .broken()
            .iter()
            .filter(|one| one.1 > 0)
            .map(told)
            .collect();
        match broken.is_empty() {
            true => write!(out, "; none was broken"),
            false => write!(out, "; {}", broken.join(", ")),
        }
    }
}

/// Whether a list in an answer is empty.
pub(super) fn is_empty(list: &Value) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

/// The table for the page, a column per server and fault.
pub(super) fn show(columns: &[(String, Totals)]) -> String {
    let mut lines = vec![vec![String::new()]];
    lines[0].extend(columns.iter().map(|(name, _)| name.clone()));
    let mut rows = |cells: fn(&Totals) -> Vec<(&'static str, u64)>| {
        let filled: Vec<_> = columns.iter().map(|(_, totals)| cells(totals)).collect();
        for (row, (what, _)) in filled.first().into_iter().flatten().enumerate() {
            let mut line = vec![(*what).to_owned()];
            line.extend(filled.iter().map(|column| column[row].1.to_string()));
            lines.push(line);
        }
    };
    rows(|totals| totals.promised().to_vec());
    rows(|totals| totals.broken().to_vec());
    layout(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_kind_of_broken_promise_counts() {
        let fields = [
            "lost",
            "again",
            "revived",
            "forgotten",
            "odd",
            "corrupt",
            "torn",
            "left",
            "stalled",
        ];
        for field in fields {
            let mut totals = Totals::default();
            totals.add(&json!({"told": {"publishes": 7}, "definitions": []}));
            assert!(totals.all_kept(), "{totals}");
            totals.add(&json!({field: 2}));
            assert!(!totals.all_kept(), "{field}: {totals}");
        }
        let mut totals = Totals::default();
        totals.add(&json!({"definitions": ["S is gone"]}));
        assert!(!totals.all_kept(), "{totals}");
    }

    #[test]
    fn a_table_has_a_column_per_server() {
        let mut totals = Totals::default();
        totals.add(&json!({"told": {"publishes": 7}, "lost": 3}));
        let table = show(&[("a".into(), totals), ("b".into(), Totals::default())]);
        assert!(table.contains("acknowledged publishes lost"), "{table}");
        assert!(
            table
                .lines()
                .nth(2)
                .is_some_and(|line| line.contains("| 7 | 0 |")),
            "{table}"
        );
    }
}
