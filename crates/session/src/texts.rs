//! The texts a client sees: faults to `-ERR`, and the reasons of a close as monitoring names them.

use midge_wire::Error;
use std::fmt;

/// Why a connection was closed. `Display` is the text in `/connz?state=closed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client went away.
    ClientClosed = 1,
    /// No CONNECT in time.
    AuthenticationTimeout,
    /// Wrong credentials.
    AuthenticationViolation,
    /// The TLS handshake failed.
    TlsHandshake,
    /// More than `max_pending` bytes waited.
    SlowConsumerPendingBytes,
    /// A write didn't get through within `write_deadline`.
    SlowConsumerWriteDeadline,
    /// The socket failed on writing.
    WriteError,
    /// The socket failed on reading.
    ReadError,
    /// Bytes that can't be understood.
    UnknownOperation,
    /// Too many PINGs without PONG.
    StaleConnection,
    /// A rule of the protocol was broken.
    ProtocolViolation,
    /// CONNECT with an unknown protocol number.
    BadClientProtocolVersion,
    /// The account has its maximum of connections.
    MaxAccountConnectionsExceeded,
    /// The server has its maximum of connections.
    MaxConnectionsExceeded,
    /// A message was larger than allowed.
    MaxPayloadExceeded,
    /// A control line was longer than allowed.
    MaxControlLineExceeded,
    /// The server stops.
    ServerShutdown,
    /// A reload took the user's rights away.
    AuthenticationRevoked,
    /// The account is gone.
    MissingAccount,
    /// HPUB without header support.
    MsgHeaderViolation,
    /// `no_responders` without `headers`.
    NoRespondersRequiresHeaders,
    /// An operator closed it.
    Kicked,
    /// The server made a mistake on its behalf; see the log.
    InternalError,
    /// It held the most of all while the server held `max_memory` bytes, in messages that it didn't read.
    SlowConsumerMemory,
    /// The same in anything else, or there was no memory for it when it came.
    MemoryExceeded,
}

impl CloseReason {
    const ALL: [Self; 25] = [
        Self::ClientClosed,
        Self::AuthenticationTimeout,
        Self::AuthenticationViolation,
        Self::TlsHandshake,
        Self::SlowConsumerPendingBytes,
        Self::SlowConsumerWriteDeadline,
        Self::WriteError,
        Self::ReadError,
        Self::UnknownOperation,
        Self::StaleConnection,
        Self::ProtocolViolation,
        Self::BadClientProtocolVersion,
        Self::MaxAccountConnectionsExceeded,
        Self::MaxConnectionsExceeded,
        Self::MaxPayloadExceeded,
        Self::MaxControlLineExceeded,
        Self::ServerShutdown,
        Self::AuthenticationRevoked,
        Self::MissingAccount,
        Self::MsgHeaderViolation,
        Self::NoRespondersRequiresHeaders,
        Self::Kicked,
        Self::InternalError,
        Self::SlowConsumerMemory,
        Self::MemoryExceeded,
    ];

