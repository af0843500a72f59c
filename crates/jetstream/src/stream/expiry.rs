//! What time does to a stream's messages, and the markers that tell of a subject which lost its last one.

use super::Stream;
use crate::headers::{self, Block};
use crate::{Message, Network};
use midge_streamlog::{Evicted, Expired};

impl Stream {
    /// Removes what is too old, and tells consumers and whoever reads markers.
    pub(crate) fn expire(&mut self, now: u64, net: &mut dyn Network) {
        if self.is_held || self.log.next_expiry().is_none_or(|due| due > now) {
            return;
        }
        let marks = self.config.subject_delete_marker_ttl > 0;
        let expired = match marks {
            true => self.log.expire_with_headers(now),
            false => self.log.expire(now),
        };
        if expired.is_empty() {
            return;
        }
        self.lost(&Evicted {
            runs: expired.iter().map(|gone| (gone.seq, 1)).collect(),
            incomplete: false,
        });
        if marks {
            for subject in expired.iter().filter(|gone| deserves_marker(gone)) {
                self.mark(&subject.subject, now, net);
            }
        }
    }

    /// Stores a marker as if it had been published.
    fn mark(&mut self, subject: &[u8], now: u64, net: &mut dyn Network) {
        let ttl = headers::show_duration(i64::from(self.config.marker_seconds()) * 1_000_000_000);
        let block = Block::new()
            .with(MARKER_REASON, "MaxAge")
            .with("Nats-TTL", ttl)
            .with("Nats-Rollup", "sub")
            .done();
        let marker = Message {
            subject,
            headers: &block,
            ..Message::default()
        };
        let marked = self.publish_alone(self.draft(&marker, now), now, net);
        if let Err(error) = marked {
            let subject = &*String::from_utf8_lossy(subject);
            tracing::warn!(stream = self.log.name(), subject, %error, "JetStream: an expired subject gets no marker");
        }
    }
}

const MARKER_REASON: &str = "Nats-Marker-Reason";

/// A subject that loses its last message gets a marker, unless that message was one.
fn deserves_marker(gone: &Expired) -> bool {
    let is_purge = |value: &[u8]| value == b"PURGE";
    gone.was_only
        && headers::get(&gone.headers, MARKER_REASON).is_none_or(<[u8]>::is_empty)
        && !headers::get(&gone.headers, "KV-Operation").is_some_and(is_purge)
}
