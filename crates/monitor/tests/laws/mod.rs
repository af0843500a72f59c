//! What holds for any request to the monitoring port, as a plain function: the fuzz target and the tests share it.

use crate::support::{Fake, connection, subscription};
use midge_monitor::Monitor;
use std::sync::Arc;

/// Pages that read their query.
const PAGES: [&str; 8] = [
    "/varz",
    "/connz",
    "/subsz",
    "/accountz",
    "/accstatz",
    "/healthz",
    "/leafz",
    "/jsz",
];

/// A first byte that names a page, and a query; or a path, a line feed and a query.
///
/// # Panics
/// When the answer isn't one of those that the reference gives, or isn't what its type says.
pub(crate) fn check(request: &[u8]) {
    let text = String::from_utf8_lossy(request);
    let page = request
        .first()
        .and_then(|first| PAGES.get(usize::from(*first)));
    let (path, query) = match page {
        Some(page) => (*page, text.get(1..).unwrap_or_default()),
        None => text.split_once('\n').unwrap_or((&text, "")),
    };
    let fake = Fake {
        connections: (1..4).map(connection).collect(),
        subscriptions: (1..4).map(|cid| subscription("$G", cid, "a.b")).collect(),
        ..Fake::default()
    };
    let response = Monitor::new(Arc::new(fake), "/").respond(path, query);
    assert!(
        matches!(response.status, 200 | 400 | 404 | 503),
        "{response:?}"
    );
    if response.content_type == "application/json" {
        let json = serde_json::from_str::<serde_json::Value>(&response.body);
        assert!(json.is_ok(), "{response:?}");
    }
}
