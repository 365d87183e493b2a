//! The tests that a handoff adds: whether a run knows them, and whether they fail without what was built.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::trial::Trial;
use crate::domain::added_tests::{AddedTests, Lack, MOST_NAMES, MissingTest};
use crate::domain::environment::{CommandRun, Script};
use crate::domain::handoff::TestFile;
use crate::domain::id::{Commit, FeatureId};
use crate::domain::plan::FeatureState;
use crate::domain::tests::{TestCase, TestOutcome, TestRun, is_identifier, words};
use crate::domain::text::Title;
use crate::engine::activity::Running;
use crate::engine::clock;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::scripts::tests_of;
use crate::engine::tampering::{self, Changed, Regressions};
use crate::workspace::diff::{texts_at, whole_texts};
use crate::workspace::undo;

/// A handoff whose added tests are looked at.
pub(super) struct Handed<'a> {
    pub engine: &'a Arc<EngineContext>,
    pub feature: FeatureId,
    /// The directory that its worker worked in, which it may name.
    pub worked_in: &'a str,
    /// What the mission's own commands did at its head.
    pub runs: &'a [CommandRun],
    /// Those of them that name no test, in a form that does, with what that did.
    pub named: &'a [(Script, CommandRun)],
}

impl Handed<'_> {
    /// What there is to say of its added tests; nothing where nothing is.
    pub(super) async fn look(
        &self,
        running: &Running,
        cancel: &CancellationToken,
    ) -> Result<AddedTests, EngineError> {
        let feature = self.feature;
        let (ends, claimed) = self.engine.cell.with(|mission| {
            let ends = mission.feature(feature).and_then(|found| match &found.state {
                FeatureState::Built { base, head, .. } => Some((base.clone(), head.clone())),
                FeatureState::Pending | FeatureState::Cancelled { .. } => None,
            });
            let claimed = mission.handoffs.get(&feature).map(|(_, handoff)| handoff.tests.added.clone());
            (ends, claimed.unwrap_or_default())
        });
        let Some((base, head)) = ends else { return Ok(AddedTests::default()) };
        let told = self.told();
        let unnamed = told.is_none() && !claimed.is_empty() && self.is_green();
        let missing = self.missing(claimed, &head, told.as_ref()).await?;
        let tried = match told {
            Some(told) if base != head => self.tried((base, head), &told, running, cancel).await?,
            Some(_) | None => AddedTests::default(),
        };
        Ok(AddedTests { missing, unnamed, ..tried })
    }

    /// Which tests of before fail, as they were, on the program as it is.
    pub(super) async fn regressions(
        &self,
        running: &Running,
        cancel: &CancellationToken,
    ) -> Result<Regressions, EngineError> {
        let ends = self.engine.cell.with(|mission| tampering::ends(mission, self.feature));
        let Some((base, head)) = ends.filter(|_| self.is_green()) else { return Ok(Regressions::default()) };
        let (engine, to) = (Arc::clone(self.engine), head.clone());
        let tests = blocking(move || {
            let (texts, _) = whole_texts(engine.repo.own(), &base.0, &to.0)?;
            let files: Vec<Changed> = texts.into_iter().map(Changed::of).collect();
            if !tampering::touches_earlier_tests(&files) {
                return Ok(Vec::new());
            }
            let mut pieces = undo::pieces(engine.repo.own(), &base.0, &to.0)?;
            let helps = |path: &str| {
                let is_one = |file: &Changed| file.path == path || file.old_path == path;
                files.iter().any(|file| is_one(file) && tampering::helps_tests(file))
            };
            pieces.retain(|piece| tampering::is_of_tests(&piece.path) || helps(&piece.path));
            Ok(pieces)
        })
        .await?;
        if tests.is_empty() {
            return Ok(Regressions::default());
        }
        running.doing(format!("running the tests as they were before {}", self.feature));
        let end = Instant::now() + self.engine.limits.claim;
        let trial = Trial { engine: self.engine, head: &head, named: self.named, end, cancel };
        let runs = trial.without(tests).await?.unwrap_or_default();
        Ok(tampering::regressions(self.engine, self.feature, &runs))
    }

    fn tests(&self) -> Vec<Script> {
        self.engine.environment(|environment| environment.test.clone())
    }

    /// The tests of the environment's commands at its head, where all are green and name them: one that failed may have
    /// ended before it named all.
    fn told(&self) -> Option<TestRun> {
        let tests = self.tests();
        let is_of_test = |run: &&CommandRun| tests.iter().any(|script| script.run == run.command);
        let mut runs = self.runs.iter().filter(is_of_test);
        let told = runs.try_fold(TestRun::default(), |all, run| {
            let named = self.named.iter().find(|(_, named)| named.command == run.command);
            let run = named.map_or(run, |(_, named)| named);
            let said = tests_of(&self.engine.store, run).filter(|_| run.passed())?;
            Some(all.and(said))
        });
        told.filter(|run| !run.cases.is_empty())
    }

    /// Whether there are test commands, and all of them passed.
    fn is_green(&self) -> bool {
        let tests = self.tests();
        let passed = |script: &Script| self.runs.iter().any(|run| run.command == script.run && run.passed());
        !tests.is_empty() && tests.iter().all(passed)
    }

    /// Which of the tests that it names as added nobody finds.
    async fn missing(
        &self,
        claimed: Vec<TestFile>,
        head: &Commit,
        told: Option<&TestRun>,
    ) -> Result<Vec<MissingTest>, EngineError> {
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        let paths: Vec<String> =
            claimed.iter().map(|file| bare(file.file.as_str(), self.worked_in)).collect();
        let (engine, head, wanted) = (Arc::clone(self.engine), head.clone(), paths.clone());
        let (present, texts) = blocking(move || {
            let present: RefCell<Vec<String>> = RefCell::default();
            let is_wanted = |path: &str| {
                let found = wanted.iter().any(|wanted| is_at(path, wanted));
                if found {
                    present.borrow_mut().push(path.to_owned());
                }
                found
            };
            let texts = texts_at(engine.repo.own(), &head.0, &is_wanted)?;
            Ok((present.into_inner(), texts))
        })
        .await?;
        let mut missing = Vec::new();
        for (TestFile { file, cases }, path) in claimed.into_iter().zip(paths) {
            if !present.iter().any(|known| is_at(known, &path)) {
                missing.push(MissingTest { file, case: None, lack: Lack::File });
                continue;
            }
            let text: String = texts
                .iter()
                .filter(|(known, _)| is_at(known, &path))
                .map(|(_, text)| text.as_str())
                .collect();
            let lacks = told.map(|told| lacks(&cases, told, &text)).unwrap_or_default();
            missing.extend(lacks.into_iter().map(|(case, lack)| MissingTest {
                file: file.clone(),
                case: Some(case),
                lack,
            }));
        }
        Ok(missing)
    }

    /// Tries the tests that are new with it without what was built beside them.
    async fn tried(
        &self,
        (base, head): (Commit, Commit),
        told: &TestRun,
        running: &Running,
        cancel: &CancellationToken,
    ) -> Result<AddedTests, EngineError> {
        let left = self.left();
        if left.is_zero() {
            return Ok(AddedTests::default());
        }
        let (engine, from, to) = (Arc::clone(self.engine), base, head.clone());
        let (come, built) = blocking(move || {
            let (texts, _) = whole_texts(engine.repo.own(), &from.0, &to.0)?;
            let files: Vec<Changed> = texts.into_iter().map(Changed::of).collect();
            let mut pieces = undo::pieces(engine.repo.own(), &from.0, &to.0)?;
            pieces.retain(|piece| !tampering::is_of_tests(&piece.path));
            Ok((tampering::come(&files), pieces))
        })
        .await?;
        let known = tampering::known_names(self.engine, self.feature);
        let new = new_cases(told, &known, &come);
        if new.is_empty() || built.is_empty() {
            return Ok(AddedTests::default());
        }
        running.doing(format!("trying the tests of {} without what it built", self.feature));
        let begun = Instant::now();
        let trial = Trial { engine: self.engine, head: &head, named: self.named, end: begun + left, cancel };
        let runs = trial.without(built).await?.unwrap_or_default();
        let wall_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let said = runs.iter().filter_map(|run| tests_of(&self.engine.store, run));
        let without = said.filter(|said| !said.cases.is_empty()).reduce(TestRun::and);
        Ok(without.map_or_else(
            || AddedTests { wall_ms, ..AddedTests::default() },
            |run| judged(&new, &run, wall_ms),
        ))
    }

    /// What all of it may take: no more than is left for undoing things, and than a claimed command. Nothing where that is
    /// off.
    fn left(&self) -> Duration {
        let left = self.engine.cell.with(|mission| mission.sabotage_left_ms(clock::now()));
        Duration::from_millis(left).min(self.engine.limits.claim)
    }
}

