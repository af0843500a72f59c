//! Which streams and consumers must be there, and how they are defined.

use std::collections::BTreeMap;

use serde_json::Value;

/// What is known of one stream or consumer.
#[derive(Debug, Default)]
struct Known {
    /// As it was last answered; `None`: it isn't there.
    told: Option<Value>,
    /// A request about it is out.
    asked: bool,
}

/// Definitions by name: `STREAM` or `STREAM/CONSUMER`.
#[derive(Debug, Default)]
pub(super) struct Definitions(BTreeMap<String, Known>);

impl Definitions {
    /// A request about it is about to go out.
    pub(super) fn ask(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_default().asked = true;
    }

    /// It is defined so.
    pub(super) fn made(&mut self, name: &str, mut config: Value) {
        drop_server_notes(&mut config);
        let told = Some(config);
        self.0.insert(name.to_owned(), Known { told, asked: false });
    }

    /// It is gone, with what belongs to it.
    pub(super) fn gone(&mut self, name: &str) {
        let inside = format!("{name}/");
        for (other, known) in &mut self.0 {
            if other == name || other.starts_with(&inside) {
                *known = Known::default();
            }
        }
    }

    /// A stream's deletion is about to be asked for, and with it that of its consumers.
    pub(super) fn ask_all(&mut self, stream: &str) {
        let inside = format!("{stream}/");
        for (name, known) in &mut self.0 {
            known.asked |= name == stream || name.starts_with(&inside);
        }
    }

    /// Names of which it isn't as it was answered. What is `found` is the truth from here on.
    pub(super) fn compare(&mut self, mut found: BTreeMap<String, Value>) -> Vec<String> {
        found.values_mut().for_each(drop_server_notes);
        let mut wrong = Vec::new();
        for (name, known) in &mut self.0 {
            let now = found.get(name);
            if !known.asked && known.told.as_ref() != now {
                wrong.push(match (&known.told, now) {
                    (Some(_), None) => format!("{name} is gone"),
                    (None, Some(_)) => format!("{name} is back"),
                    (told, now) => format!("{name} was {told:?} and is {now:?}"),
                });
            }
            *known = Known {
                told: now.cloned(),
                asked: false,
            };
        }
        for (name, config) in found {
            if !self.0.contains_key(&name) {
                wrong.push(format!("{name} was never made"));
                self.made(&name, config);
            }
        }
        wrong
    }

    /// Those that are there.
    pub(super) fn present(&self) -> impl Iterator<Item = &str> {
        let there = self.0.iter().filter(|(_, known)| known.told.is_some());
        there.map(|(name, _)| name.as_str())
    }
}

/// Some answers have the server's version in them and some haven't.
fn drop_server_notes(config: &mut Value) {
    match config {
        Value::Object(fields) => {
            fields.retain(|key, _| !key.starts_with("_nats."));
            fields.values_mut().for_each(drop_server_notes);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_server_notes),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_answered_must_hold_and_what_was_asked_may() {
        let mut definitions = Definitions::default();
        definitions.made("A", json!(1));
        definitions.made("A/C", json!(2));
        definitions.made("B", json!(3));
        definitions.gone("B");
        definitions.ask("D");
        let found = |names: &[(&str, u8)]| {
            let named = names
                .iter()
                .map(|(name, config)| ((*name).to_owned(), json!(config)));
            named.collect::<BTreeMap<_, _>>()
        };
        assert_eq!(
            definitions
                .compare(found(&[("A", 1), ("A/C", 2), ("D", 9)]))
                .len(),
            0
        );
        assert_eq!(
            definitions
                .compare(found(&[("A", 1), ("B", 3), ("D", 8), ("E", 1)]))
                .len(),
            4
        );
        definitions.ask_all("A");
        assert_eq!(
            definitions
                .compare(found(&[("B", 3), ("D", 8), ("E", 1)]))
                .len(),
            0
        );
        assert_eq!(definitions.present().collect::<Vec<_>>(), ["B", "D", "E"]);
    }
}
