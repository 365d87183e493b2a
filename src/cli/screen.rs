//! Writes progress: lines that stay, and on a terminal one line under them that changes.

use std::io::{self, IsTerminal, Write};

use super::print::{Colours, Printable, Style, Width, printed};
use crate::view::log_line::LogLine;

/// Columns of a terminal that does not tell.
const USUAL_COLUMNS: usize = 100;

/// Where progress goes.
#[derive(Debug)]
pub struct Screen<W> {
    out: W,
    kind: Output,
    /// Whether the live line stands there now.
    live: bool,
}

/// What the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Lines can be taken back.
    Terminal(Colours),
    /// They cannot.
    Pipe,
}

impl Output {
    /// What standard output is. `NO_COLOR` and a dumb terminal take the colours away.
    #[expect(clippy::disallowed_methods, reason = "nothing is printed here")]
    pub fn of_stdout() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !io::stdout().is_terminal() {
            return Self::Pipe;
        }
        if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return Self::Pipe;
        }
        Self::Terminal(if set("NO_COLOR") { Colours::Hidden } else { Colours::Shown })
    }

    /// How lines look there now; the width may change while it runs.
    pub fn style(self) -> Style {
        match self {
            Self::Pipe => Style::PLAIN,
            Self::Terminal(colours) => {
                let columns = crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns));
                let columns = columns.filter(|columns| *columns >= 20).unwrap_or(USUAL_COLUMNS);
                Style { colours, width: Width::Columns(columns) }
            }
        }
    }
}

impl Screen<io::Stdout> {
    /// Progress on standard output.
    #[expect(clippy::disallowed_methods, reason = "this is where progress is printed")]
    pub fn of_stdout(kind: Output) -> Self {
        Self::new(io::stdout(), kind)
    }
}

impl<W: Write> Screen<W> {
    /// Progress on an output.
    pub fn new(out: W, kind: Output) -> Self {
        Self { out, kind, live: false }
    }

    /// How lines look on it.
    pub fn style(&self) -> Style {
        self.kind.style()
    }

    /// Prints a line of progress.
    pub fn tell(&mut self, line: &LogLine, at: u64) -> io::Result<()> {
        self.print(printed(line, at, self.style()))
    }

    /// Prints any text above the live line.
    pub fn print(&mut self, text: impl Into<Printable>) -> io::Result<()> {
        self.clear()?;
        writeln!(self.out, "{}", text.into())?;
        self.out.flush()
    }

    /// Shows the live line; a pipe gets none.
    pub fn live(&mut self, text: impl Into<Printable>) -> io::Result<()> {
        if self.kind == Output::Pipe {
            return Ok(());
        }
        // One write, so that the terminal never shows an empty line between.
        write!(self.out, "\r\u{1b}[2K{}", text.into())?;
        self.live = true;
        self.out.flush()
    }

    /// Whether a line stands there that will change.
    pub fn has_live(&self) -> bool {
        self.live
    }

    /// The live line was ended by somebody else: the person's Enter.
    pub fn forget_live(&mut self) {
        self.live = false;
    }

    /// Takes the live line away.
    pub fn clear(&mut self) -> io::Result<()> {
        if self.live {
            write!(self.out, "\r\u{1b}[2K")?;
            self.live = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gets_plain_lines_and_a_terminal_a_line_that_changes() {
        let mut piped = Screen::new(Vec::new(), Output::Pipe);
        piped.live("working").unwrap();
        piped.print("done").unwrap();
        assert_eq!(String::from_utf8(piped.out).unwrap(), "done\n");
        let mut terminal = Screen::new(Vec::new(), Output::Terminal(Colours::Hidden));
        terminal.live("working").unwrap();
        terminal.print("done").unwrap();
        terminal.print("again").unwrap();
        assert_eq!(String::from_utf8(terminal.out).unwrap(), "\r\u{1b}[2Kworking\r\u{1b}[2Kdone\nagain\n");
    }
}
