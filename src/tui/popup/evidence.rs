//! What an assertion's verdicts rest on: the claim above, and each piece of evidence under it.

use std::sync::Arc;

use super::assertion::AssertionScreen;
use super::evidence_viewer::{EvidenceViewer, Room};
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use super::prove::ProveScreen;
use super::trace::TraceScreen;
use super::{RefreshRate, section};
use crate::domain::evidence::EvidenceKind;
use crate::domain::gate::GateId;
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::trace::TraceSubject;
use crate::domain::verdict::EvidenceRef;
use crate::tui::picture::PictureKey;
use crate::view::assertion;
use crate::view::text::plural;

/// The screen of an assertion's evidence.
#[derive(Debug)]
pub struct EvidenceScreen {
    assertion: AssertionId,
    viewer: EvidenceViewer,
    words: ClaimLength,
    opens: Opens,
}

/// What it opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opens {
    Piece,
    /// The recording of what was tried, played.
    Recording,
}

/// How much of what the assertion says stands above the evidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ClaimLength {
    /// As much as leaves half of the screen to the evidence.
    #[default]
    Fitting,
    Whole,
}

impl EvidenceScreen {
    /// The evidence of an assertion.
    pub fn new(mission: &Mission, assertion: AssertionId) -> Self {
        let viewer = EvidenceViewer::of(mission, &assertion);
        Self { assertion, viewer, words: ClaimLength::Fitting, opens: Opens::Piece }
    }

    /// The evidence of an assertion, with the recording of how it was tried played first.
    pub fn playing(mission: &Mission, assertion: AssertionId) -> Self {
        Self { opens: Opens::Recording, ..Self::new(mission, assertion) }
    }

    /// The evidence of an assertion, one piece of it first.
    pub fn at(mission: &Mission, assertion: AssertionId, reference: &EvidenceRef) -> Self {
        let viewer = EvidenceViewer::of(mission, &assertion).at(reference);
        Self { assertion, viewer, words: ClaimLength::Fitting, opens: Opens::Piece }
    }

    fn prompt(&self, app: &App, purpose: fn(AssertionId) -> Purpose) -> PopupResult {
        PopupResult::open(Prompt::new(app, purpose(self.assertion.clone())))
    }

    fn claim(&self, app: &App, width: usize) -> Vec<Row> {
        let mut claim = self.whole_claim(app, width);
        if self.words == ClaimLength::Fitting && self.is_tall(app, width) {
            let brief = assertion::brief_claim(&app.mission, &self.assertion, self.viewer.looking(), width);
            let more = plural(claim.len().saturating_sub(brief.len()), "more line");
            let key = app.keymap.key_of(&[Context::Evidence], Action::Fold);
            let key = key.map(|key| format!(": {key} shows all")).unwrap_or_default();
            claim = brief;
            claim.push(Row::of(StyleRole::Dim, format!("… {more}{key}")));
        }
        claim.push(Row::new());
        claim
    }

    fn whole_claim(&self, app: &App, width: usize) -> Vec<Row> {
        assertion::claim(&app.mission, &self.assertion, self.viewer.looking(), width)
    }

    /// Whether all of what it says would leave too little of the screen to its evidence.
    fn is_tall(&self, app: &App, width: usize) -> bool {
        let height = usize::from(inside(app.areas().body).height);
        // A picture is looked at, and with what its page read it needs more room than a text that is scrolled.
        let parts = if self.viewer.kind() == Some(EvidenceKind::Screenshot) { 3 } else { 2 };
        self.viewer.pieces() > 0 && self.whole_claim(app, width).len() * parts > height
    }

    fn room(&self, app: &App) -> Room {
        let area = inside(app.areas().body);
        Room { area, above: self.claim(app, usize::from(area.width)).len() }
    }

