//! Findings that are put off, seen again, and decided on one by one.

use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::attention::needs;
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::{
    FindingState, Observation, Ruling, Severity, Sight, TriageDecision, Until,
};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::handoff::{Deviation, ManualCheck, Procedure};
use flightdeck::domain::id::{AttemptId, FeatureId, FindingId, MilestoneId};
use flightdeck::domain::mission::HoldCause;
use flightdeck::domain::plan::Origin;
use flightdeck::domain::round::{Opinion, RoundOutcome};
use flightdeck::domain::verdict::Outcome;

use crate::support::mission::Flight;
use crate::support::words;

const M1: MilestoneId = MilestoneId(1);
const F1: FeatureId = FeatureId(1);
const TRIAGE: Work = Work::Agent(AgentWork::Triage);

fn defer(until: Until) -> Ruling {
    Ruling::Defer { until, reason: words::line("it can wait") }
}

fn dismiss() -> Ruling {
    Ruling::Dismiss { reason: words::line("by design") }
}

fn fix() -> Ruling {
    Ruling::Feature { spec: words::spec("A fix"), fulfills: vec![] }
}

fn decision(finding: u32, ruling: Ruling) -> TriageDecision {
    TriageDecision { finding: FindingId(finding), ruling }
}

fn by_person(finding: u32, ruling: Ruling) -> Command {
    Command::DecideFinding { decision: Box::new(decision(finding, ruling)) }
}

fn state(flight: &Flight, finding: u32) -> &FindingState {
    &flight.mission.findings[&FindingId(finding)].state
}

fn seen(finding: u32, now: Sight) -> Vec<Observation> {
    vec![Observation { finding: FindingId(finding), now, observed: words::line("tried it again") }]
}

fn scrutiny(issues: &[(Severity, &str)], known: Vec<Observation>) -> Command {
    let issues = issues.iter().map(|(severity, text)| words::issue(*severity, text)).collect();
    Command::ReportScrutiny { summary: words::prose("Weighed it"), issues, knowledge: vec![], known }
}

/// The round that is open, with such a report of scrutiny; nobody tried the app yet.
fn weighed(flight: Flight, issues: &[(Severity, &str)], known: Vec<Observation>) -> Flight {
    let mut flight = flight.gated().reviewed();
    let weigher = flight.start(flight.due()[0]);
    flight.attempt(weigher, scrutiny(issues, known));
    flight
}

/// A milestone whose only round passed but for what scrutiny reports, and the triage at its end.
fn after_round(issues: &[(Severity, &str)]) -> (Flight, AttemptId) {
    let mut flight = weighed(Flight::new().planned(1, 1).built(1), issues, vec![]).tested(Outcome::Pass);
    let orchestrator = flight.start(AgentWork::Triage);
    (flight, orchestrator)
}

fn told(flight: &Flight, work: AgentWork) -> String {
    brief(&flight.mission, work).text
}

#[test]
fn what_is_put_off_stays_open_and_is_asked_about_at_the_gate() {
    let (mut flight, orchestrator) = after_round(&[(Severity::NonBlocking, "the footer is grey")]);
    flight.attempt(orchestrator, Command::Triage { decisions: vec![decision(1, defer(Until::Milestone))] });
    let gate = GateId::Milestone(M1);
    assert!(flight.mission.waits_at(gate) && flight.mission.passes(M1));
    assert!(flight.mission.open_findings().count() == 1 && flight.mission.undecided_findings().count() == 0);
    let asked = needs(&flight.mission)[0].sentence.clone();
    assert_eq!(asked, "milestone M1 passed and waits for GO; 1 finding is put off and stays open: FND-1");
    let page = flightdeck::view::gate_page::rows(&flight.mission, gate, &|_| String::new(), 200);
    let page: String = page.iter().map(|row| row.plain() + "\n").collect();
    assert!(page.contains("open, put off until the gate of M1: “it can wait”"), "{page}");
    assert!(page.contains("1 put off and open still"), "{page}");
    let flight = flight.gone(gate);
    assert_eq!(flight.mission.open_findings().count(), 1, "GO decides on no finding");
    assert!(needs(&flight.mission)[0].sentence.contains("1 finding is put off"), "the final gate asks too");
}

