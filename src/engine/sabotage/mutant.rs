//! What can be undone of an app, and undoing it. The tests that came with a feature stay: they are part of how it is
//! checked, and a check that lacks them would be red for the wrong reason.

use std::collections::BTreeSet;
use std::path::Path;

use super::word::Said;
use crate::domain::baseline::AtBase;
use crate::domain::id::{AssertionId, Commit};
use crate::domain::text::Line;
use crate::engine::context::EngineContext;
use crate::engine::error::EngineError;
use crate::workspace::ProofCheckout;
use crate::workspace::undo::{self, Extent, Piece};

/// Changes that are tried for one assertion at most; more say no more.
const MOST: usize = 40;

/// Words of what is asserted that are changed at most, and that are looked for.
const MOST_WORDS: usize = 2;
const WORDS_LOOKED_FOR: usize = 12;
/// A word in more lines than that is the app's language rather than what it says.
const COMMON: usize = 8;

/// How the place of a hunk begins that is all of a new file.
const WHOLE_FILE: &str = "@@ -0,0 ";

/// One way in which the app is made wrong.
pub struct Mutant {
    /// What is undone, such as `F2` or `F2: src/main.rs @@ -3,6 +3,9 @@`.
    pub what: Line,
    pub change: Change,
    pub reach: Reach,
}

/// How much goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All that a feature, or several, added. A check that stays green then has no teeth.
    Features,
    /// That and what was built on it, where no feature can be undone alone: staying green says nothing of the check.
    WithLater,
    /// One hunk: the same.
    Hunk,
}

/// How.
#[derive(Clone)]
pub enum Change {
    /// Pieces of what was built are undone.
    Undo(Vec<Piece>),
    /// Another word stands in its place, wherever it stood in these files.
    Reword { files: Vec<String>, word: String },
    /// It is as it was at another commit.
    At(Commit),
    /// Nothing is left but the tests.
    Everything,
}

impl Mutant {
    /// The whole app is gone: what still holds then is no guard.
    pub fn everything() -> Self {
        Self { what: Line::clipped("the whole app"), change: Change::Everything, reach: Reach::Features }
    }

    /// Whether what is left can be built; of nothing it cannot.
    pub fn is_built(&self) -> bool {
        !matches!(self.change, Change::Everything)
    }

    /// Whether it takes something out of what was there before rather than a file that came with it.
    pub fn is_within_a_file(&self) -> bool {
        match &self.change {
            Change::Undo(pieces) => pieces.iter().all(|piece| !piece.place.starts_with(WHOLE_FILE)),
            Change::Reword { .. } => true,
            Change::At(_) | Change::Everything => false,
        }
    }

    fn undoing(what: impl AsRef<str>, pieces: Vec<Piece>) -> Option<Self> {
        let what = Line::clipped(what);
        (!pieces.is_empty()).then_some(Self { what, change: Change::Undo(pieces), reach: Reach::Features })
    }
}

