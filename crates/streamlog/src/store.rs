//! A folder of streams and of small keyed state, with one journal for all.
use crate::{
    Error, Result,
    commit::{Writer, delta_len},
    compact::Budget,
    crypt::{BlockKey, Purpose, StreamKeys},
    damage::{Damage, DamageLog},
    disk::{Disk, Work},
    error::Lack,
    gate::{Gate, Level},
    mappings::Mappings,
    meta,
    options::{Binding, Definition, Policy, Storage, StoreOptions, StreamOptions},
    recover::{self, Traces},
    seal::{Cipher, Sealer},
    segment::{self, Env, Spares},
    small::{Deltas, Pair, Pairs, is_own},
    state::State,
    stream::{Buffered, Owner, Shared, Stream, enforce_all, level_of},
    sync::StateMutex as Mutex,
    ticket::{Fate, Ticket},
    twice::SmallFile,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

pub(crate) const MANIFEST: &str = "manifest";
/// In the second one's time no command was encrypted, and no key was changed.
const MANIFEST_MAGICS: &[&[u8; 8]] = &[b"MDGMANI1", b"MDGMANI2", b"MDGMANI3"];
/// Keys of the store itself begin with a zero.
pub(crate) const STREAM_KEY: &[u8] = b"\0s";
pub(crate) const TOMB_KEY: &[u8] = b"\0x";
pub(crate) const NEXT_KEY: &[u8] = b"\0n";
/// What keys are derived from: the secret alone beside the store's key, or both, when that was changed. It never leaves the manifest.
pub(crate) const SECRET_KEY: &[u8] = b"\0k";
/// The longest key of small state.
pub const KEY_MAX: usize = 1024;
/// The longest value.
const STATE_MAX: usize = 256 << 20;

/// A store. Clones are handles to the same one.
///
/// With the last of them it takes no more writes, as after [`close`](Self::close), and what isn't committed by then is lost.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Inner>);

/// A key of small state with its new value; `None` forgets the key.
pub type StateChange<'a> = (&'a [u8], Option<&'a [u8]>);

type Observer = Box<dyn Fn(u64) + Send + Sync>;

pub(crate) struct Inner {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) options: StoreOptions,
    pub(crate) salt: u64,
    /// if the small state is encrypted
    pub(crate) keys: Option<StoreKeys>,
    pub(crate) gate: Arc<Gate<Owner>>,
    pub(crate) buffered: Arc<Buffered>,
    pub(crate) damage: Arc<DamageLog>,
    pub(crate) names_dirty: Arc<AtomicBool>,
    /// held from the look at `names_dirty` until the folder is synced
    pub(crate) names_sync: Mutex<()>,
    pub(crate) spares: Arc<Spares>,
    pub(crate) mappings: Arc<Mappings>,
    pub(crate) writer: Mutex<Writer>,
    pub(crate) small: Mutex<Small>,
    pub(crate) registry: Mutex<Registry>,
    pub(crate) keeper: Mutex<Budget>,
    pub(crate) observer: Mutex<Option<Observer>>,
    /// bytes of small state that the manifest doesn't have
    pub(crate) unsaved: AtomicUsize,
    /// bytes of the reserve file; 0: it isn't there
    pub(crate) reserve: Mutex<u64>,
    /// bytes of the manifest that was written last, or tried
    pub(crate) manifest_len: AtomicUsize,
    /// bytes of the largest meta file that was read, written or tried
    pub(crate) meta_len: Arc<AtomicUsize>,
}

/// What a store with a key is encrypted with; the journal has its own.
pub(crate) struct StoreKeys {
    pub(crate) manifest: BlockKey,
    pub(crate) streams: Arc<StreamKeys>,
}

/// The small state as callers see it, and what of it waits for a commit.
#[derive(Default)]
pub(crate) struct Small {
    pub(crate) map: Pairs,
    pub(crate) deltas: Deltas,
    /// the batch in whose queue it was last
    pub(crate) queued: u64,
    /// the last batch that was promised a sync for it
    pub(crate) promised: u64,
}

#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) by_name: BTreeMap<Arc<str>, Known>,
    pub(crate) names: HashMap<u64, Arc<str>>,
    pub(crate) traces: HashMap<u64, Traces>,
    /// small files that were written aside and never renamed
    pub(crate) leftovers: Vec<String>,
    pub(crate) next_id: u64,
}

pub(crate) struct Known {
    pub(crate) id: u64,
    /// of its definition
    pub(crate) binding: Binding,
    pub(crate) form: Form,
}

