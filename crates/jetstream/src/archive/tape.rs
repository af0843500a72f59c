//! The archives of servers before 2.15: their folder as a tape (tar), of which we read what tells about the stream.
//!
//! `meta.inf` is the configuration and comes first; `msgs/<n>.blk` has messages and may be long, so it is read record by record;
//! `msgs/index.db`, and for each consumer `obs/<name>/meta.inf` and `obs/<name>/o.dat`, are taken as a whole. Everything else
//! (checksums, times to live, schedules) says nothing that these don't. A tape ends with blocks of zeros.

use super::hash::Summer;
use super::index::Index;
use super::{Fault, Head, Part, TEXT_MAX, block, places};
use crate::time::Time;
use serde::Deserialize;
use serde_json::{Value, json};

/// Sizes of files are rounded up to it.
const UNIT: usize = 512;
/// Where the first file says that this is a tape.
const MAGIC: (usize, &[u8]) = (257, b"ustar");
const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const SUM: std::ops::Range<usize> = 148..156;
const KIND: usize = 156;
const PREFIX: std::ops::Range<usize> = 345..500;
/// Kinds: what says more about the next file, the same about all files, a file, a file of the oldest tapes.
const EXTENDED: u8 = b'x';
const GLOBAL: u8 = b'g';
const FILE: [u8; 2] = [b'0', 0];
/// Longest index that is taken as a whole.
const INDEX_MAX: u64 = 32 << 20;

/// Reads a tape.
#[derive(Debug, Default)]
pub(super) struct Tape {
    /// The stream's name, from its configuration.
    stream: Option<String>,
    /// The file we are in.
    file: Option<File>,
    /// What the next file is called, and how long it is, if its header has no room for it.
    longer: (Option<String>, Option<u64>),
}

#[derive(Debug)]
struct File {
    name: String,
    what: What,
    /// Bytes that are still to come, and what fills the last unit after them.
    left: u64,
    padding: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    /// More about the next file.
    Extended,
    Meta,
    Block(Summer),
    Index(Summer),
    Consumer(String),
    State(String),
    /// The server couldn't go on.
    Errors,
    Other,
}

/// What one look gave.
pub(super) enum Step<'a> {
    /// A part; [`Tape::used`] hears when it was used.
    Part(Part<'a>, usize),
    /// These bytes are done with.
    Skip(usize),
    /// It isn't whole yet.
    Wait,
}

/// Whether these bytes begin a tape. `None`: there aren't enough yet.
pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
    let magic = bytes.get(MAGIC.0..MAGIC.0 + MAGIC.1.len())?;
    Some(magic == MAGIC.1)
}

impl Tape {
    /// Looks at what is next.
    pub(super) fn step<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Fault> {
        let Some(file) = &mut self.file else {
            return self.header(bytes);
        };
        let (left, padding) = (within(file.left), within(file.padding));
        if left == 0 {
            if bytes.len() < padding {
                return Ok(Step::Wait);
            }
            self.file = None;
            return Ok(Step::Skip(padding));
        }
        if let What::Block(summer) = &file.what {
            let record = block::record(bytes, file.left, summer);
            let record = record.ok_or_else(|| Fault::File(file.name.clone()))?;
            return Ok(record.map_or(Step::Wait, |(part, len)| Step::Part(part, len)));
        }
        if file.what == What::Other && !bytes.is_empty() {
            let skipped = left.min(bytes.len());
            file.left -= skipped as u64;
            return Ok(Step::Skip(skipped));
        }
        let Some(body) = bytes.get(..left) else {
            return Ok(Step::Wait);
        };
        match self.whole(body)? {
            Some(part) => Ok(Step::Part(part, left)),
            None => {
                self.used(left);
                Ok(Step::Skip(left))
            }
        }
    }

    /// A part of this size was used.
    pub(super) fn used(&mut self, size: usize) {
        if let Some(file) = &mut self.file {
            file.left = file.left.saturating_sub(size as u64);
        }
    }

