//! The rules that hold always, as checks of one step and of one state.

use std::collections::BTreeSet;

use flightdeck::domain::attempt::{AgentWork, Work};
use flightdeck::domain::attention::needs;
use flightdeck::domain::brief::{brief, read};
use flightdeck::domain::document::{write_contract, write_plan};
use flightdeck::domain::event::{Actor, Event, Stamped};
use flightdeck::domain::finding::Severity;
use flightdeck::domain::gate::{Decision, GateId};
use flightdeck::domain::id::MilestoneId;
use flightdeck::domain::mission::{Mission, Mode};
use flightdeck::domain::part::differing;
use flightdeck::domain::schedule::schedule;
use flightdeck::domain::unshown::Matter;
use flightdeck::domain::verdict::Outcome;

use crate::support::words;

/// What every event must respect, given the mission just before it.
pub fn check_step(before: &Mission, events: &[Stamped]) {
    let mut mission = before.clone();
    for stamped in events {
        check_event(&mission, &stamped.event);
        let written = serde_json::to_string(stamped).unwrap();
        assert_eq!(
            *stamped,
            serde_json::from_str::<Stamped>(&written).unwrap(),
            "an event reads as it was written"
        );
        let last = mission.clone();
        mission.apply(stamped);
        nothing_is_deleted(&last, &mission, &stamped.event);
        if stamped.actor != Actor::Person {
            the_persons_words_stay(&last, &mission);
            what_a_worker_asked_to_amend_stays(&last, &mission);
        }
    }
}

fn check_event(mission: &Mission, event: &Event) {
    match event {
        Event::GateOpened { gate } => assert!(!mission.is_gate_open(*gate), "{gate} is opened twice"),
        Event::GateDecided { gate, decision, .. } => {
            assert!(mission.is_gate_open(*gate), "{gate} is decided twice");
            if matches!(decision, Decision::Go { .. }) {
                may_go(mission, *gate);
            }
        }
        Event::MissionCompleted => may_go(mission, GateId::Final),
        Event::QuestionAnswered { question, .. } => {
            let asked = mission.questions.iter().find(|q| q.id == *question).unwrap();
            assert_eq!(asked.answer, None, "{question} is answered twice");
        }
        Event::VerdictGiven { verdict } => {
            let told = &mission.attempts[&verdict.attempt].revisions;
            assert_eq!(
                told.get(&verdict.assertion),
                Some(&verdict.revision),
                "a verdict on a revision nobody told"
            );
            let round = mission.round(verdict.milestone, verdict.round).unwrap();
            assert_eq!(round.commit, verdict.commit);
            assert!(round.is_open(), "a verdict in a closed round");
            let flow = mission.attempts[&verdict.attempt].work.flow().unwrap();
            assert!(
                round.share(flow).contains(&verdict.assertion),
                "a verdict on another tester's assertion"
            );
        }
        Event::RoundOpened(scope) if !scope.flows.is_empty() => {
            let mut shared = scope.flows.concat();
            let mut all = scope.to_test.clone();
            shared.sort();
            all.sort();
            assert_eq!(shared, all, "each assertion is in one share");
            assert!(scope.flows.len() <= mission.limits().testers as usize);
        }
        Event::AttemptStarted { work, .. } => {
            assert!(schedule(mission).contains(&Work::Agent(*work)), "{work} starts without being due");
        }
        _ => {}
    }
}

/// Nothing is unshown only where everything is shown; written down a second time, from verdicts and waivers alone.
pub fn unshown_is_all_that_is_not_shown(mission: &Mission) {
    let listed: BTreeSet<Matter> = mission.unshown().into_iter().map(|found| found.matter).collect();
    let active = || mission.contract.values().filter(|found| found.is_active());
    for assertion in active() {
        let last = mission.verdicts.get(&assertion.id).and_then(|verdicts| verdicts.last());
        let waived = mission.waivers.get(&assertion.id).is_some_and(|w| w.revision == assertion.revision);
        let holds = last.is_some_and(|verdict| {
            verdict.outcome == Outcome::Pass
                && verdict.revision == assertion.revision
                && Some(&verdict.commit) == mission.head()
                && verdict.evidence.iter().all(|piece| !mission.lost_evidence.contains(piece))
        });
        let listed = listed.contains(&Matter::Assertion(assertion.id.clone()));
        assert!(holds && !waived || listed, "{} is shown nowhere, and not listed", assertion.id);
    }
    for requirement in mission.requirements.iter().filter(|found| found.is_owed()) {
        let shown = active().any(|assertion| assertion.shows.contains(&requirement.id));
        assert_eq!(!shown, listed.contains(&Matter::Requirement(requirement.id)), "{}", requirement.id);
    }
}

