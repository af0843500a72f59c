//! Small files that exist twice: written aside, synced, renamed, one copy after the other.
use crate::{
    Error, Result,
    damage::{Damage, DamageKind, DamageLog},
    disk::{Disk, Work, read_all},
    record::crc,
};
use std::io;

const HEAD: usize = 32;
const COPIES: [&str; 2] = ["a", "b"];

/// Writes both copies, and makes their names durable.
pub(crate) fn write(
    disk: &dyn Disk,
    name: &str,
    magic: &[u8; 8],
    generation: u64,
    content: &[u8],
) -> Result<()> {
    disk.note(Work::Rename);
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(magic);
    head[8..16].copy_from_slice(&generation.to_le_bytes());
    head[16..24].copy_from_slice(&(content.len() as u64).to_le_bytes());
    let head_crc = crc(0, &head[..24]);
    head[24..28].copy_from_slice(&head_crc.to_le_bytes());
    head[28..].copy_from_slice(&crc(0, content).to_le_bytes());
    for copy in COPIES {
        let (path, aside) = (format!("{name}.{copy}"), format!("{name}.{copy}.new"));
        let fail = |what| move |error: io::Error| (what, error);
        (|| {
            let file = disk.create(&aside).map_err(fail("create"))?;
            file.write_at(&head, 0).map_err(fail("write"))?;
            file.write_at(content, HEAD as u64).map_err(fail("write"))?;
            file.sync().map_err(fail("sync"))?;
            disk.rename(&aside, &path).map_err(fail("rename"))?;
            disk.sync_dir().map_err(fail("sync folder of"))
        })()
        .map_err(|(what, error)| Error::io(what, &path, &error))?;
    }
    Ok(())
}

/// The better copy's generation and content, and what else was found.
pub(crate) struct Found {
    pub(crate) best: Option<(u64, Vec<u8>)>,
    /// what is wrong with the copies that are there and can't be used
    pub(crate) trouble: Vec<String>,
}

/// Reads both copies. Only a copy that isn't in the folder is absent.
///
/// # Errors
/// When neither copy can be used and one couldn't be looked at: what it says isn't known.
pub(crate) fn read(
    disk: &dyn Disk,
    name: &str,
    magic: &[u8; 8],
    damage: &DamageLog,
) -> Result<Found> {
    let mut best: Option<(u64, Vec<u8>)> = None;
    let (mut bad, mut trouble, mut unknown) = (Vec::new(), Vec::new(), None);
    for copy in COPIES {
        let path = format!("{name}.{copy}");
        let bytes = disk.open(&path).and_then(|file| read_all(&*file));
        let why = match bytes {
            Ok(bytes) => match parse(&bytes, magic) {
                Some((generation, content)) => {
                    if best.as_ref().is_none_or(|(newest, _)| generation > *newest) {
                        best = Some((generation, content));
                    }
                    continue;
                }
                None => {
                    check_version(&bytes, &path, magic)?;
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
        trouble.extend(why);
        bad.push(path);
    }
    if let (None, Some(error)) = (&best, unknown) {
        return Err(error);
    }
    let kind = match best {
        Some(_) => DamageKind::Copy,
        None => DamageKind::Metadata,
    };
    if best.is_some() || !trouble.is_empty() {
        bad.iter()
            .for_each(|path| damage.report(Damage::of_file(kind, path)));
    }
    Ok(Found { best, trouble })
}

fn parse(bytes: &[u8], magic: &[u8; 8]) -> Option<(u64, Vec<u8>)> {
    let head = bytes.get(..HEAD)?;
    let u64_at = |at: usize| Some(u64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
    let (head_crc, content_crc) = (u64_at(24)? as u32, (u64_at(24)? >> 32) as u32);
    if head[..8] != *magic || crc(0, &head[..24]) != head_crc {
        return None;
    }
    let content = bytes.get(HEAD..HEAD + usize::try_from(u64_at(16)?).ok()?)?;
    (crc(0, content) == content_crc).then(|| (u64_at(8).unwrap_or(0), content.to_vec()))
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
