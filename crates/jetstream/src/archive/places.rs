//! How far a consumer of an older server was, `obs/<name>/o.dat` in a tape.
//!
//! `22, 2`, then LEB128 numbers: ack floor and last delivered message, each as consumer and stream sequence; pending ones, each as what its
//! two sequences (stream first) are above the floors and what its second (zigzag) is below one that stands before them all; those
//! delivered again, each as what its stream sequence is above the floor and how often.

use crate::leb128::take;
use serde_json::{Map, Value, json};

const BEGINS: [u8; 2] = [22, 2];
const SECOND: i64 = 1_000_000_000;

/// The state as it stands in an archive of our time. `None`: it can't be one.
pub(super) fn read(file: &[u8]) -> Option<Value> {
    let mut rest = file.strip_prefix(&BEGINS)?;
    let mut number = || take(&mut rest)?.ok();
    let zigzag = |number: u64| (number >> 1) as i64 ^ -((number & 1) as i64);
    let [floor_consumer, floor_stream] = [number()?, number()?];
    let [consumer, stream] = [number()?, number()?];
    let (mut pending, mut redelivered) = (Map::new(), Map::new());
    let count = number()?;
    if count > 0 {
        let base = zigzag(number()?);
        for _ in 0..count {
            let seq = floor_stream.checked_add(number()?)?;
            let place = floor_consumer.checked_add(number()?)?;
            let time = base.checked_sub(zigzag(number()?))?.checked_mul(SECOND)?;
            pending.insert(
                seq.to_string(),
                json!({"Sequence": place, "Timestamp": time}),
            );
        }
    }
    for _ in 0..number()? {
        let seq = floor_stream.checked_add(number()?)?;
        redelivered.insert(seq.to_string(), number()?.into());
    }
    Some(json!({
        "delivered": {"consumer_seq": consumer, "stream_seq": stream},
        "ack_floor": {"consumer_seq": floor_consumer, "stream_seq": floor_stream},
        "pending": pending,
        "redelivered": redelivered,
    }))
}
