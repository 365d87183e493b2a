//! The sections that briefs are made of. Each is Markdown that starts with an empty line, or nothing.

use std::fmt::Display;

use super::finding::{self, evidence_line, marks, with_fix, with_state};
use super::handoff::handoff;
use crate::domain::attempt::{Attempt, Ending, Role};
use crate::domain::contract::{Assertion, Weight};
use crate::domain::environment::Listens;
use crate::domain::finding::{Finding, FindingState};
use crate::domain::flow::Flow;
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState, Origin};
use crate::domain::round::{CheckRun, Round};

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
    let at_work = mission.live_attempts().filter(|attempt| attempt.role != Role::Orchestrator);
    let at_work = at_work.map(|attempt| {
        let feature = attempt.work.feature().and_then(|id| mission.feature(id)).map(Feature::quoted);
        let what = feature.unwrap_or_else(|| attempt.work.to_string());
        let minutes = mission.updated.since(attempt.started) / 60_000;
        format!("{}, a {}, {} {what}, for {minutes} min", attempt.id, attempt.role, attempt.work.task())
    });
    format!("\n## Now\nThe mission is {}; {now}.\n{}", mission.status().word(), list("At work:\n", at_work))
}

/// One attempt in a line: what it worked at and how it ended.
pub(super) fn attempt_line(attempt: &Attempt) -> String {
    let end = match attempt.ended.as_ref().map(|ended| &ended.ending) {
        None => "at work",
        Some(Ending::Done) => "done",
        Some(Ending::Failed { .. }) => "failed",
        Some(Ending::Unusable { .. }) => "its model could not be used",
        Some(Ending::Interrupted) => "interrupted",
        Some(Ending::Stopped { .. }) => "stopped",
    };
    format!("{}: {} ({}, {}): {end}", attempt.id, attempt.work, attempt.role, attempt.model)
}

/// The plan with all its words.
pub(super) fn plan_whole(mission: &Mission) -> String {
    let mut text = String::new();
    for milestone in &mission.milestones {
        let features = mission.features.iter().filter(|feature| feature.milestone == milestone.id);
        text += &format!("# {} {}\n", milestone.id, milestone.title);
        text += &features.map(feature_whole).collect::<String>();
    }
    text
}

/// A feature with all its words.
pub(super) fn feature_whole(feature: &Feature) -> String {
    let mut text = format!(
        "### {} {} [{}]\n{}\n",
        feature.id,
        feature.spec.title,
        state_of(feature),
        feature.spec.description
    );
    text += &list("done when:\n", &feature.spec.criteria);
    text += &format!("fulfills: {}\n", join(&feature.fulfills));
    if !feature.after.is_empty() {
        text += &format!("after: {}\n", join(&feature.after));
    }
    match &feature.origin {
        Origin::Fix { findings } => text += &format!("mends: {}\n", join(findings)),
        Origin::Planned { no_assertion_because: Some(why) } => {
            text += &format!("no assertion because: {why}\n");
        }
        Origin::Planned { no_assertion_because: None } => {}
    }
    text
}

pub(super) fn plan(mission: &Mission) -> String {
    let mut text = String::new();
    for milestone in &mission.milestones {
        let features = feature_lines(mission, milestone.id);
        text += &format!("{} {}\n{features}", milestone.id, milestone.title);
    }
    text
}

fn feature_lines(mission: &Mission, milestone: MilestoneId) -> String {
    let lines = mission.features.iter().filter(|feature| feature.milestone == milestone).map(|feature| {
        let state = state_of(feature);
        format!("{} {} [{state}] fulfills: {}", feature.id, feature.spec.title, join(&feature.fulfills))
    });
    list("", lines)
}

fn state_of(feature: &Feature) -> String {
    match &feature.state {
        FeatureState::Pending => "pending".to_owned(),
        FeatureState::Built { attempt, .. } => format!("built by {attempt}"),
        FeatureState::Cancelled { reason } => format!("cancelled: {reason}"),
    }
}

pub(super) fn milestone_features(mission: &Mission, milestone: MilestoneId) -> String {
    format!("\n## Its features\n{}", feature_lines(mission, milestone))
}

pub(super) fn contract(mission: &Mission) -> String {
    let standing = |id| mission.standing(id).word();
    list("", mission.contract.values().map(|a| format!("{} {} [{}]", a.id, a.wording.title, standing(&a.id))))
}

/// The contract with all its words, and where each assertion stands.
pub(super) fn contract_whole(mission: &Mission) -> String {
    let standing = |id| format!("standing: {}\n", mission.standing(id).word());
    mission.contract.values().map(|assertion| worded(assertion) + &standing(&assertion.id)).collect()
}

pub(super) fn assertions(mission: &Mission, ids: &[AssertionId]) -> String {
    let text = each(mission, ids);
    if text.is_empty() { "None.\n".to_owned() } else { text }
}

