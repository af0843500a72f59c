//! Who is let in, as whom, by which configuration.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use midge_auth::{
    Authenticator, ConnectionType, Credentials, Denial, Error, Grant, Step, Transport,
};
use midge_conf::{
    Account, AccountLimits, Authorization, Identity, Options, Permissions, Secret,
    SubjectPermission, User, WebSocket,
};
use nkeys::KeyPair;

const NONCE: &[u8] = b"PXoWU7zWAMt75FY";

fn user(name: &str, password: &str) -> User {
    User {
        identity: Identity::Password {
            name: name.into(),
            password: Some(password.into()).filter(|secret: &Secret| !secret.is_empty()),
        },
        permissions: None,
        allowed_connection_types: Vec::new(),
    }
}

fn key_user(key: &str) -> User {
    User {
        identity: Identity::Nkey(key.into()),
        ..user("", "")
    }
}

fn account(name: &str, users: Vec<User>) -> Account {
    Account {
        name: name.into(),
        users,
        ..Account::default()
    }
}

fn with_users(users: Vec<User>) -> Options {
    let authorization = Authorization {
        users,
        ..Authorization::default()
    };
    Options {
        authorization,
        ..Options::default()
    }
}

fn with_accounts(accounts: Vec<Account>) -> Options {
    Options {
        accounts,
        ..Options::default()
    }
}

fn single(user: &str, password: &str) -> Authorization {
    Authorization {
        user: Some(user.into()),
        password: Some(password.into()),
        ..Authorization::default()
    }
}

fn named<'a>(user: &'a str, password: &'a str) -> Credentials<'a> {
    Credentials {
        user: Some(user),
        password: Some(password),
        ..Credentials::default()
    }
}

fn token(token: &str) -> Credentials<'_> {
    Credentials {
        token: Some(token),
        ..Credentials::default()
    }
}

fn hash(text: &str) -> String {
    bcrypt::hash(text, 4).expect("a hash")
}

fn over(kind: ConnectionType) -> Transport<'static> {
    Transport {
        kind,
        certificate: None,
    }
}

fn decide(
    options: &Options,
    who: &Credentials<'_>,
    transport: &Transport<'_>,
) -> Result<Grant, Denial> {
    let authenticator = Authenticator::new(options).expect("a configuration");
    match authenticator.begin(who, NONCE, transport) {
        Step::Done(verdict) => verdict,
        Step::Slow(check) => check.run(),
    }
}

/// Who comes over TCP lives in `account` under `name`.
#[track_caller]
fn admitted(options: &Options, who: &Credentials<'_>, account: &str, name: Option<&str>) -> Grant {
    let grant = decide(options, who, &Transport::default()).expect("admitted");
    assert_eq!((&*grant.account, grant.user.as_deref()), (account, name));
    grant
}

#[track_caller]
fn refused(options: &Options, who: &Credentials<'_>, why: Denial) {
    assert_eq!(decide(options, who, &Transport::default()), Err(why));
}

#[track_caller]
fn contradicts(options: &Options, error: Error) {
    assert_eq!(Authenticator::new(options).err(), Some(error));
}

const NOTHING: Credentials<'static> = Credentials {
    user: None,
    password: None,
    token: None,
    nkey: None,
    sig: None,
    jwt: None,
};

//= row 177
#[test]
fn without_authorization_everybody_is_in_the_global_account() {
    let open = Options::default();
    admitted(&open, &NOTHING, "$G", None);
    admitted(&open, &named("bob", "x"), "$G", Some("bob"));
    admitted(&open, &token("secret"), "$G", Some("[REDACTED]"));
    // Accounts without users shut nobody out.
    admitted(
        &with_accounts(vec![account("A", vec![])]),
        &NOTHING,
        "$G",
        None,
    );
}

//= row 178
#[test]
fn a_token_is_plain_or_bcrypt() {
    for secret in ["tok".to_owned(), hash("tok")] {
        let authorization = Authorization {
            token: Some(secret.into()),
            ..Authorization::default()
        };
        let options = Options {
            authorization,
            ..Options::default()
        };
        admitted(&options, &token("tok"), "$G", Some("[REDACTED]"));
        refused(&options, &token("toc"), Denial::WrongSecret);
        refused(&options, &token(""), Denial::WrongSecret);
        refused(&options, &named("tok", "tok"), Denial::WrongSecret);
        refused(&options, &NOTHING, Denial::WrongSecret);
    }
}

