//! What a person began and has not sent: it is marked where its subject is listed, merged with what others changed
//! meanwhile, named before the console is left, and thrown away only on purpose.

use flightdeck::domain::command::Command;
use flightdeck::tui::drafts::{DraftChange, Drafts, Kept, Subject};
use flightdeck::tui::msg::Msg;
use flightdeck::tui::options::ConsoleExit;
use flightdeck::tui::sample::Moment;
use flightdeck::tui::update::update;
use pretty_assertions::assert_eq;

use super::bench::Bench;
use super::harness::fly;

const WIDE: (u16, u16) = (120, 40);

#[test]
fn a_draft_is_marked_where_its_subject_is_listed_and_where_it_is_opened_again() {
    let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
    assert!(!bench.frame().contains("draft"), "{}", bench.frame());
    bench.press("3 e ' and more' esc");
    assert!(bench.line("AUTH-001").contains("draft"), "{}", bench.frame());
    assert!(bench.line("D drafts").contains('q'), "{}", bench.frame());
    bench.press("e");
    assert!(bench.line("Edit VAL-AUTH-001").contains("draft · "), "{}", bench.frame());
    assert!(bench.line("Ctrl+S").contains("Alt+X discard"), "{}", bench.frame());
    bench.press("esc g n 'Not like this' esc");
    assert!(bench.line("The gate of M2").contains("draft"), "{}", bench.frame());
    bench.press("esc 1 home");
    assert!(bench.line("▲ M2 Sign-in").contains("draft"), "{}", bench.frame());
}

#[test]
fn what_is_thrown_away_comes_back_by_undoing_and_nothing_is_marked_any_more() {
    let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
    bench.press("3 e ' and more' esc e alt+x");
    assert!(!bench.frame().contains("and more") && !bench.frame().contains("draft ·"), "{}", bench.frame());
    assert!(bench.kept.is_empty());
    bench.press("ctrl+z ctrl+z");
    assert!(bench.frame().contains("and more"), "{}", bench.frame());
    for open in ["g n", "B", "o"] {
        let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
        bench.press(&format!("{open} 'half a tho' alt+x esc"));
        assert!(bench.app.drafts.is_empty(), "{open}");
    }
}

#[test]
fn an_untouched_box_leaves_no_draft() {
    for open in ["3 e", "3 n", "M e", "o", "g n"] {
        let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
        bench.press(&format!("{open} esc"));
        assert!(bench.app.drafts.is_empty(), "{open}: {}", bench.app.drafts.words());
    }
}

fn statement(sent: &[Command]) -> (u32, Option<String>, Option<String>) {
    let [.., Command::EditAssertion { base, edit, .. }] = sent else { panic!("{sent:?}") };
    let text = |text: Option<&str>| text.map(str::to_owned);
    (
        base.0,
        text(edit.title.as_ref().map(flightdeck::domain::text::Text::as_str)),
        text(edit.statement.as_ref().map(flightdeck::domain::text::Text::as_str)),
    )
}

#[test]
fn a_draft_takes_over_what_only_others_changed_and_sends_what_only_the_person_changed() {
    for reopen in ["esc", ""] {
        let mut bench = Bench::at(Moment::Flying, WIDE);
        bench.press(&format!("3 e ' Mine.' {reopen}"));
        bench.reword("VAL-AUTH-001", |wording| {
            wording.title = flightdeck::domain::text::Title::new("A new title").unwrap();
        });
        if !reopen.is_empty() {
            bench.press("e");
        }
        let frame = bench.frame();
        assert!(frame.contains("A new title") && frame.contains("Mine."), "{frame}");
        assert!(frame.contains("title was changed meanwhile: the new words stand here"), "{frame}");
        bench.press("ctrl+s");
        let (base, title, statement) = statement(&bench.sent);
        assert_eq!((base, title), (2, None), "{reopen}");
        assert!(statement.unwrap().ends_with("Mine."));
    }
}

