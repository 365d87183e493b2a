//! The values that test missions are made of, short to write.

use std::collections::BTreeMap;

use flightdeck::domain::attempt::Role;
use flightdeck::domain::baseline::Baseline;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::Command;
use flightdeck::domain::contract::{Assertion, AssertionDraft, Check, Instrument, Weight, Wording};
use flightdeck::domain::environment::{CommandRun, Environment, Health, Script, Service};
use flightdeck::domain::event::{Actor, Event, Founding};
use flightdeck::domain::evidence::{EvidenceFacts, EvidenceKind, Piece, Settled};
use flightdeck::domain::finding::{Ruling, Severity, TriageDecision};
use flightdeck::domain::gate::{Autopilot, Decision};
use flightdeck::domain::goal::Goal;
use flightdeck::domain::handoff::{ClaimedRun, Handoff, Issue, Procedure, TestFile, TestsAdded};
use flightdeck::domain::id::{
    AssertionId, AttemptId, Commit, FindingId, MilestoneId, MissionId, NoteId, ObjectionId, RequirementId,
    Revision, Timestamp,
};
use flightdeck::domain::mission::Limits;
use flightdeck::domain::negotiation::{
    Criticism, Objection, ObjectionAnswer, ObjectionDraft, ObjectionKind, ObjectionOutcome, Said,
};
use flightdeck::domain::note::{Audience, Note, NoteState};
use flightdeck::domain::plan::{FeatureDraft, FeatureSpec, MilestoneDraft};
use flightdeck::domain::red::HowRed;
use flightdeck::domain::sabotage::{Reaction, Sabotage, SabotageOutcome, Undone};
use flightdeck::domain::sealed::{Sealed, SealedDraft};
use flightdeck::domain::text::{Line, Prose, Title};
use flightdeck::domain::verdict::EvidenceRef;

pub fn title(text: &str) -> Title {
    Title::new(text).unwrap()
}

pub fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

pub fn prose(text: &str) -> Prose {
    Prose::new(text).unwrap()
}

pub fn val(id: &str) -> AssertionId {
    id.parse().unwrap()
}

pub fn commit(name: &str) -> Commit {
    Commit(name.to_owned())
}

pub fn founding() -> Founding {
    Founding {
        mission: MissionId::from_title("Guestbook", "7k2p"),
        title: title("Guestbook"),
        goal: Goal::new("Build a guestbook").unwrap(),
        repository: "/home/ada/guestbook".to_owned(),
        target: title("main"),
        base: commit("base000"),
        branch: title("flightdeck/guestbook-7k2p"),
        models: Role::ALL.iter().copied().map(|role| (role, title("rehearsal/guestbook"))).collect(),
        budget: Budget::default(),
        limits: Limits {
            rounds: 3,
            failures: 3,
            reviewers: 2,
            testers: 3,
            sabotage_percent: 10,
            critic_rounds: 0,
            min_families: 1,
        },
        autopilot: Autopilot::Off,
    }
}

pub fn wording(statement: &str) -> Wording {
    Wording {
        title: Title::clipped(statement),
        statement: prose(statement),
        check: Check {
            via: Instrument::Http,
            how: prose("GET / and look for the entry in the page"),
            command: None,
            guard: false,
        },
        evidence: line("the HTTP exchange"),
        weight: Weight::Blocking,
    }
}

pub fn assertion(id: &str) -> AssertionDraft {
    let wording = wording(&format!("A visitor sees what {id} promises"));
    AssertionDraft { id: val(id), wording, shows: vec![RequirementId(1)] }
}

/// An assertion that shows requirements.
pub fn showing(id: &str, requirements: &[u32]) -> AssertionDraft {
    AssertionDraft { shows: requirements.iter().copied().map(RequirementId).collect(), ..assertion(id) }
}

