//! Writing an assertion, new or again, with what it would do said while one writes.

mod form;

use super::prelude::*;
use super::writing::{Sending, consequences};
use crate::domain::id::AssertionId;
use form::Form;

/// The screen on which an assertion is written.
#[derive(Debug)]
pub struct AssertionScreen {
    form: Form,
    sending: Sending,
    /// Whether an answer is still to come; the next question waits for it.
    asking: bool,
    /// What was asked last, to see whether it is still what is written.
    asked: Option<String>,
    /// The mission's state that the answer is about.
    seq: u64,
    /// How a form that is not complete is shown: an error only once something was written.
    incomplete: StyleRole,
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
        let (sending, incomplete) = (Sending::default(), StyleRole::Dim);
        Self { form, sending, asking: false, asked: None, seq: 0, incomplete }
    }

    /// Asks what the change would do, when that is not known and nothing is on its way.
    fn consider(&mut self) -> PopupResult {
        let written = self.form.text();
        if self.asking || self.sending.sent || self.asked.as_ref() == Some(&written) {
            return PopupResult::stay();
        }
        self.asked = Some(written);
        self.sending.below = match self.form.change() {
            Ok(Some(change)) => {
                self.asking = true;
                return PopupResult::ask(Call::Consequences { change: Box::new(change) });
            }
            Ok(None) => Some((StyleRole::Dim, "nothing is changed yet".to_owned())),
            Err(sentence) => Some((self.incomplete, sentence)),
        };
        PopupResult::stay()
    }

    fn save(&mut self) -> PopupResult {
        match self.form.command() {
            Ok(Some((command, done))) => self.sending.order(command, done),
            Ok(None) => PopupResult::close().with_draft(self.form.name(), None),
            Err(sentence) => self.sending.refused(&sentence),
        }
    }
}

impl Popup for AssertionScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Assertion, self.form.title())
            .hints([Action::Save, Action::NextPane, Action::Editor, Action::Back])
            .calling(Action::NextPane, "next field")
            .boxed(92, 24)
    }

    fn writing(&mut self) -> Option<&mut dyn Writing> {
        Some(&mut self.form)
    }

    fn opened(&mut self, app: &App, _at: &mut Place) -> PopupResult {
        self.seq = app.mission.seq;
        self.consider()
    }

    /// What a change would do depends on the mission, which goes on meanwhile.
    fn refreshed(&mut self, app: &App, _at: &mut Place) -> PopupResult {
        if self.seq == app.mission.seq {
            return PopupResult::stay();
        }
        self.seq = app.mission.seq;
        self.asked = None;
        self.consider()
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Save if !self.sending.sent => return self.save(),
            Action::NextPane => self.form.next_field(),
            Action::PreviousPane => self.form.previous_field(),
            _ => return PopupResult::pass(),
        }
        PopupResult::stay()
    }

    fn written(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        self.incomplete = StyleRole::Bad;
        self.consider()
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        match (call, result) {
            (Call::Command { .. }, Ok(_)) => PopupResult::close().with_draft(self.form.name(), None),
            (Call::Command { .. }, Err(error)) => self.sending.refused(error),
            _ => {
                self.asking = false;
                self.sending.below = consequences(result);
                self.consider()
            }
        }
    }

    fn draw(&self, _app: &App, _at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        let inner = painter.framed(info.area, &info.title);
        let foot = 3.min(inner.height / 3);
        let upper = Rect { height: inner.height - foot, ..inner };
        self.form.draw(painter, upper);
        // A blank line keeps the sentence apart from the fields.
        self.sending.draw(painter, below(inner, upper.height + 1));
    }
}
