//! How attempts start and end, and what holds a mission.

use super::transaction::Transaction;
use super::{Result, negotiation};
use crate::domain::attempt::{AgentWork, Attempt, Ending, Work};
use crate::domain::event::{Actor, Event};
use crate::domain::id::{AttemptId, Commit, MessageId, QuestionId};
use crate::domain::message::{Delivery, Message, MessageState, Party};
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::rejection::Rejection;
use crate::domain::schedule::schedule;
use crate::domain::text::{Line, Prose, Text, Title, plural};
use crate::domain::usage::Usage;
use crate::domain::wait::Wait;

/// Characters of the last failure that the sentence of a hold has room for, beside what to do about it.
const MOST_OF_A_REASON: usize = 400;

/// Usage of an attempt that has ended still counts: the money is spent.
pub(super) fn count_usage(mission: &Mission, attempt: AttemptId, usage: Usage) -> Result<Event> {
    known(mission, attempt).map(|_| Event::UsageCounted { attempt, usage })
}

/// An attempt starts only when its work is due and nobody is at it: so there is never a second writer.
pub(super) fn start_attempt(tx: &mut Transaction, work: AgentWork, model: Title) -> Result {
    let mission = tx.mission();
    refuse_if!(!schedule(mission).contains(&work.into()), OutOfTurn, "{work} is not due now");
    let busy = |attempt: &&Attempt| attempt.work == work || (work.writes() && attempt.work.writes());
    if let Some(other) = mission.live_attempts().find(busy) {
        refuse!(OutOfTurn, "{} is at {} already", other.id, other.work);
    }
    let Some(base) = base_of(mission, work).cloned() else {
        refuse!(OutOfTurn, "the mission has no base commit")
    };
    let attempt = AttemptId(mission.attempts.keys().next_back().map_or(1, |last| last.0 + 1));
    tx.accept(Event::AttemptStarted { attempt, work, role: work.role(), model, base })
}

/// Validators look at the commit of their round, everybody else at the mission's head.
fn base_of(mission: &Mission, work: AgentWork) -> Option<&Commit> {
    match work.round() {
        Some((milestone, number)) => mission.round(milestone, number).map(|found| &found.commit),
        None => mission.head(),
    }
}

pub(super) fn end_attempt(tx: &mut Transaction, id: AttemptId, ending: Ending) -> Result {
    let attempt = live(tx.mission(), id)?;
    let (work, ending) = (attempt.work, truly(tx.mission(), attempt, ending));
    tx.emit(Event::AttemptEnded { attempt: id, ending: ending.clone() });
    let (failed, limit) = (tx.mission().failures_of(work), tx.mission().limits().failures);
    match ending {
        Ending::Unusable { reason } | Ending::Failed { reason }
            if matches!(work, AgentWork::Criticize { .. }) =>
        {
            negotiation::give_up(tx, id, &reason);
            Ok(())
        }
        Ending::Unusable { reason } => {
            let sentence = format!("{work} has no usable model: {reason}");
            hold(tx, Hold::new(HoldCause::Backend, sentence).at(work))
        }
        Ending::Failed { reason } if failed >= limit && work == AgentWork::Talk => {
            give_up_talk(tx, &reason);
            Ok(())
        }
        Ending::Failed { reason } if failed >= limit => {
            hold(tx, Hold::new(HoldCause::Failures, failures(work, failed, &reason)).at(work))
        }
        Ending::Done | Ending::Failed { .. } | Ending::Interrupted | Ending::Stopped { .. } => Ok(()),
    }
}

/// What to say to the person when the same work failed too often, and what they can do about it.
fn failures(work: AgentWork, count: u32, reason: &Line) -> String {
    let times = plural(usize::try_from(count).unwrap_or(usize::MAX), "time");
    let last = Text::<MOST_OF_A_REASON>::clipped(reason);
    format!(
        "{work} failed {times} in a row, last: {last}; read what it did, say what helps, choose another model for the {role}, and resume",
        role = work.role()
    )
}

/// A verb ends an attempt as done when it brings what its role owes. An attempt that comes to its end otherwise has
/// failed, unless it only talked; else its work would be due again at once, for ever.
fn truly(mission: &Mission, attempt: &Attempt, ending: Ending) -> Ending {
    if ending != Ending::Done {
        return ending;
    }
    let unanswered = mission.waiting_workers().find(|question| question.at <= attempt.started);
    let reason = match (attempt.work, unanswered) {
        (AgentWork::Talk, None) => return ending,
        (AgentWork::Talk, Some(question)) => format!("it ended without an answer to {}", question.id),
        (work, _) => format!("it ended without what {work} owes"),
    };
    Ending::Failed { reason: Line::clipped(reason) }
}

pub(super) fn stop_attempt(tx: &mut Transaction, id: AttemptId) -> Result {
    let work = live(tx.mission(), id)?.work;
    let ending = Ending::Stopped { reason: Line::clipped("stopped by you") };
    tx.emit(Event::AttemptEnded { attempt: id, ending });
    let why = Line::clipped("you stopped it");
    if work == AgentWork::Talk {
        give_up_talk(tx, &why);
        return Ok(());
    }
    if matches!(work, AgentWork::Criticize { .. }) {
        negotiation::give_up(tx, id, &why);
        return Ok(());
    }
    let sentence = format!("you stopped {id} at {work}: `flightdeck resume` runs it again");
    hold(tx, Hold::new(HoldCause::StoppedAttempt, sentence).at(work))
}

