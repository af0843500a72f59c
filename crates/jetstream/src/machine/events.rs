//! Advisories, and other messages that nobody asked for.

use super::*;
use crate::network::say;

/// Length of the names that consumers and events get.
const NAME_LEN: usize = 8;

impl JetStream {
    /// Publishes an event with the fields that all have.
    pub(crate) fn advise(
        &mut self,
        account: AccountId,
        subject: &str,
        mut body: serde_json::Value,
        now: u64,
        net: &mut dyn Network,
    ) {
        if !net.has_interest(account, subject.as_bytes()) {
            return;
        }
        body = self.event(body, account, now);
        say(
            net,
            account,
            subject.as_bytes(),
            body.to_string().as_bytes(),
        );
    }

    /// An event with the fields that all have.
    pub(crate) fn event(
        &mut self,
        mut body: serde_json::Value,
        account: AccountId,
        now: u64,
    ) -> serde_json::Value {
        body["id"] = self.draw_name().into();
        if body.get("account").is_some_and(serde_json::Value::is_null)
            && let Some(account) = self.accounts.get(&account)
        {
            body["account"] = account.name.as_str().into();
        }
        body["timestamp"] = crate::time::Time(now).to_string().into();
        if let Some(domain) = &self.settings.domain {
            body["domain"] = domain.as_str().into();
        }
        body
    }

    /// Publishes an event when `ticket` is released, and nothing if the disk fails.
    pub(crate) fn tell_after(
        &mut self,
        ticket: Option<Ticket>,
        account: AccountId,
        subject: &str,
        body: &serde_json::Value,
        net: &mut dyn Network,
    ) {
        let answer = Answer::Event(body.to_string().into_bytes());
        self.answer_when(ticket, false, (account, subject.as_bytes()), answer, net);
    }

    /// A name nobody else has.
    pub(crate) fn draw_name(&mut self) -> String {
        self.draws.name(NAME_LEN)
    }
}
