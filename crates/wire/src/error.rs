//! What a peer can do wrong on the wire.

use thiserror::Error;

/// The peer broke the protocol. Every kind is the peer's fault; nothing here is ours or the disk's.
///
/// The texts below are for logs. What is sent back as `-ERR`, and whether the connection closes, is
/// decided in `session`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes begin no operation of this protocol. Raised at the first byte that fits none.
    #[error("unknown protocol operation")]
    UnknownOp,

    /// The arguments of a control line are longer than allowed. `len` is what was seen so far: the
    /// line need not have ended.
    #[error("control line of {len} bytes or more, {max} are allowed")]
    ControlLineTooLong {
        /// Bytes of arguments seen.
        len: usize,
        /// [`Limits::max_control_line`](crate::Limits::max_control_line).
        max: usize,
    },

    /// The operation `op` doesn't take this number of arguments.
    #[error("{op} doesn't take {count} arguments")]
    WrongArgs {
        /// The verb, in capitals.
        op: &'static str,
        /// How many arguments were given; anything above the largest allowed number counts as one more.
        count: usize,
    },

    /// A size is empty, has a sign, has a byte that is no digit, or has more than nine digits.
    #[error("{op} with a size that is not a number of at most nine digits")]
    BadSize {
        /// The verb, in capitals.
        op: &'static str,
    },

    /// A CR stands inside the subject or the reply of a publish. The reference lets it through; receivers that end a line there don't.
    #[error("{op} with a CR inside a subject")]
    CrInside {
        /// The verb, in capitals.
        op: &'static str,
    },

    /// The header block is said to be longer than header block and body together.
    #[error("header of {header} bytes in a message of {total}")]
    HeaderLargerThanTotal {
        /// Announced length of the header block.
        header: usize,
        /// Announced length of header block and body.
        total: usize,
    },

    /// A message is larger than allowed. Raised before its payload has arrived.
    #[error("payload of {len} bytes, {max} are allowed")]
    PayloadTooLarge {
        /// Announced length of header block and body.
        len: usize,
        /// [`Limits::max_payload`](crate::Limits::max_payload).
        max: usize,
    },

    /// A payload isn't followed by CR LF where its announced length ends.
    #[error("payload isn't followed by CRLF after {len} bytes")]
    PayloadNotTerminated {
        /// Announced length of header block and body.
        len: usize,
    },

    /// The JSON of an INFO or CONNECT can't be read.
    #[error("bad JSON in {op} at column {column}: {reason}")]
    BadJson {
        /// `INFO` or `CONNECT`.
        op: &'static str,
        /// Where in the JSON, counted from one.
        column: usize,
        /// What the JSON reader says.
        reason: String,
    },

    /// A header block doesn't follow its grammar.
    #[error("malformed header block at byte {at}")]
    BadHeaders {
        /// Offset of the line at fault in the block.
        at: usize,
    },
}