#[test]
fn what_both_changed_is_shown_beside_and_is_never_overwritten_without_a_word() {
    for reopen in ["esc", ""] {
        let theirs = "Theirs is another sentence.";
        let mut bench = Bench::at(Moment::Flying, WIDE);
        bench.press(&format!("3 e ' Mine.' {reopen}"));
        bench.reword("VAL-AUTH-001", |wording| {
            wording.statement = flightdeck::domain::text::Prose::new(theirs).unwrap();
        });
        if !reopen.is_empty() {
            bench.press("e");
        }
        let frame = bench.frame();
        assert!(frame.contains("theirs: Theirs is another sentence."), "{frame}");
        assert!(frame.contains("Mine.") && frame.contains("statement ≠"), "{frame}");
        bench.press("ctrl+s");
        assert!(bench.sent.is_empty(), "it is asked first");
        assert!(bench.frame().contains("save once more to put your words over theirs"), "{}", bench.frame());
        bench.press("ctrl+s");
        let (base, _, mine) = statement(&bench.sent);
        assert!(base == 2 && mine.unwrap().ends_with("Mine."));

        // The other way: theirs is taken, and nothing is left to send.
        let mut bench = Bench::at(Moment::Flying, WIDE);
        bench.press("3 e ' Mine.'");
        bench.reword("VAL-AUTH-001", |wording| {
            wording.statement = flightdeck::domain::text::Prose::new(theirs).unwrap();
        });
        bench.press("ctrl+t");
        let frame = bench.frame();
        assert!(frame.contains(theirs) && !frame.contains("Mine.") && !frame.contains('≠'), "{frame}");
        bench.press("ctrl+s");
        assert!(bench.sent.is_empty() && bench.app.screens.is_empty() && bench.app.drafts.is_empty());
    }
}

#[test]
fn weight_and_instrument_are_chosen_in_the_same_screen() {
    use flightdeck::domain::contract::{Instrument, Weight};
    let flown = fly(Moment::Flying, WIDE, "3 e backtab backtab right ctrl+s");
    let sent = flown.source.refused.lock().unwrap().clone();
    let [Command::EditAssertion { edit, .. }] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(edit.weight, Some(Weight::NonBlocking));
    for (keys, via) in
        [("right", Instrument::Command), ("'t'", Instrument::Terminal), ("left", Instrument::Terminal)]
    {
        let flown = fly(Moment::Flying, WIDE, &format!("3 e tab {keys} tab tab 'make ok' ctrl+s"));
        let sent = flown.source.refused.lock().unwrap().clone();
        let [Command::EditAssertion { edit, .. }] = sent.as_slice() else {
            panic!("{keys} {sent:?}\n{}", flown.frame)
        };
        let check = edit.check.as_ref().unwrap();
        assert_eq!((check.via, check.command.as_ref().unwrap().as_str()), (Some(via), "make ok"), "{keys}");
    }
    // The form fits a small terminal whole.
    for size in [(120, 40), (80, 24)] {
        let frame = fly(Moment::Flying, size, "3 e").frame;
        for part in
            ["title", "statement", "via", "check", "command", "evidence", "weight", "[blocking]", "[browser]"]
        {
            assert!(frame.contains(part), "{part} at {size:?}\n{frame}");
        }
    }
}

#[test]
fn leaving_names_what_was_begun_and_keeps_it() {
    for leave in ["q", "ctrl+c"] {
        let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
        bench.press(&format!("3 e ' and more' esc g n 'Not yet' esc esc {leave}"));
        assert_eq!(bench.exit, None, "{leave}");
        let frame = bench.frame();
        assert!(frame.contains("Leave with 2 drafts?"), "{frame}");
        assert!(frame.contains("VAL-AUTH-001") && frame.contains("the note to the gate of M2"), "{frame}");
        bench.press("esc");
        assert!(bench.exit.is_none() && bench.app.screens.is_empty());
        bench.press(&format!("{leave} {leave}"));
        assert_eq!(bench.exit, Some(ConsoleExit::Left), "{leave}");
    }
    // Nothing was begun: nothing is asked.
    let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
    assert_eq!(bench.press("q").exit, Some(ConsoleExit::Left));
}

#[test]
fn what_is_just_being_written_is_a_draft_too_when_the_console_is_left_or_ended() {
    let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
    bench.press("g n 'Not yet' ctrl+c");
    assert!(bench.frame().contains("Leave with 1 draft?"), "{}", bench.frame());
    bench.press("ctrl+c");
    assert_eq!(bench.exit, Some(ConsoleExit::Left));

    let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
    bench.press("o 'How is it'");
    let effects = update(&mut bench.app, Msg::Signal);
    bench.carry_out(effects);
    assert_eq!(bench.exit, Some(ConsoleExit::Signalled));
    let mut again = Bench::with(Moment::MilestoneGate, WIDE, Drafts::kept(bench.kept));
    assert!(again.press("o").frame().contains("How is it"), "{}", again.frame());
}

