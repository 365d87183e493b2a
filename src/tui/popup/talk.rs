//! The conversation with the orchestrator. Sending queues; another key interrupts; a question that waits is answered
//! in place, by its number or in words.

use super::prelude::*;
use super::writing::{OneText, Sending};
use crate::domain::attempt::Role;
use crate::domain::id::{AttemptId, QuestionId};
use crate::domain::message::{Delivery, Party, Question};
use crate::domain::text::Prose;
use crate::tui::drafts::Subject;
use crate::tui::layout::Shape;
use crate::tui::widget::text_box::Active;
use crate::view::talk;
use crate::view::text::{clip, plural};
use crate::view::work::subject;

/// Lines that a page goes up or down.
const PAGE: usize = 10;
/// More lines than anybody scrolls back.
const HIGHEST: usize = 5_000;

/// The conversation, and what is being written. The screen's top counts lines up from its end.
#[derive(Debug)]
pub struct Talk {
    draft: OneText,
    to: Addressee,
    sending: Sending,
}

/// Whom what is written is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Addressee {
    Orchestrator,
    /// Whoever asked it.
    Question(QuestionId),
    Attempt(AttemptId),
}

impl Talk {
    /// Speaks to the orchestrator, or answers the oldest question that waits.
    pub fn new(app: &App) -> Self {
        let question = waiting(app).next().map(|question| Addressee::Question(question.id));
        Self::on(app, question.unwrap_or(Addressee::Orchestrator))
    }

    /// Answers a question.
    pub fn about(app: &App, question: QuestionId) -> Self {
        Self::on(app, Addressee::Question(question))
    }

    /// Speaks to an attempt that runs.
    pub fn to_attempt(app: &App, attempt: AttemptId) -> Self {
        Self::on(app, Addressee::Attempt(attempt))
    }

    /// Whether an attempt can be spoken to: it runs, and is not the orchestrator, which is spoken to as such.
    pub fn hears(app: &App, id: AttemptId) -> bool {
        let attempt = app.mission.attempts.get(&id);
        attempt.is_some_and(|attempt| attempt.is_live() && attempt.role != Role::Orchestrator)
    }

    fn on(app: &App, to: Addressee) -> Self {
        Self { draft: OneText::new(app, Subject::Message, "message.md"), to, sending: Sending::default() }
    }

    /// A question that was answered elsewhere meanwhile is none any more.
    fn question<'a>(&self, app: &'a App) -> Option<&'a Question> {
        waiting(app).find(|question| Addressee::Question(question.id) == self.to)
    }

    fn send(&mut self, app: &App, delivery: Delivery) -> PopupResult {
        if self.sending.sent || self.draft.text.is_blank() {
            return PopupResult::stay();
        }
        let text = match Prose::new(self.draft.text()) {
            Ok(text) => text,
            Err(error) => return self.sending.refused(&error),
        };
        self.sending.below = None;
        if let Some(question) = self.question(app) {
            let done = format!("{} is answered", question.id);
            return self.sending.order(Command::Answer { question: question.id, text }, done);
        }
        let to = match self.to {
            Addressee::Attempt(id) => Party::Attempt(id),
            Addressee::Orchestrator | Addressee::Question(_) => Party::Orchestrator,
        };
        let done = match delivery {
            Delivery::Queue => "sent; it is read at the next turn",
            Delivery::Interrupt => "sent; the running turn is broken off",
        };
        self.sending.order(Command::Say { to, text, delivery }, done)
    }

    /// Tab goes through the orchestrator, the questions that wait, and the attempts that run.
    fn next_addressee(&mut self, app: &App, at: &mut Place) {
        let all = addressees(app);
        let next = all.iter().position(|known| *known == self.to).map_or(0, |known| known + 1);
        self.to = all.get(next).copied().unwrap_or(Addressee::Orchestrator);
        self.sending.below = None;
        at.top = 0;
    }

    /// To whom it goes, in words, and how many others there are.
    fn to_words(&self, app: &App) -> String {
        let to = match (self.to, self.question(app)) {
            (_, Some(question)) => format!("your answer to {}", question.id),
            (Addressee::Orchestrator | Addressee::Question(_), None) => "to the orchestrator".to_owned(),
            (Addressee::Attempt(id), None) => match app.mission.attempts.get(&id) {
                Some(attempt) if attempt.is_live() => {
                    format!("to {id} {} · {}", attempt.role, subject(&app.mission, attempt.work))
                }
                _ => format!("to {id}, which has ended: choose somebody else"),
            },
        };
        let others = addressees(app).into_iter().filter(|known| *known != self.to).count();
        match app.keymap.key_of(&[Context::Talk], Action::NextPane) {
            Some(key) if others > 0 => format!("{to}   {key}: {}", plural(others, "other")),
            _ => to,
        }
    }
}

