//! Every screen at every size, from keystrokes. A frame that changes is to be looked at: `cargo run
//! --example pictures` draws it.

use flightdeck::tui::sample::Moment::{self, Flying, MilestoneGate, PlanGate};

use super::harness::fly;

const SIZES: [(u16, u16); 4] = [(160, 50), (120, 40), (80, 24), (50, 15)];

/// A screen's name, where the mission is, and the keys that lead there.
const SCREENS: [(&str, Moment, &str); 36] = [
    ("main", Flying, ""),
    ("main-at-the-plan-gate", PlanGate, ""),
    ("main-at-a-gate", MilestoneGate, ""),
    ("worker", Flying, "2"),
    ("contract", Flying, "3"),
    ("timeline", Flying, "4"),
    ("zoom", Flying, "2 z"),
    ("one-decision", Flying, "a"),
    ("plan-gate", PlanGate, "g j j j j"),
    ("gate", MilestoneGate, "g j"),
    ("not-shown", MilestoneGate, "g s"),
    ("trace", MilestoneGate, "t"),
    ("trace-of-one", Flying, "3 j enter t"),
    ("shows", MilestoneGate, "t j j e"),
    ("no-go", MilestoneGate, "g n 'Words are too'"),
    ("waive", Flying, "3 j w"),
    ("edit", Flying, "3 e ' And greets.'"),
    ("add", Flying, "3 n"),
    ("retire", Flying, "3 x"),
    ("talk", Flying, "o"),
    ("attempt", Flying, "2 enter"),
    ("handoff", Flying, "1 home j j enter tab"),
    ("usage", Flying, "1 home j j enter tab tab"),
    ("evidence-screen", Flying, "3 enter"),
    ("evidence-exchange", Flying, "3 j enter"),
    ("diff", Flying, "d"),
    ("workers", Flying, "W"),
    ("models", Flying, "M"),
    ("stats", Flying, "S"),
    ("missions", Flying, "L"),
    ("replay", Flying, "R"),
    ("palette", Flying, ":"),
    ("help", Flying, "?"),
    ("findings", Flying, "I"),
    ("landing", MilestoneGate, "m"),
    ("feature", PlanGate, "1 home j j enter"),
];

#[test]
fn every_screen_looks_as_it_did_at_every_size() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/gallery");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, moment, keys) in SCREENS {
            let frames = SIZES.map(|size| {
                let frame = fly(moment, size, keys).frame;
                assert_eq!(frame.lines().count(), usize::from(size.1), "{name} at {size:?}");
                format!("{}x{}\n{frame}", size.0, size.1)
            });
            insta::assert_snapshot!(name, frames.join("\n\n"));
        }
    });
}
