//! Opening a store: the manifest, then the journal, then the names in the folder. Streams open at their first use ([`crate::recover`]).
use crate::{
    Error, Result, Store,
    commit::{Unsaved, Writer},
    crypt::{self, BlockKey, MasterKey, Purpose, StreamKeys},
    damage::{Damage, DamageKind, DamageLog},
    disk::{BoundedDisk, Disk, Work},
    gate::Gate,
    journal::{self, Entry, Frame, Journal},
    mappings::Mappings,
    options::{Definition, Policy, StoreOptions},
    pins::Pins,
    recover::{JournalPiece, Traces},
    reserve,
    seal::Key,
    segment,
    small::{Pair, Pairs},
    store::{
        Form, Inner, Known, MANIFEST, NEXT_KEY, Registry, SECRET_KEY, STREAM_KEY, Small, StoreKeys,
        TOMB_KEY, id_of, key_of, manifest_file,
    },
    stream::Buffered,
    sync::StateMutex as Mutex,
    twice,
};
use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize},
    },
    time::Duration,
};

mod clear;

/// What the manifest and the journal say together.
#[derive(Default)]
struct Past {
    /// of the manifest; 0: there is none
    generation: u64,
    /// bytes of it
    manifest_len: usize,
    /// the newest frame whose small state the manifest has; 0: it doesn't say
    saved: u64,
    /// the manifest was encrypted
    is_encrypted: bool,
    /// the manifest is of the previous key
    is_rekeyed: bool,
    /// the manifest has to be written before anything else: there is none, or there is a key and a copy isn't under it
    is_stale: bool,
    /// a copy of the manifest is of an older version
    has_older_form: bool,
    /// the manifest's copies differ
    is_split: bool,
    /// the journal was made anew behind frames that the manifest knows
    is_journal_lost: bool,
    keys: Option<StoreKeys>,
    journal_key: Option<Arc<BlockKey>>,
    salt: u64,
    small: Pairs,
    traces: HashMap<u64, Traces>,
    pins: Pins,
    state_pin: Option<u64>,
    unsaved: Unsaved,
}

impl Store {
    /// Opens the store in this folder, or makes one if the folder is empty. Starts no thread, and opens no stream.
    ///
    /// # Errors
    /// `InUse`, `ForeignFolder`, `Version`, `NoKey` and `WrongKey` for an encrypted store, or the disk's failure. Damage is no error: see
    /// [`Store::damage`].
    pub fn open(disk: Arc<dyn Disk>, options: StoreOptions) -> Result<Self> {
        disk.note(Work::Open);
        if !disk.lock().map_err(|e| Error::io("lock", "LOCK", &e))? {
            return Err(Error::InUse);
        }
        let names = disk
            .list()
            .map_err(|e| Error::io("list", "the folder", &e))?;
        refuse_foreign(&names)?;
        let damage = Arc::<DamageLog>::default();
        let mut past = Past::read_manifest(&*disk, &names, &options, &damage)?;
        let journal = past.read_journal(&disk, &names, options.first_ring(), &damage);
        let journal = journal.map_err(|error| match error {
            Error::DiskFull => Error::NoRoom {
                needed: options.first_bytes(),
            },
            other => other,
        })?;
        // The journal was opened past it: a commit never waits for a descriptor.
        let disk = Arc::new(BoundedDisk::new(disk, options.max_open_files));
        let (is_stale, is_rekeyed) = (past.is_stale, past.is_rekeyed);
        let has_older_form = past.has_older_form;
        let is_in_clear = past.is_to_be_encrypted();
        let is_journal_lost = past.is_journal_lost;
        let inner = past.into_inner(disk, options, journal, damage);
        inner.learn(&names);
        inner.writer.lock().inherited = inner.registry.lock().inherited();
        if is_stale {
            inner.write_manifest(&mut inner.writer.lock())?;
        } else if has_older_form && !inner.try_manifest(&mut inner.writer.lock())? {
            // Programs of before don't know what is written from now on, and that manifest would let them in.
            tracing::warn!(
                folder = inner.folder(),
                "the manifest is of an older version and can't be written anew now, nothing is taken until it is"
            );
        }
        if is_in_clear {
            tracing::warn!(
                folder = inner.folder(),
                "the store was in clear until now, its small state is encrypted from now on"
            );
        }
        if is_rekeyed {
            tracing::warn!(
                folder = inner.folder(),
                way_out =
                    "the previous key isn't needed any more: take it out of the configuration",
                "the store was under the previous key and is under the new one from now on"
            );
        }
        if is_journal_lost {
            // Or it would be taken for an older one the next time.
            let journal = &mut inner.writer.lock().journal;
            journal.start_anew(&*inner.disk, inner.salt)?;
        }
        Ok(Self(Arc::new(inner)))
    }
}