/// The rule of the gates, written down a second time: not with `obstacles`, which it checks.
fn may_go(mission: &Mission, gate: GateId) {
    let milestones: Vec<MilestoneId> = match gate {
        GateId::Plan => return,
        GateId::Milestone(id) => vec![id],
        GateId::Final => mission.milestones.iter().map(|milestone| milestone.id).collect(),
    };
    for milestone in milestones {
        let features = mission.features.iter().filter(|f| f.milestone == milestone && f.is_wanted());
        for feature in features {
            assert!(feature.is_built(), "{gate} is GO without {}", feature.id);
            for id in &feature.fulfills {
                let assertion = &mission.contract[id];
                let waived = mission.waivers.get(id).is_some_and(|w| w.revision == assertion.revision);
                let last = mission.verdicts.get(id).and_then(|verdicts| verdicts.last());
                let passed =
                    last.is_some_and(|v| v.outcome == Outcome::Pass && v.revision == assertion.revision);
                assert!(waived || passed || !assertion.is_blocking(), "{gate} is GO without {id}");
            }
        }
        for sealed in mission.sealed.values().filter(|sealed| sealed.assertion.is_blocking()) {
            let id = &sealed.assertion.id;
            let owed = mission.milestone_held_to(id) == Some(milestone);
            assert!(!owed || mission.standing(id).is_settled(), "{gate} is GO without the sealed {id}");
        }
        let open =
            mission.open_findings().find(|f| f.severity == Severity::Blocking && f.milestone == milestone);
        assert!(open.is_none(), "{gate} is GO over {open:?}");
    }
}

fn nothing_is_deleted(before: &Mission, after: &Mission, event: &Event) {
    let counts = |mission: &Mission| {
        [
            mission.verdicts.values().map(Vec::len).sum(),
            mission.waivers.len(),
            mission.handoffs.len(),
            mission.findings.len(),
            mission.rounds.len(),
            mission.attempts.len(),
            mission.messages.len(),
            mission.questions.len(),
            mission.directives.len(),
            mission.knowledge.len(),
        ]
    };
    let (had, has) = (counts(before), counts(after));
    assert!(had.iter().zip(has).all(|(had, has)| *had <= has), "{} deletes: {had:?} → {has:?}", event.kind());
    if !matches!(event, Event::ContractProposed { .. }) {
        assert!(before.contract.keys().all(|id| after.contract.contains_key(id)), "{}", event.kind());
    }
}

/// Whatever others do: what the person worded says the same, and what they retired stays so.
fn the_persons_words_stay(before: &Mission, after: &Mission) {
    for assertion in before.contract.values() {
        let (id, present) = (&assertion.id, after.contract.get(&assertion.id));
        if before.is_retired_by_person(assertion) {
            assert!(present.is_some_and(|found| !found.is_active()), "{id} came back");
        }
        for part in before.persons_parts(id).into_iter().filter(|_| assertion.is_active()) {
            let present = present.filter(|found| found.is_active()).unwrap_or_else(|| panic!("{id} is gone"));
            let changed = differing(&assertion.wording, &present.wording);
            assert!(changed.iter().all(|found| found.part != part), "{id}: {changed:?}");
        }
    }
    for feature in before.features.iter().filter(|feature| feature.is_wanted()) {
        for part in before.persons_feature_parts(feature.id) {
            let present = after.feature(feature.id).filter(|found| found.is_wanted());
            let present = present.unwrap_or_else(|| panic!("{} is gone", feature.id));
            let changed = differing(&feature.spec, &present.spec);
            assert!(changed.iter().all(|found| found.part != part), "{}: {changed:?}", feature.id);
        }
    }
}

/// Whatever agents decide: a blocking assertion that a worker asked to amend says the same.
fn what_a_worker_asked_to_amend_stays(before: &Mission, after: &Mission) {
    for (id, assertion) in &before.contract {
        if before.is_amended_by_person(id) {
            let present = &after.contract[id];
            assert_eq!(
                (present.is_active(), &present.wording),
                (assertion.is_active(), &assertion.wording),
                "{id}"
            );
        }
    }
}

