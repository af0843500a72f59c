//! From a value of the tree to a typed field: the few kinds of values which directives have.

use super::{Port, Secret};
use crate::error::Finding;
use crate::grammar::{Data, Map, Source, Value, parse_duration};
use std::path::PathBuf;
use std::time::Duration;

/// A field's value, or what is wrong with it.
pub(super) type Read<T> = Result<T, Finding>;

/// Collects what is found while blocks are read, so that all of it can be told at once.
pub(super) struct Reader<'s> {
    pub(super) source: &'s dyn Source,
    pub(super) errors: Vec<Finding>,
    pub(super) warnings: Vec<Finding>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s dyn Source) -> Self {
        Self {
            source,
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Reads each entry of a block in the order of the file; an error spoils its own entry alone.
    pub(super) fn each<'v>(
        &mut self,
        map: &'v Map,
        mut read: impl FnMut(&mut Self, &Field<'v>) -> Read<()>,
    ) {
        let mut fields: Vec<_> = map
            .iter()
            .map(|(key, value)| Field::new(key, value))
            .collect();
        fields.sort_by_key(|field| (field.value.at.line, field.value.at.column));
        for field in &fields {
            if let Err(error) = read(self, field) {
                self.errors.push(error);
            }
        }
    }

    /// As [`Reader::each`], for a field which has to be a block.
    pub(super) fn block<'v>(
        &mut self,
        field: &Field<'v>,
        read: impl FnMut(&mut Self, &Field<'v>) -> Read<()>,
    ) -> Read<()> {
        self.each(field.map()?, read);
        Ok(())
    }

    pub(super) fn warn(&mut self, field: &Field<'_>, text: &str) {
        let text = format!("invalid use of field {:?}: {text}", field.key);
        self.warnings.push(Finding::at(&field.value.at, text));
    }

    /// A duration; a plain number is seconds, and old-fashioned.
    pub(super) fn duration(&mut self, field: &Field<'_>) -> Read<Duration> {
        if let Data::Integer(seconds) = field.value.data {
            self.warn(
                field,
                &format!("{} should be converted to a duration", field.name),
            );
            return match u64::try_from(seconds) {
                Ok(seconds) => Ok(Duration::from_secs(seconds)),
                Err(_) => field.fail(format!("{} can not be negative", field.name)),
            };
        }
        field.duration()
    }

    /// A timeout: seconds, also with a fraction, or a duration.
    pub(super) fn timeout(&self, field: &Field<'_>) -> Read<Duration> {
        let seconds = match &field.value.data {
            Data::Integer(seconds) => *seconds as f64,
            Data::Float(seconds) => *seconds,
            _ => return field.duration(),
        };
        Duration::try_from_secs_f64(seconds).or_else(|_| {
            field.fail(format!(
                "{} of {seconds} seconds is out of range",
                field.name
            ))
        })
    }
}

/// One entry of a block.
pub(super) struct Field<'v> {
    /// The key as written.
    pub(super) key: &'v str,
    /// The key in lower case: the directive.
    pub(super) name: String,
    pub(super) value: &'v Value,
}

impl<'v> Field<'v> {
    pub(super) fn new(key: &'v str, value: &'v Value) -> Self {
        Self {
            key,
            name: key.to_ascii_lowercase(),
            value,
        }
    }

    // -- refusals

    pub(super) fn fail<T>(&self, text: impl Into<String>) -> Read<T> {
        Err(Finding::at(&self.value.at, text))
    }

    pub(super) fn expected<T>(&self, want: &str) -> Read<T> {
        self.fail(format!(
            "{:?}: expected {want}, got {}",
            self.key,
            self.value.data.kind()
        ))
    }

    /// A key nobody knows: an error, unless it is there for `$key` to name it.
    pub(super) fn unknown(&self) -> Read<()> {
        if self.value.used {
            Ok(())
        } else {
            self.fail(format!("unknown field {:?}", self.key))
        }
    }

    /// A directive of the reference that we don't serve yet. `path` is its place, with dots.
    pub(super) fn later(&self, path: &str) -> Read<()> {
        self.fail(format!("not supported yet: {path}"))
    }

    /// As [`Field::later`], but saying nothing or no to it is fine.
    pub(super) fn later_unless_empty(&self, path: &str) -> Read<()> {
        match &self.value.data {
            Data::List(list) if list.is_empty() => Ok(()),
            Data::Map(map) if map.is_empty() => Ok(()),
            Data::Text(text) if text.is_empty() => Ok(()),
            Data::Bool(false) => Ok(()),
            _ => self.later(path),
        }
    }

    // -- plain values

    pub(super) fn bool(&self) -> Read<bool> {
        match self.value.data {
            Data::Bool(truth) => Ok(truth),
            _ => self.expected("a boolean"),
        }
    }