//= row 179
#[test]
fn a_single_user_has_a_plain_or_bcrypt_password() {
    for secret in [
        "pass".to_owned(),
        hash("pass"),
        hash("pass").replacen("$2b$", "$2a$", 1),
        hash("pass").replacen("$2b$", "$2y$", 1),
    ] {
        let options = Options {
            authorization: single("ann", &secret),
            ..Options::default()
        };
        admitted(&options, &named("ann", "pass"), "$G", Some("ann"));
        refused(&options, &named("ann", "pasS"), Denial::WrongSecret);
        refused(&options, &named("bob", "pass"), Denial::UnknownUser);
        refused(&options, &token("pass"), Denial::Missing);
        refused(&options, &NOTHING, Denial::Missing);
        // The hash itself is no password.
        if secret.starts_with('$') {
            refused(&options, &named("ann", &secret), Denial::WrongSecret);
        }
    }
}

//= row 179
#[test]
fn users_have_plain_or_bcrypt_passwords() {
    let options = with_users(vec![
        user("ann", "a"),
        user("bob", &hash("b")),
        user("open", ""),
    ]);
    admitted(&options, &named("ann", "a"), "$G", Some("ann"));
    admitted(&options, &named("bob", "b"), "$G", Some("bob"));
    admitted(&options, &named("open", ""), "$G", Some("open"));
    refused(&options, &named("ann", "b"), Denial::WrongSecret);
    refused(&options, &named("bob", "a"), Denial::WrongSecret);
    refused(&options, &named("open", "x"), Denial::WrongSecret);
    refused(&options, &named("eve", "a"), Denial::UnknownUser);
    refused(&options, &named("", "a"), Denial::Missing);
    refused(&options, &token("a"), Denial::Missing);
}

#[test]
fn a_malformed_hash_matches_nothing() {
    let options = with_users(vec![user("ann", "$2a$04$short")]);
    refused(&options, &named("ann", "$2a$04$short"), Denial::WrongSecret);
}

//= row 197
#[test]
fn unknown_users_cost_what_known_ones_do() {
    let kind = |options: &Options, who: &Credentials<'_>| {
        let authenticator = Authenticator::new(options).expect("a configuration");
        matches!(
            authenticator.begin(who, NONCE, &Transport::default()),
            Step::Slow(_)
        )
    };
    let hashed = with_users(vec![user("ann", &hash("a")), user("bob", &hash("b"))]);
    assert!(kind(&hashed, &named("ann", "x")) && kind(&hashed, &named("eve", "x")));
    // Even who guesses the password of the decoy isn't let in.
    refused(&hashed, &named("eve", "a"), Denial::UnknownUser);
    refused(&hashed, &named("eve", "b"), Denial::UnknownUser);
    let plain = with_users(vec![user("ann", "a")]);
    assert!(!kind(&plain, &named("ann", "x")) && !kind(&plain, &named("eve", "x")));
}

//= behaviours: accounts 1
#[test]
fn users_live_in_their_accounts() {
    let limits = AccountLimits {
        max_connections: Some(2),
        max_subscriptions: Some(3),
        max_payload: Some(4),
        max_leafnodes: Some(5),
    };
    let mut options = with_accounts(vec![
        Account {
            limits,
            ..account("A", vec![user("ann", "a")])
        },
        account("$SYS", vec![user("sys", "s")]),
    ]);
    options.authorization.users = vec![user("bob", "b")];
    let grant = admitted(&options, &named("ann", "a"), "A", Some("ann"));
    assert_eq!(grant.limits.max_connections, Some(2));
    assert_eq!(grant.limits.max_subscriptions, Some(3));
    assert_eq!(grant.limits.max_payload, Some(4));
    assert_eq!(grant.limits.max_leafnodes, Some(5));
    admitted(&options, &named("sys", "s"), "$SYS", Some("sys"));
    let grant = admitted(&options, &named("bob", "b"), "$G", Some("bob"));
    assert_eq!(grant.limits.max_connections, None);
}

