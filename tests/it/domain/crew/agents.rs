//! What the agents do. Choice 0 is always what a good agent does.

use flightdeck::domain::amendment::AmendmentOutcome;
use flightdeck::domain::attempt::{AgentWork, Attempt, Ending};
use flightdeck::domain::command::{Command, PlanChange};
use flightdeck::domain::event::Actor;
use flightdeck::domain::evidence::{EvidenceKind, Piece};
use flightdeck::domain::finding::{Observation, Ruling, Severity, Sight, TriageDecision, Until};
use flightdeck::domain::id::{AttemptId, FindingId, MessageId};
use flightdeck::domain::message::{Delivery, MessageState, Party};
use flightdeck::domain::negotiation::{AnswerDraft, ObjectionOutcome};
use flightdeck::domain::round::{Opinion, ReviewIssue};
use flightdeck::domain::verdict::Outcome;

use super::Crew;
use crate::support::words;

impl Crew {
    pub(super) fn act(&mut self, id: AttemptId) {
        let attempt = self.flight.mission.attempts[&id].clone();
        if self.tape.pick(9) == 8 {
            let ending = match self.tape.pick(4) {
                0 => Ending::Interrupted,
                1 => Ending::Failed { reason: words::line("it went in circles") },
                2 => Ending::Done,
                _ => Ending::Unusable { reason: words::line("no such model") },
            };
            return self.must(Actor::Engine, Command::EndAttempt { attempt: id, ending });
        }
        match attempt.work {
            AgentWork::Plan => self.plan(id),
            AgentWork::Criticize { .. } => self.criticize(id),
            AgentWork::Talk => self.talk(id),
            AgentWork::Triage => self.triage(id),
            AgentWork::Build { .. } => self.build(id),
            AgentWork::Review { .. } => self.review(id),
            AgentWork::Scrutinize { .. } => self.scrutinize(id),
            AgentWork::TestAsUser { .. } => self.test(&attempt),
        }
    }

    fn plan(&mut self, id: AttemptId) {
        let actor = Actor::Attempt(id);
        if self.tape.pick(4) == 3 {
            return self.ask_person(id);
        }
        let light = self.tape.pick(3) == 2;
        let mut contract: Vec<_> = ["VAL-A-001", "VAL-A-002", "VAL-B-001"].map(words::assertion).into();
        // Nobody saw this one at the base: it is seen red by undoing what was built.
        contract[2].wording.check.command = Some(words::line("make look"));
        if light {
            contract[1] = words::non_blocking("VAL-A-002");
        }
        self.must(actor, Command::ProposeContract { assertions: contract });
        if self.flight.mission.active_assertions().next().is_none() {
            // The person retired all of it before.
            self.must(actor, Command::ProposeContract { assertions: vec![words::assertion("VAL-D-001")] });
        }
        let testers = u32::try_from(self.tape.pick(4)).unwrap();
        let environment =
            if testers > 1 { words::parallel_environment(testers) } else { words::environment() };
        self.must(actor, Command::ProposeEnvironment { environment });
        // The person may have retired some of it, and what they added is claimed by no feature yet.
        let mut left: Vec<String> =
            self.flight.mission.active_assertions().map(|assertion| assertion.id.to_string()).collect();
        let mut feature = |name: &str, id: &str| {
            let before = left.len();
            left.retain(|active| active != id);
            if left.len() < before { words::feature(name, &[id]) } else { words::chore(name) }
        };
        let page = words::after(feature("Page", "VAL-A-002"), &["Store"]);
        let admin = words::after(feature("Admin", "VAL-B-001"), &["Page"]);
        let claimed: Vec<&str> = left.iter().map(String::as_str).collect();
        let store =
            if claimed.is_empty() { words::chore("Store") } else { words::feature("Store", &claimed) };
        let (first, second) = (vec![store, page], vec![admin, words::chore("Docs")]);
        let milestones = vec![words::milestone("Visitors", first), words::milestone("Keepers", second)];
        let owed = self.flight.mission.unanswered_objections();
        let answers: Vec<AnswerDraft> = owed
            .map(|owed| AnswerDraft {
                objection: owed.id,
                outcome: ObjectionOutcome::Kept,
                words: words::line("it is right as it is"),
            })
            .collect();
        self.must(actor, Command::AnswerObjections { answers });
        self.must(actor, Command::ProposePlan { title: None, milestones, answer: None });
    }

