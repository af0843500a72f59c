//! The language of transcripts: lines that go over the wire, and what must come back.
//!
//! A file (`*.t`) holds sections. Each starts a server of its own and has a header with a name, the rows of
//! the feature list that it shows (`#14`; `#14~` when it shows only a part of the row) and tags (`@error`).
//! A line that begins with `#` is a comment; indented lines belong to the step above them.
//!
//! ```text
//! == payloads over the limit close the connection #88 #102~ @error
//! conf:
//!   max_payload: 8
//! A> PUB foo 9
//! A< -ERR 'Maximum Payload Violation'
//! A: closed
//! ```
//!
//! # Connections
//! `A`, `B`, … are connections. One that is first named by `A> …` connects, reads `INFO` and sends
//! `CONNECT {"verbose":false}`, unless its own first line is a `CONNECT`; if its first line is `A< INFO …`, the
//! file takes `INFO` into its own hands too.
//!
//! | line | meaning |
//! |---|---|
//! | `A> text` | sends the text and CRLF; lines that follow each other leave in one write. A `\` at the end: no CRLF |
//! | `A< text` | exactly this line comes next |
//! | `one of A, B< text` | it comes next at one of them |
//! | `A: any order` | the indented lines come next, in any order (`\r\n` inside joins a message and its payload) |
//! | `A: sync` | sends PING; PONG comes next: what was sent before has been processed |
//! | `A: silent 200` | nothing comes for 200 ms (100 without a number) |
//! | `A: closed` | the server closes, with nothing more to read |
//! | `A: gone` | the server closes, whatever comes before |
//! | `A: close` | we close; what came and wasn't looked at doesn't matter |
//! | `A: skip to text` | drops what comes until this text has come |
//! | `A: raw [port]`, `A: raw ipv6` | only connects, to the port of that name, or by IPv6 |
//! | `A: tls [first] [cert=NAME] [ca=NAME] [old] [fails] [port]` | connects by TLS |
//! | `A: ws [path=/x] [header=K:V] [tls] [fails]` | connects by WebSocket to the port `ws` (or `wss`) |
//! | `A: trickle 20 text` | sends the text and CRLF, a byte every 20 ms |
//! | `hold 100` | opens so many connections that say nothing |
//!
//! When a section ends, each open connection that has spoken must answer a PING with nothing before its PONG;
//! so a delivery too many is noticed. A PING of the server's where no line expects one is answered quietly.
//!
//! # Texts
//! `\r \n \t \0 \\ \< \s \xHH` are escapes. In texts that are sent, `<name>` is a variable, `<repeat 3 ab>` is `ababab`,
//! `<sign alice>` signs the connection's nonce, `<nkey alice>` and `<seed alice>` are keys. Known variables are ports (`<port>`, `<http>`,
//! …), `<dir>`, `<certs>`, `<pid>`, and what was captured. In expected texts there are also `<any>` (anything within a line),
//! `<word>`, `<number>`, `<one|other>`, and `<name:any>` and so on, which capture.
//! A JSON object after `~` matches when its fields are there: `A< INFO ~{"proto": 1, "nonce": "<absent>"}`. There `"<number>"`, `"<string>"`,
//! `"<bool>"`, `"<any>"`, `"<positive>"`, `"<absent>"` stand for values, and `["<some>", x]` is an array that has an `x`.
//!
//! # The server
//!
//! | line | meaning |
//! |---|---|
//! | `conf:` | indented configuration; `listen` (and `http`, where the section uses it) are added unless `<port>` is named |
//! | `no conf` | starts without a file |
//! | `args: -DV` | arguments of the command line |
//! | `env: NAME=value` | a variable of the environment |
//! | `file: name` | indented content of a file in `<dir>` |
//! | `no server` | only `run` is used |
//! | `http /varz 200 text` | asks the monitoring until the answer fits (JSON fields, or the whole text); `http header name: value` below it checks a header, `http tls` asks by TLS |
//! | `log text`, `no log text` | a line of the log contains it, later than the last one found; none does so far |
//! | `rewrite:` | replaces the configuration |
//! | `reload:` | does so, sends HUP and waits until the server says that it has reloaded |
//! | `signal HUP` | sends a signal |
//! | `restart`, `restart KILL` | ends the server by TERM or another signal, and starts it again with what it has on its disk; all connections are gone |
//! | `exits 0` | the server ends with this code |
//! | `contents <dir>/x text` | a line of this file contains it; with `absent` instead of a text, it is gone |
//! | `memory below 100 MB` | the server's resident memory |
//! | `run args` | runs the program to its end; `exit 1` and `says text` (a line of its output contains it) below it |
//! | `wait 300` | sleeps |
//! | `timeout 8000` | from here on, waits last so long (3000) |
//! | `only ours: reason`, `only reference: reason` | the other server differs, and `docs/deviations.md` says why |
//! | `file only: reason` | it isn't played with its streams in memory, and neither is one with `restart` ([`Script::with_memory_streams`]) |
//!
//! `before:` and `after:` at the head of a file hold steps that each of its sections begins and ends with.

use std::path::PathBuf;
use std::time::Duration;

mod json;
mod parse;
mod play;
mod storage;
mod template;

