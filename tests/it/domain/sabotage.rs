//! Checks and their teeth: vacuous, guards, invalid, seen red, toothless, out of time.

use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::baseline::AtBase;
use flightdeck::domain::command::{CheckEdit, Command, WordingEdit};
use flightdeck::domain::contract::AssertionDraft;
use flightdeck::domain::environment::{CommandRun, Environment, Script, Service};
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::{Severity, Source};
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::{AttemptId, MilestoneId, Revision};
use flightdeck::domain::red::HowRed;
use flightdeck::domain::risk::risks;
use flightdeck::domain::sabotage::{Reaction, Sabotage, SabotageOutcome, SeenRed};
use flightdeck::view::row::plain;

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const M1: MilestoneId = MilestoneId(1);
const SABOTAGE: Work = Work::Engine(EngineWork::Sabotage { milestone: M1, round: 1 });

fn checked(id: &str, command: &str) -> AssertionDraft {
    let mut draft = words::assertion(id);
    draft.wording.check.command = Some(words::line(command));
    draft
}

fn guard(id: &str, command: &str) -> AssertionDraft {
    let mut draft = checked(id, command);
    draft.wording.check.guard = true;
    draft
}

fn run(command: &str, code: i32, tail: &str) -> CommandRun {
    CommandRun { tail: flightdeck::domain::text::Line::clipped(tail), ..words::run(command, code) }
}

/// A planner that proposed a contract and an environment, and what was seen at the base.
fn planning(assertions: Vec<AssertionDraft>, runs: Vec<CommandRun>) -> (Flight, AttemptId) {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    flight.attempt(planner, Command::ProposeContract { assertions });
    flight.attempt(planner, Command::ProposeEnvironment { environment: words::environment() });
    flight.engine(Command::RecordBaseline { baseline: Box::new(words::baseline(runs)) });
    (flight, planner)
}

fn plan(ids: &[&str]) -> Command {
    let milestones = vec![words::milestone("All", vec![words::feature("It", ids)])];
    Command::ProposePlan { title: None, milestones, answer: None }
}

/// A round passed that tried an assertion whose command does this at the base.
fn passed(draft: AssertionDraft, runs: Vec<CommandRun>) -> Flight {
    let id = draft.id.clone();
    let (mut flight, planner) = planning(vec![draft], runs);
    flight.attempt(planner, plan(&[id.as_str()]));
    flight.gone(GateId::Plan).built(1).validated()
}

fn vacuous() -> Flight {
    passed(checked("VAL-A-001", "make a"), vec![run("make a", 0, "")])
}

fn tried(flight: &mut Flight, outcome: SabotageOutcome) {
    flight.engine(Command::RecordSabotage { sabotage: Box::new(words::sabotage("VAL-A-001", outcome)) });
}

#[test]
fn what_a_check_does_at_the_base_is_told_in_a_word() {
    let drafts = vec![
        checked("VAL-A-001", "make a"),
        checked("VAL-A-002", "make b"),
        guard("VAL-A-003", "make c"),
        guard("VAL-A-004", "make d"),
        checked("VAL-A-005", "lynx x"),
        checked("VAL-A-006", "make f"),
        checked("VAL-A-007", "make g"),
    ];
    let runs = vec![
        run("make a", 1, "no a"),
        run("make b", 0, ""),
        run("make c", 0, ""),
        run("make d", 2, "no d"),
        run("lynx x", 127, "sh: 1: lynx: not found"),
        run("make f", 124, ""),
    ];
    let (flight, _) = planning(drafts, runs);
    let at = |id: &str| flight.mission.at_base(&flight.mission.contract[&val(id)]);
    assert!(matches!(at("VAL-A-001"), AtBase::Red(_)));
    assert!(matches!(at("VAL-A-002"), AtBase::Vacuous(_)));
    assert!(matches!(at("VAL-A-003"), AtBase::Guards(_)));
    assert!(matches!(at("VAL-A-004"), AtBase::Invalid(_, why) if why.starts_with("a guard holds before")));
    assert!(matches!(at("VAL-A-005"), AtBase::Invalid(_, why) if why.contains("`lynx` is not found")));
    assert!(matches!(at("VAL-A-006"), AtBase::TookTooLong(_)));
    assert!(matches!(at("VAL-A-007"), AtBase::Untried));
    let vacuous: Vec<&str> = flight.mission.vacuous_assertions().map(|found| found.id.as_str()).collect();
    assert_eq!(vacuous, ["VAL-A-002"]);
    let report = flight.mission.baseline_report();
    assert!(report.contains("- 1 guard green, as it should be\n- 1 check red, as it should be"), "{report}");
}

