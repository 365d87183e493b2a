//! The tests of a handoff: its change and its runs, against what was there before.

use std::sync::Arc;

use super::regression::{self, Judged, Regressions};
use super::{Asked, Changed, Examined, examine, reach};
use crate::domain::contract::Assertion;
use crate::domain::environment::{CommandRun, Environment};
use crate::domain::finding::{FindingState, Severity, Source};
use crate::domain::id::{Commit, FeatureId};
use crate::domain::mission::Mission;
use crate::domain::plan::FeatureState;
use crate::domain::round::CheckRun;
use crate::domain::tampering::Suspicion;
use crate::domain::tests::{TestCase, TestOutcome, TestRun};
use crate::domain::text::Line;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::scripts::{report_fault, tests_of};
use crate::workspace::ProofCheckout;
use crate::workspace::diff::{texts_at, whole_texts};

/// What a handoff takes away.
#[derive(Debug, Default)]
pub struct Looked {
    pub found: Vec<Suspicion>,
    /// Tests of before that fail as they were, where the work may ask for that.
    pub regressed: Vec<String>,
}

/// What a handoff takes away, by its change, by the runs of the test commands at its head, and by those with the tests as
/// they were.
///
/// # Errors
/// When git cannot compare its commits.
pub async fn look(
    engine: &Arc<EngineContext>,
    feature: FeatureId,
    runs: &[CommandRun],
    red: &Regressions,
) -> Result<Looked, EngineError> {
    let ends = engine.cell.with(|mission| ends(mission, feature));
    let (examined, judged) = match ends {
        Some((base, head)) => {
            let ends = (base.clone(), head.clone());
            let judged = judged(engine, feature, ends.clone(), red).await?;
            let mut examined = of_change(engine, feature, base, head).await?;
            examined.found.extend(of_added_files(engine, ends).await?);
            (examined, judged)
        }
        None => <(Examined, Judged)>::default(),
    };
    let Examined { mut found, explained, lines, .. } = examined;
    for (names, regressed) in judged.found {
        // What the change shows of a test is settled by this.
        let known =
            found.iter().position(|one| names.iter().any(|name| one.description.as_str().contains(name)));
        match known.and_then(|at| found.get_mut(at)) {
            Some(first) => *first = first.with("as it was it fails on the program as it is now"),
            None => found.push(regressed),
        }
    }
    let shrunk = shrunk(engine, feature, runs);
    if let Some(words) = shrunk {
        let worst = found.iter().position(|suspicion| suspicion.severity == Severity::Blocking);
        // Fewer tests settle what was only doubtful.
        let at = worst.or((explained == 0).then_some(0));
        match at.and_then(|at| found.get_mut(at)) {
            // The change shows how: one finding says both.
            Some(first) => *first = first.with(&format!("the test commands report {words}")),
            None if explained > 0 => {}
            None => found.push(Suspicion::blocking(
                format!("after {feature} the test commands report {words}"),
                &lines,
            )),
        }
    }
    found.extend(unread(engine, runs));
    Ok(Looked { found, regressed: judged.asked })
}

/// What is to be said of files that a change adds: those that its own `.gitignore` names, since nobody looks for what a tool
/// makes, and those by which a check measures what came with them.
async fn of_added_files(
    engine: &Arc<EngineContext>,
    (base, head): (Commit, Commit),
) -> Result<Vec<Suspicion>, EngineError> {
    let checks: Vec<(String, String)> = engine.cell.with(|mission| {
        let open = mission.active_assertions().filter(|one| !mission.is_sealed(&one.id));
        let check =
            |one: &Assertion| Some((one.id.to_string(), one.wording.check.command.as_ref()?.to_string()));
        open.filter_map(check).collect()
    });
    let engine = Arc::clone(engine);
    blocking(move || {
        let checkout = ProofCheckout::open(engine.repo.own(), &engine.proof_dir(), &head.0);
        let ignored = checkout.ignored()?;
        let (texts, left_out) = whole_texts(engine.repo.own(), &base.0, &head.0)?;
        let new = texts.into_iter().filter(|file| file.old.is_none()).map(|file| file.path);
        let new: Vec<String> = new.chain(left_out).collect();
        let hidden: Vec<&str> =
            new.iter().filter(|path| ignored.contains(&(*path).into())).map(String::as_str).collect();
        let words = format!("committed although `.gitignore` names it: {}", hidden.join(", "));
        let hidden = (!hidden.is_empty()).then(|| Suspicion::doubtful(words, ""));
        let own = checks.iter().filter_map(|(id, command)| {
            let path = new.iter().find(|path| reach::measures_by(command, path))?;
            let words = format!("the check of {id} measures by {path}, which came with what it checks");
            Some(Suspicion::doubtful(words, ""))
        });
        Ok(hidden.into_iter().chain(own).collect())
    })
    .await
}

