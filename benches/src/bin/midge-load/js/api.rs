//! Requests to the JetStream API over a raw connection.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use midge_wire::{ServerFrame, encode};
use serde_json::{Value, json};

use crate::Target;
use crate::link::Link;

/// Each connection has an inbox of its own, for several may ask at a time.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// A connection for requests, one at a time.
pub(crate) struct Api {
    link: Link,
    inbox: Vec<u8>,
}

impl Api {
    pub(crate) fn open(target: &Target) -> Result<Self> {
        Self::at(target.addr)
    }

    pub(crate) fn at(addr: SocketAddr) -> Result<Self> {
        let mut link = Link::open(addr, 1 << 20)?;
        let mut line = Vec::new();
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let inbox = format!("_INBOX.api{number:020}.r").into_bytes();
        encode::sub(&mut line, &inbox, None, b"1");
        link.stream.write_all(&line)?;
        link.sync()?;
        Ok(Self { link, inbox })
    }

    /// The answer to a request, error or not.
    pub(crate) fn ask(&mut self, subject: &str, body: &Value) -> Result<Value> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.exchange(&format!("$JS.API.{subject}"), body.as_bytes())
    }

    /// The answer to a message.
    pub(crate) fn exchange(&mut self, subject: &str, body: &[u8]) -> Result<Value> {
        let payload = self.exchange_any(subject, body)?;
        serde_json::from_slice(&payload).with_context(|| format!("{subject}: an answer in JSON"))
    }

    /// The body of the answer to a message, whatever it is.
    pub(crate) fn exchange_any(&mut self, subject: &str, body: &[u8]) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        encode::publish(&mut line, subject.as_bytes(), Some(&self.inbox), body);
        self.link.stream.write_all(&line)?;
        let mut answer = None;
        while answer.is_none() {
            self.link.frames(|frame| {
                if let ServerFrame::Msg(message) = frame {
                    answer = Some(message.body().to_vec());
                }
                true
            })?;
        }
        answer.context("no answer")
    }

    /// The answer to a request that must succeed.
    pub(crate) fn request(&mut self, subject: &str, body: &Value) -> Result<Value> {
        let answer = self.ask(subject, body)?;
        if !answer["error"].is_null() {
            bail!("{subject}: {}", answer["error"]);
        }
        Ok(answer)
    }

    /// Makes a stream anew. `more` goes over the usual configuration.
    pub(crate) fn make_stream(&mut self, name: &str, subjects: &str, more: &Value) -> Result<()> {
        self.ask(&format!("STREAM.DELETE.{name}"), &Value::Null)?;
        let mut config = json!({
            "name": name, "subjects": [subjects], "retention": "limits", "max_consumers": -1, "max_msgs": -1,
            "max_bytes": -1, "max_age": 0, "max_msgs_per_subject": -1, "max_msg_size": -1, "discard": "old",
            "storage": "file", "num_replicas": 1, "duplicate_window": 120_000_000_000_u64,
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            config[key] = value.clone();
        }
        self.request(&format!("STREAM.CREATE.{name}"), &config)?;
        Ok(())
    }

    pub(crate) fn delete_stream(&mut self, name: &str) -> Result<()> {
        self.request(&format!("STREAM.DELETE.{name}"), &Value::Null)?;
        Ok(())
    }

    /// Messages that a stream holds.
    pub(crate) fn stored(&mut self, name: &str) -> Result<u64> {
        let info = self.request(&format!("STREAM.INFO.{name}"), &Value::Null)?;
        info["state"]["messages"].as_u64().context("no state")
    }

    /// Makes a durable or ephemeral consumer.
    pub(crate) fn make_consumer(&mut self, stream: &str, name: &str, config: &Value) -> Result<()> {
        let mut config = config.clone();
        config["name"] = name.into();
        config["deliver_policy"] = "all".into();
        config["replay_policy"] = "instant".into();
        let body = json!({"stream_name": stream, "config": config});
        self.request(&format!("CONSUMER.CREATE.{stream}.{name}"), &body)?;
        Ok(())
    }
}