#[test]
fn a_plan_whose_checks_can_decide_nothing_goes_back_to_its_planner() {
    let drafts =
        vec![checked("VAL-A-001", "lynx x"), guard("VAL-A-002", "make d"), checked("VAL-A-003", "make a")];
    let runs =
        vec![run("lynx x", 127, "sh: 1: lynx: not found"), run("make d", 2, "no d"), run("make a", 0, "")];
    let (mut flight, planner) = planning(drafts, runs);
    let plan = plan(&["VAL-A-001", "VAL-A-002", "VAL-A-003"]);
    let refusal = flight.refusal(Actor::Attempt(planner), plan.clone());
    for words in [
        "the check of VAL-A-001 can decide nothing at the base commit: `lynx` is not found on this machine; `lynx x` exits 127",
        "the check of VAL-A-002 can decide nothing at the base commit: a guard holds before the work, and it fails",
        "word each anew with propose_contract, or say in `checks_kept` why",
    ] {
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
    assert!(
        !refusal.contains("VAL-A-003"),
        "what proves nothing is a risk for the person to weigh: {refusal}"
    );

    let mut kept = flight.clone();
    let reasons = ["VAL-A-001", "VAL-A-002"].map(|id| (val(id), words::line("the image has it"))).into();
    kept.attempt(planner, Command::KeepChecks { reasons, commands: [].into() });
    kept.attempt(planner, plan.clone());
    let risk = risks(&kept.mission).into_iter().find(|risk| risk.contains("VAL-A-001 can decide")).unwrap();
    assert!(risk.ends_with("the planner keeps it: the image has it"), "{risk}");
    let unknown = [(val("VAL-X-001"), words::line("x"))].into();
    let refusal = flight
        .refusal(Actor::Attempt(planner), Command::KeepChecks { reasons: unknown, commands: [].into() });
    assert_eq!(refusal, "`checks_kept` names VAL-X-001, which is not in the contract");

    let drafts =
        vec![checked("VAL-A-001", "make x"), checked("VAL-A-002", "make d"), checked("VAL-A-003", "make a")];
    flight.attempt(planner, Command::ProposeContract { assertions: drafts });
    flight.attempt(planner, plan);
    assert!(flight.mission.is_gate_open(GateId::Plan));
}

#[expect(clippy::too_many_lines, reason = "one story")]
#[test]
fn a_plan_whose_environment_can_do_nothing_goes_back_to_its_planner() {
    let of = |text: &str| Script { name: words::title("it"), run: words::line(text), report: None };
    let environment = |test: &str, lint: &str| Environment {
        test: vec![of(test)],
        lint: vec![of(lint)],
        services: vec![Service { run: words::line("nosuchserver"), ..words::service("web", 8080) }],
        ..Environment::default()
    };
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let assertions = vec![words::assertion("VAL-A-001")];
    flight.attempt(planner, Command::ProposeContract { assertions });
    let propose = |environment| Command::ProposeEnvironment { environment };
    flight.attempt(planner, propose(environment("nosuchtool --test", "sh lint.sh")));
    let runs = vec![
        run("nosuchtool --test", 127, "sh: 1: nosuchtool: not found"),
        run("sh lint.sh", 2, "sh: 0: cannot open lint.sh: No such file"),
        run("nosuchserver", 127, "sh: 1: nosuchserver: not found"),
    ];
    flight.engine(Command::RecordBaseline { baseline: Box::new(words::baseline(runs)) });
    let plan = plan(&["VAL-A-001"]);
    let report = flight.mission.baseline_report();
    assert!(
        report.contains("is not found on this machine, so it can do nothing: propose_environment"),
        "{report}"
    );
    let refusal = flight.refusal(Actor::Attempt(planner), plan.clone());
    for words in [
        "the test command can do nothing at the base commit: `nosuchtool` is not found on this machine; `nosuchtool --test` exits 127",
        "the service command can do nothing at the base commit: `nosuchserver` is not found",
        "or say in `commands_kept` why",
    ] {
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
    assert!(!refusal.contains("lint.sh"), "what is yet to be built is a risk: {refusal}");

    // A planner that insists says why, and the person reads it.
    let mut kept = flight.clone();
    let keep = |command: &str| Command::KeepChecks {
        reasons: [].into(),
        commands: [command, "nosuchserver"]
            .map(|one| (words::line(one), words::line("the image has it")))
            .into(),
    };
    let refusal = flight.refusal(Actor::Attempt(planner), keep("make x"));
    assert_eq!(refusal, "`commands_kept` names `make x`, which is no command of the environment");
    kept.attempt(planner, keep("nosuchtool --test"));
    kept.attempt(planner, plan.clone());
    let told = risks(&kept.mission);
    let risk = told.iter().find(|risk| risk.contains("`nosuchtool --test`")).unwrap();
    assert!(risk.ends_with("the planner keeps it: the image has it"), "{risk}");
    assert!(told.iter().any(|risk| risk.starts_with("at the base commit `sh lint.sh` exits 2")), "{told:?}");

    // What the person chose is a risk that they read, and nothing for the planner to mend.
    let mut persons = flight.clone();
    let base = persons.mission.environment.clone().unwrap();
    let edited = environment("nosuchtool --all", "sh lint.sh");
    persons.person(Command::EditEnvironment { base: Box::new(base), environment: Box::new(edited) });
    let runs = vec![run("nosuchtool --all", 127, "sh: 1: nosuchtool: not found")];
    persons.engine(Command::RecordBaseline { baseline: Box::new(words::baseline(runs)) });
    persons.attempt(planner, plan.clone());
    assert!(risks(&persons.mission).iter().any(|risk| risk.contains("`nosuchtool` is not found")));

    // Where the set-up is yet to be built, nobody knows what the others would find.
    let mut unset = flight.clone();
    let setup =
        Environment { setup: vec![of("sh setup.sh")], ..environment("nosuchtool --test", "sh lint.sh") };
    unset.attempt(planner, propose(setup));
    let runs = vec![
        run("sh setup.sh", 2, "sh: 0: cannot open setup.sh: No such file"),
        run("nosuchtool --test", 127, "sh: 1: nosuchtool: not found"),
    ];
    unset.engine(Command::RecordBaseline { baseline: Box::new(words::baseline(runs)) });
    unset.attempt(planner, plan.clone());
    assert!(unset.mission.is_gate_open(GateId::Plan));
}

#[test]
fn what_the_person_words_at_the_plan_gate_is_tried_and_told_and_refuses_no_plan() {
    let (mut flight, planner) = planning(vec![checked("VAL-A-001", "make a")], vec![run("make a", 1, "")]);
    assert!(
        !flight.due().contains(&EngineWork::TakeBaseline.into()),
        "the planner's tools try what it proposes"
    );
    flight.attempt(planner, plan(&["VAL-A-001"]));
    let all = |command: &str, code, tail| {
        let others = ["make setup", "make", "make test"].map(|command| words::run(command, 0));
        [others.to_vec(), vec![run(command, code, tail)]].concat()
    };
    let check = CheckEdit { command: Some(words::line("lynx x")), ..CheckEdit::default() };
    let edit = Box::new(WordingEdit { check: Some(check), ..WordingEdit::default() });
    flight.person(Command::EditAssertion { assertion: val("VAL-A-001"), base: Revision::FIRST, edit });
    assert_eq!(flight.due(), [EngineWork::TakeBaseline.into()]);
    let baseline = words::baseline(all("lynx x", 127, "sh: 1: lynx: not found"));
    flight.engine(Command::RecordBaseline { baseline: Box::new(baseline) });
    assert_eq!(flight.due(), []);
    assert!(risks(&flight.mission).iter().any(|risk| risk.contains("`lynx` is not found")));

    let mut untried = words::baseline(vec![]);
    untried.untried = flight.mission.base_trials().iter().map(|trial| trial.script().run.clone()).collect();
    flight.engine(Command::RecordBaseline { baseline: Box::new(untried) });
    assert_eq!(flight.due(), [], "what cannot be tried is not tried for ever");
    let mut again = flight.gone(GateId::Plan);
    let check = CheckEdit { command: Some(words::line("make z")), ..CheckEdit::default() };
    let edit = Box::new(WordingEdit { check: Some(check), ..WordingEdit::default() });
    again.person(Command::EditAssertion { assertion: val("VAL-A-001"), base: Revision(2), edit });
    assert!(!again.due().contains(&EngineWork::TakeBaseline.into()), "it is built upon by now");
}

#[test]
fn the_gate_of_a_milestone_waits_until_its_checks_were_seen_red() {
    let mut flight = vacuous();
    assert_eq!(flight.due(), [SABOTAGE]);
    assert!(!flight.mission.is_gate_open(M1.into()));
    assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::Vacuous);
    assert_eq!((flight.mission.contract_tally().proven, flight.mission.contract_tally().vacuous), (0, 1));
    tried(&mut flight, SabotageOutcome::Red);
    assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::Sabotaged);
    assert_eq!(flight.mission.contract_tally().unseen, 0);
    assert_eq!((flight.mission.contract_tally().proven, flight.mission.contract_tally().toothless), (1, 0));
    assert!(flight.mission.is_gate_open(M1.into()) && flight.due().is_empty());

    let red = passed(checked("VAL-A-001", "make a"), vec![run("make a", 1, "")]);
    assert_eq!(red.mission.seen_red(&val("VAL-A-001")), SeenRed::AtBase);
    assert!(red.mission.is_gate_open(M1.into()), "what was red at the base was seen red");
    let guarded = passed(guard("VAL-A-001", "make a"), vec![run("make a", 0, "")]);
    assert_eq!(
        (guarded.mission.seen_red(&val("VAL-A-001")), guarded.due()),
        (SeenRed::NotYet, vec![SABOTAGE])
    );
    let judged = passed(words::assertion("VAL-A-001"), vec![]);
    assert_eq!((judged.mission.seen_red(&val("VAL-A-001")), judged.due()), (SeenRed::Judged, vec![]));
}