/// A folder with files, but nothing of ours among them, is somebody else's.
fn refuse_foreign(names: &[String]) -> Result<()> {
    let ours = |name: &String| {
        name.starts_with(MANIFEST)
            || name.starts_with(journal::NAME)
            || segment::parse_name(name).is_some()
    };
    if names.is_empty() || names.iter().any(ours) {
        return Ok(());
    }
    let names = names.iter().take(3).cloned().collect();
    Err(Error::ForeignFolder { names })
}

/// What can be done without a manifest.
const WITHOUT_STREAMS: &str = "the store begin without its streams: move both away, and their segments stay as files that belong to nothing";
/// And without the secret that an encrypted one holds.
const WITHOUT_SECRET: &str = "the store begin without its streams: move away the journal and whatever is there of these; with the encrypted manifest the secret is gone, \
    so nothing that is encrypted opens again";

/// A manifest that can't be used: the store isn't opened, or what it says would be written over.
fn unreadable(detail: String, way_out: &'static str) -> Error {
    Error::Unreadable {
        name: MANIFEST.into(),
        detail,
        way_out,
    }
}

fn makes_no_sense() -> Error {
    unreadable("they make no sense".into(), WITHOUT_STREAMS)
}

/// A secret, and the key that the store had when it was drawn.
struct Root {
    secret: [u8; 32],
    key: Key,
}

impl Root {
    /// A store whose key was never changed holds the secret alone.
    fn decode(held: &[u8], opened_with: &Key) -> Option<Self> {
        let (&secret, key) = held.split_first_chunk()?;
        let key = match key {
            [] => opened_with.clone(),
            key => Key::new(key.try_into().ok()?),
        };
        Some(Self { secret, key })
    }

    fn encode(&self) -> [u8; 64] {
        let mut held = [0; 64];
        held[..32].copy_from_slice(&self.secret);
        held[32..].copy_from_slice(self.key.bytes());
        held
    }
}

impl Past {
    fn read_manifest(
        disk: &dyn Disk,
        names: &[String],
        options: &StoreOptions,
        damage: &DamageLog,
    ) -> Result<Self> {
        let manifest_key =
            |key| MasterKey::of_key(key)?.block_key(Purpose::Manifest, options.cipher);
        let key = options.key.as_ref().map(manifest_key).transpose()?;
        let previous = options.previous_key.as_ref().filter(|_| key.is_some());
        let previous_key = previous.map(manifest_key).transpose()?;
        let file = manifest_file(key.as_ref(), previous_key.as_ref());
        let found = twice::read(disk, file, damage);
        let found = found.map_err(|error| match error {
            Error::Io { detail, file, .. } => {
                unreadable(format!("{file}: {detail}"), WITHOUT_STREAMS)
            }
            other => other,
        })?;
        let mut past = Self {
            is_stale: found.best.is_none() || found.has_other_key,
            has_older_form: found.has_older_form,
            is_split: found.is_split,
            ..Self::default()
        };
        if let Some(best) = found.best {
            let decoded = Pairs::decode(&best.content);
            (past.salt, past.small, past.saved) = decoded.ok_or_else(makes_no_sense)?;
            past.generation = best.generation;
            past.manifest_len = best.content.len();
            past.is_encrypted = best.form != twice::Form::Clear;
            past.is_rekeyed = best.form == twice::Form::Previous;
        } else {
            if !found.trouble.is_empty() {
                return Err(unreadable(found.trouble.join(", "), WITHOUT_STREAMS));
            }
            if names.iter().any(|name| segment::parse_name(name).is_some()) {
                damage.report(Damage::of_file(DamageKind::Metadata, MANIFEST));
            }
            past.salt = Journal::salt(disk)?.unwrap_or_else(|| draw(options.seed));
        }
        if let (Some(manifest), Some(key)) = (key, &options.key) {
            let opened_with = previous.filter(|_| past.is_rekeyed).unwrap_or(key);
            let root = past.root(opened_with)?;
            let master = MasterKey::of_store(&root.key, &root.secret)?;
            let journal = master.block_key(Purpose::Journal, options.cipher)?;
            past.journal_key = Some(Arc::new(journal));
            past.keys = Some(StoreKeys {
                manifest,
                streams: StreamKeys::new(master, &root.key),
            });
        }
        Ok(past)
    }

