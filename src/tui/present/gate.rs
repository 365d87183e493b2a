//! What a gate comes to: what stands in its way, findings, rounds, cost and risks.

use crate::domain::budget::dollars;
use crate::domain::estimate::estimate;
use crate::domain::finding::{FindingState, Severity};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::usage::Usage;
use crate::domain::verdict::Standing;
use crate::tui::glyph::Glyph;
use crate::tui::ink::Ink;
use crate::tui::text::plural;

use super::agenda::assertions;
use super::prose::labelled_row;
use super::row::Row;

/// What stands in the way, what is risky, what was found, and what it cost.
pub fn summary(mission: &Mission, gate: GateId) -> Vec<Row> {
    let mut rows = vec![verdict_row(mission, gate)];
    match gate {
        GateId::Plan => rows.extend(plan_rows(mission)),
        GateId::Milestone(id) => rows.extend(milestone_rows(mission, id)),
        GateId::Final => rows.push(spent(
            mission.attempts.values().map(|attempt| attempt.usage).sum(),
            mission.attempts.len(),
        )),
    }
    rows.extend(risks(mission, gate));
    rows
}

fn verdict_row(mission: &Mission, gate: GateId) -> Row {
    let obstacles = match gate {
        GateId::Milestone(id) => mission.obstacles(id),
        GateId::Plan | GateId::Final => Vec::new(),
    };
    if !mission.is_gate_open(gate) {
        return match mission.gates.get(&gate) {
            Some(known) if known.is_go() => {
                Row::new().sign(Ink::Good, Glyph::Done).then(Ink::Good, "GO was said")
            }
            _ if obstacles.is_empty() => {
                Row::new().sign(Ink::Dim, Glyph::Step).then(Ink::Dim, "not reached yet")
            }
            _ => Row::new()
                .sign(Ink::Dim, Glyph::Step)
                .then(Ink::Dim, format!("not reached yet: {}", obstacles.join(" · "))),
        };
    }
    match obstacles.as_slice() {
        [] => Row::new().sign(Ink::Good, Glyph::Done).then(Ink::Good, "nothing stands in the way of GO"),
        some => Row::new().sign(Ink::Bad, Glyph::Blocked).then(Ink::Bad, some.join(" · ")),
    }
}

fn plan_rows(mission: &Mission) -> Vec<Row> {
    let estimate = estimate(mission);
    let money = estimate.cost.map_or_else(String::new, |cost| {
        format!(" · about {} ({} to {})", dollars(cost.likely), dollars(cost.low), dollars(cost.high))
    });
    let runs = format!("{} to {} agent runs{money}", estimate.floor_runs, estimate.likely_runs);
    let plan = format!(
        "{} · {} · {}",
        plural(mission.milestones.len(), "milestone"),
        plural(mission.features.len(), "feature"),
        plural(mission.contract.len(), "assertion")
    );
    vec![labelled_row("plan", Ink::Text, &plan), labelled_row("takes", Ink::Text, &runs)]
}

fn milestone_rows(mission: &Mission, id: MilestoneId) -> Vec<Row> {
    let rounds = mission.rounds_of(id).count();
    let outcomes: Vec<&str> = mission
        .rounds_of(id)
        .filter_map(|round| round.outcome)
        .map(crate::domain::round::RoundOutcome::word)
        .collect();
    let of_milestone = |finding: &&crate::domain::finding::Finding| finding.milestone == id;
    let findings = mission.findings.values().filter(of_milestone);
    let open = mission.open_findings().filter(of_milestone).count();
    let taken =
        findings.clone().filter(|finding| matches!(finding.state, FindingState::TakenUp { .. })).count();
    let blocking = findings.clone().filter(|finding| finding.severity == Severity::Blocking).count();
    let found = format!(
        "{} · {blocking} blocking · {taken} mended · {open} open",
        plural(findings.count(), "finding")
    );
    let attempts: Vec<_> =
        mission.attempts.values().filter(|attempt| milestone_of(mission, attempt.work) == Some(id)).collect();
    vec![
        labelled_row(
            "rounds",
            Ink::Text,
            &format!("{rounds} of {} · {}", mission.round_limit(id), outcomes.join(", ")),
        ),
        labelled_row("found", Ink::Text, &found),
        spent(attempts.iter().map(|attempt| attempt.usage).sum(), attempts.len()),
    ]
}

fn milestone_of(mission: &Mission, work: crate::domain::attempt::Work) -> Option<MilestoneId> {
    use crate::domain::attempt::Work;
    match work {
        Work::Build { feature } | Work::CheckClaims { feature } => {
            mission.feature(feature).map(|feature| feature.milestone)
        }
        Work::RunGateCommands { milestone, .. }
        | Work::Review { milestone, .. }
        | Work::Scrutinize { milestone, .. }
        | Work::TestAsUser { milestone, .. } => Some(milestone),
        Work::Plan | Work::Talk | Work::Triage => None,
    }
}

fn spent(usage: Usage, attempts: usize) -> Row {
    labelled_row(
        "cost",
        Ink::Text,
        &format!(
            "{} · {} · {} out",
            dollars(usage.micro_dollars),
            plural(attempts, "attempt"),
            crate::tui::text::count(usage.output)
        ),
    )
}

/// What a person should not overlook: waived, stale, and what flipped between rounds.
fn risks(mission: &Mission, gate: GateId) -> Vec<Row> {
    let ids = assertions(mission, gate);
    let with = |standing: Standing| ids.iter().filter(|id| mission.standing(id) == standing).count();
    let flaky = ids.iter().filter(|id| is_flaky(mission, id)).count();
    let parts: Vec<String> =
        [(with(Standing::Waived), "waived"), (with(Standing::Stale), "stale"), (flaky, "flaky")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
    if parts.is_empty() { Vec::new() } else { vec![labelled_row("risks", Ink::Warn, &parts.join(" · "))] }
}

/// Whether verdicts of one revision disagree at the same commit.
pub fn is_flaky(mission: &Mission, id: &AssertionId) -> bool {
    let verdicts = mission.verdicts.get(id).map_or(&[][..], Vec::as_slice);
    verdicts.iter().enumerate().any(|(index, one)| {
        let later = verdicts.get(index + 1..).unwrap_or_default();
        later.iter().any(|other| {
            other.revision == one.revision && other.commit == one.commit && other.outcome != one.outcome
        })
    })
}