/// What is held against a change for the tests of before that fail.
async fn judged(
    engine: &Arc<EngineContext>,
    feature: FeatureId,
    (base, head): (Commit, Commit),
    red: &Regressions,
) -> Result<Judged, EngineError> {
    if red.is_empty() {
        return Ok(Judged::default());
    }
    let mut asked = engine.cell.with(|mission| asked(mission, feature));
    let goal = engine.cell.with(|m| m.founding.as_ref().map(|founding| founding.goal.as_str().to_owned()));
    asked.words += &goal.unwrap_or_default();
    let (engine, red) = (Arc::clone(engine), red.clone());
    blocking(move || {
        let (texts, _) = whole_texts(engine.repo.own(), &base.0, &head.0)?;
        let files: Vec<Changed> = texts.into_iter().map(Changed::of).collect();
        let base = texts_at(engine.repo.own(), &base.0, &super::is_program)?;
        Ok(regression::judge(&files, &base, &red, &asked))
    })
    .await
}

/// Which tests passed before a feature was built and fail now, by what the test commands say with the tests as they were.
/// Nothing where it is not known that they passed.
pub fn regressions(engine: &EngineContext, feature: FeatureId, with_earlier: &[CommandRun]) -> Regressions {
    let commands = engine.cell.with(test_commands);
    let was_green = |run: &CommandRun| {
        engine.cell.with(|mission| {
            let mut earlier = earlier(mission, feature).into_iter().flatten();
            earlier.find(|known| known.command == run.command).filter(|known| known.passed()).cloned()
        })
    };
    let mut red = Regressions::default();
    for run in of_tests(with_earlier, &commands).filter(|run| !run.passed()) {
        let Some(before) = was_green(run) else { continue };
        let named =
            |run: &CommandRun| tests_of(&engine.store, run).map(|told| told.cases).unwrap_or_default();
        let (before, now) = (named(&before), named(run));
        if before.is_empty() && now.is_empty() {
            red.commands.push(run.command.to_string());
            continue;
        }
        let passed: Vec<&TestCase> =
            before.iter().filter(|case| case.outcome == TestOutcome::Passed).collect();
        // A runner that cannot load a file names that.
        let is_file = |case: &TestCase| {
            let name = case.name.trim();
            !name.contains(char::is_whitespace) && super::is_program(name) && super::is_of_tests(name)
        };
        let (files, failed): (Vec<&TestCase>, Vec<&TestCase>) =
            now.iter().filter(|case| case.outcome == TestOutcome::Failed).partition(|case| is_file(case));
        red.unrun.extend(files.iter().map(|case| case.name.clone()));
        let is_old =
            |case: &&TestCase| before.is_empty() || passed.iter().any(|known| known.name == case.name);
        red.failed.extend(failed.into_iter().filter(is_old).map(|case| case.name.clone()));
        let unrun = passed.iter().filter(|case| !now.iter().any(|known| known.name == case.name));
        red.unrun.extend(unrun.map(|case| case.name.clone()));
    }
    red
}

/// Reports that the environment names and nobody can read: then only the output says which tests there were. A failing
/// command may have had no time to write one. What is open already is not raised again.
fn unread(engine: &EngineContext, runs: &[CommandRun]) -> Vec<Suspicion> {
    let green = runs.iter().filter(|run| run.passed());
    let faults = green.filter_map(|run| Some((&run.command, report_fault(&engine.store, run)?)));
    let words = faults.map(|(command, why)| format!("the report of `{command}` tells nothing: {why}"));
    let is_new = |words: &String| {
        engine.cell.with(|m| m.open_findings().all(|known| known.description != Line::clipped(words)))
    };
    words.filter(is_new).map(|words| Suspicion::doubtful(words, "")).collect()
}

