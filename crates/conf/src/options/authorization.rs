//! `authorization { }`: users, their permissions and how they may connect.

use super::Secret;
use super::nkey;
use super::reader::{Field, Read, Reader};
use crate::grammar::{Data, parse_duration};
use std::time::Duration;

/// Who may connect. Nobody has to show anything when all of it is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Authorization {
    /// The single user; excludes `users`.
    pub user: Option<String>,
    /// The single user's password, plain or bcrypt (`$2a$..`).
    pub password: Option<Secret>,
    /// The token, plain or bcrypt; excludes `user` and `users`.
    pub token: Option<Secret>,
    /// Time a connection has to authenticate; see `Options::auth_timeout` for the default.
    pub timeout: Option<Duration>,
    /// The users of account `$G`.
    pub users: Vec<User>,
    /// Permissions of all users above that have none of their own.
    pub default_permissions: Option<Permissions>,
}

/// One user, of `$G` or of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// What it shows when it connects.
    pub identity: Identity,
    /// What it may do; `None` is what the enclosing `default_permissions` says, or everything.
    pub permissions: Option<Permissions>,
    /// The transports it may use; empty is all.
    pub allowed_connection_types: Vec<ConnectionType>,
}

/// How a user proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A name and, unless a certificate is mapped to the name, a password.
    Password {
        /// The user's name.
        name: String,
        /// Plain or bcrypt (`$2a$..`).
        password: Option<Secret>,
    },
    /// A public user nkey (`U...`), which signs the nonce of INFO.
    Nkey(String),
}

impl Identity {
    /// The name or the public key: unique in a configuration.
    pub fn name(&self) -> &str {
        match self {
            Self::Password { name, .. } => name,
            Self::Nkey(key) => key,
        }
    }
}

/// What a user may publish and subscribe to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    /// Subjects it may publish to; `None` is all.
    pub publish: Option<SubjectPermission>,
    /// Filters it may subscribe to (`"filter queue"` for a queue group); `None` is all.
    pub subscribe: Option<SubjectPermission>,
    /// Leave to answer the requests it receives.
    pub allow_responses: Option<AllowResponses>,
}

/// Allowed and denied filters; deny wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectPermission {
    /// Only these; `None` is all, an empty list none.
    pub allow: Option<Vec<String>>,
    /// Never these.
    pub deny: Vec<String>,
}

/// Leave to publish to the reply subject of a message that was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowResponses {
    /// Messages per reply subject; `None` is unlimited.
    pub max: Option<u64>,
    /// Time after the request; `None` is for ever.
    pub expires: Option<Duration>,
}

impl Default for AllowResponses {
    fn default() -> Self {
        Self {
            max: Some(1),
            expires: Some(Duration::from_secs(120)),
        }
    }
}

/// The ways into the broker, as `allowed_connection_types` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionType {
    /// `STANDARD`: a client over TCP or TLS.
    Standard,
    /// `WEBSOCKET`: a client over WebSocket.
    WebSocket,
    /// `LEAFNODE`.
    LeafNode,
    /// `LEAFNODE_WS`.
    LeafNodeWs,
    /// `MQTT`.
    Mqtt,
    /// `MQTT_WS`.
    MqttWs,
    /// `IN_PROCESS`: a client in the broker's own process.
    InProcess,
}

impl Authorization {
    pub(super) fn read(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let mut auth = Self::default();
        let mut has_users = false;
        r.block(block, |r, f| {
            match f.name.as_str() {
                "user" | "username" => auth.user = f.text()?,
                "pass" | "password" => auth.password = f.secret()?,
                "token" => auth.token = f.secret()?,
                "timeout" => auth.timeout = timeout(f, r)?,
                "users" => {
                    auth.users = User::read_list(f, r)?;
                    has_users = true;
                }
                "default_permissions" | "default_permission" | "permissions" => {
                    auth.default_permissions = Some(Permissions::read(f, r)?);
                }
                "auth_callout" | "auth_hook" => return f.later("authorization.auth_callout"),
                "proxy_required" => return f.later_unless_empty("authorization.proxy_required"),
                _ => return f.unknown(),
            }
            Ok(())
        })?;
        let single = auth.user.is_some() || auth.password.is_some();
        if single && auth.token.is_some() {
            return block.fail("Cannot have a user/pass and token");
        }
        if has_users && auth.user.is_some() {
            return block.fail("Can not have a single user/pass and a users array");
        }
        if has_users && auth.token.is_some() {
            return block.fail("Can not have a token and a users array");
        }
        Ok(auth)
    }
}

