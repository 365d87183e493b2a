//! What is said, and what holds a mission or ends it.

use crate::cli::progress::line::{Glyph, Line};
use crate::cli::progress::words::{count, elapsed, one_line, used};
use crate::domain::budget::{Budget, dollars};
use crate::domain::event::Event;
use crate::domain::gate::Autopilot;
use crate::domain::message::{Message, Party, Question};
use crate::domain::mission::Mission;
use crate::workspace::clean_text;

pub(super) fn tell(event: &Event, mission: &Mission) -> Option<Line> {
    Some(match event {
        Event::DirectiveIssued { directive } => {
            Line::new(Glyph::Note, &directive.id, format!("directive: {}", one_line(directive.text.as_str())))
        }
        Event::KnowledgeConfirmed { knowledge } => {
            Line::new(Glyph::Note, "knowledge", one_line(knowledge.note.as_str()))
        }
        Event::MessageSent { message } => message_line(message),
        Event::QuestionAsked { question } => question_line(question),
        Event::QuestionAnswered { question, answer } => {
            Line::new(Glyph::Note, question, format!("answered: {}", one_line(answer.as_str())))
        }
        Event::MissionHeld { hold } => {
            Line::new(Glyph::Warning, "hold", one_line(hold.sentence.as_str())).whole()
        }
        Event::MissionResumed => Line::new(Glyph::Start, "mission", "goes on"),
        Event::ModelChosen { role, model } => {
            Line::new(Glyph::Note, role, format!("is played by {model} from now on"))
        }
        Event::BudgetSet { budget } => Line::new(Glyph::Note, "budget", budget_words(budget)),
        Event::AutopilotSet { autopilot } => {
            let text = match autopilot {
                Autopilot::On => "on: gates that pass are GO",
                Autopilot::Off => "off: every gate waits for you",
            };
            Line::new(Glyph::Note, "autopilot", text)
        }
        Event::MissionCompleted => completed(mission),
        Event::MissionLanded { branch, commit } => {
            Line::new(Glyph::Good, "mission", format!("landed on {branch} as {}", commit.short()))
        }
        Event::MissionAbandoned { reason } => {
            Line::new(Glyph::Bad, "mission", format!("abandoned: {}", one_line(reason.as_str())))
        }
        Event::Unrecognised { original } => Line::new(
            Glyph::Warning,
            "mission",
            format!("an event of a newer flightdeck, {original}: it can only be read here"),
        ),
        _ => return None,
    })
}

/// A party in words.
pub fn party(party: Party) -> String {
    match party {
        Party::Person => "you".to_owned(),
        Party::Orchestrator => "the orchestrator".to_owned(),
        Party::Attempt(id) => id.to_string(),
    }
}

fn message_line(message: &Message) -> Line {
    if message.to == Party::Person {
        // An answer to the person is read here: whole, with its paragraphs.
        let text = clean_text(message.text.as_str().as_bytes());
        return Line::new(Glyph::Said, &party(message.from), format!("to you: {text}")).whole();
    }
    let text = format!("to {}: {}", party(message.to), one_line(message.text.as_str()));
    Line::new(Glyph::Said, &party(message.from), text)
}

fn question_line(question: &Question) -> Line {
    let glyph = if question.to == Party::Person { Glyph::Question } else { Glyph::Note };
    let text = format!("{} asks {}: {}", question.from, party(question.to), one_line(question.text.as_str()));
    let options = question.options.iter().enumerate();
    Line::new(glyph, &question.id, text)
        .with(options.map(|(at, option)| format!("{}. {}", at + 1, one_line(option.as_str()))))
        .whole()
}

/// A budget in words: `$5.00 · 200000 tokens · 2:00:00 of agents' time`.
pub fn budget_words(budget: &Budget) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(budget.micro_dollars.map(dollars));
    parts.extend(budget.tokens.map(|tokens| format!("{tokens} tokens")));
    parts.extend(budget.agent_ms.map(|ms| format!("{} of agents' time", elapsed(ms))));
    if parts.is_empty() { "no limit".to_owned() } else { parts.join(" · ") }
}

fn completed(mission: &Mission) -> Line {
    let attempts = count(mission.attempts.len(), "attempt");
    Line::new(Glyph::Good, "mission", format!("completed: {attempts}, {}", used(&mission.usage())))
}