/// The tests of a run that passed and are new with the change, which the runs before did not know.
fn new_cases(told: &TestRun, known: &[String], come: &[(String, String)]) -> Vec<String> {
    let is_new = |case: &&TestCase| {
        case.outcome == TestOutcome::Passed
            && !known.contains(&case.name)
            && come.iter().any(|(path, name)| case.is_called(name) && stands_in(case, path, told))
    };
    told.cases.iter().filter(is_new).map(|case| case.name.clone()).collect()
}

/// Whether a runner that names files names this one.
fn stands_in(case: &TestCase, path: &str, told: &TestRun) -> bool {
    let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    let stem = words(stem);
    let names =
        |name: &str| !stem.is_empty() && words(name).windows(stem.len()).any(|part| part == stem.as_slice());
    names(&case.name) || !told.cases.iter().any(|other| names(&other.name))
}

/// Which of the new tests pass without what was built.
fn judged(new: &[String], without: &TestRun, wall_ms: u64) -> AddedTests {
    let passes = |name: &&String| {
        let mut own = without.cases.iter().filter(|case| case.name == **name).peekable();
        own.peek().is_some() && own.all(|case| case.outcome == TestOutcome::Passed)
    };
    let hollow: Vec<&String> = new.iter().filter(passes).collect();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    AddedTests {
        tried: number(new.len()),
        hollow: number(hollow.len()),
        names: hollow.into_iter().take(MOST_NAMES).map(Title::clipped).collect(),
        wall_ms,
        ..AddedTests::default()
    }
}