/// Assertions with all their words; nothing when there are none.
pub(super) fn each(mission: &Mission, ids: &[AssertionId]) -> String {
    ids.iter().filter_map(|id| mission.contract.get(id)).map(worded).collect()
}

/// Assertions with all their words, sealed ones too, for those who may know them.
pub(super) fn held<'a>(mission: &Mission, ids: impl IntoIterator<Item = &'a AssertionId>) -> String {
    ids.into_iter().filter_map(|id| mission.assertion(id)).map(worded).collect()
}

/// An assertion with all its words, as Markdown.
pub fn worded(assertion: &Assertion) -> String {
    let wording = &assertion.wording;
    let weight = match wording.weight {
        Weight::Blocking => "",
        Weight::NonBlocking => ", non-blocking",
    };
    let check = &wording.check;
    let command = check.command.as_ref().map(|command| format!("command: {command}\n")).unwrap_or_default();
    let guard =
        if check.guard { "a guard: it held before anything was built and must still hold\n" } else { "" };
    format!(
        "### {} {} (revision {}{weight})\n{}\ncheck via {}: {}\n{command}{guard}evidence: {}\n",
        assertion.id,
        wording.title,
        assertion.revision.0,
        wording.statement,
        check.via.word(),
        check.how,
        wording.evidence
    )
}

pub(super) fn criteria(feature: &Feature) -> String {
    list("\n## It is done when\n", &feature.spec.criteria)
}

pub(super) fn fixes(mission: &Mission, feature: &Feature) -> String {
    let Origin::Fix { findings } = &feature.origin else { return String::new() };
    let findings = findings.iter().filter_map(|id| mission.findings.get(id));
    let rows: String = findings
        .map(|finding| with_fix(finding, &marks(finding)) + &evidence_line(mission, finding))
        .collect();
    let claims = if mission.sets_right(feature) { SETS_RIGHT } else { "" };
    format!("\n## The findings it mends\n{rows}{claims}")
}

/// How a worker sets a claim right.
const SETS_RIGHT: &str = "\nThese are about what a handoff says. Where the program is right, nothing need be committed: hand in with \
                          `implemented` empty, and say what is so in `summary` and `commands`. What you do not claim is withdrawn.\n";

pub(super) fn built(mission: &Mission) -> String {
    let lines = mission.features.iter().filter(|feature| feature.is_built()).map(|feature| {
        let summary = mission.handoffs.get(&feature.id).map_or("", |(_, handoff)| handoff.summary.as_str());
        format!("{} {}: {}", feature.id, feature.spec.title, summary.lines().next().unwrap_or(""))
    });
    let text = list("", lines);
    if text.is_empty() { "None: you are the first.\n".to_owned() } else { text }
}

pub(super) fn environment(mission: &Mission) -> String {
    let Some(environment) = &mission.environment else { return String::new() };
    let groups = [
        ("setup", &environment.setup),
        ("build", &environment.build),
        ("test", &environment.test),
        ("lint", &environment.lint),
    ];
    let mut text = String::from("\n## Commands\n");
    for (group, scripts) in groups {
        text += &list("", scripts.iter().map(|script| format!("{group}: `{}`", script.run)));
    }
    text + &services(mission)
}

/// What a tester of several is told of the others.
pub(super) fn other_testers(round: Option<&Round>, flow: Flow) -> String {
    let Some(round) = round.filter(|_| !flow.is_whole()) else { return String::new() };
    let others = round.flows.iter().zip(1..).filter(|(_, number)| *number != flow.0);
    let lines = others.map(|(share, number)| format!("flow {number} tries {}", join(&share.to_test)));
    list(
        "You are one of several testers at the same time, each with an app, a port and data of their own. Yours are the assertions below; the others have theirs:\n",
        lines,
    )
}

pub(super) fn services(mission: &Mission) -> String {
    let services = mission.environment.iter().flat_map(|environment| &environment.services);
    let lines = services
        .map(|service| format!("{}: `{}`{}", service.name, service.run, service.listens().words(" on ")));
    list("\n## Services\n", lines)
}

/// What a tester reaches of the app.
pub(super) fn app(mission: &Mission) -> String {
    let mut services_of = mission.environment.iter().flat_map(|environment| &environment.services);
    let listens = services_of.any(|service| service.listens() != Listens::Nowhere);
    let nothing = if listens {
        ""
    } else {
        "\n## Nothing listens\nNo service of this app has a port, so there is no page and no address to reach. It is worked with its commands.\n"
    };
    services(mission) + nothing
}