/// Where nothing was built, a check that needs the app is red whatever it looks for: that alone shows nothing of it.
#[test]
fn what_was_red_only_for_want_of_the_app_is_tried_by_undoing() {
    let weak = || passed(checked("VAL-A-001", "./a"), vec![run("./a", 127, "sh: 1: ./a: not found")]);
    let seen = |flight: &Flight| flight.mission.seen_red(&val("VAL-A-001"));
    let mut flight = weak();
    assert_eq!((seen(&flight), flight.due()), (SeenRed::Absent, vec![SABOTAGE]));
    assert_eq!(flight.mission.contract_tally().unseen, 1);
    tried(&mut flight, SabotageOutcome::OutOfTime);
    assert_eq!((seen(&flight), flight.due()), (SeenRed::Absent, vec![]), "once is enough");
    let words = |flight: &Flight| {
        let mission = &flight.mission;
        flightdeck::view::assertion::seen_red(mission, mission.assertion(&val("VAL-A-001")).unwrap())
    };
    assert_eq!(words(&flight), "no: it failed only where what it works with was gone");
    let mut flight = weak();
    tried(&mut flight, SabotageOutcome::Toothless);
    assert_eq!(seen(&flight), SeenRed::Toothless, "it stayed green on an app that was there");
    for (how, counts) in [(HowRed::Gone, true), (HowRed::Untrue, true), (HowRed::Elsewhere, false)] {
        let mut flight = weak();
        let mut sabotage = words::sabotage("VAL-A-001", SabotageOutcome::Red);
        sabotage.undone[0].reaction = Reaction::Other { seen: words::line("another footer"), how };
        flight.engine(Command::RecordSabotage { sabotage: Box::new(sabotage) });
        assert_eq!(seen(&flight) == SeenRed::Sabotaged, counts, "{how:?}");
    }
}

