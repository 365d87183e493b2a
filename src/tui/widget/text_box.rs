//! A box to write in, in the styles of the theme.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;
use tui_textarea::{CursorMove, DataCursor, TextArea, WrapMode};

use crate::tui::widget::painter::Painter;
use crate::view::style_role::StyleRole;
use crate::view::text::clean;

/// The most characters that one box takes. Far more than can be sent: what is too long is refused with its length, and
/// stays where it can be shortened.
const MOST: usize = 4_000_000;
/// From here on only what is seen of a text is laid out: lines, and bytes in one line.
const LARGE_LINES: usize = 200;
const LARGE_LINE: usize = 8_000;

/// A text that is being written.
#[derive(Debug, Clone)]
pub struct TextBox {
    area: TextArea<'static>,
    height: Height,
}

/// How many lines a box takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Height {
    One,
    Many,
}

/// Whether a box has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    Yes,
    No,
}

impl TextBox {
    /// A box with a text in it, the cursor at its end.
    pub fn new(height: Height, text: &str) -> Self {
        let mut area = area_of(height, lines_of(height, text));
        area.set_max_histories(200);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, height }
    }

    /// The text as it is.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing is written.
    pub fn is_blank(&self) -> bool {
        self.area.lines().iter().all(|line| line.trim().is_empty())
    }

    /// Takes a key, which does what it does in a text field anywhere. A line break in a box of one line is ignored.
    pub fn key(&mut self, key: KeyEvent) {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Enter => self.new_line(),
            KeyCode::Char('j' | 'm') if ctrl && !alt => self.new_line(),
            _ => edit(&mut self.area, key),
        }
    }

    /// Puts another text in place of all of it; what stood there comes back by undoing.
    pub fn replace(&mut self, text: &str) {
        self.area.select_all();
        self.area.insert_str(lines_of(self.height, text).join("\n"));
        self.area.cancel_selection();
    }

    /// Begins a new line.
    pub fn new_line(&mut self) {
        if self.height == Height::Many {
            self.area.insert_newline();
        }
    }

    /// Puts text in at the cursor.
    pub fn paste(&mut self, text: &str) {
        let room = MOST.saturating_sub(self.text().chars().count());
        let text: String =
            clean(&text.replace("\r\n", "\n").replace('\r', "\n")).chars().take(room).collect();
        let text = if self.height == Height::One { text.replace('\n', " ") } else { text };
        self.area.insert_str(text);
    }

    /// Whether laying the whole text out for every frame would be felt.
    fn is_large(&self) -> bool {
        let lines = self.area.lines();
        lines.len() > LARGE_LINES || lines.iter().any(|line| line.len() > LARGE_LINE)
    }

    /// As much of the text as can be seen around the cursor, which is seen on the last line of the box.
    fn around_cursor(&self, rect: Rect) -> TextArea<'static> {
        let DataCursor(row, column) = self.area.cursor();
        let height = usize::from(rect.height);
        let shown = usize::from(rect.width) * height;
        let first = row.saturating_sub(height);
        let lines = self.area.lines().iter().enumerate().skip(first).take(row - first + height);
        let mut cursor_at = 0;
        let lines: Vec<String> = lines
            .map(|(index, line)| {
                // Cut at fixed places, so that the text does not run while one types.
                let from = if index == row { column.saturating_sub(shown) / shown.max(1) * shown } else { 0 };
                if index == row {
                    cursor_at = column - from;
                }
                line.chars().skip(from).take(3 * shown).collect()
            })
            .collect();
        let mut area = area_of(self.height, lines);
        let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        area.move_cursor(CursorMove::Jump(small(row - first), small(cursor_at)));
        area
    }

    /// Draws the box. Where it has the keys, the terminal's own cursor stands where one types.
    pub fn draw(&self, painter: &mut Painter<'_>, rect: Rect, active: Active) {
        if rect.area() == 0 {
            return;
        }
        let mut area = if self.is_large() { self.around_cursor(rect) } else { self.area.clone() };
        let ground = painter.styles.of(StyleRole::Resting);
        painter.buf.set_style(rect, ground);
        area.set_style(painter.styles.of(StyleRole::Text).patch(ground));
        if active == Active::No {
            area.move_cursor(CursorMove::Top);
            area.move_cursor(CursorMove::Head);
        }
        area.set_cursor_style(Style::default());
        area.set_selection_style(painter.styles.of(StyleRole::Selected));
        area.render(rect, painter.buf);
        if active == Active::Yes {
            painter.cursor = Some(cursor_of(&area, rect));
        }
    }
}

/// The cell of the cursor of an area that was rendered; behind a line that fills the box it is the last one.
fn cursor_of(area: &TextArea<'_>, rect: Rect) -> Position {
    let (cursor, (top, left)) = (area.screen_cursor(), area.scroll_offset());
    let within = |at: usize, from: u16, cells: u16| {
        let at = u16::try_from(at).unwrap_or(u16::MAX).saturating_sub(from);
        at.min(cells.saturating_sub(1))
    };
    Position::new(
        rect.x + within(cursor.col, left, rect.width),
        rect.y + within(cursor.row, top, rect.height),
    )
}

/// Does what a key does in a shell and in a text field anywhere.
fn edit(area: &mut TextArea<'_>, key: KeyEvent) {
    let held = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    if held != KeyModifiers::CONTROL || !edited(area, key) {
        area.input(crossterm::event::Event::Key(key));
    }
}

/// Whether a key with Ctrl was one for which the widget has another key, or none.
fn edited(area: &mut TextArea<'_>, key: KeyEvent) -> bool {
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    match key.code {
        KeyCode::Char('u' | 'U') => area.delete_line_by_head(),
        KeyCode::Char('Z') => area.redo(),
        KeyCode::Char('z') if shift => area.redo(),
        // A terminal sends Ctrl+_ and Ctrl+/ as Ctrl+7.
        KeyCode::Char('z' | '_' | '/' | '7') => area.undo(),
        KeyCode::Char('v' | 'V') => area.paste(),
        KeyCode::Backspace => area.delete_word(),
        KeyCode::Delete => area.delete_next_word(),
        KeyCode::Home => jump(area, CursorMove::Top) && jump(area, CursorMove::Head),
        KeyCode::End => jump(area, CursorMove::Bottom) && jump(area, CursorMove::End),
        _ => return false,
    };
    true
}

fn jump(area: &mut TextArea<'_>, to: CursorMove) -> bool {
    area.move_cursor(to);
    true
}

/// A box of several lines wraps them; one of one line follows the cursor sideways.
fn area_of(height: Height, lines: Vec<String>) -> TextArea<'static> {
    let mut area = TextArea::new(lines);
    area.set_wrap_mode(match height {
        Height::One => WrapMode::None,
        Height::Many => WrapMode::WordOrGlyph,
    });
    area.set_cursor_line_style(Style::default());
    area
}

fn lines_of(height: Height, text: &str) -> Vec<String> {
    let text: String = clean(text).chars().take(MOST).collect();
    match height {
        Height::One => vec![text.replace('\n', " ")],
        Height::Many => text.split('\n').map(str::to_owned).collect(),
    }
}
