//! What can be wrong with a configuration, and why a client is turned away.

/// The configuration contradicts itself; nobody can be let in by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The same name or key stands twice, perhaps in two accounts.
    #[error("duplicate user {name:?} detected")]
    DuplicateUser {
        /// The name or public key.
        name: String,
    },
    /// The same account stands twice.
    #[error("duplicate account {name:?} detected")]
    DuplicateAccount {
        /// Its name.
        name: String,
    },
    /// `$G` can't be configured.
    #[error("{name:?} is a reserved account")]
    ReservedAccount {
        /// Its name.
        name: String,
    },
    /// A user's nkey isn't a public user key.
    #[error("{key:?} is not a valid public nkey for a user")]
    InvalidNkey {
        /// The text in its place.
        key: String,
    },
    /// A permission names something that isn't a subject.
    #[error("{subject:?} is not a valid subject in the permissions of {user:?}")]
    InvalidSubject {
        /// The user who has the permission.
        user: String,
        /// The text in its place.
        subject: String,
    },
    /// A token excludes user and password.
    #[error("cannot have a user/pass and a token")]
    TokenAndUser,
    /// A single user or a token excludes users, here or in accounts.
    #[error("can not have a single user/pass or a token and users")]
    SingleAndUsers,
    /// `no_auth_user` needs users.
    #[error("no_auth_user: {name:?} present, but users/nkeys are not defined")]
    NoAuthUserWithoutUsers {
        /// The name.
        name: String,
    },
    /// `no_auth_user` names nobody.
    #[error(
        "no_auth_user: {name:?} not present as user or nkey in authorization block or account configuration"
    )]
    NoAuthUserUnknown {
        /// The name.
        name: String,
    },
    /// `system_account` names no account.
    #[error("error resolving system account: account {name:?} missing")]
    SystemAccountMissing {
        /// The name.
        name: String,
    },
    /// Bytes that are no X.509 certificate.
    #[error("not an X.509 certificate")]
    Certificate,
}

/// Why a client isn't let in. For logs and events: the client itself only hears `Authorization Violation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// It showed nothing that this configuration could check.
    #[error("no credentials")]
    Missing,
    /// No such user.
    #[error("unknown user")]
    UnknownUser,
    /// The password or token is wrong.
    #[error("wrong password or token")]
    WrongSecret,
    /// No such nkey.
    #[error("unknown nkey")]
    UnknownNkey,
    /// The nonce isn't signed, or the signature isn't base64.
    #[error("signature missing or malformed")]
    SignatureMissing,
    /// The signature doesn't belong to nonce and key.
    #[error("signature not verified")]
    SignatureWrong,
    /// The user may not come over this transport.
    #[error("connection type not allowed")]
    ConnectionType,
    /// Names are taken from the certificate, and there is none or it maps to nobody.
    #[error("certificate maps to no user")]
    Certificate,
}
