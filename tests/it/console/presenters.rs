//! The presenters: what each list says, as text. `|` parts the left side from the right.

use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::MilestoneId;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::view::row::{Row, plain};
use flightdeck::view::{contract, gate, header, plan, timeline};

#[test]
fn the_plan_shows_how_far_everything_is() {
    let mission = sample(Moment::Flying).mission();
    let rows: Vec<Row> = plan::targets(&mission, &plan::Toggled::new())
        .into_iter()
        .map(|target| plan::row(&mission, target))
        .collect();
    insta::assert_snapshot!(plain(&rows), @r"
    ✓ M1 Skeleton | GO  4/4
    ● M2 Sign-in |  4/5
      ✓ F4 Login form |  #17
      ✓ F5 Session cookies |  #19
      ✓ F6 Log out |  #20
      ✓ F7 Reset a password by mail |  #21
      ▲ F12 Tell nothing about which part was wrong | fix   #29
      ✓ scrutiny  ✗ user testing  ◇ gate
    ○ M3 The desk |  0/2
    ○ M4 Take it home |  0/1
    ");
}

#[test]
fn the_contract_shows_where_every_assertion_stands() {
    let mission = sample(Moment::Flying).mission();
    let rows: Vec<Row> = contract::targets(&mission).iter().map(|id| contract::row(&mission, id)).collect();
    insta::assert_snapshot!(plain(&rows), @r"
    ✓ AUTH-001 Login succeeds |  ▣ 2
    ✗ AUTH-002 Wrong password is refused |  ▣ 1
    ≈ AUTH-003 Session survives a restart |  rev. 2  ▣ 1
    ✓ AUTH-004 Log out ends the session | flaky  ▣ 1
    ⊘ AUTH-005 A lost password can be reset by mail |  ▣ 1
    ~ AUTH-006 Five wrong passwords lock the door for a minute |  ▣ 1
    ✓ BOOK-001 The guestbook page opens |  ▣ 2
    ✓ BOOK-002 A guest can write an entry |  ▣ 1
    ✓ BOOK-003 An empty entry is refused |  ▣ 1
    ✓ BOOK-004 Entries survive a restart |  ▣ 1
    ○ DESK-001 The owner can hide an entry
    ○ DESK-002 Hiding can be undone
    ○ DESK-003 Entries can be searched
    ○ FILE-001 Everything can be taken home as CSV
    ○ FILE-002 A thousand entries export within two seconds | non-blocking
    ");
}

#[test]
fn the_timeline_tells_what_happened_newest_first() {
    let mission = sample(Moment::Flying).mission();
    let rows: Vec<Row> = timeline::moments(&mission)
        .iter()
        .take(9)
        .map(|moment| timeline::row(&mission, moment, mission.updated))
        .collect();
    insta::assert_snapshot!(plain(&rows), @r"
     5m  #30 asks          ▲ “The error text stands in three templates. May the worker move it into one place?”
     5m  #30 orchestrator  ✓ talk
     5m  #29 asks          ▲ “The error text stands in three templates. May I move it into one place?”
     8m  #28 orchestrator  ✓ triage
     9m  VAL-AUTH-003      is now revision 2, worded by you: its statement “…” → “… for thirty days, also …”
    10m  waived            VAL-AUTH-006  “one owner, one door: a lock can wait”
    13m  #27 user testing  ✗ M2  3/6 |   3 findings → F12
    17m  #26 scrutiny      ✓ M2
    18m  #25 reviewer      ✓ F7 Reset a password by mail
    ");
}

#[test]
fn a_gate_shows_obstacles_cost_and_risks() {
    let flying = sample(Moment::Flying).mission();
    let gate_rows = gate::summary(&flying, GateId::Milestone(MilestoneId(2)), "P", 120);
    insta::assert_snapshot!(plain(&gate_rows), @r"
    ○ Not shown: 1 requirement without an assertion · 1 failed · 1 blocked · 1 stale · 1 waived · 2 not seen red
    ◇ not reached yet: VAL-AUTH-002 failed · VAL-AUTH-003 was edited after its verdict · VAL-AUTH-005 could not be tried ·
      F12 is not built
    checks    ✓ build   ✓ clippy   ✓ tests   at 4d6119c
    found     4 findings: 0 mended · 1 to be mended · 3 dismissed · 0 open
    rounds    1 of at most 5: failed
    GO        starts M3 The desk, 2 features
    cost      $2.91 · 11 attempts · 169K out
    scrutiny  Nothing blocks.
    tester    Worked the app as a guest and as the owner.
    by hand   4 checks that workers say they made themselves, and nobody else saw
    stale: its wording was changed after it was tried
    waived: you accepted it unproven, with a reason
    not seen red: it passed, but nobody ever saw its check fail: it may pass whatever the app does
    ");
}

#[test]
fn the_banner_leaves_tokens_out_before_it_cuts_names() {
    let mission = sample(Moment::Flying).mission();
    let shown: Vec<Row> =
        [140, 110, 80].into_iter().map(|room| header::banner(&mission, mission.updated, room)).collect();
    insta::assert_snapshot!(plain(&shown), @r"
    FLIGHTDECK  guestbook  ~/src/guestbook ⎇ flightdeck/guestbook | 1h 55m · in 508K · cached 28M · out 353K · $6.07 → ≈$10.16 of $25.00
    FLIGHTDECK  guestbook  ~/src/guestbook ⎇ flightdeck/guestbook | 1h 55m · out 353K · $6.07 → ≈$10.16 of $25.00
    FLIGHTDECK  guestbook  ~/src/guestbook ⎇ flightdeck/guestbook | 1h 55m · $6.07 → ≈$10.16 of $25.00
    ");
}
