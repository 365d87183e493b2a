//! The mission, its plan, its contract and its environment.

use std::collections::BTreeMap;

use crate::domain::baseline::{AtBase, Baseline, SERVICE, Trial};
use crate::domain::contract::Assertion;
use crate::domain::environment::Environment;
use crate::domain::event::{Actor, Founding};
use crate::domain::plan::{Feature, Milestone, Origin};
use crate::domain::requirement::{Fate, Requirement, RequirementOrigin};
use crate::domain::text::Title;
use crate::view::prelude::*;

pub(super) fn created(founding: &Founding) -> LogLine {
    let text = format!("{} begins: {}", founding.mission, founding.title);
    let place =
        format!("on branch {} from {} of {}", founding.branch, founding.base.short(), founding.repository);
    LogLine::new(BEGINS, "mission", text).with([place])
}

/// What the person wants beyond the goal, and what asks for nothing after all; that the goal was read is no news.
pub(super) fn noted(requirements: &[Requirement], by: Actor) -> Option<LogLine> {
    let told = |found: &&Requirement| found.decided_by.is_some() || found.origin != RequirementOrigin::Goal;
    let lines: Vec<String> = requirements
        .iter()
        .filter(told)
        .map(|found| match &found.fate {
            Fate::Owed => format!("{} is owed: {}", found.id, one_line(found.text.as_str())),
            Fate::SetAside { reason } => format!("{} asks for nothing: {reason}", found.id),
        })
        .collect();
    let sign = if by == Actor::Person { NOTE } else { WARNING };
    match lines.as_slice() {
        [] => None,
        [only] => Some(LogLine::new(sign, "goal", only)),
        several => {
            let text = format!("{} of it are read anew", plural(several.len(), "sentence"));
            Some(LogLine::new(sign, "goal", text).with(lines))
        }
    }
}

pub(super) fn contract(assertions: &[Assertion]) -> String {
    let mut by_instrument: BTreeMap<&str, usize> = BTreeMap::new();
    for assertion in assertions {
        *by_instrument.entry(assertion.wording.check.via.word()).or_default() += 1;
    }
    let parts: Vec<String> = by_instrument.iter().map(|(word, n)| format!("{n} over {word}")).collect();
    format!("{}: {}", plural(assertions.len(), "assertion"), listed(&parts))
}

pub(super) fn environment(environment: &Environment) -> String {
    let scripts = [&environment.build, &environment.lint, &environment.test].into_iter().flatten();
    let services = environment
        .services
        .iter()
        .map(|service| format!("service {}{}", service.name, service.listens().words(" on ")));
    let testers = (environment.testers() > 1).then(|| format!("{} testers at once", environment.testers()));
    let parts: Vec<String> =
        scripts.map(|script| one_line(script.run.as_str())).chain(services).chain(testers).collect();
    if parts.is_empty() { "nothing to build, test or run".to_owned() } else { parts.join(" · ") }
}

/// What was tried before anything is built: what is red, and what holds already.
pub(super) fn baseline(baseline: &Baseline, mission: &Mission) -> LogLine {
    let runs = plural(baseline.runs.len(), "command");
    let red: Vec<String> = mission
        .all_trials()
        .iter()
        .filter(|trial| matches!(trial, Trial::Environment { group, .. } if *group != SERVICE))
        .filter_map(|trial| baseline.run(&trial.script().run).filter(|run| !run.passed()))
        .map(|run| format!("{} exits {}", one_line(run.command.as_str()), run.exit_code))
        .collect();
    let vacuous: Vec<String> = mission.vacuous_assertions().map(|found| found.id.to_string()).collect();
    let mut parts = vec![format!("{runs} tried at {}", baseline.commit)];
    parts.extend(red);
    if !vacuous.is_empty() {
        parts.push(format!("holds already: {}", listed(&vacuous)));
    }
    let invalid = |assertion: &&Assertion| matches!(mission.at_base(assertion), AtBase::Invalid(..));
    let invalid: Vec<String> =
        mission.active_assertions().filter(invalid).map(|found| found.id.to_string()).collect();
    if !invalid.is_empty() {
        parts.push(format!("can decide nothing: {}", listed(&invalid)));
    }
    let sign = if parts.len() == 1 { GOOD } else { WARNING };
    LogLine::new(sign, "baseline", parts.join(" · "))
}

pub(super) fn proposed(title: Option<&Title>, milestones: &[Milestone], features: &[Feature]) -> LogLine {
    let name = title.map_or_else(String::new, |title| format!("{title}: "));
    let text =
        format!("{name}{}, {}", plural(milestones.len(), "milestone"), plural(features.len(), "feature"));
    let more = milestones.iter().map(|milestone| {
        let of = features.iter().filter(|feature| feature.milestone == milestone.id);
        let of: Vec<String> = of.map(|feature| format!("{} {}", feature.id, feature.spec.title)).collect();
        format!("{} {}: {}", milestone.id, milestone.title, of.join(", "))
    });
    LogLine::new(GOOD, "plan", text).with(more)
}

pub(super) fn added(feature: &Feature) -> String {
    match &feature.origin {
        Origin::Fix { findings } => {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            format!("fix feature for {}: {}", listed(&findings), feature.spec.title)
        }
        Origin::Planned { .. } => format!("added to {}: {}", feature.milestone, feature.spec.title),
    }
}
