//! What the agents and the engine of the sample do: build, review, try, decide on findings.

use flightdeck::domain::attempt::{AgentWork, Ending};
use flightdeck::domain::command::Command;
use flightdeck::domain::environment::CommandRun;
use flightdeck::domain::finding::{Ruling, Severity, TriageDecision};
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::{Decision, GateId};
use flightdeck::domain::handoff::{ClaimedRun, Handoff, Issue, ManualCheck, Procedure, TestFile, TestsAdded};
use flightdeck::domain::id::{AttemptId, FeatureId, FindingId, MilestoneId};
use flightdeck::domain::message::Party;
use flightdeck::domain::round::Opinion;
use flightdeck::domain::usage::Usage;
use flightdeck::domain::verdict::Outcome;

use super::evidence;
use super::plan::spec;
use super::recorder::{Recorder, commit};
use crate::support::words::{line, prose, title, val};

/// One validation pass of the sample: what scrutiny finds, and what the tester sees.
pub struct Pass<'a> {
    pub milestone: u32,
    pub round: u32,
    /// A suggestion of the scrutiny, and what later agents should know.
    pub scrutiny: Option<(&'a str, &'a str)>,
    pub verdicts: &'a [(&'a str, Outcome, &'a str)],
}

impl Recorder {
    /// Starts an attempt with the model of its role.
    pub fn start(&mut self, work: AgentWork) -> AttemptId {
        let model = self.mission.models[&work.role()].clone();
        self.wait(3).engine(Command::StartAttempt { work, model });
        *self.mission.attempts.keys().next_back().unwrap()
    }

    /// Lets an attempt work for some seconds, and counts what that uses.
    pub fn work(&mut self, attempt: AttemptId, seconds: i64) -> &mut Self {
        self.wait(seconds).use_up(attempt, seconds)
    }

    /// Counts usage that fits a time.
    pub fn use_up(&mut self, attempt: AttemptId, seconds: i64) -> &mut Self {
        let seconds = u64::try_from(seconds).unwrap();
        let usage = Usage {
            input: seconds * 2,
            cached: seconds * 5_200,
            cache_written: seconds * 90,
            output: seconds * 64,
            turns: u32::try_from(seconds / 12 + 1).unwrap(),
            micro_dollars: seconds * 1_100,
            estimated_micro_dollars: 0,
            unpriced: 0,
        };
        self.engine(Command::CountUsage { attempt, usage })
    }

    /// Ends an attempt after some seconds.
    pub fn end(&mut self, attempt: AttemptId, seconds: i64, ending: Ending) {
        self.work(attempt, seconds).engine(Command::EndAttempt { attempt, ending });
    }

    /// A worker builds a feature, and the engine confirms its claims.
    pub fn build(&mut self, feature: u32, seconds: i64, tests: usize) {
        self.build_with(feature, seconds, handoff(tests));
    }

    /// A worker builds a feature, but for one thing.
    pub fn build_all_but(&mut self, left: &str, feature: u32, seconds: i64, tests: usize) {
        self.build_with(feature, seconds, Handoff { left_undone: vec![line(left)], ..handoff(tests) });
    }

    fn build_with(&mut self, feature: u32, seconds: i64, handoff: Handoff) {
        let feature = FeatureId(feature);
        let attempt = self.start(AgentWork::Build { feature });
        self.work(attempt, seconds).work(attempt, 2);
        let (handoff, head) = (Box::new(handoff), commit(attempt.0));
        self.agent(attempt, Command::HandIn { handoff, head });
        let runs = vec![run("tests", "cargo test"), run("clippy", "cargo clippy -- -D warnings")];
        self.wait(20).engine(Command::RecordClaims { feature, runs });
    }

    /// A worker that does not make it.
    pub fn fail(&mut self, feature: u32, seconds: i64, reason: &str) {
        let attempt = self.start(AgentWork::Build { feature: FeatureId(feature) });
        self.end(attempt, seconds, Ending::Failed { reason: line(reason) });
    }

