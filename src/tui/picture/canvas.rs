//! How this terminal takes pictures, and how large one is on it.

use ratatui::layout::Size;
use strum::{EnumString, IntoStaticStr};

use crate::tui::notify_protocol::Multiplexer;
use crate::tui::theme::Depth;
use crate::view::glyph::Charset;

/// Pixels of a cell whose terminal does not tell.
const USUAL_CELL: (u16, u16) = (10, 20);
/// Rows and columns that a picture has at most: a kitty terminal can name no more.
const MOST: u16 = 297;

/// How a terminal takes pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Graphics {
    /// It takes none: a picture is told in words.
    #[default]
    None,
    /// Characters of two half blocks, each in two colours.
    Blocks,
    Kitty,
    Iterm2,
    Sixel,
}

/// What the person has set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Wish {
    /// What the terminal is known to take.
    #[default]
    Auto,
    Kitty,
    Iterm2,
    Sixel,
    Blocks,
    Off,
}

/// What pictures are drawn for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Canvas {
    pub graphics: Graphics,
    /// Whether sequences are handed through to the terminal around it.
    pub multiplexer: Multiplexer,
    /// Pixels of a cell.
    pub cell: Cell,
}

/// Pixels of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub width: u16,
    pub height: u16,
}

/// How a picture is fitted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fit {
    /// All of it is seen.
    #[default]
    Whole,
    /// As wide as the screen; one scrolls down.
    Width,
    /// The same, made larger than it is where it is less wide.
    Near,
}

impl Default for Cell {
    fn default() -> Self {
        Self { width: USUAL_CELL.0, height: USUAL_CELL.1 }
    }
}

impl Cell {
    /// Pixels of a cell by those of the window, where the terminal tells them.
    pub fn of(pixels: Size, cells: Size) -> Self {
        let width = pixels.width.checked_div(cells.width).filter(|width| (3..=120).contains(width));
        let height = pixels.height.checked_div(cells.height).filter(|height| (5..=240).contains(height));
        width.zip(height).map_or_else(Self::default, |(width, height)| Self { width, height })
    }
}

impl Canvas {
    /// What this terminal takes, by the names of its variables. It is never asked: an answer to a question that came
    /// too late would be read as keys. What is not known gets half blocks; behind a multiplexer everybody does, since
    /// most drop the rest, unless the person says that theirs does not.
    pub fn of(wish: Wish, depth: Depth, charset: Charset, variable: impl Fn(&str) -> String) -> Self {
        let multiplexer = match (variable("TMUX").is_empty(), variable("STY").is_empty()) {
            (false, _) => Multiplexer::Tmux,
            (true, false) => Multiplexer::Screen,
            (true, true) => Multiplexer::None,
        };
        let blocks = match (charset, variable("TERM").as_str()) {
            (Charset::Ascii, _) | (_, "dumb" | "linux" | "") => Graphics::None,
            (Charset::Unicode, _) => Graphics::Blocks,
        };
        let graphics = match wish {
            Wish::Off => Graphics::None,
            Wish::Kitty => Graphics::Kitty,
            Wish::Iterm2 => Graphics::Iterm2,
            Wish::Sixel => Graphics::Sixel,
            Wish::Blocks => blocks,
            // Without colours a picture of half blocks is a grey field, and who wants none wants no picture.
            Wish::Auto if depth == Depth::Monochrome || blocks == Graphics::None => Graphics::None,
            Wish::Auto if multiplexer != Multiplexer::None => blocks,
            Wish::Auto => known(&variable).unwrap_or(blocks),
        };
        Self { graphics, multiplexer, cell: Cell::default() }
    }

    /// The cells of a picture of so many pixels in a room of so many.
    pub fn fitted(&self, pixels: (u32, u32), room: Size, fit: Fit) -> Size {
        let (width, height) = (u64::from(pixels.0.max(1)), u64::from(pixels.1.max(1)));
        let cell = (u64::from(self.cell.width), u64::from(self.cell.height));
        let columns = u64::from(room.width.clamp(1, MOST));
        let rows = u64::from(match fit {
            Fit::Whole => room.height.clamp(1, MOST),
            Fit::Width | Fit::Near => MOST,
        });
        // The smallest of the scales that keep it in the room; it is not made larger than it is unless that is wanted.
        let own = (fit != Fit::Near).then_some((1, 1));
        let scales = [(columns * cell.0, width), (rows * cell.1, height)];
        let smallest =
            own.into_iter().chain(scales).reduce(|a, b| if a.0 * b.1 <= b.0 * a.1 { a } else { b });
        let (up, down) = smallest.unwrap_or((1, 1));
        let cells = |pixels: u64, cell: u64, most: u64| {
            let rounded = (pixels * up + down * cell / 2) / (down * cell);
            u16::try_from(rounded.clamp(1, most)).unwrap_or(MOST)
        };
        Size { width: cells(width, cell.0, columns), height: cells(height, cell.1, rows) }
    }