#[test]
fn what_is_put_off_until_the_next_round_is_told_to_it_and_decided_on_after_it() {
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    let mut handoff = words::handoff("Most of it");
    handoff.issues.push(words::issue(Severity::Blocking, "entries are lost"));
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![] });
    let orchestrator = flight.start(AgentWork::Triage);
    flight.attempt(orchestrator, Command::Triage { decisions: vec![decision(1, defer(Until::NextRound))] });
    let flight = weighed(flight, &[], vec![]);
    for work in [
        AgentWork::Review { milestone: M1, round: 1, feature: F1 },
        AgentWork::Scrutinize { milestone: M1, round: 1 },
    ] {
        let told = told(&flight, work);
        let (_, known) = told.split_once("## Known findings").unwrap();
        assert!(
            known.contains("(still open, put off until next_round: it can wait) entries are lost"),
            "{told}"
        );
        assert!(!told.contains("Dismissed before"), "{told}");
    }
    let flight = flight.tested(Outcome::Pass);
    assert_eq!(flight.mission.rounds[0].outcome, Some(RoundOutcome::Failed), "it is blocking and open");
    assert_eq!((state(&flight, 1), flight.due()), (&FindingState::Open, vec![TRIAGE]));
}

#[test]
fn a_blocking_finding_waits_for_the_next_round_at_most() {
    let (flight, orchestrator) = after_round(&[(Severity::Blocking, "entries are lost")]);
    for until in [Until::Milestone, Until::Final] {
        let sentence = "FND-1 (blocking: entries are lost): its milestone cannot pass with it, so put it off until next_round at most, make it a feature, or dismiss it with a reason";
        let command = Command::Triage { decisions: vec![decision(1, defer(until))] };
        assert_eq!(flight.refusal(Actor::Attempt(orchestrator), command), sentence);
        assert_eq!(flight.refusal(Actor::Person, by_person(1, defer(until))), sentence);
    }
    let mut flight = flight;
    let decisions = vec![decision(1, defer(Until::NextRound))];
    flight.attempt(orchestrator, Command::Triage { decisions });
    assert_eq!(flight.mission.gate_obstacles(GateId::Milestone(M1)), ["FND-1 is open"]);
    assert!(flight.mission.waits_at(GateId::Milestone(M1)), "a round at the same commit is not flown");
}

/// The case that lost three faults: what was looked at later is no dismissal.
#[test]
fn a_triage_is_told_what_is_put_off_apart_from_what_was_dismissed() {
    let issues = [(Severity::NonBlocking, "the footer is grey"), (Severity::Suggestion, "a shorter name")];
    let (mut flight, orchestrator) = after_round(&issues);
    let decisions = vec![decision(1, defer(Until::Final)), decision(2, dismiss())];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let told = told(&flight, AgentWork::Triage);
    let (open, dismissed) = told.split_once("## Dismissed before").unwrap();
    let (_, put_off) = open.split_once("## Open, put off").unwrap();
    assert!(put_off.contains("FND-1") && put_off.contains("last seen in round 1"), "{told}");
    assert!(dismissed.contains("FND-2") && !dismissed.contains("FND-1"), "{told}");
}

