//! Who is let in, and who stays: credentials to rights, by the rules in force.
//!
//! Nobody comes in, or stays in, by rules that were replaced: their number is read before rights are asked for, and if it is another one when
//! they are given, they are asked for again.

use crate::connection::Facts;
use crate::task::Owner;
use midge_auth::{Denial, Grant, PasswordCheck, Step};
use midge_router::Worker;
use midge_session::CloseReason;
use midge_wire::Connect;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use tokio::time::sleep_until;

/// What happened while a password was checked.
enum Waited {
    Verdict(Result<Grant, Denial>),
    Ended(CloseReason),
    Called,
    Time,
}

impl Owner {
    /// Asks for the rights that these credentials give by the rules in force.
    pub(crate) fn authenticate(&mut self, connect: &Connect) -> Step {
        self.judged_by = self.host.rules();
        let who = self.session.identity();
        self.host.authenticate(who, connect, &self.connection.peer)
    }

    /// Has a password compared, and asks again if the rules changed meanwhile: nobody comes in by rules that no longer hold.
    pub(crate) async fn settle(
        &mut self,
        mut check: PasswordCheck,
    ) -> Result<Result<Grant, Denial>, CloseReason> {
        loop {
            let verdict = self.compare(check).await?;
            if self.host.rules() == self.judged_by {
                return Ok(verdict);
            }
            let connect = self.session.connect().clone();
            match self.authenticate(&connect) {
                Step::Done(verdict) => return Ok(verdict),
                Step::Slow(again) => check = again,
            }
        }
    }

    /// Compares a password when it is its address' turn for one of a few places. Given up when its peer is gone, or when its time is over.
    async fn compare(
        &mut self,
        check: PasswordCheck,
    ) -> Result<Result<Grant, Denial>, CloseReason> {
        if self.matched.as_ref() == Some(check.secret()) {
            return Ok(check.matched_before());
        }
        let secret = check.secret().clone();
        let checks = self.local.borrow().checks.clone();
        let address = self.connection.peer.address;
        let mut work = pin!(async move {
            let place = checks.place(address).await;
            let compared = tokio::task::spawn_blocking(move || {
                let _place = place;
                check.run()
            });
            compared.await.unwrap_or(Err(Denial::Missing))
        });
        loop {
            let mut alarm = pin!(sleep_until(self.deadline().into()));
            let waited = poll_fn(|cx| {
                if let Poll::Ready(verdict) = work.as_mut().poll(cx) {
                    return Poll::Ready(Waited::Verdict(verdict));
                }
                self.line.register(cx.waker());
                if self.line.answer() {
                    return Poll::Ready(Waited::Called);
                }
                if self.line.poll_writable(self.sink.mailbox(), cx) {
                    self.write();
                }
                if let Err(reason) = self.poll_write_stream(cx) {
                    return Poll::Ready(Waited::Ended(reason));
                }
                if self.reader.poll_gone(cx) {
                    return Poll::Ready(Waited::Ended(CloseReason::ClientClosed));
                }
                alarm.as_mut().poll(cx).map(|()| Waited::Time)
            })
            .await;
            let ended = match waited {
                Waited::Verdict(verdict) => {
                    self.matched = verdict.is_ok().then_some(secret);
                    return Ok(verdict);
                }
                Waited::Ended(reason) => self.close(reason),
                Waited::Called => self.called(),
                Waited::Time => self.time(),
            };
            if let Some(reason) = ended {
                return Err(reason);
            }
        }
    }

    /// Judges the rights again by the rules in force. Nothing is read meanwhile.
    pub(crate) async fn review(&mut self) -> Option<CloseReason> {
        self.is_to_review = false;
        // Who isn't let in yet is judged when it is.
        self.session.grant()?;
        self.judged_by = self.host.rules();
        let verdict = match self.host.judge_again(&self.connection) {
            Step::Done(verdict) => verdict,
            Step::Slow(check) => match self.compare(check).await {
                Ok(verdict) => verdict,
                Err(reason) => return Some(reason),
            },
        };
        if self.host.rules() != self.judged_by {
            self.is_to_review = true;
            return None;
        }
        // Who belongs to another account now has subscriptions in the old one: it comes in anew.
        let stays = |grant: &Grant| {
            self.session
                .grant()
                .is_some_and(|old| old.account == grant.account)
        };
        let grant = verdict.ok().filter(stays);
        if grant.as_ref() == self.session.grant() {
            return None;
        }
        let local = self.local.clone();
        self.session.review(grant, &mut local.borrow_mut().worker);
        self.connection.set_grant(self.session.grant().cloned());
        self.hand_over();
        self.take_closed()
    }

    pub(crate) fn judge(&mut self, verdict: Result<Grant, Denial>) {
        let local = self.local.clone();
        self.judge_with(verdict, &mut local.borrow_mut().worker);
    }

    pub(crate) fn judge_with(&mut self, verdict: Result<Grant, Denial>, worker: &mut Worker) {
        match verdict {
            Ok(grant) => {
                let account = self.host.account(&grant.account);
                if self.session.admit(account, grant, worker) {
                    self.set_facts();
                }
            }
            Err(denial) => {
                let connect = self.session.connect();
                let shown = midge_auth::Credentials {
                    user: Some(&connect.user),
                    nkey: Some(&connect.nkey),
                    token: Some(&connect.auth_token),
                    ..Default::default()
                };
                let who = shown
                    .shown()
                    .map(|shown| format!(" - {shown}"))
                    .unwrap_or_default();
                tracing::error!("{} - authentication error{who}", self.session.label());
                tracing::debug!("{} - {denial}", self.session.label());
                self.session
                    .close(CloseReason::AuthenticationViolation, worker);
            }
        }
    }

    pub(crate) fn admit(&mut self, grant: Grant) {
        let account = self.host.account(&grant.account);
        let local = self.local.clone();
        self.session
            .admit(account, grant, &mut local.borrow_mut().worker);
        self.set_facts();
    }

    /// Tells others who it is. A change of rules either sees that, or is seen here.
    pub(crate) fn set_facts(&mut self) {
        if let Some(inbound) = &self.inbound {
            inbound.admit();
        }
        self.connection.set_facts(self.facts());
        self.is_to_review |= self.host.rules() != self.judged_by;
    }

    fn facts(&self) -> Facts {
        let connect = self.session.connect();
        Facts {
            name: connect.name.clone(),
            lang: connect.lang.clone(),
            version: connect.version.clone(),
            grant: self.session.grant().cloned(),
            account: self.session.account().cloned(),
            connect: self
                .host
                .settings()
                .of(self.connection.peer.kind)
                .credentials_expected
                .then(|| Box::new(connect.clone())),
        }
    }
}