#[test]
fn drafts_of_an_earlier_console_are_merged_with_what_changed_between_them() {
    let mut first = Bench::at(Moment::Flying, WIDE);
    first.press("3 e ' Mine.' esc q q");
    let kept = serde_json::from_str(&serde_json::to_string(&first.kept).unwrap()).unwrap();
    let mut second = Bench::with(Moment::Flying, WIDE, Drafts::kept(kept));
    second.reword("VAL-AUTH-001", |wording| {
        wording.title = flightdeck::domain::text::Title::new("A new title").unwrap();
    });
    second.press("3 e");
    let frame = second.frame();
    assert!(frame.contains("A new title") && frame.contains("Mine."), "{frame}");
}

#[test]
fn the_list_of_drafts_goes_on_with_one_and_throws_one_away_when_asked_twice() {
    let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
    bench.press("3 e ' and more' esc B 'Be brief' esc D");
    assert!(bench.line("a directive").contains("Be brief"), "{}", bench.frame());
    bench.press("j x");
    assert!(bench.frame().contains("x once more throws a directive away"), "{}", bench.frame());
    bench.press("k j x");
    assert_eq!(bench.app.drafts.len(), 2, "another key in between was no answer");
    bench.press("x");
    assert!(bench.app.drafts.get(&Subject::Directive).is_none());
    bench.press("enter");
    assert!(
        bench.frame().contains("Edit VAL-AUTH-001") && bench.frame().contains("and more"),
        "{}",
        bench.frame()
    );
}

#[test]
fn a_reason_that_was_begun_for_an_older_wording_says_so() {
    let mut bench = Bench::at(Moment::Flying, WIDE);
    bench.press("3 x 'Not needed' esc");
    bench.reword("VAL-AUTH-001", |wording| {
        wording.title = flightdeck::domain::text::Title::new("A new title").unwrap();
    });
    bench.press("x");
    assert!(bench.frame().contains("Not needed"), "{}", bench.frame());
    assert!(bench.frame().contains("was at revision 1 when you began"), "{}", bench.frame());
}

#[test]
fn drafts_that_cannot_be_kept_are_told_before_the_console_is_left() {
    let mut bench = Bench::at(Moment::MilestoneGate, WIDE);
    bench.press("B 'Be brief' esc");
    update(&mut bench.app, Msg::DraftsNotKept("failed to write it: no space left".to_owned()));
    assert!(bench.frame().contains("could not be kept: failed to write it"), "{}", bench.frame());
    bench.press("q");
    assert!(bench.frame().contains("lost when you leave: failed to write it"), "{}", bench.frame());
}

#[test]
fn two_consoles_of_a_mission_keep_each_its_own() {
    let mut kept = Kept::default();
    for (subject, text) in [(Subject::Directive, "one"), (Subject::Message, "two")] {
        let draft = flightdeck::tui::drafts::Draft { text: text.to_owned(), ..Default::default() };
        kept.apply(vec![DraftChange::Keep(subject, draft)]);
    }
    kept.apply(vec![DraftChange::Discard(Subject::Directive)]);
    let drafts = Drafts::kept(kept);
    assert_eq!(drafts.words(), "1 draft: a message");
}

#[test]
fn the_contract_from_the_editor_outlives_the_console_with_what_it_was_made_from() {
    let mut bench = Bench::at(Moment::Flying, WIDE);
    bench.press("E");
    let text = flightdeck::domain::document::write_contract(&bench.app.mission);
    let text = text.replacen("Check:", "And at once.\n\nCheck:", 1);
    let effects = update(&mut bench.app, Msg::Edited(Ok(text.clone())));
    bench.carry_out(effects);
    bench.press("esc q q");
    let mut second = Bench::with(Moment::Flying, WIDE, Drafts::kept(bench.kept));
    second.reword("VAL-AUTH-002", |wording| {
        wording.title = flightdeck::domain::text::Title::new("A new title").unwrap();
    });
    second.press("E");
    let effects = update(&mut second.app, Msg::Edited(Ok(text)));
    second.carry_out(effects);
    let frame = second.frame();
    assert!(frame.contains("VAL-AUTH-001 is edited"), "{frame}");
    assert!(!frame.contains("VAL-AUTH-002 is edited"), "what others changed is not the person's\n{frame}");
}
