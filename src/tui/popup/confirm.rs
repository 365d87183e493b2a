//! A question before something that cannot be taken back. The answer that changes nothing is chosen at first, so that a key
//! pressed too often does nothing.

use super::prelude::*;

/// Cells that the screen is wide.
const WIDTH: u16 = 66;

/// The question, and the command that a yes sends.
#[derive(Debug)]
pub struct Confirm {
    title: String,
    question: String,
    /// What the yes does: `stop it`.
    yes: &'static str,
    command: Command,
    done: String,
}

impl Confirm {
    /// Asks whether a command is meant, under a title that says which.
    pub fn asking(title: impl Into<String>, question: impl Into<String>, yes: &'static str) -> Asking {
        Asking { title: title.into(), question: question.into(), yes }
    }
}

/// A question that has no command yet.
#[derive(Debug)]
pub struct Asking {
    title: String,
    question: String,
    yes: &'static str,
}

impl Asking {
    /// The command of the yes, and the words that confirm it.
    pub fn sends(self, command: Command, done: impl Into<String>) -> Confirm {
        Confirm { title: self.title, question: self.question, yes: self.yes, command, done: done.into() }
    }
}

impl Popup for Confirm {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let width = usize::from(inside(app.areas().body).width.min(WIDTH - 2));
        let question = paragraph(StyleRole::Text, &self.question, width).len();
        ScreenInfo::named(app, Context::Confirm, &self.title)
            .hints([Action::Open, Action::Up, Action::Down, Action::Back])
            .calling(Action::Open, "the chosen one")
            .calling(Action::Back, "no")
            .fitting(WIDTH, question + 1 + self.len(app))
    }

    fn len(&self, _app: &App) -> usize {
        2
    }

    fn rows(&self, _app: &App, seen: Range<usize>) -> Vec<Row> {
        let answer = |key, words: String| Row::of(StyleRole::Key, key).then(StyleRole::Text, words);
        let answers = [answer("n", "  no, go back".to_owned()), answer("y", format!("  yes, {}", self.yes))];
        answers.into_iter().skip(seen.start).take(seen.len()).collect()
    }

    /// Both answers are always seen; the question has what room is left, and is read on in it.
    fn parts(&self, _app: &App, inner: Rect) -> Parts {
        let answers = 2.min(inner.height);
        let above = Rect { height: inner.height - answers, ..inner };
        let detail = Rect { height: above.height.saturating_sub(1), ..above };
        let rule = Rect { height: above.height - detail.height, ..below(above, detail.height) };
        Parts { rule, list: below(inner, above.height), detail, ..Parts::default() }
    }

    fn detail(&self, _app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![paragraph(StyleRole::Text, &self.question, width).into()]
    }

    fn act(&mut self, _app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Open if at.list.selected == 1 => self.yes(),
            Action::Open | Action::Back => PopupResult::close(),
            other if SelectionStep::of(other).is_some() => PopupResult::pass(),
            // Nothing else is decided while this is asked.
            _ => PopupResult::stay(),
        }
    }

    fn typed(&mut self, _app: &App, _at: &mut Place, key: KeyEvent) -> Option<PopupResult> {
        match key.code {
            KeyCode::Char('y' | 'Y') => Some(self.yes()),
            KeyCode::Char('n' | 'N') => Some(PopupResult::close()),
            _ => None,
        }
    }
}

impl Confirm {
    fn yes(&self) -> PopupResult {
        PopupResult::order(self.command.clone(), self.done.clone()).and_then(StackAction::Close)
    }
}
