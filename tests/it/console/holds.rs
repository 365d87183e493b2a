//! A hold is a page with choices; a question before what cannot be taken back; whom one speaks to.

use flightdeck::domain::attempt::{AgentWork, Role};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::id::{AttemptId, MilestoneId};
use flightdeck::domain::message::Party;
use flightdeck::domain::mission::{Hold, HoldCause};
use flightdeck::domain::text::Prose;
use flightdeck::tui::sample::Moment;
use pretty_assertions::assert_eq;

use super::bench::Bench;

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 16)];

/// Sentences as long as a provider makes them.
const LONG: &str = "three attempts at planning failed: the provider answered 529 overloaded_error after 4 tries in \
    12 minutes, and before it the connection was reset by the proxy at proxy.example:3128 while the third reply was \
    read; what the last attempt said is in its transcript, and the provider's page says that it knows of it.";

fn held(cause: HoldCause, size: (u16, u16)) -> Bench {
    let mut bench = Bench::at(Moment::MilestoneGate, size);
    let id = AttemptId(40);
    let work = AgentWork::Triage;
    bench.happens(
        Actor::Engine,
        Event::AttemptStarted {
            attempt: id,
            work,
            role: Role::Orchestrator,
            model: flightdeck::domain::text::Title::new("anthropic/claude-opus").unwrap(),
            base: bench_commit(),
        },
    );
    let reason = flightdeck::domain::text::Line::new("529 overloaded_error").unwrap();
    let ending = flightdeck::domain::attempt::Ending::Failed { reason };
    bench.happens(Actor::Engine, Event::AttemptEnded { attempt: id, ending });
    bench.happens(Actor::Engine, Event::MissionHeld { hold: Hold::new(cause, LONG).at(work) });
    bench
}

fn bench_commit() -> flightdeck::domain::id::Commit {
    flightdeck::domain::id::Commit("9f3c2a1d55".into())
}

/// The frame without its borders and line breaks, as a person reads it.
fn read(frame: &str) -> String {
    let words = frame.lines().flat_map(|line| line.split_whitespace());
    words
        .filter(|word| !word.contains(['│', '┌', '└', '─', '┤', '├', '┐', '┘']))
        .collect::<Vec<_>>()
        .join(" ")
}

fn open_hold(bench: &mut Bench) {
    bench.press("a");
    // Where a gate waits too, the list of decisions comes first.
    if !bench.frame().contains("The mission is held") {
        bench.press("end enter");
    }
}

#[test]
fn a_hold_says_everything_and_offers_every_choice_at_every_size() {
    for size in SIZES {
        let mut bench = held(HoldCause::Failures, size);
        open_hold(&mut bench);
        let mut seen = read(&bench.frame());
        for choice in ["Read", "Retry", "Change model", "Talk", "Abandon"] {
            assert!(seen.contains(choice), "{choice} at {size:?}\n{}", bench.frame());
        }
        for _ in 0..10 {
            if bench.frame().contains("more ↓") {
                bench.press("pagedown");
            }
            seen.push_str(&read(&bench.frame()));
        }
        for part in ["three attempts", "529 overloaded_error", "knows of it.", "tried", "#40", "held for"] {
            assert!(seen.contains(part), "{part} at {size:?}\n{}", bench.frame());
        }
    }
}

#[test]
fn enter_does_the_chosen_one_and_nothing_is_ended_by_it() {
    for (choose, screen) in [
        ("home", "worker #40"),
        ("home j j", "Model of the"),
        ("end k", "─ Talk "),
        ("end", "Abandon the mission"),
    ] {
        let mut bench = held(HoldCause::Failures, (120, 40));
        open_hold(&mut bench);
        bench.press(&format!("{choose} enter"));
        let screen = if screen == "worker #40" { "orchestrator #40" } else { screen };
        assert!(bench.frame().contains(screen), "{choose}\n{}", bench.frame());
        assert!(bench.sent.is_empty(), "{choose}");
    }
    let mut bench = held(HoldCause::Failures, (120, 40));
    open_hold(&mut bench);
    bench.press("home j enter");
    assert_eq!(bench.sent, [Command::Resume]);
}