#[test]
fn the_person_decides_on_any_finding_that_no_feature_to_come_mends() {
    let issues = [(Severity::NonBlocking, "the footer is grey"), (Severity::Suggestion, "a shorter name")];
    let (mut flight, orchestrator) = after_round(&issues);
    let decisions = vec![decision(1, defer(Until::Milestone)), decision(2, dismiss())];
    flight.attempt(orchestrator, Command::Triage { decisions });
    flight.person(by_person(1, defer(Until::Final)));
    assert!(matches!(state(&flight, 1), FindingState::Deferred { until: Until::Final, .. }));
    flight.person(by_person(1, dismiss()));
    assert!(matches!(state(&flight, 1), FindingState::Dismissed { .. }));
    let join = by_person(1, Ruling::Join { with: FindingId(2) });
    let nothing = "FND-2 (suggestion: a shorter name) becomes no feature, and none that is still to be built mends it: nothing can join it";
    assert_eq!(flight.refusal(Actor::Person, join), nothing);
    let spec = flight.mission.findings[&FindingId(2)].fix();
    assert_eq!(spec.title.as_str(), "Mend FND-2: a shorter name");
    flight.person(by_person(2, Ruling::Feature { spec, fulfills: vec![] }));
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Build { feature: FeatureId(2) })]);
    assert!(!flight.mission.waits_at(GateId::Milestone(M1)), "there is something to build first");
    flight.person(by_person(1, Ruling::Join { with: FindingId(2) }));
    assert_eq!(*state(&flight, 1), FindingState::TakenUp { feature: FeatureId(2) });
    let table = [
        (by_person(9, dismiss()), "there is no finding FND-9; none is open"),
        (
            by_person(2, dismiss()),
            "FND-2 (suggestion: a shorter name) is to be mended by F2 already, which is not built yet",
        ),
    ];
    for (command, sentence) in table {
        assert_eq!(flight.refusal(Actor::Person, command), sentence);
    }
    let flight = flight.built(2);
    let mended = "FND-1 (non_blocking: the footer is grey) was mended by F2: it is decided on again when somebody sees it again";
    for ruling in [dismiss(), defer(Until::Final), Ruling::Join { with: FindingId(2) }] {
        assert_eq!(flight.refusal(Actor::Person, by_person(1, ruling)), mended);
    }
}

#[test]
fn nobody_talks_a_failed_assertion_away_one_by_one_either() {
    let flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    let refusal = flight.refusal(Actor::Person, by_person(1, dismiss()));
    assert!(refusal.contains("cannot be dismissed while VAL-M1-001 fails"), "{refusal}");
}

#[test]
fn one_suggestion_costs_no_triage_of_its_own() {
    let mut flight = Flight::new().planned(1, 2);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    let mut handoff = words::handoff("Done");
    handoff.issues.push(words::issue(Severity::Suggestion, "a shorter name"));
    handoff.issues.push(words::issue(Severity::NonBlocking, "the footer is grey"));
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![] });
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Build { feature: FeatureId(2) })]);
    let flight = flight.built(2);
    let round = Work::Engine(EngineWork::RunGateCommands { milestone: M1, round: 1 });
    assert_eq!(flight.due(), [round], "the round may find more to decide on at once");
    let mut flight = flight.validated();
    assert_eq!(flight.due(), [TRIAGE]);
    let orchestrator = flight.start(AgentWork::Triage);
    let sentence = "not decided yet: FND-1 (suggestion: a shorter name), FND-2 (non_blocking: the footer is grey); every finding that is due needs a decision";
    assert_eq!(flight.refusal(Actor::Attempt(orchestrator), Command::Triage { decisions: vec![] }), sentence);
}

#[test]
fn what_may_wait_can_be_decided_along_with_what_cannot() {
    let mut flight = Flight::new().planned(1, 2);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    let mut handoff = words::handoff("Done");
    handoff.left_undone.push(words::line("the footer"));
    handoff.issues.push(words::issue(Severity::Suggestion, "a shorter name"));
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![] });
    let mut both = flight.clone();
    let orchestrator = flight.start(AgentWork::Triage);
    let told = told(&flight, AgentWork::Triage);
    assert!(
        told.contains("## Open, to be decided on at the milestone; you may decide on them now"),
        "{told}"
    );
    flight.attempt(orchestrator, Command::Triage { decisions: vec![decision(1, dismiss())] });
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Build { feature: FeatureId(2) })]);
    let orchestrator = both.start(AgentWork::Triage);
    both.attempt(
        orchestrator,
        Command::Triage { decisions: vec![decision(1, dismiss()), decision(2, dismiss())] },
    );
    assert_eq!(both.mission.open_findings().count(), 0);
}

