//! The conversation with the orchestrator. Sending queues; another key interrupts; a question that waits is answered
//! in place, by its number or in words.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, rule};
use super::{Popup, PopupResult, Typing};
use crate::domain::command::Command;
use crate::domain::id::QuestionId;
use crate::domain::message::{Delivery, Party, Question};
use crate::domain::text::Prose;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::Shape;
use crate::tui::list::SelectionStep;
use crate::tui::source::SourceError;
use crate::tui::widget::text_box::{Active, Height, TextBox};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::talk;
use crate::view::text::clip;

const DRAFT: &str = "talk";

/// The conversation, and what is being written.
#[derive(Debug)]
pub struct Talk {
    text: TextBox,
    /// The question that what is written answers; `None` speaks to the orchestrator.
    answers: Option<QuestionId>,
    /// Lines scrolled up from the end.
    up: usize,
    sent: bool,
    trouble: Option<String>,
}

impl Talk {
    /// Speaks to the orchestrator, or answers the oldest question that waits.
    pub fn new(app: &App) -> Self {
        let first = waiting(app).first().map(|question| question.id);
        Self::on(app, first)
    }

    /// Answers a question.
    pub fn about(app: &App, question: QuestionId) -> Self {
        Self::on(app, Some(question))
    }

    fn on(app: &App, answers: Option<QuestionId>) -> Self {
        let draft = app.drafts.get(DRAFT).cloned().unwrap_or_default();
        Self { text: TextBox::new(Height::Many, &draft), answers, up: 0, sent: false, trouble: None }
    }

    fn question<'a>(&self, app: &'a App) -> Option<&'a Question> {
        waiting(app).into_iter().find(|question| Some(question.id) == self.answers)
    }

    fn send(&mut self, app: &App, delivery: Delivery) -> PopupResult {
        if self.sent || self.text.is_blank() {
            return PopupResult::stay();
        }
        let text = match Prose::new(self.text.text()) {
            Ok(text) => text,
            Err(error) => {
                self.trouble = Some(error.to_string());
                return PopupResult::stay();
            }
        };
        self.sent = true;
        self.trouble = None;
        if let Some(question) = self.question(app) {
            PopupResult::order(
                Command::Answer { question: question.id, text },
                format!("{} is answered", question.id),
            )
        } else {
            let words = match delivery {
                Delivery::Queue => "sent; it is read at the next turn",
                Delivery::Interrupt => "sent; the running turn is broken off",
            };
            PopupResult::order(Command::Say { to: Party::Orchestrator, text, delivery }, words)
        }
    }

    /// A digit alone chooses among the answers that a question offers.
    fn choose(&mut self, app: &App, digit: char) -> Option<PopupResult> {
        let question = self.question(app)?;
        let number = usize::try_from(digit.to_digit(10)?).ok()?;
        let option = question.options.get(number.checked_sub(1)?)?;
        if !self.text.is_blank() {
            return None;
        }
        self.text = TextBox::new(Height::Many, option.as_str());
        Some(self.send(app, Delivery::Queue))
    }

    /// Tab goes through the questions that wait, and the orchestrator.
    fn next_addressee(&mut self, app: &App) {
        let ids: Vec<QuestionId> = waiting(app).iter().map(|question| question.id).collect();
        self.answers = match self.answers {
            None => ids.first().copied(),
            Some(now) => ids.iter().position(|id| *id == now).and_then(|at| ids.get(at + 1).copied()),
        };
    }
}

fn waiting(app: &App) -> Vec<&Question> {
    app.mission
        .questions
        .iter()
        .filter(|question| question.answer.is_none() && question.to == Party::Person)
        .collect()
}

impl Popup for Talk {
    fn context(&self) -> Context {
        Context::Talk
    }

    /// The right side: plan and contract stay in sight and grow as the orchestrator proposes them.
    fn area(&self, app: &App) -> Rect {
        let areas = app.areas();
        let right = areas.panes.get(1).copied().unwrap_or_default();
        if areas.shape == Shape::Wide && right.width > 0 && right.width < areas.body.width {
            Rect { height: areas.body.height, ..right }
        } else {
            areas.body
        }
    }

    fn typing(&self) -> Typing {
        Typing::Yes
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::NextPane => "to whom",
            Action::PageUp => "earlier",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Queue, Action::Interrupt, Action::NextPane, Action::Editor, Action::PageUp, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::Queue => return self.send(app, Delivery::Queue),
            Action::Interrupt => return self.send(app, Delivery::Interrupt),
            Action::NewLine => self.text.new_line(),
            Action::NextPane => self.next_addressee(app),
            Action::Editor => {
                return PopupResult::effect(Effect::Edit {
                    text: self.text.text(),
                    name: "message.md".to_owned(),
                });
            }
            Action::Back => {
                let draft = (!self.text.is_blank()).then(|| self.text.text());
                return PopupResult::close().with_draft(DRAFT.to_owned(), draft);
            }
            _ => match SelectionStep::of(action) {
                Some(SelectionStep::PageUp) => self.up = self.up.saturating_add(10).min(5_000),
                Some(SelectionStep::PageDown) => self.up = self.up.saturating_sub(10),
                _ => {}
            },
        }
        PopupResult::stay()
    }

    fn typed(&mut self, app: &App, key: KeyEvent) -> PopupResult {
        if let KeyCode::Char(c) = key.code
            && let Some(turn) = self.choose(app, c)
        {
            return turn;
        }
        self.text.key(key);
        PopupResult::stay()
    }

    fn pasted(&mut self, _app: &App, text: &str) -> PopupResult {
        self.text.paste(text);
        PopupResult::stay()
    }

    fn edited(&mut self, _app: &App, text: &str) -> PopupResult {
        self.text = TextBox::new(Height::Many, text.trim_end());
        PopupResult::stay()
    }

    fn answered(
        &mut self,
        app: &App,
        _call: &crate::link::protocol::Call,
        result: &Result<crate::link::protocol::Reply, SourceError>,
    ) -> PopupResult {
        self.sent = false;
        match result {
            Ok(_) => {
                self.text = TextBox::new(Height::Many, "");
                self.up = 0;
                self.answers =
                    waiting(app).iter().map(|question| question.id).find(|id| Some(*id) != self.answers);
                PopupResult::stay().with_draft(DRAFT.to_owned(), None)
            }
            Err(error) => {
                self.trouble = Some(error.to_string());
                PopupResult::stay()
            }
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &Row::of(StyleRole::Strong, "Talk"));
        let box_height = 5.min(inner.height / 2);
        let upper = Rect { height: inner.height.saturating_sub(box_height), ..inner };
        let rows = talk::rows(&app.mission, app.now, usize::from(upper.width));
        let height = usize::from(upper.height);
        let end = rows.len().saturating_sub(self.up.min(rows.len().saturating_sub(height)));
        app.painter().rows(
            frame.buffer_mut(),
            upper,
            rows.get(end.saturating_sub(height)..end).unwrap_or_default(),
        );
        let lower = Rect { y: upper.bottom(), height: box_height, ..inner };
        let to = match (&self.trouble, self.question(app)) {
            (Some(trouble), _) => trouble.clone(),
            (None, Some(question)) => format!("your answer to {}", question.id),
            (None, None) => "to the orchestrator".to_owned(),
        };
        if let Some(line) = lower.rows().next() {
            rule(app, frame, line, &clip(&to, usize::from(line.width).saturating_sub(4)));
        }
        let text = Rect { y: lower.y + 1.min(lower.height), height: lower.height.saturating_sub(1), ..lower };
        self.text.draw(app, frame, text, Active::Yes);
    }
}