/// Seconds beyond which a timeout looks like a unit without quotes.
const TIMEOUT_USUAL_MAX: Duration = Duration::from_secs(60);

/// Seconds to authenticate in; 0 is the default.
pub(super) fn timeout(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Option<Duration>> {
    let complaint = |text: &str| {
        f.fail(format!(
            "error parsing authorization config, 'timeout' {text}"
        ))
    };
    match &f.value.data {
        Data::Text(text) => {
            if let Err(why) = parse_duration(text) {
                return complaint(&why);
            }
        }
        Data::Integer(_) | Data::Float(_) => {}
        _ => return complaint("wrong type"),
    }
    let timeout = r.timeout(f)?;
    if timeout > TIMEOUT_USUAL_MAX {
        let text = format!(
            "timeout of {} seconds is high, consider keeping it under 60 seconds; perhaps a duration without \
             quotes ('1m' is a minute, 1m a million)",
            timeout.as_secs_f64()
        );
        r.warn(f, &text);
    }
    Ok(Some(timeout).filter(|timeout| !timeout.is_zero()))
}

impl User {
    /// Whether it signs a nonce instead of showing a password.
    pub fn is_nkey(&self) -> bool {
        matches!(self.identity, Identity::Nkey(_))
    }

    pub(super) fn read_list(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Vec<Self>> {
        let Data::List(_) = &f.value.data else {
            return f.fail(format!(
                "Expected users field to be an array, got {}",
                f.value.data.kind()
            ));
        };
        f.items().iter().map(|entry| Self::read(entry, r)).collect()
    }

    fn read(entry: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let Data::Map(map) = &entry.value.data else {
            return entry.fail(format!(
                "Expected user entry to be a map/struct, got {}",
                entry.value.data.kind()
            ));
        };
        let (mut name, mut password, mut nkey) = (None, None, None);
        let (mut permissions, mut allowed_connection_types) = (None, Vec::new());
        r.each(map, |r, f| {
            match f.name.as_str() {
                "user" | "username" => name = f.text()?,
                "pass" | "password" => password = f.secret()?,
                "nkey" => nkey = f.text()?,
                "permissions" | "permission" | "authorization" => {
                    permissions = Some(Permissions::read(f, r)?);
                }
                "allowed_connection_types" | "connection_types" | "clients" => {
                    allowed_connection_types = ConnectionType::read_list(f)?;
                }
                "proxy_required" => return f.later_unless_empty("users.proxy_required"),
                _ => return f.unknown(),
            }
            Ok(())
        });
        let identity = match (name, nkey) {
            (None, None) => return entry.fail("User entry requires a user"),
            (_, Some(key)) if !nkey::is_user(&key) => {
                return entry.fail("Not a valid public nkey for a user");
            }
            (None, Some(key)) if password.is_none() => Identity::Nkey(key),
            (_, Some(_)) => return entry.fail("Nkey users do not take usernames or passwords"),
            (Some(name), None) => Identity::Password { name, password },
        };
        Ok(Self {
            identity,
            permissions,
            allowed_connection_types,
        })
    }
}

impl Permissions {
    pub(super) fn read(block: &Field<'_>, r: &mut Reader<'_>) -> Read<Self> {
        let Data::Map(map) = &block.value.data else {
            return block.fail(format!(
                "Expected permissions to be a map/struct, got {}",
                block.value.data.kind()
            ));
        };
        let mut permissions = Self::default();
        r.each(map, |r, f| {
            match f.name.as_str() {
                "publish" | "pub" | "import" => {
                    permissions.publish = SubjectPermission::read(f, Side::Publish, r)?;
                }
                "subscribe" | "sub" | "export" => {
                    permissions.subscribe = SubjectPermission::read(f, Side::Subscribe, r)?;
                }
                "allow_responses" | "publish_allow_responses" => {
                    permissions.allow_responses = AllowResponses::read(f, r)?;
                }
                _ if f.value.used => {}
                _ => return f.fail(format!("Unknown field {:?} parsing permissions", f.key)),
            }
            Ok(())
        });
        Ok(permissions)
    }
}

impl SubjectPermission {
    /// A subject, a list of them, or `{ allow, deny }`; an empty map says nothing.
    fn read(f: &Field<'_>, side: Side, r: &mut Reader<'_>) -> Read<Option<Self>> {
        let Data::Map(map) = &f.value.data else {
            return Ok(Some(Self {
                allow: some_subjects(f, side)?,
                deny: Vec::new(),
            }));
        };
        let mut permission = Self::default();
        r.each(map, |_, f| {
            match f.name.as_str() {
                "allow" => permission.allow = some_subjects(f, side)?,
                "deny" => permission.deny = subjects(f, side)?,
                _ if f.value.used => {}
                _ => {
                    return f.fail(format!(
                        "Unknown field name {:?} parsing subject permissions, only 'allow' or 'deny' are permitted",
                        f.key
                    ));
                }
            }
            Ok(())
        });
        Ok(Some(permission).filter(|_| !map.is_empty()))
    }
}

/// What a list of filters is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Publish,
    /// Where a queue may stand behind a filter.
    Subscribe,
}

/// An allow list of a file; an empty one allows everything, as with the reference.
fn some_subjects(f: &Field<'_>, side: Side) -> Read<Option<Vec<String>>> {
    Ok(Some(subjects(f, side)?).filter(|all| !all.is_empty()))
}

fn subjects(f: &Field<'_>, side: Side) -> Read<Vec<String>> {
    f.items().iter().map(|item| subject(item, side)).collect()
}

fn subject(item: &Field<'_>, side: Side) -> Read<String> {
    let Data::Text(text) = &item.value.data else {
        let kind = item.value.data.kind();
        return item.fail(format!(
            "Expected subject permissions to be a subject, or array of subjects, got {kind}"
        ));
    };
    let words: Vec<_> = text.split_whitespace().collect();
    let (filter, queue) = match words[..] {
        [filter, queue] if side == Side::Subscribe => (filter, Some(queue)),
        _ => (text.as_str(), None),
    };
    let is_valid = |text: &str| midge_subject::is_valid_subscribe(text.as_bytes());
    if !is_valid(filter) {
        return item.fail(format!("subject {filter:?} is not a valid subject"));
    }
    match queue.filter(|queue| !is_valid(queue)) {
        Some(queue) => item.fail(format!("queue {queue:?} is not a valid queue")),
        None => Ok(text.clone()),
    }
}

impl AllowResponses {
    /// `true`, or `{ max, expires }`, where 0 is the default and less is unlimited.
    fn read(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Option<Self>> {
        let map = match &f.value.data {
            Data::Bool(truth) => return Ok(truth.then(Self::default)),
            Data::Map(map) => map,
            _ => return f.fail("error parsing response permissions, expected a boolean or a map"),
        };
        let mut responses = Self::default();
        r.each(map, |_, f| {
            match f.name.as_str() {
                "max" | "max_msgs" | "max_messages" | "max_responses" => match f.integer()? {
                    0 => {}
                    max => responses.max = u64::try_from(max).ok(),
                },
                "expires" | "expiration" | "ttl" => match expires(f)? {
                    Some(Duration::ZERO) => {}
                    expires => responses.expires = expires,
                },
                _ if f.value.used => {}
                _ => return f.fail(format!("Unknown field {:?} parsing permissions", f.key)),
            }
            Ok(())
        });
        Ok(Some(responses))
    }
}

/// `None` for a negative duration: it never expires.
fn expires(f: &Field<'_>) -> Read<Option<Duration>> {
    let Data::Text(text) = &f.value.data else {
        return f.fail("error parsing expires, not a duration string");
    };
    let (size, negative) = text
        .strip_prefix('-')
        .map_or((text.as_str(), false), |size| (size, true));
    match parse_duration(size) {
        Ok(Duration::ZERO) => Ok(Some(Duration::ZERO)),
        Ok(size) => Ok((!negative).then_some(size)),
        Err(why) => f.fail(format!("error parsing expires: {why}")),
    }
}

impl ConnectionType {
    const NAMES: [(&'static str, Self); 7] = [
        ("STANDARD", Self::Standard),
        ("WEBSOCKET", Self::WebSocket),
        ("LEAFNODE", Self::LeafNode),
        ("LEAFNODE_WS", Self::LeafNodeWs),
        ("MQTT", Self::Mqtt),
        ("MQTT_WS", Self::MqttWs),
        ("IN_PROCESS", Self::InProcess),
    ];

    fn read_list(f: &Field<'_>) -> Read<Vec<Self>> {
        fn kind(name: &String) -> Result<ConnectionType, &String> {
            let mut known = ConnectionType::NAMES.iter();
            known
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|&(_, kind)| kind)
                .ok_or(name)
        }
        match f.texts()?.iter().map(kind).collect() {
            Ok(kinds) => Ok(kinds),
            Err(name) => f.fail(format!(
                "invalid connection types [\"{}\"]",
                name.to_ascii_uppercase()
            )),
        }
    }
}
