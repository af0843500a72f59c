//! The users of a configuration, of all accounts in one table.

use crate::nkey::PublicKey;
use crate::password::check;
use crate::{Denial, Error, GLOBAL_ACCOUNT, Grant, Limits, Permissions, SYSTEM_ACCOUNT, Step};
use hashbrown::{HashMap, HashSet};
use midge_conf::{Account, ConnectionType, Identity, Options, Secret, User};
use std::sync::Arc;

/// Names and public keys share one space of names: nobody is in two accounts.
pub(crate) type Users = HashMap<Arc<str>, Entry>;

/// One user: how it proves itself, how it may come, what it gets.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) proof: Proof,
    /// Empty is all.
    connection_types: Vec<ConnectionType>,
    pub(crate) grant: Grant,
}

/// How a user proves who it is.
#[derive(Debug)]
pub(crate) enum Proof {
    /// By knowing this. Empty for users whom a certificate names.
    Password(Secret),
    /// By signing the nonce.
    Nkey(PublicKey),
}

impl Entry {
    pub(crate) fn is_nkey(&self) -> bool {
        matches!(self.proof, Proof::Nkey(_))
    }

    pub(crate) fn has_password(&self) -> bool {
        matches!(&self.proof, Proof::Password(secret) if !secret.is_empty())
    }

    pub(crate) fn admits(&self, kind: ConnectionType) -> bool {
        self.connection_types.is_empty() || self.connection_types.contains(&kind)
    }

    pub(crate) fn check_kind(&self, kind: ConnectionType) -> Result<(), Denial> {
        self.admits(kind)
            .then_some(())
            .ok_or(Denial::ConnectionType)
    }

    /// A key has no password; the caller has sorted keys out.
    pub(crate) fn check_password(&self, given: &str) -> Step {
        match &self.proof {
            Proof::Password(password) => check(password, given, Ok(self.grant.clone())),
            Proof::Nkey(_) => Step::Done(Err(Denial::UnknownUser)),
        }
    }
}

/// All users: those of `authorization` live in `$G`, the others in their accounts.
pub(crate) fn collect(options: &Options) -> Result<Users, Error> {
    check_accounts(options)?;
    check_system_account(options)?;
    let main = &options.authorization;
    let mut users = Users::new();
    let defaults = main.default_permissions.as_ref();
    add(
        &mut users,
        &main.users,
        &grant(GLOBAL_ACCOUNT, Limits::default()),
        defaults,
    )?;
    for account in &options.accounts {
        let grant = grant(&account.name, limits(account));
        add(
            &mut users,
            &account.users,
            &grant,
            account.default_permissions.as_ref(),
        )?;
    }
    Ok(users)
}

/// What everybody in an account gets.
pub(crate) fn grant(account: &str, limits: Limits) -> Grant {
    Grant {
        account: account.into(),
        user: None,
        permissions: None,
        limits,
    }
}

fn check_accounts(options: &Options) -> Result<(), Error> {
    let mut names = HashSet::new();
    for Account { name, .. } in &options.accounts {
        if name == GLOBAL_ACCOUNT {
            return Err(Error::ReservedAccount { name: name.clone() });
        }
        if !names.insert(name.as_str()) {
            return Err(Error::DuplicateAccount { name: name.clone() });
        }
    }
    Ok(())
}

fn check_system_account(options: &Options) -> Result<(), Error> {
    let Some(name) = &options.system_account else {
        return Ok(());
    };
    let built_in = name == SYSTEM_ACCOUNT || name == GLOBAL_ACCOUNT;
    let known = built_in || options.accounts.iter().any(|account| account.name == *name);
    known
        .then_some(())
        .ok_or_else(|| Error::SystemAccountMissing { name: name.clone() })
}

fn limits(account: &Account) -> Limits {
    let limits = account.limits;
    Limits {
        max_connections: limits.max_connections,
        max_subscriptions: limits.max_subscriptions,
        max_payload: limits.max_payload,
        max_leafnodes: limits.max_leafnodes,
    }
}

fn add(
    users: &mut Users,
    list: &[User],
    account: &Grant,
    defaults: Option<&midge_conf::Permissions>,
) -> Result<(), Error> {
    for user in list {
        let name: Arc<str> = user.identity.name().into();
        let permissions = user.permissions.as_ref().or(defaults);
        let compile = |source| Permissions::new(source, &name).map(Arc::new);
        let entry = Entry {
            proof: proof(&user.identity)?,
            connection_types: user.allowed_connection_types.clone(),
            grant: Grant {
                user: Some(name.clone()),
                permissions: permissions.map(compile).transpose()?,
                ..account.clone()
            },
        };
        if users.insert(name, entry).is_some() {
            let name = user.identity.name().into();
            return Err(Error::DuplicateUser { name });
        }
    }
    Ok(())
}

fn proof(identity: &Identity) -> Result<Proof, Error> {
    match identity {
        Identity::Password { password, .. } => {
            Ok(Proof::Password(password.clone().unwrap_or_default()))
        }
        Identity::Nkey(key) => match PublicKey::parse(key) {
            Some(key) => Ok(Proof::Nkey(key)),
            None => Err(Error::InvalidNkey { key: key.clone() }),
        },
    }
}
