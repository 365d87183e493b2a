//! One field of an assertion: words to write, or a few to choose from.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};

use crate::tui::widget::painter::Painter;
use crate::tui::widget::text_box::{Active, Height, TextBox};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::width;

/// Cells of a field's name.
const LEAD: u16 = 11;

/// A field with its name.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    entry: Entry,
    /// What stood in it when the person began.
    was: String,
    /// What others made of it meanwhile, where the person changed it too.
    pub theirs: Option<String>,
}

#[derive(Debug)]
enum Entry {
    Words(Box<TextBox>, Height),
    Choice { of: &'static [&'static str], chosen: String },
}

impl Field {
    /// A field to write in.
    pub fn words(name: &'static str, height: Height, text: &str) -> Self {
        let entry = Entry::Words(Box::new(TextBox::new(height, text)), height);
        Self { name, entry, was: text.to_owned(), theirs: None }
    }

    /// A field to choose one word in.
    pub fn choice(name: &'static str, of: &'static [&'static str], chosen: &str) -> Self {
        let entry = Entry::Choice { of, chosen: chosen.to_owned() };
        Self { name, entry, was: chosen.to_owned(), theirs: None }
    }

    /// What stands in it.
    pub fn text(&self) -> String {
        match &self.entry {
            Entry::Words(words, _) => words.text(),
            Entry::Choice { chosen, .. } => chosen.clone(),
        }
    }

    /// Puts something else in it.
    pub fn replace(&mut self, text: &str) {
        match &mut self.entry {
            Entry::Words(words, _) => words.replace(text),
            Entry::Choice { chosen, .. } => text.trim().clone_into(chosen),
        }
    }

    /// Puts back what stood there when the person began.
    pub fn reset(&mut self) {
        let was = self.was.clone();
        if self.text() != was {
            self.replace(&was);
        }
        self.theirs = None;
    }

    /// The person began from another text than the one that stands there.
    pub fn began_from(&mut self, was: &str) {
        was.clone_into(&mut self.was);
    }

    /// What stood there when the person began.
    pub fn was(&self) -> &str {
        &self.was
    }

    /// Others made `now` of it. What only they changed is taken over; what both changed is kept beside.
    pub fn merge(&mut self, now: &str) -> Merged {
        let mine = self.text();
        let merged = if now == self.was || now == mine {
            Merged::Same
        } else if mine == self.was {
            self.replace(now);
            Merged::Taken
        } else {
            self.theirs = Some(now.to_owned());
            Merged::Both
        };
        now.clone_into(&mut self.was);
        merged
    }

    /// Whether the person's words and those of others still differ.
    pub fn is_contested(&self) -> bool {
        self.theirs.as_ref().is_some_and(|theirs| *theirs != self.text())
    }

    /// Whether it takes several lines.
    pub fn is_tall(&self) -> bool {
        matches!(self.entry, Entry::Words(_, Height::Many))
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) {
        match &mut self.entry {
            Entry::Words(words, _) => words.key(key),
            Entry::Choice { of, chosen } => choose(of, chosen, key.code),
        }
    }

    /// Puts text in where the cursor is.
    pub fn paste(&mut self, text: &str) {
        match &mut self.entry {
            Entry::Words(words, _) => words.paste(text),
            Entry::Choice { of, chosen } => {
                if let Some(word) = of.iter().find(|word| **word == text.trim()) {
                    (*word).clone_into(chosen);
                }
            }
        }
    }

    /// Draws it.
    pub fn draw(&self, painter: &mut Painter<'_>, area: Rect, active: Active) {
        let label = if active == Active::Yes { StyleRole::Accent } else { StyleRole::Dim };
        let lead = LEAD.min(area.width);
        let screen = painter.buf.area;
        let line = Rect { width: lead, height: 1.min(area.height), ..area };
        let mut row = Row::of(label, self.name);
        if self.is_contested() {
            row = row.then(StyleRole::Warn, " ≠");
        }
        painter.row(line.intersection(screen), &row);
        let entry = Rect { x: area.x + lead, width: area.width - lead, ..area }.intersection(screen);
        match &self.entry {
            Entry::Words(words, _) => words.draw(painter, entry, active),
            Entry::Choice { of, chosen } => draw_choice(of, chosen, painter, entry, active),
        }
    }
}

/// What a merge came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    Same,
    Taken,
    Both,
}

/// Arrows and blanks go through the words; a letter chooses the next one that begins with it.
fn choose(of: &[&'static str], chosen: &mut String, code: KeyCode) {
    let at = of.iter().position(|word| word == chosen);
    let count = of.len().max(1);
    let next = match code {
        KeyCode::Right | KeyCode::Char(' ') => at.map_or(0, |at| (at + 1) % count),
        KeyCode::Left => at.map_or(0, |at| (at + count - 1) % count),
        KeyCode::Home => 0,
        KeyCode::End => count - 1,
        KeyCode::Char(letter) => {
            let after = (1..=count).map(|by| (at.unwrap_or(count - 1) + by) % count);
            let begins =
                |at: &usize| of.get(*at).is_some_and(|word| word.starts_with(letter.to_ascii_lowercase()));
            let Some(next) = after.into_iter().find(begins) else { return };
            next
        }
        _ => return,
    };
    if let Some(word) = of.get(next) {
        (*word).clone_into(chosen);
    }
}

/// All words, the chosen one in brackets, so that it is told without colours too.
fn draw_choice(of: &[&str], chosen: &str, painter: &mut Painter<'_>, area: Rect, active: Active) {
    let mut row = Row::new();
    let mut at = None;
    for word in of {
        if *word == chosen {
            at = Some(row.left.iter().map(|piece| width(&piece.text)).sum::<usize>() + 1);
            let style = if active == Active::Yes { StyleRole::Focus } else { StyleRole::Text };
            row = row.then(style, format!("[{word}]")).then(StyleRole::Dim, " ");
        } else {
            row = row.then(StyleRole::Dim, format!(" {word}  "));
        }
    }
    if at.is_none() {
        row = row.then(StyleRole::Bad, format!("{chosen}?"));
    }
    let cells: usize = row.left.iter().map(|piece| width(&piece.text)).sum();
    if cells > usize::from(area.width)
        && let Some(number) = of.iter().position(|word| *word == chosen)
    {
        row = Row::of(StyleRole::Text, format!("[{chosen}]"));
        row = row.then(StyleRole::Dim, format!("  {} of {}", number + 1, of.len()));
        at = Some(1);
    }
    painter.row(Rect { height: 1.min(area.height), ..area }, &row);
    if active == Active::Yes && area.area() > 0 {
        let x = u16::try_from(at.unwrap_or(0)).unwrap_or(0).min(area.width - 1);
        painter.cursor = Some(Position::new(area.x + x, area.y));
    }
}
