//! Writing an assertion, new or again, with what it would do said while one writes.

mod field;
mod form;

use super::prelude::*;
use super::writing::{Sending, consequences};
use crate::domain::id::AssertionId;
use crate::tui::drafts::DraftChange;
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
    /// Whether the person was told that saving puts their words over those of others.
    warned: bool,
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
        Self { form, sending, asking: false, asked: None, seq: 0, incomplete, warned: false }
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

    /// Words over those that others wrote meanwhile are sent when the person has seen both.
    fn save(&mut self) -> PopupResult {
        let contested = self.form.contested();
        if !contested.is_empty() && !self.warned {
            self.warned = true;
            let which = contested.join(" and ");
            let sentence = format!(
                "{which} was changed by others meanwhile: save once more to put your words over theirs"
            );
            return self.sending.refused(&sentence);
        }
        match self.form.command() {
            Ok(Some((command, done))) => self.sending.order(command, done),
            Ok(None) => PopupResult::close().with_draft(self.settled()),
            Err(sentence) => self.sending.refused(&sentence),
        }
    }
}

impl AssertionScreen {
    /// Nothing is left of the draft.
    fn settled(&self) -> DraftChange {
        DraftChange::Discard(self.form.subject())
    }

    /// What others changed since the person began, and what they made of the field that has the keys.
    fn meanwhile(&self, width: usize) -> Vec<Row> {
        let theirs = self.form.theirs().map(|theirs| format!("theirs: {theirs}"));
        let told = self.form.changed_elsewhere().map(|told| paragraph(StyleRole::Warn, &told, width));
        let theirs = theirs.map(|theirs| paragraph(StyleRole::Text, &theirs, width));
        told.into_iter().chain(theirs).flatten().collect()
    }
}

impl Popup for AssertionScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Assertion, self.form.title())
            .hints([Action::Save, Action::NextPane])
            .hints(self.form.theirs().map(|_| Action::Theirs))
            .hints([Action::Editor])
            .drafted(app, &self.form.subject())
            .hints([Action::Back])
            .calling(Action::NextPane, "next field")
            .boxed(92, 27)
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
        self.form.rebase(app);
        self.consider()
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Save if !self.sending.sent => return self.save(),
            Action::NextPane => self.form.next_field(),
            Action::PreviousPane => self.form.previous_field(),
            Action::Theirs => {
                self.form.take_theirs();
                return self.consider();
            }
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
            (Call::Command { .. }, Ok(_)) => PopupResult::close().with_draft(self.settled()),
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
        let meanwhile = self.meanwhile(usize::from(inner.width));
        let more = u16::try_from(meanwhile.len()).unwrap_or(0).min(inner.height / 4);
        let foot = (3 + more).min(inner.height / 2);
        let upper = Rect { height: inner.height - foot, ..inner };
        self.form.draw(painter, upper);
        // A blank line keeps the sentences apart from the fields.
        let lower = below(inner, upper.height + 1);
        painter.rows(Rect { height: more.min(lower.height), ..lower }, &meanwhile);
        self.sending.draw(painter, below(lower, more.min(lower.height)));
    }
}