#[test]
fn a_spent_budget_is_raised_on_its_page_and_the_mission_goes_on() {
    for (written, dollars, tokens, ms) in [
        ("40", Some(40_000_000), None, None),
        ("$2.50", Some(2_500_000), None, None),
        ("3_000_000 tokens", None, Some(3_000_000), None),
        ("1.5 hours", None, None, Some(5_400_000)),
    ] {
        let mut bench = held(HoldCause::BudgetSpent, (80, 24));
        open_hold(&mut bench);
        bench.press(&format!("enter '{written}' enter"));
        let [Command::SetBudget { budget }, Command::Resume] = bench.sent.as_slice() else {
            panic!("{:?}", bench.sent)
        };
        let now = bench.app.mission.budget;
        assert_eq!(budget.micro_dollars, dollars.or(now.micro_dollars), "{written}");
        assert_eq!(budget.tokens, tokens.or(now.tokens), "{written}");
        assert_eq!(budget.agent_ms, ms.or(now.agent_ms), "{written}");
    }
    for wrong in ["much", "0", "5 apples", "1 2 3", "-4"] {
        let mut bench = held(HoldCause::BudgetSpent, (80, 24));
        open_hold(&mut bench);
        bench.press(&format!("enter '{wrong}' enter"));
        assert!(
            bench.sent.is_empty() && bench.frame().contains("is no budget: write"),
            "{wrong}\n{}",
            bench.frame()
        );
    }
}

#[test]
fn no_question_is_cut_off_and_enter_alone_never_answers_yes() {
    for size in SIZES {
        for ask in ["W j K", ": 'abandon' enter 'Bought one' enter"] {
            let mut bench = Bench::at(Moment::Flying, size);
            bench.press(ask);
            let frame = read(&bench.frame());
            let (begins, ends) = if ask == "W j K" {
                ("Stop #29?", "again by itself.")
            } else {
                ("Abandon the mission for good?", "its record stay.")
            };
            for part in [begins, ends, "n no, go back", "y yes"] {
                assert!(frame.contains(part), "{part} of {ask} at {size:?}\n{}", bench.frame());
            }
            bench.press("enter enter enter");
            assert!(bench.sent.is_empty(), "{ask}: {:?}", bench.sent);
            bench = Bench::at(Moment::Flying, size);
            bench.press(&format!("{ask} down enter"));
            assert_eq!(bench.sent.len(), 1, "{ask}");
        }
    }
}

#[test]
fn a_running_attempt_is_spoken_to() {
    let said = |bench: &Bench| match bench.sent.as_slice() {
        [Command::Say { to, text, .. }] => (*to, text.to_string()),
        other => panic!("{other:?}"),
    };
    let live = Party::Attempt(AttemptId(29));
    // Tab goes through the question that waits, the worker, and the orchestrator.
    let mut bench = Bench::at(Moment::Flying, (120, 40));
    bench.press("o");
    assert!(bench.frame().contains("your answer to Q3"), "{}", bench.frame());
    bench.press("tab");
    assert!(bench.frame().contains("to #29 worker · F12"), "{}", bench.frame());
    bench.press("'use the new port' enter");
    assert_eq!(said(&bench), (live, "use the new port".to_owned()));
    let mut bench = Bench::at(Moment::Flying, (120, 40));
    bench.press("o tab tab 'hello' enter");
    assert_eq!(said(&bench), (Party::Orchestrator, "hello".to_owned()));
    // From its own screen, and from the list of attempts.
    for from in ["2 enter o", "W j o"] {
        let mut bench = Bench::at(Moment::Flying, (120, 40));
        bench.press(&format!("{from} 'hello' enter"));
        assert_eq!(said(&bench), (live, "hello".to_owned()), "{from}");
    }
    // One that ends while one writes is not spoken to as somebody else.
    let mut bench = Bench::at(Moment::Flying, (120, 40));
    bench.press("2 enter o 'hello'");
    let ending = flightdeck::domain::attempt::Ending::Interrupted;
    bench.happens(Actor::Engine, Event::AttemptEnded { attempt: AttemptId(29), ending });
    assert!(bench.frame().contains("to #29, which has ended"), "{}", bench.frame());
}