/// The ways in which what was built for an assertion is undone at a commit: a word of what it asserts, which leaves the app
/// there to be judged; then one feature at a time, the newest first, then all of them together, then each with all that was built on it, then one hunk at a time. A check that was never tried at
/// the base commit meets that first.
///
/// # Errors
/// When git cannot compare the commits.
pub fn of(engine: &EngineContext, id: &AssertionId, head: &Commit) -> Result<Vec<Mutant>, EngineError> {
    let (built, base, untried, said) = engine.cell.with(|mission| {
        let built = mission.builders_for(id);
        let base = mission.founding.as_ref().map(|founding| founding.base.clone());
        let known = mission.assertion(id);
        // Steps are tried at no base: what is not there yet shows less than what is taken away.
        let command = known.filter(|assertion| assertion.wording.check.command.is_some());
        let at_base = command.map(|assertion| mission.at_base(assertion));
        let said = known.map(|assertion| Said::of(mission, assertion));
        (built, base, matches!(at_base, Some(AtBase::Untried)), said)
    });
    let mut mutants: Vec<Mutant> = base
        .filter(|_| untried)
        .map(|base| Mutant {
            what: Line::clipped("everything since the base commit"),
            change: Change::At(base),
            reach: Reach::Features,
        })
        .into_iter()
        .collect();
    let between = |from: &Commit, to: &Commit| -> Result<Vec<Piece>, EngineError> {
        let mut pieces = undo::pieces(engine.repo.own(), &from.0, &to.0)?;
        pieces.retain(|piece| !is_test(&piece.path));
        Ok(pieces)
    };
    let mut features: Vec<(String, Vec<Piece>)> = Vec::new();
    let mut since: Vec<Mutant> = Vec::new();
    for (feature, from, to) in built.into_iter().rev() {
        features.push((feature.to_string(), between(&from, &to)?));
        if to != *head {
            let what = format!("{feature} and all that was built on it");
            let mutant = Mutant::undoing(what, between(&from, head)?);
            since.extend(mutant.map(|mutant| Mutant { reach: Reach::WithLater, ..mutant }));
        }
    }
    if let Some(said) = said {
        mutants.append(&mut reworded(engine, &said, head)?);
    }
    mutants.extend(features.iter().filter_map(|(name, pieces)| Mutant::undoing(name, pieces.clone())));
    if features.len() > 1 {
        let names: BTreeSet<&str> = features.iter().map(|(name, _)| name.as_str()).collect();
        let all = features.iter().flat_map(|(_, pieces)| pieces.clone()).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(" and ");
        mutants.extend(Mutant::undoing(names, all));
    }
    mutants.append(&mut since);
    for (name, pieces) in &features {
        let hunks: Vec<Piece> = pieces.iter().flat_map(Piece::hunks).collect();
        // One hunk alone is the feature, which was tried.
        for hunk in hunks.iter().filter(|_| hunks.len() > 1) {
            let what = format!("{name}: {} {}", hunk.path, hunk.place);
            let mutant = Mutant::undoing(what.trim_end(), vec![hunk.clone()]);
            mutants.extend(mutant.map(|mutant| Mutant { reach: Reach::Hunk, ..mutant }));
        }
    }
    mutants.truncate(MOST);
    Ok(mutants)
}

/// Words of what is asserted that stand in few lines of the app, where they are what it says rather than its language.
fn reworded(engine: &EngineContext, said: &Said, head: &Commit) -> Result<Vec<Mutant>, EngineError> {
    let mut mutants = Vec::new();
    for word in said.words().into_iter().take(WORDS_LOOKED_FOR) {
        let mut files = undo::files_with(engine.repo.own(), &head.0, word)?;
        files.retain(|(path, _)| !is_test(path));
        let lines: usize = files.iter().map(|(_, lines)| lines).sum();
        if lines == 0 || lines > COMMON {
            continue;
        }
        mutants.push(Mutant {
            what: Line::clipped(format!("the word \"{word}\"")),
            change: Change::Reword {
                files: files.into_iter().map(|(path, _)| path).collect(),
                word: word.to_owned(),
            },
            reach: Reach::Hunk,
        });
        if mutants.len() == MOST_WORDS {
            break;
        }
    }
    Ok(mutants)
}

/// Makes the app of a clean checkout wrong; says what stands in the way where that cannot be done.
///
/// # Errors
/// When git or the disk fails.
pub fn make(checkout: ProofCheckout, change: &Change) -> Result<Result<Extent, String>, EngineError> {
    match change {
        Change::Undo(pieces) => Ok(undo::undo(checkout.dir(), pieces)?),
        Change::Reword { files, word } => Ok(undo::reword(checkout.dir(), files, word)?),
        Change::At(commit) => {
            checkout.at(&commit.0)?;
            Ok(Ok(Extent::Whole))
        }
        Change::Everything => {
            undo::remove_all_but(checkout.dir(), is_test)?;
            Ok(Ok(Extent::Whole))
        }
    }
}

/// Whether a file belongs to the tests, by the names that test runners go by.
fn is_test(path: &str) -> bool {
    let path = Path::new(path);
    let folders = ["test", "tests", "spec", "specs", "__tests__", "testdata", "fixtures", "e2e"];
    let in_folder = path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .any(|part| folders.contains(&part.as_os_str().to_string_lossy().to_lowercase().as_str()));
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    in_folder
        || name == "conftest.py"
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || name.contains(".test.")
        || name.contains(".spec.")
}

#[cfg(test)]
mod tests {
    use super::is_test;

    #[test]
    fn tests_are_told_by_their_names() {
        for path in [
            "tests/it.rs",
            "src/__tests__/a.js",
            "a/test_web.py",
            "a/web_test.go",
            "x.test.ts",
            "conftest.py",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in ["src/main.rs", "latest.py", "src/contest.py", "testing.md", "src/greatest/a.rs"] {
            assert!(!is_test(path), "{path}");
        }
    }
}
