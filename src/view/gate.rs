//! What a gate comes to: what stands in its way, findings, rounds, cost and risks.

use std::collections::BTreeMap;

use crate::domain::budget::dollars;
use crate::domain::claim::by_hand::Tried;
use crate::domain::environment::{CommandRun, Environment};
use crate::domain::estimate::{Basis, Estimate, estimate};
use crate::domain::finding::{Finding, FindingState, Source};
use crate::domain::gate::GateId;
use crate::domain::handoff::{Handoff, ManualCheck};
use crate::domain::id::{AssertionId, AttemptId, FeatureId, MilestoneId};
use crate::domain::mission::Status;
use crate::domain::plan::Feature;
use crate::domain::risk;
use crate::domain::round::{Round, RoundOutcome};
use crate::domain::usage::Usage;
use crate::domain::verdict::Verdict;

use super::gate_items;
use super::prelude::*;
use super::report::{Report, reports};
use super::words::about;
use super::{final_gate, prove, sealed, terms, unshown};

/// What stands in the way, what is risky, what was found, and what it cost; nothing of it is cut.
/// `again` is how one has proven again what is older: a key, or a command.
pub fn summary(mission: &Mission, gate: GateId, again: &str, width: usize) -> Vec<Row> {
    let risks = risks(mission, gate);
    let mut rows = unshown::headline(mission, gate, width);
    rows.push(verdict_row(mission, gate, &risks));
    rows.extend(record_rows(mission, width));
    rows.extend(
        prove::advice(mission, gate, again).map(|words| labelled("older", &words, width)).unwrap_or_default(),
    );
    rows.extend(blocked(mission, gate).map(|words| labelled("blocked", &words, width)).unwrap_or_default());
    rows.extend(sealed::rows(mission, gate, width));
    match gate {
        GateId::Plan if mission.milestones.is_empty() => {
            let words = format!("there is no plan yet: the mission is {}", mission.status().word());
            rows.push(Row::of(StyleRole::Dim, words));
        }
        GateId::Plan => {
            rows.extend(risks.iter().flat_map(|risk| labelled("risk", risk, width)));
            rows.extend(plan_rows(mission));
        }
        GateId::Milestone(id) => {
            rows.extend(milestone_rows(mission, id, width));
            rows.extend(final_gate::answers(mission, gate, width));
        }
        GateId::Final => rows.extend(final_gate::rows(mission, width)),
    }
    rows.extend(by_hand(mission, gate));
    let mut rows = folded(rows, width);
    rows.extend(terms::rows(terms::at(mission, gate), width));
    rows
}

/// That the record is not as it was written, and what to do.
fn record_rows(mission: &Mission, width: usize) -> Vec<Row> {
    let Some(why) = &mission.record_doubt else { return Vec::new() };
    let words = format!(
        "changed outside: {why}. Nothing that is shown here can be relied on; `log --verify` names each place"
    );
    hanging((StyleRole::Bad, &padded("record", LABEL)), StyleRole::Bad, &words, width)
}

/// What workers say that they tried by hand, and nobody else saw.
fn by_hand(mission: &Mission, gate: GateId) -> Option<Row> {
    let milestone = |id: &FeatureId| mission.feature(*id).map(|feature| feature.milestone);
    let is_of = |id: &FeatureId| match gate {
        GateId::Plan => false,
        GateId::Milestone(only) => milestone(id) == Some(only),
        GateId::Final => true,
    };
    let alone = |(id, (_, handoff)): (&FeatureId, &(AttemptId, Handoff))| {
        let unseen = |check: &&ManualCheck| mission.tried_by_hand(*id, check) == Tried::NotShown;
        handoff.checks.iter().filter(unseen).count()
    };
    let count: usize = mission.handoffs.iter().filter(|(id, _)| is_of(id)).map(alone).sum();
    let words =
        format!("{} that workers say they made themselves, and nobody else saw", plural(count, "check"));
    (count > 0).then(|| labelled_row("by hand", StyleRole::Text, &words))
}

