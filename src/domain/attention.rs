//! What waits for the person: the one question every screen answers first.

use serde::{Deserialize, Serialize};

use super::attempt::AgentWork;
use super::finding::{Finding, FindingState, Source};
use super::gate::GateId;
use super::id::{MilestoneId, ProposalId, QuestionId, Timestamp};
use super::message::Party;
use super::mission::{HoldCause, Mission};
use super::proposal::{Proposal, ProposedBy, ProposedChange};
use super::text::plural;

/// A decision that waits, with the sentence that says what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    pub kind: NeedKind,
    /// Since when it waits.
    pub since: Timestamp,
    pub sentence: String,
    /// What stands still until it is decided.
    pub blocks: String,
}

/// What kind of decision it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    Gate {
        gate: GateId,
    },
    Question {
        question: QuestionId,
    },
    Hold {
        cause: HoldCause,
    },
    /// Somebody would change the person's words; theirs hold meanwhile.
    Proposal {
        proposal: ProposalId,
    },
}

/// Every decision that waits for the person: what holds something up first, and of each the oldest first.
pub fn needs(mission: &Mission) -> Vec<Need> {
    if mission.end.is_some() {
        return Vec::new();
    }
    let mut needs = Vec::new();
    for gate in mission.gates.values().filter(|gate| mission.waits_at(gate.id)) {
        needs.push(Need {
            kind: NeedKind::Gate { gate: gate.id },
            since: gate.opened,
            sentence: gate_sentence(mission, gate.id),
            blocks: "the mission".to_owned(),
        });
    }
    for question in mission.questions.iter().filter(|q| q.is_open() && q.to == Party::Person) {
        // What a talk asks the person is often a worker's question to the orchestrator: then the worker stands still.
        let asker = mission.attempts.get(&question.from);
        let worker =
            mission.waiting_workers().next().filter(|_| asker.is_some_and(|a| a.work == AgentWork::Talk));
        let held = worker.and_then(|asked| mission.attempts.get(&asked.from)).or(asker);
        let work = held.map(|attempt| attempt.work.to_string()).unwrap_or_default();
        needs.push(Need {
            kind: NeedKind::Question { question: question.id },
            since: question.at,
            sentence: match &question.server {
                Some(server) => format!("{} {server} asks: {}", question.id, question.text),
                None => format!("{} asks: {}", question.id, question.text),
            },
            blocks: work,
        });
    }
    needs.extend(mission.open_proposals().map(|proposal| Need {
        kind: NeedKind::Proposal { proposal: proposal.id },
        since: proposal.at,
        sentence: proposal_sentence(mission, proposal),
        blocks: String::new(),
    }));
    if let Some(hold) = &mission.hold
        && hold.until.is_none()
    {
        needs.push(Need {
            kind: NeedKind::Hold { cause: hold.cause },
            since: mission.held_since.unwrap_or(mission.updated),
            sentence: hold.sentence.to_string(),
            blocks: "the mission".to_owned(),
        });
    }
    needs.sort_by_key(|need| (need.blocks.is_empty(), need.since));
    needs
}

/// Whether it is in its person's quiet hours: who is not rung now is rung after them.
pub fn is_quiet(mission: &Mission) -> bool {
    mission.hold.as_ref().is_some_and(|hold| hold.cause == HoldCause::QuietHours) && mission.end.is_none()
}

fn proposal_sentence(mission: &Mission, proposal: &Proposal) -> String {
    let (id, change) = (proposal.id, proposal.change.sentence(mission));
    match proposal.from {
        ProposedBy::Document => {
            format!("{id} contract.md was changed on disk, and nothing follows until you accept it: {change}")
        }
        ProposedBy::Attempt(attempt) if is_amendment(mission, &proposal.change) => {
            format!(
                "{id} a worker asks to change a blocking assertion, and {attempt} leaves it to you; it stays as it is unless you accept: {change}"
            )
        }
        ProposedBy::Attempt(attempt) => {
            format!("{id} {attempt} would change what you worded, which holds until you accept it: {change}")
        }
    }
}

/// Whether a change waits for the person because a worker asked for one, and not because of their words.
fn is_amendment(mission: &Mission, change: &ProposedChange) -> bool {
    change
        .assertion()
        .is_some_and(|id| mission.persons_parts(id).is_empty() && mission.is_amended_by_person(id))
}

fn gate_sentence(mission: &Mission, gate: GateId) -> String {
    match gate {
        GateId::Plan => {
            let sentence = format!(
                "the plan waits for GO: {}, {}, {}",
                plural(mission.milestones.len(), "milestone"),
                plural(mission.features.len(), "feature"),
                plural(mission.contract_tally().all, "assertion"),
            );
            with_obstacles(sentence, "but ", &mission.gate_obstacles(gate))
        }
        GateId::Milestone(id) => match mission.gate_obstacles(gate).as_slice() {
            [] => {
                let put_off = mission.put_off_findings().filter(|finding| finding.milestone == id);
                let passed = || format!("milestone {id} passed and waits for GO");
                let set_aside = set_aside(mission, id);
                let sentence = set_aside.map_or_else(passed, |reason| {
                    format!("milestone {id} waits for GO again; your NO-GO was set aside: {reason}")
                });
                with_put_off(sentence + &families_clause(mission, gate), put_off)
            }
            obstacles => format!("milestone {id} is blocked: {}", obstacles.join("; ")),
        },
        GateId::Final => with_put_off(
            with_obstacles(
                "every milestone is GO: the final gate waits".to_owned(),
                "blocked: ",
                &mission.gate_obstacles(gate),
            ) + &families_clause(mission, gate),
            mission.put_off_findings(),
        ),
    }
}

/// Why autopilot leaves a gate to the person, where it does for want of another mind.
fn families_clause(mission: &Mission, gate: GateId) -> String {
    mission.too_few_families(gate).map(|reason| format!("; {reason}")).unwrap_or_default()
}

/// A gate's sentence with the findings that were put off: GO does not decide on them.
fn with_put_off<'a>(sentence: String, findings: impl Iterator<Item = &'a Finding>) -> String {
    let ids: Vec<String> = findings.map(|finding| finding.id.to_string()).collect();
    let (is, stays) = if ids.len() == 1 { ("is", "stays") } else { ("are", "stay") };
    if ids.is_empty() {
        return sentence;
    }
    format!("{sentence}; {} {is} put off and {stays} open: {}", plural(ids.len(), "finding"), ids.join(", "))
}

/// Why the orchestrator dismissed what a person said at the gate of a milestone, where it did.
fn set_aside(mission: &Mission, milestone: MilestoneId) -> Option<&str> {
    let at_gate = |finding: &&Finding| finding.source == Source::Gate && finding.milestone == milestone;
    match &mission.findings.values().rfind(at_gate)?.state {
        FindingState::Dismissed { reason } => Some(reason.as_str()),
        FindingState::Open | FindingState::TakenUp { .. } | FindingState::Deferred { .. } => None,
    }
}

fn with_obstacles(sentence: String, word: &str, obstacles: &[String]) -> String {
    if obstacles.is_empty() { sentence } else { format!("{sentence}; {word}{}", obstacles.join("; ")) }
}
