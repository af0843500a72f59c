//! What only the whole of the [`Options`] can show: contradictions between directives.

use super::reader::split_address;
use super::{Authorization, Mapping, Options, SYSTEM_ACCOUNT, WebSocket};
use crate::error::{Finding, Refusal};
use crate::grammar::show_duration;
use std::collections::HashSet;

/// A contradiction, and the top-level directive where a person would look for it.
pub(super) struct Fault {
    pub(super) directive: &'static str,
    pub(super) text: String,
}

type Faults = Vec<Fault>;

impl Options {
    /// Looks at the whole, wherever it came from.
    ///
    /// # Errors
    /// All contradictions found.
    pub fn validate(&self) -> Result<(), Refusal> {
        let errors: Vec<_> = self
            .faults()
            .into_iter()
            .map(|fault| Finding::whole(fault.text))
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Refusal {
                errors,
                warnings: Vec::new(),
            })
        }
    }

    pub(super) fn faults(&self) -> Faults {
        let mut faults = Faults::new();
        self.limits(&mut faults);
        self.addresses(&mut faults);
        self.syslog(&mut faults);
        self.mapped_subjects(&mut faults);
        faults.append(&mut self.credential_faults());
        self.named_users_and_accounts(&mut faults);
        if let Some(ws) = &self.websocket {
            self.websocket(ws, &mut faults);
        }
        if let Some(domain) = &self.jetstream.domain {
            check(&mut faults, "jetstream", js_domain(domain));
        }
        faults
    }

    /// Users who are named twice, or stand beside a single user or token. A file must be free of
    /// these; flags of the command line give way to the file's users instead.
    pub(super) fn credential_faults(&self) -> Faults {
        let mut faults = Faults::new();
        let accounts = self
            .accounts
            .iter()
            .flat_map(|account| account.users.iter().map(|user| ("accounts", user)));
        let main = self
            .authorization
            .users
            .iter()
            .map(|user| ("authorization", user));
        let mut seen = HashSet::new();
        for (directive, user) in main.chain(accounts) {
            let name = user.identity.name();
            if !seen.insert(name) {
                faults.push(Fault {
                    directive,
                    text: format!("Duplicate user {name:?} detected"),
                });
            }
        }
        let Authorization {
            user, token, users, ..
        } = &self.authorization;
        let single = user.is_some() && !seen.is_empty();
        fault_if(&mut faults, single, "authorization", || {
            "Can not have a single user/pass and a users array".into()
        });
        let beside = if users.is_empty() {
            "accounts"
        } else {
            "a users array"
        };
        let token = token.is_some() && !seen.is_empty();
        fault_if(&mut faults, token, "authorization", || {
            format!("Can not have a token and {beside}")
        });
        faults
    }

    fn limits(&self, faults: &mut Faults) {
        let (grace, duration) = (self.lame_duck_grace_period, self.lame_duck_duration);
        fault_if(faults, grace >= duration, "lame_duck_grace_period", || {
            let (grace, duration) = (show_duration(grace), show_duration(duration));
            format!(
                "lame duck grace period ({grace}) should be strictly lower than lame duck duration ({duration})"
            )
        });
        let (payload, pending) = (self.max_payload, self.max_pending);
        fault_if(faults, u64::from(payload) > pending, "max_payload", || {
            format!("max_payload ({payload}) cannot be higher than max_pending ({pending})")
        });
        let spaced = |name: &Option<String>| name.as_ref().is_some_and(|name| name.contains(' '));
        fault_if(faults, spaced(&self.server_name), "server_name", || {
            "server name cannot contain spaces".into()
        });
        let cluster = self
            .cluster
            .as_ref()
            .is_some_and(|cluster| spaced(&cluster.name));
        fault_if(faults, cluster, "cluster", || {
            "cluster name cannot contain spaces".into()
        });
    }

    fn addresses(&self, faults: &mut Faults) {
        if let (Some(http), Some(https)) = (self.http_port, self.https_port) {
            let text = format!("can't specify both HTTP ({http}) and HTTPs ({https}) ports");
            faults.push(Fault {
                directive: "https_port",
                text,
            });
        }
        let plain = self.https_port.is_some() && self.tls.is_none();
        fault_if(faults, plain, "https_port", || {
            "TLS cert and key required for HTTPS".into()
        });
        if let Some(advertise) = &self.client_advertise {
            fault_if(
                faults,
                !is_advertisable(advertise),
                "client_advertise",
                || {
                    format!(
                        "invalid ClientAdvertise value of {advertise}: host or host:port is wanted"
                    )
                },
            );
        }
    }

    fn syslog(&self, faults: &mut Faults) {
        if let Some(url) = &self.remote_syslog {
            let network = url.split_once("://").map_or("", |(network, _)| network);
            fault_if(
                faults,
                !["udp", "tcp"].contains(&network),
                "remote_syslog",
                || {
                    format!(
                        "error parsing remote_syslog {url:?}: invalid network type: {network:?}"
                    )
                },
            );
        }
    }

    fn mapped_subjects(&self, faults: &mut Faults) {
        let of_accounts = self.accounts.iter().flat_map(|account| &account.mappings);
        let all = self.mappings.iter().map(|mapping| ("mappings", mapping));
        for (directive, mapping) in all.chain(of_accounts.map(|mapping| ("accounts", mapping))) {
            check(
                faults,
                directive,
                mapping.check().map_err(|why| mapping.complaint(&why)),
            );
        }
    }

    fn named_users_and_accounts(&self, faults: &mut Faults) {
        check(
            faults,
            "no_auth_user",
            self.no_auth_user(self.no_auth_user.as_deref()),
        );
        let mut names = HashSet::new();
        for account in &self.accounts {
            fault_if(
                faults,
                !names.insert(account.name.as_str()),
                "accounts",
                || format!("Duplicate Account Entry: {}", account.name),
            );
        }
        if let Some(system) = &self.system_account {
            let known = system == SYSTEM_ACCOUNT || names.contains(system.as_str());
            fault_if(faults, !known, "system_account", || {
                format!("error resolving system account {system:?}: account missing")
            });
        }
    }

    fn no_auth_user(&self, name: Option<&str>) -> Result<(), String> {
        match name {
            Some(name) if self.users().next().is_none() => Err(format!(
                "no_auth_user: {name:?} present, but users/nkeys are not defined"
            )),
            Some(name) if !self.users().any(|user| user.identity.name() == name) => Err(format!(
                "no_auth_user: {name:?} not present as user or nkey in authorization block or account configuration"
            )),
            _ => Ok(()),
        }
    }

    fn websocket(&self, ws: &WebSocket, faults: &mut Faults) {
        if ws.port.is_none() {
            return;
        }
        let bare = ws.tls.is_none() && !ws.no_tls;
        fault_if(faults, bare, "websocket", || {
            "websocket requires TLS configuration".into()
        });
        check(
            faults,
            "websocket",
            self.no_auth_user(ws.no_auth_user.as_deref()),
        );
        for (given, what) in [
            (ws.user.is_some(), "username"),
            (ws.token.is_some(), "token"),
        ] {
            fault_if(
                faults,
                given && self.users().next().is_some(),
                "websocket",
                || {
                    format!(
                        "websocket authentication {what} not compatible with presence of users/nkeys"
                    )
                },
            );
        }
        if let Some(cookie) = &ws.jwt_cookie {
            let text = format!(
                "trusted operators or trusted keys configuration is required for JWT authentication via cookie {cookie:?}"
            );
            faults.push(Fault {
                directive: "websocket",
                text,
            });
        }
        if let Some(advertise) = &ws.advertise {
            fault_if(faults, !is_advertisable(advertise), "websocket", || {
                format!(
                    "invalid websocket advertise value of {advertise}: host or host:port is wanted"
                )
            });
        }
        for origin in ws
            .allowed_origins
            .iter()
            .filter(|origin| !is_origin(origin))
        {
            let text = format!("unable to parse allowed origin: {origin:?} is no URL");
            faults.push(Fault {
                directive: "websocket",
                text,
            });
        }
        const OURS: &str = "sec-websocket-";
        for name in ws
            .headers
            .keys()
            .filter(|name| name.to_ascii_lowercase().starts_with(OURS))
        {
            let text = format!(
                "websocket: invalid header {name:?}, \"Sec-WebSocket-\" prefix not allowed"
            );
            faults.push(Fault {
                directive: "websocket",
                text,
            });
        }
    }
}