    /// A file that is taken as a whole.
    fn whole<'a>(&mut self, body: &'a [u8]) -> Result<Option<Part<'a>>, Fault> {
        Ok(match self.file.as_ref().map(|file| &file.what) {
            Some(What::Extended) => {
                self.longer = extended(body).ok_or(Fault::Invalid)?;
                None
            }
            Some(What::Meta) => {
                let meta: Meta = serde_json::from_slice(body)?;
                self.stream = Some(meta.name.clone());
                Some(Part::Head(Head {
                    name: Some(meta.name),
                    created: Some(meta.created.0),
                    ..Head::default()
                }))
            }
            Some(What::Index(summer)) => Some(Part::Index(Index::read(body, summer)?)),
            Some(What::Consumer(name)) => {
                let config: Value = serde_json::from_slice(body)?;
                let created = config["Created"].as_str().and_then(Time::parse);
                let value = json!({"config": config, "created": created.map(|time| time.0)});
                Some(Part::Consumer(name.clone(), value))
            }
            Some(What::State(name)) => {
                let state = places::read(body).ok_or_else(|| Fault::State(name.clone()))?;
                Some(Part::Consumer(name.clone(), json!({"state": state})))
            }
            Some(What::Errors) => {
                return Err(Fault::Told(String::from_utf8_lossy(body).into_owned()));
            }
            _ => None,
        })
    }

    /// What stands before a file.
    fn header<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Fault> {
        let Some(head) = bytes.first_chunk::<UNIT>() else {
            return Ok(Step::Wait);
        };
        if head.iter().all(|byte| *byte == 0) {
            return Ok(Step::Part(Part::End, UNIT));
        }
        let sum = |(at, byte): (usize, &u8)| match SUM.contains(&at) {
            true => u64::from(b' '),
            false => u64::from(*byte),
        };
        if octal(&head[SUM]) != Some(head.iter().enumerate().map(sum).sum()) {
            return Err(Fault::Invalid);
        }
        let (name, size) = std::mem::take(&mut self.longer);
        let size = size.or_else(|| octal(&head[SIZE])).ok_or(Fault::Invalid)?;
        let name = name.unwrap_or_else(|| name_of(head));
        let what = match head[KIND] {
            EXTENDED => What::Extended,
            GLOBAL => What::Other,
            kind if FILE.contains(&kind) => self.what(&name)?,
            _ => return Err(Fault::Content),
        };
        let what = what.bounded(&name, size)?;
        self.file = Some(File {
            name,
            what,
            left: size,
            padding: size.wrapping_neg() % UNIT as u64,
        });
        Ok(Step::Skip(UNIT))
    }

    /// What a file is by its name.
    fn what(&self, name: &str) -> Result<What, Fault> {
        let parts: Vec<&str> = name.split('/').collect();
        if parts.contains(&"..") {
            return Err(Fault::Content);
        }
        let stream = || self.stream.as_deref().ok_or(Fault::Invalid);
        Ok(match *parts {
            ["meta.inf"] => What::Meta,
            ["errors.txt"] => What::Errors,
            ["msgs", "index.db"] => What::Index(Summer::of(stream()?)),
            ["msgs", file] if file.ends_with(".idx") => return Err(Fault::TooOld),
            ["msgs", file] => match file.strip_suffix(".blk") {
                Some(number) => What::Block(Summer::of(&format!("{}-{number}", stream()?))),
                None => What::Other,
            },
            ["obs", name, "meta.inf"] => What::Consumer(name.to_owned()),
            ["obs", name, "o.dat"] => What::State(name.to_owned()),
            _ => What::Other,
        })
    }
}

impl What {
    /// What it is when its size is looked at as well.
    fn bounded(self, name: &str, size: u64) -> Result<Self, Fault> {
        match self {
            Self::Block(_) | Self::Other => Ok(self),
            // The blocks say nearly all of it as well.
            Self::Index(_) if size > INDEX_MAX => Ok(Self::Other),
            // A consumer that did nothing yet may have written nothing.
            Self::State(_) if size == 0 => Ok(Self::Other),
            _ if size == 0 => Err(Fault::File(name.to_owned())),
            _ if size > TEXT_MAX => Err(Fault::TooLong("a file")),
            _ => Ok(self),
        }
    }
}

#[derive(Deserialize)]
struct Meta {
    name: String,
    #[serde(rename = "Created", default)]
    created: Time,
}

fn within(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// A field's text, up to its first zero.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn name_of(head: &[u8; UNIT]) -> String {
    let (prefix, name) = (text(&head[PREFIX]), text(&head[NAME]));
    let parts: &[&[u8]] = if prefix.is_empty() {
        &[name]
    } else {
        &[prefix, name]
    };
    String::from_utf8_lossy(&parts.join(&b'/')).into_owned()
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text(field)).ok()?.trim_matches(' ');
    u64::from_str_radix(digits, 8).ok()
}

/// Path and size out of `length key=value\n`, as often as there is one.
fn extended(mut body: &[u8]) -> Option<(Option<String>, Option<u64>)> {
    let (mut path, mut size) = (None, None);
    while !body.is_empty() {
        let digits = body.iter().position(|byte| *byte == b' ')?;
        let len: usize = std::str::from_utf8(&body[..digits]).ok()?.parse().ok()?;
        let record = body.get(digits + 1..len)?.strip_suffix(b"\n")?;
        body = &body[len..];
        let (key, value) = std::str::from_utf8(record).ok()?.split_once('=')?;
        match key {
            "path" => path = Some(value.to_owned()),
            "size" => size = Some(value.parse().ok()?),
            _ => {}
        }
    }
    Some((path, size))
}
