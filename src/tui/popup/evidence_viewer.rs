//! A piece of evidence, fetched when it is looked at, and drawn below what it is to prove.

mod player;
mod reader;

use std::sync::Arc;

use super::prelude::*;
use super::section::Picture;
use super::{Place, RefreshRate};
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::verdict::{EvidenceRef, Verdict};
use crate::tui::picture::{Fit, Graphics, Painted, PictureKey, Pictures, Window};
use crate::view::assertion::Looking;
use crate::view::evidence::{Proof, Reading, head, in_short, page, pixels};
use crate::view::row::plain;
use player::Player;
use ratatui::layout::Size;
use reader::Reader;

/// Lines that stay in sight above a place that is gone to.
const ABOVE: usize = 3;

/// The evidence of an assertion's verdicts, newest first, and the one that is looked at.
#[derive(Debug, Default)]
pub struct EvidenceViewer {
    assertion: Option<AssertionId>,
    references: Vec<EvidenceRef>,
    at: usize,
    piece: Option<Result<Piece, String>>,
    reader: Reader,
    fit: Fit,
}

/// A piece that is here.
#[derive(Debug)]
struct Piece {
    doc: EvidenceDoc,
    /// The bytes of a picture, in base64.
    png: Arc<str>,
    player: Option<Player>,
}

/// The room in which a piece is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub area: Rect,
    /// Lines of what it is to prove, which stand above it.
    pub above: usize,
}

impl EvidenceViewer {
    /// The evidence of an assertion.
    pub fn of(mission: &Mission, assertion: &AssertionId) -> Self {
        let references = references(mission, assertion);
        Self { assertion: Some(assertion.clone()), references, ..Self::default() }
    }

    /// With one piece of it looked at first.
    #[must_use]
    pub fn at(self, reference: &EvidenceRef) -> Self {
        let at = self.references.iter().position(|known| known == reference).unwrap_or(self.at);
        Self { at, ..self }
    }

    /// Whether this is still the evidence of an assertion, and all of it.
    pub fn is_of(&self, mission: &Mission, assertion: &AssertionId) -> bool {
        self.references == references(mission, assertion)
    }

    /// Takes in what verdicts rest on by now; the piece that is looked at stays.
    pub fn refresh(&mut self, app: &App) -> PopupResult {
        if let Some(Ok(Piece { player: Some(player), .. })) = &mut self.piece {
            player.go_on(app);
        }
        let Some(assertion) = self.assertion.clone() else { return PopupResult::stay() };
        if self.is_of(&app.mission, &assertion) {
            return PopupResult::stay();
        }
        let looked_at = self.references.get(self.at).cloned();
        self.references = references(&app.mission, &assertion);
        let place = self.references.iter().position(|known| Some(known) == looked_at.as_ref());
        self.at = place.unwrap_or(0);
        if place.is_some() { PopupResult::stay() } else { self.fetch() }
    }

    /// What is looked at.
    pub fn looking(&self) -> Looking<'_> {
        self.references.get(self.at).map_or(Looking::Newest, Looking::At)
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> usize {
        self.references.len()
    }

    /// Asks for the piece that is looked at.
    pub fn fetch(&mut self) -> PopupResult {
        self.piece = None;
        self.reader.begin();
        let Some(reference) = self.references.get(self.at).cloned() else { return PopupResult::stay() };
        PopupResult::ask(Call::Evidence { reference })
    }

    /// Looks at the next piece, around the end.
    pub fn forward(&mut self) -> PopupResult {
        self.go(1)
    }

    /// Looks at the piece before, around the beginning.
    pub fn back(&mut self) -> PopupResult {
        self.go(self.references.len().saturating_sub(1))
    }

    fn go(&mut self, by: usize) -> PopupResult {
        if self.references.len() < 2 {
            return PopupResult::stay();
        }
        self.at = (self.at + by) % self.references.len();
        self.fetch()
    }

