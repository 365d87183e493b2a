//! The final gate in a few rows: what was asked for, what holds of it, what was sent back and what became of that.

use crate::domain::finding::{Finding, FindingState, Source};
use crate::domain::gate::{Decision, GateId};
use crate::domain::history::{Change, Record};
use crate::domain::plan::FeatureState;
use crate::domain::round::CheckRun;
use crate::domain::text::Line;
use crate::domain::verdict::Standing;

use super::gate::{checks, spent};
use super::gate_items;
use super::prelude::*;
use super::work::{decision, feature_name};
use super::{requirement, summary};

/// What was asked for, what holds at the end of it, what was sent back and what became of that, and what it cost.
pub(super) fn rows(mission: &Mission, width: usize) -> Vec<Row> {
    let goal = mission.founding.as_ref().map_or("", |founding| founding.goal.as_str());
    let mut rows = vec![labelled_row("goal", StyleRole::Text, &first_sentence(goal))];
    let tally = mission.requirement_tally(GateId::Final);
    if tally.all > 0 {
        let before = match requirement::held_before(mission) {
            0 => String::new(),
            some => format!(" · {some} held at an earlier commit, with nothing found against that since"),
        };
        let words = requirement::shown_words(tally) + &before;
        rows.push(labelled_row("asked for", StyleRole::Text, &words));
    }
    let last = mission.rounds.last().filter(|round| mission.head() == Some(&round.commit));
    rows.extend(last.map(|round| checks(mission, round, width)).unwrap_or_default());
    if let Some(round) = last.filter(|round| !round.checks.is_empty()) {
        // A green command holds nothing where its tester saw the assertion fail.
        let holds =
            |check: &&CheckRun| check.run.passed() && mission.standing(&check.assertion) != Standing::Failed;
        let hold = round.newest_checks().filter(holds).count();
        let words = format!("{hold} of {} of the contract's own hold", round.newest_checks().count());
        rows.push(labelled_row("commands", StyleRole::Text, &words));
    }
    let milestones = mission.milestones.iter().map(|milestone| {
        let decided = mission.gates.get(&milestone.id.into()).and_then(|gate| gate.decided.as_ref());
        let words = decided.map(|decided| decision(&decided.decision, decided.by));
        let words = words.map_or_else(|| "open".to_owned(), |[word, by, _]| word.text + by.text.trim_end());
        format!("{} {words}", milestone.id)
    });
    rows.push(labelled_row("flown", StyleRole::Text, &milestones.collect::<Vec<_>>().join(" · ")));
    rows.extend(answers(mission, GateId::Final, width));
    let open: Vec<String> = mission.open_findings().map(|finding| finding.id.to_string()).collect();
    if !open.is_empty() {
        let words = format!("{} open still: {}", plural(open.len(), "finding"), open.join(", "));
        rows.push(labelled_row("findings", StyleRole::Warn, &words));
    }
    rows.push(spent(mission.usage(), mission.attempts.len()));
    let landing = summary::whereabouts(mission);
    rows.extend((!landing.is_empty()).then(|| labelled_row("landing", StyleRole::Strong, &landing)));
    rows
}

/// What each NO-GO said, and what was done about it.
pub(super) fn answers(mission: &Mission, gate: GateId, width: usize) -> Vec<Row> {
    let of_gate = |finding: &&Finding| finding.source == Source::Gate && gate_items::is_of(finding, gate);
    let mut rows = Vec::new();
    let plan = mission.history.iter().filter(|_| gate == GateId::Final).rev().find_map(refused_plan);
    if let Some(note) = plan {
        let answer = mission.answer.as_ref().map_or("it was planned anew", |answer| answer.as_str());
        rows.extend(labelled("NO-GO", &format!("to the plan “{note}” → {answer}"), width));
    }
    for finding in mission.findings.values().filter(of_gate) {
        let fate = fate_words(mission, finding);
        rows.extend(labelled("NO-GO", &format!("{} → {fate}", finding.description), width));
    }
    rows
}

fn refused_plan(record: &Record) -> Option<&Line> {
    let decided = &record.change;
    let Change::GateDecided { gate: GateId::Plan, decision: Decision::NoGo { note }, .. } = decided else {
        return None;
    };
    Some(note)
}

fn fate_words(mission: &Mission, finding: &Finding) -> String {
    match &finding.state {
        FindingState::Open => "open".to_owned(),
        FindingState::Deferred { reason, .. } => format!("put off: {reason}"),
        FindingState::Dismissed { reason } => format!("dismissed: {reason}"),
        FindingState::TakenUp { feature } => {
            let built = mission.feature(*feature).map(|found| &found.state);
            match built {
                Some(FeatureState::Built { head, .. }) => {
                    format!("{}, built at {head}", feature_name(mission, *feature))
                }
                Some(FeatureState::Pending | FeatureState::Cancelled { .. }) | None => {
                    format!("{}, not built", feature_name(mission, *feature))
                }
            }
        }
    }
}
