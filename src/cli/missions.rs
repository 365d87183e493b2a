//! The missions on this machine, read without any engine.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::context::{Context, canonical};
use super::pick::{Candidate, Hint, Lifecycle, pick};
use crate::domain::event::Stamped;
use crate::domain::id::{AttemptId, MissionId};
use crate::domain::mission::{Mission, Status};
use crate::domain::transcript::Entry;
use crate::store::{Catalogue, CatalogueEntry, Log, PageEnd, StoreError, TranscriptReader};

/// Events read at once.
const PAGE: u32 = 2_000;

/// A mission that was found.
#[derive(Debug)]
pub struct MissionRef {
    pub id: MissionId,
    pub dir: PathBuf,
    pub mission: Mission,
}

/// The catalogue of this person.
pub fn catalogue(context: &Context) -> Catalogue {
    Catalogue::new(&context.home.state)
}

/// The mission that is meant, as its log tells it now.
///
/// # Errors
/// When none or several could be meant, or it cannot be read.
pub fn find(context: &Context, wanted: Option<&str>) -> Result<MissionRef> {
    let (id, dir) = named(context, wanted)?;
    Ok(MissionRef { mission: read(&dir)?, id, dir })
}

/// Where the mission is that is meant, for whoever hears from its engine what its log tells.
///
/// # Errors
/// When none or several could be meant, or it has no log that can be read.
pub fn locate(context: &Context, wanted: Option<&str>) -> Result<PathBuf> {
    let (_, dir) = named(context, wanted)?;
    drop(Log::open_read_only(&dir)?);
    Ok(dir)
}

fn named(context: &Context, wanted: Option<&str>) -> Result<(MissionId, PathBuf)> {
    // A whole name needs no look at the other missions, each of which may be a long one.
    if let Some(id) = wanted.and_then(|word| word.parse::<MissionId>().ok()) {
        let dir = catalogue(context).dir_of(&id);
        if dir.is_dir() {
            return Ok((id, dir));
        }
    }
    let candidates: Vec<Candidate> = catalogue(context).list().iter().map(candidate).collect();
    let repository = context.repository();
    let hint = Hint { wanted, here: repository.as_deref() };
    let id: MissionId = pick(&candidates, hint)?.id.parse()?;
    let dir = catalogue(context).dir_of(&id);
    Ok((id, dir))
}

/// The missions of a repository, the one that changed last first.
pub fn of_repository(context: &Context, root: &Path) -> Vec<CatalogueEntry> {
    catalogue(context).of_repository(root)
}

/// A mission as its log tells it now.
///
/// # Errors
/// When it cannot be read.
pub fn read(dir: &Path) -> Result<Mission> {
    let mut log = Log::open_read_only(dir)?;
    Ok(log.open_mission()?)
}

/// All events after a sequence number.
///
/// # Errors
/// When the log cannot be read.
pub fn events_after(dir: &Path, mut after: u64) -> Result<Vec<Stamped>> {
    let log = Log::open_read_only(dir)?;
    let mut events = Vec::new();
    loop {
        let page = log.read(after, PAGE)?;
        let Some(last) = page.last() else { return Ok(events) };
        after = last.seq;
        events.extend(page);
    }
}

/// The last items of an attempt's transcript, and how many are before them.
///
/// # Errors
/// When the transcripts cannot be read.
pub fn transcript(dir: &Path, attempt: AttemptId, limit: u32) -> Result<(Vec<Entry>, u64)> {
    match TranscriptReader::open(dir) {
        Ok(reader) => Ok(reader.page(attempt, PageEnd::Newest, limit)?),
        Err(StoreError::Missing { .. }) => Ok((Vec::new(), 0)),
        Err(fault) => Err(fault).context("failed to open the transcripts"),
    }
}

fn candidate(entry: &CatalogueEntry) -> Candidate {
    let id = entry.id.to_string();
    match &entry.mission {
        Ok(summary) => Candidate {
            id,
            title: summary.title.clone(),
            status: summary.status.word().to_owned(),
            repository: canonical(Path::new(&summary.repository)),
            life: match summary.status {
                Status::Completed | Status::Landed | Status::Abandoned => Lifecycle::Ended,
                _ => Lifecycle::Live,
            },
        },
        Err(fault) => Candidate {
            id,
            title: fault.to_string(),
            status: "unreadable".to_owned(),
            repository: PathBuf::new(),
            life: Lifecycle::Ended,
        },
    }
}