/// What keeps a gate from being GO; of one that is GO, later work says nothing, and before there is a plan nothing can
/// be missing from it.
pub fn obstacles(mission: &Mission, gate: GateId) -> Vec<String> {
    let is_planning = gate == GateId::Plan && mission.milestones.is_empty();
    if is_planning || mission.is_go(gate) { Vec::new() } else { mission.gate_obstacles(gate) }
}

/// What it means that a gate, or the mission before it, is blocked, and what the person can do; nothing where it is not.
pub fn blocked(mission: &Mission, gate: GateId) -> Option<String> {
    if mission.status() != Status::Blocked || gate == GateId::Plan {
        return None;
    }
    let (what, first, or) = if mission.hold.is_some() {
        ("nothing runs", "retry what failed", "have it done otherwise")
    } else if mission.waits_at(gate) {
        let no_go = "say NO-GO with a note, and it is mended and tried again";
        ("nothing more is tried", no_go, "waive what may stand unproven")
    } else {
        return None;
    };
    let back = "or take back what you wanted proven again, so that the verdict before counts";
    Some(match mission.proofs_to_take_back().as_slice() {
        [] => format!("{what} until you decide: {first}, or {or}"),
        [..] => format!("{what} until you decide: {first}, {or}, {back}"),
    })
}

fn verdict_row(mission: &Mission, gate: GateId, risks: &[String]) -> Row {
    let obstacles = obstacles(mission, gate);
    let (sign, style, words) = match obstacles.as_slice() {
        _ if mission.is_go(gate) => (Glyph::Done, StyleRole::Good, "GO was said".to_owned()),
        [] if !mission.is_gate_open(gate) => (Glyph::Step, StyleRole::Dim, "not reached yet".to_owned()),
        some if !mission.is_gate_open(gate) => {
            (Glyph::Step, StyleRole::Dim, format!("not reached yet: {}", some.join(" · ")))
        }
        [] => {
            let unshown = gate != GateId::Plan && !mission.unshown_at(gate).is_empty();
            let mut listed = if unshown { vec!["weigh what is not shown".to_owned()] } else { Vec::new() };
            match gate {
                GateId::Plan if risks.is_empty() => {}
                GateId::Plan => listed.push(format!("weigh {}", plural(risks.len(), "risk"))),
                GateId::Milestone(_) | GateId::Final => listed.extend_from_slice(risks),
            }
            if listed.is_empty() {
                (Glyph::Done, StyleRole::Good, "nothing stands in the way of GO".to_owned())
            } else {
                (Glyph::Waived, StyleRole::Warn, format!("GO is possible, but {}", listed.join(" · ")))
            }
        }
        some => (Glyph::Blocked, StyleRole::Bad, some.join(" · ")),
    };
    Row::new().sign(style, sign).then(style, words)
}

fn plan_rows(mission: &Mission) -> Vec<Row> {
    let estimate = estimate(mission);
    let money = estimate.cost.map_or_else(
        || "the models have no known price".to_owned(),
        |cost| {
            let basis = match cost.basis {
                Basis::Measured => "",
                Basis::Typical => ", as typical runs take",
            };
            format!("{} ({} to {}{basis})", about(cost.likely), dollars(cost.low), dollars(cost.high))
        },
    );
    let Estimate { floor_runs, likely_runs, floor_ms, likely_ms, .. } = estimate;
    let time = format!("≈{} to ≈{} of agents' work", long_span(floor_ms), long_span(likely_ms));
    let takes = format!("{floor_runs} to {likely_runs} agent runs · {time} · {money}");
    let plan = format!(
        "{} · {} · {}",
        plural(mission.milestones.len(), "milestone"),
        plural(mission.features.len(), "feature"),
        plural(mission.contract_tally().all, "assertion")
    );
    [("plan", plan), ("takes", takes), ("models", models_words(mission))]
        .map(|(label, words)| labelled_row(label, StyleRole::Text, &words))
        .to_vec()
}