    pub(super) fn str(&self) -> Read<&'v str> {
        match &self.value.data {
            Data::Text(text) => Ok(text),
            _ => self.expected("a string"),
        }
    }

    /// A string; the empty one says nothing.
    pub(super) fn text(&self) -> Read<Option<String>> {
        Ok(Some(self.str()?.to_owned()).filter(|text| !text.is_empty()))
    }

    pub(super) fn secret(&self) -> Read<Option<Secret>> {
        Ok(self.text()?.map(Secret::from))
    }

    pub(super) fn path(&self) -> Read<Option<PathBuf>> {
        Ok(self.text()?.map(PathBuf::from))
    }

    pub(super) fn integer(&self) -> Read<i64> {
        match self.value.data {
            Data::Integer(number) => Ok(number),
            _ => self.expected("an integer"),
        }
    }

    /// A number where nothing and less than nothing mean "no limit".
    pub(super) fn limit(&self) -> Read<Option<u64>> {
        Ok(u64::try_from(self.integer()?)
            .ok()
            .filter(|&number| number > 0))
    }

    /// A number where less than nothing means "no limit", and nothing means none.
    pub(super) fn limit_or_none(&self) -> Read<Option<u64>> {
        Ok(u64::try_from(self.integer()?).ok())
    }

    /// A size where 0 stands for the default.
    pub(super) fn size(&self, max: i64) -> Read<Option<u64>> {
        match self.integer()? {
            0 => Ok(None),
            number if number > max => self.fail(format!("{} value is too big", self.name)),
            number => match u64::try_from(number) {
                Ok(number) => Ok(Some(number)),
                Err(_) => self.fail(format!("{} value can not be negative", self.name)),
            },
        }
    }

    /// As [`Field::size`], for a field of 32 bits.
    pub(super) fn size32(&self) -> Read<Option<u32>> {
        let size = self.size(i64::from(i32::MAX))?;
        Ok(size.and_then(|size| u32::try_from(size).ok()))
    }

    pub(super) fn duration(&self) -> Read<Duration> {
        match &self.value.data {
            Data::Text(text) => parse_duration(text)
                .or_else(|why| self.fail(format!("error parsing {}: {why}", self.name))),
            _ => self.expected("a duration such as \"2m\""),
        }
    }

    // -- addresses

    /// A port; 0 says nothing.
    pub(super) fn port(&self) -> Read<Option<Port>> {
        self.as_port(self.integer()?)
    }

    fn as_port(&self, number: i64) -> Read<Option<Port>> {
        match (number, u16::try_from(number)) {
            (0, _) => Ok(None),
            (-1, _) => Ok(Some(Port::Random)),
            (_, Ok(port)) => Ok(Some(Port::Fixed(port))),
            _ => self.fail(format!(
                "invalid port {number}: -1 (random) and 1 to 65535 can be listened on"
            )),
        }
    }

    /// `port`, `"host:port"` or `":port"`. The host is empty where only a port is said.
    pub(super) fn listen(&self) -> Read<(String, Option<Port>)> {
        let text = match &self.value.data {
            Data::Integer(number) => return Ok((String::new(), self.as_port(*number)?)),
            Data::Text(text) => text,
            _ => return self.expected("port or host:port"),
        };
        let Some((host, port)) = split_address(text) else {
            return self.fail(format!("could not parse address string {text:?}"));
        };
        match port.parse() {
            Ok(number) => Ok((host.to_owned(), self.as_port(number)?)),
            Err(_) => self.fail(format!("could not parse port {port:?}")),
        }
    }

    // -- values of several parts

    pub(super) fn map(&self) -> Read<&'v Map> {
        match &self.value.data {
            Data::Map(map) => Ok(map),
            _ => self.expected("a map"),
        }
    }

    pub(super) fn list(&self) -> Read<&'v [Value]> {
        match &self.value.data {
            Data::List(list) => Ok(list),
            _ => self.expected("a list"),
        }
    }

    /// The items of a list, as if each had this field's key; one value alone is a list of itself.
    pub(super) fn items(&self) -> Vec<Field<'v>> {
        let item = |value| Field {
            key: self.key,
            name: self.name.clone(),
            value,
        };
        match &self.value.data {
            Data::List(list) => list.iter().map(item).collect(),
            _ => vec![item(self.value)],
        }
    }

    /// A string, or a list of strings.
    pub(super) fn texts(&self) -> Read<Vec<String>> {
        self.items()
            .iter()
            .map(|item| item.str().map(str::to_owned))
            .collect()
    }
}

/// `host:port` or `[v6]:port`.
pub(crate) fn split_address(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(host) => Some((host, port)),
        None if host.contains(':') => None,
        None => Some((host, port)),
    }
}
