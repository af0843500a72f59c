//! Temporary leave to publish to the reply subjects of requests.

use midge_auth::{REPLY_PERMITS_MAX, ReplyPermits, ResponsePermission};
use std::time::{Duration, Instant};

fn permits(max: Option<u64>, expires_ms: Option<u64>) -> ReplyPermits {
    ReplyPermits::new(ResponsePermission {
        max,
        expires: expires_ms.map(Duration::from_millis),
    })
}

/// The tests choose their times; this is only where they count from.
#[expect(clippy::disallowed_methods, reason = "an arbitrary origin")]
fn origin() -> Instant {
    Instant::now()
}

fn later(start: Instant, ms: u64) -> Instant {
    start + Duration::from_millis(ms)
}

//= row 186, behaviours: accounts 32
#[test]
fn a_request_is_answered_as_often_as_allowed() {
    let now = origin();
    let mut permits = permits(Some(2), None);
    assert!(!permits.allows(b"r", now));
    permits.note(b"r", now);
    assert!(permits.allows(b"r", now));
    assert!(!permits.allows(b"other", now));
    assert!(permits.allows(b"r", now));
    assert!(permits.is_empty(), "nothing is kept of what is used up");
    assert!(!permits.allows(b"r", now));
}

#[test]
fn leave_ends_with_its_time() {
    let now = origin();
    let mut permits = permits(None, Some(300));
    permits.note(b"r", now);
    assert!(permits.allows(b"r", later(now, 300)));
    assert!(!permits.allows(b"r", later(now, 301)));
    assert!(permits.is_empty());
}

#[test]
fn leave_without_bounds_lasts() {
    let now = origin();
    let mut permits = permits(None, None);
    permits.note(b"r", now);
    for ms in 0..1000 {
        assert!(permits.allows(b"r", later(now, ms * 1_000_000)));
    }
}

/// In the reference a second request with the same reply subject uses up the leave for the first.
#[test]
fn another_request_with_the_same_reply_starts_anew() {
    let now = origin();
    let mut permits = permits(Some(1), Some(300));
    permits.note(b"r", now);
    permits.note(b"r", later(now, 200));
    assert!(permits.allows(b"r", later(now, 400)));
    assert!(!permits.allows(b"r", later(now, 400)));
    permits.note(b"r", later(now, 500));
    assert!(permits.allows(b"r", later(now, 500)));
}

#[test]
fn the_table_is_bounded_and_keeps_the_newest() {
    let now = origin();
    let mut permits = permits(None, None);
    let total = 3 * REPLY_PERMITS_MAX as u64;
    for index in 0..total {
        permits.note(format!("r.{index}").as_bytes(), later(now, index));
        assert!(permits.len() <= REPLY_PERMITS_MAX);
    }
    assert!(permits.allows(format!("r.{}", total - 1).as_bytes(), later(now, total)));
    assert!(!permits.allows(b"r.0", later(now, total)));
}

#[test]
fn requests_of_one_instant_are_bounded_too() {
    let now = origin();
    let mut permits = permits(None, None);
    for index in 0..2 * REPLY_PERMITS_MAX {
        permits.note(format!("r.{index}").as_bytes(), now);
        assert!(permits.len() <= REPLY_PERMITS_MAX);
        assert!(permits.allows(format!("r.{index}").as_bytes(), now));
    }
}

#[test]
fn expired_leave_makes_room_first() {
    let now = origin();
    let mut permits = permits(None, Some(10));
    permits.note(b"kept", later(now, 100));
    for index in 0..REPLY_PERMITS_MAX - 1 {
        permits.note(format!("r.{index}").as_bytes(), now);
    }
    permits.note(b"new", later(now, 100));
    assert_eq!(permits.len(), 2);
    assert!(permits.allows(b"kept", later(now, 100)));
}
