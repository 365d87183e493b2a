//! Each count is one number on every screen, in every verb and in the report, at every moment of a flight.

use flightdeck::domain::command::Command;
use flightdeck::domain::evidence::EvidenceDoc;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::MilestoneId;
use flightdeck::domain::mission::Mission;
use flightdeck::domain::unshown::{Doubt, Matter};
use flightdeck::domain::verdict::EvidenceRef;
use flightdeck::report::{MissionReport, Sources, markdown};
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::view::row::{Row, plain};
use flightdeck::view::words::unseen_beside;
use flightdeck::view::{gate, header, summary, unshown};
use pretty_assertions::assert_eq;

use super::console;
use crate::cli::stage::Stage;
use crate::support::mission::Flight;
use crate::support::words::{self, val};

const UNSEEN: &str = "not seen red";

/// The number that stands before a word; nothing where the word does not stand.
fn before(text: &str, word: &str) -> usize {
    let lead = text.split(word).next().filter(|lead| lead.len() < text.len());
    let digits =
        |lead: &str| lead.trim_end().rsplit([' ', '(']).next().and_then(|number| number.parse().ok());
    lead.and_then(digits).unwrap_or(0)
}

fn pieces(pieces: Vec<flightdeck::view::row::Piece>) -> String {
    plain(&[Row { left: pieces, right: vec![] }])
}

fn markdown_of(mission: &Mission) -> String {
    let gone = |reference: &EvidenceRef| Err::<EvidenceDoc, String>(format!("there is no {}", reference.0));
    let sources = Sources { evidence: &gone, changes: None, now: mission.updated };
    markdown(&MissionReport::of(mission, &sources)).unwrap()
}

fn agree(mission: &Mission) {
    let tally = mission.contract_tally();
    let at = mission.seq;
    let progress = header::progress(mission);
    let head = pieces(header::counts(progress));
    let short = pieces(header::short_counts(progress, usize::MAX));
    let status = plain(&summary::rows(mission, mission.updated));
    let gate = unshown::sentence(mission, GateId::Final);
    let (screens, page) = ([&head, &short, &status, &gate], markdown_of(mission));
    for text in screens.into_iter().chain([&page, &unseen_beside(tally)]) {
        assert_eq!(before(text, UNSEEN), tally.unseen, "event {at}: {text}");
    }
    for (word, number) in
        [("waived", tally.waived), ("vacuous", tally.vacuous), ("toothless", tally.toothless)]
    {
        for text in screens {
            assert_eq!(before(text, &format!(" {word}")), number, "event {at}, {word}: {text}");
        }
    }
    assert!(short.contains(&format!("{}/{}", tally.proven, tally.all)), "event {at}: {short}");
    assert!(head.contains(&format!("{}/{} assertions", tally.proven, tally.all)), "event {at}: {head}");
    assert!(status.contains(&format!("{} of {} assertion", tally.proven, tally.all)), "event {at}: {status}");
    assert!(page.contains(&format!("**{} of {} assertion", tally.proven, tally.all)), "event {at}: {page}");
    let plan = plain(&gate::summary(mission, GateId::Plan, "P", 200));
    assert!(mission.milestones.is_empty() || plan.contains(&format!("{} assertion", tally.all)), "{plan}");
    // The list behind the sentence has a row for each.
    let listed = mission.unshown();
    let is_unseen = |doubt| matches!(doubt, Doubt::NotSeenRed | Doubt::Sampled);
    let rows = listed.iter().filter(|one| matches!(one.matter, Matter::Assertion(_)));
    let rows = rows.filter(|one| is_unseen(one.doubt) || mission.also_doubted(one).is_some_and(is_unseen));
    assert_eq!(rows.count(), tally.unseen, "event {at}");
}

#[test]
fn every_count_is_the_same_number_wherever_it_stands() {
    let mut mission = Mission::unborn();
    for stamped in &sample(Moment::MilestoneGate).events {
        mission.apply(stamped);
        if !mission.contract.is_empty() {
            agree(&mission);
        }
    }
    assert!(mission.contract_tally().unseen > 0 && mission.contract_tally().waived > 0);
}

/// What is sealed counts wherever the contract is counted, and what was proven before the last change is told once.
#[test]
fn sealed_and_older_ones_are_counted_everywhere() {
    let mut founding = words::founding();
    founding.limits.critic_rounds = 1;
    let mut secret = Flight::founded(founding).proposed(1, 1);
    let critic = secret.start(secret.due()[0]);
    secret.attempt(critic, Command::Seal { assertions: vec![words::sealed_draft("VAL-SEAL-001", None)] });
    secret.attempt(critic, Command::Criticize { summary: words::prose("Sound"), objections: vec![] });
    agree(&secret.mission);
    let secret = secret.gone(GateId::Plan).built(1).validated();
    agree(&secret.mission);
    assert_eq!(secret.mission.contract_tally().all, 2, "what is sealed is one of them");

    let first = GateId::Milestone(MilestoneId(1));
    let flight = Flight::new().planned(2, 1).built(1).validated().gone(first).built(2).validated();
    agree(&flight.mission);
    let sentence = unshown::sentence(&flight.mission, GateId::Final);
    assert_eq!(sentence, "Not shown: 1 proven at an older commit · 2 not seen red (1 of them older)");
    let asked = "asked for 0 of 1 requirement is shown to hold · 1 held at an earlier commit, with nothing found against";
    let at_end = flight.clone().gone(GateId::Milestone(MilestoneId(2)));
    let summary = plain(&gate::summary(&at_end.mission, GateId::Final, "P", 200));
    assert!(summary.contains(asked), "{summary}");
    assert!(
        summary.contains("older     1 passed at an earlier commit: P has it tried at this one"),
        "{summary}"
    );
    let stage = Stage::new();
    stage.keep(&flight);
    let drawn = console(&flight, "g");
    for text in [stage.told(&["status"]), stage.told(&["gate", "M2"]), drawn.clone(), stage.told(&["report"])]
    {
        assert!(text.contains(UNSEEN), "{text}");
    }
    assert_eq!(before(&drawn, UNSEEN), 2, "the header\n{drawn}");
    assert_eq!(before(&stage.told(&["status"]), UNSEEN), 2);
    assert_eq!(stage.json(&["status"])["assertions"]["unseen"], 2);
    assert_eq!(stage.json(&["gate", "final"])["unshown"]["sentence"], sentence);
    assert_eq!(stage.json(&["trace", "--unshown"])["sentence"], sentence);
    assert_eq!(flight.mission.why_unshown(&val("VAL-M1-001"), GateId::Final), Some(Doubt::Older));
}
