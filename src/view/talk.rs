//! What was said, oldest first, with the questions in their place: the person's conversation, or all of it.

use crate::domain::id::{QuestionId, Timestamp};
use crate::domain::message::{Delivery, Directive, Knowledge, Message, MessageState, Party, Question};

use super::prelude::*;

/// Something that was said, in order.
enum Said<'a> {
    Goal(&'a str),
    Message(&'a Message),
    Asked(&'a Question),
    Directive(&'a Directive),
    Knowledge(&'a Knowledge),
}

/// The person's conversation with the agents in rows, oldest first; a question that is being answered comes last.
pub fn rows(mission: &Mission, answering: Option<QuestionId>, now: Timestamp, width: usize) -> Vec<Row> {
    let mut said = everything(mission);
    said.retain(|(_, said)| match said {
        Said::Goal(_) => true,
        Said::Message(message) => [message.from, message.to].contains(&Party::Person),
        Said::Asked(question) => question.to == Party::Person,
        Said::Directive(_) | Said::Knowledge(_) => false,
    });
    said.sort_by_key(|(at, said)| {
        let is_answered = matches!(said, Said::Asked(question) if Some(question.id) == answering);
        (is_answered, *at)
    });
    in_order(said, now, width)
}

/// Everything that the person and the agents said to each other, oldest first, with directives and knowledge.
pub fn whole(mission: &Mission, now: Timestamp, width: usize) -> Vec<Row> {
    let mut said = everything(mission);
    said.sort_by_key(|(at, _)| *at);
    in_order(said, now, width)
}

fn everything(mission: &Mission) -> Vec<(Timestamp, Said<'_>)> {
    let founding = mission.founding.iter();
    let goal = founding.map(|founding| (mission.created, Said::Goal(founding.goal.as_str())));
    let messages = mission.messages.iter().map(|message| (message.at, Said::Message(message)));
    let questions = mission.questions.iter().map(|question| (question.at, Said::Asked(question)));
    let directives = mission.directives.iter().map(|directive| (directive.at, Said::Directive(directive)));
    let knowledge = mission.knowledge.iter().map(|known| (known.at, Said::Knowledge(known)));
    goal.chain(messages).chain(questions).chain(directives).chain(knowledge).collect()
}

fn in_order(said: Vec<(Timestamp, Said<'_>)>, now: Timestamp, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for (at, said) in said {
        if !rows.is_empty() {
            rows.push(Row::new());
        }
        let age = ago(now.since(at));
        rows.extend(match said {
            Said::Goal(text) => speech(Party::Person, "the goal", &age, text, width),
            Said::Message(message) => message_rows(message, &age, width),
            Said::Asked(question) => question_rows(question, &age, width),
            Said::Directive(directive) => {
                let note = format!("directive {}, to everyone", directive.id);
                speech(directive.from, &note, &age, directive.text.as_str(), width)
            }
            Said::Knowledge(known) => {
                let by = Party::Attempt(known.confirmed_by);
                speech(by, "confirms as knowledge", &age, known.note.as_str(), width)
            }
        });
    }
    rows
}

fn message_rows(message: &Message, age: &str, width: usize) -> Vec<Row> {
    let state = match (message.state, message.delivery) {
        (MessageState::Delivered, _) => "",
        (MessageState::Waiting, Delivery::Queue) => "waits for the next turn",
        (MessageState::Waiting, Delivery::Interrupt) => "interrupts",
    };
    let to = match (message.from, message.to) {
        (_, Party::Person) | (Party::Person, Party::Orchestrator) => String::new(),
        (_, to) => format!("to {}", party(to)),
    };
    let notes: Vec<&str> = [to.as_str(), state].into_iter().filter(|note| !note.is_empty()).collect();
    speech(message.from, &notes.join(" · "), age, message.text.as_str(), width)
}

fn question_rows(question: &Question, age: &str, width: usize) -> Vec<Row> {
    let note = match (&question.withdrawn, question.to) {
        (Some(reason), _) => reason.as_str(),
        (None, Party::Person) if question.is_open() => "waits for your answer",
        (None, _) if question.is_open() => "waits for an answer",
        (None, _) => "",
    };
    let server = question.server.as_ref();
    let asker =
        server.map_or_else(String::new, |server| format!("{server} of ")) + &question.from.to_string();
    let mut rows =
        spoken((asker, StyleRole::Warn), note, age, &format!("{} {}", question.id, question.text), width);
    rows.extend(options(question));
    if let Some(answer) = &question.answer {
        rows.push(Row::new());
        rows.extend(speech(question.to, "", "", answer.as_str(), width));
    }
    rows
}

/// The answers to choose from, numbered, a row for each.
pub fn options(question: &Question) -> impl Iterator<Item = Row> {
    let numbered = (1..).zip(&question.options);
    numbered.map(|(number, option)| {
        Row::of(StyleRole::Key, format!("  {number} ")).then(StyleRole::Text, option.as_str())
    })
}

fn speech(from: Party, note: &str, age: &str, text: &str, width: usize) -> Vec<Row> {
    let speaker = match from {
        Party::Person => ("You".to_owned(), StyleRole::Accent),
        Party::Orchestrator => ("Orchestrator".to_owned(), StyleRole::Strong),
        Party::Attempt(id) => (id.to_string(), StyleRole::Strong),
    };
    spoken(speaker, note, age, text, width)
}

fn spoken((name, style): (String, StyleRole), note: &str, age: &str, text: &str, width: usize) -> Vec<Row> {
    let note = if note.is_empty() { String::new() } else { format!("  {note}") };
    let head = Row::of(style, name).then(StyleRole::Dim, note).end(StyleRole::Dim, age);
    let body = paragraph(StyleRole::Text, &clean(text), width.saturating_sub(2));
    std::iter::once(head).chain(indented(body, 2)).collect()
}
