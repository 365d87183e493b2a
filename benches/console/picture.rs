//! From the key on a verdict to the frame that shows its picture: fetched from a record, decoded, encoded and written as
//! the bytes that a terminal gets. The time of the terminal itself is not in it.

use std::io::Cursor;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use flightdeck::domain::evidence::EvidenceKind;
use flightdeck::tui::app::{App, Look};
use flightdeck::tui::effect::Effect;
use flightdeck::tui::keymap::Keymap;
use flightdeck::tui::msg::Msg;
use flightdeck::tui::pane::draw_on;
use flightdeck::tui::picture::{Canvas, Graphics, place};
use flightdeck::tui::recording::{Recording, answer};
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::theme::{Depth, Theme};
use flightdeck::tui::update::{start, update};
use flightdeck::view::glyph::Charset;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};

use crate::Result;
use crate::usage::{figure, median, milliseconds};

/// How often each way is timed.
const TIMES: u32 = 9;
const SIZE: Size = Size::new(120, 40);

/// Looks at a screenshot of 1280 by 800 pixels in each way that a terminal may take it.
pub fn look() -> Result<()> {
    for (name, graphics) in [
        ("picture_blocks", Graphics::Blocks),
        ("picture_kitty", Graphics::Kitty),
        ("picture_iterm", Graphics::Iterm2),
        ("picture_sixel", Graphics::Sixel),
    ] {
        let looks = (0..TIMES).map(|_| once(graphics)).collect::<Result<Vec<_>>>()?;
        figure(&format!("{name}_ms"), median(looks));
    }
    Ok(())
}

/// How long it takes, in milliseconds.
fn once(graphics: Graphics) -> Result<f64> {
    let mut record = sample(Moment::Flying);
    let png = screenshot()?;
    for doc in &mut record.evidence {
        (doc.kind, doc.content) = (EvidenceKind::Screenshot, png.clone());
    }
    let styles = Theme::built_in("dark")?.styles(Depth::Full)?;
    let look = Look { theme: "dark".to_owned(), styles, depth: Depth::Full, charset: Charset::Unicode };
    let mut app = App::new(SIZE, record.mission().updated, look, Keymap::default());
    app.canvas = Canvas { graphics, ..Canvas::default() };
    let effects = start(&mut app);
    settle(&mut app, &record, effects);
    press(&mut app, &record, '3');
    let begun = Instant::now();
    press(&mut app, &record, 'v');
    if frame(&app)? < 1_000 {
        return Err("the frame has no picture".into());
    }
    Ok(milliseconds(begun.elapsed()))
}

fn press(app: &mut App, record: &Recording, key: char) {
    let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
    let effects = update(app, Msg::Input(Input::Key(key)));
    settle(app, record, effects);
}

/// Does what is asked for, until nothing more is.
fn settle(app: &mut App, record: &Recording, mut effects: Vec<Effect>) {
    while let Some(effect) = effects.pop() {
        effects.extend(match effect {
            Effect::Ask { ticket, call } => {
                update(app, Msg::Answer { ticket, result: Box::new(answer(record, &[], call)) })
            }
            Effect::Paint(order) => {
                let key = order.key.clone();
                update(app, Msg::Painted { key, painted: order.paint() })
            }
            _ => Vec::new(),
        });
    }
}

/// How many bytes the frame has.
fn frame(app: &App) -> Result<usize> {
    let mut bytes = Vec::new();
    let viewport = ratatui::Viewport::Fixed(Rect::new(0, 0, SIZE.width, SIZE.height));
    let mut terminal =
        Terminal::with_options(CrosstermBackend::new(&mut bytes), ratatui::TerminalOptions { viewport })?;
    terminal.draw(|frame| {
        let beside = draw_on(app, frame.buffer_mut());
        place(&beside.pictures, frame.buffer_mut());
    })?;
    drop(terminal);
    Ok(bytes.len())
}

/// Something like a page: a coloured head, lines of text, a form.
fn screenshot() -> Result<String> {
    let page = RgbImage::from_fn(1280, 800, |x, y| match (x, y) {
        (_, 0..80) => Rgb([30, 60, 120]),
        (100..1180, 120..700) if (y / 12) % 2 == 0 && (x * 7 + y * 13) % 5 < 2 => Rgb([40, 40, 40]),
        (300..980, 720..770) => Rgb([80, 160, 90]),
        _ => Rgb([250, 250, 250]),
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(page).write_to(&mut bytes, ImageFormat::Png)?;
    Ok(STANDARD.encode(bytes.into_inner()))
}