/// Checks of a round that report fewer tests than the last round in which the same command passed, and the handoff that came
/// last. The environment's own test commands are compared at each handoff.
pub fn shrunk_checks(engine: &EngineContext, checks: &[CheckRun]) -> Option<(FeatureId, Vec<Suspicion>)> {
    let (commands, feature, rounds) =
        engine.cell.with(|m| (test_commands(m), newest_handoff(m), m.rounds.clone()));
    let earlier = |run: &CommandRun| {
        let known = rounds.iter().rev().flat_map(|round| round.checks.iter().rev().map(|check| &check.run));
        known.into_iter().find(|known| known.command == run.command && known.passed()).cloned()
    };
    // Those who build must not know a sealed check.
    let open = |check: &&CheckRun| !engine.cell.with(|m| m.is_sealed(&check.assertion));
    let found = checks.iter().filter(|check| check.run.passed()).filter(open).filter_map(|check| {
        let run = &check.run;
        if commands.iter().any(|command| command == run.command.as_str()) {
            return None;
        }
        let (before, after) = (tests_of(&engine.store, &earlier(run)?)?, tests_of(&engine.store, run)?);
        let words = after.less_than(&before)?.words();
        let words = format!("the check of {}, `{}`, reports {words}", check.assertion, run.command);
        Some(Suspicion::doubtful(words, ""))
    });
    let found: Vec<Suspicion> = found.collect();
    feature.filter(|_| !found.is_empty()).map(|feature| (feature, found))
}

fn newest_handoff(mission: &Mission) -> Option<FeatureId> {
    let built = mission.features.iter().filter_map(|feature| match &feature.state {
        FeatureState::Built { attempt, .. } => Some((*attempt, feature.id)),
        FeatureState::Pending | FeatureState::Cancelled { .. } => None,
    });
    built.max_by_key(|(attempt, _)| *attempt).map(|(_, feature)| feature)
}

/// What a reviewer is told of the tests that a feature changed.
///
/// # Errors
/// When git cannot compare its commits.
pub async fn notes(engine: &Arc<EngineContext>, feature: FeatureId) -> Result<String, EngineError> {
    let Some((base, head)) = engine.cell.with(|mission| ends(mission, feature)) else {
        return Ok(String::new());
    };
    let examined = of_change(engine, feature, base, head).await?;
    let mut text = String::new();
    for suspicion in &examined.found {
        text += &format!("- {} (a finding already)\n", suspicion.description);
    }
    for words in &examined.to_read {
        text += &format!("- {words}\n");
    }
    if text.is_empty() {
        return Ok(text);
    }
    Ok(format!(
        "\n## What it changed of tests and gates\nJudge whether the feature asks for each of these:\n{text}"
    ))
}

async fn of_change(
    engine: &Arc<EngineContext>,
    feature: FeatureId,
    base: Commit,
    head: Commit,
) -> Result<Examined, EngineError> {
    let mut asked = engine.cell.with(|mission| asked(mission, feature));
    let engine = Arc::clone(engine);
    blocking(move || {
        let (texts, left_out) = whole_texts(engine.repo.own(), &base.0, &head.0)?;
        let files: Vec<Changed> = texts.into_iter().map(Changed::of).collect();
        let gates = texts_at(engine.repo.own(), &base.0, &reach::may_count)?;
        asked.commands.extend(reach::reached(&files, &gates, &asked.commands));
        let mut examined = examine(&files, &asked);
        let telling =
            |path: &&String| super::kind(path) == super::Kind::Test || super::kind(path) == super::Kind::Gate;
        let unread: Vec<&str> = left_out.iter().filter(telling).map(String::as_str).collect();
        if !unread.is_empty() {
            let words = format!(
                "too large or too many to be looked at for what they take from the tests: {}",
                unread.join(", ")
            );
            examined.found.push(Suspicion::doubtful(words, ""));
        }
        Ok(examined)
    })
    .await
}

/// The commits between which a feature was built.
pub fn ends(mission: &Mission, feature: FeatureId) -> Option<(Commit, Commit)> {
    match &mission.feature(feature)?.state {
        FeatureState::Built { base, head, .. } if base != head => Some((base.clone(), head.clone())),
        FeatureState::Built { .. } | FeatureState::Pending | FeatureState::Cancelled { .. } => None,
    }
}

/// What the work asks for, in words, and the commands of the environment.
fn asked(mission: &Mission, feature: FeatureId) -> Asked {
    let environment = mission.environment.as_ref();
    let scripts = environment.into_iter().flat_map(Environment::gate_scripts);
    let checks = mission.active_assertions().filter_map(|assertion| assertion.wording.check.command.as_ref());
    let gates = checks.map(|command| reach::gates_of(command.as_str()));
    let commands = scripts.map(|script| script.run.to_string()).chain(gates).collect();
    let mut words = String::new();
    if let Some(found) = mission.feature(feature) {
        let criteria: Vec<String> = found.spec.criteria.iter().map(ToString::to_string).collect();
        words += &format!("{}\n{}\n{}\n", found.spec.title, found.spec.description, criteria.join("\n"));
    }
    for assertion in mission.active_assertions() {
        words += &format!("{}\n{}\n", assertion.wording.statement, assertion.wording.check.how);
    }
    Asked { commands, words }
}

