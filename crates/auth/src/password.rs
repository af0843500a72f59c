//! Passwords and tokens: plain ones are compared in constant time, bcrypt ones later, elsewhere.

use crate::users::{Proof, Users};
use crate::{Denial, Grant, Step};
use midge_conf::Secret;
use std::fmt;
use subtle::ConstantTimeEq;

/// A bcrypt comparison that waits for a thread which may block. It takes milliseconds to seconds.
pub struct PasswordCheck {
    hash: Secret,
    given: Secret,
    /// What follows if it matches. A denial is how an unknown user costs as much as a known one.
    then: Result<Grant, Denial>,
}

impl PasswordCheck {
    /// What the password is compared with.
    pub fn secret(&self) -> &Secret {
        &self.hash
    }

    /// The verdict, where the same password was compared with the same secret before and matched.
    pub fn matched_before(self) -> Result<Grant, Denial> {
        self.then
    }

    /// Compares. Call it on a thread that may block.
    pub fn run(self) -> Result<Grant, Denial> {
        // A hash which isn't well formed matches nothing, as in the reference.
        let matches = bcrypt::verify(self.given.expose(), self.hash.expose()).unwrap_or(false);
        judge(matches, self.then)
    }
}

impl fmt::Debug for PasswordCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordCheck")
    }
}

/// Compares `given` with a configured secret, now or later; if it matches, `then` holds.
pub(crate) fn check(secret: &Secret, given: &str, then: Result<Grant, Denial>) -> Step {
    if is_bcrypt(secret) {
        return Step::Slow(PasswordCheck {
            hash: secret.clone(),
            given: given.into(),
            then,
        });
    }
    Step::Done(judge(same(secret, given), then))
}

/// What to compare the password of an unknown user with: a secret of the costliest kind that users have.
pub(crate) fn decoy(users: &Users) -> Secret {
    let secrets = || {
        users.values().filter_map(|entry| match &entry.proof {
            Proof::Password(secret) => Some(secret),
            Proof::Nkey(_) => None,
        })
    };
    // The cost stands in the two digits after the version, so the texts compare as the costs do.
    let cost = |secret: &&Secret| secret.expose().get(4..6).map(str::to_owned);
    let costliest = secrets()
        .filter(|secret| is_bcrypt(secret))
        .max_by_key(cost);
    costliest
        .or_else(|| secrets().next())
        .cloned()
        .unwrap_or_default()
}

fn judge(matches: bool, then: Result<Grant, Denial>) -> Result<Grant, Denial> {
    let grant = then?;
    matches.then_some(grant).ok_or(Denial::WrongSecret)
}

/// Whether a configured secret is a bcrypt hash: `$2a$`, `$2b$`, `$2x$` or `$2y$` and two digits.
fn is_bcrypt(secret: &Secret) -> bool {
    matches!(secret.expose().as_bytes(),
        [b'$', b'2', b'a' | b'b' | b'x' | b'y', b'$', tens, ones, b'$', ..]
            if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// Compares a plain secret. The time tells its length at most.
fn same(secret: &Secret, given: &str) -> bool {
    secret.expose().as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users;
    use midge_conf::{Authorization, Identity, Options, User};

    #[track_caller]
    fn check_decoy(passwords: &[&str], expected: &str) {
        let user = |(index, password): (usize, &&str)| User {
            identity: Identity::Password {
                name: index.to_string(),
                password: Some((*password).into()),
            },
            permissions: None,
            allowed_connection_types: Vec::new(),
        };
        let users = passwords.iter().enumerate().map(user).collect();
        let authorization = Authorization {
            users,
            ..Authorization::default()
        };
        let users = users::collect(&Options {
            authorization,
            ..Options::default()
        });
        assert_eq!(decoy(&users.expect("users")).expose(), expected);
    }

    #[test]
    fn the_decoy_costs_as_much_as_any_password() {
        check_decoy(&["plain"], "plain");
        check_decoy(&["$2a$04$a", "plain"], "$2a$04$a");
        check_decoy(&["$2a$04$a", "$2y$12$b", "$2b$05$c"], "$2y$12$b");
    }

    #[test]
    fn hashes_are_told_from_passwords() {
        let check = |text: &str, hash| assert_eq!(is_bcrypt(&text.into()), hash, "{text}");
        check("$2a$10$x", true);
        check("$2b$10$", true);
        check("$2x$10$x", true);
        check("$2y$10$x", true);
        check("$2c$10$x", false);
        check("$2a$1x$x", false);
        check("$2a$10", false);
        check("", false);
    }
}
