//! What an assertion's verdicts rest on: the claim above, and each piece of evidence under it.

use super::assertion::AssertionScreen;
use super::evidence_viewer::EvidenceViewer;
use super::gate::prove_again;
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::view::assertion;

/// The screen of an assertion's evidence.
#[derive(Debug)]
pub struct EvidenceScreen {
    assertion: AssertionId,
    viewer: EvidenceViewer,
}

impl EvidenceScreen {
    /// The evidence of an assertion.
    pub fn new(mission: &Mission, assertion: AssertionId) -> Self {
        let viewer = EvidenceViewer::of(mission, &assertion);
        Self { assertion, viewer }
    }

    fn prompt(&self, app: &App, purpose: fn(AssertionId) -> Purpose) -> PopupResult {
        PopupResult::open(Prompt::new(app, purpose(self.assertion.clone())))
    }
}

impl Popup for EvidenceScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let pieces = self.viewer.pieces();
        let next = [Action::NextMatch].into_iter().filter(|_| pieces > 1);
        let of_piece = [Action::Outside, Action::Copy].into_iter().filter(|_| pieces > 0);
        let title = Row::of(StyleRole::Strong, "Evidence");
        let title = app.drafts.marked(title, |subject| subject.is_about(&self.assertion));
        ScreenInfo::new(app, Context::Evidence, title)
            .hints(next.chain(of_piece).chain([Action::Edit, Action::Waive, Action::Down, Action::Back]))
            .calling(Action::NextMatch, "next piece")
            .calling(Action::Down, "scroll")
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        self.viewer.fetch()
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::NextMatch | Action::Right | Action::NextPane => {
                at.top = 0;
                self.viewer.forward()
            }
            Action::PreviousMatch | Action::Left | Action::PreviousPane => {
                at.top = 0;
                self.viewer.back()
            }
            Action::Outside => self.viewer.outside(),
            Action::Copy => match self.viewer.doc() {
                Some(doc) => PopupResult::effect(Effect::Copy(doc.content.clone())),
                None => PopupResult::stay(),
            },
            Action::Edit => PopupResult::open(AssertionScreen::edit(app, &self.assertion)),
            Action::ProveAgain => prove_again(vec![self.assertion.clone()]),
            Action::Waive => self.prompt(app, Purpose::Waive),
            Action::Retire => self.prompt(app, Purpose::Retire),
            Action::Open => PopupResult::stay(),
            _ => PopupResult::pass(),
        }
    }

    fn answered(&mut self, _app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        self.viewer.answered(call, result);
        PopupResult::stay()
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        let mut claim = assertion::claim(&app.mission, &self.assertion, width);
        claim.push(Row::new());
        let mut sections = vec![claim.into()];
        sections.extend(self.viewer.sections(width));
        sections.push(assertion::history(&app.mission, &self.assertion, width).into());
        sections
    }
}
