//! A picture among what is looked at: how large it is drawn, and the words below it.

use std::sync::Arc;

use super::lens::Lens;
use super::{EvidenceViewer, Piece, Room};
use crate::tui::picture::{Graphics, Painted, PictureKey, Pictures, Window};
use crate::tui::popup::prelude::*;
use crate::tui::popup::section::Picture;
use crate::view::evidence::{Reading, page, pixels, reading};
use ratatui::layout::Size;

impl EvidenceViewer {
    /// A picture in the room that is left below what it is to prove, where that is most of it, else in all of it; and in
    /// half of that where words below it are of more use.
    pub(super) fn picture(&self, app: &App, piece: &Piece, room: Room, below: usize) -> Section {
        let heading = self.heading(app, piece, room).len();
        let height = usize::from(room.area.height);
        let left = height.saturating_sub(room.above + heading);
        let rows = if left * 2 >= height { left } else { height.saturating_sub(heading) };
        let rows = if app.canvas.graphics == Graphics::Blocks { rows - below.min(rows / 2) } else { rows };
        let free = Size { width: room.area.width, height: u16::try_from(rows).unwrap_or(u16::MAX) };
        let in_words = |said| in_words(app, piece, said, usize::from(room.area.width)).into();
        let drawn = pixels(&piece.png).filter(|_| app.canvas.graphics != Graphics::None);
        let Some((across, down)) = drawn else { return in_words(None) };
        let strip = self.lens.strip();
        let size = app.canvas.fitted((strip.of(across).1, down), free, self.lens.fit());
        let (reference, window) = (piece.doc.reference.clone(), Window::whole(size.height));
        let key = PictureKey { reference, size, window, strip };
        match made(&app.pictures, &key) {
            Ok(painted) => Section::Picture(Picture {
                reference: key.reference,
                size,
                strip,
                png: Arc::clone(&piece.png),
                painted,
            }),
            Err(why) => in_words(Some(&why)),
        }
    }

    /// How a picture is seen better, and what its page read.
    pub(super) fn below_picture(&self, app: &App, piece: &Piece, width: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        if app.canvas.graphics == Graphics::Blocks {
            let how = how_to_see_it(app, self.lens);
            rows.extend(paragraph(StyleRole::Dim, &how, width));
        }
        if let Some(read) = &piece.read {
            rows.extend(reading(read, &piece.doc, width));
        }
        rows
    }
}

/// What is ready of a picture, or why nothing ever is.
fn made(pictures: &Pictures, key: &PictureKey) -> Result<Vec<Arc<Painted>>, String> {
    let mut ready = Vec::new();
    for painted in pictures.of(key) {
        match painted {
            Ok(painted) => ready.push(Arc::clone(painted)),
            Err(why) => return Err(why.clone()),
        }
    }
    Ok(ready)
}

/// Half blocks show shapes: how one comes nearer, and that other programs show all of it.
fn how_to_see_it(app: &App, lens: Lens) -> String {
    let key = |action| app.keymap.key_of(&[Context::Evidence, Context::Move], action);
    let told = |action, words: &str| key(action).map(|key| format!("{key} {words}"));
    let aside = match (key(Action::Left), key(Action::Right)) {
        (Some(left), Some(right)) if lens.is_strip() => Some(format!("{left} {right} go to its sides")),
        _ => None,
    };
    let farther = told(Action::Slower, "goes back").filter(|_| lens != Lens::default());
    let keys = [
        told(Action::Faster, "comes nearer"),
        farther,
        aside,
        told(Action::Outside, "opens it outside, as it is"),
    ];
    let keys = keys.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let seen = if lens == Lens::default() { "Blocks show its shape, not its letters" } else { lens.words() };
    format!("{seen}: {keys}")
}

/// A picture that cannot be drawn: what it is, and how it is seen all the same.
fn in_words(app: &App, piece: &Piece, why: Option<&String>, width: usize) -> Vec<Row> {
    let key = app.keymap.key_of(&[Context::Evidence], Action::Outside);
    let key = key.map(|key| format!("{key} opens it in another program; ")).unwrap_or_default();
    let how = format!("{key}`flightdeck evidence {} --out FILE` writes it to a file.", piece.doc.reference.0);
    let mut rows = page(&piece.doc, Reading::default(), width).shown.into_rows();
    rows.extend(why.map(|why| paragraph(StyleRole::Bad, why, width)).into_iter().flatten());
    rows.extend(paragraph(StyleRole::Dim, &how, width));
    rows
}