    /// A validation pass: gate commands, a review for each feature that is due, scrutiny, user testing.
    pub fn validate(&mut self, pass: &Pass<'_>) {
        let (milestone, round) = (MilestoneId(pass.milestone), pass.round);
        let runs = vec![
            run("build", "cargo build"),
            run("clippy", "cargo clippy -- -D warnings"),
            run("tests", "cargo test"),
        ];
        let commit = self.mission.head().unwrap().clone();
        self.wait(52).engine(Command::RecordGateCommands { milestone, round, commit, runs });
        let to_review = self.mission.round(milestone, round).unwrap().to_review.clone();
        for feature in to_review {
            let attempt = self.start(AgentWork::Review { milestone, round, feature });
            let summary = prose("Reads well; the checks are where they belong.");
            self.work(attempt, 70).work(attempt, 2);
            self.agent(
                attempt,
                Command::ReportReview { summary, opinion: Opinion::Pass, issues: Vec::new(), known: vec![] },
            );
        }
        self.scrutinize(pass);
        self.test(pass);
    }

    fn scrutinize(&mut self, pass: &Pass<'_>) {
        let (milestone, round) = (MilestoneId(pass.milestone), pass.round);
        let attempt = self.start(AgentWork::Scrutinize { milestone, round });
        let issue = |description: &str| Issue {
            severity: Severity::Suggestion,
            description: line(description),
            suggested_fix: None,
        };
        let report = Command::ReportScrutiny {
            summary: prose("Nothing blocks."),
            issues: pass.scrutiny.iter().map(|(suggestion, _)| issue(suggestion)).collect(),
            knowledge: pass.scrutiny.iter().map(|(_, note)| line(note)).collect(),
            known: vec![],
        };
        self.work(attempt, 80).work(attempt, 3).agent(attempt, report);
    }

    fn test(&mut self, pass: &Pass<'_>) {
        let (milestone, round) = (MilestoneId(pass.milestone), pass.round);
        let attempt = self.start(AgentWork::TestAsUser { milestone, round, flow: Flow::WHOLE });
        for (id, outcome, observed) in pass.verdicts {
            let (assertion, refs) = (val(id), evidence::references(id));
            self.wait(30);
            for reference in &refs {
                self.keep(evidence::of(reference, &assertion));
            }
            let (outcome, observed) = (*outcome, line(observed));
            let via = self.mission.contract[&assertion].wording.check.via;
            let evidence = evidence::pieces(id, via, attempt);
            self.agent(attempt, Command::GiveVerdict { assertion, outcome, observed, evidence });
        }
        self.use_up(attempt, 30 * i64::try_from(pass.verdicts.len()).unwrap());
        let report = Command::ReportUserTesting {
            summary: prose("Worked the app as a guest and as the owner."),
            frictions: vec![line("the form loses its text when the server is slow")],
            issues: Vec::new(),
            known: vec![],
        };
        self.wait(10).work(attempt, 4).agent(attempt, report);
    }

    /// The orchestrator decides on findings: one becomes a feature, the others are dismissed.
    pub fn triage(&mut self, attempt: AttemptId, fix: Option<(u32, &str, &str)>, dismissed: &[(u32, &str)]) {
        let feature = fix.map(|(id, name, text)| TriageDecision {
            finding: FindingId(id),
            ruling: Ruling::Feature { spec: spec(name, text), fulfills: vec![] },
        });
        let dismissals = dismissed.iter().map(|(id, reason)| TriageDecision {
            finding: FindingId(*id),
            ruling: Ruling::Dismiss { reason: line(reason) },
        });
        let decisions = feature.into_iter().chain(dismissals).collect();
        self.agent(attempt, Command::Triage { decisions });
    }

    /// The person passes a gate.
    pub fn go(&mut self, gate: GateId, seconds: i64, note: &str) {
        let note = (!note.is_empty()).then(|| line(note));
        self.wait(seconds).person(Command::DecideGate { gate, decision: Decision::Go { note } });
    }

    /// An agent asks.
    pub fn question(&mut self, from: AttemptId, to: Party, text: &str, options: &[&str]) {
        let options = options.iter().map(|option| line(option)).collect();
        self.agent(from, Command::ask(to, prose(text), options));
    }
}

fn run(name: &str, command: &str) -> CommandRun {
    CommandRun {
        name: title(name),
        command: line(command),
        exit_code: 0,
        tail: line("test result: ok. 42 passed; 0 failed"),
        evidence: None,
        wall_ms: 12_400,
        tests: None,
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
