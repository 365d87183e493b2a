//! The conversation with the orchestrator. Sending queues; another key interrupts; a question that waits is answered
//! in place, by its number or in words.

use super::prelude::*;
use super::writing::{OneText, Sending};
use crate::domain::id::QuestionId;
use crate::domain::message::{Delivery, Party, Question};
use crate::domain::text::Prose;
use crate::tui::drafts::Subject;
use crate::tui::layout::Shape;
use crate::tui::widget::text_box::Active;
use crate::view::talk;
use crate::view::text::clip;

/// Lines that a page goes up or down.
const PAGE: usize = 10;
/// More lines than anybody scrolls back.
const HIGHEST: usize = 5_000;

/// The conversation, and what is being written. The screen's top counts lines up from its end.
#[derive(Debug)]
pub struct Talk {
    draft: OneText,
    /// The question that what is written answers; `None` speaks to the orchestrator.
    answers: Option<QuestionId>,
    sending: Sending,
}

impl Talk {
    /// Speaks to the orchestrator, or answers the oldest question that waits.
    pub fn new(app: &App) -> Self {
        Self::on(app, waiting(app).next().map(|question| question.id))
    }

    /// Answers a question.
    pub fn about(app: &App, question: QuestionId) -> Self {
        Self::on(app, Some(question))
    }

    fn on(app: &App, answers: Option<QuestionId>) -> Self {
        Self {
            draft: OneText::new(app, Subject::Message, "message.md"),
            answers,
            sending: Sending::default(),
        }
    }

    fn question<'a>(&self, app: &'a App) -> Option<&'a Question> {
        waiting(app).find(|question| Some(question.id) == self.answers)
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
        let done = match delivery {
            Delivery::Queue => "sent; it is read at the next turn",
            Delivery::Interrupt => "sent; the running turn is broken off",
        };
        self.sending.order(Command::Say { to: Party::Orchestrator, text, delivery }, done)
    }

    /// Tab goes through the questions that wait, and the orchestrator.
    fn next_addressee(&mut self, app: &App) {
        let mut ids = waiting(app).map(|question| question.id);
        self.answers = match self.answers {
            None => ids.next(),
            Some(now) => ids.skip_while(|id| *id != now).nth(1),
        };
    }
}

fn waiting(app: &App) -> impl Iterator<Item = &Question> {
    let questions = app.mission.questions.iter();
    questions.filter(|question| question.answer.is_none() && question.to == Party::Person)
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
            Action::NextPane => self.next_addressee(app),
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
        self.answers = waiting(app).map(|question| question.id).find(|id| Some(*id) != self.answers);
        PopupResult::stay().with_draft(self.draft.sent())
    }

    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        let inner = painter.framed(info.area, &info.title);
        let upper = Rect { height: inner.height - 5.min(inner.height / 2), ..inner };
        let rows = talk::rows(&app.mission, app.now, usize::from(upper.width));
        let height = usize::from(upper.height);
        let end = rows.len().saturating_sub(at.top.min(rows.len().saturating_sub(height)));
        painter.rows(upper, rows.get(end.saturating_sub(height)..end).unwrap_or_default());
        let lower = below(inner, upper.height);
        let to = match (&self.sending.below, self.question(app)) {
            (Some((_, trouble)), _) => trouble.clone(),
            (None, Some(question)) => format!("your answer to {}", question.id),
            (None, None) => "to the orchestrator".to_owned(),
        };
        let line = Rect { height: 1.min(lower.height), ..lower };
        painter.rule(line, &clip(&to, usize::from(line.width).saturating_sub(4)));
        self.draft.text.draw(painter, below(lower, 1), Active::Yes);
    }
}
