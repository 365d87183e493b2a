//! Lines and blocks as shapes. A font's own leave gaps between the rows of a picture, and every reader has another font.

/// A cell of a picture in pixels: its left upper corner, and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// Draws a character that is made of lines or blocks; `None` when it is not one.
pub fn shape(symbol: &str, cell: Cell, fill: &str) -> Option<String> {
    let Cell { x, y, width, height } = cell;
    let rect = |from: (f32, f32), to: (f32, f32), opacity: f32| {
        let (left, top) = (x + from.0 * width, y + from.1 * height);
        let (wide, high) = ((to.0 - from.0) * width, (to.1 - from.1) * height);
        let mut text =
            format!(r#"<rect x="{left:.2}" y="{top:.2}" width="{wide:.2}" height="{high:.2}" fill="{fill}""#);
        if opacity < 1.0 {
            text += &format!(r#" fill-opacity="{opacity}""#);
        }
        text + "/>"
    };
    let block = |from, to| Some(rect(from, to, 1.0));
    match symbol {
        "█" => block((0.0, 0.0), (1.0, 1.0)),
        "▌" => block((0.0, 0.0), (0.5, 1.0)),
        "▐" => block((0.5, 0.0), (1.0, 1.0)),
        "▀" => block((0.0, 0.0), (1.0, 0.5)),
        "░" => Some(rect((0.0, 0.0), (1.0, 1.0), 0.25)),
        "▒" => Some(rect((0.0, 0.0), (1.0, 1.0), 0.5)),
        "▓" => Some(rect((0.0, 0.0), (1.0, 1.0), 0.75)),
        _ => eighths(symbol)
            .and_then(|(share, upright)| {
                if upright { block((0.0, 1.0 - share), (1.0, 1.0)) } else { block((0.0, 0.0), (share, 1.0)) }
            })
            .or_else(|| lines(symbol, cell, fill)),
    }
}

/// Whether several in a row are one shape, only wider.
pub fn joins(symbol: &str) -> bool {
    matches!(symbol, "─" | "━" | "█" | "░" | "▒" | "▓" | "▀")
}

/// The eighth blocks: the share that is filled, and whether it grows upwards.
fn eighths(symbol: &str) -> Option<(f32, bool)> {
    let at = |all: &str| all.chars().position(|c| symbol.chars().eq([c]));
    let share = |place: usize| (u8::try_from(place).map_or(0.0, f32::from) + 1.0) / 8.0;
    at("▁▂▃▄▅▆▇").map(|place| (share(place), true)).or(at("▏▎▍▌▋▊▉").map(|place| (share(place), false)))
}

/// The arms of a line: left, right, up, down, and how thick it is.
fn lines(symbol: &str, cell: Cell, stroke: &str) -> Option<String> {
    let (arms, thick): (&str, f32) = match symbol {
        "─" => ("lr", 1.0),
        "│" => ("ud", 1.0),
        "┌" | "╭" => ("rd", 1.0),
        "┐" | "╮" => ("ld", 1.0),
        "└" | "╰" => ("ru", 1.0),
        "┘" | "╯" => ("lu", 1.0),
        "├" => ("rud", 1.0),
        "┤" => ("lud", 1.0),
        "┬" => ("lrd", 1.0),
        "┴" => ("lru", 1.0),
        "┼" => ("lrud", 1.0),
        "━" => ("lr", 2.0),
        "┃" => ("ud", 2.0),
        "╸" => ("l", 2.0),
        "╺" => ("r", 2.0),
        _ => return None,
    };
    let (middle, centre) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
    let mut path = String::new();
    for arm in arms.chars() {
        let (x, y) = match arm {
            'l' => (cell.x, centre),
            'r' => (cell.x + cell.width, centre),
            'u' => (middle, cell.y),
            _ => (middle, cell.y + cell.height),
        };
        path += &format!("M{middle:.2} {centre:.2}L{x:.2} {y:.2}");
    }
    Some(format!(r#"<path d="{path}" stroke="{stroke}" stroke-width="{thick}" stroke-linecap="square"/>"#))
}