/// A pass that nobody saw fail is told wherever it is counted as proven, also where it is another reason that is told first.
#[test]
fn what_is_proven_and_was_never_seen_red_is_told_beside_the_number() {
    let contract = vec![guard("VAL-A-001", "make a"), words::assertion("VAL-A-002")];
    let (mut flight, planner) = planning(contract, vec![run("make a", 0, "")]);
    let milestones = vec![
        words::milestone("One", vec![words::feature("It", &["VAL-A-001"])]),
        words::milestone("Two", vec![words::feature("More", &["VAL-A-002"])]),
    ];
    flight.attempt(planner, Command::ProposePlan { title: None, milestones, answer: None });
    let mut flight = flight.gone(GateId::Plan).built(1).validated();
    tried(&mut flight, SabotageOutcome::Untold);
    let tally = flight.mission.contract_tally();
    assert_eq!((tally.proven, tally.unseen), (1, 1));
    let sentence = |flight: &Flight| flightdeck::view::unshown::sentence(&flight.mission, GateId::Final);
    assert!(sentence(&flight).ends_with("1 not seen red"), "{}", sentence(&flight));
    let flight = flight.gone(M1.into()).built(2).validated();
    assert_eq!(
        sentence(&flight),
        "Not shown: 1 proven at an older commit · 2 not seen red (1 of them older)"
    );
    let rows = plain(&flightdeck::view::unshown::rows(&flight.mission, GateId::Final));
    assert!(rows.contains("older commit   not seen red: VAL-A-001"), "{rows}");
    let offer = flightdeck::view::pull_request::unshown(&flight.mission);
    let told = "VAL-A-001 was proven before the last change, and was never seen to fail (nothing could be undone that would have told): ";
    assert!(offer[0].starts_with(told), "{offer:?}");
    let count = flightdeck::view::unshown::counts(&flight.mission, GateId::Final)[0];
    assert_eq!((count.number, count.not_seen_red), (1, 1));
    let progress = flightdeck::view::header::progress(&flight.mission);
    let header: String =
        flightdeck::view::header::counts(progress).into_iter().map(|piece| piece.text).collect();
    assert!(
        header.contains("2/2 assertions · 2 not seen red"),
        "what a tester judges is none either: {header}"
    );
}

