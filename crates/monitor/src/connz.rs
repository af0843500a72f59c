//! `/connz`: connections by state, user, account or number, sorted, one page at a time.

use crate::query::{Page, Query};
use crate::text::{duration, uptime};
use crate::{ConnState, Connection, PeerCertificate, Source, Subscription, Time};
use serde::Serialize;
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

/// The answer of `/connz`.
#[derive(Debug, Serialize)]
pub(crate) struct Connz {
    server_id: String,
    now: Time,
    pub(crate) num_connections: usize,
    pub(crate) total: usize,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
    connections: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    cid: u64,
    kind: &'static str,
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    kind_of_client: &'static str,
    ip: String,
    port: u16,
    start: Time,
    last_activity: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<Time>,
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    rtt: String,
    uptime: String,
    idle: String,
    pending_bytes: u64,
    in_msgs: u64,
    out_msgs: u64,
    in_bytes: u64,
    out_bytes: u64,
    #[serde(skip_serializing_if = "is_zero")]
    stalls: u64,
    subscriptions: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    lang: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tls_version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tls_cipher_suite: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tls_peer_certs: Vec<PeerCertificate>,
    #[serde(skip_serializing_if = "is_false")]
    tls_first: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    authorized_user: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    account: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subscriptions_list: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subscriptions_list_detail: Vec<Subscription>,
    #[serde(skip_serializing_if = "String::is_empty")]
    name_tag: String,
}

/// What was asked for.
struct Request {
    state: ConnState,
    sort: Sort,
    page: Page,
    cid: u64,
    user: Option<String>,
    account: Option<String>,
    mqtt_client: bool,
    auth: bool,
    subs: Subs,
}

/// How much is said of subscriptions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subs {
    None,
    Subjects,
    Detail,
}

#[derive(Clone, Copy)]
enum Sort {
    Cid,
    Subscriptions,
    Pending,
    OutMsgs,
    InMsgs,
    OutBytes,
    InBytes,
    LastActivity,
    Idle,
    Uptime,
    Stop,
    Reason,
    Rtt,
}

impl Connz {
    pub(crate) fn answer(source: &dyn Source, query: &Query) -> Result<Self, String> {
        let request = Request::parse(query)?;
        let server = source.server();
        let mut connections = source.connections(request.state);
        if let Some(account) = &request.account {
            connections.retain(|connection| connection.account == *account);
        }
        // `total` counts before the filters below; the reference does so too.
        let total = connections.len();
        connections.retain(|connection| request.wants(connection));
        connections.sort_by(|a, b| {
            request
                .sort
                .compare(a, b, server.now)
                .then(a.cid.cmp(&b.cid))
        });
        let page = request.page.of(connections);
        let mut lists = match request.subs {
            Subs::None => HashMap::new(),
            _ => {
                let cids: Vec<u64> = page.iter().map(|connection| connection.cid).collect();
                source.connection_subscriptions(&cids)
            }
        };
        let entry = |connection: Connection| {
            let list = lists.remove(&connection.cid).unwrap_or_default();
            Entry::new(connection, &request, list, server.now)
        };
        Ok(Self {
            num_connections: page.len(),
            total,
            offset: request.page.offset,
            limit: request.page.limit,
            connections: page.into_iter().map(entry).collect(),
            now: server.now,
            server_id: server.id,
        })
    }
}

/// The connections of a page, added up.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) pending_bytes: u64,
    pub(crate) subscriptions: u64,
    pub(crate) in_msgs: u64,
    pub(crate) out_msgs: u64,
    pub(crate) in_bytes: u64,
    pub(crate) out_bytes: u64,
}

impl Connz {
    pub(crate) fn sums(&self) -> Sums {
        self.connections
            .iter()
            .fold(Sums::default(), |sums, entry| Sums {
                pending_bytes: sums.pending_bytes + entry.pending_bytes,
                subscriptions: sums.subscriptions + entry.subscriptions,
                in_msgs: sums.in_msgs + entry.in_msgs,
                out_msgs: sums.out_msgs + entry.out_msgs,
                in_bytes: sums.in_bytes + entry.in_bytes,
                out_bytes: sums.out_bytes + entry.out_bytes,
            })
    }
}

impl Request {
    fn parse(query: &Query) -> Result<Self, String> {
        let state = parse_state(query.text("state").unwrap_or_default())?;
        let sort = Sort::parse(query.text("sort").unwrap_or_default(), state)?;
        let auth = query.flag("auth")?;
        let subs = match query.text("subs") {
            Some("detail") => Subs::Detail,
            _ if query.flag("subs")? => Subs::Subjects,
            _ => Subs::None,
        };
        let mut page = query.page()?;
        let cid = query.cid()?;
        if cid > 0 {
            page.limit = 1;
        }
        Ok(Self {
            state,
            sort,
            page,
            cid,
            user: query.text("user").map(str::to_owned),
            account: query.text("acc").map(str::to_owned),
            mqtt_client: query.text("mqtt_client").is_some(),
            auth,
            subs,
        })
    }

    fn wants(&self, connection: &Connection) -> bool {
        // Nobody speaks MQTT here, so nobody has an MQTT name.
        let by_user = self
            .user
            .as_ref()
            .is_none_or(|user| connection.authorized_user == *user);
        let by_cid = self.cid == 0 || connection.cid == self.cid;
        by_user && by_cid && !self.mqtt_client
    }
}