/// What must be true of every state.
pub fn check_state(mission: &Mission) {
    let live: Vec<AgentWork> = mission.live_attempts().map(|attempt| attempt.work).collect();
    assert!(live.iter().filter(|work| work.writes()).count() <= 1, "two writers: {live:?}");
    let due = schedule(mission);
    let distinct: BTreeSet<&Work> = due.iter().collect();
    assert_eq!(distinct.len(), due.len(), "work is due twice: {due:?}");
    assert!(due.iter().filter(|work| work.writes()).count() <= 1, "two writers are due: {due:?}");
    let closed = mission.end.is_some() || mission.hold.is_some() || mission.mode == Mode::ReadOnly;
    assert!(!closed || due.is_empty(), "work is due in a mission at rest: {due:?}");
    assert!(mission.gates.values().filter(|gate| gate.is_open()).count() <= 1, "two gates are open");
    nothing_sealed_is_told(mission, &due);
    if mission.end.is_some() {
        assert!(live.is_empty(), "agents are at work after the end: {live:?}");
    } else {
        never_stuck(mission, &due, &live);
    }
}

/// Whoever must not know a sealed assertion finds neither its name nor its words in anything that they can read.
pub fn nothing_sealed_is_told(mission: &Mission, due: &[Work]) {
    if mission.sealed.is_empty() {
        return;
    }
    let mut told = vec![
        ("contract.md".to_owned(), write_contract(mission)),
        ("plan.md".to_owned(), write_plan(mission)),
        ("the baseline".to_owned(), mission.baseline_report()),
    ];
    let agents = due.iter().filter_map(|work| if let Work::Agent(work) = work { Some(*work) } else { None });
    for work in agents.chain([AgentWork::Talk, AgentWork::Triage]) {
        if !work.role().may_know_sealed() {
            told.push((format!("the brief to {work}"), brief(mission, work).text));
        }
    }
    let findings = mission.findings.keys().map(ToString::to_string);
    let milestones = mission.milestones.iter().map(|milestone| milestone.id.to_string());
    let all = ["contract", "plan", "findings", "attempts"].map(str::to_owned);
    for what in findings.chain(milestones).chain(all) {
        told.push((what.clone(), read(mission, &what).unwrap()));
    }
    let names = mission.sealed.keys().map(flightdeck::domain::id::AssertionId::as_str);
    let secrets: Vec<&str> = names.chain(words::HIDDEN).collect();
    for (place, text) in told {
        for secret in &secrets {
            assert!(!text.contains(secret), "{place} tells of {secret}: {text}");
        }
    }
}

/// There is always something due, somebody asked, or a quota that ends by itself.
fn never_stuck(mission: &Mission, due: &[Work], live: &[AgentWork]) {
    let resets = mission.hold.as_ref().is_some_and(|h| h.until.is_some());
    let asked = needs(mission).iter().any(|need| !need.blocks.is_empty());
    assert!(!due.is_empty() || asked || resets, "nothing is due and nobody is asked: {}", sketch(mission));
    // What is due must be startable, or be under way already.
    let writer = live.iter().find(|work| work.writes());
    for work in due.iter().filter(|work| work.writes() && matches!(work, Work::Agent(_))) {
        assert!(
            writer.is_none_or(|busy| Work::Agent(*busy) == *work),
            "{work} is due, and {writer:?} is in its way"
        );
    }
}

/// A mission in a few lines, for messages.
pub fn sketch(mission: &Mission) -> String {
    let features: Vec<String> = mission.features.iter().map(|f| format!("{} {:?}", f.id, f.state)).collect();
    let standings: Vec<String> =
        mission.contract.keys().map(|id| format!("{id} {}", mission.standing(id).word())).collect();
    let rounds: Vec<String> =
        mission.rounds.iter().map(|r| format!("{} r{} {:?}", r.milestone, r.number, r.outcome)).collect();
    let open: Vec<String> = mission.open_findings().map(|f| f.description.to_string()).collect();
    format!(
        "status {:?}\nfeatures {features:#?}\nstandings {standings:?}\nrounds {rounds:?}\nopen {open:?}\ngates {:?}\nhold {:?}\ndue {:?}",
        mission.status(),
        mission.gates,
        mission.hold,
        schedule(mission)
    )
}
