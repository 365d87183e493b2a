//! What is kept of a mission: the log, its snapshots, transcripts, evidence and the catalogue. What every kind of store
//! must do is tried on each of them; what only `SQLite` can suffer, on files.
#![cfg(test)]

mod catalogue;
mod chain;
mod crash;
mod cut;
mod every_event;
mod evidence;
mod golden;
mod log;
mod snapshot;
mod transcript;

use std::path::PathBuf;

use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::id::{MissionId, Timestamp};
use flightdeck::domain::message::{Directive, Party};
use flightdeck::domain::text::Prose;
use flightdeck::store::memory::MemoryCatalogue;
use flightdeck::store::sqlite::SqliteCatalogue;
use flightdeck::store::{Catalogue, Store, StoreError};
use tempfile::TempDir;

/// Somewhere a mission can be kept.
struct Place {
    home: TempDir,
    missions: Box<dyn Catalogue>,
    id: MissionId,
}

impl Place {
    fn sqlite() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { missions: Box::new(SqliteCatalogue::new(home.path())), home, id: "m".parse().unwrap() }
    }

    fn memory() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { missions: Box::new(MemoryCatalogue::new(home.path())), home, id: "m".parse().unwrap() }
    }

    /// A mission without events.
    fn create(&self) -> Store {
        self.missions.create(&self.id, Timestamp(0), Actor::Person, &[]).unwrap()
    }

    fn open(&self) -> Result<Store, StoreError> {
        self.missions.open(&self.id)
    }

    fn read(&self) -> Result<Store, StoreError> {
        self.missions.read(&self.id)
    }

    fn dir(&self) -> PathBuf {
        self.missions.dir(&self.id)
    }

    /// A file of the mission in `SQLite`, behind the store's back.
    fn database(&self, file: &str) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir().join(file)).unwrap()
    }
}

/// Makes functions that try something on a [`Place`] into a test for each kind of store.
macro_rules! on_every_store {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::store::Place::sqlite()); })*
        }
        mod memory {
            $(#[test] fn $name() { super::$name(&crate::store::Place::memory()); })*
        }
    };
}
use on_every_store;

/// A directive that says a number: the simplest event that leaves a trace in the state.
fn directive(number: u32) -> Event {
    Event::DirectiveIssued {
        directive: Directive {
            id: flightdeck::domain::id::DirectiveId(number),
            text: Prose::clipped(format!("directive {number}")),
            from: Party::Person,
            at: Timestamp(i64::from(number)),
        },
    }
}

/// Appends directives one by one, each acknowledged.
fn append_directives(store: &Store, numbers: std::ops::RangeInclusive<u32>) {
    for number in numbers {
        let at = Timestamp(i64::from(number));
        store.append(u64::from(number) - 1, at, Actor::Person, &[directive(number)]).unwrap();
    }
}
