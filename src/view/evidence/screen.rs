//! A terminal's screen in the colours of the program that drew it, with its cursor.

use serde::Deserialize;
use serde_json::Value;

use super::command::ending;
use super::{Page, Reading, Shown, text};
use crate::view::text::{cut, width as cells};

/// A run of a terminal's screen, as the terminal instrument keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ScreenRun {
    pub text: String,
    #[serde(default)]
    pub fg: Colour,
    #[serde(default)]
    pub bg: Colour,
    #[serde(default)]
    pub attributes: Vec<String>,
}

/// A colour of a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Colour {
    Indexed {
        index: u8,
    },
    Rgb {
        red: u8,
        green: u8,
        blue: u8,
    },
    #[default]
    #[serde(other)]
    Default,
}

#[derive(Deserialize)]
struct Screen {
    #[serde(default)]
    cursor: Cursor,
    cells: Vec<Vec<ScreenRun>>,
}

/// Where the cursor is, from the top left.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
enum Cursor {
    At {
        row: usize,
        col: usize,
    },
    /// Hidden, or in a state that only a newer version knows.
    #[default]
    #[serde(other)]
    Unseen,
}

/// Lays a screen out.
pub(super) fn page(value: &Value, content: &str, width: usize) -> Page {
    let Ok(Screen { cursor, mut cells }) = Screen::deserialize(value) else {
        return text(content, Reading::default(), width).into();
    };
    if let Cursor::At { row, col } = cursor {
        show_cursor(&mut cells, (row, col));
    }
    if let Some(exit) = value.get("exit").filter(|exit| !exit.is_null()) {
        let text = format!("[the program ended: {}]", ending(Some(exit)));
        let attributes = vec!["dim".to_owned()];
        cells.push(vec![ScreenRun { text, attributes, ..ScreenRun::default() }]);
    }
    Page { shown: Shown::Screen(cells), failures: Vec::new() }
}

/// Turns the colours of the cell around at which the cursor stands.
pub(super) fn show_cursor(lines: &mut [Vec<ScreenRun>], (row, col): (usize, usize)) {
    let Some(line) = lines.get_mut(row) else { return };
    let mut left = col;
    let found = line.iter().position(|run| {
        let here = cells(&run.text);
        let is_here = left < here;
        left -= if is_here { 0 } else { here };
        is_here
    });
    let Some(at) = found else {
        line.push(ScreenRun { text: " ".repeat(left), ..ScreenRun::default() });
        line.push(turned(&ScreenRun::default(), " "));
        return;
    };
    let run = line.remove(at);
    let before = cut(&run.text, left);
    let rest = run.text.get(before.len()..).unwrap_or_default();
    let under = rest.chars().next().map_or("", |c| rest.get(..c.len_utf8()).unwrap_or_default());
    let after = rest.get(under.len()..).unwrap_or_default();
    let part = |text: &str| ScreenRun { text: text.to_owned(), ..run.clone() };
    let parts = [part(before), turned(&run, under), part(after)];
    line.splice(at..at, parts.into_iter().filter(|part| !part.text.is_empty()));
}

fn turned(run: &ScreenRun, text: &str) -> ScreenRun {
    let mut turned = ScreenRun { text: text.to_owned(), ..run.clone() };
    match turned.attributes.iter().position(|word| word == "inverse") {
        Some(at) => drop(turned.attributes.remove(at)),
        None => turned.attributes.push("inverse".to_owned()),
    }
    turned
}

/// What an emulator shows, in runs of one style.
pub(super) fn lines_of(screen: &vt100::Screen) -> Vec<Vec<ScreenRun>> {
    let (rows, cols) = screen.size();
    let mut lines: Vec<Vec<ScreenRun>> = (0..rows).map(|row| line_of(screen, row, cols)).collect();
    if !screen.hide_cursor() {
        let (row, col) = screen.cursor_position();
        show_cursor(&mut lines, (row.into(), col.into()));
    }
    lines
}

fn line_of(screen: &vt100::Screen, row: u16, cols: u16) -> Vec<ScreenRun> {
    let mut runs: Vec<ScreenRun> = Vec::new();
    // The second cell of a wide character has nothing of its own.
    for cell in (0..cols).filter_map(|col| screen.cell(row, col)).filter(|cell| !cell.is_wide_continuation())
    {
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let run = ScreenRun {
            text: text.to_owned(),
            fg: cell.fgcolor().into(),
            bg: cell.bgcolor().into(),
            attributes: attributes_of(cell),
        };
        match runs.last_mut() {
            Some(last) if (last.fg, last.bg, &last.attributes) == (run.fg, run.bg, &run.attributes) => {
                last.text.push_str(text);
            }
            _ => runs.push(run),
        }
    }
    runs
}

fn attributes_of(cell: &vt100::Cell) -> Vec<String> {
    let all = [
        (cell.bold(), "bold"),
        (cell.dim(), "dim"),
        (cell.italic(), "italic"),
        (cell.underline(), "underline"),
        (cell.inverse(), "inverse"),
    ];
    all.into_iter().filter(|(has, _)| *has).map(|(_, word)| word.to_owned()).collect()
}

impl From<vt100::Color> for Colour {
    fn from(colour: vt100::Color) -> Self {
        match colour {
            vt100::Color::Default => Self::Default,
            vt100::Color::Idx(index) => Self::Indexed { index },
            vt100::Color::Rgb(red, green, blue) => Self::Rgb { red, green, blue },
        }
    }
}