fn parse_state(text: &str) -> Result<ConnState, String> {
    match text.to_ascii_lowercase().as_str() {
        "" | "open" => Ok(ConnState::Open),
        "closed" => Ok(ConnState::Closed),
        "all" | "any" => Ok(ConnState::All),
        _ => Err(format!("Error decoding state for {text}")),
    }
}

impl Sort {
    fn parse(text: &str, state: ConnState) -> Result<Self, String> {
        let sort = match text {
            "" | "cid" | "start" => Self::Cid,
            "subs" => Self::Subscriptions,
            "pending" => Self::Pending,
            "msgs_to" => Self::OutMsgs,
            "msgs_from" => Self::InMsgs,
            "bytes_to" => Self::OutBytes,
            "bytes_from" => Self::InBytes,
            "last" => Self::LastActivity,
            "idle" => Self::Idle,
            "uptime" => Self::Uptime,
            "stop" => Self::Stop,
            "reason" => Self::Reason,
            "rtt" => Self::Rtt,
            _ => return Err(format!("invalid sorting option: {text}")),
        };
        match (sort, state) {
            (_, ConnState::Closed) => Ok(sort),
            (Self::Stop | Self::Reason, _) => {
                Err(format!("sort by {text} only valid on closed connections"))
            }
            _ => Ok(sort),
        }
    }

    /// Numbers and times go from the largest down, uptimes and reasons up.
    fn compare(self, a: &Connection, b: &Connection, now: Time) -> Ordering {
        let down = |key: fn(&Connection) -> u64| Reverse(key(a)).cmp(&Reverse(key(b)));
        match self {
            Self::Cid => a.cid.cmp(&b.cid),
            Self::Subscriptions => down(|connection| connection.subscriptions),
            Self::Pending => down(|connection| connection.pending_bytes),
            Self::OutMsgs => down(|connection| connection.out_msgs),
            Self::InMsgs => down(|connection| connection.in_msgs),
            Self::OutBytes => down(|connection| connection.out_bytes),
            Self::InBytes => down(|connection| connection.in_bytes),
            Self::LastActivity => b.last_activity.cmp(&a.last_activity),
            Self::Idle => now.since(b.last_activity).cmp(&now.since(a.last_activity)),
            Self::Uptime => lived(a, now).cmp(&lived(b, now)),
            Self::Stop => b.stop.cmp(&a.stop),
            Self::Reason => a.reason.cmp(&b.reason),
            Self::Rtt => b.rtt.cmp(&a.rtt),
        }
    }
}

fn lived(connection: &Connection, now: Time) -> std::time::Duration {
    connection.stop.unwrap_or(now).since(connection.start)
}

impl Entry {
    fn new(connection: Connection, request: &Request, list: Vec<Subscription>, now: Time) -> Self {
        let end = connection.stop.unwrap_or(now);
        let (subscriptions_list, subscriptions_list_detail) = subscriptions(request.subs, list);
        let shown = if request.auth {
            Shown::new(&connection)
        } else {
            Shown::default()
        };
        Self {
            cid: connection.cid,
            kind: connection.kind,
            kind_of_client: connection.kind_of_client,
            uptime: uptime(lived(&connection, now)),
            idle: uptime(end.since(connection.last_activity)),
            ip: connection.ip,
            port: connection.port,
            start: connection.start,
            last_activity: connection.last_activity,
            stop: connection.stop,
            reason: connection.reason,
            rtt: duration(connection.rtt.unwrap_or_default()),
            pending_bytes: connection.pending_bytes,
            in_msgs: connection.in_msgs,
            out_msgs: connection.out_msgs,
            in_bytes: connection.in_bytes,
            out_bytes: connection.out_bytes,
            stalls: connection.stalls,
            subscriptions: connection.subscriptions,
            name: connection.name,
            lang: connection.lang,
            version: connection.version,
            tls_version: connection.tls_version,
            tls_cipher_suite: connection.tls_cipher_suite,
            tls_peer_certs: shown.tls_peer_certs,
            tls_first: connection.tls_first,
            authorized_user: shown.authorized_user,
            account: shown.account,
            subscriptions_list,
            subscriptions_list_detail,
            name_tag: shown.name_tag,
        }
    }
}

/// What only `auth=1` shows.
#[derive(Default)]
struct Shown {
    tls_peer_certs: Vec<PeerCertificate>,
    authorized_user: String,
    account: String,
    name_tag: String,
}

impl Shown {
    /// The account goes by its name, but for `$G`; for those still open by its tag too.
    fn new(connection: &Connection) -> Self {
        let account = &connection.account;
        let named = |shown| {
            if shown {
                account.clone()
            } else {
                String::new()
            }
        };
        Self {
            tls_peer_certs: connection.tls_peer_certs.clone(),
            authorized_user: connection.authorized_user.clone(),
            account: named(account != "$G"),
            name_tag: named(connection.stop.is_none()),
        }
    }
}

/// The list of subjects, or of details.
fn subscriptions(subs: Subs, list: Vec<Subscription>) -> (Vec<String>, Vec<Subscription>) {
    if subs == Subs::Subjects {
        return (
            list.into_iter().map(|entry| entry.subject).collect(),
            Vec::new(),
        );
    }
    let bare = |entry| Subscription {
        account: String::new(),
        account_tag: String::new(),
        ..entry
    };
    (Vec::new(), list.into_iter().map(bare).collect())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}
