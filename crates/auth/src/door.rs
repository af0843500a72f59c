//! What differs by listener: the single user or token, `no_auth_user`, the use of certificates.

use crate::users::Users;
use crate::{Error, SYSTEM_ACCOUNT};
use midge_conf::{Authorization, Options, Secret, Tls, WebSocket};
use std::sync::Arc;

/// The conditions of entry at one kind of listener.
#[derive(Debug)]
pub(crate) struct Door {
    /// Something has to be shown.
    pub(crate) required: bool,
    /// INFO says so.
    pub(crate) announced: bool,
    pub(crate) single: Option<Single>,
    /// A key of the users.
    pub(crate) no_auth_user: Option<Arc<str>>,
    /// Who shows nothing lives in `$G` all the same.
    pub(crate) global_for_nobody: bool,
    /// The user's name comes from the certificate.
    pub(crate) map_certificate: bool,
}

/// The one user or token of a configuration without users.
#[derive(Clone, Debug)]
pub(crate) enum Single {
    Token(Secret),
    User { name: String, password: Secret },
}

impl Door {
    /// The client listener.
    pub(crate) fn client(options: &Options, users: &Users) -> Result<Self, Error> {
        let Authorization {
            user,
            password,
            token,
            ..
        } = &options.authorization;
        let single = Single::new(user.as_deref(), password.as_ref(), token.as_ref(), users)?;
        let no_auth_user = no_auth_user(options.no_auth_user.as_deref(), users)?;
        let required = single.is_some() || !users.is_empty();
        Ok(Self {
            required,
            announced: required && no_auth_user.is_none(),
            global_for_nobody: no_auth_user.is_none() && only_system(options, users),
            single,
            no_auth_user,
            map_certificate: maps(options.tls.as_ref()),
        })
    }

    /// The WebSocket listener: its own words, if it has any, stand in place of all of the client listener's.
    pub(crate) fn websocket(
        options: &Options,
        users: &Users,
        client: &Self,
    ) -> Result<Self, Error> {
        let none = WebSocket::default();
        let own = options.websocket.as_ref().unwrap_or(&none);
        let single = Single::new(
            own.user.as_deref(),
            own.password.as_ref(),
            own.token.as_ref(),
            users,
        )?;
        let no_auth_user = no_auth_user(own.no_auth_user.as_deref(), users)?;
        let silent = single.is_none() && no_auth_user.is_none();
        let required = client.required || !silent;
        let inherited = silent.then_some(client);
        Ok(Self {
            required,
            announced: required,
            global_for_nobody: inherited.is_some_and(|client| client.global_for_nobody),
            single: inherited.map_or(single, |client| client.single.clone()),
            no_auth_user: inherited.map_or(no_auth_user, |client| client.no_auth_user.clone()),
            map_certificate: maps(own.tls.as_ref()),
        })
    }
}

impl Single {
    fn new(
        user: Option<&str>,
        password: Option<&Secret>,
        token: Option<&Secret>,
        users: &Users,
    ) -> Result<Option<Self>, Error> {
        let user = user.filter(|user| !user.is_empty());
        let token = token.filter(|token| !token.is_empty());
        let single = match (user, token) {
            (Some(_), Some(_)) => return Err(Error::TokenAndUser),
            (None, None) => return Ok(None),
            (None, Some(token)) => Self::Token(token.clone()),
            (Some(name), None) => Self::User {
                name: name.to_owned(),
                password: password.cloned().unwrap_or_default(),
            },
        };
        users
            .is_empty()
            .then_some(Some(single))
            .ok_or(Error::SingleAndUsers)
    }
}

fn no_auth_user(name: Option<&str>, users: &Users) -> Result<Option<Arc<str>>, Error> {
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    match users.get_key_value(name) {
        Some((key, _)) => Ok(Some(key.clone())),
        None if users.is_empty() => Err(Error::NoAuthUserWithoutUsers { name: name.into() }),
        None => Err(Error::NoAuthUserUnknown { name: name.into() }),
    }
}

fn maps(tls: Option<&Tls>) -> bool {
    tls.is_some_and(|tls| tls.verify_and_map)
}

/// Whether the system account is the only one configured and has all the users. Then it was set up to watch
/// the server, not to shut everybody else out.
fn only_system(options: &Options, users: &Users) -> bool {
    let system = options.system_account.as_deref().unwrap_or(SYSTEM_ACCOUNT);
    options.accounts.len() == 1 && users.values().all(|entry| &*entry.grant.account == system)
}
