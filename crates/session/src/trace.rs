//! Protocol trace lines in the reference's form, with secrets taken out.

use crate::settings::Tracing;
use midge_wire::{ClientFrame, Error};
use std::borrow::Cow;

/// Keys of CONNECT whose values never reach a log.
const SECRET_KEYS: [&str; 3] = ["pass", "auth_token", "sig"];

/// `<<- [OP args]` for a frame that arrived; `input` begins with it.
pub(crate) fn arrived(label: &str, frame: &ClientFrame<'_>, input: &[u8], tracing: Tracing) {
    let line = input
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
    let shown = match frame {
        ClientFrame::Connect(_) => redacted(&line),
        _ => line,
    };
    tracing::trace!("{label} - <<- [{shown}]");
    if let ClientFrame::Pub(publish) = frame {
        payload(label, publish.header_block(), publish.payload, tracing);
    }
}

/// `->> [OP args]` for a line that leaves.
pub(crate) fn leaves(label: &str, line: &str) {
    tracing::trace!("{label} - ->> [{line}]");
}

/// The log line of a fault on the wire, with the arguments at fault.
pub(crate) fn fault(label: &str, error: &Error, input: &[u8]) {
    let step = match error {
        Error::WrongArgs { op: "PUB", .. }
        | Error::BadSize { op: "PUB" }
        | Error::CrInside { op: "PUB" } => "processPub",
        Error::WrongArgs { op: "HPUB", .. }
        | Error::BadSize { op: "HPUB" }
        | Error::CrInside { op: "HPUB" } => "processHeaderPub",
        Error::WrongArgs { op: "SUB", .. } => "processSub",
        Error::WrongArgs { op: "UNSUB", .. } | Error::BadSize { op: "UNSUB" } => "processUnsub",
        _ => return tracing::error!("{label} - {error}"),
    };
    let line = input
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let args = line
        .trim()
        .split_once([' ', '\t'])
        .map_or("", |(_, args)| args);
    tracing::error!("{label} - {step} Parse Error: {args:?}");
}

fn payload(label: &str, headers: &[u8], payload: &[u8], tracing: Tracing) {
    let shown = if tracing.headers_only {
        headers
    } else {
        payload
    };
    if shown.is_empty() && tracing.headers_only {
        return;
    }
    let max = tracing.max_len.unwrap_or(usize::MAX);
    let dots = if shown.len() > max { "..." } else { "" };
    let text = String::from_utf8_lossy(&shown[..shown.len().min(max)]).into_owned() + dots;
    tracing::trace!("{label} - <<- MSG_PAYLOAD: [{text:?}]");
}

/// Replaces the values of [`SECRET_KEYS`] in a JSON line, however it is spaced.
fn redacted(line: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(line);
    for key in SECRET_KEYS {
        let quoted = format!("\"{key}\"");
        let mut from = 0;
        while let Some((start, end)) = value_after(&text, &quoted, from) {
            text.to_mut().replace_range(start..end, "[REDACTED]");
            from = start;
        }
    }
    text
}

/// The range of the string value that follows the next `key` at or after `from`.
fn value_after(text: &str, key: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let after = at + text.get(at..)?.find(key)? + key.len();
        let rest = text[after..].trim_start();
        if let Some(value) = rest
            .strip_prefix(':')
            .map(str::trim_start)
            .and_then(|rest| rest.strip_prefix('"'))
        {
            let start = text.len() - value.len();
            let escaped = |at: usize| {
                value[..at]
                    .bytes()
                    .rev()
                    .take_while(|&byte| byte == b'\\')
                    .count()
                    % 2
                    == 1
            };
            let len = value
                .match_indices('"')
                .map(|(at, _)| at)
                .find(|&at| !escaped(at))
                .unwrap_or(value.len());
            return Some((start, start + len));
        }
        at = after;
    }
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn secrets_are_taken_out_of_a_traced_connect() {
        let check = |line: &str, expected: &str| assert_eq!(redacted(line), expected);
        check(
            r#"CONNECT {"user":"a","pass":"b"}"#,
            r#"CONNECT {"user":"a","pass":"[REDACTED]"}"#,
        );
        check(
            r#"CONNECT {"pass" : "b\"c","x":1}"#,
            r#"CONNECT {"pass" : "[REDACTED]","x":1}"#,
        );
        check(
            r#"CONNECT {"auth_token":"t","pass":"p"}"#,
            r#"CONNECT {"auth_token":"[REDACTED]","pass":"[REDACTED]"}"#,
        );
        check(
            r#"CONNECT {"pass":"unfinished"#,
            r#"CONNECT {"pass":"[REDACTED]"#,
        );
        check(r#"CONNECT {"name":"pass"}"#, r#"CONNECT {"name":"pass"}"#);
    }
}