/// An assertion that nobody who builds is told of, in words that nobody else uses.
pub fn sealed_draft(id: &str, milestone: Option<u32>) -> SealedDraft {
    let mut assertion = assertion(id);
    assertion.wording.title = title("The hiddentitle of what is sealed");
    assertion.wording.statement = prose("A hiddenstatement says what nobody builds to.");
    assertion.wording.check.how = prose("Do the hiddencheck and see that it holds");
    assertion.wording.evidence = line("the hiddenevidence");
    SealedDraft { assertion, milestone: milestone.map(MilestoneId) }
}

/// The words of [`sealed_draft`] that give it away.
pub const HIDDEN: [&str; 4] = ["hiddentitle", "hiddenstatement", "hiddencheck", "hiddenevidence"];

pub fn sealed(id: &str, milestone: Option<u32>) -> Sealed {
    let SealedDraft { assertion, milestone } = sealed_draft(id, milestone);
    Sealed { assertion: Assertion::new(assertion), milestone }
}

pub fn non_blocking(id: &str) -> AssertionDraft {
    let mut draft = assertion(id);
    draft.wording.weight = Weight::NonBlocking;
    draft
}

pub fn spec(name: &str) -> FeatureSpec {
    FeatureSpec {
        title: title(name),
        description: prose(&format!("Make {name} happen")),
        criteria: vec![line(&format!("{name} can be seen"))],
    }
}

pub fn feature(name: &str, fulfills: &[&str]) -> FeatureDraft {
    FeatureDraft {
        spec: spec(name),
        fulfills: fulfills.iter().map(|id| val(id)).collect(),
        no_assertion_because: None,
        after: Vec::new(),
    }
}

pub fn chore(name: &str) -> FeatureDraft {
    FeatureDraft { no_assertion_because: Some(line("nothing to see of it")), ..feature(name, &[]) }
}

pub fn after(mut feature: FeatureDraft, names: &[&str]) -> FeatureDraft {
    feature.after = names.iter().map(|name| title(name)).collect();
    feature
}

pub fn milestone(name: &str, features: Vec<FeatureDraft>) -> MilestoneDraft {
    MilestoneDraft { title: title(name), features }
}

pub fn script(run: &str) -> Script {
    Script { name: title(run), run: line(run), report: None }
}

pub fn service(name: &str, port: u16) -> Service {
    Service {
        name: title(name),
        run: line(&format!("./{name}")),
        port: Some(port),
        health: Health::Tcp,
        after: Vec::new(),
        env: BTreeMap::new(),
    }
}

pub fn environment() -> Environment {
    Environment {
        setup: vec![script("make setup")],
        build: vec![script("make")],
        test: vec![script("make test")],
        lint: vec![],
        services: vec![service("web", 8080)],
        hosts: Vec::new(),
        parallel_testers: 0,
    }
}

/// An app that so many testers may work at once.
pub fn parallel_environment(parallel_testers: u32) -> Environment {
    Environment { services: vec![service("web", 0)], parallel_testers, ..environment() }
}

pub fn run(command: &str, exit_code: i32) -> CommandRun {
    CommandRun {
        name: title(command),
        command: line(command),
        exit_code,
        tail: line("the end of the output"),
        evidence: None,
        wall_ms: 12,
        tests: None,
    }
}

pub fn baseline(runs: Vec<CommandRun>) -> Baseline {
    Baseline { commit: commit("base000"), runs, untried: vec![], missing: BTreeMap::new() }
}

/// What a check did while F1 was undone, in round 1 of M1.
pub fn sabotage(assertion: &str, outcome: SabotageOutcome) -> Sabotage {
    let reaction = match outcome {
        SabotageOutcome::Red => Reaction::Red { exit_code: 1, how: HowRed::Untrue, seen: None },
        SabotageOutcome::Toothless => Reaction::Green,
        SabotageOutcome::Untold | SabotageOutcome::OutOfTime => {
            Reaction::Skipped { reason: line("no build") }
        }
    };
    let what = line("F1: src/main.rs @@ -1 +1,2 @@");
    Sabotage {
        assertion: val(assertion),
        revision: Revision::FIRST,
        milestone: MilestoneId(1),
        round: 1,
        commit: commit("head"),
        outcome,
        undone: vec![Undone { what, reaction, evidence: Some("ev_0123456789ab".to_owned()) }],
        note: None,
        steps: None,
        wall_ms: 1_500,
    }
}

