//! A gate in rows: what it rests on, one assertion in full, and findings, rounds, cost and risks.

use crate::domain::budget::dollars;
use crate::domain::contract::Weight;
use crate::domain::estimate::estimate;
use crate::domain::finding::{FindingState, Severity};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::usage::Usage;
use crate::domain::verdict::{Outcome, Standing};
use crate::tui::glyph::Glyph;
use crate::tui::ink::Ink;
use crate::tui::text::{plural, wrap};

use super::row::Row;
use super::work::standing_sign;

/// The assertions that a gate is about, those that need a look first.
pub fn assertions(mission: &Mission, gate: GateId) -> Vec<AssertionId> {
    let mut ids: Vec<AssertionId> = match gate {
        GateId::Milestone(id) => mission.assertions_of(id).map(|assertion| assertion.id.clone()).collect(),
        GateId::Plan | GateId::Final => {
            mission.contract.values().filter(|a| a.is_active()).map(|a| a.id.clone()).collect()
        }
    };
    ids.sort_by_key(|id| (urgency(mission.standing(id)), id.clone()));
    ids
}

fn urgency(standing: Standing) -> u8 {
    match standing {
        Standing::Failed | Standing::Blocked => 0,
        Standing::Stale => 1,
        Standing::Waived => 2,
        Standing::Pending => 3,
        Standing::Passed | Standing::Retired => 4,
    }
}

/// An assertion in full: what it says, how it is checked, what was seen, what was decided.
pub fn detail(mission: &Mission, id: &AssertionId, width: usize) -> Vec<Row> {
    let Some(assertion) = mission.contract.get(id) else { return Vec::new() };
    let wording = &assertion.wording;
    let standing = mission.standing(id);
    let (sign, ink) = standing_sign(standing);
    let mut rows = vec![
        Row::of(Ink::Strong, format!("{id} {}", wording.title)).end(Ink::Dim, assertion.revision.to_string()),
        Row::new()
            .sign(ink, sign)
            .then(ink, standing.word())
            .then(Ink::Dim, if wording.weight == Weight::NonBlocking { "  · optional" } else { "" }),
        Row::new(),
    ];
    rows.extend(paragraph(Ink::Text, wording.statement.as_str(), width));
    rows.push(Row::new());
    rows.extend(labelled("check", &format!("{}: {}", wording.check.via.word(), wording.check.how), width));
    if let Some(command) = &wording.check.command {
        rows.extend(labelled("command", command.as_str(), width));
    }
    rows.extend(labelled("evidence", wording.evidence.as_str(), width));
    if let Some(feature) = mission.claimant(id) {
        rows.extend(labelled("feature", &format!("{} {}", feature.id, feature.spec.title), width));
    }
    if let Some(waiver) = mission.waivers.get(id) {
        rows.push(Row::new());
        rows.extend(labelled("waived", &format!("“{}”", waiver.reason), width));
    }
    rows.extend(verdicts(mission, id, width));
    rows
}

fn verdicts(mission: &Mission, id: &AssertionId, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for verdict in mission.verdicts.get(id).into_iter().flatten().rev() {
        let (sign, ink) = match verdict.outcome {
            Outcome::Pass => (Glyph::Done, Ink::Good),
            Outcome::Fail => (Glyph::Failed, Ink::Bad),
            Outcome::Blocked => (Glyph::Blocked, Ink::Bad),
        };
        rows.push(Row::new());
        rows.push(
            Row::new()
                .sign(ink, sign)
                .then(ink, verdict.outcome.word())
                .then(
                    Ink::Dim,
                    format!(
                        "  {} round {} · {} · at {} · {}",
                        verdict.milestone, verdict.round, verdict.attempt, verdict.commit, verdict.revision
                    ),
                )
                .end(Ink::Dim, format!("▣ {}", verdict.evidence.len())),
        );
        rows.extend(paragraph(Ink::Text, verdict.observed.as_str(), width));
    }
    rows
}

fn paragraph(ink: Ink, text: &str, width: usize) -> Vec<Row> {
    wrap(text, width).into_iter().map(|line| Row::of(ink, line)).collect()
}

fn labelled(label: &str, text: &str, width: usize) -> Vec<Row> {
    let body = wrap(text, width.saturating_sub(10));
    let lead = |index: usize| if index == 0 { format!("{label:<10}") } else { " ".repeat(10) };
    body.into_iter()
        .enumerate()
        .map(|(index, line)| Row::of(Ink::Dim, lead(index)).then(Ink::Text, line))
        .collect()
}

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
    vec![labelled_row("plan", &plan), labelled_row("takes", &runs)]
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
        mission.attempts.values().filter(|attempt| mission.milestone_of(attempt.work) == Some(id)).collect();
    vec![
        labelled_row("rounds", &format!("{rounds} of {} · {}", mission.round_limit(id), outcomes.join(", "))),
        labelled_row("found", &found),
        spent(attempts.iter().map(|attempt| attempt.usage).sum(), attempts.len()),
    ]
}

fn spent(usage: Usage, attempts: usize) -> Row {
    labelled_row(
        "cost",
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
    if parts.is_empty() {
        Vec::new()
    } else {
        vec![Row::of(Ink::Dim, format!("{:<10}", "risks")).then(Ink::Warn, parts.join(" · "))]
    }
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

fn labelled_row(label: &str, text: &str) -> Row {
    Row::of(Ink::Dim, format!("{label:<10}")).then(Ink::Text, text)
}
