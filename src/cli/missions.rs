//! The missions of this person, read without any engine. Which kind of store keeps them is decided here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use super::context::Context;
use super::fault::misuse;
use super::pick::{Hint, pick};
use crate::domain::event::Stamped;
use crate::domain::id::MissionId;
use crate::domain::mission::Mission;
use crate::domain::text::Line;
use crate::domain::verdict::EvidenceRef;
use crate::engine::StoredMission;
use crate::link::MissionSource;
use crate::store::sqlite::SqliteCatalogue;
use crate::store::{Catalogue, CatalogueEntry};

/// Events read at once.
const PAGE: u32 = 2_000;

/// A mission that was found.
#[derive(Debug, Clone)]
pub struct MissionRef {
    pub id: MissionId,
    pub dir: PathBuf,
    pub mission: Mission,
    /// Where everything else of it is read.
    pub source: StoredMission,
}

impl MissionRef {
    /// What a piece of evidence is called; nothing of one that cannot be read.
    pub fn title_of(&self, reference: &EvidenceRef) -> String {
        let piece = self.source.store().evidence().get(reference);
        piece.map_or_else(|_| String::new(), |piece| piece.header.title)
    }

    /// The mission, with what is not as it was of the evidence it rests on: no engine may have looked yet.
    pub fn checked(&self) -> Mission {
        let mut mission = self.mission.clone();
        let evidence = self.source.store().evidence();
        // A log without any file beside it was brought here alone: what is missing then, an engine says when it flies on.
        if evidence.list().is_ok_and(|kept| !kept.is_empty()) {
            let lost = evidence.lost(mission.relied_evidence());
            mission.lost_evidence.extend(lost);
        }
        if let Ok(Some(why)) = self.source.store().verify().map(|check| check.words()) {
            mission.record_doubt = Some(Line::clipped(why));
        }
        mission
    }

    /// All events after a sequence number, as the log has them now.
    pub fn events_after(&self, mut after: u64) -> Result<Vec<Stamped>> {
        let mut events = Vec::new();
        loop {
            let page = self.source.events(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(events) };
            after = last.seq;
            events.extend(page);
        }
    }
}

/// The catalogue of this person.
pub fn catalogue(context: &Context) -> Arc<dyn Catalogue> {
    Arc::new(SqliteCatalogue::new(&context.home.state))
}

/// The catalogue that a mission's directory is in, and the mission's name in it.
pub fn around(dir: &Path) -> Result<(Arc<dyn Catalogue>, MissionId)> {
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let catalogue = SqliteCatalogue::at(dir.parent().unwrap_or(dir).to_owned());
    Ok((Arc::new(catalogue), name.parse()?))
}

/// The mission that is meant, as its log tells it now.
pub fn find(context: &Context, wanted: Option<&str>) -> Result<MissionRef> {
    open(context, named(context, wanted)?)
}

/// A mission by its whole name, as its log tells it now.
pub fn open(context: &Context, id: MissionId) -> Result<MissionRef> {
    let catalogue = catalogue(context);
    let source = StoredMission::of_log(catalogue.read(&id)?, catalogue.dir(&id));
    let mission = source.mission()?;
    Ok(MissionRef { dir: catalogue.dir(&id), id, mission, source })
}

/// Which mission is meant, for a caller that gets its state from its engine.
pub fn locate(context: &Context, wanted: Option<&str>) -> Result<MissionId> {
    let id = named(context, wanted)?;
    drop(catalogue(context).read(&id)?);
    Ok(id)
}

fn named(context: &Context, wanted: Option<&str>) -> Result<MissionId> {
    // A whole name needs no look at the other missions, each of which may be a long one.
    if let Some(id) = wanted.and_then(|word| word.parse::<MissionId>().ok())
        && catalogue(context).dir(&id).is_dir()
    {
        return Ok(id);
    }
    if wanted.is_some_and(|word| word.trim().is_empty()) {
        return Err(misuse("the mission's name is empty"));
    }
    let repository = context.repository();
    let hint = Hint { wanted, here: repository.as_deref() };
    Ok(pick(&catalogue(context).list(), hint)?.clone())
}

/// The missions of a repository, the one that changed last first.
pub fn of_repository(context: &Context, root: &Path) -> Vec<CatalogueEntry> {
    catalogue(context).of_repository(root)
}