//= row 180, row 181
#[test]
fn an_nkey_signs_the_nonce() {
    let (known, other) = (KeyPair::new_user(), KeyPair::new_user());
    let key = known.public_key();
    let options = with_users(vec![key_user(&key), user("ann", "a")]);
    let sign = |pair: &KeyPair, nonce: &[u8]| pair.sign(nonce).expect("a signature");
    let good = sign(&known, NONCE);
    let with = |sig: &str| {
        let who = Credentials {
            nkey: Some(&key),
            sig: Some(sig),
            ..NOTHING
        };
        decide(&options, &who, &Transport::default())
    };

    for dialect in [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD] {
        let grant = with(&dialect.encode(&good)).expect("admitted");
        assert_eq!(grant.user.as_deref(), Some(key.as_str()));
    }
    let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    assert_eq!(
        with(&encode(&sign(&known, b"another nonce"))),
        Err(Denial::SignatureWrong)
    );
    assert_eq!(
        with(&encode(&sign(&other, NONCE))),
        Err(Denial::SignatureWrong)
    );
    assert_eq!(with(&encode(&good[..63])), Err(Denial::SignatureWrong));
    assert_eq!(with("?"), Err(Denial::SignatureMissing));
    assert_eq!(with(""), Err(Denial::SignatureMissing));
    let foreign = other.public_key();
    let sig = encode(&sign(&other, NONCE));
    refused(
        &options,
        &Credentials {
            nkey: Some(&foreign),
            sig: Some(&sig),
            ..NOTHING
        },
        Denial::UnknownNkey,
    );
    // A key goes before a password, and a password is none.
    refused(
        &options,
        &Credentials {
            nkey: Some("UX"),
            ..named("ann", "a")
        },
        Denial::UnknownNkey,
    );
    refused(&options, &named(&key, ""), Denial::UnknownUser);
    refused(
        &options,
        &Credentials {
            nkey: Some("ann"),
            sig: Some(&sig),
            ..NOTHING
        },
        Denial::UnknownNkey,
    );
    admitted(&options, &named("ann", "a"), "$G", Some("ann"));
}

//= row 190
#[test]
fn an_nkey_comes_over_the_transports_it_is_allowed() {
    let pair = KeyPair::new_user();
    let key = pair.public_key();
    let ws = ConnectionType::WebSocket;
    let limited = User {
        allowed_connection_types: vec![ws],
        ..key_user(&key)
    };
    let options = with_users(vec![limited]);
    let sig = BASE64.encode(&pair.sign(NONCE).expect("a signature"));
    let who = Credentials {
        nkey: Some(&key),
        sig: Some(&sig),
        ..NOTHING
    };
    refused(&options, &who, Denial::ConnectionType);
    assert!(decide(&options, &who, &over(ws)).is_ok());
}

#[test]
fn a_nonce_is_needed_only_where_keys_are_known() {
    let needs = |options: &Options| {
        Authenticator::new(options)
            .expect("a configuration")
            .nonce_required()
    };
    assert!(!needs(&Options::default()));
    assert!(!needs(&with_users(vec![user("ann", "a")])));
    assert!(needs(&with_users(vec![key_user(
        &KeyPair::new_user().public_key()
    )])));
}

//= row 177
#[test]
fn who_shows_nothing_is_no_auth_user() {
    let mut options = with_accounts(vec![account("A", vec![user("ann", "a"), user("bob", "b")])]);
    options.no_auth_user = Some("ann".into());
    admitted(&options, &NOTHING, "A", Some("ann"));
    admitted(&options, &named("bob", "b"), "A", Some("bob"));
    refused(&options, &named("ann", ""), Denial::WrongSecret);
    refused(&options, &named("", "x"), Denial::Missing);
    refused(&options, &token("x"), Denial::Missing);
    let authenticator = Authenticator::new(&options).expect("a configuration");
    let grant = authenticator
        .no_auth_grant(ConnectionType::Standard)
        .expect("a grant");
    assert_eq!(grant.user.as_deref(), Some("ann"));
    // INFO doesn't ask for what isn't needed.
    assert!(authenticator.auth_required(ConnectionType::Standard));
    assert!(!authenticator.announces_auth(ConnectionType::Standard));
}

#[test]
fn no_auth_user_may_be_an_nkey() {
    let key = KeyPair::new_user().public_key();
    let mut options = with_users(vec![key_user(&key)]);
    options.no_auth_user = Some(key.clone());
    admitted(&options, &NOTHING, "$G", Some(&key));
    refused(
        &options,
        &Credentials {
            nkey: Some(&key),
            ..NOTHING
        },
        Denial::SignatureMissing,
    );
}

#[test]
fn without_no_auth_user_nothing_shown_is_nothing_granted() {
    let options = with_users(vec![user("ann", "a")]);
    refused(&options, &NOTHING, Denial::Missing);
    let authenticator = Authenticator::new(&options).expect("a configuration");
    assert_eq!(authenticator.no_auth_grant(ConnectionType::Standard), None);
    assert!(authenticator.announces_auth(ConnectionType::Standard));
}

