//! The peers: a plain file, fjall, SQLite.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Result;

use crate::group::Backend;
use crate::{Contestant, PAYLOAD};

/// `write` and `fdatasync` in a ring of blocks that are there already.
pub struct Plain {
    file: File,
    at: u64,
    bytes: Vec<u8>,
}

const RING: u64 = 64 << 20;

impl Plain {
    pub fn new(folder: &Path) -> Result<Self> {
        let file = File::create(folder.join("plain"))?;
        let zeros = vec![0; 1 << 20];
        for at in (0..RING).step_by(zeros.len()) {
            file.write_all_at(&zeros, at)?;
        }
        file.sync_all()?;
        Ok(Self {
            file,
            at: 0,
            bytes: Vec::new(),
        })
    }
}

impl Backend for Plain {
    fn commit(&mut self, messages: usize) {
        self.bytes.clear();
        (0..messages).for_each(|_| self.bytes.extend_from_slice(&PAYLOAD));
        if self.at + self.bytes.len() as u64 > RING {
            self.at = 0;
        }
        self.file
            .write_all_at(&self.bytes, self.at)
            .and_then(|()| self.file.sync_data())
            .expect("the disk works");
        self.at += self.bytes.len() as u64;
    }
}

/// A keyspace with rising keys; a batch is synced as it is committed.
pub struct Fjall {
    db: fjall::Database,
    log: fjall::Keyspace,
    next: u64,
}

impl Fjall {
    pub fn new(folder: &Path) -> Result<Self> {
        let db = fjall::Database::builder(folder).open()?;
        let log = db.keyspace("log", fjall::KeyspaceCreateOptions::default)?;
        Ok(Self { db, log, next: 0 })
    }
}

impl Backend for Fjall {
    fn commit(&mut self, messages: usize) {
        let mut batch = self.db.batch();
        batch = batch.durability(Some(fjall::PersistMode::SyncData));
        for _ in 0..messages {
            batch.insert(&self.log, self.next.to_be_bytes(), PAYLOAD);
            self.next += 1;
        }
        batch.commit().expect("the disk works");
    }
}

/// WAL, synchronous=FULL, one transaction a batch.
pub struct Sqlite(rusqlite::Connection);

impl Sqlite {
    pub fn new(folder: &Path) -> Result<Self> {
        let db = rusqlite::Connection::open(folder.join("log.db"))?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.execute_batch("CREATE TABLE log (seq INTEGER PRIMARY KEY, subject TEXT, payload BLOB)")?;
        Ok(Self(db))
    }

    fn insert(&mut self, messages: usize) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        {
            let text = "INSERT INTO log (subject, payload) VALUES (?1, ?2)";
            let mut insert = transaction.prepare_cached(text)?;
            for _ in 0..messages {
                insert.execute(rusqlite::params!["orders.new", &PAYLOAD[..]])?;
            }
        }
        transaction.commit()
    }
}

impl Backend for Sqlite {
    fn commit(&mut self, messages: usize) {
        self.insert(messages).expect("the disk works");
    }
}

/// Each message its own transaction, one after the other, as one uses it without a thread that gathers.
pub struct OneEach(Mutex<Sqlite>);

impl OneEach {
    pub fn new(folder: &Path) -> Result<Self> {
        Ok(Self(Mutex::new(Sqlite::new(folder)?)))
    }
}

impl Contestant for OneEach {
    fn append(&self) {
        self.transaction(1);
    }

    fn transaction(&self, messages: usize) {
        self.0.lock().expect("nobody panics").commit(messages);
    }
}