    /// The reason as one byte, never zero; for atomics.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The reason of a byte that [`CloseReason::code`] gave.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The `-ERR` a client gets before the close, if it gets one.
    #[must_use]
    pub fn farewell(self) -> Option<&'static str> {
        Some(match self {
            Self::AuthenticationTimeout => "Authentication Timeout",
            Self::AuthenticationViolation => "Authorization Violation",
            Self::StaleConnection => "Stale Connection",
            Self::UnknownOperation => "Unknown Protocol Operation",
            Self::BadClientProtocolVersion => "invalid client protocol",
            Self::MaxAccountConnectionsExceeded => "maximum account active connections exceeded",
            Self::MaxConnectionsExceeded => "maximum connections exceeded",
            Self::MaxPayloadExceeded => "Maximum Payload Violation",
            Self::MaxControlLineExceeded => "maximum control line exceeded",
            Self::NoRespondersRequiresHeaders => "no responders requires headers support",
            Self::MemoryExceeded => "maximum memory exceeded",
            _ => return None,
        })
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientClosed => "Client Closed",
            Self::AuthenticationTimeout => "Authentication Timeout",
            Self::AuthenticationViolation => "Authentication Failure",
            Self::TlsHandshake => "TLS Handshake Failure",
            Self::SlowConsumerPendingBytes => "Slow Consumer (Pending Bytes)",
            Self::SlowConsumerWriteDeadline => "Slow Consumer (Write Deadline)",
            Self::WriteError => "Write Error",
            Self::ReadError => "Read Error",
            Self::StaleConnection => "Stale Connection",
            Self::UnknownOperation | Self::ProtocolViolation => "Protocol Violation",
            Self::BadClientProtocolVersion => "Bad Client Protocol Version",
            Self::MaxAccountConnectionsExceeded => "Maximum Account Connections Exceeded",
            Self::MaxConnectionsExceeded => "Maximum Connections Exceeded",
            Self::MaxPayloadExceeded => "Maximum Message Payload Exceeded",
            Self::MaxControlLineExceeded => "Maximum Control Line Exceeded",
            Self::ServerShutdown => "Server Shutdown",
            Self::AuthenticationRevoked => "Credentials Revoked",
            Self::MissingAccount => "Missing Account",
            Self::MsgHeaderViolation => "Message Header Violation",
            Self::NoRespondersRequiresHeaders => "No Responders Requires Headers",
            Self::Kicked => "Kicked",
            Self::InternalError => "Internal Error",
            Self::SlowConsumerMemory => "Slow Consumer (Memory)",
            Self::MemoryExceeded => "Maximum Memory Exceeded",
        })
    }
}

/// How a fault on the wire ends the connection. Only an operation that can't be read at all and a
/// broken limit are answered; wrong arguments close in silence, as with the reference.
pub(crate) fn reason_of(error: &Error) -> CloseReason {
    match error {
        Error::UnknownOp | Error::PayloadNotTerminated { .. } => CloseReason::UnknownOperation,
        Error::ControlLineTooLong { .. } => CloseReason::MaxControlLineExceeded,
        Error::PayloadTooLarge { .. } => CloseReason::MaxPayloadExceeded,
        _ => CloseReason::ProtocolViolation,
    }
}

/// Texts of faults that leave the connection open.
pub(crate) mod answers {
    use std::borrow::Cow;

    pub(crate) const INVALID_SUBJECT: &str = "Invalid Subject";
    pub(crate) const INVALID_PUBLISH_SUBJECT: &str = "Invalid Publish Subject";
    pub(crate) const TOO_MANY_SUBSCRIPTIONS: &str = "maximum subscriptions exceeded";

    pub(crate) fn publish_denied(subject: &[u8]) -> String {
        format!(
            "Permissions Violation for Publish to \"{}\"",
            lossy(subject)
        )
    }

    pub(crate) fn reply_denied(reply: &[u8]) -> String {
        format!(
            "Permissions Violation for Publish with Reply of \"{}\"",
            lossy(reply)
        )
    }

    pub(crate) fn subscribe_denied(subject: &[u8], queue: Option<&[u8]>) -> String {
        match queue {
            None => format!(
                "Permissions Violation for Subscription to \"{}\"",
                lossy(subject)
            ),
            Some(queue) => {
                let (subject, queue) = (lossy(subject), lossy(queue));
                format!(
                    "Permissions Violation for Subscription to \"{subject}\" using queue \"{queue}\""
                )
            }
        }
    }

    pub(crate) fn subscription_revoked(subject: &[u8], sid: &[u8]) -> String {
        format!(
            "Permissions Violation for Subscription to \"{}\" (sid \"{}\")",
            lossy(subject),
            lossy(sid)
        )
    }

    pub(crate) fn too_many_tokens(subject: &[u8]) -> String {
        format!(
            "Permissions Violation for Subscription to \"{}\", too many tokens",
            lossy(subject)
        )
    }

    fn lossy(bytes: &[u8]) -> Cow<'_, str> {
        String::from_utf8_lossy(bytes)
    }
}