#[test]
fn a_question_answered_elsewhere_is_no_longer_what_one_answers() {
    let mut bench = Bench::at(Moment::Flying, (120, 40));
    bench.press("o");
    let question = bench
        .app
        .mission
        .questions
        .iter()
        .find(|asked| asked.answer.is_none() && asked.to == Party::Person)
        .unwrap()
        .id;
    let answer = Prose::new("yes").unwrap();
    bench.happens(Actor::Person, Event::QuestionAnswered { question, answer });
    assert!(bench.frame().contains("to the orchestrator"), "{}", bench.frame());
}

#[test]
fn a_gate_cuts_none_of_its_sentences_and_a_key_shows_those_that_do_not_fit() {
    use flightdeck::domain::gate::GateId;
    use flightdeck::view::gate::summary;
    let gates = [
        (Moment::PlanGate, GateId::Plan),
        (Moment::MilestoneGate, GateId::Milestone(MilestoneId(2))),
        (Moment::MilestoneGate, GateId::Final),
    ];
    for (moment, gate) in gates {
        let mission = Bench::at(moment, (80, 24)).app.mission;
        let whole = flightdeck::view::row::plain(&summary(&mission, gate, "P", 10_000));
        for width in [46, 76, 116] {
            let rows = summary(&mission, gate, "P", width);
            let cells = |row: &flightdeck::view::row::Row| {
                row.left
                    .iter()
                    .map(|piece| flightdeck::view::text::width(piece.text.trim_end()))
                    .sum::<usize>()
            };
            assert!(rows.iter().all(|row| cells(row) <= width), "{rows:?}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&flightdeck::view::row::plain(&rows)), words(&whole), "{gate:?} at {width}");
        }
    }
    let mut bench = Bench::at(Moment::PlanGate, (80, 24));
    bench.press("g");
    assert!(bench.frame().contains(" more lines · z: all of it"), "{}", bench.frame());
    let rows = summary(&bench.app.mission, GateId::Plan, "P", 76);
    bench.press("z");
    let mut seen = bench.frame();
    assert!(seen.contains("In full"), "{seen}");
    for _ in 0..rows.len() {
        bench.press("down");
        seen.push_str(&bench.frame());
    }
    let lost: Vec<String> =
        rows.iter().map(flightdeck::view::row::Row::plain).filter(|row| !seen.contains(row)).collect();
    assert!(lost.is_empty(), "{lost:?}\n{seen}");
    bench.press("z");
    assert!(bench.frame().contains("The plan gate"), "the same key leads back\n{}", bench.frame());
}

#[test]
fn help_explains_the_signs_and_short_words_of_a_screen_before_the_keys_of_every_screen() {
    for keys in ["?", "g ?", "3 enter ?"] {
        let mut bench = Bench::at(Moment::MilestoneGate, (120, 40));
        bench.press(keys);
        let mut seen = bench.frame();
        bench.press("pagedown");
        seen.push_str(&bench.frame());
        for word in [
            "▣ 2 are two pieces",
            "an assertion's second wording",
            "second validation",
            "says it tried itself",
        ] {
            assert!(seen.contains(word), "{word} after {keys}\n{seen}");
        }
        // The box stands in the middle, over what is cut below it.
        let inside = |line: &str| line.chars().skip(24).take(72).collect::<String>();
        assert!(!seen.lines().any(|line| inside(line).contains('…')), "no explanation is cut\n{seen}");
    }
}

#[test]
fn what_does_not_fit_at_a_gate_is_counted_and_can_be_read() {
    use flightdeck::domain::gate::GateId;
    for (moment, gate) in
        [(Moment::PlanGate, GateId::Plan), (Moment::MilestoneGate, GateId::Milestone(MilestoneId(2)))]
    {
        let mut bench = Bench::at(moment, (80, 24));
        bench.press("g");
        let rows = flightdeck::view::gate::summary(&bench.app.mission, gate, "P", 76);
        let mut seen = bench.frame();
        let counted = seen.contains("more ↓");
        for _ in 0..rows.len() {
            bench.press("J");
            seen.push_str(&bench.frame());
        }
        let lost = |row: &&String| !seen.contains(row.as_str());
        let rows: Vec<String> = rows
            .iter()
            .map(|row| row.left.iter().map(|piece| piece.text.as_str()).collect::<String>())
            .map(|text| text.trim_end().chars().take(50).collect())
            .collect();
        assert_eq!(rows.iter().find(lost), None, "{}", bench.frame());
        assert!(counted || rows.len() <= 7, "{seen}");
    }
}