#[test]
fn a_check_without_teeth_is_a_finding_and_autopilot_asks_the_person() {
    let mut flight = vacuous();
    flight.person(Command::SetAutopilot { autopilot: Autopilot::On });
    tried(&mut flight, SabotageOutcome::Toothless);
    let finding = flight.mission.open_findings().next().unwrap().clone();
    assert_eq!((finding.severity, &finding.source), (Severity::NonBlocking, &Source::Sabotage));
    let said = "the check of VAL-A-001, `make a`, stays green whatever is undone in a copy: F1: src/main.rs @@ -1 +1,2 @@";
    assert_eq!(finding.description.as_str(), said);
    assert_eq!(flight.mission.evidence_of(&finding).len(), 1);
    assert_eq!(flight.due(), [AgentWork::Triage.into()]);
    flight.dismiss_all();
    assert!(flight.mission.is_gate_open(M1.into()), "it blocks nothing by itself");
    assert!(!flight.mission.is_go(M1.into()), "but nobody says GO to it for the person");
    assert_eq!((flight.mission.contract_tally().proven, flight.due()), (0, vec![]));
    let told = flightdeck::view::unshown::sentence(&flight.mission, M1.into());
    assert_eq!(told, "Not shown: 1 toothless");
    let refusal = {
        let sabotage = Box::new(words::sabotage("VAL-A-001", SabotageOutcome::Toothless));
        flight.refusal(Actor::Engine, Command::RecordSabotage { sabotage })
    };
    assert_eq!(refusal, "VAL-A-001 is not to be seen red now");

    let mut red = vacuous();
    red.person(Command::SetAutopilot { autopilot: Autopilot::On });
    tried(&mut red, SabotageOutcome::Red);
    assert!(red.mission.is_go(GateId::Final));
}

#[test]
fn what_told_nothing_is_said_and_tried_again_in_a_later_round_only() {
    for (outcome, seen) in
        [(SabotageOutcome::Untold, SeenRed::Untold), (SabotageOutcome::OutOfTime, SeenRed::OutOfTime)]
    {
        let mut flight = passed(guard("VAL-A-001", "make a"), vec![run("make a", 0, "")]);
        tried(&mut flight, outcome);
        assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), seen);
        assert!(flight.mission.is_gate_open(M1.into()) && flight.due().is_empty());
        let told = flightdeck::view::unshown::sentence(&flight.mission, M1.into());
        assert!(told.starts_with("Not shown: 1 not seen red"), "{told}");
        flight.person(Command::DecideGate { gate: M1.into(), decision: words::no_go("more") });
        flight.triage_all();
        let mut flight = flight.built(2).gated().reviewed().scrutinized();
        assert_eq!(flight.due(), [Work::Engine(EngineWork::Sabotage { milestone: M1, round: 2 })]);
        let again = Sabotage { round: 2, ..words::sabotage("VAL-A-001", SabotageOutcome::Red) };
        flight.engine(Command::RecordSabotage { sabotage: Box::new(again) });
        assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::Sabotaged);
    }
}

