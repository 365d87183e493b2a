//! What is said of an event: a line, or nothing where the event matters only to flightdeck itself.

mod plan;
mod validation;
mod work;

use crate::domain::attention::{NeedKind, needs};
use crate::domain::consequence::made_stale;
use crate::domain::event::{Event, Stamped};
use crate::domain::gate::GateId;
use crate::domain::id::ProposalId;
use crate::domain::message::{Message, Party, Question};
use crate::domain::note::NoteState;
use crate::domain::text::Line;
use crate::view::finding::{seen_words, until_words};
use crate::view::prelude::*;
use crate::view::requirement::shows_words;
use crate::view::words::actor;
use crate::view::work::{GATE_AHEAD, decision, gate_subject, short_subject, status_sign};
use crate::view::{history, negotiation};

/// The line for an event; `mission` is the mission after it.
#[expect(clippy::too_many_lines, reason = "a flat match over every event")]
pub fn event_line(stamped: &Stamped, mission: &Mission) -> Option<LogLine> {
    let note = |subject: &dyn std::fmt::Display, text: String| LogLine::new(NOTE, subject, text);
    Some(match &stamped.event {
        Event::MissionCreated(founding) => plan::created(founding),
        Event::RequirementsNoted { requirements } => return plan::noted(requirements, stamped.actor),
        Event::ContractProposed { assertions } => LogLine::new(GOOD, "contract", plan::contract(assertions)),
        Event::EnvironmentProposed { environment } => {
            LogLine::new(GOOD, "environment", plan::environment(environment))
        }
        Event::BaselineTaken(baseline) => plan::baseline(baseline, mission),
        Event::ChecksKept { reasons, commands } => {
            let kept = reasons.iter().map(|(id, why)| format!("{id} keeps its check: {why}"));
            let stays = commands.iter().map(|(command, why)| format!("`{command}` stays: {why}"));
            LogLine::new(WARNING, "contract", kept.chain(stays).collect::<Vec<_>>().join(" · "))
        }
        Event::PlanProposed(proposed) => {
            plan::proposed(proposed.title.as_ref(), &proposed.milestones, &proposed.features)
        }
        Event::PlanCriticized { criticism } => negotiation::line(criticism),
        Event::ObjectionAnswered { objection, answer } => negotiation::answer_line(*objection, answer),
        Event::FeatureAdded { feature } => note(&feature.id, plan::added(feature)),
        Event::AssertionAdded { assertion, .. } => {
            let record = mission.record_of(stamped.seq)?;
            note(&assertion.id, format!("{}: {}", history::words(mission, record), assertion.wording.title))
        }
        Event::AssertionEdited { assertion, revision, .. } => {
            let stale = match made_stale(mission, assertion, *revision) {
                0 => String::new(),
                1 => " · 1 verdict goes stale".to_owned(),
                n => format!(" · {n} verdicts go stale"),
            };
            note(assertion, format!("{}{stale}", history::words(mission, mission.record_of(stamped.seq)?)))
        }
        Event::AssertionSealed { sealed } => {
            note(&sealed.assertion.id, format!("sealed: {}", sealed.assertion.wording.title))
        }
        Event::FeatureEdited { .. }
        | Event::AssertionUnsealed { .. }
        | Event::FeatureCancelled { .. }
        | Event::AssertionRetired { .. }
        | Event::ModelChosen { .. }
        | Event::BudgetSet { .. }
        | Event::AutopilotSet { .. }
        | Event::ProposalDecided { .. } => {
            let record = mission.record_of(stamped.seq)?;
            note(&history::subject(&record.change), history::words(mission, record))
        }
        Event::FallbackTaken { role, from, to, reason } => LogLine::new(
            WARNING,
            role,
            format!("falls back to {to}, because {from} is given up on: {reason}"),
        )
        .whole(),
        Event::ProofAskedAgain { assertions } => {
            let ids: Vec<String> = assertions.iter().map(ToString::to_string).collect();
            note(&"contract", format!("to be proven again: {}", listed(&ids)))
        }
        Event::ProofTakenBack { assertions } => {
            let ids: Vec<String> = assertions.iter().map(ToString::to_string).collect();
            note(&"contract", format!("not to be proven again, taken back: {}", listed(&ids)))
        }
        Event::ProposalMade { proposal } => {
            let waits = needs(mission).into_iter().find(|need| is_about(need.kind, proposal.id));
            let text = waits.map_or_else(|| proposal.change.sentence(mission), |need| need.sentence);
            LogLine::new(NEEDS, &proposal.id, text)
        }
        Event::AssertionMapped { assertion, shows } => {
            note(assertion, format!("{} by {}", shows_words(shows), actor(mission, stamped.actor)))
        }
        Event::AssertionWaived { assertion, reason, .. } => {
            LogLine::new(WARNING, assertion, format!("waived by {}: {reason}", actor(mission, stamped.actor)))
        }
        Event::GateOpened { gate } => gate_opened(*gate, mission),
        Event::GateDecided { gate, decision: decided, by } => {
            let sign = if mission.is_go(*gate) { GOOD } else { BAD };
            let words = decision(decided, *by).map(|piece| piece.text).concat();
            LogLine::new(sign, &gate_subject(*gate), words)
        }
        Event::AttemptStarted { attempt, .. } => work::started(mission.attempts.get(attempt)?, mission),
        Event::AttemptEnded { attempt, ending } => {
            return work::ended(mission.attempts.get(attempt)?, ending);
        }
        Event::HandoffGiven { attempt, feature, handoff, .. } => {
            work::handed_in(*attempt, *feature, handoff, mission)
        }
        Event::ClaimsChecked { feature, claims, runs } => work::claims(*feature, *claims, runs, mission),
        Event::FindingRaised { finding } => work::raised(finding),
        Event::FindingDismissed { finding, reason } => note(finding, format!("dismissed: {reason}")),
        Event::FindingDeferred { finding, until, reason } => {
            let milestone = mission.findings.get(finding)?.milestone;
            let text = format!("stays open, put off until {}: {reason}", until_words(*until, milestone));
            LogLine::new(WARNING, finding, text)
        }
        Event::AmendmentAnswered { finding, answer } => {
            negotiation::amendment_line(*finding, answer, mission)
        }
        Event::FindingSeen { finding, sighting } => note(finding, seen_words(sighting)),
        Event::FindingReopened { finding } => {
            let found = mission.findings.get(finding)?;
            LogLine::new(WARNING, finding, format!("is to be decided on again: {}", found.description))
        }
        Event::RoundOpened(scope) => validation::opened(scope, mission),
        Event::ClaimsLeft { feature, left } => work::claims_left(*feature, left),
        Event::AddedTestsTried { feature, added } => return work::added_tests(*feature, added),
        Event::GateCommandsRun { milestone, runs, .. } => validation::gate_commands(*milestone, runs),
        Event::ChecksRun { milestone, checks, .. } => validation::checks(*milestone, checks),
        Event::ReviewReported { feature, review, .. } => validation::reviewed(*feature, review),
        Event::ScrutinyReported { milestone, report, .. } => validation::scrutinized(*milestone, report),
        Event::VerdictGiven { verdict } => validation::verdict(verdict),
        Event::FailureTriedAgain { assertion, second, .. } => validation::tried_again(assertion, second),
        Event::UserTestingReported { milestone, flow, report, .. } => {
            validation::tested(*milestone, *flow, report)
        }
        Event::RoundClosed { milestone, round, outcome } => {
            validation::closed(*milestone, *round, *outcome, mission)
        }
        Event::CheckSabotaged { sabotage } => validation::sabotaged(sabotage),
        Event::EvidenceLost { evidence } => validation::lost(evidence, mission),
        Event::RoundsExtended { milestone, limit } => note(milestone, format!("may take {limit} rounds now")),
        Event::DirectiveIssued { directive } => {
            note(&directive.id, format!("directive by {}: {}", party(directive.from), directive.text))
        }
        Event::NoteProposed { note: known } => note(&known.id, format!("proposed: {}", known.words)),
        Event::NoteDecided { note: id, state } => note(id, note_fate(state)),
        Event::KnowledgeConfirmed { knowledge } => note(&"knowledge", knowledge.note.to_string()),
        Event::MessageSent { message } => said(message),
        Event::QuestionAsked { question } => asked(question),
        Event::QuestionAnswered { question, answer } => note(question, format!("answered: {answer}")),
        Event::QuestionWithdrawn { question, reason } => {
            note(question, format!("is not waited for any more: {reason}"))
        }
        Event::WaitStarted { wait } => work::waits(wait, stamped.at),
        Event::WaitEnded { work, since } => {
            note(&short_subject(*work), format!("goes on after {}", span(stamped.at.since(*since))))
        }
        Event::WorkLost { work, reason } => {
            LogLine::new(BAD, &short_subject(*work), format!("{work} broke off: {reason}"))
        }
        Event::MissionHeld { hold } => {
            LogLine::new(status_sign(mission.status()), "hold", hold.sentence.as_str()).whole()
        }
        Event::MissionResumed => LogLine::new(BEGINS, "mission", "goes on"),
        Event::MissionCompleted => {
            let attempts = plural(mission.attempts.len(), "attempt");
            let text = format!("completed: {attempts}, {}", used(&mission.usage()));
            LogLine::new(GOOD, "mission", text)
        }
        Event::MissionLanded { branch, commit } => {
            LogLine::new(GOOD, "mission", format!("landed on {branch} as {}", commit.short()))
        }
        Event::RepositoryMoved { repository } => {
            note(&"mission", format!("its repository is now {repository}"))
        }
        Event::MissionAbandoned { reason } => LogLine::new(BAD, "mission", format!("abandoned: {reason}")),
        Event::Unrecognised { original } => LogLine::new(
            WARNING,
            "mission",
            format!("an event of a newer flightdeck, {original}: it can only be read here"),
        ),
        Event::SandboxNoted { missing: Some(why) } => {
            LogLine::new(WARNING, "sandbox", format!("what agents run is not sandboxed: {why}"))
        }
        Event::SandboxNoted { missing: None } => note(&"sandbox", "what agents run is sandboxed".to_owned()),
        Event::WayNoted { way } => note(&"person", format!("decides by {way}")),
        Event::OverridesNoted { overrides } => {
            let all: Vec<&str> = overrides.iter().map(Line::as_str).collect();
            let builtin = "the prompts are the built-in ones again".to_owned();
            note(&"prompts", if all.is_empty() { builtin } else { all.join("; ") })
        }
        Event::RecordDoubted { why: Some(why) } => {
            LogLine::new(BAD, "record", format!("the record was changed outside: {why}"))
        }
        Event::RecordDoubted { why: None } => note(&"record", "the record is as it was written".to_owned()),
        Event::ModelPriced { .. }
        | Event::UsageCounted { .. }
        | Event::RevisionTold { .. }
        | Event::FindingTakenUp { .. }
        | Event::MessagesDelivered { .. } => return None,
    })
}

