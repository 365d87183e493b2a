//! The sample's flight, event by event.

use std::collections::BTreeMap;

use crate::domain::attempt::{AgentWork, Ending};
use crate::domain::environment::CommandRun;
use crate::domain::event::{Actor, Event};
use crate::domain::finding::{Finding, FindingState, Severity, Source};
use crate::domain::gate::{DecidedBy, Decision, GateId};
use crate::domain::handoff::{ClaimedRun, Handoff, Issue, ManualCheck, Procedure, TestFile, TestsAdded};
use crate::domain::id::{
    AssertionId, AttemptId, DirectiveId, FeatureId, FindingId, MilestoneId, QuestionId, Revision,
};
use crate::domain::message::{Directive, Party, Question};
use crate::domain::plan::{Claims, Feature, FeatureState, Origin};
use crate::domain::round::{Opinion, Review, RoundOutcome, RoundScope, ScrutinyReport, UserTestingReport};
use crate::domain::verdict::{EvidenceRef, Outcome, Verdict};

use super::log::{Log, commit, line, prose, title};
use super::plan::spec;

const WORKER: &str = "anthropic/claude-sonnet";
const REVIEWER: &str = "openai/gpt-codex";
const TESTER: &str = "google/gemini-pro";
const CHIEF: &str = "anthropic/claude-opus";

/// One validation pass of the sample: what was reviewed, and what the tester found.
pub struct Pass<'a> {
    pub milestone: u32,
    pub round: u32,
    pub reviewed: &'a [u32],
    pub verdicts: &'a [(&'a str, Outcome, &'a str)],
}

impl Log {
    /// A worker builds a feature, and the engine confirms its claims.
    pub fn build(&mut self, feature: u32, seconds: i64, tests: usize) -> AttemptId {
        let feature = FeatureId(feature);
        let attempt = self.start(AgentWork::Build { feature }, WORKER);
        self.wait(seconds);
        self.use_up(attempt, seconds);
        let head = commit(attempt.0);
        let handoff = Box::new(handoff(tests));
        self.write(Actor::Attempt(attempt), Event::HandoffGiven { attempt, feature, head, handoff });
        self.end(attempt, 2, Ending::Done);
        let runs = vec![run("tests", "cargo test", 0), run("clippy", "cargo clippy -- -D warnings", 0)];
        self.wait(20).engine(Event::ClaimsChecked { feature, claims: Claims::Confirmed, runs });
        attempt
    }

    /// A worker that does not make it.
    pub fn fail(&mut self, feature: u32, seconds: i64, reason: &str) {
        let attempt = self.start(AgentWork::Build { feature: FeatureId(feature) }, WORKER);
        self.end(attempt, seconds, Ending::Failed { reason: line(reason) });
    }

    /// A validation pass: gate commands, a review for each feature, scrutiny, user testing.
    pub fn validate(&mut self, pass: &Pass<'_>) -> AttemptId {
        let (milestone, round) = (MilestoneId(pass.milestone), pass.round);
        let mission = crate::domain::mission::Mission::fold(&self.events);
        let under_test = mission.head().cloned().unwrap_or_else(|| commit(0));
        let to_review: Vec<FeatureId> = pass.reviewed.iter().map(|id| FeatureId(*id)).collect();
        let to_test: Vec<AssertionId> =
            pass.verdicts.iter().filter_map(|(id, _, _)| id.parse().ok()).collect();
        let (commit, reviewed) = (under_test.clone(), to_review.clone());
        let scope = RoundScope { milestone, round, commit, to_review: reviewed, to_test };
        self.wait(4).engine(Event::RoundOpened(Box::new(scope)));
        let runs = vec![
            run("build", "cargo build", 0),
            run("clippy", "cargo clippy -- -D warnings", 0),
            run("tests", "cargo test", 0),
        ];
        self.wait(48).engine(Event::GateCommandsRun { milestone, round, runs });
        for feature in to_review {
            let attempt = self.start(AgentWork::Review { milestone, round, feature }, REVIEWER);
            let review = Review {
                attempt,
                summary: prose("Reads well; the checks are where they belong."),
                opinion: Opinion::Pass,
                issues: Vec::new(),
            };
            self.use_up(attempt, 70);
            self.wait(70).write(
                Actor::Attempt(attempt),
                Event::ReviewReported { milestone, round, feature, review: Box::new(review) },
            );
            self.end(attempt, 2, Ending::Done);
        }
        self.scrutinize(milestone, round);
        self.test(pass, &under_test)
    }

