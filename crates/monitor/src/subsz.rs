//! `/subsz`: the matcher in numbers, and the subscriptions themselves on demand.

use crate::query::Query;
use crate::{Source, SublistStats, Subscription, Time};
use serde::Serialize;

/// The answer of `/subsz`.
#[derive(Debug, Serialize)]
pub(crate) struct Subsz {
    server_id: String,
    now: Time,
    #[serde(flatten)]
    stats: SublistStats,
    total: usize,
    offset: usize,
    limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscriptions_list: Option<Vec<Subscription>>,
}

impl Subsz {
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        let page = query.page()?;
        let listed = query.flag("subs")?;
        let account = query.text("acc");
        let test = query.text("test");
        if let Some(subject) = test.filter(|subject| !is_publishable(subject)) {
            return Err(format!(
                "invalid test subject, must be valid publish subject: {subject}"
            ));
        }
        let server = source.server();
        let mut total = 0;
        let list = listed.then(|| {
            let mut list = source.subscriptions(account);
            list.retain(|entry| test.is_none_or(|subject| matches(&entry.subject, subject)));
            total = list.len();
            page.of(list)
        });
        Ok(Self {
            server_id: server.id,
            now: server.now,
            stats: source.sublist(account),
            total,
            offset: page.offset,
            limit: page.limit,
            subscriptions_list: list.filter(|list| !list.is_empty()),
        })
    }
}

fn is_publishable(subject: &str) -> bool {
    midge_subject::is_valid_publish(subject.as_bytes())
}

fn matches(filter: &str, subject: &str) -> bool {
    midge_subject::matches(filter.as_bytes(), subject.as_bytes())
}
