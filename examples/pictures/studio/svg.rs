//! A frame as SVG: grounds first, then lines and blocks as shapes, then the text.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::palette::{Paper, rgb};
use super::strokes::{self, shape};

/// Pixels of a cell; the width is what a monospaced font of this size advances.
const WIDTH: f32 = 8.43;
const HEIGHT: f32 = 18.0;
const FONT: f32 = 14.0;
/// Pixels around the frame.
const MARGIN: f32 = 12.0;

/// Draws a frame on a paper.
pub fn svg(buffer: &Buffer, paper: Paper) -> String {
    let (columns, lines) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (width, height) =
        (columns.mul_add(WIDTH, 2.0 * MARGIN).ceil(), lines.mul_add(HEIGHT, 2.0 * MARGIN).ceil());
    let mut drawing = Drawing { out: String::new(), paper };
    for y in 0..buffer.area.height {
        drawing.grounds(buffer, y);
        drawing.signs(buffer, y);
    }
    let ground = hex(paper.ground());
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="{FONT}" xml:space="preserve"><rect width="{width}" height="{height}" rx="8" fill="{ground}"/>
{}</svg>
"#,
        drawing.out
    )
}

struct Drawing {
    out: String,
    paper: Paper,
}

/// Neighbouring letters that look alike, drawn as one text.
#[derive(Debug, Default)]
struct TextRun {
    text: String,
    column: u16,
    cells: u16,
    style: String,
}

impl Drawing {
    /// The grounds of a line that are not the paper's.
    fn grounds(&mut self, buffer: &Buffer, y: u16) {
        let mut x = 0;
        while x < buffer.area.width {
            let ground = self.colours(&buffer[(x, y)]).1;
            let same = (x..buffer.area.width).take_while(|at| self.colours(&buffer[(*at, y)]).1 == ground);
            let cells = u16::try_from(same.count()).unwrap_or(1).max(1);
            if let Some(ground) = ground {
                let (left, top) = corner(x, y);
                self.put(&format!(
                    r#"<rect x="{left:.2}" y="{top:.2}" width="{:.2}" height="{HEIGHT}" fill="{ground}"/>"#,
                    f32::from(cells) * WIDTH
                ));
            }
            x += cells;
        }
    }

    /// The characters of a line.
    fn signs(&mut self, buffer: &Buffer, y: u16) {
        let mut run = TextRun::default();
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let symbol = cell.symbol();
            let cells = u16::try_from(symbol.width().max(1)).unwrap_or(1);
            let style = self.style(cell);
            let cells = if strokes::joins(symbol) {
                let alike = (x..buffer.area.width).take_while(|at| buffer[(*at, y)] == *cell);
                u16::try_from(alike.count()).unwrap_or(cells)
            } else {
                cells
            };
            let (left, top) = corner(x, y);
            let place = strokes::Cell { x: left, y: top, width: f32::from(cells) * WIDTH, height: HEIGHT };
            if let Some(drawn) = shape(symbol, place, &self.colours(cell).0) {
                self.finish(&mut run, y);
                self.put(&drawn);
            } else if symbol.is_ascii() && run.cells > 0 && run.style == style {
                run.text.push_str(symbol);
                run.cells += cells;
            } else {
                self.finish(&mut run, y);
                run = TextRun { text: symbol.to_owned(), column: x, cells, style };
                // A font that has no such sign borrows one of another width: nothing stands behind it.
                if !symbol.is_ascii() {
                    self.finish(&mut run, y);
                }
            }
            x += cells;
        }
        self.finish(&mut run, y);
    }

    fn finish(&mut self, run: &mut TextRun, y: u16) {
        let taken = std::mem::take(run);
        let text = taken.text.trim_end();
        let blank = text.len() - text.trim_start().len();
        let text = text.trim_start();
        if text.is_empty() {
            return;
        }
        let column = taken.column + u16::try_from(blank).unwrap_or(0);
        let (left, top) = corner(column, y);
        let length = if text.is_ascii() && text.len() > 1 {
            format!(r#" textLength="{:.2}""#, text.chars().map(|_| WIDTH).sum::<f32>())
        } else {
            String::new()
        };
        let line = format!(
            r#"<text x="{left:.2}" y="{:.2}"{length}{}>{}</text>"#,
            HEIGHT.mul_add(0.75, top),
            taken.style,
            escaped(text)
        );
        self.put(&line);
    }

    fn put(&mut self, line: &str) {
        self.out += line;
        self.out.push('\n');
    }

    /// The colour of the letter, and of the ground where it is not the paper's.
    fn colours(&self, cell: &Cell) -> (String, Option<String>) {
        let letter = rgb(cell.fg).unwrap_or(self.paper.letter());
        let ground = rgb(cell.bg);
        if cell.modifier.contains(Modifier::REVERSED) {
            return (hex(ground.unwrap_or(self.paper.ground())), Some(hex(letter)));
        }
        (hex(letter), ground.map(hex))
    }

    fn style(&self, cell: &Cell) -> String {
        let mut style = format!(r#" fill="{}""#, self.colours(cell).0);
        for (modifier, words) in [
            (Modifier::BOLD, r#" font-weight="bold""#),
            (Modifier::ITALIC, r#" font-style="italic""#),
            (Modifier::UNDERLINED, r#" text-decoration="underline""#),
            (Modifier::DIM, r#" fill-opacity="0.6""#),
        ] {
            if cell.modifier.contains(modifier) {
                style.push_str(words);
            }
        }
        style
    }
}

fn corner(x: u16, y: u16) -> (f32, f32) {
    (f32::from(x).mul_add(WIDTH, MARGIN), f32::from(y).mul_add(HEIGHT, MARGIN))
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn text_is_escaped_and_lines_become_shapes() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        buffer.set_string(0, 0, "a <b> ✓│", Style::default());
        let drawn = svg(&buffer, Paper::Dark);
        assert!(drawn.contains("a &lt;b&gt;</text>"), "{drawn}");
        assert!(drawn.contains(">✓</text>") && drawn.contains("<path d=") && !drawn.contains('│'), "{drawn}");
    }
}