/// Everybody who can be spoken to.
fn addressees(app: &App) -> Vec<Addressee> {
    let questions = waiting(app).map(|question| Addressee::Question(question.id));
    let attempts = app.mission.live_attempts().filter(|attempt| Talk::hears(app, attempt.id));
    let attempts = attempts.map(|attempt| Addressee::Attempt(attempt.id));
    std::iter::once(Addressee::Orchestrator).chain(questions).chain(attempts).collect()
}

fn waiting(app: &App) -> impl Iterator<Item = &Question> {
    let questions = app.mission.questions.iter();
    questions.filter(|question| question.is_open() && question.to == Party::Person)
}

impl Popup for Talk {
    /// The right side: plan and contract stay in sight and grow as the orchestrator proposes them.
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let areas = app.areas();
        let right = areas.panes.get(1).copied().unwrap_or_default();
        let beside = areas.shape == Shape::Wide && right.width > 0 && right.width < areas.body.width;
        let area = if beside { Rect { height: areas.body.height, ..right } } else { areas.body };
        ScreenInfo::named(app, Context::Talk, "Talk")
            .hints([Action::Queue, Action::Interrupt, Action::NextPane])
            .hints([Action::Editor, Action::PageUp, Action::Back])
            .calling(Action::NextPane, "to whom")
            .calling(Action::PageUp, "earlier")
            .drafted(app, &self.draft.subject)
            .within(area)
    }

    fn writing(&mut self) -> Option<&mut dyn Writing> {
        Some(&mut self.draft)
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Queue => return self.send(app, Delivery::Queue),
            Action::Interrupt => return self.send(app, Delivery::Interrupt),
            Action::NextPane => self.next_addressee(app, at),
            Action::Up => at.top = (at.top + 1).min(HIGHEST),
            Action::Down => at.top = at.top.saturating_sub(1),
            Action::PageUp => at.top = (at.top + PAGE).min(HIGHEST),
            Action::PageDown => at.top = at.top.saturating_sub(PAGE),
            _ => return PopupResult::pass(),
        }
        PopupResult::stay()
    }

    /// A digit alone chooses among the answers that a question offers.
    fn typed(&mut self, app: &App, _at: &mut Place, key: KeyEvent) -> Option<PopupResult> {
        let KeyCode::Char(c) = key.code else { return None };
        let number = usize::try_from(c.to_digit(10)?).ok()?;
        let option = self.question(app)?.options.get(number.checked_sub(1)?)?;
        if !self.draft.text.is_blank() {
            return None;
        }
        self.draft.replace(option.as_str());
        Some(self.send(app, Delivery::Queue))
    }

    fn answered(&mut self, app: &App, at: &mut Place, _call: &Call, result: &Answer) -> PopupResult {
        if let Err(error) = result {
            return self.sending.refused(error);
        }
        self.sending.sent = false;
        self.draft.replace("");
        at.top = 0;
        if let Addressee::Question(answered) = self.to {
            let next = waiting(app).map(|question| question.id).find(|id| *id != answered);
            self.to = next.map_or(Addressee::Orchestrator, Addressee::Question);
        }
        PopupResult::stay().with_draft(self.draft.sent())
    }

    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        let inner = painter.framed(info.area, &info.title);
        let upper = Rect { height: inner.height - 5.min(inner.height / 2), ..inner };
        let answering = self.question(app).map(|question| question.id);
        let rows = talk::rows(&app.mission, answering, app.now, usize::from(upper.width));
        let height = usize::from(upper.height);
        let end = rows.len().saturating_sub(at.top.min(rows.len().saturating_sub(height)));
        painter.rows(upper, rows.get(end.saturating_sub(height)..end).unwrap_or_default());
        let lower = below(inner, upper.height);
        let to = self.sending.below.as_ref().map_or_else(|| self.to_words(app), |(_, told)| told.clone());
        let line = Rect { height: 1.min(lower.height), ..lower };
        painter.rule(line, &clip(&to, usize::from(line.width).saturating_sub(4)));
        self.draft.text.draw(painter, below(lower, 1), Active::Yes);
    }
}