/// Who plays: each model with its roles, one model for all in a word.
fn models_words(mission: &Mission) -> String {
    let mut by_model: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (role, model) in &mission.models {
        by_model.entry(model.as_str()).or_default().push(role.to_string());
    }
    if let (1, Some(model)) = (by_model.len(), by_model.keys().next()) {
        return format!("{model} in all roles");
    }
    by_model
        .iter()
        .map(|(model, roles)| format!("{model}: {}", roles.join(", ")))
        .collect::<Vec<_>>()
        .join(" · ")
}

fn milestone_rows(mission: &Mission, id: MilestoneId, width: usize) -> Vec<Row> {
    let rounds = rounds_words(mission, id);
    let of_milestone = |finding: &&Finding| finding.milestone == id;
    let findings = mission.findings.values().filter(of_milestone);
    let open = mission.open_findings().filter(of_milestone).count();
    let taken =
        findings.clone().filter(|finding| matches!(finding.state, FindingState::TakenUp { .. })).count();
    let built = |finding: &&Finding| match finding.state {
        FindingState::TakenUp { feature } => mission.feature(feature).is_some_and(Feature::is_built),
        FindingState::Open | FindingState::Dismissed { .. } | FindingState::Deferred { .. } => false,
    };
    let mended = findings.clone().filter(built).count();
    let ahead = if taken > mended { format!(" · {} to be mended", taken - mended) } else { String::new() };
    let all = findings.count();
    let dismissed = all - open - taken;
    let put_off = mission.put_off_findings().filter(of_milestone).count();
    let put_off = if put_off > 0 { format!(", of them {put_off} put off") } else { String::new() };
    let found = format!(
        "{}: {mended} mended{ahead} · {dismissed} dismissed · {open} open{put_off}",
        plural(all, "finding")
    );
    let attempts: Vec<_> =
        mission.attempts.values().filter(|attempt| mission.milestone_of(attempt.work) == Some(id)).collect();
    let mut rows = mission.last_round(id).map(|round| checks(mission, round, width)).unwrap_or_default();
    rows.extend([
        labelled_row("found", StyleRole::Text, &found),
        labelled_row("rounds", StyleRole::Text, &rounds),
        labelled_row("GO", StyleRole::Text, &next_words(mission, id)),
        spent(attempts.iter().map(|attempt| attempt.usage).sum(), attempts.len()),
    ]);
    rows.extend(said(mission, id));
    rows
}

/// How the rounds of a milestone went. Those that only prove again take none of its own.
fn rounds_words(mission: &Mission, id: MilestoneId) -> String {
    let went = |again: bool| {
        let ended =
            mission.rounds_of(id).filter(|round| round.again == again).filter_map(|round| round.outcome);
        ended.map(RoundOutcome::word).collect::<Vec<_>>().join(", ")
    };
    let (own, again) = (went(false), went(true));
    let own = if own.is_empty() { own } else { format!(": {own}") };
    let again = if again.is_empty() { again } else { format!(" · proven again: {again}") };
    format!("{} of at most {}{own}{again}", mission.rounds_used(id), mission.round_limit(id))
}