impl Mapping {
    pub(super) fn complaint(&self, why: &midge_subject::Error) -> String {
        match &self.destinations[..] {
            [only] => format!(
                "Error adding mapping for {:?} to {:?} : {why}",
                self.source, only.subject
            ),
            _ => format!("Error adding mapping for {:?} : {why}", self.source),
        }
    }
}

fn fault_if(
    faults: &mut Faults,
    wrong: bool,
    directive: &'static str,
    text: impl FnOnce() -> String,
) {
    if wrong {
        faults.push(Fault {
            directive,
            text: text(),
        });
    }
}

fn check(faults: &mut Faults, directive: &'static str, result: Result<(), String>) {
    if let Err(text) = result {
        faults.push(Fault { directive, text });
    }
}

fn js_domain(domain: &str) -> Result<(), String> {
    if domain.contains(['.', '*', '>']) {
        return Err("invalid domain name: may not contain ., * or >".into());
    }
    let derived = format!("$JS.{domain}.API.>");
    match midge_subject::is_valid_subscribe(derived.as_bytes()) {
        true => Ok(()),
        false => Err(format!(
            "invalid domain name: derived {derived:?} is not a valid subject"
        )),
    }
}

/// `host`, or `host:port` with a port that is a number.
fn is_advertisable(text: &str) -> bool {
    match split_address(text) {
        Some((_, port)) => port.parse::<u16>().is_ok(),
        None => !text.contains(':'),
    }
}

/// `scheme://host`, perhaps with a port.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    !scheme.is_empty() && !host.is_empty() && is_advertisable(host.trim_end_matches('/'))
}