    /// Takes the piece in, when it is the one that is looked at.
    pub fn answered(&mut self, call: &Call, result: &Answer) {
        let Call::Evidence { reference } = call else { return };
        if self.references.get(self.at) != Some(reference) {
            return;
        }
        self.piece = match result {
            Ok(Reply::Evidence { evidence }) => Some(Ok(Piece::new(evidence.clone()))),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
    }

    /// The piece, once it is here.
    pub fn doc(&self) -> Option<&EvidenceDoc> {
        self.piece.as_ref()?.as_ref().ok().map(|piece| &piece.doc)
    }

    /// Which kind of piece is looked at.
    pub fn kind(&self) -> Option<EvidenceKind> {
        self.doc().map(|doc| doc.kind)
    }

    /// How often it wants to be drawn.
    pub fn pace(&self) -> RefreshRate {
        match &self.piece {
            Some(Ok(Piece { player: Some(player), .. })) if player.is_playing() => RefreshRate::Brisk,
            _ => RefreshRate::Calm,
        }
    }

    /// Does what is done to a piece, whatever screen it is on; `None` where that is nothing.
    pub fn act(&mut self, app: &App, at: &mut Place, room: Room, action: Action) -> Option<PopupResult> {
        if let Some(Ok(Piece { player: Some(player), .. })) = &mut self.piece
            && player.act(app, action)
        {
            return Some(PopupResult::stay());
        }
        match action {
            Action::NextMatch | Action::Right | Action::NextPane => {
                at.top = 0;
                return Some(self.forward());
            }
            Action::PreviousMatch | Action::Left | Action::PreviousPane => {
                at.top = 0;
                return Some(self.back());
            }
            Action::NextFailure | Action::PreviousFailure => {
                return Some(self.go_to_failure(app, at, room, action));
            }
            Action::Zoom if self.kind() == Some(EvidenceKind::Screenshot) => {
                self.fit = if self.fit == Fit::Whole { Fit::Width } else { Fit::Whole };
                at.top = room.above;
            }
            Action::Fold => self.reader.fold(),
            Action::Raw => self.reader.turn(),
            Action::Outside => return Some(self.outside()),
            Action::Copy => {
                let reference = self.references.get(self.at);
                return Some(reference.map_or_else(PopupResult::stay, |reference| {
                    PopupResult::effect(Effect::Copy(reference.0.clone()))
                }));
            }
            Action::CopyText => {
                let text = self.doc().map(|doc| self.reader.text(doc));
                return Some(
                    text.map_or_else(PopupResult::stay, |text| PopupResult::effect(Effect::Copy(text))),
                );
            }
            _ => return None,
        }
        Some(PopupResult::stay())
    }

    fn go_to_failure(&mut self, app: &App, at: &mut Place, room: Room, action: Action) -> PopupResult {
        let Some(Ok(piece)) = &self.piece else { return PopupResult::stay() };
        let failures = self.failures(piece, room);
        let Some(row) = self.reader.next(&failures, action) else {
            return PopupResult::say("no line of this names a failure");
        };
        at.top = (room.above + self.heading(app, piece, room).len() + row).saturating_sub(ABOVE);
        PopupResult::stay()
    }

    /// Opens it in another program.
    fn outside(&self) -> PopupResult {
        let Some(doc) = self.doc() else { return PopupResult::stay() };
        let (ending, content) = match doc.kind {
            EvidenceKind::Screenshot => ("png", decode(&doc.content)),
            EvidenceKind::Command
            | EvidenceKind::Http
            | EvidenceKind::Terminal
            | EvidenceKind::Page
            | EvidenceKind::App
            | EvidenceKind::Steps => ("json", doc.content.clone().into_bytes()),
            EvidenceKind::Recording => ("cast", doc.content.clone().into_bytes()),
            EvidenceKind::Unknown => ("txt", doc.content.clone().into_bytes()),
        };
        PopupResult::effect(Effect::Outside { name: format!("{}.{ending}", doc.reference.0), content })
    }

    /// Its heading, and what it shows.
    pub fn sections(&self, app: &App, room: Room) -> Vec<Section> {
        if self.references.is_empty() {
            return Vec::new();
        }
        let waiting = Row::of(StyleRole::Accent, "▣ ");
        let row = match &self.piece {
            None => waiting.then(StyleRole::Dim, "fetching the evidence …"),
            Some(Err(sentence)) => waiting.then(StyleRole::Bad, sentence),
            Some(Ok(piece)) => {
                let rows = self.heading(app, piece, room);
                let mut sections = vec![Section::Heading { rows, stays: in_short(&piece.doc, &self.number()) }];
                sections.extend(self.content(app, piece, room));
                return sections;
            }
        };
        vec![vec![row.end(StyleRole::Dim, self.number())].into()]
    }

    fn number(&self) -> String {
        format!("{} of {}", self.at + 1, self.references.len())
    }

    fn heading(&self, app: &App, piece: &Piece, room: Room) -> Vec<Row> {
        let proof = Proof { doc: &piece.doc, assertion: self.assertion.as_ref() };
        let mut rows = head(&app.mission, proof, &self.number(), app.now, usize::from(room.area.width));
        rows.push(Row::new());
        rows
    }

    fn failures(&self, piece: &Piece, room: Room) -> Vec<usize> {
        match piece.doc.kind {
            EvidenceKind::Command => page(&piece.doc, self.reader.how, usize::from(room.area.width)).failures,
            _ => Vec::new(),
        }
    }

    fn content(&self, app: &App, piece: &Piece, room: Room) -> Vec<Section> {
        let width = usize::from(room.area.width);
        if let Some(player) = &piece.player {
            return player.sections(width);
        }
        if piece.doc.kind == EvidenceKind::Screenshot {
            return vec![self.picture(app, piece, room)];
        }
        let mut page = page(&piece.doc, self.reader.how, width);
        self.reader.mark(&mut page);
        vec![page.shown.into()]
    }

    /// A picture in the room that is left below what it is to prove, where that is most of it; else in all of it.
    fn picture(&self, app: &App, piece: &Piece, room: Room) -> Section {
        let heading = self.heading(app, piece, room).len();
        let height = usize::from(room.area.height);
        let left = height.saturating_sub(room.above + heading);
        let rows = if left * 2 >= height { left } else { height.saturating_sub(heading) };
        let free = Size { width: room.area.width, height: u16::try_from(rows).unwrap_or(u16::MAX) };
        let in_words = |said| in_words(app, piece, said, usize::from(room.area.width)).into();
        let drawn = pixels(&piece.png).filter(|_| app.canvas.graphics != Graphics::None);
        let Some(pixels) = drawn else { return in_words(None) };
        let size = app.canvas.fitted(pixels, free, self.fit);
        let (reference, window) = (piece.doc.reference.clone(), Window::whole(size.height));
        let key = PictureKey { reference, size, window };
        match made(&app.pictures, &key) {
            Ok(painted) => Section::Picture(Picture {
                reference: key.reference,
                size,
                png: Arc::clone(&piece.png),
                painted,
            }),
            Err(why) => in_words(Some(&why)),
        }
    }
}

impl Piece {
    fn new(doc: EvidenceDoc) -> Self {
        let png = match doc.kind {
            EvidenceKind::Screenshot => Arc::from(doc.content.as_str()),
            _ => Arc::from(""),
        };
        let player = match doc.kind {
            EvidenceKind::Recording => Player::of(&doc.content).ok(),
            _ => None,
        };
        Self { doc, png, player }
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

fn references(mission: &Mission, assertion: &AssertionId) -> Vec<EvidenceRef> {
    let verdicts = mission.verdicts.get(assertion).into_iter().flatten().rev();
    let mut references: Vec<EvidenceRef> = Vec::new();
    for reference in verdicts.flat_map(Verdict::pieces) {
        if !references.contains(reference) {
            references.push(reference.clone());
        }
    }
    references
}

fn decode(base64: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64.trim()).unwrap_or_default()
}

/// What is copied of a piece: as it came where it is text of its own, else as it is laid out.
fn text_of(doc: &EvidenceDoc, how: Reading) -> String {
    match doc.kind {
        EvidenceKind::Screenshot => doc.reference.0.clone(),
        EvidenceKind::Terminal | EvidenceKind::Recording => plain(&page(doc, how, 500).shown.into_rows()),
        EvidenceKind::Command
        | EvidenceKind::Http
        | EvidenceKind::Page
        | EvidenceKind::App
        | EvidenceKind::Steps
        | EvidenceKind::Unknown => doc.content.clone(),
    }
}
