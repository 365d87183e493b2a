//! Writing an assertion, new or again, with what it would do told while one writes.

mod form;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::around;
use super::prompt::told;
use super::{Popup, PopupResult, Typing};
use crate::domain::id::AssertionId;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::centred;
use crate::tui::source::SourceError;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::wrap;

use form::Form;

/// The screen on which an assertion is written.
#[derive(Debug)]
pub struct AssertionScreen {
    form: Form,
    below: Option<(StyleRole, String)>,
    /// Whether an answer is still to come; the next question waits for it.
    asking: bool,
    /// What was asked last, to see whether it is still what is written.
    asked: Option<String>,
    sent: bool,
    /// The mission's state that the answer is about.
    seq: u64,
    written: Written,
}

/// Whether anything was written yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    No,
    Yes,
}

impl AssertionScreen {
    /// Words an assertion anew.
    pub fn edit(app: &App, id: &AssertionId) -> Self {
        Self::on(Form::edit(app, id))
    }

    /// Writes a new assertion.
    pub fn add(app: &App) -> Self {
        Self::on(Form::add(app))
    }

    fn on(form: Form) -> Self {
        Self { form, below: None, asking: false, asked: None, sent: false, seq: 0, written: Written::No }
    }

    /// Asks what the change would do, when that is not known and nothing is on its way.
    fn consider(&mut self) -> PopupResult {
        if self.asking || self.sent {
            return PopupResult::stay();
        }
        let written = self.form.fingerprint();
        if self.asked.as_deref() == Some(&written) {
            return PopupResult::stay();
        }
        self.asked = Some(written);
        match self.form.change() {
            Ok(Some(change)) => {
                self.asking = true;
                PopupResult::ask(Call::Consequences { change: Box::new(change) })
            }
            Ok(None) => {
                self.below = Some((StyleRole::Dim, "nothing is changed yet".to_owned()));
                PopupResult::stay()
            }
            Err(sentence) => {
                // Nothing is wrong with a form that nobody has written in.
                let style = if self.written == Written::No { StyleRole::Dim } else { StyleRole::Bad };
                self.below = Some((style, sentence));
                PopupResult::stay()
            }
        }
    }

    fn save(&mut self) -> PopupResult {
        match self.form.command() {
            Ok(Some((command, words))) => {
                self.sent = true;
                PopupResult::order(command, words)
            }
            Ok(None) => PopupResult::close().with_draft(self.form.name(), None),
            Err(sentence) => {
                self.below = Some((StyleRole::Bad, sentence));
                PopupResult::stay()
            }
        }
    }
}

impl Popup for AssertionScreen {
    fn context(&self) -> Context {
        Context::Assertion
    }

    fn area(&self, app: &App) -> Rect {
        centred(app.areas().body, 92, 24)
    }

    fn typing(&self) -> Typing {
        Typing::Yes
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::NextPane => "next field",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Save, Action::NextPane, Action::Editor, Action::Back]
    }

    fn opened(&mut self, app: &App) -> PopupResult {
        self.seq = app.mission.seq;
        self.consider()
    }

    /// What a change would do depends on the mission, which flies on while somebody writes.
    fn refreshed(&mut self, app: &App) -> PopupResult {
        if self.seq == app.mission.seq {
            return PopupResult::stay();
        }
        self.seq = app.mission.seq;
        self.asked = None;
        self.consider()
    }

    fn act(&mut self, _app: &App, action: Action) -> PopupResult {
        match action {
            Action::Save if !self.sent => return self.save(),
            Action::NextPane => self.form.next(1),
            Action::PreviousPane => self.form.next(self.form.len() - 1),
            Action::Editor => {
                return PopupResult::effect(Effect::Edit {
                    text: self.form.outside(),
                    name: "assertion.md".to_owned(),
                });
            }
            Action::Back => return PopupResult::close().with_draft(self.form.name(), self.form.draft()),
            _ => {}
        }
        PopupResult::stay()
    }

    fn typed(&mut self, _app: &App, key: KeyEvent) -> PopupResult {
        self.form.key(key);
        self.written = Written::Yes;
        self.consider()
    }

    fn pasted(&mut self, _app: &App, text: &str) -> PopupResult {
        self.form.paste(text);
        self.consider()
    }

    fn edited(&mut self, _app: &App, text: &str) -> PopupResult {
        self.form.take_outside(text);
        self.consider()
    }

    fn answered(&mut self, _app: &App, call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        match (call, result) {
            (Call::Consequences { .. }, answer) => {
                self.asking = false;
                self.below = match answer {
                    Ok(Reply::Consequences { consequences }) => Some(told(consequences)),
                    Ok(_) => None,
                    Err(error) => Some((StyleRole::Bad, error.to_string())),
                };
                self.consider()
            }
            (Call::Command { .. }, Ok(_)) => PopupResult::close().with_draft(self.form.name(), None),
            (Call::Command { .. }, Err(error)) => {
                self.sent = false;
                self.below = Some((StyleRole::Bad, error.to_string()));
                PopupResult::stay()
            }
            _ => PopupResult::stay(),
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &Row::of(StyleRole::Strong, self.form.title()));
        let foot = 3.min(inner.height / 3);
        let upper = Rect { height: inner.height.saturating_sub(foot), ..inner };
        self.form.draw(app, frame, upper);
        let lower = Rect { y: upper.bottom(), height: foot, ..inner };
        let Some((style, sentence)) = &self.below else { return };
        let lines = wrap(sentence, usize::from(lower.width));
        let rows: Vec<Row> =
            std::iter::once(Row::new()).chain(lines.iter().map(|line| Row::of(*style, line))).collect();
        app.painter().rows(frame.buffer_mut(), lower, &rows);
    }
}
