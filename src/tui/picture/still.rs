//! A picture for a terminal that is not ours: printed once, below what was printed before.

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;

use super::{Canvas, Fit, Order, PictureKey, Strip, Window};
use crate::domain::verdict::EvidenceRef;
use crate::view::evidence::pixels;

/// The bytes that print a PNG in base64 in a room of so many cells, and lead to the line below it.
///
/// # Errors
/// Why it cannot be shown, in a sentence.
pub fn printed(png: &str, canvas: Canvas, room: Size) -> Result<String, String> {
    let pixels = pixels(png).ok_or("this is no picture that can be read")?;
    let size = canvas.fitted(pixels, room, Fit::Whole);
    let window = Window::whole(size.height);
    let key = PictureKey { reference: EvidenceRef(String::new()), size, window, strip: Strip::WHOLE };
    // Not a number of the console's: a picture that is printed stays when the console takes its own away.
    let number =
        0x00f1_1500 | u32::from(png.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)));
    let painted = Order { key, png: png.to_owned(), canvas, number }.paint()?;
    let area = Rect { x: 0, y: 0, width: size.width, height: size.height };
    let mut frame = Buffer::empty(area);
    painted.put(area, 0, &mut frame);
    let rows = frame.content.chunks(usize::from(size.width).max(1));
    Ok(if painted.is_sent() {
        // Its lines are made room for first: it does not scroll by itself.
        let (down, first) = ("\n".repeat(size.height.into()), frame.content.first().map_or("", Cell::symbol));
        format!("{down}\x1b[{0}A\x1b7{first}\x1b8\x1b[{0}B", size.height)
    } else {
        rows.map(line).collect()
    })
}

fn line(cells: &[Cell]) -> String {
    let seen = cells.iter().filter(|cell| cell.diff_option != CellDiffOption::Skip);
    let drawn = seen.map(|cell| format!("{}{}{}", colour(38, cell.fg), colour(48, cell.bg), cell.symbol()));
    format!("{}\x1b[0m\n", drawn.collect::<String>())
}

fn colour(which: u8, colour: Color) -> String {
    match colour {
        Color::Rgb(red, green, blue) => format!("\x1b[{which};2;{red};{green};{blue}m"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

    use super::*;
    use crate::tui::notify_protocol::Multiplexer;
    use crate::tui::picture::{Cell as Pixels, Graphics};

    fn canvas(graphics: Graphics) -> Canvas {
        Canvas { graphics, multiplexer: Multiplexer::None, cell: Pixels { width: 10, height: 20 } }
    }

    fn png() -> String {
        let halves = |_, y| if y < 20 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) };
        let mut bytes = std::io::Cursor::new(Vec::new());
        let image = DynamicImage::ImageRgb8(RgbImage::from_fn(40, 40, halves));
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        STANDARD.encode(bytes.into_inner())
    }

    #[test]
    fn every_terminal_is_printed_a_picture_in_its_own_way() {
        let printed = |graphics| printed(&png(), canvas(graphics), Size::new(80, 24)).unwrap();
        let blocks = printed(Graphics::Blocks);
        assert_eq!(blocks.lines().count(), 2);
        assert!(blocks.starts_with("\x1b[38;2;") && blocks.contains("200") && blocks.ends_with("\x1b[0m\n"));
        let kitty = printed(Graphics::Kitty);
        assert!(kitty.contains("\x1b_Gq=2,i=") && kitty.contains(",U=1,") && kitty.lines().count() == 2);
        let iterm = printed(Graphics::Iterm2);
        assert!(iterm.starts_with("\n\n\x1b[2A\x1b7") && iterm.contains("\x1b]1337;File=inline=1"));
        assert!(iterm.ends_with("\x1b8\x1b[2B"));
        assert!(printed(Graphics::Sixel).contains("\x1bP"));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused_before_it_takes_memory() {
        let told = |png: &str| printed(png, canvas(Graphics::Blocks), Size::new(80, 24)).unwrap_err();
        assert_eq!(told("bm90aGluZyBvZiB0aGUga2luZCwgYnV0IGxvbmc="), "this is no picture that can be read");
        let mut bomb = STANDARD.decode(png()).unwrap();
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        // The head has a checksum of its own, which whoever makes such a picture makes right.
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(
            told(&STANDARD.encode(&bomb)),
            "a picture of 60000×60000 pixels is too large to be shown here"
        );
        let cut = &STANDARD.decode(png()).unwrap()[..60];
        assert!(told(&STANDARD.encode(cut)).starts_with("this is no picture that can be read: "));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
            })
        })
    }
}
