//! The rule book of one configuration: who is let in, as whom.

use crate::credentials::{Shown, given};
use crate::dn::DistinguishedName;
use crate::door::{Door, Single};
use crate::password::{check, decoy};
use crate::users::{self, Entry, Proof, Users};
use crate::{Certificate, Credentials, Denial, Error, Grant, Limits, PasswordCheck, Transport};
use midge_conf::{ConnectionType, Options, Secret};
use std::sync::Arc;

/// The account of everybody who isn't in another one.
pub const GLOBAL_ACCOUNT: &str = "$G";
/// The account of the system's own events, unless the configuration names another.
pub const SYSTEM_ACCOUNT: &str = "$SYS";

/// The rule book. Immutable; a reload builds another one.
#[derive(Debug)]
pub struct Authenticator {
    users: Users,
    /// The users whose names are distinguished names, in the order of their names.
    subjects: Vec<(DistinguishedName, Arc<str>)>,
    /// The way in for all but WebSocket clients.
    door: Door,
    websocket: Door,
    /// What clients get who are nobody in particular.
    global: Grant,
    /// Some user is an nkey.
    nonce_required: bool,
    /// Some user has a password.
    has_passwords: bool,
    /// What the password of an unknown user is compared with.
    decoy: Secret,
}

/// What to do with a client, once it has shown its credentials.
#[derive(Debug)]
pub enum Step {
    /// It is decided.
    Done(Result<Grant, Denial>),
    /// A bcrypt comparison decides. Run it where it may block.
    Slow(PasswordCheck),
}

impl Authenticator {
    /// Builds the rule book, or says what contradicts itself.
    pub fn new(options: &Options) -> Result<Self, Error> {
        let users = users::collect(options)?;
        let door = Door::client(options, &users)?;
        let websocket = Door::websocket(options, &users, &door)?;
        Ok(Self {
            nonce_required: users.values().any(Entry::is_nkey),
            has_passwords: users.values().any(|entry| !entry.is_nkey()),
            decoy: decoy(&users),
            subjects: subjects(&users),
            global: users::grant(GLOBAL_ACCOUNT, Limits::default()),
            users,
            door,
            websocket,
        })
    }

    /// Whether credentials are looked at: `/varz`'s `auth_required`.
    pub fn auth_required(&self, kind: ConnectionType) -> bool {
        self.door(kind).required
    }

    /// Whether INFO says `auth_required`. It doesn't where clients may come as `no_auth_user`.
    pub fn announces_auth(&self, kind: ConnectionType) -> bool {
        self.door(kind).announced
    }

    /// Whether INFO carries a nonce to sign.
    pub fn nonce_required(&self) -> bool {
        self.nonce_required
    }

    /// What a client gets that shows nothing, even before its CONNECT: account `$G` where nothing is required,
    /// the rights of `no_auth_user` where there is one, otherwise `None`.
    pub fn no_auth_grant(&self, kind: ConnectionType) -> Option<Grant> {
        let door = self.door(kind);
        if !door.required || door.global_for_nobody {
            return Some(self.global.clone());
        }
        let entry = self.users.get(door.no_auth_user.as_ref()?)?;
        entry.admits(kind).then(|| entry.grant.clone())
    }

    /// Decides about a client, or says what has to be computed for the decision. `nonce` is the one of its INFO.
    pub fn begin(&self, who: &Credentials<'_>, nonce: &[u8], transport: &Transport<'_>) -> Step {
        let door = self.door(transport.kind);
        if !door.required {
            return Step::Done(Ok(self.named(who.shown().map(Shown::name))));
        }
        self.by_nkey(who, nonce, transport)
            .or_else(|| self.by_certificate(door, who, transport))
            .or_else(|| self.by_absence(who, transport))
            .or_else(|| self.by_password(who, transport))
            .unwrap_or_else(|| self.by_single(door, who))
    }

    fn door(&self, kind: ConnectionType) -> &Door {
        match kind {
            ConnectionType::WebSocket => &self.websocket,
            _ => &self.door,
        }
    }

    /// A key that is shown is answered for, where keys are known at all.
    fn by_nkey(
        &self,
        who: &Credentials<'_>,
        nonce: &[u8],
        transport: &Transport<'_>,
    ) -> Option<Step> {
        let name = given(who.nkey).filter(|_| self.nonce_required)?;
        let verified = || {
            let entry = self.users.get(name).ok_or(Denial::UnknownNkey)?;
            let Proof::Nkey(key) = &entry.proof else {
                return Err(Denial::UnknownNkey);
            };
            entry.check_kind(transport.kind)?;
            key.verify(nonce, given(who.sig).ok_or(Denial::SignatureMissing)?)?;
            Ok(entry.grant.clone())
        };
        Some(Step::Done(verified()))
    }

