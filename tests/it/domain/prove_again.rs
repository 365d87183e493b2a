//! What was proven at an older commit is tried at the present one, one or all, when the person asks for it.

use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::finding::{FindingState, Ruling, Severity, TriageDecision};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, MilestoneId, Revision};
use flightdeck::domain::round::Opinion;
use flightdeck::domain::verdict::{EvidenceRef, Outcome, ProvenAgain, Standing};

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const M2: MilestoneId = MilestoneId(2);

fn again(ids: &[&str]) -> Command {
    Command::ProveAgain { assertions: ids.iter().map(|id| val(id)).collect() }
}

/// Two milestones are built: what the first proved is older than the head.
fn at_the_second_gate() -> Flight {
    let flight =
        Flight::new().planned(2, 2).built(1).built(2).validated().gone(GateId::Milestone(MilestoneId(1)));
    flight.built(3).built(4).validated()
}

#[test]
fn an_older_verdict_is_given_again_in_a_small_round_without_reviews() {
    let mut flight = at_the_second_gate();
    let (one, head) = (val("VAL-M1-001"), flight.mission.head().unwrap().clone());
    assert!(flight.mission.proven_before_head(&one).is_some());
    assert_eq!(flight.mission.built_since_proof(&one), [FeatureId(3), FeatureId(4)]);
    assert_eq!(flight.mission.proven_before_head(&val("VAL-M2-001")), None);
    let used = flight.mission.rounds_used(M2);
    flight.person(again(&["VAL-M1-001"]));
    assert!(!flight.mission.waits_at(M2.into()), "the gate waits for it");
    assert_eq!(flight.due(), [Work::Engine(EngineWork::RunGateCommands { milestone: M2, round: 2 })]);
    let mut flight = flight.gated();
    let round = flight.mission.rounds.last().unwrap();
    assert_eq!((round.to_test.clone(), round.to_review.len(), round.again), (vec![one.clone()], 0, true));
    assert!(matches!(flight.due()[..], [Work::Agent(AgentWork::TestAsUser { .. })]), "nobody reads it anew");
    flight = flight.tested(Outcome::Pass);
    assert_eq!(flight.mission.verdicts[&one].last().unwrap().commit, head);
    assert!(flight.mission.waits_at(M2.into()) && flight.mission.prove_again.is_empty());
    assert_eq!(flight.mission.rounds_used(M2), used, "the person's wish takes no round of the milestone");
    assert!(flight.mission.proven_before_head(&val("VAL-M1-002")).is_some(), "nobody asked for that one");
}

#[test]
fn all_can_be_proven_again_from_the_final_gate_and_what_fails_then_is_a_finding() {
    let flight = at_the_second_gate().gone(M2.into());
    let mut flight = flight;
    flight.person(again(&["VAL-M1-001", "VAL-M1-002"]));
    assert!(!flight.mission.waits_at(GateId::Final));
    let flight = flight.gated().tested(Outcome::Fail);
    assert_eq!(flight.mission.standing(&val("VAL-M1-001")), Standing::Failed);
    assert_eq!(flight.mission.open_findings().filter(|f| f.severity == Severity::Blocking).count(), 2);
    assert_eq!(flight.due(), [AgentWork::Triage.into()]);
    assert!(!flight.mission.gate_obstacles(GateId::Final).is_empty());
}

#[test]
fn what_cannot_be_proven_again_is_refused_with_the_reason() {
    let mut flight = at_the_second_gate();
    let refusal = |flight: &Flight, ids: &[&str]| flight.refusal(Actor::Person, again(ids));
    assert_eq!(refusal(&flight, &["VAL-X-001"]), "VAL-X-001 is not in the contract");
    assert_eq!(refusal(&flight, &["VAL-M2-001"]), "VAL-M2-001 was proven at the present commit already");
    assert_eq!(refusal(&flight, &[]), "nothing was proven at an older commit than the present one");
    let third = Flight::new().planned(2, 1).built(1).validated().gone(GateId::Milestone(MilestoneId(1)));
    let untried = refusal(&third, &["VAL-M2-001"]);
    assert_eq!(untried, "VAL-M2-001 has no verdict yet: it is tried in the round of its milestone");
    let early = Flight::new().proposed(1, 1);
    assert_eq!(refusal(&early, &["VAL-M1-001"]), "nothing is built yet that could be proven again");
    let asked = flight.ask(Actor::Person, again(&["VAL-M1-002"])).unwrap();
    assert!(matches!(&asked[..], [Event::ProofAskedAgain { .. }]));
    assert_eq!(flight.ask(Actor::Person, again(&["VAL-M1-002"])).unwrap(), [], "once is enough");
}

