//! The first message of an attempt, composed from the mission alone: a clean context, never an endless transcript.

mod bound;
mod finding;
mod handoff;
mod news;
mod objection;
mod read;
mod requirement;
mod section;
mod sessions;
mod talk;

use std::collections::BTreeMap;

use super::attempt::{AgentWork, Role};
use super::flow::Flow;
use super::id::{AssertionId, FeatureId, MilestoneId};
use super::mission::Mission;
use super::plan::{Feature, FeatureState};

pub use news::news;
pub use read::{READABLE, read};
pub use section::worded;
pub use sessions::{Noted, earlier_sessions};

/// The first message of an attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brief {
    /// The message itself, in Markdown.
    pub text: String,
    /// What the session is about, for gateways and rehearsals: `role`, `phase`, `feature`, `milestone`, `round`, `flow`.
    pub labels: BTreeMap<String, String>,
}

/// Composes the brief for a piece of work. The engine adds what only it can see: diffs and addresses.
pub fn brief(mission: &Mission, work: AgentWork) -> Brief {
    let text = text(mission, work) + &talk::failed_attempts(mission, work) + &talk::unheard(mission, work);
    Brief { text: for_role(mission, work, text), labels: labels(mission, work) }
}

/// What stands in the brief of one who went at the work before and goes on with it: nothing of how that ended.
pub fn brief_to_go_on(mission: &Mission, work: AgentWork) -> Brief {
    let text = text(mission, work) + &talk::unheard(mission, work);
    Brief { text: for_role(mission, work, text), labels: labels(mission, work) }
}

/// What of a brief is the work of the one who is briefed.
pub fn own_work(mission: &Mission, work: AgentWork) -> String {
    if work == AgentWork::Plan { proposed(mission) } else { String::new() }
}

fn for_role(mission: &Mission, work: AgentWork, text: String) -> String {
    if work.role().may_know_sealed() { text } else { mission.unsealed(text) }
}

fn text(mission: &Mission, work: AgentWork) -> String {
    match work {
        AgentWork::Plan => plan_brief(mission),
        AgentWork::Criticize { .. } => critic_brief(mission),
        AgentWork::Talk => talk_brief(mission),
        AgentWork::Triage => triage_brief(mission),
        AgentWork::Build { feature } => build_brief(mission, feature),
        AgentWork::Review { milestone, round, feature } => review_brief(mission, milestone, round, feature),
        AgentWork::Scrutinize { milestone, round } => scrutiny_brief(mission, milestone, round),
        AgentWork::TestAsUser { milestone, round, flow } => {
            user_testing_brief(mission, milestone, round, flow)
        }
    }
}