/// What the engine ran at the commit under test; and, where the environment was edited since, that its commands of now are
/// others.
pub(super) fn checks(mission: &Mission, round: &Round, width: usize) -> Vec<Row> {
    let now = || mission.environment.iter().flat_map(Environment::gate_scripts);
    let is_gone = |run: &&CommandRun| now().all(|script| script.run != run.command);
    let mut row = labelled_row("checks", StyleRole::Text, "");
    for run in &round.runs {
        let (sign, style) = if run.passed() { GOOD } else { BAD };
        row = row.sign(style, sign).then(StyleRole::Text, run.name.as_str());
        // Beside the sign, so that nobody takes it for the command of now where there is no room for more.
        let edited = if is_gone(&run) { " (edited since)" } else { "" };
        row = row.then(StyleRole::Warn, format!("{edited}   "));
    }
    let mut rows = vec![row.then(StyleRole::Dim, format!("at {}", round.commit))];
    let gone = round.runs.iter().filter(is_gone);
    let ran: Vec<String> = gone.map(|run| format!("`{}`", run.command)).collect();
    let unrun = now().filter(|script| round.runs.iter().all(|run| run.command != script.run));
    let unrun: Vec<String> = unrun.map(|script| format!("`{}`", script.run)).collect();
    // A round that ends at a red command leaves the others unrun, and nobody edited anything.
    let is_whole = !round.runs.is_empty() && round.runs.iter().all(CommandRun::passed);
    let mut said = Vec::new();
    if !ran.is_empty() {
        said.push(format!("{} ran here", listed(&ran)));
    }
    if is_whole && !unrun.is_empty() {
        let has = if unrun.len() == 1 { "has" } else { "have" };
        said.push(format!("{} {has} not run at this commit", listed(&unrun)));
    }
    if !said.is_empty() {
        let words = format!("the environment was edited since: {}", said.join("; "));
        rows.extend(hanging((StyleRole::Warn, &padded("edited", LABEL)), StyleRole::Warn, &words, width));
    }
    rows
}

/// How scrutiny and the tester sum the milestone up, a sentence each; all of it stands among the items.
fn said(mission: &Mission, id: MilestoneId) -> impl Iterator<Item = Row> {
    let says = |report: Report<'_>| {
        let (label, summary) = match report {
            Report::Scrutiny(report) => ("scrutiny", &report.summary),
            Report::UserTesting(_, report) => ("tester", &report.summary),
            Report::Handoff(..) => return None,
        };
        Some(labelled_row(label, StyleRole::Text, &first_sentence(summary.as_str())))
    };
    reports(mission, GateId::Milestone(id)).into_iter().filter_map(says)
}

/// What GO begins.
fn next_words(mission: &Mission, id: MilestoneId) -> String {
    let next = mission.milestones.iter().find(|milestone| milestone.id > id);
    next.map_or_else(
        || "opens the final gate".to_owned(),
        |next| {
            let features = mission.features_of(next.id).count();
            format!("starts {} {}, {}", next.id, next.title, plural(features, "feature"))
        },
    )
}

pub(super) fn spent(usage: Usage, attempts: usize) -> Row {
    let (money, attempts) = (cost(&usage), plural(attempts, "attempt"));
    labelled_row("cost", StyleRole::Text, &format!("{money} · {attempts} · {} out", count(usage.output)))
}

/// What a person should not overlook beside what is not shown: of a plan, what could go wrong with it; of what was built,
/// what flipped between rounds, what was put off, and what was taken from tests and let be.
pub fn risks(mission: &Mission, gate: GateId) -> Vec<String> {
    if gate == GateId::Plan {
        let obstacles = mission.gate_obstacles(gate);
        return risk::risks(mission).into_iter().filter(|risk| !obstacles.contains(risk)).collect();
    }
    let flaky = mission.assertions_at(gate).iter().filter(|id| is_flaky(mission, id)).count();
    let put_off = mission.put_off_findings().filter(|finding| gate_items::is_of(finding, gate)).count();
    let taken = mission.let_be(gate).count();
    [(flaky, "flaky"), (put_off, "put off and open still"), (taken, "taken from tests or gates and let be")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect()
}

/// Whether verdicts of one revision, or runs of its command, disagree at the same commit, or its last failure did not come
/// again.
pub fn is_flaky(mission: &Mission, id: &AssertionId) -> bool {
    let unsteady =
        |found: &Finding| found.source == Source::FlakyCheck && found.assertion.as_ref() == Some(id);
    if mission.open_findings().any(unsteady) {
        return true;
    }
    let verdicts = mission.verdicts.get(id).map_or(&[][..], Vec::as_slice);
    if verdicts.last().is_some_and(Verdict::is_flaky) {
        return true;
    }
    verdicts.iter().enumerate().any(|(index, one)| {
        let later = verdicts.get(index + 1..).unwrap_or_default();
        later.iter().any(|other| {
            other.revision == one.revision && other.commit == one.commit && other.outcome != one.outcome
        })
    })
}
