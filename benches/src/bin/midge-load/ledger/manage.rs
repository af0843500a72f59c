//! Those who remove messages, and those who define and delete streams and consumers.

use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::book::{Removal, SUBJECTS};
use super::{Ledger, PURGED, Refused, STREAMS, ask, locked};
use crate::js::Api;

const PAUSE: Duration = Duration::from_millis(3);
/// Streams that come and go, at a time.
const COMING_MAX: usize = 12;
/// What each of them is given.
const MESSAGES: u64 = 3;

/// Purges and deletes until the server dies.
pub(super) fn remove(ledger: &Ledger, addr: SocketAddr) -> Result<()> {
    let mut api = Api::at(addr)?;
    for turn in 0_u64.. {
        thread::sleep(PAUSE);
        let at = |place: usize| ledger.book(PURGED).acked.keys().nth(place).copied();
        let removal = match turn % 3 {
            0 => at(40).map(Removal::Below),
            1 => at(30).map(|below| Removal::OfSubject {
                subject: turn % SUBJECTS,
                below,
            }),
            _ => at(10).map(Removal::One),
        };
        match removal {
            Some(removal) => take_out(ledger, &mut api, PURGED, removal)?,
            // There is too little yet. A question tells whether the server still lives.
            None => drop(ask(&mut api, "INFO", &Value::Null)?),
        }
    }
    Ok(())
}

/// Removes messages of a stream, and notes it before and after.
pub(super) fn take_out(
    ledger: &Ledger,
    api: &mut Api,
    stream: usize,
    removal: Removal,
) -> Result<()> {
    let name = STREAMS[stream];
    ledger.book(stream).remove(removal);
    let (what, body) = match removal {
        Removal::Below(below) => ("PURGE", json!({"seq": below})),
        Removal::OfSubject { subject, below } => (
            "PURGE",
            json!({"filter": format!("{name}.{subject}"), "seq": below}),
        ),
        Removal::One(seq) => ("MSG.DELETE", json!({"seq": seq, "no_erase": seq % 2 == 0})),
    };
    ask(api, &format!("STREAM.{what}.{name}"), &body)?;
    ledger.book(stream).answered();
    ledger.told.removals.fetch_add(1, Relaxed);
    Ok(())
}

/// Makes, changes and deletes streams and consumers until the server dies.
pub(super) fn define(ledger: &Ledger, addr: SocketAddr) -> Result<()> {
    let mut scribe = Scribe {
        ledger,
        api: Api::at(addr)?,
    };
    loop {
        let number = ledger.names.fetch_add(1, Relaxed);
        let stream = format!("T{number}");
        let mut config = json!({"name": stream, "subjects": [format!("t.{number}")]});
        let mut state = scribe.stream("CREATE", &config, 0)?;
        scribe.consumer(&stream)?;
        for message in 1..=MESSAGES {
            state = scribe.publish(number, &state, message)?;
        }
        if number.is_multiple_of(2) {
            config["description"] = "changed".into();
            scribe.stream("UPDATE", &config, MESSAGES)?;
        }
        if number.is_multiple_of(3) {
            scribe.delete_consumer(&stream)?;
        }
        scribe.delete_oldest()?;
        thread::sleep(PAUSE);
    }
}

/// What a definition says of a stream that comes and goes.
pub(super) fn stream_state(config: &Value, messages: u64) -> Value {
    json!({"config": config, "messages": messages})
}

struct Scribe<'a> {
    ledger: &'a Ledger,
    api: Api,
}

impl Scribe<'_> {
    fn stream(&mut self, what: &str, config: &Value, messages: u64) -> Result<Value> {
        let name = config["name"].as_str().unwrap_or_default().to_owned();
        locked(&self.ledger.definitions).ask(&name);
        let answer = ask(&mut self.api, &format!("STREAM.{what}.{name}"), config)?;
        self.made(&name, stream_state(&answer["config"], messages));
        Ok(answer["config"].clone())
    }

    fn consumer(&mut self, stream: &str) -> Result<()> {
        let name = format!("{stream}/D");
        let body = json!({"stream_name": stream, "config": {"durable_name": "D", "ack_policy": "explicit"}});
        locked(&self.ledger.definitions).ask(&name);
        let answer = ask(&mut self.api, &format!("CONSUMER.CREATE.{stream}.D"), &body)?;
        self.made(&name, answer["config"].clone());
        Ok(())
    }

    fn publish(&mut self, number: u64, config: &Value, messages: u64) -> Result<Value> {
        let name = format!("T{number}");
        locked(&self.ledger.definitions).ask(&name);
        let answer = self.api.exchange(&format!("t.{number}"), b"x")?;
        if !answer["error"].is_null() {
            return Err(Refused(answer["error"].to_string()).into());
        }
        ensure!(
            answer["seq"] == messages,
            "{name}: message {messages} got {answer}"
        );
        self.made(&name, stream_state(config, messages));
        Ok(config.clone())
    }

    fn delete_consumer(&mut self, stream: &str) -> Result<()> {
        let name = format!("{stream}/D");
        locked(&self.ledger.definitions).ask(&name);
        ask(
            &mut self.api,
            &format!("CONSUMER.DELETE.{stream}.D"),
            &Value::Null,
        )?;
        self.gone(&name);
        Ok(())
    }

    fn delete_oldest(&mut self) -> Result<()> {
        let oldest = {
            let mut definitions = locked(&self.ledger.definitions);
            let coming = definitions
                .present()
                .filter(|name| name.starts_with('T') && !name.contains('/'));
            let mut coming: Vec<_> = coming.map(str::to_owned).collect();
            if coming.len() <= COMING_MAX {
                return Ok(());
            }
            coming.sort_by_key(|name| name[1..].parse::<u64>().unwrap_or(0));
            definitions.ask_all(&coming[0]);
            coming.swap_remove(0)
        };
        ask(
            &mut self.api,
            &format!("STREAM.DELETE.{oldest}"),
            &Value::Null,
        )?;
        self.gone(&oldest);
        Ok(())
    }

    fn made(&self, name: &str, config: Value) {
        locked(&self.ledger.definitions).made(name, config);
        self.ledger.told.definitions.fetch_add(1, Relaxed);
    }

    fn gone(&self, name: &str) {
        locked(&self.ledger.definitions).gone(name);
        self.ledger.told.definitions.fetch_add(1, Relaxed);
    }
}