/// Whether somebody asked for a stream since the store was opened.
pub(crate) enum Form {
    Closed(Box<StreamOptions>),
    Open(Stream),
}

impl Known {
    pub(crate) fn options(&self) -> StreamOptions {
        match &self.form {
            Form::Closed(options) => StreamOptions::clone(options),
            Form::Open(stream) => stream.options(),
        }
    }

    pub(crate) fn open(&self) -> Option<&Stream> {
        match &self.form {
            Form::Closed(_) => None,
            Form::Open(stream) => Some(stream),
        }
    }
}

impl Store {
    /// Makes a stream. It is there for good when the ticket is released.
    pub fn create_stream(&self, name: &str, options: StreamOptions) -> Result<(Stream, Ticket)> {
        self.create_stream_with(name, options, &[])
    }

    /// The same with changes of small state, of which a crash takes all or none that are carried by the same frame. What the store refuses
    /// changes nothing.
    pub fn create_stream_with(
        &self,
        name: &str,
        options: StreamOptions,
        states: &[StateChange<'_>],
    ) -> Result<(Stream, Ticket)> {
        let inner = &self.0;
        let mut registry = inner.registry.lock();
        if registry.by_name.contains_key(name) {
            return Err(Error::StreamExists(name.to_owned()));
        }
        let id = registry.next_id;
        let binding = Binding::of_new(options.cipher);
        let shared_name: Arc<str> = name.into();
        let env = inner.env(id, &shared_name, &options, binding)?;
        let stream = inner.handle(id, shared_name, State::new(env, options.clone(), 1)?);
        let mut deltas = user_changes(states)?;
        let definition = Definition {
            name: name.to_owned(),
            options,
            binding,
        };
        let (key, next) = (key_of(STREAM_KEY, id), (id + 1).to_be_bytes());
        let is_kept = definition.options.storage == Storage::File;
        let definition = definition.encode();
        if is_kept {
            deltas.push((&key, Some(&definition)));
            deltas.push((NEXT_KEY, Some(&next)));
        }
        let ticket = inner.change(&deltas)?;
        registry.next_id += 1;
        let known = Known {
            id,
            binding,
            form: Form::Open(stream.clone()),
        };
        registry.by_name.insert(stream.0.name.clone(), known);
        registry.names.insert(id, stream.0.name.clone());
        Ok((stream, ticket))
    }

    /// The stream of that name, opened if it wasn't. `None`: there is none.
    pub fn stream(&self, name: &str) -> Result<Option<Stream>> {
        self.0.open_stream(name)
    }

    /// The names of all streams, and what they were told to be.
    pub fn streams(&self) -> Vec<(String, StreamOptions)> {
        let registry = self.0.registry.lock();
        registry
            .by_name
            .iter()
            .map(|(name, known)| (name.to_string(), known.options()))
            .collect()
    }

    /// Tells a stream to be something else. Storage and cipher stay.
    pub fn update_stream(&self, name: &str, options: StreamOptions) -> Result<Ticket> {
        self.update_stream_with(name, options, &[])
    }

    /// The same with changes of small state, as [`create_stream_with`](Self::create_stream_with).
    pub fn update_stream_with(
        &self,
        name: &str,
        options: StreamOptions,
        states: &[StateChange<'_>],
    ) -> Result<Ticket> {
        let stream = self
            .stream(name)?
            .ok_or_else(|| Error::UnknownStream(name.to_owned()))?;
        // Changes of definitions come one after the other.
        let _registry = self.0.registry.lock();
        stream.0.env.check_deleted()?;
        let mut state = stream.0.state.lock();
        let (storage, cipher) = (state.options.storage, state.options.cipher);
        let compression = state.options.compression;
        let options = StreamOptions {
            storage,
            cipher,
            compression,
            ..options
        };
        let policy = options.policy;
        let definition = Definition {
            name: name.to_owned(),
            options: options.clone(),
            binding: state.env.binding,
        };
        let (key, definition) = (key_of(STREAM_KEY, stream.id()), definition.encode());
        let mut deltas = user_changes(states)?;
        if storage == Storage::File {
            deltas.push((&key, Some(&definition)));
        }
        let ticket = self.0.change(&deltas)?;
        state.options = options;
        state.limits_owed = enforce_all(&mut state).is_err();
        // What the new limits took out goes with them, or follows.
        match policy {
            Policy::Always if storage == Storage::File && !state.losses.is_empty() => {
                Ok(stream.enter(&mut state, 0))
            }
            _ => Ok(ticket),
        }
    }

    /// Removes a stream. Its files go with the next [`maintain_once`](Self::maintain_once) after the ticket is released.
    pub fn delete_stream(&self, name: &str) -> Result<Ticket> {
        self.delete_stream_with(name, &[])
    }

    /// The same with changes of small state, as [`create_stream_with`](Self::create_stream_with).
    pub fn delete_stream_with(&self, name: &str, states: &[StateChange<'_>]) -> Result<Ticket> {
        let mut registry = self.0.registry.lock();
        let Some(known) = registry.by_name.get(name) else {
            return Err(Error::UnknownStream(name.to_owned()));
        };
        let id = known.id;
        let (key, tomb) = (key_of(STREAM_KEY, id), key_of(TOMB_KEY, id));
        let mut deltas = user_changes(states)?;
        if known.options().storage == Storage::File {
            deltas.push((&key, None));
            deltas.push((&tomb, Some(&[])));
        }
        let ticket = self.0.change(&deltas)?;
        if let Some(stream) = registry.by_name.remove(name).as_ref().and_then(Known::open) {
            stream.0.env.is_deleted.store(true, Ordering::SeqCst);
        }
        registry.names.remove(&id);
        registry.traces.remove(&id);
        Ok(ticket)
    }

    /// Keeps `value` under `key`; visible at once, durable when the ticket says so. Several changes of one key in one batch cost one.
    ///
    /// # Errors
    /// `Overloaded`, `DiskFull` and `Scarce` for the moment; `TooLarge`; `Stopped` for good. What is refused leaves everything as it was.
    pub fn put_state(&self, key: &[u8], value: &[u8]) -> Result<Ticket> {
        self.0.change(&[(user_key(key)?, Some(value))])
    }

    /// Forgets `key`. A full disk takes it, since that makes room.
    pub fn delete_state(&self, key: &[u8]) -> Result<Ticket> {
        self.0.change(&[(user_key(key)?, None)])
    }

    /// Changes several keys at once: all of them, or none if the store refuses.
    pub fn change_states(&self, states: &[StateChange<'_>]) -> Result<Ticket> {
        self.0.change(&user_changes(states)?)
    }

    /// What is kept under `key`.
    pub fn state(&self, key: &[u8]) -> Option<Vec<u8>> {
        let small = self.0.small.lock();
        small.map.shown().get(key).map(<[u8]>::to_vec)
    }

    /// All keys that begin with `prefix`, and their values.
    pub fn states(&self, prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let small = self.0.small.lock();
        let both = |pair: &Pair| (pair.key().to_vec(), pair.value().to_vec());
        small.map.shown().beginning(prefix).map(both).collect()
    }

    /// What was found broken since the store was opened.
    pub fn damage(&self) -> Vec<Damage> {
        self.0.damage.list()
    }

    /// Whether `len` bytes more, of a message or of small state, fit beside what waits for the disk; otherwise they would be refused as `Overloaded`.
    pub fn has_room(&self, len: usize) -> bool {
        if self.0.gate.failure().is_some() {
            return true;
        }
        let overloaded = |outcome| matches!(outcome, Err(Error::Overloaded { .. }));
        !overloaded(self.0.buffered.admit(len)) && !overloaded(self.0.admit_state(len))
    }

    /// Why nothing more is written, if so.
    pub fn failure(&self) -> Option<Error> {
        self.0.gate.failure()
    }

    /// Whether a commit is under way, or waits for room on the disk: then nobody else is to blame for what isn't out.
    pub fn is_busy(&self) -> bool {
        let writer = self.0.writer.try_lock();
        writer.is_none_or(|writer| writer.held.is_some())
    }

    /// Has `observer` called after each commit with its number: tickets up to it are released. It is called when the store failed as well:
    /// all tickets are. It must not block, nor commit.
    pub fn observe(&self, observer: impl Fn(u64) + Send + Sync + 'static) {
        *self.0.observer.lock() = Some(Box::new(observer));
    }

    /// Commits what is left, makes it durable, and takes no more writes.
    ///
    /// # Errors
    /// The journal's failure; `DiskFull` or `Scarce` when something can't be made durable now. The store goes on then, and may be closed later.
    pub fn close(&self, now: u64) -> Result<()> {
        let inner = &self.0;
        // A meta file that is being written is the last one: another store may be opened behind this one.
        let _keeper = inner.keeper.lock();
        let mut writer = inner.writer.lock();
        inner.commit(&mut writer, now)?;
        // Interval streams are owed their sync.
        inner.commit_all(&mut writer, u64::MAX)?;
        if !writer.lazy.is_empty() {
            let lack = inner.buffered.lack().unwrap_or(Lack::Resources);
            return Err(lack.into());
        }
        inner.gate.fail(&Error::Closed);
        Ok(())
    }
}

impl Drop for Inner {
    /// Streams and tickets may outlive the store, and nobody commits for them any more.
    fn drop(&mut self) {
        self.gate.fail(&Error::Closed);
    }
}

/// The manifest, encrypted with `key` if there is one; `previous` opens one of before.
pub(crate) fn manifest_file<'a>(
    key: Option<&'a BlockKey>,
    previous: Option<&'a BlockKey>,
) -> SmallFile<'a> {
    SmallFile {
        name: MANIFEST,
        magics: MANIFEST_MAGICS,
        key,
        previous,
        clear_counts: true,
    }
}

impl Inner {
    pub(crate) fn manifest_file(&self) -> SmallFile<'_> {
        manifest_file(self.keys.as_ref().map(|keys| &keys.manifest), None)
    }

    fn env(
        &self,
        id: u64,
        name: &Arc<str>,
        options: &StreamOptions,
        binding: Binding,
    ) -> Result<Arc<Env>> {
        let keys = self.keys.as_ref().map(|keys| &keys.streams);
        let meta_key = match keys.filter(|_| options.cipher != Cipher::None) {
            Some(keys) => {
                let purpose = Purpose::Meta { stream: id };
                Some(keys.master.block_key(purpose, options.cipher)?)
            }
            None => None,
        };
        Ok(Arc::new(Env {
            binding,
            meta_key,
            disk: self.disk.clone(),
            salt: self.salt,
            stream: id,
            name: name.clone(),
            damage: self.damage.clone(),
            sealer: Sealer::new(options, keys, id, binding)?,
            names_dirty: self.names_dirty.clone(),
            spares: self.spares.clone(),
            mappings: self.mappings.clone(),
            meta_len: self.meta_len.clone(),
            is_deleted: AtomicBool::new(false),
        }))
    }

    fn handle(&self, id: u64, name: Arc<str>, state: State) -> Stream {
        Stream(Arc::new(Shared {
            id,
            name,
            gate: self.gate.clone(),
            fate: Arc::new(Fate::new()),
            buffered: self.buffered.clone(),
            env: state.env.clone(),
            state: Mutex::new(state),
        }))
    }

    fn open_stream(&self, name: &str) -> Result<Option<Stream>> {
        let mut registry = self.registry.lock();
        let Some((name, known)) = registry.by_name.get_key_value(name) else {
            return Ok(None);
        };
        if let Some(stream) = known.open() {
            return Ok(Some(stream.clone()));
        }
        let (id, name, options) = (known.id, name.clone(), known.options());
        self.disk.note(Work::Open);
        let env = self.env(id, &name, &options, known.binding)?;
        let traces = registry.traces.remove(&id).unwrap_or_default();
        let opened = recover::open(&env, options, &traces).and_then(|opened| {
            self.sync_names()?;
            Ok(opened)
        });
        let state = match opened {
            Ok(state) => state,
            Err(error) => {
                registry.traces.insert(id, traces);
                return Err(error);
            }
        };
        let stream = self.handle(id, name.clone(), state);
        if let Some(known) = registry.by_name.get_mut(&name) {
            known.form = Form::Open(stream.clone());
        }
        Ok(Some(stream))
    }

    /// The stream with that number, opened if need be. `None`: it was deleted.
    pub(crate) fn by_id(&self, id: u64) -> Result<Option<Stream>> {
        let name = self.name_of(id);
        name.map_or(Ok(None), |name| self.open_stream(&name))
    }

    pub(crate) fn name_of(&self, id: u64) -> Option<Arc<str>> {
        self.registry.lock().names.get(&id).cloned()
    }

    pub(crate) fn opened(&self) -> Vec<Stream> {
        self.registry
            .lock()
            .by_name
            .values()
            .filter_map(|known| known.open().cloned())
            .collect()
    }

    /// Whether small state of `len` bytes may wait beside what waits of it.
    fn admit_state(&self, len: usize) -> Result<()> {
        let buffered = &self.buffered;
        let (waiting, max) = (buffered.state.load(Ordering::Relaxed), buffered.max());
        // On a full disk the journal keeps a little of it.
        if let Some(lack) = buffered.lack()
            && self.unsaved.load(Ordering::Relaxed) + waiting + len > max / 2
        {
            return Err(lack.into());
        }
        if waiting > 0 && waiting + len > max {
            return Err(buffered.overloaded(waiting));
        }
        Ok(())
    }

    /// What changed of the small state since the last commit.
    pub(crate) fn take_state(&self, small: &mut Small) -> Deltas {
        self.buffered.state.store(0, Ordering::Relaxed);
        std::mem::take(&mut small.deltas)
    }

    /// Changes small state. What takes away as much as it brings is never refused, or space could not come back.
    fn change(&self, deltas: &[StateChange<'_>]) -> Result<Ticket> {
        if deltas.is_empty() {
            return Ok(Ticket::done());
        }
        if let Some(error) = self.gate.failure() {
            return Err(error);
        }
        let added = |(key, value): &StateChange<'_>| value.map(|it| key.len() + it.len());
        let (mut len, max) = (0, STATE_MAX);
        for one in deltas.iter().filter_map(added) {
            if one > max {
                return Err(Error::TooLarge { len: one, max });
            }
            len += one;
        }
        let mut small = self.small.lock();
        let mut removed = deltas
            .iter()
            .filter(|(_, value)| value.is_none())
            .peekable();
        let removes = removed.peek().is_some();
        let kept = |(key, _): &StateChange<'_>| Some(key.len() + small.map.get(key)?.len());
        if !removes || len > removed.filter_map(kept).sum() {
            self.admit_state(len)?;
        }
        let defines = deltas.iter().any(|(key, _)| is_own(key));
        for &(key, value) in deltas {
            let pair = value.map(|value| Pair::new(key, value));
            small.map.apply(key, pair.as_ref());
            let waiting = &self.buffered.state;
            waiting.fetch_add(delta_len(key, pair.as_ref()), Ordering::Relaxed);
            if let Some(old) = small.deltas.insert(key.into(), pair) {
                waiting.fetch_sub(delta_len(key, old.as_ref()), Ordering::Relaxed);
            }
        }
        let level = if defines {
            Level::Synced
        } else {
            level_of(self.options.policy)
        };
        let number = self.gate.enter(&mut small.queued, || Owner::State);
        if level == Level::Synced {
            small.promised = number;
            self.gate.owe_sync();
        }
        drop(small);
        self.gate.ring(level);
        Ok(Ticket::new(self.gate.clone(), None, number, level))
    }

    /// Removes the files of deleted streams. The deletion must be durable.
    pub(crate) fn bury(&self) -> Result<()> {
        let tombs: Vec<u64> = {
            let mut writer = self.writer.lock();
            // What a commit wrote that failed later may be lost.
            self.gate.failure().map_or(Ok(()), Err)?;
            let tombs = writer.small.beginning(TOMB_KEY);
            let tombs: Vec<u64> = tombs.filter_map(|it| id_of(TOMB_KEY, it.key())).collect();
            if tombs.is_empty() {
                return Ok(());
            }
            if writer.journal.is_unsynced() {
                writer.sync_journal()?;
            }
            tombs
        };
        let names = self
            .disk
            .list()
            .map_err(|e| Error::io("list", "the folder", &e))?;
        for name in &names {
            let of = segment::parse_name(name).map(|(id, ..)| id);
            let of = of.or_else(|| {
                tombs
                    .iter()
                    .copied()
                    .find(|&id| name.starts_with(&meta::name(id)))
            });
            if of.is_some_and(|id| tombs.contains(&id)) {
                self.disk
                    .remove(name)
                    .map_err(|e| Error::io("remove", name, &e))?;
            }
        }
        self.disk
            .sync_dir()
            .map_err(|e| Error::io("sync", "the folder", &e))?;
        for id in tombs {
            drop(self.change(&[(&key_of(TOMB_KEY, id), None)])?);
        }
        Ok(())
    }
}

fn user_key(key: &[u8]) -> Result<&[u8]> {
    if key.is_empty() || is_own(key) || key.len() > KEY_MAX {
        return Err(Error::BadKey { max: KEY_MAX });
    }
    Ok(key)
}

fn user_changes<'a>(states: &[StateChange<'a>]) -> Result<Vec<StateChange<'a>>> {
    let checked = |&(key, value): &StateChange<'a>| Ok((user_key(key)?, value));
    states.iter().map(checked).collect()
}

pub(crate) fn key_of(prefix: &[u8], id: u64) -> Vec<u8> {
    [prefix, &id.to_be_bytes()].concat()
}

pub(crate) fn id_of(prefix: &[u8], key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(
        key.strip_prefix(prefix)?.try_into().ok()?,
    ))
}