    /// What can be done to a piece of its kind.
    fn hints(&self, app: &App) -> Vec<Action> {
        let kind = self.viewer.kind();
        let of_kind: &[Action] = match kind {
            Some(EvidenceKind::Screenshot) => &[Action::Faster, Action::Zoom],
            Some(EvidenceKind::Recording) => {
                &[Action::Play, Action::Left, Action::Right, Action::Faster, Action::Slower]
            }
            Some(EvidenceKind::Command) => &[Action::NextFailure, Action::Raw],
            Some(EvidenceKind::Http) => &[Action::Fold, Action::Raw],
            Some(EvidenceKind::Page | EvidenceKind::App | EvidenceKind::Steps | EvidenceKind::Unknown) => {
                &[Action::Raw]
            }
            Some(EvidenceKind::Terminal) if self.viewer.recording_beside().is_some() => &[Action::Play],
            Some(EvidenceKind::Terminal) | None => &[],
        };
        let folds =
            !of_kind.contains(&Action::Fold) && self.is_tall(app, inside(app.areas().body).width.into());
        let of_piece = [Action::Outside, Action::Copy].into_iter().filter(|_| kind.is_some());
        of_kind.iter().copied().chain(folds.then_some(Action::Fold)).chain(of_piece).collect()
    }
}

impl Popup for EvidenceScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let next = [Action::NextMatch].into_iter().filter(|_| self.viewer.pieces() > 1);
        let title = Row::of(StyleRole::Strong, "Evidence");
        let title = app.drafts.marked(title, |subject| subject.is_about(&self.assertion));
        let fold = if self.viewer.kind() == Some(EvidenceKind::Http) { "headers" } else { "all words" };
        let (play, faster) = match self.viewer.kind() {
            Some(EvidenceKind::Screenshot) => ("play", "nearer"),
            Some(EvidenceKind::Terminal) => ("play its recording", "faster"),
            _ => ("play", "faster"),
        };
        ScreenInfo::new(app, Context::Evidence, title)
            .hints(next.chain(self.hints(app)))
            .hints([Action::Edit, Action::Waive])
            .hints(ProveScreen::hint(app, GateId::Final))
            .hints([Action::Down, Action::Back])
            .calling(Action::NextMatch, "next piece")
            .calling(Action::Zoom, "all of it, or its width")
            .calling(Action::Faster, faster)
            .calling(Action::Play, play)
            .calling(Action::Fold, fold)
            .calling(Action::Left, "step back")
            .calling(Action::Right, "step on")
            .calling(Action::Copy, "copy its reference")
            .calling(Action::Down, "scroll")
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        match self.opens {
            Opens::Piece => self.viewer.fetch(),
            Opens::Recording => self.viewer.play(),
        }
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        if action == Action::Fold && self.is_tall(app, inside(app.areas().body).width.into()) {
            self.words = match self.words {
                ClaimLength::Fitting => ClaimLength::Whole,
                ClaimLength::Whole => ClaimLength::Fitting,
            };
            at.top = 0;
        }
        let room = self.room(app);
        if let Some(done) = self.viewer.act(app, at, room, action) {
            return done;
        }
        match action {
            Action::Edit => PopupResult::open(AssertionScreen::edit(app, &self.assertion)),
            Action::Trace => {
                PopupResult::open(TraceScreen::of(TraceSubject::Assertion(self.assertion.clone())))
            }
            Action::ProveAgain => ProveScreen::open(app, self.assertion.clone(), GateId::Final),
            Action::Waive => self.prompt(app, Purpose::Waive),
            Action::Retire => self.prompt(app, Purpose::Retire),
            Action::Open | Action::Evidence => PopupResult::stay(),
            _ => PopupResult::pass(),
        }
    }

    fn refreshed(&mut self, app: &App, _at: &mut Place) -> PopupResult {
        self.viewer.refresh(app)
    }

    fn pace(&self) -> RefreshRate {
        self.viewer.pace()
    }

    fn answered(&mut self, app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        self.viewer.answered(app, call, result)
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        let claim = self.claim(app, width);
        let room = Room { above: claim.len(), ..self.room(app) };
        let mut sections = vec![claim.into()];
        sections.extend(self.viewer.sections(app, room));
        let history = assertion::history(&app.mission, &self.assertion, self.viewer.looking(), width);
        sections.push(history.into());
        sections
    }

    fn picture(&self, app: &App, at: &Place) -> Option<(PictureKey, Arc<str>)> {
        self.viewer.kind().filter(|kind| *kind == EvidenceKind::Screenshot)?;
        let area = inside(app.areas().body);
        section::wanted(&self.detail(app, at, usize::from(area.width)), at.top, area.height)
    }
}