#[test]
fn undoing_takes_a_share_of_the_missions_time_and_none_where_it_is_off() {
    let flight = vacuous();
    let now = flight.now();
    let likely = flightdeck::domain::estimate::estimate(&flight.mission).likely_ms;
    assert_eq!(flight.mission.sabotage_left_ms(now), likely / 10, "what agents have worked is less");
    let mut spent = flight.clone();
    tried(&mut spent, SabotageOutcome::Red);
    assert_eq!(spent.mission.sabotage_left_ms(now), likely / 10 - 1_500);

    let mut founding = words::founding();
    founding.limits.sabotage_percent = 1;
    let mut short = flight.clone();
    short.mission.founding = Some(founding.clone());
    assert!(likely / 100 < 120_000, "{likely}");
    assert_eq!(short.mission.sabotage_left_ms(now), 120_000, "a mission of minutes sees something, too");

    founding.limits.sabotage_percent = 0;
    let mut off = flight;
    off.mission.founding = Some(founding);
    assert_eq!((off.due(), off.mission.sabotage_left_ms(now)), (vec![], 0));
    assert_eq!(off.mission.seen_red(&val("VAL-A-001")), SeenRed::Vacuous, "it proves nothing all the same");
    let log = serde_json::json!({ "rounds": 5, "failures": 3, "reviewers": 3 });
    let older: flightdeck::domain::mission::Limits = serde_json::from_value(log).unwrap();
    assert_eq!(older.sabotage_percent, 10, "a mission of an older log flies with the usual share");
}

/// What an engine had recorded before it died is not undone again; the next one goes on with the other checks.
#[test]
fn what_is_cut_short_goes_on_with_the_next_check() {
    let ids = ["VAL-A-001", "VAL-A-002"];
    let (mut flight, planner) = planning(
        vec![checked(ids[0], "make a"), checked(ids[1], "make b")],
        vec![run("make a", 0, ""), run("make b", 0, "")],
    );
    flight.attempt(planner, plan(&ids));
    let mut flight = flight.gone(GateId::Plan).built(1).validated();
    assert_eq!(flight.mission.to_sabotage(M1), ids.map(val));
    tried(&mut flight, SabotageOutcome::Toothless);
    assert_eq!(flight.due(), [SABOTAGE], "what it found is decided on together with the rest");
    let loss = Command::RecordLoss { work: SABOTAGE, reason: words::line("the engine died") };
    flight.engine(loss);
    assert_eq!((flight.mission.to_sabotage(M1), flight.due()), (vec![val(ids[1])], vec![SABOTAGE]));
    assert!(!flight.mission.is_gate_open(M1.into()));
    let sabotage = Box::new(words::sabotage(ids[1], SabotageOutcome::Red));
    flight.engine(Command::RecordSabotage { sabotage });
    assert_eq!(flight.due(), [AgentWork::Triage.into()]);
}