    /// What the store's other keys are derived from: what the manifest holds, if it was encrypted; anything else gets a new secret. A manifest of the previous
    /// key holds that one as well from now on.
    fn root(&mut self, opened_with: &Key) -> Result<Root> {
        if !self.is_encrypted {
            let secret = crypt::draw_secret()?;
            self.small.put(Pair::new(SECRET_KEY, &secret));
        }
        let held = self.small.get(SECRET_KEY).ok_or_else(makes_no_sense)?;
        let root = Root::decode(held, opened_with).ok_or_else(makes_no_sense)?;
        if self.is_rekeyed {
            self.small.put(Pair::new(SECRET_KEY, &root.encode()));
        }
        Ok(root)
    }

    fn read_journal(
        &mut self,
        disk: &Arc<dyn Disk>,
        names: &[String],
        size: u64,
        damage: &Arc<DamageLog>,
    ) -> Result<Journal> {
        if !names.iter().any(|name| name == journal::NAME) {
            self.refuse_replaced(&**disk, names, None)?;
            self.check_key(disk, names, damage)?;
            if self.generation > 0 {
                damage.report(Damage::of_file(DamageKind::Journal, journal::NAME));
            }
            self.is_journal_lost = self.saved > 0;
            let mut journal = Journal::create(&**disk, self.salt, self.journal_key.clone(), size)?;
            journal.go_on_after(self.saved);
            journal.know_manifest(self.generation);
            return Ok(journal);
        }
        let salt = Journal::salt(&**disk)?;
        // What is in clear was written before there was a key, and an encrypted manifest has it.
        let found = Journal::open(
            &**disk,
            self.salt,
            self.journal_key.clone(),
            self.is_encrypted.then_some(self.saved),
        )?;
        if self.generation == 0 && found.frames.iter().any(|frame| frame.locked) {
            return Err(unreadable(
                "they are gone, and the journal doesn't open without them".into(),
                WITHOUT_SECRET,
            ));
        }
        self.refuse_replaced(&**disk, names, Some(&found))?;
        if salt.is_none() {
            damage.report(Damage::of_file(DamageKind::Journal, journal::NAME));
        }
        if let Some((offset, len)) = found.torn {
            damage.report(Damage {
                offset,
                len,
                ..Damage::of_file(DamageKind::TornTail, journal::NAME)
            });
        }
        for frame in found.frames {
            if !frame.whole || frame.locked {
                damage.report(Damage {
                    offset: frame.at,
                    ..Damage::of_file(DamageKind::Frame, journal::NAME)
                });
            }
            self.replay(frame);
        }
        self.check_key(disk, names, damage)?;
        let mut journal = found.journal;
        if self.is_encrypted && found.manifest > self.generation {
            damage.report(Damage::of_file(DamageKind::Outdated, MANIFEST));
        }
        if self.is_encrypted && journal.newest() < self.saved {
            damage.report(Damage::of_file(DamageKind::Outdated, journal::NAME));
        }
        journal.know_manifest(self.generation);
        journal.go_on_after(self.saved);
        // What a killed process wrote may be in the system's memory only.
        journal.sync()?;
        Ok(journal)
    }

    /// There is a manifest, it is in clear, and there is a key.
    fn is_to_be_encrypted(&self) -> bool {
        self.generation > 0 && !self.is_encrypted && self.keys.is_some()
    }

    /// What a frame says. Its small state may be older than the manifest, which takes some that no frame has.
    fn replay(&mut self, frame: Frame) {
        let is_saved = frame.number <= self.saved;
        for entry in frame.entries {
            match entry {
                Entry::Bytes {
                    stream,
                    segment,
                    size,
                    offset,
                    bytes,
                } => {
                    self.pins.pin(stream, frame.number);
                    let piece = JournalPiece {
                        segment,
                        size,
                        offset,
                        bytes,
                    };
                    self.traces.entry(stream).or_default().pieces.push(piece);
                }
                Entry::Put { .. } | Entry::Delete { .. } if is_saved => {}
                // The manifest alone says it.
                Entry::Put { key, .. } | Entry::Delete { key } if key == SECRET_KEY => {}
                Entry::Put { key, value } => {
                    self.state_pin.get_or_insert(frame.number);
                    let pair = Pair::new(&key, &value);
                    self.unsaved.add(&key, Some(&pair));
                    self.small.put(pair);
                }
                Entry::Delete { key } => {
                    self.state_pin.get_or_insert(frame.number);
                    self.unsaved.add(&key, None);
                    self.small.remove(&key);
                }
            }
        }
    }

