//! What is asked of a store whose manifest is in clear: whether it always was, and if it is to be encrypted, whether the key is that of its streams.
use super::{Past, WITHOUT_SECRET, unreadable};
use crate::{
    Error, Result,
    damage::DamageLog,
    disk::{Disk, read_all},
    journal::{self, Found},
    mappings::Mappings,
    meta,
    options::{Binding, Definition},
    record::{FLAG_ENCRYPTED, Kind},
    recover::{self, Traces},
    seal::{Cipher, Sealer},
    segment::{self, Env, Scan, Segment},
    store::{STREAM_KEY, id_of},
};
use bytes::Bytes;
use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, atomic::AtomicBool},
};

impl Past {
    /// Nothing is encrypted as this version does it before the manifest is. So a manifest in clear beside such a thing was put there, and what it says is
    /// somebody else's word.
    ///
    /// # Errors
    /// `Unreadable` for such a manifest, and the disk's failure.
    pub(super) fn refuse_replaced(
        &self,
        disk: &dyn Disk,
        names: &[String],
        journal: Option<&Found>,
    ) -> Result<()> {
        if self.is_encrypted || self.generation == 0 {
            return Ok(());
        }
        let put_there = |what: &str| {
            let detail = format!("they are in clear, and {what} is of an encrypted store");
            Err(unreadable(detail, WITHOUT_SECRET))
        };
        if journal.is_some_and(|it| it.manifest > 0 || it.frames.iter().any(|frame| frame.locked)) {
            return put_there(journal::NAME);
        }
        for (id, definition) in self.definitions() {
            if definition.binding > Binding::Nothing {
                return put_there(&format!("stream {id}"));
            }
            if self.keys.is_none() {
                continue;
            }
            let meta = meta::name(id);
            for name in names.iter().filter(|name| name.starts_with(&meta)) {
                let bytes = disk.open(name).and_then(|file| read_all(&*file));
                match bytes {
                    Ok(bytes) if meta::is_encrypted(&bytes) => return put_there(name),
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(Error::io("read", name, &error));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// A manifest in clear opens with any key; what is encrypted in its streams (version 1) opens with its own alone. Writes nothing.
    ///
    /// # Errors
    /// `WrongKey` if there are encrypted messages, and of no segment the first one opens.
    pub(super) fn check_key(
        &self,
        disk: &Arc<dyn Disk>,
        names: &[String],
        damage: &Arc<DamageLog>,
    ) -> Result<()> {
        let Some(keys) = self.keys.as_ref().filter(|_| !self.is_encrypted) else {
            return Ok(());
        };
        let (mut refused, binding) = (None, Binding::Nothing);
        for (id, Definition { name, options, .. }) in self.definitions() {
            if options.cipher == Cipher::None {
                continue;
            }
            let streams = Some(&keys.streams);
            let env = Arc::new(Env {
                is_deleted: AtomicBool::new(false),
                disk: disk.clone(),
                salt: self.salt,
                stream: id,
                name: name.into(),
                damage: damage.clone(),
                sealer: Sealer::new(&options, streams, id, binding)?,
                meta_key: None,
                binding,
                names_dirty: Arc::new(AtomicBool::new(false)),
                spares: Arc::default(),
                mappings: Arc::new(Mappings::new(1)),
                meta_len: Arc::default(),
            });
            let traces = self.traces_of(id, names);
            let journaled = traces.pieces.iter().map(|piece| (piece.segment, 0));
            let segments: BTreeSet<_> = traces.files.iter().copied().chain(journaled).collect();
            for (number, rewrite) in segments {
                let segment = Segment::new(&env, number, rewrite, 0, None);
                match first_opens(&segment, &traces)? {
                    Some(true) => return Ok(()),
                    Some(false) => refused = refused.or_else(|| Some(segment.name())),
                    None => {}
                }
            }
        }
        refused.map_or(Ok(()), |file| Err(Error::WrongKey { file }))
    }

    /// The streams that the small state defines, by their numbers.
    fn definitions(&self) -> impl Iterator<Item = (u64, Definition)> {
        self.small.beginning(STREAM_KEY).filter_map(|pair| {
            let id = id_of(STREAM_KEY, pair.key())?;
            Some((id, Definition::decode(pair.value())?))
        })
    }

    fn traces_of(&self, stream: u64, names: &[String]) -> Traces {
        let files = names.iter().filter_map(|name| segment::parse_name(name));
        let files = files.filter(|(of, ..)| *of == stream);
        Traces {
            files: files
                .map(|(_, number, rewrite)| (number, rewrite))
                .collect(),
            pieces: match self.traces.get(&stream) {
                Some(traces) => traces.pieces.clone(),
                None => Vec::new(),
            },
        }
    }
}

/// Whether the segment's first encrypted message opens. `None`: it has none.
fn first_opens(segment: &Segment, traces: &Traces) -> Result<Option<bool>> {
    let (image, _) = recover::image_of(segment, traces)?;
    let image = Bytes::from(image);
    let scan = Scan {
        bytes: &image,
        segment,
    };
    let mut first = None;
    scan.each(|_, head, body| {
        if head.kind == Kind::Message && head.flags & FLAG_ENCRYPTED != 0 {
            first.get_or_insert((*head, body));
        }
    });
    let opens = first.map(|(head, body)| {
        let sealer = &segment.env.sealer;
        sealer.open(segment.number, &head, image.slice(body))
    });
    Ok(opens.map(|body| body.is_some()))
}