    fn criticize(&mut self, id: AttemptId) {
        if self.tape.pick(2) == 1 && self.flight.mission.sealed.is_empty() {
            let milestone = [None, Some(1)][usize::from(self.tape.pick(2) == 1)];
            let assertions = vec![words::sealed_draft("VAL-S-001", milestone)];
            self.must(Actor::Attempt(id), Command::Seal { assertions });
        }
        let objections = (0..self.tape.pick(3)).map(|n| words::objecting(&format!("F{n}"))).collect();
        self.must(
            Actor::Attempt(id),
            Command::Criticize { summary: words::prose("Looked at it"), objections },
        );
    }

    fn ask_person(&mut self, id: AttemptId) {
        let text = words::prose("Which colour?");
        self.must(Actor::Attempt(id), Command::ask(Party::Person, text, Vec::new()));
    }

    fn talk(&mut self, id: AttemptId) {
        match self.tape.pick(6) {
            3 => return self.ask_person(id),
            4 => return self.amend(id),
            5 => return self.must_end(id),
            _ => {}
        }
        let workers: Vec<AttemptId> = self.flight.mission.waiting_workers().map(|q| q.from).collect();
        for worker in workers {
            let (to, text) = (Party::Attempt(worker), words::prose("Blue"));
            self.must(Actor::Attempt(id), Command::Say { to, text, delivery: Delivery::Queue });
        }
        let requests: Vec<FindingId> = self.flight.mission.open_amendments().map(|found| found.id).collect();
        for finding in requests {
            let outcomes = [AmendmentOutcome::Agreed, AmendmentOutcome::Countered, AmendmentOutcome::Refused];
            let outcome = *self.tape.choose(&outcomes).unwrap();
            let words = words::line("as the goal has it");
            // What the person refused before is not agreed to again.
            let edit = Box::default();
            drop(self.ask(Actor::Attempt(id), Command::AnswerAmendment { finding, outcome, words, edit }));
        }
        let waiting = |m: &&flightdeck::domain::message::Message| m.state == MessageState::Waiting;
        let messages: Vec<MessageId> =
            self.flight.mission.messages.iter().filter(waiting).map(|m| m.id).collect();
        self.must(Actor::Engine, Command::MarkDelivered { messages });
        self.must_end(id);
    }

    fn must_end(&mut self, attempt: AttemptId) {
        self.must(Actor::Engine, Command::EndAttempt { attempt, ending: Ending::Done });
    }

    /// An orchestrator changes the plan or the contract, sensibly or not.
    fn amend(&mut self, id: AttemptId) {
        let reason = words::line("we learned better");
        let features: Vec<_> = self.flight.mission.features.iter().map(|f| f.id).collect();
        let milestones: Vec<_> = self.flight.mission.milestones.iter().map(|m| m.id).collect();
        let command = match self.tape.pick(6) {
            0 => self.tape.choose(&features).map(|feature| Command::AmendPlan {
                changes: vec![PlanChange::CancelFeature { feature: *feature, reason }],
            }),
            1 => self.tape.choose(&milestones).map(|milestone| Command::AmendPlan {
                changes: vec![PlanChange::AddFeature {
                    milestone: *milestone,
                    draft: words::chore(&format!("Chore {}", features.len())),
                }],
            }),
            2 => {
                let contract = ["VAL-A-001", "VAL-A-002", "VAL-B-001", "VAL-C-001"].map(words::assertion);
                Some(Command::ProposeContract { assertions: contract.into() })
            }
            3 => Some(Command::ProposeEnvironment { environment: words::environment() }),
            _ => return self.change_contract(Actor::Attempt(id)),
        };
        if let Some(command) = command {
            drop(self.ask(Actor::Attempt(id), command));
        }
    }

