//! How values stand in lines and refusals: as the reference prints them.

use crate::grammar::show_duration;
use crate::options::{Port, Secret, SyncInterval, WriteTimeout};
use std::fmt;
use std::path::PathBuf;

#[allow(clippy::needless_pass_by_value, reason = "takes what a field gives")]
pub(super) fn plain(value: impl ToString) -> String {
    value.to_string()
}

pub(super) fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

pub(super) fn secret(value: &Option<Secret>) -> String {
    value
        .as_ref()
        .map_or_else(String::new, |secret| format!("{secret:?}"))
}

pub(super) fn number(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "0".into(), |value| value.to_string())
}

pub(super) fn listener(value: Option<(&String, Option<Port>)>) -> String {
    value.map_or_else(String::new, |(host, port)| {
        format!("{host}:{}", number(port))
    })
}

/// Whole blocks show their secrets masked.
pub(super) fn debug<T: fmt::Debug>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| format!("{value:?}"))
}

pub(super) fn path(value: &Option<PathBuf>) -> String {
    value
        .as_ref()
        .map_or_else(String::new, |path| path.display().to_string())
}

pub(super) fn write_timeout(value: WriteTimeout) -> String {
    match value {
        WriteTimeout::Default => "",
        WriteTimeout::Close => "close",
        WriteTimeout::Retry => "retry",
    }
    .into()
}

pub(super) fn sync_interval(value: Option<SyncInterval>) -> String {
    match value {
        None => "default".into(),
        Some(SyncInterval::Always) => "always".into(),
        Some(SyncInterval::Every(time)) => show_duration(time),
    }
}

/// `512 B`, `1.91 MB`: steps of 1024, two digits.
pub(super) fn size(bytes: Option<u64>) -> String {
    let bytes = bytes.unwrap_or(0);
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut size, mut unit) = (bytes as f64 / 1024.0, 0);
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.2} {}", UNITS[unit])
}
