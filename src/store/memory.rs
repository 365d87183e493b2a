//! Missions in memory: for tests, and for a mission that shall leave nothing behind.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use super::bound::bounded;
use super::{Access, Blobs, Catalogue, ChainCheck, KEPT, MissionLog, Store, StoreError, Transcripts};
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::id::{AttemptId, MissionId, Timestamp};
use crate::domain::transcript::{Entry, EntryBody};

/// How often, and how long apart, a mission that an engine still has is tried.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// Missions that end with the process.
#[derive(Debug, Default)]
pub struct MemoryCatalogue {
    home: PathBuf,
    missions: Mutex<BTreeMap<MissionId, Mission>>,
}

#[derive(Debug, Default)]
struct Mission {
    data: Arc<Mutex<Data>>,
    /// Alive for as long as somebody has the mission open for writing.
    writer: Weak<()>,
}

#[derive(Debug, Default)]
struct Data {
    events: Vec<Stamped>,
    snapshots: BTreeMap<u64, (String, String)>,
    transcripts: BTreeMap<AttemptId, Vec<Entry>>,
    blobs: BTreeMap<String, Vec<u8>>,
}

/// One mission, open; it is each of the three ports.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryStore {
    data: Arc<Mutex<Data>>,
    place: PathBuf,
    writer: Option<Arc<()>>,
}

impl MemoryCatalogue {
    /// No missions yet. What an engine keeps beside the store goes below `home`.
    pub fn new(home: &Path) -> Self {
        Self { home: home.to_owned(), missions: Mutex::default() }
    }

    fn missions(&self) -> MutexGuard<'_, BTreeMap<MissionId, Mission>> {
        self.missions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, id: &MissionId, access: Access) -> Result<Store, StoreError> {
        let (mut missions, place) = (self.missions(), self.dir(id));
        let Some(mission) = missions.get_mut(id) else { return Err(StoreError::Missing { path: place }) };
        let writer = match access {
            Access::Read => None,
            Access::Write if mission.writer.strong_count() > 0 => {
                return Err(StoreError::Locked { path: place, pid: Some(std::process::id()) });
            }
            Access::Write => {
                let writer = Arc::new(());
                mission.writer = Arc::downgrade(&writer);
                Some(writer)
            }
        };
        let store = MemoryStore { data: Arc::clone(&mission.data), place, writer };
        Ok(Store::new(access, store.clone(), store.clone(), store))
    }
}

impl Catalogue for MemoryCatalogue {
    fn ids(&self) -> Vec<MissionId> {
        self.missions().keys().cloned().collect()
    }

    fn create(
        &self,
        id: &MissionId,
        at: Timestamp,
        actor: Actor,
        first: &[Event],
    ) -> Result<Store, StoreError> {
        if self.missions().contains_key(id) {
            return Err(StoreError::Exists { path: self.dir(id) });
        }
        self.missions().insert(id.clone(), Mission::default());
        let store = self.opened(id, Access::Write)?;
        store.append(0, at, actor, first)?;
        Ok(store)
    }

    fn open(&self, id: &MissionId) -> Result<Store, StoreError> {
        // The engine that has it may be on its way out.
        for _ in 0..TRIES {
            match self.opened(id, Access::Write) {
                Err(StoreError::Locked { .. }) => thread::sleep(PAUSE),
                opened => return opened,
            }
        }
        self.opened(id, Access::Write)
    }

    fn read(&self, id: &MissionId) -> Result<Store, StoreError> {
        self.opened(id, Access::Read)
    }

    fn engine(&self, id: &MissionId) -> Option<u32> {
        let missions = self.missions();
        missions.get(id).filter(|mission| mission.writer.strong_count() > 0).map(|_| std::process::id())
    }

    fn dir(&self, id: &MissionId) -> PathBuf {
        self.home.join("missions").join(id.as_str())
    }
}

impl MemoryStore {
    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MissionLog for MemoryStore {
    fn append(&self, expected: u64, events: &[Stamped]) -> Result<(), StoreError> {
        let mut data = self.data();
        let actual = data.events.len() as u64;
        if actual != expected {
            return Err(StoreError::WrongSeq { expected, actual });
        }
        data.events.extend_from_slice(events);
        Ok(())
    }

    fn each_after(
        &self,
        after: u64,
        limit: u32,
        take: &mut dyn FnMut(Stamped) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (after, limit) = (size(after), size(u64::from(limit)));
        let events: Vec<Stamped> = self.data().events.iter().skip(after).take(limit).cloned().collect();
        events.into_iter().try_for_each(take)
    }

    /// Nobody but this process reaches it.
    fn verify(&self) -> Result<ChainCheck, StoreError> {
        Ok(ChainCheck { events: self.last_seq()?, from: Some(1), ..ChainCheck::default() })
    }

    fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(self.data().events.len() as u64)
    }

    fn snapshot(&self, format: &str, at_most: u64) -> Result<Option<(u64, String)>, StoreError> {
        let data = self.data();
        let mut usable = data.snapshots.range(..=at_most).rev().filter(|(_, (kept, _))| kept == format);
        Ok(usable.next().map(|(seq, (_, body))| (*seq, body.clone())))
    }

    fn save_snapshot(&self, format: &str, seq: u64, body: &str) -> Result<(), StoreError> {
        let snapshots = &mut self.data().snapshots;
        snapshots.insert(seq, (format.to_owned(), body.to_owned()));
        while snapshots.len() > size(u64::from(KEPT)) {
            snapshots.pop_first();
        }
        Ok(())
    }

    fn place(&self) -> &Path {
        &self.place
    }
}

impl Transcripts for MemoryStore {
    fn add(&self, attempt: AttemptId, at: Timestamp, body: EntryBody) -> Result<Entry, StoreError> {
        if self.writer.is_none() {
            return Err(StoreError::ReadOnly);
        }
        let mut data = self.data();
        let entries = data.transcripts.entry(attempt).or_default();
        let entry = Entry { number: entries.len() as u64 + 1, at, body: bounded(body).0 };
        entries.push(entry.clone());
        Ok(entry)
    }

    fn range(&self, attempt: AttemptId, numbers: Range<u64>) -> Result<Vec<Entry>, StoreError> {
        let data = self.data();
        let entries = data.transcripts.get(&attempt).map_or(&[][..], Vec::as_slice);
        Ok(entries.iter().filter(|entry| numbers.contains(&entry.number)).cloned().collect())
    }

    fn count(&self, attempt: AttemptId) -> Result<u64, StoreError> {
        Ok(self.data().transcripts.get(&attempt).map_or(0, Vec::len) as u64)
    }

    fn flush(&self) -> Result<(), Arc<StoreError>> {
        Ok(())
    }
}

impl Blobs for MemoryStore {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.data().blobs.insert(name.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.data().blobs.get(name).cloned())
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.data().blobs.keys().cloned().collect())
    }

    fn place(&self) -> &Path {
        &self.place
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
