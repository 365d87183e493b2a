//! The sections that briefs are made of. Each is Markdown that starts with an empty line, or nothing.

use std::fmt::Write as _;

use crate::domain::contract::Weight;
use crate::domain::finding::FindingState;
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState, Origin};
use crate::domain::round::Round;

pub(super) fn goal(mission: &Mission) -> String {
    let goal = mission.founding.as_ref().map_or("", |founding| founding.goal.as_str());
    format!("# The goal\n{goal}\n")
}

pub(super) fn state(mission: &Mission) -> String {
    let flown = mission.flown_milestone().filter(|_| mission.is_go(GateId::Plan));
    let now = match flown {
        Some(milestone) => format!("milestone {milestone} is being flown"),
        None => "nothing is built before the person says GO to the plan".to_owned(),
    };
    format!("\n## Now\nThe mission is {}; {now}.\n", mission.status().word())
}

pub(super) fn plan(mission: &Mission) -> String {
    let mut text = String::new();
    for milestone in &mission.milestones {
        line(&mut text, format_args!("{} {}", milestone.id, milestone.title));
        text += &feature_lines(mission, milestone.id);
    }
    text
}

fn feature_lines(mission: &Mission, milestone: MilestoneId) -> String {
    let mut text = String::new();
    for feature in mission.features.iter().filter(|feature| feature.milestone == milestone) {
        let state = match &feature.state {
            FeatureState::Pending => "pending".to_owned(),
            FeatureState::Built { attempt, .. } => format!("built by {attempt}"),
            FeatureState::Cancelled { reason } => format!("cancelled: {reason}"),
        };
        let fulfills = join(&feature.fulfills);
        line(
            &mut text,
            format_args!("- {} {} [{state}] fulfills: {fulfills}", feature.id, feature.spec.title),
        );
    }
    text
}

pub(super) fn milestone_features(mission: &Mission, milestone: MilestoneId) -> String {
    format!("\n## Its features\n{}", feature_lines(mission, milestone))
}

pub(super) fn contract(mission: &Mission) -> String {
    let mut text = String::new();
    for assertion in mission.contract.values() {
        let standing = mission.standing(&assertion.id).word();
        line(&mut text, format_args!("- {} {} [{standing}]", assertion.id, assertion.wording.title));
    }
    text
}

pub(super) fn assertions(mission: &Mission, ids: &[AssertionId]) -> String {
    let mut text = String::new();
    for assertion in ids.iter().filter_map(|id| mission.contract.get(id)) {
        let wording = &assertion.wording;
        let weight = match wording.weight {
            Weight::Blocking => "",
            Weight::NonBlocking => ", non-blocking",
        };
        line(
            &mut text,
            format_args!(
                "### {} {} (revision {}{weight})",
                assertion.id, wording.title, assertion.revision.0
            ),
        );
        line(&mut text, format_args!("{}", wording.statement));
        line(&mut text, format_args!("check via {}: {}", wording.check.via.word(), wording.check.how));
        if let Some(command) = &wording.check.command {
            line(&mut text, format_args!("command: {command}"));
        }
        line(&mut text, format_args!("evidence: {}", wording.evidence));
    }
    if text.is_empty() { "None.\n".to_owned() } else { text }
}

pub(super) fn criteria(feature: &Feature) -> String {
    list("\n## It is done when\n", feature.spec.criteria.iter())
}

pub(super) fn fixes(mission: &Mission, feature: &Feature) -> String {
    let Origin::Fix { findings } = &feature.origin else { return String::new() };
    let mut text = String::from("\n## The findings it mends\n");
    for finding in findings.iter().filter_map(|id| mission.findings.get(id)) {
        line(&mut text, format_args!("- {} {}", finding.id, finding.description));
        if let Some(fix) = &finding.suggested_fix {
            line(&mut text, format_args!("  suggested: {fix}"));
        }
    }
    text
}

pub(super) fn built(mission: &Mission) -> String {
    let mut text = String::new();
    for feature in mission.features.iter().filter(|feature| feature.is_built()) {
        let summary = mission.handoffs.get(&feature.id).map_or("", |(_, handoff)| handoff.summary.as_str());
        let first = summary.lines().next().unwrap_or("");
        line(&mut text, format_args!("- {} {}: {first}", feature.id, feature.spec.title));
    }
    if text.is_empty() { "None: you are the first.\n".to_owned() } else { text }
}