/// Without a command it is what the tester did that is tried, and another tester's steps are tried anew.
#[test]
fn the_steps_of_a_tester_are_tried_where_there_is_no_command() {
    let steps = |name: &str, by| {
        let piece = words::exchange(name, by);
        flightdeck::domain::evidence::Piece {
            kind: flightdeck::domain::evidence::EvidenceKind::Steps,
            ..piece
        }
    };
    let given = |name: &str, tester, by| Command::GiveVerdict {
        assertion: val("VAL-A-001"),
        outcome: flightdeck::domain::verdict::Outcome::Pass,
        observed: words::line("seen"),
        evidence: vec![words::exchange("ev_0123456789ab", tester), steps(name, by)],
    };
    let (mut flight, planner) = planning(vec![words::assertion("VAL-A-001")], vec![]);
    flight.attempt(planner, plan(&["VAL-A-001"]));
    let mut flight = flight.gone(GateId::Plan).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.attempt(tester, given("ev_aaaaaaaaaaaa", tester, AttemptId(1)));
    assert_eq!(flight.mission.verdicts[&val("VAL-A-001")][0].steps, None, "they are another's");
    flight.attempt(tester, given("ev_bbbbbbbbbbbb", tester, tester));
    flight.report_testing(tester);
    let kept = flight.mission.verdicts[&val("VAL-A-001")][1].steps.clone();
    assert_eq!(kept.as_ref().unwrap().0, "ev_bbbbbbbbbbbb");
    assert_eq!((flight.mission.seen_red(&val("VAL-A-001")), flight.due()), (SeenRed::NotYet, vec![SABOTAGE]));

    let others = words::sabotage("VAL-A-001", SabotageOutcome::Toothless);
    let refusal =
        flight.refusal(Actor::Engine, Command::RecordSabotage { sabotage: Box::new(others.clone()) });
    assert_eq!(refusal, "VAL-A-001 is not to be seen red now");
    let tried = Sabotage { steps: kept, ..others };
    flight.engine(Command::RecordSabotage { sabotage: Box::new(tried) });
    assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::Toothless);
    let said = flight.mission.open_findings().next().unwrap().description.to_string();
    assert!(said.starts_with("the check of VAL-A-001, by its tester's steps, stays green"), "{said}");
    flight.mission.verdicts.get_mut(&val("VAL-A-001")).unwrap()[1].steps =
        Some(flightdeck::domain::verdict::EvidenceRef("ev_cccccccccccc".to_owned()));
    assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::NotYet, "others have to be tried");
    let red = words::sabotage("VAL-A-001", SabotageOutcome::Red);
    flight.mission.sabotages.insert(val("VAL-A-001"), red);
    assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::Sabotaged, "its instrument failed once");
    flight.mission.verdicts.get_mut(&val("VAL-A-001")).unwrap()[1].steps = None;
    assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::Sabotaged);
}

/// Why a check was not seen red stands wherever it is said that it was not.
#[test]
fn the_reason_why_a_check_was_not_seen_red_is_told_where_that_is_told() {
    let guarded = || passed(guard("VAL-A-001", "make a"), vec![run("make a", 0, "")]);
    let after = |sabotage: Sabotage| {
        let mut flight = guarded();
        flight.engine(Command::RecordSabotage { sabotage: Box::new(sabotage) });
        flight
    };
    let untold = Sabotage {
        note: Some(words::line("without it `cargo build` exits 101")),
        ..words::sabotage("VAL-A-001", SabotageOutcome::Untold)
    };
    let late = words::sabotage("VAL-A-001", SabotageOutcome::OutOfTime);
    let never = Sabotage { undone: vec![], ..late.clone() };
    let mut off = guarded();
    let mut founding = words::founding();
    founding.limits.sabotage_percent = 0;
    off.mission.founding = Some(founding);
    let judged = passed(words::assertion("VAL-A-001"), vec![]);
    for (flight, reason) in [
        (after(untold), "without it `cargo build` exits 101"),
        (after(late), "the time for it was over after 1 change; no build"),
        (after(never), "no time was left for it"),
        (guarded(), "it is tried once its milestone has passed a round"),
        (off, "nothing is undone in this mission: `limits.sabotage_percent` is 0"),
        (judged, "a tester judges it: no command, and no kept steps to do again"),
    ] {
        let mission = &flight.mission;
        let assertion = mission.assertion(&val("VAL-A-001")).unwrap();
        let at_gate = plain(&flightdeck::view::gate_page::rows(mission, M1.into(), &|_| String::new(), 200));
        let detail = plain(&flightdeck::view::assertion::page(mission, assertion, &|_| String::new(), 200));
        let looking = flightdeck::view::assertion::Looking::Newest;
        let evidence = plain(&flightdeck::view::assertion::claim(mission, &val("VAL-A-001"), looking, 200));
        let trace = mission.trace();
        let trace = plain(&flightdeck::view::trace::rows(mission, &trace, &|_| String::new()));
        for page in [&at_gate, &detail, &evidence] {
            assert!(page.contains(&format!("seen red  no: {reason}")), "{reason}: {page}");
        }
        assert!(trace.contains(&format!("not seen red: {reason}")), "{reason}: {trace}");
        if mission.doubt(&val("VAL-A-001"), GateId::Final).is_some() {
            let rows = plain(&flightdeck::view::unshown::rows(mission, GateId::Final));
            assert!(rows.contains(&format!(": {reason}")), "{reason}: {rows}");
            let offer = flightdeck::view::pull_request::unshown(mission).join("\n");
            assert!(offer.contains(&format!("({reason}")), "{reason}: {offer}");
        }
        assert_eq!(mission.how_red(&val("VAL-A-001")), None);
    }
}

