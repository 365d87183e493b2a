//! The sections about what was said: directives, knowledge, the conversation and mail.

use std::collections::BTreeSet;

use super::bound::newest_whole;
use super::section::{each, list, under};
use crate::domain::attempt::{AgentWork, Attempt, Ending, Role};
use crate::domain::finding::Finding;
use crate::domain::id::AssertionId;
use crate::domain::message::{Message, MessageState, Party, Question};
use crate::domain::mission::Mission;
use crate::domain::note::NoteState;
use crate::domain::proposal::ProposalState;

/// Bytes of the conversation that a brief carries whole.
const ROOM: usize = 16_000;

pub(super) fn directives(mission: &Mission) -> String {
    list("\n## Directives, which always hold\n", mission.directives.iter().map(|directive| &directive.text))
}

/// What the person worded, which stays so until they agree to a change, and what they refused.
pub(super) fn persons_words(mission: &Mission) -> String {
    let refused = mission.proposals.iter().filter(|proposal| proposal.state == ProposalState::Refused);
    let refused =
        refused.map(|proposal| format!("{}, refused: {}", proposal.id, proposal.change.sentence(mission)));
    let open = mission.open_proposals();
    let open = open.map(|found| format!("{}, not decided yet: {}", found.id, found.change.sentence(mission)));
    list(
        "\n## The person's words, which stay until they agree to a change\n",
        mission.persons_words().into_iter().chain(refused).chain(open),
    )
}

/// What earlier agents learned, as far as a role may know it; what nobody confirmed is marked.
pub(super) fn knowledge(mission: &Mission, role: Role) -> String {
    let confirmed = mission.knowledge_for(role).map(|known| known.note.to_string());
    let proposed = mission.unconfirmed_for(role).map(|note| format!("(not confirmed) {}", note.words));
    list("\n## What earlier agents learned\n", confirmed.chain(proposed))
}

/// What is to be decided on, once.
pub(super) fn proposed_notes(mission: &Mission) -> String {
    let notes = mission.proposed_notes().map(|note| format!("{} by {}: {}", note.id, note.by, note.words));
    let known = mission.notes.iter().filter(|note| note.state == NoteState::Confirmed);
    let known = known.map(|note| format!("{}: {}", note.id, note.words));
    let text = list("\n## Notes of others: confirm, merge or reject each, in `notes`\n", notes);
    if text.is_empty() { text } else { text + &list("confirmed before:\n", known) }
}

/// The whole dialogue with the person, in its order: what was asked and answered, said, and noted at a NO-GO.
pub(super) fn conversation(mission: &Mission) -> String {
    let asked =
        mission.questions.iter().filter(|question| question.is_of_agent_to_person()).map(|question| {
            let answer = question.answer.as_ref().map_or("(no answer yet)", |answer| answer.as_str());
            let options = list("", &question.options);
            let options = under("to choose from:\n", options);
            (question.at, format!("you asked: {}\n{options}the person answered: {answer}\n", question.text))
        });
    let talk = |party: Party| matches!(party, Party::Person | Party::Orchestrator);
    let said = mission.messages.iter().filter(|m| talk(m.from) && talk(m.to)).map(|message| {
        let who = if message.from == Party::Person { "the person" } else { "you" };
        (message.at, format!("{who}: {}\n", message.text))
    });
    let mut turns: Vec<_> = asked.chain(said).collect();
    turns.sort_by_key(|(at, _)| *at);
    let turns: Vec<String> = turns.into_iter().map(|(_, text)| text).collect();
    under("\n## The conversation so far\n", newest_whole(&turns, ROOM))
}

/// What was said to earlier attempts at the same work that ended before they could read it.
pub(super) fn unheard(mission: &Mission, work: AgentWork) -> String {
    let messages =
        mission.unheard(work).map(|message| format!("from {}: {}", party(message.from), message.text));
    list("\n## Said to those who tried before you, and not read by them\n", messages)
}

pub(super) fn mail(mission: &Mission) -> String {
    let waits = |m: &&Message| m.to == Party::Orchestrator && m.state == MessageState::Waiting;
    let messages = mission.messages.iter().filter(waits);
    let messages = messages.map(|message| format!("from {}: {}", party(message.from), message.text));
    let questions = mission.waiting_workers().map(|Question { from, text, .. }| {
        format!("{from} asks and waits (answer with `message` to \"{from}\"): {text}")
    });
    let requests = mission.open_amendments().filter_map(|finding| {
        let asker = finding.amendment_of()?;
        let words = finding.suggested_fix.as_ref()?;
        let Finding { id, description, .. } = finding;
        Some(format!("{asker} works on and asks (answer {id} with `answer_amendment`): {description}; it should say: {words}"))
    });
    let about: BTreeSet<AssertionId> =
        mission.open_amendments().filter_map(|finding| finding.assertion.clone()).collect();
    let about: Vec<AssertionId> = about.into_iter().collect();
    list("\n## What you are to answer now\n", messages.chain(questions).chain(requests))
        + &under("\n## The assertions that workers ask to amend\n", each(mission, &about))
}

/// How earlier attempts at the same work ended, since one of them did it: whoever tries again must not fail in the same way.
/// What a worker left is kept under a ref.
pub(super) fn failed_attempts(mission: &Mission, work: AgentWork) -> String {
    let mut failed: Vec<&Attempt> = Vec::new();
    for attempt in mission.attempts.values().filter(|attempt| attempt.work == work && !attempt.is_live()) {
        if attempt.is_done() {
            failed.clear();
        } else {
            failed.push(attempt);
        }
    }
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    let lines = failed.into_iter().filter_map(|attempt| {
        let end = match &attempt.ended.as_ref()?.ending {
            Ending::Failed { reason } | Ending::Stopped { reason } | Ending::Unusable { reason } => {
                reason.as_str()
            }
            Ending::Interrupted => "interrupted, through no fault of its own",
            Ending::Done => return None,
        };
        let (base, kept) = (attempt.base.short(), format!("refs/flightdeck/{id}/attempt-{}", attempt.id.0));
        let left = if work.writes() {
            format!("; what it left, if anything: `git log -p {base}..{kept}`, and `git cherry-pick` takes of it what is good")
        } else {
            String::new()
        };
        Some(format!("{}: {end}{left}", attempt.id))
    });
    let heading = if work.writes() {
        "\n## Earlier attempts (their work was rolled back)\n"
    } else {
        "\n## Earlier attempts at this, which came to nothing: do not end in the same way\n"
    };
    list(heading, lines)
}

fn party(party: Party) -> String {
    match party {
        Party::Person => "the person".to_owned(),
        Party::Orchestrator => "the orchestrator".to_owned(),
        Party::Attempt(id) => id.to_string(),
    }
}
