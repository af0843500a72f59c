//! Pull requests: what a client asks for, and the line in which requests wait.

use super::priority::Rank;
use crate::config::or_default;
use serde::Deserialize;

/// The body of a `MSG.NEXT`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    #[serde(flatten)]
    rank: Rank,
    /// It is no mere number, which says nothing of priority groups.
    #[serde(skip)]
    is_json: bool,
    #[serde(deserialize_with = "or_default")]
    pub(super) batch: i64,
    #[serde(deserialize_with = "or_default")]
    pub(super) expires: i64,
    #[serde(deserialize_with = "or_default")]
    pub(super) no_wait: bool,
    #[serde(deserialize_with = "or_default")]
    pub(super) max_bytes: i64,
    #[serde(deserialize_with = "or_default")]
    pub(super) idle_heartbeat: i64,
}

impl Body {
    /// Reads a number, JSON, or nothing; what is neither counts as one message.
    pub(super) fn parse(body: &[u8]) -> Result<Self, String> {
        let body = body.trim_ascii();
        let one = Self {
            batch: 1,
            ..Self::default()
        };
        if body.first() != Some(&b'{') {
            let number = std::str::from_utf8(body)
                .ok()
                .and_then(|text| text.parse().ok());
            return Ok(Self {
                batch: number.unwrap_or(1).max(1),
                ..one
            });
        }
        let bad = |error: serde_json::Error| match error.is_eof() {
            true => "unexpected end of JSON input".into(),
            false => error.to_string(),
        };
        let mut parsed: Self = serde_json::from_slice(body).map_err(bad)?;
        parsed.batch = parsed.batch.max(1);
        parsed.is_json = true;
        if parsed.idle_heartbeat > 0 && parsed.idle_heartbeat.saturating_mul(2) > parsed.expires {
            return Err("heartbeat value too large".into());
        }
        Ok(parsed)
    }

    /// What it says of priority groups.
    pub(super) fn rank(&self) -> Option<&Rank> {
        self.is_json.then_some(&self.rank)
    }
}

/// A request that waits for messages.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) reply: Box<[u8]>,
    /// Messages it may still get.
    pub(super) left: i64,
    /// Bytes it may still get; `None`: no limit.
    pub(super) bytes_left: Option<i64>,
    /// When it ends; `None`: when its client has gone.
    pub(super) expires: Option<u64>,
    pub(super) no_wait: bool,
    /// It got something.
    pub(super) served: bool,
    /// Nanoseconds between heartbeats, and when the next one is due.
    pub(super) heartbeat: Option<(u64, u64)>,
    pub(super) rank: Option<Rank>,
}

impl Request {
    pub(super) fn new(reply: &[u8], body: Body, now: u64) -> Self {
        let positive = |number: i64| u64::try_from(number).ok().filter(|number| *number > 0);
        Self {
            reply: reply.into(),
            left: body.batch,
            bytes_left: Some(body.max_bytes).filter(|max| *max > 0),
            expires: positive(body.expires).map(|expires| now.saturating_add(expires)),
            no_wait: body.no_wait,
            served: false,
            heartbeat: positive(body.idle_heartbeat)
                .map(|every| (every, now.saturating_add(every))),
            rank: body.is_json.then_some(body.rank),
        }
    }

    /// Its place among prioritized ones: the lowest is served first.
    pub(super) fn place(&self) -> i64 {
        self.rank.as_ref().map_or(i64::MAX, |rank| rank.priority)
    }

    /// Whether it may have a message of this size.
    pub(super) fn takes(&self, size: i64) -> bool {
        self.bytes_left.is_none_or(|left| size <= left)
    }

    /// Counts a message that it got.
    pub(super) fn charge(&mut self, size: usize, now: u64) {
        self.left -= 1;
        self.served = true;
        if let Some((every, due)) = &mut self.heartbeat {
            *due = now.saturating_add(*every);
        }
        if let Some(left) = &mut self.bytes_left {
            *left -= i64::try_from(size).unwrap_or(i64::MAX);
            if *left <= 0 {
                self.left = 0;
            }
        }
    }

    /// When something is due by the clock.
    pub(super) fn due(&self) -> Option<u64> {
        let beat = self.heartbeat.map(|(_, due)| due);
        [self.expires, beat].into_iter().flatten().min()
    }

    /// A status with what the request didn't get.
    pub(super) fn ending(&self, code: u16, text: &str) -> Vec<u8> {
        let bytes_left = self.bytes_left.unwrap_or(0).max(0);
        crate::headers::Block::status(code, text)
            .with("Nats-Pending-Messages", self.left.max(0).to_string())
            .with("Nats-Pending-Bytes", bytes_left.to_string())
            .done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_numbers_json_or_one() {
        let batch = |body: &[u8]| Body::parse(body).map(|body| body.batch);
        assert_eq!(batch(b""), Ok(1));
        assert_eq!(batch(b"25"), Ok(25));
        assert_eq!(batch(b"many"), Ok(1));
        assert_eq!(batch(b"{\"batch\":7,\"no_wait\":true}"), Ok(7));
        assert_eq!(batch(b"{}"), Ok(1));
        assert_eq!(batch(b"{\"batch\":3,\"expires\":null,\"id\":null}"), Ok(3));
        assert!(batch(b"{\"batch\":").is_err());
        assert!(batch(b"{\"expires\":1000,\"idle_heartbeat\":501}").is_err());
    }
}
