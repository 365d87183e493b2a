//! Which mission is meant when nobody says.

use std::path::{Path, PathBuf};

use super::fault::misuse;

/// A mission as far as choosing needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: String,
    pub title: String,
    /// The word for what it is doing.
    pub status: String,
    pub repository: PathBuf,
    pub life: Lifecycle,
}

/// Whether a mission still flies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    Live,
    Ended,
}

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
pub fn pick<'a>(candidates: &'a [Candidate], hint: Hint<'_>) -> anyhow::Result<&'a Candidate> {
    if let Some(wanted) = hint.wanted {
        return named(candidates, wanted);
    }
    let here: Vec<&Candidate> =
        candidates.iter().filter(|candidate| Some(candidate.repository.as_path()) == hint.here).collect();
    let live = |all: &[&'a Candidate]| -> Vec<&'a Candidate> {
        all.iter().copied().filter(|candidate| candidate.life == Lifecycle::Live).collect()
    };
    let all: Vec<&Candidate> = candidates.iter().collect();
    let nearest = if here.is_empty() { &all } else { &here };
    let scopes = [nearest.clone(), live(nearest)];
    for scope in &scopes {
        if let [only] = scope.as_slice() {
            return Ok(only);
        }
    }
    if candidates.is_empty() {
        return Err(misuse(
            "there is no mission yet: start one with `flightdeck new \"what should exist\"`, or try `flightdeck demo`",
        ));
    }
    Err(misuse(format!("several missions could be meant; name one:\n{}", list(nearest))))
}

fn named<'a>(candidates: &'a [Candidate], wanted: &str) -> anyhow::Result<&'a Candidate> {
    if let Some(exact) = candidates.iter().find(|candidate| candidate.id == wanted) {
        return Ok(exact);
    }
    let begun: Vec<&Candidate> =
        candidates.iter().filter(|candidate| candidate.id.starts_with(wanted)).collect();
    match begun.as_slice() {
        [only] => Ok(only),
        [] if candidates.is_empty() => {
            Err(misuse(format!("there is no mission `{wanted}`: there are no missions yet")))
        }
        [] => {
            let all: Vec<&Candidate> = candidates.iter().collect();
            Err(misuse(format!("there is no mission `{wanted}`; there are:\n{}", list(&all))))
        }
        several => Err(misuse(format!("`{wanted}` begins several missions; name one:\n{}", list(several)))),
    }
}

fn list(candidates: &[&Candidate]) -> String {
    let width = candidates.iter().map(|candidate| candidate.id.len()).max().unwrap_or(0);
    let rows = candidates
        .iter()
        .map(|candidate| format!("{:width$}  {:12}  {}", candidate.id, candidate.status, candidate.title));
    rows.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, repository: &str, life: Lifecycle) -> Candidate {
        let status = if life == Lifecycle::Live { "running" } else { "completed" };
        Candidate {
            id: id.to_owned(),
            title: format!("The {id}"),
            status: status.to_owned(),
            repository: repository.into(),
            life,
        }
    }

    fn picked(candidates: &[Candidate], wanted: Option<&str>, here: Option<&str>) -> String {
        let hint = Hint { wanted, here: here.map(Path::new) };
        match pick(candidates, hint) {
            Ok(candidate) => candidate.id.clone(),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn one_mission_is_meant_or_the_candidates_are_listed() {
        let all = [
            candidate("a-1", "/a", Lifecycle::Ended),
            candidate("a-2", "/a", Lifecycle::Live),
            candidate("b-1", "/b", Lifecycle::Ended),
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
        let two = [candidate("a-1", "/a", Lifecycle::Live), candidate("a-2", "/a", Lifecycle::Live)];
        assert!(picked(&two, None, Some("/a")).starts_with("several missions could be meant"));
    }
}
