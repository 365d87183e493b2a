//! Which mission is meant when nobody says.

use std::path::Path;

use super::context::canonical;
use super::fault::misuse;
use crate::domain::id::MissionId;
use crate::domain::mission::{MissionCard, Status};
use crate::store::CatalogueEntry;

/// What the person said, and where.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// An id, or the beginning of one.
    pub wanted: Option<&'a str>,
    /// The repository of the current directory.
    pub here: Option<&'a Path>,
}

/// The mission that is meant: the one that is named; else the only one of this repository, or its only live one; else
/// the only one on the machine, or its only live one. A refusal lists the candidates.
pub fn pick<'a>(candidates: &'a [CatalogueEntry], hint: Hint<'_>) -> anyhow::Result<&'a MissionId> {
    if let Some(wanted) = hint.wanted {
        return named(candidates, wanted);
    }
    let all: Vec<&CatalogueEntry> = candidates.iter().collect();
    let here = only(&all, |card| Some(canonical(Path::new(&card.repository)).as_path()) == hint.here);
    let nearest = if here.is_empty() { &all } else { &here };
    for scope in [nearest, &only(nearest, is_live)] {
        if let [only] = scope.as_slice() {
            return Ok(&only.id);
        }
    }
    if candidates.is_empty() {
        return Err(misuse(
            "there is no mission yet: start one with `flightdeck new \"what should exist\"`, or try `flightdeck demo`",
        ));
    }
    Err(misuse(format!("several missions could be meant; name one:\n{}", list(nearest))))
}

fn only<'a>(
    entries: &[&'a CatalogueEntry],
    wanted: impl Fn(&MissionCard) -> bool,
) -> Vec<&'a CatalogueEntry> {
    entries.iter().copied().filter(|entry| entry.mission.as_ref().is_ok_and(&wanted)).collect()
}

/// Whether a mission still flies.
fn is_live(card: &MissionCard) -> bool {
    match card.status {
        Status::Completed | Status::Landed | Status::Abandoned => false,
        Status::Planning
        | Status::Running
        | Status::Retrying
        | Status::Waiting
        | Status::Paused
        | Status::Blocked
        | Status::BudgetSpent => true,
    }
}

fn named<'a>(candidates: &'a [CatalogueEntry], wanted: &str) -> anyhow::Result<&'a MissionId> {
    if let Some(exact) = candidates.iter().find(|entry| entry.id.as_str() == wanted) {
        return Ok(&exact.id);
    }
    let all: Vec<&CatalogueEntry> = candidates.iter().collect();
    let begun: Vec<_> = all.iter().copied().filter(|entry| entry.id.as_str().starts_with(wanted)).collect();
    match begun.as_slice() {
        [only] => Ok(&only.id),
        [] if all.is_empty() => {
            Err(misuse(format!("there is no mission `{wanted}`: there are no missions yet")))
        }
        [] => Err(misuse(format!("there is no mission `{wanted}`; there are:\n{}", list(&all)))),
        several => Err(misuse(format!("`{wanted}` begins several missions; name one:\n{}", list(several)))),
    }
}

fn list(candidates: &[&CatalogueEntry]) -> String {
    let width = candidates.iter().map(|entry| entry.id.as_str().len()).max().unwrap_or(0);
    let row = |entry: &&CatalogueEntry| {
        let (status, title) = match &entry.mission {
            Ok(card) => (card.status.word(), card.title.clone()),
            Err(fault) => ("unreadable", fault.to_string()),
        };
        format!("{:width$}  {status:12}  {title}", entry.id.as_str())
    };
    candidates.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::id::Timestamp;
    use crate::domain::usage::Usage;

    fn candidate(id: &str, repository: &str, status: Status) -> CatalogueEntry {
        let id: MissionId = id.parse().unwrap();
        let card = MissionCard {
            id: id.clone(),
            title: format!("The {id}"),
            status,
            repository: repository.to_owned(),
            branch: String::new(),
            created: Timestamp::default(),
            updated: Timestamp::default(),
            seq: 0,
            needs: 0,
            waits_for: String::new(),
            usage: Usage::default(),
        };
        CatalogueEntry { id, dir: PathBuf::new(), engine: None, mission: Ok(card) }
    }

    fn picked(candidates: &[CatalogueEntry], wanted: Option<&str>, here: Option<&str>) -> String {
        let hint = Hint { wanted, here: here.map(Path::new) };
        match pick(candidates, hint) {
            Ok(id) => id.to_string(),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn one_mission_is_meant_or_the_candidates_are_listed() {
        let all = [
            candidate("a-1", "/a", Status::Completed),
            candidate("a-2", "/a", Status::Running),
            candidate("b-1", "/b", Status::Completed),
        ];
        assert_eq!(picked(&all, Some("a-1"), None), "a-1");
        assert_eq!(picked(&all, Some("b"), None), "b-1", "the beginning is enough");
        assert_eq!(picked(&all, None, Some("/a")), "a-2", "the only live one of this repository");
        assert_eq!(picked(&all, None, Some("/b")), "b-1", "the only one of this repository");
        assert_eq!(picked(&all, None, None), "a-2", "the only live one");
        assert_eq!(picked(&all, None, Some("/c")), "a-2");
        insta::assert_snapshot!(picked(&all, Some("a"), None), @r"
        `a` begins several missions; name one:
        a-1  completed     The a-1
        a-2  running       The a-2
        ");
        insta::assert_snapshot!(picked(&all, Some("x"), None), @r"
        there is no mission `x`; there are:
        a-1  completed     The a-1
        a-2  running       The a-2
        b-1  completed     The b-1
        ");
        assert!(picked(&[], None, None).contains("flightdeck demo"));
        let two = [candidate("a-1", "/a", Status::Running), candidate("a-2", "/a", Status::Running)];
        assert!(picked(&two, None, Some("/a")).starts_with("several missions could be meant"));
    }
}
