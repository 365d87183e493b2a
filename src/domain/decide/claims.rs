//! What a handoff claims, held against what the engine saw and what a reviewer found.

use super::Result;
use super::transaction::{Raised, Transaction};
use crate::domain::added_tests::{AddedTests, Missing};
use crate::domain::attempt::AgentWork;
use crate::domain::claim::by_hand::{against, command_of, otherwise};
use crate::domain::claim::{NotRun, contradiction};
use crate::domain::environment::{CommandRun, Environment};
use crate::domain::event::Event;
use crate::domain::finding::{Severity, Source};
use crate::domain::handoff::Handoff;
use crate::domain::id::{AttemptId, FeatureId};
use crate::domain::mission::Mission;
use crate::domain::plan::{Claims, FeatureState};
use crate::domain::round::FalseClaim;
use crate::domain::text::Line;

/// What is suggested where a handoff says what is not so.
const CORRECT: &str = "Make it so, or hand in what is so: a claim is set right by a handoff that corrects it or no longer makes it.";
/// What is suggested for tests that pass without what they came with.
const HOLLOW: &str =
    "Make each fail where the behaviour is missing, or say which held before and has to stay so.";

/// What speaks against a handoff.
struct Against {
    severity: Severity,
    words: String,
    /// What is suggested, where it is the handoff that says what is not so.
    fix: Option<&'static str>,
}

/// Compares what a handoff claims with what the engine saw when it ran the same commands.
pub(super) fn record_claims(tx: &mut Transaction, feature: FeatureId, runs: Vec<CommandRun>) -> Result {
    let attempt = unchecked(tx, feature)?;
    let mission = tx.mission();
    let handoff = mission.handoffs.get(&feature).map(|(_, handoff)| handoff);
    let mut refuted = mission.added_tests.get(&feature).is_some_and(AddedTests::refutes);
    let mut findings = Vec::new();
    for run in &runs {
        if let Some(against) = against_handoff(mission, feature, handoff, run) {
            // A failure that the handoff admits is no lie.
            refuted |= against.severity == Severity::Blocking && !is_admitted(handoff, run);
            findings.push(against);
        }
    }
    let claims = if refuted { Claims::Refuted } else { Claims::Confirmed };
    tx.emit(Event::ClaimsChecked { feature, claims, runs });
    for Against { severity, words, fix } in findings {
        let raised = Raised::new(severity, Source::RefutedClaim { attempt }, words);
        tx.raise(Raised { feature: Some(feature), suggested_fix: fix.map(Line::clipped), ..raised });
    }
    Ok(())
}

/// What one run says against a handoff.
fn against_handoff(
    mission: &Mission,
    feature: FeatureId,
    handoff: Option<&Handoff>,
    run: &CommandRun,
) -> Option<Against> {
    let CommandRun { command, exit_code, tail, .. } = run;
    // The same command may be claimed twice, each time otherwise.
    let claims = || {
        let all = handoff.into_iter().flat_map(|handoff| &handoff.commands);
        all.filter(|claim| claim.command == *command)
    };
    let is_claimed = claims().next().is_some();
    if let Some(against) = claims().find_map(|claim| contradiction(claim, run)) {
        let words = format!("the handoff of {feature} {against}");
        return Some(Against { severity: Severity::Blocking, words, fix: Some(CORRECT) });
    }
    let mut own = mission.environment.iter().flat_map(Environment::claim_scripts);
    let is_own = own.any(|script| script.run == *command);
    let by_hand = handoff.into_iter().flat_map(|handoff| &handoff.checks);
    let mut by_hand = by_hand.filter(|check| command_of(check).as_ref() == Some(command)).peekable();
    // An output may rest on what was there, which nobody tells.
    let told = |words| Some(Against { severity: Severity::NonBlocking, words, fix: Some(CORRECT) });
    if by_hand.peek().is_some() && !is_claimed && !is_own {
        let words = by_hand.find_map(|check| against(check, command, run))?;
        return told(format!("of what was tried by hand, the handoff of {feature} {words}"));
    }
    // What is claimed of the mission's own commands must be green as well.
    if !run.passed() && (!is_claimed || is_own) {
        let words = format!("after {feature}, `{command}` exits {exit_code}: {tail}");
        return Some(Against { severity: Severity::Blocking, words, fix: None });
    }
    told(format!("the handoff of {feature} {}", claims().find_map(|claim| otherwise(claim, run))?))
}

