//! Links on the screen (OSC 8). They are found on the frame as it was drawn, after every text has been cleaned; a cell
//! carries the number of its link where no theme puts anything, the colour of its underline. So the renderer sees by
//! itself when a link came or went, and only the way to the terminal turns numbers into escape sequences.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use ratatui::style::Color;

use crate::domain::id::Timestamp;

use super::app::App;
use super::host::Host;
use super::links::{FoundKind, find};
use super::terminal_writer::WriterHandle;

/// Milliseconds for which it is believed that a file is there or is not.
const BELIEVED_MS: u64 = 1_000;
/// Words of which that is remembered.
const REMEMBERED: usize = 2_000;

/// Where the links of the frame lead, by number.
type Targets = Arc<Mutex<BTreeMap<u32, String>>>;

/// Marks the links on frames.
#[derive(Debug, Default)]
pub struct Linking {
    targets: Targets,
    files: BTreeMap<String, (Timestamp, Option<String>)>,
}

impl Linking {
    /// A backend that writes what is marked here.
    pub fn backend(&self, pen: WriterHandle) -> LinkedBackend {
        LinkedBackend { inner: CrosstermBackend::new(pen), targets: Arc::clone(&self.targets) }
    }

    /// Marks the links of a frame: addresses, and files that are in the mission's checkout.
    pub fn mark(&mut self, app: &App, host: &dyn Host, frame: &mut Buffer) {
        let mut targets = BTreeMap::new();
        for found in find(frame) {
            let target = match found.kind {
                FoundKind::Address => Some(found.text),
                FoundKind::Path => self.file(app, host, &found.text),
            };
            let Some(target) = target else { continue };
            let number = number(&target);
            for at in found.cells {
                if let Some(cell) = frame.cell_mut(at) {
                    cell.underline_color = colour(number);
                }
            }
            targets.insert(number, target);
        }
        *self.targets.lock().unwrap_or_else(PoisonError::into_inner) = targets;
    }

    fn file(&mut self, app: &App, host: &dyn Host, word: &str) -> Option<String> {
        let mission = app.mission.id()?;
        if let Some((at, known)) = self.files.get(word)
            && app.clock.since(*at) < BELIEVED_MS
        {
            return known.clone();
        }
        if self.files.len() >= REMEMBERED {
            self.files.clear();
        }
        let found = host.address_of(mission, word);
        self.files.insert(word.to_owned(), (app.clock, found.clone()));
        found
    }
}

/// The same address has the same number on every frame, so that nothing is drawn again (FNV-1a, folded to 24 bits).
fn number(target: &str) -> u32 {
    let hash =
        target.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 24) ^ (hash & 0x00ff_ffff)
}

fn colour(number: u32) -> Color {
    let [_, red, green, blue] = number.to_be_bytes();
    Color::Rgb(red, green, blue)
}

fn number_of(cell: &Cell) -> Option<u32> {
    match cell.underline_color {
        Color::Rgb(red, green, blue) => Some(u32::from_be_bytes([0, red, green, blue])),
        _ => None,
    }
}

/// Cells with their places, written one after the other.
type CellRun = Vec<(u16, u16, Cell)>;

/// A terminal that shows links.
#[derive(Debug)]
pub struct LinkedBackend {
    inner: CrosstermBackend<WriterHandle>,
    targets: Targets,
}

impl LinkedBackend {
    fn target(&self, number: Option<u32>) -> Option<String> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).get(&number?).cloned()
    }
}

impl Backend for LinkedBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut runs: Vec<(Option<u32>, CellRun)> = Vec::new();
        for (x, y, cell) in content {
            let number = number_of(cell);
            let mut cell = cell.clone();
            cell.underline_color = Color::Reset;
            match runs.last_mut() {
                Some((last, run)) if *last == number => run.push((x, y, cell)),
                _ => runs.push((number, vec![(x, y, cell)])),
            }
        }
        for (number, run) in runs {
            let target = self.target(number);
            if let (Some(target), Some(number)) = (&target, number) {
                // One number for all parts of a link that goes over several lines.
                write!(self.inner, "\x1b]8;id={number:x};{target}\x1b\\")?;
            }
            self.inner.draw(run.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
            if target.is_some() {
                write!(self.inner, "\x1b]8;;\x1b\\")?;
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    /// The console draws over the whole screen and shows no cursor: where it stands need not be asked, and an answer
    /// over a slow link would come too late.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::terminal_writer::TerminalWriter;
    use pretty_assertions::assert_eq;
    use ratatui::Terminal;
    use ratatui::style::{Color, Style};

    /// What is written for two frames, the second of which is as the first but for a word beside the link.
    #[test]
    fn a_link_is_written_once_and_no_cell_holds_an_escape() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let writer = TerminalWriter::to(path.reopen().unwrap()).unwrap();
        let linking = Linking::default();
        let target = "https://e.example/a";
        *linking.targets.lock().unwrap() = BTreeMap::from([(number(target), target.to_owned())]);
        let size = ratatui::layout::Rect::new(0, 0, 40, 1);
        let options = ratatui::TerminalOptions { viewport: ratatui::Viewport::Fixed(size) };
        let mut terminal = Terminal::with_options(linking.backend(writer.pen()), options).unwrap();
        let mut written: Vec<String> = Vec::new();
        for beside in ["one", "two"] {
            terminal
                .draw(|frame| {
                    let link = Style::default().underline_color(colour(number(target)));
                    frame.buffer_mut().set_string(0, 0, "see ", Style::default());
                    frame.buffer_mut().set_string(4, 0, target, link);
                    frame.buffer_mut().set_string(30, 0, beside, Style::default());
                    assert!(
                        frame.buffer_mut().content().iter().all(|cell| !cell.symbol().contains('\u{1b}'))
                    );
                })
                .unwrap();
            writer.close_with(b"").unwrap();
            let all = std::fs::read_to_string(path.path()).unwrap();
            written.push(all.split_at(written.concat().len()).1.to_owned());
        }
        let opened = format!("\u{1b}]8;id={:x};{target}\u{1b}\\", number(target));
        assert_eq!(written[0].matches(&opened).count(), 1, "{:?}", written[0]);
        assert_eq!(written[0].matches("\u{1b}]8;;\u{1b}\\").count(), 1, "{:?}", written[0]);
        assert!(written[0].find(&opened) < written[0].find(target.get(0..5).unwrap()), "{:?}", written[0]);
        assert!(written[1].contains("two") && !written[1].contains("\u{1b}]8;"), "{:?}", written[1]);
        // No underline has a colour: that was only the link's number.
        assert!(!written.concat().contains("\u{1b}[58"), "{written:?}");
    }

    #[test]
    fn numbers_are_colours_and_back() {
        let mut cell = Cell::default();
        cell.underline_color = colour(number("https://e.example"));
        assert_eq!(number_of(&cell), Some(number("https://e.example")));
        cell.underline_color = Color::Reset;
        assert_eq!(number_of(&cell), None);
        assert!(number("https://e.example") <= 0x00ff_ffff);
    }
}