    /// Where certificates are mapped, the certificate alone names the user.
    fn by_certificate(
        &self,
        door: &Door,
        who: &Credentials<'_>,
        transport: &Transport<'_>,
    ) -> Option<Step> {
        if !door.map_certificate || !self.has_passwords {
            return None;
        }
        let entry = transport
            .certificate
            .and_then(|certificate| self.mapped(certificate, transport.kind));
        Some(match entry {
            Some(entry) => entry.check_password(who.password.unwrap_or_default()),
            None => Step::Done(Err(Denial::Certificate)),
        })
    }

    /// A client that shows nothing at all is `no_auth_user`, if there is one.
    fn by_absence(&self, who: &Credentials<'_>, transport: &Transport<'_>) -> Option<Step> {
        let shown = [who.user, who.password, who.token]
            .into_iter()
            .any(|text| given(text).is_some());
        let door = self.door(transport.kind);
        let expected = door.no_auth_user.is_some() || door.global_for_nobody;
        let grant = || {
            self.no_auth_grant(transport.kind)
                .ok_or(Denial::ConnectionType)
        };
        (!shown && expected).then(|| Step::Done(grant()))
    }

    fn by_password(&self, who: &Credentials<'_>, transport: &Transport<'_>) -> Option<Step> {
        let name = given(who.user).filter(|_| self.has_passwords)?;
        let password = who.password.unwrap_or_default();
        let known = self.users.get(name).filter(|entry| !entry.is_nkey());
        let usable = known.ok_or(Denial::UnknownUser).and_then(|entry| {
            self.check_use(entry, transport.kind)?;
            Ok(entry)
        });
        Some(match usable {
            Ok(entry) => entry.check_password(password),
            Err(denial) => check(&self.decoy, password, Err(denial)),
        })
    }

    /// Where certificates name users, users without a password are theirs alone.
    fn check_use(&self, entry: &Entry, kind: ConnectionType) -> Result<(), Denial> {
        let maps = self.door.map_certificate || self.websocket.map_certificate;
        if maps && !entry.has_password() {
            return Err(Denial::Certificate);
        }
        entry.check_kind(kind)
    }

    /// The single user or the single token.
    fn by_single(&self, door: &Door, who: &Credentials<'_>) -> Step {
        match &door.single {
            Some(Single::Token(token)) => {
                let then = self.named(Some(Shown::Token.name()));
                check(token, who.token.unwrap_or_default(), Ok(then))
            }
            Some(Single::User { name, password }) => {
                let then = match given(who.user) {
                    Some(user) if user == name => Ok(self.named(Some(name))),
                    Some(_) => Err(Denial::UnknownUser),
                    None => Err(Denial::Missing),
                };
                check(password, who.password.unwrap_or_default(), then)
            }
            None => Step::Done(Err(Denial::Missing)),
        }
    }

    /// The user to whom the certificate belongs. Each of its names is tried in turn; a subject with the same
    /// parts in the same order goes before one in another order.
    fn mapped(&self, certificate: &Certificate, kind: ConnectionType) -> Option<&Entry> {
        let user = |name: &str| {
            let entry = self.users.get(name)?;
            (!entry.is_nkey() && entry.admits(kind)).then_some(entry)
        };
        let subject = &certificate.subject;
        let by_subject = |same: fn(&DistinguishedName, &DistinguishedName) -> bool| {
            let mut names = self
                .subjects
                .iter()
                .filter(|(known, _)| same(known, subject));
            names.find_map(|(_, name)| user(name))
        };
        let mut names = certificate.alternative_names();
        names
            .find_map(user)
            .or_else(|| by_subject(DistinguishedName::eq))
            .or_else(|| by_subject(DistinguishedName::same_parts))
            .or_else(|| user(&subject.common_text()))
    }

    /// Account `$G` without a rule, under this name.
    fn named(&self, name: Option<&str>) -> Grant {
        Grant {
            user: name.map(Arc::from),
            ..self.global.clone()
        }
    }
}

fn subjects(users: &Users) -> Vec<(DistinguishedName, Arc<str>)> {
    let parse = |name: &Arc<str>| Some((DistinguishedName::parse(name)?, name.clone()));
    let mut subjects: Vec<_> = users.keys().filter_map(parse).collect();
    subjects.sort_unstable_by(|(_, a), (_, b)| a.cmp(b));
    subjects
}
