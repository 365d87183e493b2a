//! Colours of a terminal as numbers: what a picture shows where a terminal would choose for itself.

use ratatui::style::Color;

/// What a picture is drawn on, where a terminal would have its own colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    Dark,
    Light,
}

impl Paper {
    /// The paper that a theme is made for.
    pub fn of(theme: &str) -> Self {
        if theme == "light" { Self::Light } else { Self::Dark }
    }

    /// Its colour.
    pub fn ground(self) -> (u8, u8, u8) {
        match self {
            Self::Dark => (13, 17, 23),
            Self::Light => (255, 255, 255),
        }
    }

    /// The colour of letters that have none of their own.
    pub fn letter(self) -> (u8, u8, u8) {
        match self {
            Self::Dark => (201, 209, 217),
            Self::Light => (36, 41, 47),
        }
    }
}

/// A terminal's colour as red, green and blue, with xterm's palette; `None` for the terminal's own.
pub fn rgb(colour: Color) -> Option<(u8, u8, u8)> {
    const BASIC: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match colour {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        Color::Indexed(index) => Some(indexed(index)),
        named => BASIC.iter().zip(0..).find(|(known, _)| **known == named).map(|(_, index)| indexed(index)),
    }
}

/// xterm's palette: sixteen by hand, a cube of six, and greys.
fn indexed(index: u8) -> (u8, u8, u8) {
    const FIRST: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    if let Some(colour) = FIRST.get(usize::from(index)) {
        return *colour;
    }
    if index >= 232 {
        let grey = 8 + (index - 232) * 10;
        return (grey, grey, grey);
    }
    let cube = index - 16;
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
}
