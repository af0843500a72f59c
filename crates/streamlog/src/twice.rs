//! Small files that exist twice: written aside, synced, renamed, one copy after the other.
//!
//! With a key the content is encrypted: the number of the cipher, then the block (`docs/streamlog.md`, "Manifest and meta").
use crate::{
    Error, Result,
    crypt::BlockKey,
    damage::{Damage, DamageKind, DamageLog},
    disk::{Disk, Work, read_all},
    record::crc,
};
use std::{borrow::Cow, io};

const HEAD: usize = 32;
const COPIES: [&str; 2] = ["a", "b"];

/// Which file it is, and what it is encrypted with.
#[derive(Clone, Copy)]
pub(crate) struct SmallFile<'a> {
    /// without which of both copies
    pub(crate) name: &'a str,
    /// how a file in clear begins, then an encrypted one, of the oldest version first
    pub(crate) magics: &'static [&'static [u8; 8]],
    pub(crate) key: Option<&'a BlockKey>,
    /// with a key: opens what was written under another one before
    pub(crate) previous: Option<&'a BlockKey>,
    /// with a key: a copy in clear counts as long as none is encrypted
    pub(crate) clear_counts: bool,
}

impl SmallFile<'_> {
    fn is_encrypted(&self) -> bool {
        self.key.is_some()
    }

    /// The content as it stands in the file.
    fn enclose<'c>(&self, generation: u64, content: &'c [u8]) -> Result<Cow<'c, [u8]>> {
        let Some(key) = self.key else {
            return Ok(content.into());
        };
        let mut out = vec![0; 1 + BlockKey::FRONT];
        out.extend_from_slice(content);
        out.resize(out.len() + BlockKey::BEHIND, 0);
        out[0] = key.cipher();
        key.seal(&context(self.magic(), generation), &mut out[1..])?;
        Ok(out.into())
    }

    /// What [`enclose`](Self::enclose) was given, and the form that the file had.
    fn disclose(&self, magic: &[u8; 8], generation: u64, stored: &[u8]) -> Option<(Vec<u8>, Form)> {
        let (cipher, block) = stored.split_first()?;
        let context = context(magic, generation);
        let newest = match magic == self.newest_magic() {
            true => Form::Encrypted,
            false => Form::Older,
        };
        let keys = [(self.key, newest), (self.previous, Form::Previous)];
        keys.into_iter()
            .find_map(|(key, form)| Some((key?.open(*cipher, &context, block)?, form)))
    }

    /// How it begins when it is written.
    fn magic(&self) -> &'static [u8; 8] {
        match self.is_encrypted() {
            true => self.newest_magic(),
            false => self.magics[0],
        }
    }

    fn newest_magic(&self) -> &'static [u8; 8] {
        self.magics[self.magics.len() - 1]
    }
}

/// A content belongs to its version and its generation: an older one can't be shown as the newest.
fn context(magic: &[u8; 8], generation: u64) -> [u8; 16] {
    let mut context = [0; 16];
    context[..8].copy_from_slice(magic);
    context[8..].copy_from_slice(&generation.to_le_bytes());
    context
}

/// Writes both copies, and makes their names durable.
pub(crate) fn write(
    disk: &dyn Disk,
    file: SmallFile<'_>,
    generation: u64,
    content: &[u8],
) -> Result<()> {
    disk.note(Work::Rename);
    let content = file.enclose(generation, content)?;
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(file.magic());
    head[8..16].copy_from_slice(&generation.to_le_bytes());
    head[16..24].copy_from_slice(&(content.len() as u64).to_le_bytes());
    let head_crc = crc(0, &head[..24]);
    head[24..28].copy_from_slice(&head_crc.to_le_bytes());
    head[28..].copy_from_slice(&crc(0, &content).to_le_bytes());
    for copy in COPIES {
        let name = file.name;
        let (path, aside) = (format!("{name}.{copy}"), format!("{name}.{copy}.new"));
        let fail = |what| move |error: io::Error| (what, error);
        (|| {
            let file = disk.create(&aside).map_err(fail("create"))?;
            file.write_at(&head, 0).map_err(fail("write"))?;
            file.write_at(&content, HEAD as u64)
                .map_err(fail("write"))?;
            file.sync().map_err(fail("sync"))?;
            disk.rename(&aside, &path).map_err(fail("rename"))?;
            disk.sync_dir().map_err(fail("sync folder of"))
        })()
        .map_err(|(what, error)| Error::io(what, &path, &error))?;
    }
    Ok(())
}

/// How a copy stands on the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Clear,
    /// under the key of before
    Previous,
    /// under the key, by an older version
    Older,
    Encrypted,
}

/// A copy that opened.
pub(crate) struct Copy {
    pub(crate) form: Form,
    pub(crate) generation: u64,
    pub(crate) content: Vec<u8>,
}

impl Copy {
    /// A copy in clear counts behind all others, and one under the previous key behind those under the key: when that was changed the new ones were newer, and
    /// what is newer under the previous key was put there.
    fn rank(&self) -> (u8, u64) {
        let by_key = match self.form {
            Form::Clear => 0,
            Form::Previous => 1,
            Form::Older | Form::Encrypted => 2,
        };
        (by_key, self.generation)
    }
}