    fn triage(&mut self, id: AttemptId) {
        let style = self.tape.pick(6);
        match style {
            4 => return self.ask_person(id),
            5 => return self.amend(id),
            _ => {}
        }
        let open: Vec<FindingId> = self.flight.mission.open_findings().map(|finding| finding.id).collect();
        if style == 3 && self.tape.pick(2) == 1 {
            let until = *self.tape.choose(&[Until::NextRound, Until::Milestone, Until::Final]).unwrap();
            let ruling = || Ruling::Defer { until, reason: words::line("it can wait") };
            let decisions = open.iter().map(|id| TriageDecision { finding: *id, ruling: ruling() });
            if self.ask(Actor::Attempt(id), Command::Triage { decisions: decisions.collect() }).is_ok() {
                return;
            }
        }
        let dismissed: Vec<TriageDecision> = open
            .iter()
            .map(|finding| TriageDecision {
                finding: *finding,
                ruling: Ruling::Dismiss { reason: words::line("not worth it") },
            })
            .collect();
        if style == 1
            && self.ask(Actor::Attempt(id), Command::Triage { decisions: dismissed.clone() }).is_ok()
        {
            return;
        }
        let mut decisions = dismissed;
        for (index, decision) in decisions.iter_mut().enumerate() {
            decision.ruling = match index {
                0 => Ruling::Feature {
                    spec: words::spec(&format!("Fix of {}", decision.finding)),
                    fulfills: vec![],
                },
                _ if style == 2 => Ruling::Feature {
                    spec: words::spec(&format!("Fix of {}", decision.finding)),
                    fulfills: vec![],
                },
                _ => Ruling::Join { with: open[0] },
            };
        }
        self.must(Actor::Attempt(id), Command::Triage { decisions });
    }

    fn build(&mut self, id: AttemptId) {
        let actor = Actor::Attempt(id);
        let mut handoff = words::handoff(&format!("Built by {id}"));
        self.commits += 1;
        let mut head = words::commit(&format!("commit{}", self.commits));
        match self.tape.pick(8) {
            3 => {
                handoff.implemented.clear();
                head = self.flight.mission.attempts[&id].base.clone();
            }
            4 => handoff.left_undone.push(words::line("the footer")),
            5 => handoff.issues.push(words::issue(Severity::Blocking, "the database is full")),
            6 => {
                let text = words::prose("May I use a library?");
                return self.must(actor, Command::ask(Party::Orchestrator, text, Vec::new()));
            }
            7 => {
                let ids: Vec<_> = self.flight.mission.contract.keys().cloned().collect();
                let Some(assertion) = self.tape.choose(&ids).cloned() else { return };
                // The same words again are refused while they wait.
                let less = format!("say less than at {}", self.flight.mission.seq);
                let (proposal, reason) = (words::line(&less), words::line("it cannot be"));
                return self.must(actor, Command::RequestAmendment { assertion, proposal, reason });
            }
            _ => {}
        }
        self.tell_news(id);
        self.must(actor, Command::HandIn { handoff: Box::new(handoff), head });
    }

    /// The engine tells an attempt how the contract stands by now.
    fn tell_news(&mut self, attempt: AttemptId) {
        for (assertion, revision) in self.flight.mission.untold(&self.flight.mission.attempts[&attempt]) {
            self.must(Actor::Engine, Command::TellRevision { attempt, assertion, revision });
        }
    }

