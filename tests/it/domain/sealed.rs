//! Assertions that nobody who builds is told of.

use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::brief::{brief, read};
use flightdeck::domain::command::{Command, WordingEdit};
use flightdeck::domain::consequence::{ContractChange, consequences};
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::Source;
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::{FeatureId, MilestoneId, Revision};
use flightdeck::domain::round::CheckRun;
use flightdeck::domain::text::Prose;
use flightdeck::domain::trace::TraceSubject;
use flightdeck::domain::verdict::{Outcome, Standing};
use pretty_assertions::assert_eq;

use super::laws;
use crate::support::mission::Flight;
use crate::support::words;

const M1: MilestoneId = MilestoneId(1);
const SEALED: &str = "VAL-SEAL-001";

/// Two milestones with a feature each, and a critic at the plan.
fn criticized() -> Flight {
    let mut founding = words::founding();
    founding.limits.critic_rounds = 1;
    Flight::founded(founding).proposed(2, 1)
}

/// A plan that is GO, with one assertion sealed for a milestone.
fn sealed(milestone: Option<u32>) -> Flight {
    let mut flight = criticized();
    let critic = flight.start(flight.due()[0]);
    let assertions = vec![words::sealed_draft(SEALED, milestone)];
    flight.attempt(critic, Command::Seal { assertions });
    flight.attempt(critic, Command::Criticize { summary: words::prose("Sound"), objections: vec![] });
    flight.gone(GateId::Plan)
}

/// The first milestone's round, in which everything that was agreed on passes and what is sealed fails.
fn failed() -> Flight {
    let mut flight = sealed(Some(1)).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass);
    flight.attempt(
        tester,
        Command::GiveVerdict {
            assertion: words::val(SEALED),
            outcome: Outcome::Fail,
            observed: words::line("val-seal-001 broke: I signed twice and the second name was gone"),
            evidence: vec![words::exchange("ev_0123456789ab", tester)],
        },
    );
    flight.report_testing(tester);
    flight
}

#[test]
fn a_critic_seals_what_can_be_tried_and_no_more_than_five() {
    let mut flight = criticized();
    let critic = flight.start(flight.due()[0]);
    let seal = |assertions| Command::Seal { assertions };
    let draft = |id: &str| words::sealed_draft(id, None);
    let mut vague = draft("VAL-SEAL-002");
    vague.assertion.wording.check.how = words::prose("it works");
    for (assertions, told) in [
        (vec![draft("VAL-M1-001")], "VAL-M1-001 exists already"),
        (vec![draft(SEALED), draft(SEALED)], "VAL-SEAL-001 exists already"),
        (vec![words::sealed_draft(SEALED, Some(9))], "there is no milestone M9; there are M1, M2"),
        (vec![vague], "the check says nothing to do"),
        (
            (1..=6).map(|n| draft(&format!("VAL-SEAL-00{n}"))).collect(),
            "at most 5 sealed assertions, and 5 more",
        ),
    ] {
        let refusal = flight.refusal(Actor::Attempt(critic), seal(assertions));
        assert!(refusal.contains(told), "{refusal}");
    }
    flight.attempt(critic, seal((1..=5).map(|n| draft(&format!("VAL-SEAL-00{n}"))).collect()));
    let refusal = flight.refusal(Actor::Attempt(critic), seal(vec![draft("VAL-SEAL-006")]));
    assert!(refusal.contains("and 0 more can be added"), "{refusal}");
    // A critic of a later plan sees what is sealed, and the plan may be proposed anew over it.
    assert!(brief(&flight.mission, AgentWork::Criticize { round: 2 }).text.contains("hiddenstatement"));
}

#[test]
fn user_testers_alone_try_it_and_the_person_alone_reads_of_it() {
    let mut flight = sealed(None).built(1).gated();
    let work = AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow::WHOLE };
    assert!(!brief(&flight.mission, work).text.contains(SEALED), "it is due in the last milestone");
    flight =
        flight.reviewed().scrutinized().tested(Outcome::Pass).gone(GateId::Milestone(M1)).built(2).gated();
    let round = flight.mission.rounds.last().unwrap();
    assert_eq!(round.to_test, [words::val("VAL-M2-001"), words::val(SEALED)]);
    let work = AgentWork::TestAsUser { milestone: MilestoneId(2), round: 1, flow: Flow::WHOLE };
    let told = brief(&flight.mission, work).text;
    assert!(words::HIDDEN.iter().all(|word| told.contains(word)), "{told}");
    // Nothing of its heading tells it from the others.
    let heads: Vec<&str> = told.lines().filter(|line| line.starts_with("### ")).collect();
    assert_eq!(heads[1], "### VAL-SEAL-001 The hiddentitle of what is sealed (revision 1)");
    laws::nothing_sealed_is_told(&flight.mission, &flight.due());
    let flight = flight.reviewed().scrutinized().tested(Outcome::Pass);
    assert_eq!(flight.mission.standing(&words::val(SEALED)), Standing::Passed);
    let gap = flight.mission.sealed_gap(GateId::Final).unwrap();
    assert_eq!((gap.visible.proven, gap.sealed.proven, gap.told, gap.points), (2, 1, 0, 0));
    let sentence = flightdeck::view::sealed::words(&flight.mission, GateId::Final).unwrap();
    assert!(!sentence.contains("blind"), "{sentence}");
    assert_eq!(flight.mission.contract_tally().all, 3, "the person counts what nobody else knows, too");
    let trace = flight.mission.trace_of(&TraceSubject::Assertion(words::val(SEALED)));
    assert_eq!(trace.unrequired.len(), 1, "the person follows it");
}

