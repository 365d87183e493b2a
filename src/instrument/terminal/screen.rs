//! A terminal's screen as it was at one moment, with its colours, so that a console can draw it again.

use serde::{Deserialize, Serialize};

use crate::instrument::{Evidence, InstrumentError};
use crate::workspace::Exit;

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Its width in cells.
    pub cols: u16,
    /// Its height in cells.
    pub rows: u16,
    /// The text of each row, without blanks at the end.
    pub lines: Vec<String>,
    /// Where the cursor is.
    pub cursor: Cursor,
    /// Whether the program draws on the alternate screen, as full-screen programs do.
    pub buffer: Buffer,
    /// The cells of each row, those of one style together; a row's rest is blank.
    pub cells: Vec<Vec<StyledRun>>,
    /// How the program ended, if it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<Exit>,
    /// What the program had printed since the last look, in base64, where each byte was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// Where the cursor is, counted from zero at the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Cursor {
    /// It can be seen.
    At { row: u16, col: u16 },
    /// It is hidden.
    Hidden { row: u16, col: u16 },
    /// A state that a newer version knows.
    #[serde(other)]
    Unknown,
}

/// Which of a terminal's two screens is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Buffer {
    /// The one that scrolls.
    Main,
    /// The one of full-screen programs.
    Alternate,
    /// One that a newer version knows.
    #[serde(other)]
    Unknown,
}

/// Neighbouring cells of one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StyledRun {
    /// Their text.
    pub text: String,
    /// The colour of the text.
    #[serde(default, skip_serializing_if = "Colour::is_default")]
    pub fg: Colour,
    /// The colour behind it.
    #[serde(default, skip_serializing_if = "Colour::is_default")]
    pub bg: Colour,
    /// What else is special about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// A colour as the program named it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Colour {
    /// One of the palette of 256.
    Indexed { index: u8 },
    /// A mixture.
    Rgb { red: u8, green: u8, blue: u8 },
    /// The terminal's own, or one that only a newer version knows.
    #[default]
    #[serde(other)]
    Default,
}

/// A property of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    Bold,
    Dim,
    Italic,
    Underline,
    Inverse,
    /// One that a newer version knows.
    #[serde(other)]
    Unknown,
}

impl Screen {
    /// Takes down what an emulator shows.
    pub(super) fn of(screen: &vt100::Screen) -> Self {
        let (rows, cols) = screen.size();
        let (row, col) = screen.cursor_position();
        Self {
            cols,
            rows,
            lines: screen.rows(0, cols).map(|line| line.trim_end().to_owned()).collect(),
            cursor: if screen.hide_cursor() { Cursor::Hidden { row, col } } else { Cursor::At { row, col } },
            buffer: if screen.alternate_screen() { Buffer::Alternate } else { Buffer::Main },
            cells: (0..rows).map(|row| runs_of(screen, row, cols)).collect(),
            exit: None,
            output: None,
        }
    }

    /// The screen's text, without empty lines at the end.
    pub fn text(&self) -> String {
        self.lines.join("\n").trim_end().to_owned()
    }

    /// The screen as evidence.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn evidence(&self, title: impl Into<String>) -> Result<Evidence, InstrumentError> {
        let first = self.lines.iter().find(|line| !line.is_empty()).map_or("(blank)", |line| line.trim());
        let summary = format!("{}×{}: {first}", self.cols, self.rows);
        Evidence::of("terminal", self, title.into(), summary)
    }
}

impl Colour {
    /// Whether it is the terminal's own. Serde asks by reference.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
    fn is_default(&self) -> bool {
        *self == Self::Default
    }
}

impl From<vt100::Color> for Colour {
    fn from(color: vt100::Color) -> Self {
        match color {
            vt100::Color::Default => Self::Default,
            vt100::Color::Idx(index) => Self::Indexed { index },
            vt100::Color::Rgb(red, green, blue) => Self::Rgb { red, green, blue },
        }
    }
}

fn runs_of(screen: &vt100::Screen, row: u16, cols: u16) -> Vec<StyledRun> {
    let mut runs: Vec<StyledRun> = Vec::new();
    // The second cell of a wide character has nothing of its own.
    for cell in (0..cols).filter_map(|col| screen.cell(row, col)).filter(|cell| !cell.is_wide_continuation())
    {
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let (fg, bg) = (cell.fgcolor().into(), cell.bgcolor().into());
        let attributes = attributes_of(cell);
        match runs.last_mut() {
            Some(run) if run.fg == fg && run.bg == bg && run.attributes == attributes => {
                run.text.push_str(text);
            }
            _ => runs.push(StyledRun { text: text.to_owned(), fg, bg, attributes }),
        }
    }
    if let Some(last) = runs.last_mut()
        && last.bg == Colour::Default
        && last.attributes.is_empty()
    {
        last.text.truncate(last.text.trim_end().len());
    }
    runs.retain(|run| !run.text.is_empty());
    runs
}

fn attributes_of(cell: &vt100::Cell) -> Vec<Attribute> {
    [
        (cell.bold(), Attribute::Bold),
        (cell.dim(), Attribute::Dim),
        (cell.italic(), Attribute::Italic),
        (cell.underline(), Attribute::Underline),
        (cell.inverse(), Attribute::Inverse),
    ]
    .into_iter()
    .filter_map(|(has, attribute)| has.then_some(attribute))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_attributes_are_kept_in_runs() {
        let mut parser = vt100::Parser::new(2, 10, 0);
        parser.process("ab\x1b[1;31mcd\x1b[0m 日\x1b[48;2;1;2;3m \x1b[0m".as_bytes());
        let screen = Screen::of(parser.screen());
        assert_eq!(screen.lines, ["abcd 日", ""]);
        let plain = |text: &str| StyledRun {
            text: text.into(),
            fg: Colour::Default,
            bg: Colour::Default,
            attributes: Vec::new(),
        };
        let red =
            StyledRun { fg: Colour::Indexed { index: 1 }, attributes: vec![Attribute::Bold], ..plain("cd") };
        let behind = StyledRun { bg: Colour::Rgb { red: 1, green: 2, blue: 3 }, ..plain(" ") };
        assert_eq!(screen.cells, [vec![plain("ab"), red, plain(" 日"), behind], vec![]]);
        assert_eq!(screen.cursor, Cursor::At { row: 0, col: 8 });
    }

    #[test]
    fn a_screen_can_be_read_back_from_its_evidence() {
        let mut parser = vt100::Parser::new(3, 8, 0);
        parser.process(b"\x1b[?1049h\x1b[?25l\x1b[2;1H\x1b[32mhi");
        let screen = Screen::of(parser.screen());
        let evidence = screen.evidence("after start").unwrap();
        assert_eq!(serde_json::from_slice::<Screen>(&evidence.bytes).unwrap(), screen);
        assert_eq!(evidence.summary, "8×3: hi");
        let newer = String::from_utf8(evidence.bytes).unwrap().replace("\"indexed\"", "\"glowing\"");
        let read: Screen = serde_json::from_str(&newer).unwrap();
        assert_eq!(read.cells[1][0].fg, Colour::Default, "a colour of a newer version is read as none");
        assert_eq!((screen.buffer, screen.cursor), (Buffer::Alternate, Cursor::Hidden { row: 1, col: 2 }));
    }
}