/// What is missing of the cases of one file.
fn lacks(cases: &[Title], told: &TestRun, text: &str) -> Vec<(Title, Lack)> {
    let in_prose = told.cases.iter().any(|case| case.name.split_whitespace().count() > 3);
    let unknown = cases.iter().filter(|case| {
        !case.as_str().trim().is_empty() && !told.cases.iter().any(|known| known.is_called(case.as_str()))
    });
    // The file is read as one long name.
    let whole = TestCase { name: text.to_owned(), outcome: TestOutcome::Passed };
    let lack = |case: &Title| {
        if whole.is_called(case.as_str()) {
            Lack::Run
        } else if is_identifier(case.as_str()) || in_prose && case.as_str().trim().contains(' ') {
            Lack::Test
        } else {
            Lack::Words
        }
    };
    unknown.map(|case| (case.clone(), lack(case))).collect()
}

/// A path as a handoff names it, without what stands before and behind it.
fn bare(named: &str, worked_in: &str) -> String {
    let named = named.trim().trim_matches(['`', '"']);
    let named = named.strip_prefix(worked_in).unwrap_or(named).trim_start_matches('/');
    let named = named.split("::").next().unwrap_or(named);
    named.strip_prefix("./").unwrap_or(named).trim_end_matches('/').to_owned()
}