#[test]
fn one_that_fails_is_mended_by_those_who_are_told_what_a_user_saw() {
    let mut flight = failed();
    flight.person(Command::SetAutopilot { autopilot: Autopilot::On });
    let finding = flight.mission.findings.values().next().unwrap().clone();
    assert_eq!(
        finding.description.as_str(),
        "a user saw: it broke: I signed twice and the second name was gone"
    );
    assert_eq!((finding.assertion.as_ref(), finding.about()), (None, Some(&words::val(SEALED))));
    assert!(matches!(finding.source, Source::Verdict { .. }));
    let gap = flight.mission.sealed_gap(GateId::Milestone(M1)).unwrap();
    assert_eq!((gap.visible.percent(), gap.sealed.percent(), gap.points), (100, 0, 100));
    let told = "no longer blind";
    let sentence = flightdeck::view::sealed::words(&flight.mission, GateId::Milestone(M1)).unwrap();
    assert!(sentence.contains("of them 1 told after a failure (no longer blind)"), "{sentence}");
    assert!(flightdeck::view::sealed::kept_from(&flight.mission, &words::val(SEALED)).contains(told));
    laws::nothing_sealed_is_told(&flight.mission, &flight.due());
    let told = read(&flight.mission, "FND-1").unwrap();
    assert!(told.contains("I signed twice") && !told.contains("ev_"), "{told}");
    assert!(flight.mission.is_sealed_evidence(&words::evidence("ev_0123456789ab")), "nor is it read by name");
    assert!(!flight.mission.obstacles(M1).is_empty() && !flight.mission.is_go(GateId::Milestone(M1)));

    let triage = flight.start(AgentWork::Triage);
    let dismissal = words::dismissing(finding.id, "taste");
    let refusal = flight.refusal(Actor::Attempt(triage), dismissal);
    assert!(
        refusal.contains("cannot be dismissed while it happens") && !refusal.contains(SEALED),
        "{refusal}"
    );
    flight.end(triage, flightdeck::domain::attempt::Ending::Interrupted);
    flight.triage_all();
    let fix = FeatureId(3);
    assert_eq!(flight.due(), [AgentWork::Build { feature: fix }.into()]);
    let told = brief(&flight.mission, AgentWork::Build { feature: fix }).text;
    assert!(told.contains("a user saw: it broke: I signed twice"), "{told}");
    laws::nothing_sealed_is_told(&flight.mission, &flight.due());
    let flight = flight.built(3).validated();
    assert_eq!(flight.mission.standing(&words::val(SEALED)), Standing::Passed);
    let gap = flight.mission.sealed_gap(GateId::Milestone(M1)).unwrap();
    assert_eq!((gap.sealed.proven, gap.told), (1, 1), "it stays told once it holds");
    assert!(flight.mission.is_go(GateId::Milestone(M1)));
}

/// Nobody who builds can tell whether they touch it, so that every commit may have broken it.
#[test]
fn it_is_tried_again_in_every_round_after_something_was_built() {
    let sealed_too =
        |flight: &Flight| flight.mission.rounds.last().unwrap().to_test.contains(&words::val(SEALED));
    let mut flight = sealed(Some(1)).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, SEALED, Outcome::Pass).verdict(tester, "VAL-M1-001", Outcome::Fail);
    flight.report_testing(tester);
    flight.triage_all();
    let flight = flight.built(3).gated();
    assert!(sealed_too(&flight), "the fix was written after it had passed");
    let flight = flight.reviewed().scrutinized().tested(Outcome::Pass).gone(GateId::Milestone(M1));
    let flight = flight.built(2).gated();
    assert!(sealed_too(&flight), "so was the next milestone");
    let mut flight = flight.reviewed().scrutinized().tested(Outcome::Pass);
    assert!(flight.mission.waits_at(MilestoneId(2).into()));
    flight.person(Command::DecideGate {
        gate: MilestoneId(2).into(),
        decision: words::no_go("look at VAL-M2-001 again"),
    });
    flight.dismiss_all();
    assert!(
        !flight.mission.assertions_to_test(MilestoneId(2)).contains(&words::val(SEALED)),
        "nothing was built"
    );
}