#[test]
fn what_still_holds_is_the_known_finding_and_no_new_one() {
    let (mut flight, orchestrator) = after_round(&[(Severity::NonBlocking, "the footer is grey")]);
    let decisions = vec![decision(1, fix())];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let flight = flight.built(2);
    let flight = weighed(flight, &[], seen(1, Sight::StillHolds));
    assert_eq!(flight.mission.findings.len(), 1);
    let finding = &flight.mission.findings[&FindingId(1)];
    let sighting = finding.seen.clone().unwrap();
    assert_eq!((sighting.round, &sighting.commit), (2, &flight.mission.rounds[1].commit));
    assert_eq!(finding.state, FindingState::Open, "its fix did not mend it");
}

/// A validator that does not look at what is known says it all again: in the same words it is the same finding.
#[test]
fn the_same_words_again_are_the_same_finding() {
    let grey = [(Severity::NonBlocking, "the footer is grey")];
    let (mut flight, orchestrator) = after_round(&grey);
    flight.attempt(orchestrator, Command::Triage { decisions: vec![decision(1, fix())] });
    let flight = weighed(flight.built(2), &grey, vec![]);
    assert_eq!(flight.mission.findings.len(), 1);
    assert_eq!(*state(&flight, 1), FindingState::Open);
    // Dismissed, or of another weight, it is something new to decide on.
    let (mut flight, orchestrator) = after_round(&[grey[0], (Severity::NonBlocking, "the header is grey")]);
    let decisions = vec![decision(1, dismiss()), decision(2, fix())];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let again = [grey[0], (Severity::Blocking, "the header is grey")];
    assert_eq!(weighed(flight.built(2), &again, vec![]).mission.findings.len(), 4);
}

#[test]
fn what_is_mended_without_a_fix_needs_no_decision() {
    let (mut flight, orchestrator) = after_round(&[
        (Severity::NonBlocking, "the footer is grey"),
        (Severity::NonBlocking, "the header is grey"),
    ]);
    let decisions = vec![decision(1, defer(Until::NextRound)), decision(2, fix())];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let flight = weighed(flight.built(2), &[], seen(1, Sight::NoLongerHolds));
    let FindingState::Dismissed { reason } = state(&flight, 1) else { panic!("{:?}", state(&flight, 1)) };
    assert!(reason.as_str().starts_with("no longer holds at "), "{reason}");
}

/// Two validators who see it differently at one commit: nobody overrules the other, and the triage reads both.
#[test]
fn what_another_one_saw_at_the_same_commit_is_not_settled_by_a_word() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated();
    let reviewer = flight.start(flight.due()[0]);
    let issue = words::issue(Severity::NonBlocking, "the footer is grey");
    let file = words::title("src/page.rs");
    let issues = vec![flightdeck::domain::round::ReviewIssue { file, line: None, issue }];
    let (summary, opinion) = (words::prose("Read it"), Opinion::Pass);
    flight.attempt(reviewer, Command::ReportReview { summary, opinion, issues, known: vec![] });
    let weigher = flight.start(flight.due()[0]);
    flight.attempt(weigher, scrutiny(&[], seen(1, Sight::NoLongerHolds)));
    assert_eq!(*state(&flight, 1), FindingState::Open);
    assert_eq!(flight.mission.findings[&FindingId(1)].seen.as_ref().unwrap().sight, Sight::NoLongerHolds);
}

#[test]
fn a_review_cannot_pass_what_it_says_still_blocks() {
    let (mut flight, orchestrator) = after_round(&[(Severity::Blocking, "entries are lost")]);
    let decisions = vec![decision(1, fix())];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let mut flight = flight.built(2).gated();
    let reviewer = flight.start(flight.due()[0]);
    let report = |opinion, known| Command::ReportReview {
        summary: words::prose("Read it"),
        opinion,
        issues: vec![],
        known,
    };
    let refused = flight.refusal(Actor::Attempt(reviewer), report(Opinion::Pass, seen(1, Sight::StillHolds)));
    assert!(refused.contains("no blocking finding that still holds"), "{refused}");
    let twice = [seen(1, Sight::NoLongerHolds), seen(1, Sight::NoLongerHolds)].concat();
    let refusals = [
        (report(Opinion::Pass, twice), "FND-1 (blocking: entries are lost) is named twice in `known`"),
        (report(Opinion::Pass, seen(7, Sight::StillHolds)), "there is no finding FND-7; none is open"),
    ];
    for (command, sentence) in refusals {
        assert_eq!(flight.refusal(Actor::Attempt(reviewer), command), sentence);
    }
    flight.attempt(reviewer, report(Opinion::Fail, seen(1, Sight::StillHolds)));
    assert_eq!(*state(&flight, 1), FindingState::Open);
}