    fn scrutinize(&mut self, milestone: MilestoneId, round: u32) {
        let attempt = self.start(AgentWork::Scrutinize { milestone, round }, REVIEWER);
        let suggestion = Issue {
            severity: Severity::Suggestion,
            description: line("the data directory is read in two places"),
            suggested_fix: None,
        };
        let report = ScrutinyReport {
            attempt,
            summary: prose("Nothing blocks."),
            issues: vec![suggestion],
            knowledge: vec![line("the server needs DATA_DIR")],
        };
        self.use_up(attempt, 80);
        self.wait(80).write(
            Actor::Attempt(attempt),
            Event::ScrutinyReported { milestone, round, report: Box::new(report) },
        );
        self.end(attempt, 3, Ending::Done);
    }

    fn test(&mut self, pass: &Pass<'_>, under_test: &crate::domain::id::Commit) -> AttemptId {
        let (milestone, round) = (MilestoneId(pass.milestone), pass.round);
        let attempt = self.start(AgentWork::TestAsUser { milestone, round }, TESTER);
        let revisions = crate::domain::mission::Mission::fold(&self.events).contract;
        for (id, outcome, observed) in pass.verdicts {
            let Ok(assertion) = id.parse::<AssertionId>() else { continue };
            let revision = revisions.get(&assertion).map_or(Revision::FIRST, |known| known.revision);
            let evidence = evidence_of(id);
            let verdict = Verdict {
                assertion,
                revision,
                commit: under_test.clone(),
                milestone,
                round,
                attempt,
                outcome: *outcome,
                observed: line(observed),
                evidence,
                at: self.now(),
            };
            self.wait(30).write(Actor::Attempt(attempt), Event::VerdictGiven { verdict: Box::new(verdict) });
        }
        self.use_up(attempt, 30 * i64::try_from(pass.verdicts.len()).unwrap_or(0));
        let frictions = vec![line("the form loses its text when the server is slow")];
        let report = UserTestingReport {
            attempt,
            summary: prose("Worked the app as a guest and as the owner."),
            frictions,
            issues: Vec::new(),
        };
        self.wait(10).write(
            Actor::Attempt(attempt),
            Event::UserTestingReported { milestone, round, report: Box::new(report) },
        );
        self.end(attempt, 4, Ending::Done);
        // Of several verdicts on one assertion the last one counts.
        let last: BTreeMap<&str, Outcome> =
            pass.verdicts.iter().map(|(id, outcome, _)| (*id, *outcome)).collect();
        let any = |wanted: Outcome| last.values().any(|outcome| *outcome == wanted);
        let outcome = match () {
            () if any(Outcome::Fail) => RoundOutcome::Failed,
            () if any(Outcome::Blocked) => RoundOutcome::Blocked,
            () => RoundOutcome::Passed,
        };
        self.engine(Event::RoundClosed { milestone, round, outcome });
        attempt
    }

    /// A finding becomes a fix feature, at the front of its milestone.
    pub fn mend(
        &mut self,
        finding: u32,
        milestone: u32,
        feature: u32,
        words: (&str, &str),
        source: Source,
        assertion: &str,
    ) {
        let finding = FindingId(finding);
        self.raise(finding, milestone, Severity::Blocking, words.1, source, assertion);
        let triage = self.start(AgentWork::Triage, CHIEF);
        let fix = Feature {
            id: FeatureId(feature),
            milestone: MilestoneId(milestone),
            spec: spec(words.0, words.1),
            fulfills: Vec::new(),
            after: Vec::new(),
            origin: Origin::Fix { findings: vec![finding] },
            state: FeatureState::Pending,
        };
        self.wait(25).write(Actor::Attempt(triage), Event::FeatureAdded { feature: Box::new(fix) });
        self.write(Actor::Attempt(triage), Event::FindingTakenUp { finding, feature: FeatureId(feature) });
        self.end(triage, 6, Ending::Done);
    }