/// Whether a path is the one that is named, lies below it, or is named by its end, or with a remark behind it.
fn is_at(path: &str, named: &str) -> bool {
    let word = named.split([' ', '(', ':']).next().unwrap_or(named);
    [named, word].iter().filter(|name| !name.is_empty()).any(|name| {
        path == *name || path.ends_with(&format!("/{name}")) || path.starts_with(&format!("{name}/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cases: &[(&str, TestOutcome)]) -> TestRun {
        TestRun::of_cases(cases.iter().map(|(name, outcome)| TestCase::new(name, *outcome)).collect())
    }

    #[test]
    fn new_tests_that_pass_all_the_same_are_named_and_no_others() {
        let (passed, failed) = (TestOutcome::Passed, TestOutcome::Failed);
        let head = run(&[
            ("tests/test_a.py::test_old", passed),
            ("tests/test_a.py::test_find", passed),
            ("tests/test_b.py::test_find", passed),
            ("tests/test_b.py::test_usage[en]", passed),
            ("tests/test_b.py::test_broken", failed),
        ]);
        let known = ["tests/test_a.py::test_old".to_owned(), "tests/test_a.py::test_find".to_owned()];
        let come = |names: &[&str]| {
            names.iter().map(|name| ("tests/test_b.py".to_owned(), (*name).to_owned())).collect::<Vec<_>>()
        };
        let new = new_cases(&head, &known, &come(&["test_find", "test_usage", "test_broken"]));
        assert_eq!(new, ["tests/test_b.py::test_find", "tests/test_b.py::test_usage[en]"]);
        assert_eq!(new_cases(&head, &[], &come(&["test_find"])), ["tests/test_b.py::test_find"]);
        let without =
            run(&[("tests/test_b.py::test_find", failed), ("tests/test_b.py::test_usage[en]", passed)]);
        let added = judged(&new, &without, 7);
        assert_eq!((added.tried, added.hollow, added.wall_ms), (2, 1, 7));
        assert_eq!(added.names[0].as_str(), "tests/test_b.py::test_usage[en]");
        assert_eq!(judged(&new, &run(&[]), 7).hollow, 0, "what does not run there is no proof");
    }

    #[test]
    fn a_named_test_is_known_to_a_run_or_stands_in_its_file() {
        let told = run(&[("tests/test_a.py::test_find[x]", TestOutcome::Passed)]);
        let said = |case: &str| lacks(&[Title::clipped(case)], &told, "def test_e2e():\n    pass\n");
        assert_eq!(said("test_find"), []);
        assert_eq!(said("TestA.test_find"), []);
        assert_eq!(said("test_e2e")[0].1, Lack::Run);
        assert_eq!(said("test_blank")[0].1, Lack::Test);
        assert_eq!(said("a blank title is refused")[0].1, Lack::Words);
        assert_eq!(said("trimming")[0].1, Lack::Words);
        let told = run(&[("notes finds what a note says", TestOutcome::Passed)]);
        assert_eq!(lacks(&[Title::clipped("a blank title is refused")], &told, "")[0].1, Lack::Test);
    }

    #[test]
    fn a_file_is_found_however_it_is_named() {
        for named in [
            "tests/test_a.py",
            "./tests/test_a.py",
            "/work/checkout/tests/test_a.py",
            "`tests/test_a.py`",
            "tests/test_a.py::TestA",
            "tests/test_a.py (new)",
            "test_a.py",
            "tests/",
        ] {
            assert!(is_at("tests/test_a.py", &bare(named, "/work/checkout")), "{named}");
        }
        for named in ["tests/test_b.py", "a.py", "tests/test_a", ""] {
            assert!(!is_at("tests/test_a.py", &bare(named, "/work/checkout")), "{named}");
        }
    }
}