pub fn handoff(summary: &str) -> Handoff {
    Handoff {
        summary: prose(summary),
        implemented: vec![line("everything asked for")],
        left_undone: Vec::new(),
        commands: vec![ClaimedRun {
            command: line("make test"),
            exit_code: 0,
            observation: line("all green"),
        }],
        checks: Vec::new(),
        tests: TestsAdded {
            added: vec![TestFile { file: title("tests/guestbook.rs"), cases: vec![title("it_greets")] }],
            coverage: None,
        },
        issues: Vec::new(),
        procedure: Procedure::Followed,
        learned: vec![line("the server needs a free port")],
    }
}

pub fn issue(severity: Severity, description: &str) -> Issue {
    Issue { severity, description: line(description), suggested_fix: Some(line("look again")) }
}

pub fn go() -> Decision {
    Decision::Go { note: None }
}

pub fn no_go(note: &str) -> Decision {
    Decision::NoGo { note: line(note) }
}

pub fn objecting(about: &str) -> ObjectionDraft {
    ObjectionDraft {
        kind: ObjectionKind::MissingNegativeCase,
        about: title(about),
        why: line("nothing tries it without a name"),
        instead: line("an assertion that it is refused"),
    }
}

/// What a critic objects to and an agent learned, and what became of it, as events.
pub fn negotiation() -> [Event; 4] {
    let ObjectionDraft { kind, about, why, instead } = objecting("VAL-M1-001");
    let objection = Objection { id: ObjectionId(1), kind, about, why, instead, answer: None };
    let said = Said::Objected { summary: prose("One case is missing"), objections: vec![objection] };
    let criticism = Criticism { round: 1, plan: 1, attempt: AttemptId(2), said };
    let answer = ObjectionAnswer { outcome: ObjectionOutcome::Changed, words: line("it is there now") };
    let note = Note {
        id: NoteId(1),
        words: line("the cache is cold at first"),
        by: AttemptId(2),
        audience: Audience::Builders,
        state: NoteState::Proposed,
    };
    [
        Event::PlanCriticized { criticism: Box::new(criticism) },
        Event::ObjectionAnswered { objection: ObjectionId(1), answer },
        Event::NoteProposed { note },
        Event::NoteDecided { note: NoteId(1), state: NoteState::Rejected { reason: line("it is not so") } },
    ]
}

pub fn evidence(reference: &str) -> EvidenceRef {
    EvidenceRef(reference.to_owned())
}

/// A triage that dismisses one finding.
pub fn dismissing(finding: FindingId, reason: &str) -> Command {
    let ruling = Ruling::Dismiss { reason: line(reason) };
    Command::Triage { decisions: vec![TriageDecision { finding, ruling }] }
}

/// A piece of evidence as the http instrument of an attempt leaves it.
pub fn exchange(reference: &str, attempt: AttemptId) -> Piece {
    let facts = EvidenceFacts {
        by: Actor::Attempt(attempt),
        round: Some((MilestoneId(1), 1)),
        commit: Some(Commit("seen".into())),
        at: Timestamp(0),
        app: None,
        stranger: None,
        settled: Settled::Ended,
        look: 1,
    };
    let reference = EvidenceRef(reference.to_owned());
    Piece {
        reference,
        kind: EvidenceKind::Http,
        facts: Some(facts),
        ran: None,
        refused: false,
        statuses: Vec::new(),
        asked: Vec::new(),
        lacks: Vec::new(),
    }
}
