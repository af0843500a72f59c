//! What is put right in a consumer's configuration, or told to clients that want mistakes told.

use super::flow::FLOW_ACK_HEARTBEAT;
use super::{AckPolicy, ConsumerConfig};
use crate::ApiError;
use crate::config::ConsumerLimits;
use crate::error::PEDANTIC;

impl ConsumerConfig {
    /// Numbers below what means something get the value that stands for "none".
    pub(crate) fn mend(&mut self, pedantic: bool, limits: &ConsumerLimits) -> Result<(), ApiError> {
        let unlimited = [
            ("max_deliver", &mut self.max_deliver),
            ("max_ack_pending", &mut self.max_ack_pending),
        ];
        for (name, number) in unlimited {
            if *number < -1 {
                refuse_if(pedantic, || format!("{name} must be set to -1"))?;
                *number = -1;
            }
        }
        let zero = [
            ("idle_heartbeat", &mut self.idle_heartbeat),
            ("inactive_threshold", &mut self.inactive_threshold),
            ("max_waiting", &mut self.max_waiting),
            ("max_batch", &mut self.max_batch),
            ("max_expires", &mut self.max_expires),
            ("max_bytes", &mut self.max_bytes),
        ];
        for (name, number) in zero {
            if *number < 0 {
                refuse_if(pedantic, || format!("{name} must not be negative"))?;
                *number = 0;
            }
        }
        if self.ack_policy == AckPolicy::FlowControl && !pedantic {
            (self.flow_control, self.idle_heartbeat) = (true, FLOW_ACK_HEARTBEAT);
        }
        let first = self.backoff.first();
        let differs = first.is_some_and(|first| *first != self.ack_wait);
        refuse_if(pedantic && differs, || {
            "first backoff value has to equal batch AckWait".to_owned()
        })?;
        let limited = [
            (
                "max_ack_pending",
                limits.max_ack_pending,
                self.max_ack_pending,
            ),
            (
                "inactive_threshold",
                limits.inactive_threshold,
                self.inactive_threshold,
            ),
        ];
        for (name, limit, number) in limited {
            refuse_if(pedantic && limit > 0 && number == 0, || {
                format!("{name} must be set if it's configured in stream limits")
            })?;
        }
        Ok(())
    }

    /// Writes down the lowest API level that knows what is asked for.
    pub(crate) fn note_level(&mut self) {
        let groups = self.priority_policy != super::PriorityPolicy::None;
        let level = match self.ack_policy {
            AckPolicy::FlowControl => 4,
            _ => u8::from(groups || self.pause_until.is_some()),
        };
        self.metadata.insert("_nats.req.level", &level.to_string());
    }
}

fn refuse_if(pedantic: bool, text: impl FnOnce() -> String) -> Result<(), ApiError> {
    match pedantic {
        true => Err(PEDANTIC.says(format!("pedantic mode: {}", text()))),
        false => Ok(()),
    }
}