/// The better copy, and what else was found.
pub(crate) struct Found {
    pub(crate) best: Option<Copy>,
    /// the copies are of different generations: a power cut came between them
    pub(crate) is_split: bool,
    /// with a key: a copy is in clear or under another one, whether it counts or not
    pub(crate) has_other_key: bool,
    /// with a key: a copy is of an older version
    pub(crate) has_older_form: bool,
    /// what is wrong with the copies that are there and can't be used
    pub(crate) trouble: Vec<String>,
}

/// Reads both copies. Only a copy that isn't in the folder is absent.
///
/// # Errors
/// When neither copy can be used and one couldn't be looked at: what it says isn't known. `NoKey` and `WrongKey` for a file that is encrypted.
pub(crate) fn read(disk: &dyn Disk, file: SmallFile<'_>, damage: &DamageLog) -> Result<Found> {
    let mut found = Found {
        best: None,
        is_split: false,
        has_other_key: false,
        has_older_form: false,
        trouble: Vec::new(),
    };
    let (mut bad, mut unknown, mut locked) = (Vec::new(), None, None);
    for copy in COPIES {
        let path = format!("{}.{copy}", file.name);
        let bytes = disk.open(&path).and_then(|file| read_all(&*file));
        let why = match bytes {
            Ok(bytes) => match parse(&bytes, &file) {
                Parsed::Copy(copy) => {
                    match copy.form {
                        Form::Clear => found.has_other_key |= file.is_encrypted(),
                        Form::Previous => found.has_other_key = true,
                        Form::Older => found.has_older_form = true,
                        Form::Encrypted => {}
                    }
                    let best = found.best.as_ref();
                    found.is_split = best.is_some_and(|it| it.generation != copy.generation);
                    if best.is_none_or(|best| copy.rank() > best.rank()) {
                        found.best = Some(copy);
                    }
                    continue;
                }
                Parsed::Locked => {
                    locked.get_or_insert(path.clone());
                    Some(format!("{path} doesn't open with this key"))
                }
                Parsed::Damaged => {
                    check_version(&bytes, &path, file.newest_magic())?;
                    Some(format!("{path} is damaged"))
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let why = format!("{path}: {error}");
                unknown.get_or_insert(Error::io("read", &path, &error));
                Some(why)
            }
        };
        found.trouble.extend(why);
        bad.push(path);
    }
    if let (None, Some(error)) = (&found.best, unknown) {
        return Err(error);
    }
    // A copy of a key that is no longer known: the change of it was cut short.
    found.has_other_key |= locked.is_some();
    let is_open = |best: &Copy| best.form != Form::Clear;
    if let Some(path) = locked.filter(|_| !found.best.as_ref().is_some_and(is_open)) {
        return Err(match file.key {
            Some(_) => Error::WrongKey { file: path },
            None => Error::NoKey,
        });
    }
    let kind = match found.best {
        Some(_) => DamageKind::Copy,
        None => DamageKind::Metadata,
    };
    if found.best.is_some() || !found.trouble.is_empty() {
        bad.iter()
            .for_each(|path| damage.report(Damage::of_file(kind, path)));
    }
    Ok(found)
}

/// What the bytes of a copy are.
enum Parsed {
    Copy(Copy),
    /// There is no key, or not the right one.
    Locked,
    Damaged,
}

fn parse(bytes: &[u8], file: &SmallFile<'_>) -> Parsed {
    let Some((version, generation, stored)) = parse_stored(bytes, file) else {
        return Parsed::Damaged;
    };
    let opened = match version {
        1.. => file.disclose(file.magics[version], generation, stored),
        0 => (file.key.is_none() || file.clear_counts).then(|| (stored.to_vec(), Form::Clear)),
    };
    opened.map_or(Parsed::Locked, |(content, form)| {
        Parsed::Copy(Copy {
            form,
            generation,
            content,
        })
    })
}

/// A copy's version, 0 in clear, its generation, and its content as stored, if the checksums hold.
fn parse_stored<'b>(bytes: &'b [u8], file: &SmallFile<'_>) -> Option<(usize, u64, &'b [u8])> {
    let head = bytes.get(..HEAD)?;
    let u64_at = |at: usize| Some(u64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
    let (head_crc, content_crc) = (u64_at(24)? as u32, (u64_at(24)? >> 32) as u32);
    let version = file.magics.iter().position(|magic| head[..8] == **magic)?;
    if crc(0, &head[..24]) != head_crc {
        return None;
    }
    let stored = bytes[HEAD..].get(..usize::try_from(u64_at(16)?).ok()?)?;
    (crc(0, stored) == content_crc).then_some((version, u64_at(8)?, stored))
}

/// A file whose magic differs in its version alone was written by a later program: not damage, and not for us.
pub(crate) fn check_version(bytes: &[u8], path: &str, magic: &[u8; 8]) -> Result<()> {
    let Some(found) = bytes.first_chunk::<8>() else {
        return Ok(());
    };
    let digit = magic.iter().position(u8::is_ascii_digit).unwrap_or(0);
    let same_but_digit = (0..8).all(|k| k == digit || found[k] == magic[k]);
    if same_but_digit && found[digit] > magic[digit] && found[digit].is_ascii_digit() {
        return Err(Error::Version {
            file: path.to_owned(),
            found: found[digit] as char,
        });
    }
    Ok(())
}
