//! Credentials in, grant out.
//!
//! A configuration names users, and says in which account each of them lives and what it may do there.
//! An [`Authenticator`] is built from it once; for every connection it turns what the client shows
//! ([`Credentials`]) into a [`Grant`] or a [`Denial`]. A grant carries [`Permissions`], which answer at once
//! whether a subject may be published to, subscribed to, delivered.
//!
//! This crate does no I/O, reads no clock and knows no connection: the nonce, the time and the facts of
//! a client's certificate are arguments. bcrypt takes tens of milliseconds on purpose; that work is handed
//! back as [`Step::Slow`], to be run where it blocks nobody.
//!
//! ```
//! use midge_auth::{Authenticator, Credentials, Step, Transport};
//! # use midge_conf::{Authorization, Identity, Options, User};
//! # let options = Options {
//! #     authorization: Authorization {
//! #         users: vec![User {
//! #             identity: Identity::Password { name: "ann".into(), password: Some("secret".into()) },
//! #             permissions: None,
//! #             allowed_connection_types: Vec::new(),
//! #         }],
//! #         ..Authorization::default()
//! #     },
//! #     ..Options::default()
//! # };
//! let authenticator = Authenticator::new(&options)?;
//! let who = Credentials { user: Some("ann"), password: Some("secret"), ..Credentials::default() };
//! let Step::Done(Ok(grant)) = authenticator.begin(&who, b"", &Transport::default()) else {
//!     panic!("ann is welcome");
//! };
//! assert_eq!(&*grant.account, "$G");
//! # Ok::<(), midge_auth::Error>(())
//! ```
//!
//! # Invariants
//! - Deny wins over allow, and a subscription never sees a subject that is denied to it: where it is
//!   wider than a deny, [`SubscribeVerdict::AllowedButFilter`] demands a look at each delivery.
//! - An unknown user takes the way of a known one with a wrong password; the client learns nothing from the time.
//! - Two grants are equal exactly if the client's rights are, so a reload can tell whom it touches.
//!
//! # Why a value per configuration and not a table of users that is edited
//! A reload builds a new `Authenticator` beside the old one and swaps the `Arc`. A check that began under the old
//! configuration ends under it; nothing is half changed, and nothing needs a lock.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod authenticator;
mod certificate;
mod credentials;
mod dn;
mod door;
mod error;
mod grant;
mod nkey;
mod password;
mod permissions;
mod replies;
mod users;

pub use authenticator::{Authenticator, GLOBAL_ACCOUNT, SYSTEM_ACCOUNT, Step};
pub use certificate::Certificate;
pub use credentials::{Credentials, Shown, Transport};
pub use dn::DistinguishedName;
pub use error::{Denial, Error};
pub use grant::{Grant, Limits};
pub use midge_conf::ConnectionType;
pub use nkey::{new_curve_key, new_server_id};
pub use password::PasswordCheck;
pub use permissions::{Permissions, ResponsePermission, SubscribeVerdict, is_reserved_reply};
pub use replies::{REPLY_PERMITS_MAX, ReplyPermits};