pub use play::{Failure, Player, ProcessWorld, World};
pub use template::{Captures, Outcome, Scope, Template};

/// How long a step waits unless `timeout` says otherwise.
pub const STEP_TIMEOUT: Duration = Duration::from_secs(3);

/// A parsed file of transcripts.
#[derive(Clone, Debug)]
pub struct Script {
    /// Where it came from.
    pub path: PathBuf,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// One transcript: a name, the rows it shows, a server and steps.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The behaviour, in words.
    pub name: String,
    /// Line of the header.
    pub line: usize,
    /// Rows of the feature list that it shows.
    pub rows: Vec<Row>,
    /// Words after `@`.
    pub tags: Vec<String>,
    /// What the server is started with.
    pub setup: Setup,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Section {
    /// Whether it can be played without a process: connections that only send and receive, and a server
    /// that is started with nothing but configuration.
    pub fn is_plain(&self) -> bool {
        let conf = self.setup.conf.clone();
        let bare = Setup {
            conf,
            ..Setup::default()
        };
        self.setup == bare && self.steps.iter().all(|step| step.action.is_plain())
    }
}

/// A row of the feature list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub number: u16,
    /// Whether the transcript shows the whole row.
    pub whole: bool,
}

/// What a section's server is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// Lines of configuration.
    pub conf: Option<String>,
    /// There is no configuration file.
    pub no_conf: bool,
    /// No server is started.
    pub no_server: bool,
    /// Arguments.
    pub args: Vec<String>,
    /// Environment.
    pub env: Vec<(String, String)>,
    /// Further files.
    pub files: Vec<(String, String)>,
    /// Whether any step needs the monitoring port.
    pub monitor: bool,
    /// The section holds for one of the servers only.
    pub only: Option<Only>,
    /// The section holds for file streams only.
    pub file_only: bool,
}

/// The server for which alone a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// Midge.
    Ours,
    /// The reference.
    Reference,
}

/// One line of a transcript with its body.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands.
    pub line: usize,
    /// As it is written.
    pub text: String,
    /// What it means.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "the table in the module's header explains each line"
)]
pub enum Action {
    Send {
        who: String,
        text: Template,
        crlf: bool,
    },
    Expect {
        who: Vec<String>,
        text: Expected,
    },
    AnyOrder {
        who: String,
        texts: Vec<Expected>,
    },
    Sync {
        who: String,
    },
    Silent {
        who: String,
        wait: Duration,
    },
    Closed {
        who: String,
        quietly: bool,
    },
    Close {
        who: String,
    },
    Skip {
        who: String,
        text: Template,
    },
    Open {
        who: String,
        how: Open,
    },
    Trickle {
        who: String,
        pause: Duration,
        text: Template,
    },
    Hold {
        count: usize,
    },
    Http(Http),
    Log {
        text: Template,
        wanted: bool,
    },
    Rewrite {
        conf: String,
        reload: bool,
    },
    Signal(String),
    Restart(String),
    Exits(i32),
    Contents {
        path: String,
        text: Option<Template>,
    },
    MemoryBelow {
        bytes: u64,
    },
    Run {
        args: Vec<String>,
        exit: Option<i32>,
        says: Vec<Template>,
    },
    Wait(Duration),
    Timeout(Duration),
}

impl Action {
    fn is_plain(&self) -> bool {
        match self {
            Self::Send { .. } | Self::Expect { .. } | Self::AnyOrder { .. } | Self::Sync { .. } => {
                true
            }
            Self::Silent { .. } | Self::Closed { .. } | Self::Close { .. } | Self::Skip { .. } => {
                true
            }
            Self::Open { how, .. } => {
                let Open {
                    port,
                    ipv6,
                    tls,
                    websocket,
                    ..
                } = how;
                port.is_empty() && !ipv6 && tls.is_none() && websocket.is_none()
            }
            Self::Timeout(_) => true,
            _ => false,
        }
    }
}

/// An expected text: a line, or the beginning of one with JSON at its end.
#[derive(Clone, Debug)]
pub struct Expected {
    /// What comes first.
    pub text: Template,
    /// The fields of the JSON object that ends the line.
    pub json: Option<serde_json::Value>,
}

/// How a connection is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Name of the port; `port` if empty.
    pub port: String,
    /// By IPv6.
    pub ipv6: bool,
    /// With TLS.
    pub tls: Option<crate::connection::TlsChoice>,
    /// With WebSocket: path and header lines.
    pub websocket: Option<(String, String)>,
    /// It must not succeed.
    pub fails: bool,
    /// Nothing is read or sent by itself.
    pub raw: bool,
}

/// A request to the monitoring and what it must answer.
#[derive(Clone, Debug)]
pub struct Http {
    /// `PATH` or `METHOD PATH`.
    pub request: String,
    /// Expected status.
    pub status: u16,
    /// Expected body.
    pub body: Body,
    /// Expected headers.
    pub headers: Vec<(String, Template)>,
    /// Whether the monitoring speaks TLS.
    pub tls: bool,
}

/// What the body of an answer must be.
#[derive(Clone, Debug)]
pub enum Body {
    /// Anything.
    Any,
    /// JSON with at least these fields.
    Json(serde_json::Value),
    /// A line of it contains this text.
    Text(Template),
}