    /// A finding that waits.
    pub fn raise(
        &mut self,
        id: FindingId,
        milestone: u32,
        severity: Severity,
        description: &str,
        source: Source,
        assertion: &str,
    ) {
        let finding = Finding {
            id,
            severity,
            source,
            milestone: MilestoneId(milestone),
            feature: None,
            assertion: assertion.parse().ok(),
            description: line(description),
            suggested_fix: None,
            state: FindingState::Open,
        };
        self.wait(2).engine(Event::FindingRaised { finding: Box::new(finding) });
    }

    /// A gate opens.
    pub fn open(&mut self, gate: GateId) {
        self.wait(3).engine(Event::GateOpened { gate });
    }

    /// The person passes a gate.
    pub fn go(&mut self, gate: GateId, seconds: i64, note: &str) {
        let note = (!note.is_empty()).then(|| line(note));
        self.wait(seconds).write(
            Actor::Person,
            Event::GateDecided { gate, decision: Decision::Go { note }, by: DecidedBy::Person },
        );
    }

    /// Somebody asks the person.
    pub fn ask(&mut self, id: u32, from: AttemptId, text: &str, options: &[&str]) {
        let options = options.iter().map(|option| line(option)).collect();
        let question = Question {
            id: QuestionId(id),
            from,
            to: Party::Person,
            text: prose(text),
            options,
            at: self.now(),
            answer: None,
        };
        self.write(Actor::Attempt(from), Event::QuestionAsked { question });
    }

    /// The person says something to everybody.
    pub fn direct(&mut self, id: u32, text: &str) {
        let directive =
            Directive { id: DirectiveId(id), text: prose(text), from: Party::Person, at: self.now() };
        self.write(Actor::Person, Event::DirectiveIssued { directive });
    }
}

/// The evidence that a verdict of the sample rests on.
pub fn evidence_of(assertion: &str) -> Vec<EvidenceRef> {
    let reference = |kind: &str| {
        EvidenceRef(format!("ev_{}_{kind}", assertion.trim_start_matches("VAL-").to_ascii_lowercase()))
    };
    if assertion.ends_with("001") {
        vec![reference("screen"), reference("http")]
    } else {
        vec![reference("http")]
    }
}

fn run(name: &str, command: &str, exit_code: i32) -> CommandRun {
    CommandRun {
        name: title(name),
        command: line(command),
        exit_code,
        tail: line("test result: ok. 42 passed; 0 failed"),
        evidence: None,
        wall_ms: 12_400,
    }
}

fn handoff(tests: usize) -> Handoff {
    let cases = (1..=tests).map(|n| title(&format!("case {n}"))).collect();
    Handoff {
        summary: prose(
            "Built as asked. The happy path and the refusals have tests; the page was tried by hand.",
        ),
        implemented: vec![line("the handler and its route"), line("the checks, with their messages")],
        left_undone: Vec::new(),
        commands: vec![ClaimedRun {
            command: line("cargo test"),
            exit_code: 0,
            observation: line("42 passed"),
        }],
        checks: vec![ManualCheck {
            action: line("opened the page and sent the form"),
            observed: line("the entry stood first"),
        }],
        tests: TestsAdded {
            added: vec![TestFile { file: title("tests/guestbook.rs"), cases }],
            coverage: Some(line("the handler and every refusal")),
        },
        issues: Vec::new(),
        procedure: Procedure::Followed,
        learned: vec![line("the server needs DATA_DIR in tests")],
    }
}