/// How the rounds of a milestone went.
pub(super) fn rounds(mission: &Mission, milestone: MilestoneId) -> String {
    let lines = mission.rounds_of(milestone).map(|round| {
        let outcome = round.outcome.map_or("under way", |outcome| outcome.word());
        let scrutiny = round.scrutiny.as_ref().map(|report| format!("; scrutiny: {}", report.summary));
        let tested = round
            .testing_reports()
            .map(|(flow, report)| format!("; user testing{}: {}", flow.suffix(), report.summary));
        format!(
            "round {} at {}: {outcome}{}{}",
            round.number,
            round.commit,
            scrutiny.unwrap_or_default(),
            tested.collect::<Vec<_>>().concat()
        )
    });
    list("\n## Rounds\n", lines)
}

/// The fixes of a feature as they were handed in: they are reviewed with it.
pub(super) fn fixes_of(mission: &Mission, id: FeatureId) -> String {
    let mut text = String::new();
    for fix in mission.fixes_of(id).filter(|fix| fix.is_built()) {
        text += &format!("\n## {} mends what was found about it: {}\n", fix.id, fix.spec.title);
        text += &format!("mends {}\n{}", join(fix.mends()), handoff(mission, fix.id));
    }
    text
}

/// What was found about a feature or is mended by it, before this round.
pub(super) fn found_before(mission: &Mission, feature: &Feature) -> String {
    let about =
        |finding: &&Finding| finding.feature == Some(feature.id) || feature.mends().contains(&finding.id);
    let dismissed = mission.findings.values().filter(about);
    let dismissed = dismissed.filter(|finding| matches!(finding.state, FindingState::Dismissed { .. }));
    finding::known(mission, mission.findings.values().filter(about))
        + &list("\n## Dismissed before\n", dismissed.map(with_state))
}

/// Which commit a round is about, and what was built since the round before it.
pub(super) fn since_last_round(mission: &Mission, round: &Round) -> String {
    let Some(before) = mission.round_before(round) else { return String::new() };
    if before.commit == round.commit {
        return format!(
            "\n## Since round {}\nIt is the same commit as in round {}, {}: nothing was built since.\n",
            before.number, before.number, round.commit
        );
    }
    let built = mission.features.iter().filter_map(|feature| match &feature.state {
        FeatureState::Built { attempt, base, head, .. } => Some((feature, attempt, base, head)),
        FeatureState::Pending | FeatureState::Cancelled { .. } => None,
    });
    let later = built.filter(|(_, attempt, base, head)| {
        base != head && mission.attempts.get(attempt).is_some_and(|known| known.started >= before.opened)
    });
    let lines = later
        .map(|(feature, _, base, head)| format!("{} {}: {base}..{head}", feature.id, feature.spec.title));
    format!(
        "\n## Since round {}\nRound {} looked at {}, this one looks at {}: `git diff {}..{}`\n",
        before.number,
        before.number,
        before.commit,
        round.commit,
        before.commit.short(),
        round.commit.short()
    ) + &list("", lines)
}

pub(super) fn runs(round: &Round) -> String {
    let lines = round.runs.iter().map(|run| format!("`{}` exits {}", run.command, run.exit_code));
    list("\n## Gate commands\n", lines)
}

/// What the engine saw of the assertions' own commands, for who judges the statements on top of it.
pub(super) fn checks(round: &Round, ids: &[AssertionId]) -> String {
    let own = round.newest_checks().filter(|check| ids.contains(&check.assertion));
    let lines = own.map(|check| {
        let CheckRun { assertion, revision, run } = check;
        let record = run.evidence.as_deref().unwrap_or("no record");
        let verdict =
            if run.passed() { "green".to_owned() } else { format!("red, so it cannot pass: {}", run.tail) };
        format!(
            "{assertion} (revision {}): `{}` exits {}, {record}: {verdict}",
            revision.0, run.command, run.exit_code
        )
    });
    list(
        "\n## What their commands did when the engine ran them at this commit: its records are evidence for your verdicts\n",
        lines,
    )
}

pub(super) fn reviews(mission: &Mission, round: &Round) -> String {
    let mut text = String::new();
    for (feature, review) in &round.reviews {
        let title = mission.feature(*feature).map_or("", |found| found.spec.title.as_str());
        text += &format!("### {feature} {title}: {:?}\n{}\n", review.opinion, review.summary);
        text += &list(
            "",
            review.issues.iter().map(|found| {
                let issue = found.clone().placed();
                format!("[{}] {}", issue.severity.word(), issue.description)
            }),
        );
    }
    under("\n## Reviews of this round: their issues are recorded, look for what lies between them\n", text)
}

/// A text with its heading, or nothing.
pub(super) fn under(heading: &str, text: String) -> String {
    if text.is_empty() { text } else { format!("{heading}{text}") }
}

/// Items with their heading, or nothing.
pub(super) fn list(heading: &str, items: impl IntoIterator<Item: Display>) -> String {
    let mut text = String::new();
    for item in items {
        text += &format!("- {item}\n");
    }
    under(heading, text)
}

pub(super) fn join<T: ToString>(items: &[T]) -> String {
    if items.is_empty() {
        return "nothing".to_owned();
    }
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