#[test]
fn what_a_fix_is_to_make_hold_is_tried_again_although_it_passed() {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated();
    let reviewer = flight.start(flight.due()[0]);
    let issue = words::issue(Severity::NonBlocking, "it is slow");
    let issues =
        vec![flightdeck::domain::round::ReviewIssue { file: words::title("a.rs"), line: None, issue }];
    let (summary, opinion) = (words::prose("slow"), Opinion::Pass);
    flight.attempt(reviewer, Command::ReportReview { summary, opinion, issues, known: vec![] });
    let mut flight = flight.reviewed().scrutinized().tested(Outcome::Pass);
    let orchestrator = flight.start(AgentWork::Triage);
    let finding = flight.mission.open_findings().next().unwrap().id;
    let ruling = Ruling::Feature { spec: words::spec("Faster"), fulfills: vec![val("VAL-M1-002")] };
    flight.attempt(orchestrator, Command::Triage { decisions: vec![TriageDecision { finding, ruling }] });
    let flight = flight.built(3).gated();
    let round = flight.mission.rounds.last().unwrap();
    assert_eq!(
        round.to_test,
        [val("VAL-M1-002")],
        "the fix is to make it hold, and nobody asked for the other"
    );
    assert!(matches!(flight.mission.findings[&finding].state, FindingState::TakenUp { .. }));
}

#[test]
fn what_fails_and_then_passes_is_told_as_flaky_and_what_fails_twice_is_a_failure() {
    let tried = |second: Outcome| {
        let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized();
        let tester = flight.start(flight.due()[0]);
        flight.verdict(tester, "VAL-M1-001", Outcome::Fail);
        flight.verdict(tester, "VAL-M1-001", second);
        flight.report_testing(tester);
        flight
    };
    let mut flaky = tried(Outcome::Pass);
    let finding = flaky.mission.open_findings().next().unwrap().clone();
    assert!(matches!(finding.source, flightdeck::domain::finding::Source::Flaky { .. }));
    assert_eq!(finding.severity, Severity::NonBlocking, "no fix feature is forced by it");
    let said = "VAL-M1-001 failed, and passed when it was tried again: seen with my own eyes";
    assert_eq!(finding.description.as_str(), said);
    assert_eq!(flaky.mission.standing(&val("VAL-M1-001")), Standing::Passed);
    flaky.dismiss_all();
    assert!(flaky.mission.is_gate_open(GateId::Milestone(MilestoneId(1))));
    assert_eq!(flightdeck::view::gate::risks(&flaky.mission, MilestoneId(1).into()), ["1 flaky"]);
    let failed = tried(Outcome::Fail);
    let severities: Vec<Severity> = failed.mission.open_findings().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Blocking]);
}

#[test]
fn what_shows_the_same_when_its_steps_are_done_again_needs_no_tester() {
    let mut flight = at_the_second_gate();
    let (one, two) = (val("VAL-M1-001"), val("VAL-M1-002"));
    for id in [&one, &two] {
        let verdicts = flight.mission.verdicts.get_mut(id).unwrap();
        verdicts.last_mut().unwrap().steps = Some(EvidenceRef("ev_aaaaaaaaaaaa".to_owned()));
    }
    flight.person(again(&["VAL-M1-001", "VAL-M1-002"]));
    let due: Vec<_> = flight.mission.steps_due(M2).iter().map(|verdict| verdict.assertion.clone()).collect();
    assert_eq!(due, [one.clone(), two.clone()]);
    let mut flight = flight.gated();
    let proof = |revision| {
        let evidence = vec![EvidenceRef("ev_bbbbbbbbbbbb".to_owned())];
        let proven = vec![ProvenAgain { assertion: one.clone(), revision, evidence }];
        Command::RecordProof { milestone: M2, round: 2, proven }
    };
    assert_eq!(flight.ask(Actor::Engine, proof(Revision(2))).unwrap(), [], "that is another wording");
    flight.engine(proof(Revision(1)));
    let verdict = flight.mission.verdicts[&one].last().unwrap().clone();
    assert_eq!((verdict.again, verdict.round, Some(&verdict.commit)), (true, 2, flight.mission.head()));
    assert_eq!(
        flight.mission.rounds.last().unwrap().to_test,
        std::slice::from_ref(&two),
        "a tester has the other one"
    );
    assert!(!flight.mission.waits_at(M2.into()));
    let flight = flight.tested(Outcome::Pass);
    assert!(flight.mission.waits_at(M2.into()) && flight.mission.prove_again.is_empty());

    let mut alone = at_the_second_gate();
    alone.mission.verdicts.get_mut(&one).unwrap()[0].steps = Some(EvidenceRef("ev_a".to_owned()));
    alone.person(again(&["VAL-M1-001"]));
    let mut alone = alone.gated();
    alone.engine(proof(Revision(1)));
    assert!(alone.mission.waits_at(M2.into()), "nothing is left to try");
    assert_eq!(alone.refusal(Actor::Engine, proof(Revision(1))), "round 2 of M2 is not under way");
}