/// A green command is no proof against its tester.
#[test]
fn one_that_failed_is_counted_as_held_nowhere() {
    let mut flight = sealed(Some(1)).built(1).gated();
    let run = CheckRun {
        assertion: words::val(SEALED),
        revision: Revision::FIRST,
        run: words::run("test -f three.txt", 0),
    };
    flight.engine(Command::RecordChecks { milestone: M1, round: 1, checks: vec![run] });
    let mut flight = flight.reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, SEALED, Outcome::Fail).verdict(tester, "VAL-M1-001", Outcome::Pass);
    flight.report_testing(tester);
    let summary = flightdeck::view::gate::summary(&flight.mission, GateId::Final, "P", 100);
    let summary = flightdeck::view::row::plain(&summary);
    assert!(summary.contains("0 of 1 of the contract's own hold"), "{summary}");
    let closed = flight.log.iter().rev().find_map(|stamped| {
        let closed = matches!(stamped.event, flightdeck::domain::event::Event::RoundClosed { .. });
        closed.then(|| flightdeck::view::event_lines::event_line(stamped, &flight.mission).unwrap().text)
    });
    assert_eq!(closed.unwrap(), "round 1 failed: 1 of 2 assertions hold, 1 not seen red");
    let gap = flight.mission.sealed_gap(GateId::Final).unwrap();
    assert_eq!((gap.sealed.proven, gap.sealed.failed), (0, 1));
    let trace = flight.mission.trace_of(&TraceSubject::Assertion(words::val(SEALED)));
    assert_eq!(trace.unrequired[0].standing, Standing::Failed);
}

#[test]
fn a_known_failure_is_not_told_twice() {
    let mut flight = failed();
    flight.triage_all();
    let mut flight = flight.built(3).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, SEALED, Outcome::Fail).report_testing(tester);
    assert_eq!(flight.mission.findings.len(), 1);
}

#[test]
fn no_worker_can_ask_to_amend_it() {
    let mut flight = sealed(Some(1));
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    let request = |id: &str| Command::RequestAmendment {
        assertion: words::val(id),
        proposal: words::line("less"),
        reason: words::line("hard"),
    };
    let refusals = [SEALED, "VAL-NONE-001"].map(|id| flight.refusal(Actor::Attempt(worker), request(id)));
    let unknown = |id| format!("there is no assertion {id} in the contract");
    assert_eq!(refusals, [unknown(SEALED), unknown("VAL-NONE-001")]);
    flight.attempt(worker, request("VAL-M1-001"));
    assert!(!brief(&flight.mission, AgentWork::Talk).text.contains(SEALED));
}

#[test]
fn to_agents_it_does_not_exist() {
    let mut flight = failed();
    let edit = || Box::new(WordingEdit { title: Some(words::title("Another")), ..WordingEdit::default() });
    let assertion = || words::val(SEALED);
    let talker = flight.talking();
    for command in [
        Command::EditAssertion { assertion: assertion(), base: Revision::FIRST, edit: edit() },
        Command::RetireAssertion { assertion: assertion(), reason: words::line("no") },
        Command::MapAssertion { assertion: assertion(), shows: vec![] },
    ] {
        let refusal = flight.refusal(Actor::Attempt(talker), command);
        assert_eq!(refusal, format!("there is no assertion {SEALED} in the contract"));
    }
    let add = Command::AddAssertion { draft: Box::new(words::assertion(SEALED)), feature: FeatureId(1) };
    let refusal = flight.refusal(Actor::Attempt(talker), add);
    assert!(refusal.contains("choose another number"), "{refusal}");
    assert!(read(&flight.mission, SEALED).is_err());
}

#[test]
fn the_person_rewords_waives_retires_and_unseals() {
    let id = words::val(SEALED);
    let mut flight = failed();
    let statement = Some(Prose::clipped("Whoever signs twice keeps the first name."));
    let edit = Box::new(WordingEdit { statement, ..WordingEdit::default() });
    let change = ContractChange::Edit { assertion: id.clone(), base: Revision::FIRST, edit };
    let told = consequences(&flight.mission, &change).sentence();
    assert_eq!(told, "revision 2 · 1 verdict goes stale");
    flight.person(change.into());
    assert_eq!(flight.mission.standing(&id), Standing::Stale);

    let mut waived = failed();
    waived.person(Command::Waive { assertion: id.clone(), reason: words::line("rare") });
    assert!(waived.mission.passes(M1) && waived.mission.open_findings().next().is_none());
    laws::nothing_sealed_is_told(&waived.mission, &waived.due());

    let mut retired = failed();
    retired.person(Command::RetireAssertion { assertion: id.clone(), reason: words::line("not wanted") });
    assert!(retired.mission.passes(M1) && retired.mission.sealed_gap(GateId::Final).is_none());

    let mut open = failed();
    let unseal = || Command::Unseal { assertion: id.clone(), feature: FeatureId(1) };
    open.person(unseal());
    assert_eq!(open.mission.claimant(&id).unwrap().id, FeatureId(1));
    assert_eq!(open.mission.findings.values().next().unwrap().assertion, Some(id.clone()));
    assert_eq!(open.mission.standing(&id), Standing::Failed, "its verdicts are its own");
    assert!(read(&open.mission, SEALED).unwrap().contains("hiddenstatement"));
    let refusal = open.refusal(Actor::Person, unseal());
    assert!(refusal.contains("is not sealed"), "{refusal}");
}