/// A talk that fails never keeps the mission from flying: everybody who waits gets an answer, and the mail counts as
/// delivered.
fn give_up_talk(tx: &mut Transaction, reason: &Line) {
    let asking: Vec<QuestionId> = tx.mission().waiting_workers().map(|question| question.id).collect();
    for question in asking {
        let answer = Prose::clipped(
            "No answer could be had: decide for yourself, and say in your handoff what you assumed.",
        );
        tx.emit(Event::QuestionAnswered { question, answer });
    }
    let waits = |m: &&Message| m.to == Party::Orchestrator && m.state == MessageState::Waiting;
    let messages = tx.mission().messages.iter().filter(waits);
    let messages: Vec<MessageId> = messages.map(|message| message.id).collect();
    if !messages.is_empty() {
        tx.emit(Event::MessagesDelivered { messages });
        let text = format!("I could not answer ({reason}). Say it again to have me try once more.");
        tx.send(Party::Orchestrator, Party::Person, Prose::clipped(text), Delivery::Queue);
    }
}

/// The first cause stands: a later one does not hide why the mission came to rest. A person's pause, though, is
/// never lifted by a timer, so it replaces a quota's.
pub(super) fn hold(tx: &mut Transaction, hold: Hold) -> Result {
    match tx.mission().hold.as_ref().map(|present| present.cause) {
        None => {}
        Some(HoldCause::Quota) if hold.cause != HoldCause::Quota => {}
        // What fails in quiet hours comes again after them, when somebody may be rung.
        Some(HoldCause::QuietHours) if is_persons(hold.cause) => {}
        Some(HoldCause::Person) if hold.cause == HoldCause::Person => {
            refuse!(OutOfTurn, "the mission is paused already")
        }
        Some(_) => return Ok(()),
    }
    tx.accept(Event::MissionHeld { hold })
}

fn is_persons(cause: HoldCause) -> bool {
    matches!(cause, HoldCause::Person | HoldCause::StoppedAttempt)
}

/// The person lifts any hold; the engine only one that has an end.
pub(super) fn resume(tx: &mut Transaction) -> Result {
    let Some(hold) = &tx.mission().hold else {
        // What is waited for is tried at once.
        let waits = tx.actor == Actor::Person && !tx.mission().waits.is_empty();
        refuse_if!(!waits, OutOfTurn, "the mission is not paused");
        return tx.accept(Event::MissionResumed);
    };
    refuse_if!(
        tx.actor != Actor::Person && hold.until.is_none(),
        OutOfTurn,
        "only a hold that has an end lifts by itself"
    );
    tx.accept(Event::MissionResumed)
}

/// A piece of work waits for what passes by itself. It is told when it begins and when its reason changes; since when
/// it waits stays.
pub(super) fn begin_wait(tx: &mut Transaction, wait: Wait) -> Result {
    refuse_if!(tx.mission().end.is_some(), OutOfTurn, "the mission is over");
    let Some(present) = tx.mission().wait_of(wait.work) else {
        return tx.accept(Event::WaitStarted { wait });
    };
    let wait = Wait { since: present.since, ..wait };
    if wait == *present {
        return Ok(());
    }
    tx.accept(Event::WaitStarted { wait })
}

pub(super) fn end_wait(tx: &mut Transaction, work: Work) -> Result {
    match tx.mission().wait_of(work).map(|wait| wait.since) {
        Some(since) => tx.accept(Event::WaitEnded { work, since }),
        None => Ok(()),
    }
}

/// The engine died in a piece of work, or a fault of flightdeck's own ended it. When that happens at the same place
/// again and again, starting it once more only costs.
pub(super) fn record_loss(tx: &mut Transaction, work: Work, reason: Line) -> Result {
    let last = Text::<MOST_OF_A_REASON>::clipped(&reason);
    tx.emit(Event::WorkLost { work, reason });
    let (count, limit) = (tx.mission().losses_of(work), tx.mission().limits().failures);
    if count < limit {
        return Ok(());
    }
    let times = plural(usize::try_from(count).unwrap_or(usize::MAX), "time");
    let sentence = format!(
        "{work} broke off {times} in a row at the same place, last: {last}; read what it did, change what leads to it, and resume"
    );
    hold(tx, Hold::new(HoldCause::Crashes, sentence).at(work))
}

/// Ends the mission, and every attempt with it.
pub(super) fn abandon(tx: &mut Transaction, reason: Line) -> Result {
    let live: Vec<AttemptId> = tx.mission().live_attempts().map(|attempt| attempt.id).collect();
    for attempt in live {
        let ending = Ending::Stopped { reason: Line::clipped("the mission was abandoned") };
        tx.emit(Event::AttemptEnded { attempt, ending });
    }
    tx.accept(Event::MissionAbandoned { reason })
}

/// An attempt by its id.
pub(super) fn known(mission: &Mission, id: AttemptId) -> Result<&Attempt> {
    mission.attempts.get(&id).ok_or_else(|| Rejection::unknown(format!("there is no attempt {id}")))
}

/// An attempt that is running.
pub(super) fn live(mission: &Mission, id: AttemptId) -> Result<&Attempt> {
    let attempt = known(mission, id)?;
    if attempt.is_live() {
        return Ok(attempt);
    }
    Err(Rejection::out_of_turn(format!("{id} has ended already")))
}
