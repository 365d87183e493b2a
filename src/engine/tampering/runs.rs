//! The tests of a handoff: its change and its runs, against what was there before.

use std::sync::Arc;

use super::{Asked, Changed, Examined, examine, reach};
use crate::domain::environment::{CommandRun, Environment};
use crate::domain::finding::{FindingState, Severity, Source};
use crate::domain::id::{Commit, FeatureId};
use crate::domain::mission::Mission;
use crate::domain::plan::FeatureState;
use crate::domain::round::CheckRun;
use crate::domain::tampering::Suspicion;
use crate::domain::tests::TestRun;
use crate::domain::text::Line;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::scripts::{report_fault, tests_of};
use crate::workspace::diff::{texts_at, whole_texts};

/// What a handoff takes away, by its change and by the runs of the test commands at its head.
///
/// # Errors
/// When git cannot compare its commits.
pub async fn look(
    engine: &Arc<EngineContext>,
    feature: FeatureId,
    runs: &[CommandRun],
) -> Result<Vec<Suspicion>, EngineError> {
    let ends = engine.cell.with(|mission| ends(mission, feature));
    let examined = match ends {
        Some((base, head)) => of_change(engine, feature, base, head).await?,
        None => Examined::default(),
    };
    let Examined { mut found, explained, lines, .. } = examined;
    let shrunk = shrunk(engine, feature, runs);
    if let Some(words) = shrunk {
        let worst = found.iter().position(|suspicion| suspicion.severity == Severity::Blocking);
        // Fewer tests settle what was only doubtful.
        let at = worst.or((explained == 0).then_some(0));
        match at.and_then(|at| found.get_mut(at)) {
            // The change shows how: one finding says both.
            Some(first) => {
                *first = Suspicion::blocking(
                    format!("{}; the test commands report {words}", first.description),
                    first.hunk.as_ref().map_or("", |hunk| hunk.as_str()),
                );
            }
            None if explained > 0 => {}
            None => found.push(Suspicion::blocking(
                format!("after {feature} the test commands report {words}"),
                &lines,
            )),
        }
    }
    found.extend(unread(engine, runs));
    Ok(found)
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
fn ends(mission: &Mission, feature: FeatureId) -> Option<(Commit, Commit)> {
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
    let told = |runs: &[CommandRun]| {
        let mut counted = runs.iter().filter(|run| run.tests.is_some()).peekable();
        counted.peek().is_some() && counted.all(CommandRun::passed)
    };
    let handed_in = before.iter().filter_map(|id| mission.claim_runs.get(id)).find(|runs| told(runs));
    let base = || {
        let taken = mission.baseline.as_ref().map(|baseline| baseline.runs.clone());
        taken.filter(|runs| told(runs)).unwrap_or_default()
    };
    handed_in.cloned().unwrap_or_else(base)
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