    fn review(&mut self, id: AttemptId) {
        let found = |severity| ReviewIssue {
            file: words::title("src/main.rs"),
            line: Some(7),
            issue: words::issue(severity, "an index out of bounds"),
        };
        let (opinion, issues) = match self.tape.pick(5) {
            3 => (Opinion::Fail, vec![found(Severity::Blocking)]),
            4 => (Opinion::Pass, vec![found(Severity::Suggestion)]),
            _ => (Opinion::Pass, Vec::new()),
        };
        let summary = words::prose("Read it");
        let known = self.known();
        let report = Command::ReportReview { summary, opinion, issues, known: vec![] };
        let with_known = |report: Command| match report {
            Command::ReportReview { summary, opinion, issues, .. } => {
                Command::ReportReview { summary, opinion, issues, known }
            }
            other => other,
        };
        // What still holds and blocks is no pass.
        if self.ask(Actor::Attempt(id), with_known(report.clone())).is_err() {
            self.must(Actor::Attempt(id), report);
        }
    }

    /// What a validator says of a finding that was known before; a good one finds it mended.
    fn known(&mut self) -> Vec<Observation> {
        let findings: Vec<FindingId> = self.flight.mission.findings.keys().copied().collect();
        if self.tape.is_over() || self.tape.pick(3) != 2 {
            return Vec::new();
        }
        let now = if self.tape.pick(2) == 0 { Sight::NoLongerHolds } else { Sight::StillHolds };
        let seen = self.tape.choose(&findings).copied();
        seen.map(|finding| Observation { finding, now, observed: words::line("looked again") })
            .into_iter()
            .collect()
    }

    fn scrutinize(&mut self, id: AttemptId) {
        let issues = match self.tape.pick(6) {
            4 => vec![words::issue(Severity::NonBlocking, "two names for one thing")],
            5 => vec![words::issue(Severity::Blocking, "the features contradict each other")],
            _ => Vec::new(),
        };
        let (summary, knowledge) = (words::prose("Weighed it"), vec![words::line("port 8080 is taken")]);
        let known = self.known();
        self.must(Actor::Attempt(id), Command::ReportScrutiny { summary, issues, knowledge, known });
    }

    /// Tells the tester of new revisions, tries what is due, and reports.
    fn test(&mut self, attempt: &Attempt) {
        for (assertion, revision) in self.flight.mission.untold(attempt) {
            // What is new is told always: nobody can try what they never heard of.
            if !attempt.revisions.contains_key(&assertion) || self.tape.pick(3) != 2 {
                let attempt = attempt.id;
                self.must(Actor::Engine, Command::TellRevision { attempt, assertion, revision });
            }
        }
        let hurried = self.tape.pick(6) == 5;
        let to_test: Vec<_> = self.flight.mission.attempts[&attempt.id].revisions.keys().cloned().collect();
        for assertion in to_test.iter().take(if hurried { 1 } else { to_test.len() }) {
            let outcome = match self.tape.pick(6) {
                4 => Outcome::Fail,
                5 => Outcome::Blocked,
                _ => Outcome::Pass,
            };
            let seen = words::exchange("ev_01", attempt.id);
            let steps = Piece { kind: EvidenceKind::Steps, ..words::exchange("ev_02", attempt.id) };
            let evidence = if self.tape.pick(2) == 1 { vec![seen, steps] } else { vec![seen] };
            let (assertion, observed) = (
                assertion.clone(),
                words::line("VAL-S-001: a hiddenstatement says what nobody builds to, and it does not hold"),
            );
            let verdict = Command::GiveVerdict { assertion, outcome, observed, evidence };
            self.must(Actor::Attempt(attempt.id), verdict);
        }
        let issues = if self.tape.pick(7) == 6 {
            vec![words::issue(Severity::Blocking, "it is ugly")]
        } else {
            vec![]
        };
        let report = Command::ReportUserTesting {
            summary: words::prose("Tried it"),
            frictions: vec![],
            issues,
            known: vec![],
        };
        if hurried {
            drop(self.ask(Actor::Attempt(attempt.id), report));
        } else {
            self.must(Actor::Attempt(attempt.id), report);
        }
    }
}
