//! Making a picture ready for the terminal: decoded, brought to its size, encoded. It takes time, so it is done beside
//! the loop.

use std::fmt;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget;
use ratatui_image::Image;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::halfblocks::Halfblocks;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::kitty::Kitty;
use ratatui_image::protocol::sixel::Sixel;
use ratatui_image::sliced::{SignedPosition, SlicedImage, SlicedProtocol};

use super::{Canvas, Graphics, PictureKey, Window};
use crate::tui::notify_protocol::Multiplexer;

/// Pixels of a picture that is decoded at most. A small file can say that it is larger than any memory.
const MOST_PIXELS: u64 = 40_000_000;
/// Bytes that decoding may take.
const MOST_BYTES: u64 = 400_000_000;

/// A picture that is to be made ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub key: PictureKey,
    /// A PNG, in base64.
    pub png: String,
    pub canvas: Canvas,
    /// What the terminal is to call it.
    pub number: u32,
}

/// A picture that is ready.
pub struct Painted {
    pub key: PictureKey,
    drawn: Drawn,
}

enum Drawn {
    /// Cells, which any part can be shown of at once.
    Blocks(SlicedProtocol),
    /// The terminal keeps it; any part can be shown at once.
    Kept(SlicedProtocol),
    /// Sent as it is.
    Sent(Protocol),
}

impl Order {
    /// Makes it ready.
    ///
    /// # Errors
    /// Why it cannot be shown, in a sentence.
    pub fn paint(self) -> Result<Painted, String> {
        let bytes = STANDARD.decode(self.png.trim()).map_err(|_| "the picture is damaged".to_owned())?;
        let image = decoded(&bytes)?;
        let (left, part) = self.key.strip.of(image.width());
        let image = image.crop_imm(left, 0, part, image.height());
        let Size { width, height } = self.key.size;
        let cell = match self.canvas.graphics {
            Graphics::None | Graphics::Blocks => (1, 2),
            Graphics::Kitty | Graphics::Iterm2 | Graphics::Sixel => {
                (u32::from(self.canvas.cell.width), u32::from(self.canvas.cell.height))
            }
        };
        let (across, down) = (u32::from(width) * cell.0, u32::from(height) * cell.1);
        let image = image.resize_exact(across, down, FilterType::Triangle);
        let drawn =
            self.encoded(image, cell.1).map_err(|error| format!("the picture cannot be drawn: {error}"))?;
        Ok(Painted { key: self.key, drawn })
    }

    fn encoded(&self, image: DynamicImage, row: u32) -> Result<Drawn, ratatui_image::errors::Errors> {
        let (size, Window { skipped, rows }) = (self.key.size, self.key.window);
        let passed_on = self.canvas.multiplexer == Multiplexer::Tmux;
        let seen = Size { height: rows, ..size };
        let part = |image: DynamicImage| {
            let (width, top) = (image.width(), u32::from(skipped) * row);
            image.crop_imm(0, top, width, u32::from(rows) * row)
        };
        Ok(match self.canvas.graphics {
            Graphics::None | Graphics::Blocks => {
                Drawn::Blocks(SlicedProtocol::Halfblocks(Halfblocks::new(image, size)?))
            }
            Graphics::Kitty => {
                Drawn::Kept(SlicedProtocol::Kitty(Kitty::new(image, size, self.number, passed_on, true)?))
            }
            Graphics::Iterm2 => Drawn::Sent(Protocol::ITerm2(Iterm2::new(part(image), seen, passed_on)?)),
            Graphics::Sixel => Drawn::Sent(Protocol::Sixel(Sixel::new(part(image), seen, passed_on)?)),
        })
    }
}

impl Painted {
    /// Whether it can show these rows of itself.
    pub fn shows(&self, window: Window) -> bool {
        match self.drawn {
            Drawn::Blocks(_) | Drawn::Kept(_) => true,
            Drawn::Sent(_) => self.key.window == window,
        }
    }

    /// Whether it is made of nothing but characters in colours.
    pub fn is_text(&self) -> bool {
        matches!(self.drawn, Drawn::Blocks(_))
    }

    /// Whether the terminal is sent it as a whole.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.drawn, Drawn::Sent(_))
    }

    /// Puts it on a frame, from this row of its own on.
    pub(super) fn put(&self, area: Rect, skipped: u16, frame: &mut Buffer) {
        match &self.drawn {
            Drawn::Blocks(sliced) | Drawn::Kept(sliced) => {
                let up = i16::try_from(skipped).unwrap_or(i16::MAX);
                SlicedImage::new(sliced, SignedPosition { x: 0, y: -up }).render(area, frame);
            }
            Drawn::Sent(protocol) => Image::new(protocol).render(area, frame),
        }
    }
}

impl fmt::Debug for Painted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Painted").field("key", &self.key).finish_non_exhaustive()
    }
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, String> {
    let no_picture = |error: &dyn fmt::Display| format!("this is no picture that can be read: {error}");
    let reader = || {
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_BYTES);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
        reader.limits(limits);
        reader
    };
    let (width, height) = reader().into_dimensions().map_err(|error| no_picture(&error))?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!("a picture of {width}×{height} pixels is too large to be shown here"));
    }
    reader().decode().map_err(|error| no_picture(&error))
}