/// What the test commands report less than at the last head whose tests nobody doubts. Commands that fail may end before
/// they have counted everything; that they fail is a finding of its own.
fn shrunk(engine: &EngineContext, feature: FeatureId, runs: &[CommandRun]) -> Option<String> {
    let (commands, reference) =
        engine.cell.with(|mission| (test_commands(mission), reference(mission, feature)));
    let total = |runs: &[CommandRun]| {
        let told: Vec<TestRun> =
            of_tests(runs, &commands).filter_map(|run| tests_of(&engine.store, run)).collect();
        told.into_iter().reduce(TestRun::and)
    };
    if !of_tests(runs, &commands).all(CommandRun::passed) {
        return None;
    }
    // Where the commands are others now, the largest of the runs before is what they are measured by.
    let largest = || {
        reference.iter().filter_map(|run| tests_of(&engine.store, run)).max_by_key(|run| run.counts.total())
    };
    let before = total(&reference).or_else(largest)?;
    match total(runs) {
        Some(after) => after.less_than(&before).map(|less| less.words()),
        None if before.counts.total() > 0 && of_tests(runs, &commands).next().is_some() => {
            Some(format!("no tests at all, {} before", before.counts.total()))
        }
        None => None,
    }
}

/// The tests that were run before a feature was built, by name where names are known.
pub fn known_names(engine: &EngineContext, feature: FeatureId) -> Vec<String> {
    let (commands, reference) =
        engine.cell.with(|mission| (test_commands(mission), reference(mission, feature)));
    let told = of_tests(&reference, &commands).filter_map(|run| tests_of(&engine.store, run));
    told.flat_map(|run| run.cases).map(|case| case.name).collect()
}

/// The runs of the environment's test commands.
fn of_tests<'a>(runs: &'a [CommandRun], commands: &'a [String]) -> impl Iterator<Item = &'a CommandRun> {
    runs.iter().filter(|run| commands.iter().any(|command| command == run.command.as_str()))
}

fn test_commands(mission: &Mission) -> Vec<String> {
    let environment = mission.environment.as_ref();
    environment.into_iter().flat_map(|known| &known.test).map(|script| script.run.to_string()).collect()
}

/// The runs that a feature is measured by: of the handoff before it whose tests nobody doubts, or of the base.
fn reference(mission: &Mission, feature: FeatureId) -> Vec<CommandRun> {
    let told = |runs: &&[CommandRun]| {
        let mut counted = runs.iter().filter(|run| run.tests.is_some()).peekable();
        counted.peek().is_some() && counted.all(CommandRun::passed)
    };
    earlier(mission, feature).into_iter().find(told).unwrap_or_default().to_vec()
}

/// The runs of the handoffs before a feature whose tests nobody doubts, the newest first, and those of the base.
fn earlier(mission: &Mission, feature: FeatureId) -> Vec<&[CommandRun]> {
    let attempt_of = |id: FeatureId| match &mission.feature(id)?.state {
        FeatureState::Built { attempt, .. } => Some(*attempt),
        FeatureState::Pending | FeatureState::Cancelled { .. } => None,
    };
    let own = attempt_of(feature);
    let mut before: Vec<FeatureId> = mission
        .claim_runs
        .keys()
        .copied()
        .filter(|id| *id != feature && attempt_of(*id) < own && is_accepted(mission, *id))
        .collect();
    before.sort_by_key(|id| std::cmp::Reverse(attempt_of(*id)));
    let handed_in = before.iter().filter_map(|id| mission.claim_runs.get(id)).map(Vec::as_slice);
    handed_in.chain(mission.baseline.iter().map(|baseline| baseline.runs.as_slice())).collect()
}

/// Whether nothing is said against the tests of a handoff, or somebody decided that it may stand.
fn is_accepted(mission: &Mission, feature: FeatureId) -> bool {
    let doubts = |state: &FindingState| match state {
        FindingState::Open | FindingState::TakenUp { .. } => true,
        FindingState::Dismissed { .. } | FindingState::Deferred { .. } => false,
    };
    !mission.findings.values().any(|finding| {
        finding.feature == Some(feature)
            && matches!(finding.source, Source::Tampering { .. })
            && finding.severity == Severity::Blocking
            && doubts(&finding.state)
    })
}
