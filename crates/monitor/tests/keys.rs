//! Our answers have the fields of the reference's, in its order.

mod support;

use midge_monitor::Monitor;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::sync::Arc;
use support::full;

/// The keys of a JSON text in their order, which a parsed value would have lost.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, Keys(inner))) = map.next_entry::<String, Keys>()? {
            keys.extend(inner.iter().map(|inner| match inner.strip_prefix("[]") {
                Some(inner) => format!("{key}[]{inner}"),
                None => format!("{key}.{inner}"),
            }));
            let at = keys.len() - inner.len();
            keys.insert(at, key);
        }
        Ok(Keys(keys))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Keys, A::Error> {
        let mut keys = Vec::new();
        while let Some(Keys(inner)) = seq.next_element()? {
            for key in inner {
                let key = if key.starts_with("[]") {
                    format!("[]{key}")
                } else {
                    format!("[].{key}")
                };
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        Ok(Keys(keys))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_str<E>(self, _: &str) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_unit<E>(self) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }
}

/// Names which a configuration chooses, and how the fixtures write them.
fn general(key: &str) -> String {
    for map in ["http_req_stats.", "metadata.", "feature_flags."] {
        if key.starts_with(map) {
            return format!("{map}*");
        }
    }
    key.replace("mappings.m", "mappings.*")
}

#[track_caller]
fn check(fixture: &str, path: &str, query: &str) {
    let answer = Monitor::new(Arc::new(full()), "/").respond(path, query);
    let Keys(keys) = serde_json::from_str(&answer.body).expect("JSON");
    let ours = keys
        .iter()
        .map(|key| general(key))
        .filter(|key| !key.starts_with("midge_"));
    let file = format!("{}/testdata/keys/{fixture}.txt", env!("CARGO_MANIFEST_DIR"));
    let theirs = std::fs::read_to_string(&file).expect("a fixture");
    assert_eq!(
        ours.collect::<Vec<_>>(),
        theirs.lines().collect::<Vec<_>>(),
        "{path}?{query}"
    );
}

#[test]
fn fields_are_named_and_ordered_as_the_references() {
    check("varz", "/varz", "");
    check("subsz", "/subsz", "");
    check("subsz_list", "/subsz", "subs=1");
    check("accountz_acc", "/accountz", "acc=A");
    check("accountz", "/accountz", "");
    check("accstatz", "/accstatz", "");
    check("routez", "/routez", "");
    check("gatewayz", "/gatewayz", "");
    check("leafz", "/leafz", "");
    check("jsz", "/jsz", "");
    check("healthz", "/healthz", "");
    check("healthz_bad", "/healthz", "stream=x");
    check("healthz_details", "/healthz", "stream=x&details=1");
}

#[test]
fn connections_are_told_in_the_references_order() {
    check("connz_closed", "/connz", "state=closed");
    check("connz_detail", "/connz", "auth=1&subs=detail");
    check("connz_subs", "/connz", "auth=1&subs=1");
}
