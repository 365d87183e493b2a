//! A handoff as those read it who judge it: what it says, and beside it what the engine saw of that.

use super::section::{join, list};
use crate::domain::claim::NotRun;
use crate::domain::claim::by_hand::Tried;
use crate::domain::handoff::{Handoff, ManualCheck, Procedure};
use crate::domain::id::FeatureId;
use crate::domain::mission::Mission;

pub(super) fn handoff(mission: &Mission, feature: FeatureId) -> String {
    let Some((attempt, handoff)) = mission.handoffs.get(&feature) else { return String::new() };
    let mut text = format!("\n## The handoff of {attempt}\n{}\n", handoff.summary);
    text += &list("implemented:\n", &handoff.implemented);
    text += &list("left undone:\n", &handoff.left_undone);
    text += &commands(mission, feature, handoff);
    if let Some(added) = mission.added_tests.get(&feature) {
        let hollow = added.hollow_words(feature).map(|(_, words)| words);
        for words in hollow.into_iter().chain(added.unnamed_words(feature)).chain(added.regressed_words()) {
            text += &format!("the engine saw: {words}\n");
        }
    }
    for file in &handoff.tests.added {
        text += &format!("tests in {}: {}\n", file.file, join(&file.cases));
    }
    let tried = handoff.checks.iter().map(|check| by_hand(mission, feature, check));
    text += &list("tried by hand:\n", tried);
    if let Procedure::Deviated { deviations } = &handoff.procedure {
        let otherwise = deviations
            .iter()
            .map(|step| format!("{}: {} instead, because {}", step.step, step.instead, step.why));
        text += &list("did otherwise:\n", otherwise);
    }
    text
}

/// What it claims of commands, what the engine saw of them, and what of it nothing shows.
fn commands(mission: &Mission, feature: FeatureId, handoff: &Handoff) -> String {
    let mut text = String::new();
    for run in &handoff.commands {
        text += &format!("claims: `{}` exits {}: {}\n", run.command, run.exit_code, run.observation);
    }
    for run in mission.claim_runs.get(&feature).into_iter().flatten() {
        let tail = if run.passed() { String::new() } else { format!(": {}", run.tail) };
        text += &format!("the engine saw: `{}` exits {}{tail}\n", run.command, run.exit_code);
    }
    for NotRun { command, why } in mission.claims_left.get(&feature).into_iter().flatten() {
        text += &format!("not run again: `{command}`, because {why}\n");
    }
    for (command, said) in mission.counts_unshown(feature) {
        text += &format!(
            "not shown: `{command}` names no number of tests when it is run again; the worker says: {said}\n"
        );
    }
    text
}

/// What was tried by hand, and whether anybody but the worker saw it.
fn by_hand(mission: &Mission, feature: FeatureId, check: &ManualCheck) -> String {
    let known = match mission.tried_by_hand(feature, check) {
        Tried::NotShown => "said by the worker, not shown".to_owned(),
        Tried::Again(run) => format!("run again it exits {}", run.exit_code),
        Tried::Otherwise(run) => {
            format!("run again it does otherwise, exit {}: {}", run.exit_code, run.tail)
        }
    };
    format!("{}: {} ({known})", check.action, check.observed)
}