#[test]
fn users_of_the_system_account_alone_shut_nobody_out() {
    let watched = with_accounts(vec![account("$SYS", vec![user("sys", "s")])]);
    admitted(&watched, &NOTHING, "$G", None);
    admitted(&watched, &named("sys", "s"), "$SYS", Some("sys"));
    refused(&watched, &named("eve", "s"), Denial::UnknownUser);
    let mut renamed = with_accounts(vec![account("X", vec![user("sys", "s")])]);
    refused(&renamed, &NOTHING, Denial::Missing);
    renamed.system_account = Some("X".into());
    admitted(&renamed, &NOTHING, "$G", None);
    let more = with_accounts(vec![
        account("$SYS", vec![user("sys", "s")]),
        account("A", vec![]),
    ]);
    refused(&more, &NOTHING, Denial::Missing);
}

//= row 190
#[test]
fn users_come_over_the_transports_they_are_allowed() {
    let ws = ConnectionType::WebSocket;
    let limited = User {
        allowed_connection_types: vec![ws],
        ..user("ann", "a")
    };
    let mut options = with_users(vec![limited, user("bob", "b")]);
    let refusal = Err(Denial::ConnectionType);
    assert_eq!(
        decide(&options, &named("ann", "a"), &Transport::default()),
        refusal
    );
    assert!(decide(&options, &named("ann", "a"), &over(ws)).is_ok());
    assert!(decide(&options, &named("bob", "b"), &over(ws)).is_ok());
    options.no_auth_user = Some("ann".into());
    assert_eq!(decide(&options, &NOTHING, &Transport::default()), refusal);
    assert!(decide(&options, &NOTHING, &over(ws)).is_ok());
}

//= row 252
#[test]
fn the_websocket_listener_may_have_its_own_rules() {
    let ws = over(ConnectionType::WebSocket);
    let own = Some::<WebSocket>;
    // Nothing of its own: as everywhere.
    let mut options = Options {
        authorization: single("ann", "a"),
        websocket: own(WebSocket::default()),
        ..Options::default()
    };
    assert!(decide(&options, &named("ann", "a"), &ws).is_ok());
    // A token of its own stands in place of the user.
    options.websocket = own(WebSocket {
        token: Some("tok".into()),
        ..WebSocket::default()
    });
    assert!(decide(&options, &token("tok"), &ws).is_ok());
    assert_eq!(
        decide(&options, &named("ann", "a"), &ws),
        Err(Denial::WrongSecret)
    );
    admitted(&options, &named("ann", "a"), "$G", Some("ann"));
    // A user there, nobody asked elsewhere.
    let options = Options {
        websocket: own(WebSocket {
            user: Some("w".into()),
            password: Some("z".into()),
            ..WebSocket::default()
        }),
        ..Options::default()
    };
    assert!(decide(&options, &named("w", "z"), &ws).is_ok());
    assert_eq!(decide(&options, &NOTHING, &ws), Err(Denial::Missing));
    admitted(&options, &NOTHING, "$G", None);
    // Its own no_auth_user.
    let mut options = with_users(vec![user("ann", "a"), user("bob", "b")]);
    options.no_auth_user = Some("ann".into());
    options.websocket = own(WebSocket {
        no_auth_user: Some("bob".into()),
        ..WebSocket::default()
    });
    assert_eq!(
        decide(&options, &NOTHING, &ws)
            .expect("bob")
            .user
            .as_deref(),
        Some("bob")
    );
    admitted(&options, &NOTHING, "$G", Some("ann"));
}

//= behaviours: accounts 23
#[test]
fn default_permissions_are_for_users_without_their_own() {
    let only = |subject: &str| Permissions {
        publish: Some(SubjectPermission {
            allow: Some(vec![subject.into()]),
            deny: Vec::new(),
        }),
        ..Permissions::default()
    };
    let mut options = with_accounts(vec![
        Account {
            default_permissions: Some(only("q")),
            ..account(
                "A",
                vec![
                    user("ann", ""),
                    User {
                        permissions: Some(only("x")),
                        ..user("bob", "")
                    },
                ],
            )
        },
        account("B", vec![user("cid", "")]),
    ]);
    options.authorization.users = vec![user("dan", "")];
    options.authorization.default_permissions = Some(only("g"));
    let may = |name: &str| {
        let grant = decide(&options, &named(name, ""), &Transport::default()).expect("admitted");
        let allowed = |subject: &&str| {
            grant
                .permissions
                .as_ref()
                .is_none_or(|rules| rules.can_publish(subject.as_bytes()))
        };
        ["q", "x", "g"]
            .into_iter()
            .filter(allowed)
            .collect::<String>()
    };
    assert_eq!(may("ann"), "q");
    assert_eq!(may("bob"), "x");
    assert_eq!(may("cid"), "qxg");
    assert_eq!(may("dan"), "g");
}

