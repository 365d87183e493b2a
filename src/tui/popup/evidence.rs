//! What an assertion's verdicts rest on: the claim above, and each piece of evidence under it.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::assertion::AssertionScreen;
use super::evidence_viewer::{EvidenceViewer, Section, draw, height};
use super::frame::around;
use super::prompt::{Prompt, Purpose};
use super::{Popup, PopupResult};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::source::SourceError;
use crate::view::assertion;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// The screen of an assertion's evidence.
#[derive(Debug)]
pub struct EvidenceScreen {
    assertion: AssertionId,
    viewer: EvidenceViewer,
    top: usize,
}

impl EvidenceScreen {
    /// The evidence of an assertion.
    pub fn new(mission: &Mission, assertion: AssertionId) -> Self {
        let viewer = EvidenceViewer::of(mission, &assertion);
        Self { assertion, viewer, top: 0 }
    }

    fn sections(&self, app: &App, width: usize) -> Vec<Section> {
        let mut sections = vec![
            Section::Rows(assertion::claim(&app.mission, &self.assertion, width)),
            Section::Rows(vec![Row::new()]),
        ];
        sections.extend(self.viewer.sections(width));
        sections.push(Section::Rows(assertion::history(&app.mission, &self.assertion, width)));
        sections
    }

    fn go(&mut self, by: usize) -> PopupResult {
        self.top = 0;
        self.viewer.go(by)
    }
}

impl Popup for EvidenceScreen {
    fn context(&self) -> Context {
        Context::Evidence
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::NextMatch => "next piece",
            Action::Down => "scroll",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        let mut hints = if self.viewer.len() > 1 { vec![Action::NextMatch] } else { Vec::new() };
        if !self.viewer.is_empty() {
            hints.extend([Action::Outside, Action::Copy]);
        }
        hints.extend([Action::Edit, Action::Waive, Action::Down, Action::Back]);
        hints
    }

    fn opened(&mut self, _app: &App) -> PopupResult {
        self.viewer.fetch()
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::NextMatch | Action::Right | Action::NextPane => return self.go(1),
            Action::PreviousMatch | Action::Left | Action::PreviousPane => {
                return self.go(self.viewer.len().saturating_sub(1));
            }
            Action::Outside => return self.viewer.outside(),
            Action::Copy => {
                let Some(doc) = self.viewer.doc() else { return PopupResult::stay() };
                return PopupResult::effect(Effect::Copy(doc.content.clone()));
            }
            Action::Edit => return PopupResult::open(AssertionScreen::edit(app, &self.assertion)),
            Action::Waive => {
                return PopupResult::open(Prompt::new(app, Purpose::Waive(self.assertion.clone())));
            }
            Action::Retire => {
                return PopupResult::open(Prompt::new(app, Purpose::Retire(self.assertion.clone())));
            }
            Action::Open => return PopupResult::stay(),
            _ => {}
        }
        let Some(step) = SelectionStep::of(action) else { return PopupResult::pass() };
        let inner = inside(self.area(app));
        let lines = height(&self.sections(app, usize::from(inner.width)));
        self.top = List::scrolled(self.top, step, lines, usize::from(inner.height));
        PopupResult::stay()
    }

    fn answered(&mut self, _app: &App, call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        self.viewer.answered(call, result);
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &Row::of(StyleRole::Strong, "Evidence"));
        draw(app, frame, inner, self.top, &self.sections(app, usize::from(inner.width)));
    }
}
