//! A text that is written in a screen: typing, pasting, the person's editor, a draft that outlives the screen, and
//! sending it.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::{Answer, PopupResult};
use crate::domain::command::Command;
use crate::domain::consequence::Consequences;
use crate::link::protocol::Reply;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::drafts::{Draft, DraftChange, Subject};
use crate::tui::effect::Effect;
use crate::tui::widget::painter::Painter;
use crate::tui::widget::text_box::{Active, Height, TextBox};
use crate::view::prose::paragraph;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::width;

/// A text that is being written.
pub trait Writing {
    /// Types a key.
    fn key(&mut self, key: KeyEvent);
    /// Puts text in where the cursor is.
    fn paste(&mut self, text: &str);
    /// Begins a new line, where there may be several.
    fn new_line(&mut self) {}
    /// All of it, as the person's editor gets it.
    fn text(&self) -> String;
    /// Takes all of it from the editor.
    fn replace(&mut self, text: &str);
    /// What is kept of it when the person leaves; none of what is only looked for.
    fn draft(&self) -> Option<DraftChange>;
    /// Puts back what would stand there if nothing had been written.
    fn reset(&mut self) {}
    /// What its file is called in the editor.
    fn file(&self) -> &'static str;
}

/// Does what can be done with any text.
pub fn act(text: &mut dyn Writing, action: Action) -> Option<PopupResult> {
    Some(match action {
        Action::NewLine => {
            text.new_line();
            PopupResult::stay()
        }
        Action::Editor => {
            PopupResult::effect(Effect::Edit { text: text.text(), name: text.file().to_owned() })
        }
        Action::Back => PopupResult::close().with_draft(text.draft()),
        Action::Discard => match text.draft() {
            Some(DraftChange::Keep(subject, _)) => {
                text.reset();
                PopupResult::say("thrown away; Ctrl+Z brings the words back")
                    .with_draft(DraftChange::Discard(subject))
            }
            Some(DraftChange::Discard(_)) | None => PopupResult::say("nothing is written yet"),
        },
        _ => return None,
    })
}

/// One text about something.
#[derive(Debug)]
pub struct OneText {
    pub text: TextBox,
    pub subject: Subject,
    file: &'static str,
    /// What stands there when nothing has been written.
    blank: String,
    /// What it rests on, to see later whether that is still so.
    base: String,
}

impl OneText {
    /// A text; a draft about the same that was left is there again.
    pub fn new(app: &App, subject: Subject, file: &'static str) -> Self {
        Self::from(app, subject, file, "")
    }

    /// A text that begins from another.
    pub fn from(app: &App, subject: Subject, file: &'static str, blank: &str) -> Self {
        let draft = app.drafts.get(&subject);
        let text = TextBox::new(Height::Many, draft.map_or(blank, |draft| &draft.text));
        Self { text, subject, file, blank: blank.to_owned(), base: String::new() }
    }

    /// With what it rests on.
    #[must_use]
    pub fn resting_on(self, base: String) -> Self {
        Self { base, ..self }
    }

    /// It was sent: nothing is left of the draft.
    pub fn sent(&self) -> DraftChange {
        DraftChange::Discard(self.subject.clone())
    }
}

impl Writing for OneText {
    fn key(&mut self, key: KeyEvent) {
        self.text.key(key);
    }

    fn paste(&mut self, text: &str) {
        self.text.paste(text);
    }

    fn new_line(&mut self) {
        self.text.new_line();
    }

    fn text(&self) -> String {
        self.text.text()
    }

    fn replace(&mut self, text: &str) {
        self.text.replace(text.trim_end());
    }

    fn draft(&self) -> Option<DraftChange> {
        let text = self.text.text();
        let written = !self.text.is_blank() && text != self.blank;
        let draft = Draft { text, base: self.base.clone(), ..Draft::default() };
        let subject = self.subject.clone();
        Some(if written { DraftChange::Keep(subject, draft) } else { DraftChange::Discard(subject) })
    }

    fn reset(&mut self) {
        self.text.replace(&self.blank);
    }

    fn file(&self) -> &'static str {
        self.file
    }
}

/// A few words to look for; they are not kept.
#[derive(Debug)]
pub struct Query(TextBox);

/// The most characters of a paste that are looked for.
const LONGEST_QUERY: usize = 80;

impl Default for Query {
    fn default() -> Self {
        Self(TextBox::new(Height::One, ""))
    }
}

impl Query {
    /// Draws the words on a line, behind the sign that says what they are for.
    pub fn draw(&self, painter: &mut Painter<'_>, line: Rect, sign: &str) {
        painter.row(line, &Row::of(StyleRole::Key, sign));
        let lead = u16::try_from(width(sign)).unwrap_or(0).min(line.width);
        let words = Rect { x: line.x + lead, width: line.width - lead, height: 1.min(line.height), ..line };
        self.0.draw(painter, words, Active::Yes);
    }
}

impl Writing for Query {
    fn key(&mut self, key: KeyEvent) {
        self.0.key(key);
    }

    fn paste(&mut self, text: &str) {
        self.0.paste(&text.chars().take(LONGEST_QUERY).collect::<String>());
    }

    fn text(&self) -> String {
        self.0.text()
    }

    fn replace(&mut self, text: &str) {
        self.0.replace(text);
    }

    fn draft(&self) -> Option<DraftChange> {
        None
    }

    fn file(&self) -> &'static str {
        "query.txt"
    }
}

/// Whether what was written is on its way to the engine, and the sentence below it.
#[derive(Debug, Default)]
pub struct Sending {
    pub sent: bool,
    pub below: Option<(StyleRole, String)>,
}

impl Sending {
    /// Sends a command.
    pub fn order(&mut self, command: Command, done: impl Into<String>) -> PopupResult {
        self.sent = true;
        PopupResult::order(command, done)
    }

    /// It was not sent, or refused: it can be changed and sent again.
    pub fn refused(&mut self, why: &impl ToString) -> PopupResult {
        *self = Self { sent: false, below: Some((StyleRole::Bad, why.to_string())) };
        PopupResult::stay()
    }

    /// Draws the sentence.
    pub fn draw(&self, painter: &mut Painter<'_>, area: Rect) {
        if let Some((style, sentence)) = &self.below {
            painter.rows(area, &paragraph(*style, sentence, usize::from(area.width)));
        }
    }
}

/// What a change of the contract would do, in its style; `None` when the answer is about something else.
pub fn consequences(answer: &Answer) -> Option<(StyleRole, String)> {
    match answer {
        Ok(Reply::Consequences { consequences }) => Some((style_of(consequences), consequences.sentence())),
        Ok(_) => None,
        Err(error) => Some((StyleRole::Bad, error.to_string())),
    }
}

fn style_of(consequences: &Consequences) -> StyleRole {
    match &consequences.refusal {
        Some(_) => StyleRole::Bad,
        None if consequences.stale_verdicts > 0 || !consequences.running.is_empty() => StyleRole::Warn,
        None => StyleRole::Dim,
    }
}