/// What a check showed when it was red is evidence of its assertion, and is followed from it and to it.
#[test]
fn what_was_seen_when_a_check_was_tried_is_among_the_evidence_of_its_assertion() {
    let mut flight = passed(guard("VAL-A-001", "make a"), vec![run("make a", 0, "")]);
    let reaction = Reaction::Red { exit_code: 2, how: HowRed::Gone, seen: Some(words::line("no such page")) };
    let mut sabotage = words::sabotage("VAL-A-001", SabotageOutcome::Red);
    sabotage.undone[0].reaction = reaction;
    sabotage.undone[0].evidence = Some("ev_feedfeedfeed".to_owned());
    flight.engine(Command::RecordSabotage { sabotage: Box::new(sabotage) });
    let mission = &flight.mission;
    let pieces = mission.pieces_of(&val("VAL-A-001"));
    assert_eq!(pieces.last().unwrap().0.0, "ev_feedfeedfeed");
    assert!(pieces.len() > 1, "those of the verdict come first");
    let subject = mission.trace_subject("ev_feedfeedfeed").unwrap();
    let found =
        plain(&flightdeck::view::trace::rows(mission, &mission.trace_of(&subject), &|_| String::new()));
    let words =
        "without F1: src/main.rs @@ -1 +1,2 @@: red, what it works with was gone: exit 2: no such page";
    assert!(found.contains(words) && found.contains("ev_feedfeedfeed"), "{found}");
    let line = mission.assertion(&val("VAL-A-001")).unwrap();
    let page = plain(&flightdeck::view::assertion::page(mission, line, &|_| String::new(), 200));
    assert!(page.contains(words) && page.contains("flightdeck evidence ev_feedfeedfeed"), "{page}");
    // Who asks for the evidence of an assertion is told of each piece, and which one follows.
    let (id, titles, now) = (val("VAL-A-001"), |_: &_| "a title".to_owned(), flight.now());
    let listed = plain(&flightdeck::view::assertion::pieces(mission, &id, &pieces[0].0, (&titles, now), 200));
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 1 + pieces.len(), "{listed}");
    let first = format!(
        "{} pieces of evidence of VAL-A-001, the newest first; `flightdeck evidence REF`",
        pieces.len()
    );
    assert!(lines[0].starts_with(&first), "{listed}");
    let newest = format!("\u{25b8} {}  pass by ", pieces[0].0.0);
    assert!(lines[1].starts_with(&newest) && lines[1].ends_with("a title"), "{listed}");
    assert!(lines[1].contains("M1 round 1 \u{b7} at ") && lines[1].contains("just now"), "{listed}");
    assert!(
        lines[lines.len() - 1].contains(&format!("ev_feedfeedfeed  tried in a copy {words}")),
        "{listed}"
    );
    let alone = passed(words::assertion("VAL-A-001"), vec![]).mission;
    let only = &alone.pieces_of(&id)[0].0.clone();
    assert_eq!(flightdeck::view::assertion::pieces(&alone, &id, only, (&titles, now), 200), vec![]);
}

#[test]
fn a_log_that_does_not_say_how_a_check_was_red_is_told_as_such() {
    let old: Reaction = serde_json::from_str(r#"{"red":{"exit_code":1}}"#).unwrap();
    let other: Reaction = serde_json::from_str(r#"{"other":{"seen":"nothing"}}"#).unwrap();
    assert_eq!([old.how(), other.how()], [Some(HowRed::Unknown); 2]);
    let mut flight = passed(guard("VAL-A-001", "make a"), vec![run("make a", 0, "")]);
    let mut sabotage = words::sabotage("VAL-A-001", SabotageOutcome::Red);
    sabotage.undone[0].reaction = old;
    assert!(sabotage.sentence().ends_with(", where nothing says how: exit 1"), "{}", sabotage.sentence());
    flight.engine(Command::RecordSabotage { sabotage: Box::new(sabotage) });
    assert_eq!(flight.mission.seen_red(&val("VAL-A-001")), SeenRed::Sabotaged, "it counts all the same");
    let page = plain(&flightdeck::view::gate_page::rows(&flight.mission, M1.into(), &|_| String::new(), 200));
    assert!(page.contains("seen red (how is not known)"), "{page}");
}
