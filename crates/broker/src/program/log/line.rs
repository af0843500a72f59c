//! One event as one line: its message, then its fields as `name=value`.
//!
//! Clients choose names and subjects, so nothing in a line may look like the start of another one, or steer a terminal: control characters
//! are written as escapes. A value is quoted if it would otherwise not be told from what stands beside it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::{self, Write as _};
use tracing::Event;
use tracing::field::{Field, Visit};

/// What stands before the text of a line.
#[derive(Clone, Copy, Default)]
pub(super) struct Layout {
    /// The time.
    pub(super) time: bool,
    /// In UTC instead of local time.
    pub(super) utc: bool,
    /// The level in colours, for a terminal.
    pub(super) colors: bool,
}

impl Layout {
    /// The whole line, with its end.
    pub(super) fn line(self, level: &str, text: &str) -> String {
        let mut line = format!("[{}] ", std::process::id());
        if self.time {
            let zone = match self.utc {
                true => TimeZone::UTC,
                false => TimeZone::system(),
            };
            let now = Timestamp::now().to_zoned(zone);
            let _ = write!(line, "{} ", now.strftime("%Y/%m/%d %H:%M:%S.%6f"));
        }
        let _ = match self.colors {
            true => writeln!(line, "[\x1b[{}m{level}\x1b[0m] {text}", color(level)),
            false => writeln!(line, "[{level}] {text}"),
        };
        line
    }
}

/// The reference's colours.
fn color(level: &str) -> &'static str {
    match level {
        "INF" => "32",
        "DBG" => "36",
        "WRN" => "0;93",
        "TRC" => "33",
        _ => "31",
    }
}

/// What an event says.
#[derive(Default)]
pub(super) struct Content {
    message: String,
    /// ` name=value` for each field, in the order of the call.
    fields: String,
}

impl Content {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let mut content = Self::default();
        event.record(&mut content);
        content
    }

    pub(super) fn text(self) -> String {
        self.message + &self.fields
    }

    fn field(&mut self, name: &str, value: &str) {
        let _ = write!(self.fields, " {name}=");
        if !needs_quotes(value) {
            return self.fields.push_str(value);
        }
        self.fields.push('"');
        for char in value.chars() {
            match char {
                '"' | '\\' => self.fields.extend(['\\', char]),
                char => push_shown(&mut self.fields, char),
            }
        }
        self.fields.push('"');
    }
}

impl Visit for Content {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value
                .chars()
                .for_each(|char| push_shown(&mut self.message, char)),
            name => self.field(name, value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

fn needs_quotes(value: &str) -> bool {
    let stands_out =
        |char: char| !char.is_whitespace() && !char.is_control() && !"\"\\=".contains(char);
    value.is_empty() || !value.chars().all(stands_out)
}

fn push_shown(text: &mut String, char: char) {
    match char.is_control() {
        true => text.extend(char.escape_default()),
        false => text.push(char),
    }
}