fn is_about(kind: NeedKind, id: ProposalId) -> bool {
    kind == NeedKind::Proposal { proposal: id }
}

/// A gate that opens is told with the sentence that waits for the person from then on.
fn gate_opened(gate: GateId, mission: &Mission) -> LogLine {
    let waits = needs(mission).into_iter().find(|need| need.kind == NeedKind::Gate { gate });
    let (sign, text) = waits.map_or((NOTE, GATE_AHEAD.to_owned()), |need| (NEEDS, need.sentence));
    LogLine::new(sign, &gate_subject(gate), text)
}

fn said(message: &Message) -> LogLine {
    let line = |text: &str| LogLine::new(SAID, &party(message.from), text);
    if message.to != Party::Person {
        return line(&format!("to {}: {}", party(message.to), message.text));
    }
    // An answer to the person is read here: whole, with its paragraphs.
    LogLine { text: format!("to you: {}", clean(message.text.as_str())), ..line("") }.whole()
}

fn asked(question: &Question) -> LogLine {
    let sign = if question.to == Party::Person { NEEDS } else { NOTE };
    let asker = question.server.as_ref().map_or_else(String::new, |server| format!("{server} of "));
    let text = format!("{asker}{} asks {}: {}", question.from, party(question.to), question.text);
    LogLine::new(sign, &question.id, text).with(options(question)).whole()
}

/// The answers to choose from, numbered.
pub fn options(question: &Question) -> impl Iterator<Item = String> {
    (1..).zip(&question.options).map(|(number, option)| format!("{number}. {}", one_line(option.as_str())))
}

fn note_fate(state: &NoteState) -> String {
    match state {
        NoteState::Proposed => "proposed".to_owned(),
        NoteState::Confirmed => "confirmed".to_owned(),
        NoteState::Merged { into } => format!("merged into {into}"),
        NoteState::Rejected { reason } => format!("rejected: {reason}"),
        NoteState::PassedOver => "passed over by scrutiny".to_owned(),
    }
}
