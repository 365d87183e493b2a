//! Messages, questions and directives.

use super::Result;
use super::attempt::known;
use super::transaction::Transaction;
use crate::domain::attempt::{Attempt, Role};
use crate::domain::event::{Actor, Event};
use crate::domain::id::{AttemptId, MessageId, QuestionId};
use crate::domain::message::{Delivery, MessageState, Party, Question, QuestionDraft};
use crate::domain::mission::Mission;
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::text::{Line, Prose, Title};

/// Questions that are asked at once: more is no help to whoever answers them.
const MOST_QUESTIONS: usize = 12;
/// Questions of an attempt's servers that may wait for the person: two large forms.
const MOST_RELAYED: usize = 48;

pub(super) fn say(tx: &mut Transaction, to: Party, text: Prose, delivery: Delivery) -> Result {
    says_something(&text)?;
    let mission = tx.mission();
    let from = party_of(mission, tx.actor)?;
    refuse_if!(from == to, Invalid, "nobody sends messages to themselves");
    if let Party::Attempt(id) = to {
        let addressee = live(mission, id)?;
        if let Party::Attempt(sender) = from {
            same_side(live(mission, sender)?, addressee)?;
        }
    }
    if from == Party::Orchestrator
        && let Some(question) = open_question_of(mission, to)
    {
        return tx.accept(Event::QuestionAnswered { question, answer: text });
    }
    tx.send(from, to, text, delivery);
    Ok(())
}

/// A text that is empty after trimming tells nobody anything.
fn says_something(text: &Prose) -> Result {
    refuse_if!(text.is_empty(), Invalid, "the text is empty: write what is to be said");
    Ok(())
}

pub(super) fn answer(tx: &mut Transaction, id: QuestionId, text: Prose) -> Result {
    says_something(&text)?;
    let Some(question) = tx.mission().questions.iter().find(|question| question.id == id) else {
        refuse!(Unknown, "there is no question {id}")
    };
    refuse_if!(question.answer.is_some(), OutOfTurn, "{id} was answered already");
    if let Some(reason) = &question.withdrawn {
        refuse!(OutOfTurn, "nobody waits for an answer to {id} any more: {reason}")
    }
    tx.accept(Event::QuestionAnswered { question: id, answer: text })
}

pub(super) fn broadcast(tx: &mut Transaction, text: Prose) -> Result {
    says_something(&text)?;
    let from = party_of(tx.mission(), tx.actor)?;
    tx.direct(from, text);
    Ok(())
}

/// Questions to the person end the orchestrator's turn: it goes on once every answer is there. A worker's question goes to
/// the orchestrator, and the worker waits.
pub(super) fn ask(tx: &mut Transaction, to: Party, questions: Vec<QuestionDraft>) -> Result {
    refuse_if!(questions.is_empty(), Invalid, "there is no question: write what is to be asked");
    refuse_if!(
        questions.len() > MOST_QUESTIONS,
        Invalid,
        "at most {MOST_QUESTIONS} questions at a time: ask those that change what is built"
    );
    questions.iter().try_for_each(|question| says_something(&question.question))?;
    let asker = tx.asker()?;
    let from = asker.id;
    let (party, otherwise) = if asker.role == Role::Worker {
        (Party::Orchestrator, "ask the orchestrator; it decides what the person must see")
    } else {
        (Party::Person, "a question goes to the person")
    };
    refuse_if!(to != party, NotAllowed, "{otherwise}");
    for QuestionDraft { question: text, options } in questions {
        let id = next_id(tx.mission());
        let at = tx.now;
        let question =
            Question { id, from, to, text, options, at, answer: None, server: None, withdrawn: None };
        tx.emit(Event::QuestionAsked { question });
    }
    if to == Party::Person {
        tx.end_asker()?;
    }
    Ok(())
}

/// A server whose tools an attempt has asks the person. The attempt goes on, and its call waits.
pub(super) fn relay(tx: &mut Transaction, from: AttemptId, server: Title, asked: QuestionDraft) -> Result {
    says_something(&asked.question)?;
    let mission = tx.mission();
    live(mission, from)?;
    let open = mission.questions.iter().filter(|known| known.from == from && known.is_open()).count();
    refuse_if!(
        open >= MOST_RELAYED,
        OutOfTurn,
        "{open} questions of {from} wait for the person: no more are asked"
    );
    let QuestionDraft { question: text, options } = asked;
    let (id, at, server) = (next_id(mission), tx.now, Some(server));
    let question =
        Question { id, from, to: Party::Person, text, options, at, answer: None, server, withdrawn: None };
    tx.accept(Event::QuestionAsked { question })
}

/// Nobody waits for an answer any more; one that came meanwhile stands.
pub(super) fn withdraw(tx: &mut Transaction, id: QuestionId, reason: Line) -> Result {
    let waits = |known: &&Question| known.id == id && known.is_open() && known.server.is_some();
    match tx.mission().questions.iter().find(waits) {
        Some(_) => tx.accept(Event::QuestionWithdrawn { question: id, reason }),
        None => Ok(()),
    }
}

fn next_id(mission: &Mission) -> QuestionId {
    QuestionId(mission.questions.last().map_or(1, |last| last.id.0 + 1))
}

pub(super) fn mark_delivered(tx: &mut Transaction, messages: Vec<MessageId>) -> Result {
    let known = |id: &&MessageId| tx.mission().messages.iter().any(|message| message.id == **id);
    if let Some(unknown) = messages.iter().find(|id| !known(id)) {
        refuse!(Unknown, "there is no message {unknown}");
    }
    let waiting = |id: &MessageId| {
        tx.mission().messages.iter().any(|m| m.id == *id && m.state == MessageState::Waiting)
    };
    let messages: Vec<MessageId> = messages.into_iter().filter(waiting).collect();
    if !messages.is_empty() {
        tx.emit(Event::MessagesDelivered { messages });
    }
    Ok(())
}

/// The newest question of an attempt to the orchestrator that has no answer.
fn open_question_of(mission: &Mission, to: Party) -> Option<QuestionId> {
    let Party::Attempt(id) = to else { return None };
    let open = |q: &&Question| q.from == id && q.to == Party::Orchestrator && q.is_open();
    mission.questions.iter().rev().find(open).map(|question| question.id)
}

fn party_of(mission: &Mission, actor: Actor) -> Result<Party> {
    match actor {
        Actor::Person => Ok(Party::Person),
        Actor::Engine => Err(Rejection::new(Reason::NotAllowed, "the engine has nothing to say")),
        Actor::Attempt(id) => {
            let leads = mission.attempts.get(&id).is_some_and(|asker| asker.role == Role::Orchestrator);
            Ok(if leads { Party::Orchestrator } else { Party::Attempt(id) })
        }
    }
}

fn live(mission: &Mission, id: AttemptId) -> Result<&Attempt> {
    let attempt = known(mission, id)?;
    if attempt.is_live() {
        return Ok(attempt);
    }
    Err(Rejection::out_of_turn(format!("{id} has ended: tell the orchestrator instead")))
}

/// The wall: nobody who does the work talks to those who try to prove it wrong, and nobody who has seen the code to
/// those who must not.
fn same_side(sender: &Attempt, addressee: &Attempt) -> Result {
    let sides = |role: Role| (role.is_validator(), role.is_blind_to_code());
    if sides(sender.role) == sides(addressee.role) {
        return Ok(());
    }
    Err(Rejection::new(
        Reason::NotAllowed,
        format!("a {} and a {} do not talk to each other: report it instead", sender.role, addressee.role),
    ))
}