    fn into_inner(
        self,
        disk: Arc<dyn Disk>,
        options: StoreOptions,
        journal: Journal,
        damage: Arc<DamageLog>,
    ) -> Inner {
        let max = options.waiting_max(journal.size());
        let apart_from = options.waiting_max(options.first_ring()).min(max);
        let buffered = Buffered::new(max, apart_from, options.batch_max());
        let reserve = reserve::len(&*disk);
        let mut writer = Writer::new(journal, self.small.clone(), self.generation);
        (writer.pins, writer.state_pin) = (self.pins, self.state_pin);
        let unsaved = AtomicUsize::new(self.unsaved.bytes);
        writer.unsaved = self.unsaved;
        writer.manifest_owed = self.is_split;
        Inner {
            mappings: Arc::new(Mappings::new(options.max_mappings)),
            options,
            salt: self.salt,
            keys: self.keys,
            gate: Arc::new(Gate::new()),
            buffered: Arc::new(buffered),
            names_dirty: Arc::new(AtomicBool::new(true)),
            names_sync: Mutex::default(),
            spares: Arc::default(),
            writer: Mutex::new(writer),
            registry: Mutex::new(Registry {
                traces: self.traces,
                ..Registry::default()
            }),
            small: Mutex::new(Small {
                map: self.small,
                ..Small::default()
            }),
            keeper: Mutex::default(),
            observer: Mutex::new(None),
            reserve: Mutex::new(reserve),
            manifest_len: AtomicUsize::new(self.manifest_len),
            meta_len: Arc::default(),
            unsaved,
            damage,
            disk,
        }
    }
}

impl Inner {
    /// Sorts the folder's names and the small state's definitions.
    fn learn(&self, names: &[String]) {
        let mut registry = self.registry.lock();
        let small = self.small.lock();
        registry.next_id = small
            .map
            .get(NEXT_KEY)
            .and_then(|v| Some(u64::from_be_bytes(v.try_into().ok()?)))
            .unwrap_or(1);
        for pair in small.map.beginning(STREAM_KEY) {
            let Some(id) = id_of(STREAM_KEY, pair.key()) else {
                continue;
            };
            let Some(definition) = Definition::decode(pair.value()) else {
                continue;
            };
            let Definition {
                name,
                options,
                binding,
            } = definition;
            let name = Arc::<str>::from(name);
            registry.names.insert(id, name.clone());
            registry.by_name.insert(
                name,
                Known {
                    id,
                    binding,
                    form: Form::Closed(options.into()),
                },
            );
            registry.next_id = registry.next_id.max(id + 1);
        }
        let known = |registry: &Registry, id: u64| {
            registry.names.contains_key(&id) || small.map.contains(&key_of(TOMB_KEY, id))
        };
        for name in names {
            if let Some((id, number, rewrite)) = segment::parse_name(name) {
                registry.next_id = registry.next_id.max(id + 1);
                if known(&registry, id) {
                    registry
                        .traces
                        .entry(id)
                        .or_default()
                        .files
                        .push((number, rewrite));
                    continue;
                }
            } else if let Some(number) = segment::spare_number(name) {
                self.spares.number_behind(number);
                registry.leftovers.push(name.clone());
                continue;
            } else if [
                "manifest.a",
                "manifest.b",
                "journal",
                "quarantine",
                reserve::NAME,
            ]
            .contains(&&**name)
            {
                continue;
            } else if name.ends_with(".new") {
                // Written aside and never renamed. It goes now: the next change of that file writes under the name. What stays is written over.
                let _ = self.disk.remove(name);
                continue;
            } else if let Some(id) = name
                .split_once(".meta.")
                .and_then(|(id, _)| segment::hex(id, 16))
                && known(&registry, id)
            {
                continue;
            }
            self.damage
                .report(Damage::of_file(DamageKind::Orphan, name));
        }
    }
}

impl Registry {
    /// `Interval` streams with files that may not be synced, and their intervals.
    fn inherited(&self) -> BTreeMap<u64, Duration> {
        let owed = self.by_name.values().filter_map(|known| {
            let Policy::Interval(interval) = known.options().policy else {
                return None;
            };
            let has_files = self
                .traces
                .get(&known.id)
                .is_some_and(|t| !t.files.is_empty());
            has_files.then_some((known.id, interval))
        });
        owed.collect()
    }
}

/// A number nobody can guess.
fn draw(seed: u64) -> u64 {
    if seed != 0 {
        seed
    } else {
        RandomState::new().hash_one(0) | 1
    }
}