    /// Whether a picture is kept whole by the terminal, or by its cells, and any part of it can be shown at once.
    pub(super) fn keeps_whole(self) -> bool {
        matches!(self.graphics, Graphics::Kitty | Graphics::Blocks)
    }
}

/// What a terminal takes, by the names that it gives itself; those that pass through ssh are among them.
fn known(variable: impl Fn(&str) -> String) -> Option<Graphics> {
    let (term, program) = (variable("TERM").to_lowercase(), variable("TERM_PROGRAM").to_lowercase());
    let is_set = |name: &str| !variable(name).is_empty();
    let named = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
    if named(&["kitty", "ghostty"]) {
        Some(Graphics::Kitty)
    } else if named(&["iterm", "wezterm", "mintty"])
        || variable("LC_TERMINAL").to_lowercase().contains("iterm")
        || is_set("WEZTERM_EXECUTABLE")
        || is_set("KONSOLE_VERSION")
    {
        Some(Graphics::Iterm2)
    } else if named(&["foot", "mlterm", "contour", "yaft"]) || is_set("WT_SESSION") {
        Some(Graphics::Sixel)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(wish: Wish, variables: &[(&str, &str)]) -> Graphics {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned()).unwrap_or_default()
        };
        Canvas::of(wish, Depth::Full, Charset::Unicode, variable).graphics
    }

    #[test]
    fn a_terminal_gets_what_it_is_known_to_take_and_else_half_blocks() {
        for (variables, graphics) in [
            (&[("TERM", "xterm-kitty")][..], Graphics::Kitty),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "ghostty")], Graphics::Kitty),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Graphics::Iterm2),
            (&[("TERM", "xterm-256color"), ("LC_TERMINAL", "iTerm2")], Graphics::Iterm2),
            (&[("TERM", "xterm-256color"), ("KONSOLE_VERSION", "240401")], Graphics::Iterm2),
            (&[("TERM", "foot")], Graphics::Sixel),
            (&[("TERM", "xterm-256color")], Graphics::Blocks),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "vscode")], Graphics::Blocks),
            // A multiplexer passes on what it knows, whatever the terminal around it is.
            (&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x"), ("LC_TERMINAL", "iTerm2")], Graphics::Blocks),
            (&[("TERM", "screen"), ("STY", "1.x")], Graphics::Blocks),
            (&[("TERM", "dumb")], Graphics::None),
            (&[("TERM", "linux")], Graphics::None),
            (&[], Graphics::None),
        ] {
            assert_eq!(of(Wish::Auto, variables), graphics, "{variables:?}");
        }
    }

    #[test]
    fn the_person_knows_better_and_no_colours_or_no_blocks_means_words() {
        let tmux = [("TERM", "tmux-256color"), ("TMUX", "/tmp/x")];
        assert_eq!(of(Wish::Kitty, &tmux), Graphics::Kitty);
        assert_eq!(of(Wish::Off, &[("TERM", "xterm-kitty")]), Graphics::None);
        assert_eq!(of(Wish::Blocks, &[("TERM", "xterm-kitty")]), Graphics::Blocks);
        let kitty = |name: &str| if name == "TERM" { "xterm-kitty".to_owned() } else { String::new() };
        let graphics = |depth, charset| Canvas::of(Wish::Auto, depth, charset, kitty).graphics;
        assert_eq!(graphics(Depth::Monochrome, Charset::Unicode), Graphics::None);
        assert_eq!(graphics(Depth::Full, Charset::Ascii), Graphics::None);
        assert_eq!("iterm2".parse(), Ok(Wish::Iterm2));
    }

    #[test]
    fn a_picture_keeps_its_shape_and_its_room() {
        let canvas = Canvas::default();
        let fitted = |pixels, room: (u16, u16), fit| {
            let size = canvas.fitted(pixels, room.into(), fit);
            (size.width, size.height)
        };
        assert_eq!(fitted((1280, 800), (118, 100), Fit::Whole), (118, 37));
        assert_eq!(fitted((1280, 800), (118, 20), Fit::Whole), (64, 20));
        assert_eq!(fitted((100, 40), (118, 20), Fit::Whole), (10, 2), "nothing is made larger");
        assert_eq!(fitted((1280, 20_000), (118, 20), Fit::Width), (38, 297), "no longer than can be named");
        assert_eq!(fitted((1280, 2_000), (118, 20), Fit::Width), (118, 92));
        assert_eq!(fitted((160, 800), (118, 20), Fit::Near), (118, 295), "nearer than it is");
        assert_eq!(fitted((0, 0), (0, 0), Fit::Whole), (1, 1));
        assert_eq!(fitted((u32::MAX, 1), (80, 24), Fit::Whole), (80, 1));
    }

    #[test]
    fn a_cell_is_believed_only_where_it_can_be() {
        let cell = |pixels: (u16, u16)| Cell::of(pixels.into(), Size::new(100, 50));
        assert_eq!(cell((900, 900)), Cell { width: 9, height: 18 });
        assert_eq!(cell((0, 0)), Cell::default());
        assert_eq!(Cell::of(Size::new(900, 900), Size::new(0, 0)), Cell::default());
    }
}