fn labels(mission: &Mission, work: AgentWork) -> BTreeMap<String, String> {
    let feature = work.feature().and_then(|id| mission.feature(id));
    let phase = (work.feature().is_none() && work.round().is_none()).then(|| work.to_string());
    let labels = [
        ("role", Some(work.role().word().to_owned())),
        ("phase", phase),
        ("feature", feature.map(|found| found.spec.title.to_string())),
        ("milestone", mission.milestone_of(work).map(|id| id.to_string())),
        ("round", work.round().map(|(_, number)| number.to_string())),
        ("flow", work.flow().and_then(Flow::number).map(|number| number.to_string())),
    ];
    labels.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

fn plan_brief(mission: &Mission) -> String {
    let next = if mission.contract.is_empty() {
        "Propose the contract, then the environment, then the plan."
    } else {
        "What you proposed before stands: propose again what must change, and end with the plan."
    };
    [
        section::goal(mission),
        requirement::requirements(mission),
        talk::conversation(mission),
        proposed(mission),
        objection::objections(mission),
        talk::persons_words(mission),
        talk::directives(mission),
        format!("\n## What to do now\n{next} The person approves it at the plan gate.\n"),
    ]
    .concat()
}

/// What the planner proposed so far, as it stands now.
fn proposed(mission: &Mission) -> String {
    let ids: Vec<AssertionId> = mission.contract.keys().cloned().collect();
    let environment = if mission.environment_is_persons {
        "\n# The environment as the person edited it, which stays so\n"
    } else {
        "\n# The environment you proposed before\n"
    };
    [
        section::under("\n## The contract you proposed before\n", section::each(mission, &ids)),
        section::under(environment, section::environment(mission)),
        section::under("\n## What its commands do at the base commit\n", mission.baseline_report()),
        section::under("\n## The plan you proposed before\n", section::plan_whole(mission)),
    ]
    .concat()
}

/// Goal, contract, environment and plan, and nothing else; in a second round also what became of the first.
fn critic_brief(mission: &Mission) -> String {
    let ids: Vec<AssertionId> = mission.contract.keys().cloned().collect();
    [
        section::goal(mission),
        section::under("\n# The contract\n", section::each(mission, &ids)),
        section::under("\n# The environment\n", section::environment(mission)),
        section::under("\n# The plan\n", section::plan_whole(mission)),
        section::under(
            "\n# Sealed already: nobody who builds is told of these\n",
            section::held(mission, mission.sealed.keys()),
        ),
        objection::answered(mission),
        talk::directives(mission),
    ]
    .concat()
}

/// How everything stands: what the orchestrator needs whatever it is asked.
fn overview(mission: &Mission) -> String {
    [
        section::goal(mission),
        requirement::requirements(mission),
        section::state(mission),
        format!("\n## The plan\n{}", section::plan(mission)),
        format!("\n## The contract\n{}", section::contract(mission)),
        finding::findings(mission),
    ]
    .concat()
}

fn talk_brief(mission: &Mission) -> String {
    overview(mission)
        + &talk::persons_words(mission)
        + &talk::directives(mission)
        + &talk::conversation(mission)
        + &talk::mail(mission)
}

fn triage_brief(mission: &Mission) -> String {
    [
        overview(mission),
        finding::features(mission),
        finding::contract(mission),
        finding::under_way(mission),
        finding::settled(mission),
        talk::persons_words(mission),
        talk::directives(mission),
        talk::conversation(mission),
        "\nDecide every finding under \"Open findings\" in one call of `triage`.\n".to_owned(),
    ]
    .concat()
}

fn build_brief(mission: &Mission, id: FeatureId) -> String {
    let Some(feature) = mission.feature(id) else { return String::new() };
    let mut text = format!("# Build {id}: {}\n\n{}\n", feature.spec.title, feature.spec.description);
    text += &section::criteria(feature);
    text += "\n## The assertions that must hold once it is built\n";
    let ids = mission.assertions_at_stake(feature);
    text += &section::assertions(mission, &ids);
    text += &section::fixes(mission, feature);
    text += "\n## Features built before it\n";
    text += &section::built(mission);
    text += &section::environment(mission);
    text += &talk::knowledge(mission, Role::Worker);
    text += &talk::directives(mission);
    text + "\nCommit your work with git, leave a clean tree, and end with `handoff`.\n"
}

fn review_brief(mission: &Mission, milestone: MilestoneId, round: u32, id: FeatureId) -> String {
    let Some(feature) = mission.feature(id) else { return String::new() };
    let mut text = format!("# Review {id}: {}\n\n{}\n", feature.spec.title, feature.spec.description);
    text += &section::criteria(feature);
    text += "\n## The assertions it must fulfill\n";
    text += &section::assertions(mission, &mission.assertions_at_stake(feature));
    text += &section::fixes(mission, feature);
    text += &handoff::handoff(mission, id);
    text += &section::fixes_of(mission, id);
    text += &section::found_before(mission, feature);
    text += &commits(feature);
    if let Some(found) = mission.round(milestone, round) {
        text += &section::since_last_round(mission, found);
    }
    text += &section::environment(mission);
    text + &talk::directives(mission)
}

fn commits(feature: &Feature) -> String {
    match &feature.state {
        FeatureState::Built { base, head, .. } => {
            format!("\n## Its commits\nbase: {}\nhead: {}\n", base.0, head.0)
        }
        FeatureState::Pending | FeatureState::Cancelled { .. } => String::new(),
    }
}

fn scrutiny_brief(mission: &Mission, milestone: MilestoneId, round: u32) -> String {
    let mut text = format!("# Scrutiny of {milestone}, round {round}\n");
    text += &section::milestone_features(mission, milestone);
    if let Some(found) = mission.round(milestone, round) {
        text += &section::since_last_round(mission, found);
        text += &section::runs(found);
        text += &section::reviews(mission, found);
    }
    text += &talk::proposed_notes(mission);
    text += &finding::known(mission, finding::of_milestone(mission, milestone));
    text += &finding::settled(mission);
    text += &section::environment(mission);
    text + &talk::directives(mission)
}

/// The contract and how to reach the app; nothing of the diff, the handoffs or the code's history.
fn user_testing_brief(mission: &Mission, milestone: MilestoneId, round: u32, flow: Flow) -> String {
    let mut text = format!("# User testing of {milestone}, round {round}{}\n", flow.suffix());
    let found = mission.round(milestone, round);
    text += &section::other_testers(found, flow);
    text += "\n## The assertions to try, each with a verdict\n";
    text += &section::held(mission, found.map_or(&[][..], |found| found.share(flow)));
    text += &found.map(|found| section::checks(found, found.share(flow))).unwrap_or_default();
    text += &finding::known_to_testers(mission, milestone);
    text += &section::app(mission);
    text += &talk::knowledge(mission, Role::UserTesting);
    text + &talk::directives(mission)
}