pub(super) fn environment(mission: &Mission) -> String {
    let Some(environment) = &mission.environment else { return String::new() };
    let mut text = String::from("\n## Commands\n");
    let groups = [
        ("setup", &environment.setup),
        ("build", &environment.build),
        ("test", &environment.test),
        ("lint", &environment.lint),
    ];
    for (group, scripts) in groups {
        for script in scripts {
            line(&mut text, format_args!("- {group}: `{}`", script.run));
        }
    }
    text + &services(mission)
}

pub(super) fn services(mission: &Mission) -> String {
    let services = mission.environment.as_ref().map_or(&[][..], |environment| &environment.services);
    let mut text = String::new();
    for service in services {
        let port = service.port.map(|port| format!(" on port {port}")).unwrap_or_default();
        line(&mut text, format_args!("- {}: `{}`{port}", service.name, service.run));
    }
    if text.is_empty() { text } else { format!("\n## Services\n{text}") }
}

pub(super) fn handoff(mission: &Mission, feature: FeatureId) -> String {
    let Some((attempt, handoff)) = mission.handoffs.get(&feature) else { return String::new() };
    let mut text = format!("\n## The handoff of {attempt}\n{}\n", handoff.summary);
    text += &list("implemented:\n", handoff.implemented.iter());
    text += &list("left undone:\n", handoff.left_undone.iter());
    for command in &handoff.commands {
        line(
            &mut text,
            format_args!(
                "claims: `{}` exits {}: {}",
                command.command, command.exit_code, command.observation
            ),
        );
    }
    for file in &handoff.tests.added {
        line(&mut text, format_args!("tests in {}: {}", file.file, join(&file.cases)));
    }
    text
}

/// What was found about a feature before, so that a reviewer looks at what came of it.
pub(super) fn found_before(mission: &Mission, feature: FeatureId) -> String {
    let about = mission.findings.values().filter(|finding| finding.feature == Some(feature));
    let lines = about.map(|finding| match &finding.state {
        FindingState::Open => format!("{} {}", finding.id, finding.description),
        FindingState::TakenUp { feature } => {
            format!("{} {} (taken up by {feature})", finding.id, finding.description)
        }
        FindingState::Dismissed { reason } => {
            format!("{} {} (dismissed: {reason})", finding.id, finding.description)
        }
    });
    list("\n## What was found about it before\n", lines)
}

pub(super) fn learned(mission: &Mission, milestone: MilestoneId) -> String {
    let handoffs = mission.features_of(milestone).filter_map(|feature| mission.handoffs.get(&feature.id));
    let notes: Vec<&crate::domain::text::Line> = handoffs.flat_map(|(_, handoff)| &handoff.learned).collect();
    list("\n## Notes of the workers: confirm the ones that are true and worth keeping\n", notes.into_iter())
}

pub(super) fn runs(round: &Round) -> String {
    let mut text = String::new();
    for run in &round.runs {
        line(&mut text, format_args!("- `{}` exits {}", run.command, run.exit_code));
    }
    if text.is_empty() { text } else { format!("\n## Gate commands\n{text}") }
}

pub(super) fn reviews(mission: &Mission, round: &Round) -> String {
    let mut text = String::new();
    for (feature, review) in &round.reviews {
        let title = mission.feature(*feature).map_or("", |found| found.spec.title.as_str());
        line(&mut text, format_args!("### {feature} {title}: {:?}", review.opinion));
        line(&mut text, format_args!("{}", review.summary));
        for found in &review.issues {
            line(
                &mut text,
                format_args!(
                    "- [{}] {}: {}",
                    found.issue.severity.word(),
                    found.file,
                    found.issue.description
                ),
            );
        }
    }
    if text.is_empty() { text } else { format!("\n## Reviews (their issues are findings already)\n{text}") }
}

pub(super) fn list<T: std::fmt::Display>(heading: &str, items: impl Iterator<Item = T>) -> String {
    let mut text = String::new();
    for item in items {
        line(&mut text, format_args!("- {item}"));
    }
    if text.is_empty() { text } else { format!("{heading}{text}") }
}

pub(super) fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    if writeln!(text, "{content}").is_err() {
        text.push('\n');
    }
}

pub(super) fn join<T: ToString>(items: &[T]) -> String {
    if items.is_empty() {
        return "nothing".to_owned();
    }
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