#[test]
fn an_assertion_that_fails_again_is_the_finding_it_was() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    for round in 2..=3 {
        flight.triage_all();
        flight = flight.built(round).gated().reviewed().scrutinized().tested(Outcome::Fail);
    }
    assert_eq!(flight.mission.findings.len(), 1);
    assert_eq!(flight.mission.findings[&FindingId(1)].seen.as_ref().unwrap().round, 3);
}

/// The same finding, fixed over and over: the person is asked to look, as for a chain of different ones.
#[test]
fn fixes_of_one_finding_are_not_flown_for_ever() {
    let mut flight = Flight::new().planned(1, 1).built(1);
    flight = weighed(flight, &[(Severity::NonBlocking, "the footer is grey")], vec![]).tested(Outcome::Pass);
    for fix in 2..=4 {
        flight.triage_all();
        assert_eq!(flight.mission.hold, None, "F{fix}");
        flight = weighed(flight.built(fix), &[], seen(1, Sight::StillHolds));
        if flight.due().iter().any(|work| matches!(work, Work::Agent(AgentWork::TestAsUser { .. }))) {
            flight = flight.tested(Outcome::Pass);
        }
    }
    flight.triage_all();
    let held = flight.mission.hold.as_ref().unwrap();
    assert_eq!(held.cause, HoldCause::Failures);
    assert!(held.sentence.as_str().contains("fix number 4 in a row"), "{}", held.sentence);
}

#[test]
fn a_later_round_is_told_what_was_built_since_and_reads_a_feature_with_its_fix() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated();
    let reviewer = flight.start(flight.due()[0]);
    let issue = words::issue(Severity::Blocking, "an index out of bounds");
    let issues =
        vec![flightdeck::domain::round::ReviewIssue { file: words::title("a.rs"), line: Some(3), issue }];
    let (summary, opinion) = (words::prose("Read it"), Opinion::Fail);
    flight.attempt(reviewer, Command::ReportReview { summary, opinion, issues, known: vec![] });
    let mut flight = flight.scrutinized().tested(Outcome::Pass);
    flight.triage_all();
    let worker = flight.start(AgentWork::Build { feature: FeatureId(2) });
    let mut handoff = words::handoff("Checked the bound");
    let (step, instead, why) =
        (words::line("tests first"), words::line("tests last"), words::line("no runner"));
    handoff.procedure = Procedure::Deviated { deviations: vec![Deviation { step, instead, why }] };
    handoff.checks.push(ManualCheck {
        action: words::line("opened the last page"),
        observed: words::line("it is there"),
    });
    flight.hand_in(worker, handoff);
    let ran = vec![words::run("make test", 0)];
    flight.engine(Command::RecordClaims { feature: FeatureId(2), runs: ran });
    let flight = flight.gated();
    assert!(matches!(flight.mission.feature(FeatureId(2)).unwrap().origin, Origin::Fix { .. }));
    let told = told(&flight, AgentWork::Review { milestone: M1, round: 2, feature: F1 });
    for words in [
        "## Known findings: say in `known`",
        "FND-1 [blocking] (F1) (taken up by F2) a.rs:3: an index out of bounds",
        "## F2 mends what was found about it",
        "Checked the bound",
        "tests first: tests last instead, because no runner",
        "tried by hand:\n- opened the last page: it is there (said by the worker, not shown)",
        "the engine saw: `make test` exits 0",
        "## Since round 1",
        "- F2 Fix of FND-1: ",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}