/// Whether a handoff claims the very exit code of a command that is red.
fn is_admitted(handoff: Option<&Handoff>, run: &CommandRun) -> bool {
    let claims = handoff.into_iter().flat_map(|handoff| &handoff.commands);
    let mut claims = claims.filter(|claim| claim.command == run.command).peekable();
    claims.peek().is_some() && claims.all(|claim| contradiction(claim, run).is_none())
}

/// Commands of a handoff that were not run again: nobody takes them for confirmed.
pub(super) fn leave_claims(tx: &mut Transaction, feature: FeatureId, left: Vec<NotRun>) -> Result {
    unchecked(tx, feature)?;
    tx.accept(Event::ClaimsLeft { feature, left })
}

/// What the engine saw of the tests that a handoff adds. One finding says which pass without what was built, and one which
/// are not there.
pub(super) fn record_added_tests(tx: &mut Transaction, feature: FeatureId, added: AddedTests) -> Result {
    let attempt = unchecked(tx, feature)?;
    let commands: Vec<Line> = {
        let tests = tx.mission().environment.iter().flat_map(|known| &known.test);
        tests.map(|script| script.run.clone()).collect()
    };
    let refuted = added.missing_words(feature, Missing::Refuted, &commands);
    let unshown = added.missing_words(feature, Missing::Unshown, &commands);
    let hollow = added.hollow_words(feature);
    tx.emit(Event::AddedTestsTried { feature, added: Box::new(added) });
    let claims = [(Severity::Blocking, refuted), (Severity::NonBlocking, unshown)];
    for (severity, words) in claims {
        if let Some(words) = words {
            tx.raise(refutation(severity, Source::RefutedClaim { attempt }, feature, &words));
        }
    }
    if let Some((severity, words)) = hollow {
        let raised = Raised::new(severity, Source::Tampering { attempt }, words);
        let suggested_fix = Some(Line::clipped(HOLLOW));
        tx.raise(Raised { feature: Some(feature), suggested_fix, ..raised });
    }
    Ok(())
}

/// What a reviewer found of a handoff's words that is not so. It comes with their review.
pub(super) fn refute_claims(tx: &mut Transaction, claims: Vec<FalseClaim>) -> Result {
    let asker = tx.asker()?;
    let attempt = asker.id;
    let AgentWork::Review { feature, .. } = asker.work else {
        refuse!(OutOfTurn, "only a reviewer of a feature weighs what its handoff says")
    };
    for FalseClaim { said, seen, severity } in claims {
        let words =
            format!("the handoff of {feature} says: \u{201c}{said}\u{201d}, and that is not so: {seen}");
        tx.raise(refutation(severity, Source::FalseClaim { attempt }, feature, &words));
    }
    Ok(())
}

fn refutation(severity: Severity, source: Source, feature: FeatureId, words: &str) -> Raised {
    let suggested_fix = Some(Line::clipped(CORRECT));
    Raised { feature: Some(feature), suggested_fix, ..Raised::new(severity, source, words) }
}

/// The attempt whose handoff of a feature is not checked yet.
fn unchecked(tx: &Transaction, feature: FeatureId) -> Result<AttemptId> {
    match tx.mission().feature(feature).map(|found| &found.state) {
        Some(FeatureState::Built { attempt, claims: Claims::Unchecked, .. }) => Ok(*attempt),
        Some(FeatureState::Built { .. } | FeatureState::Pending | FeatureState::Cancelled { .. }) | None => {
            refuse!(OutOfTurn, "{feature} has no unchecked handoff")
        }
    }
}
