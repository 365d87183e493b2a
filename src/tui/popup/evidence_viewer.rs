//! A piece of evidence, fetched when it is looked at, and drawn below what it is to prove.

mod lens;
mod picture;
mod player;
mod reader;

use std::sync::Arc;

use super::prelude::*;
use super::{Place, RefreshRate};
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::verdict::{EvidenceRef, Verdict};
use crate::view::assertion::Looking;
use crate::view::evidence::{Proof, Reading, head, in_short, page};
use crate::view::row::plain;
use lens::Lens;
use player::Player;
use reader::Reader;

/// Lines that stay in sight above a place that is gone to.
const ABOVE: usize = 3;

/// The evidence of an assertion's verdicts, newest first, and the one that is looked at.
#[derive(Debug, Default)]
pub struct EvidenceViewer {
    assertion: Option<AssertionId>,
    references: Vec<EvidenceRef>,
    at: usize,
    /// What stands beside the piece, while it is looked at in its place.
    aside: Option<EvidenceRef>,
    piece: Option<Result<Piece, String>>,
    search: Search,
    reader: Reader,
    lens: Lens,
}

/// Whether a recording is looked for among the pieces, to be played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Search {
    #[default]
    No,
    Recording,
}

/// A piece that is here.
#[derive(Debug)]
struct Piece {
    doc: EvidenceDoc,
    /// The bytes of a picture, in base64.
    png: Arc<str>,
    player: Option<Player>,
    /// What the page read that a picture shows.
    read: Option<EvidenceDoc>,
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
        self.aside = None;
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
        let Some(reference) = self.shown().cloned() else { return PopupResult::stay() };
        PopupResult::ask(Call::Evidence { reference })
    }

    /// Looks for a recording among the pieces and beside them, from the one that is looked at on, and plays it.
    pub fn play(&mut self) -> PopupResult {
        self.search = Search::Recording;
        self.fetch()
    }

    /// The piece on the screen.
    fn shown(&self) -> Option<&EvidenceRef> {
        self.aside.as_ref().or_else(|| self.references.get(self.at))
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
        if self.references.len() < 2 && self.aside.is_none() {
            return PopupResult::stay();
        }
        if self.aside.take().is_none() {
            self.at = (self.at + by) % self.references.len();
        }
        self.fetch()
    }

    /// Takes the piece in, when it is the one that is looked at.
    pub fn answered(&mut self, app: &App, call: &Call, result: &Answer) -> PopupResult {
        let Call::Evidence { reference } = call else { return PopupResult::stay() };
        if self.shown() != Some(reference) {
            if let (Some(Ok(piece)), Ok(Reply::Evidence { evidence })) = (&mut self.piece, result)
                && piece.doc.beside.as_ref() == Some(reference)
            {
                piece.read = Some(evidence.clone());
            }
            return PopupResult::stay();
        }
        self.piece = match result {
            Ok(Reply::Evidence { evidence }) => Some(Ok(Piece::new(evidence.clone()))),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
        match self.search {
            Search::Recording => self.search_on(app),
            Search::No => self.ask_what_it_read(),
        }
    }

    /// Of a picture, what its page read stands below it.
    fn ask_what_it_read(&self) -> PopupResult {
        let beside = self.doc().filter(|doc| doc.kind == EvidenceKind::Screenshot);
        let beside = beside.and_then(|doc| doc.beside.clone());
        beside.map_or_else(PopupResult::stay, |reference| PopupResult::ask(Call::Evidence { reference }))
    }

    /// Plays the piece if it is a recording, goes to the one beside it, or on to the next piece.
    fn search_on(&mut self, app: &App) -> PopupResult {
        if let Some(Ok(Piece { player: Some(player), .. })) = &mut self.piece {
            self.search = Search::No;
            player.act(app, Action::Play);
            return PopupResult::stay();
        }
        if let Some(recording) = self.recording_beside() {
            self.aside = Some(recording);
            return self.fetch();
        }
        self.at += 1;
        if self.at < self.references.len() {
            return self.fetch();
        }
        (self.at, self.search) = (0, Search::No);
        PopupResult { say: Some("nothing was recorded for this".to_owned()), ..self.fetch() }
    }

    /// The recording of the session that the screen is of.
    pub fn recording_beside(&self) -> Option<EvidenceRef> {
        self.doc().filter(|doc| doc.kind == EvidenceKind::Terminal)?.beside.clone()
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
        if self.kind() == Some(EvidenceKind::Screenshot) && self.lens.act(action) {
            at.top = room.above;
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
            Action::Recording => return Some(self.play()),
            Action::Play if self.recording_beside().is_some() => return Some(self.play()),
            Action::Fold => self.reader.fold(),
            Action::Raw => self.reader.turn(),
            Action::Outside => return Some(self.outside()),
            Action::Copy => {
                let reference = self.shown();
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
                let mut sections =
                    vec![Section::Heading { rows, stays: in_short(&piece.doc, &self.number()) }];
                sections.extend(self.content(app, piece, room));
                return sections;
            }
        };
        vec![vec![row.end(StyleRole::Dim, self.number())].into()]
    }

    fn number(&self) -> String {
        let aside = if self.aside.is_some() { "beside " } else { "" };
        format!("{aside}{} of {}", self.at + 1, self.references.len())
    }

    fn heading(&self, app: &App, piece: &Piece, room: Room) -> Vec<Row> {
        let proof = Proof { doc: &piece.doc, assertion: self.assertion.as_ref() };
        let width = usize::from(room.area.width);
        let mut rows = head(&app.mission, proof, &self.number(), app.now, width);
        if let Some(shown) = self.aside.as_ref().and_then(|_| self.references.get(self.at)) {
            let words = format!("the session that {} is a screen of, on which the verdict rests", shown.0);
            rows.extend(paragraph(StyleRole::Dim, &words, width));
        }
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
            let below = self.below_picture(app, piece, width);
            return vec![self.picture(app, piece, room, below.len()), below.into()];
        }
        let mut page = page(&piece.doc, self.reader.how, width);
        self.reader.mark(&mut page);
        vec![page.shown.into()]
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
        Self { doc, png, player, read: None }
    }
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
