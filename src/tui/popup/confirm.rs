//! A yes or no before something that cannot be taken back.

use super::prelude::*;

/// The question, and the command that a yes sends.
#[derive(Debug)]
pub struct Confirm {
    question: String,
    command: Command,
    done: String,
}

impl Confirm {
    /// Asks whether a command is meant.
    pub fn new(question: impl Into<String>, command: Command, done: impl Into<String>) -> Self {
        Self { question: question.into(), command, done: done.into() }
    }
}

impl Popup for Confirm {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let info = ScreenInfo::named(app, Context::Prompt, "Are you sure?");
        info.hints([Action::Save, Action::Back]).boxed(66, 6)
    }

    /// Where not everything fits, the end of it with the two keys is seen.
    fn opened(&mut self, _app: &App, at: &mut Place) -> PopupResult {
        at.top = usize::MAX;
        PopupResult::stay()
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Save => {
                PopupResult::order(self.command.clone(), self.done.clone()).and_then(StackAction::Close)
            }
            Action::Back => PopupResult::close(),
            _ => PopupResult::stay(),
        }
    }

    fn typed(&mut self, app: &App, at: &mut Place, key: KeyEvent) -> Option<PopupResult> {
        match key.code {
            KeyCode::Char('y' | 'Y') => Some(self.act(app, at, Action::Save)),
            KeyCode::Char('n' | 'N') => Some(PopupResult::close()),
            _ => None,
        }
    }

    fn detail(&self, _app: &App, _at: &Place, width: usize) -> Vec<Section> {
        let mut rows = paragraph(StyleRole::Text, &self.question, width);
        let keys = Row::of(StyleRole::Key, "y").then(StyleRole::Dim, " yes    ");
        rows.extend([Row::new(), keys.then(StyleRole::Key, "n").then(StyleRole::Dim, " no")]);
        vec![rows.into()]
    }
}