//= behaviours: accounts 24, 25
#[test]
fn contradictions_are_refused() {
    let duplicate = |name: &str| Error::DuplicateUser { name: name.into() };
    contradicts(
        &with_users(vec![user("ann", "a"), user("ann", "b")]),
        duplicate("ann"),
    );
    let two = vec![
        account("A", vec![user("x", "a")]),
        account("B", vec![user("x", "b")]),
    ];
    contradicts(&with_accounts(two), duplicate("x"));
    let key = KeyPair::new_user().public_key();
    contradicts(
        &with_users(vec![key_user(&key), key_user(&key)]),
        duplicate(&key),
    );
    contradicts(
        &with_users(vec![key_user("UBAD")]),
        Error::InvalidNkey { key: "UBAD".into() },
    );
    let server = KeyPair::new_server().public_key();
    contradicts(
        &with_users(vec![key_user(&server)]),
        Error::InvalidNkey { key: server },
    );
    contradicts(
        &with_accounts(vec![account("$G", vec![])]),
        Error::ReservedAccount { name: "$G".into() },
    );
    let twice = vec![account("A", vec![]), account("A", vec![])];
    contradicts(
        &with_accounts(twice),
        Error::DuplicateAccount { name: "A".into() },
    );

    let mut options = Options {
        authorization: single("ann", "a"),
        ..Options::default()
    };
    options.authorization.token = Some("t".into());
    contradicts(&options, Error::TokenAndUser);
    options.authorization.token = None;
    options.accounts = vec![account("A", vec![user("x", "y")])];
    contradicts(&options, Error::SingleAndUsers);

    let mut options = Options {
        no_auth_user: Some("z".into()),
        ..Options::default()
    };
    contradicts(&options, Error::NoAuthUserWithoutUsers { name: "z".into() });
    options.authorization.users = vec![user("ann", "a")];
    contradicts(&options, Error::NoAuthUserUnknown { name: "z".into() });
    let options = Options {
        system_account: Some("Z".into()),
        ..Options::default()
    };
    contradicts(&options, Error::SystemAccountMissing { name: "Z".into() });
}

#[test]
fn equal_configurations_give_equal_grants() {
    let rules = |subject: &str| Permissions {
        publish: Some(SubjectPermission {
            allow: None,
            deny: vec![subject.into()],
        }),
        ..Permissions::default()
    };
    let options = |password: &str, subject: &str, max: u64| {
        let user = User {
            permissions: Some(rules(subject)),
            ..user("ann", password)
        };
        let limits = AccountLimits {
            max_connections: Some(max),
            ..AccountLimits::default()
        };
        with_accounts(vec![Account {
            limits,
            ..account("A", vec![user])
        }])
    };
    let grant = |password: &str, subject: &str, max: u64| {
        decide(
            &options(password, subject, max),
            &named("ann", password),
            &Transport::default(),
        )
        .expect("admitted")
    };
    assert_eq!(grant("a", "x", 1), grant("b", "x", 1));
    assert_ne!(grant("a", "x", 1), grant("a", "y", 1));
    assert_ne!(grant("a", "x", 1), grant("a", "x", 2));
}

#[test]
fn secrets_stay_out_of_logs() {
    let who = Credentials {
        token: Some("hush"),
        sig: Some("hush"),
        jwt: Some("hush"),
        ..named("ann", "hush")
    };
    assert!(!format!("{who:?}").contains("hush"));
    assert_eq!(
        named("ann", "hush").shown().map(|who| who.to_string()),
        Some("User \"ann\"".into())
    );
    assert_eq!(
        token("hush").shown().map(|who| who.to_string()),
        Some("Token \"[REDACTED]\"".into())
    );
    let options = with_users(vec![user("ann", "hush"), user("bob", &hash("hush"))]);
    let authenticator = Authenticator::new(&options).expect("a configuration");
    assert!(!format!("{authenticator:?}").contains("hush"));
    let step = authenticator.begin(&named("bob", "hush"), NONCE, &Transport::default());
    assert!(!format!("{step:?}").contains("hush"));
}
