//! What an assertion's verdicts rest on: the claim above, and each piece of evidence under it.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::assertion::AssertionScreen;
use super::exhibit::{Exhibit, Section, draw, height};
use super::frame::around;
use super::prompt::{Prompt, Purpose};
use super::{Popup, Turn};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::link::protocol::Reply;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::{Effect, Errand};
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, Step};
use crate::tui::present::assertion;
use crate::tui::present::row::Row;
use crate::tui::source::SourceError;

/// The screen of an assertion's evidence.
#[derive(Debug)]
pub struct EvidenceScreen {
    assertion: AssertionId,
    exhibit: Exhibit,
    top: usize,
}

impl EvidenceScreen {
    /// The evidence of an assertion.
    pub fn new(mission: &Mission, assertion: AssertionId) -> Self {
        let exhibit = Exhibit::of(mission, &assertion);
        Self { assertion, exhibit, top: 0 }
    }

    fn sections(&self, app: &App, width: usize) -> Vec<Section> {
        let mut sections = vec![
            Section::Rows(assertion::claim(&app.mission, &self.assertion, width)),
            Section::Rows(vec![Row::new()]),
        ];
        sections.extend(self.exhibit.sections(width));
        sections.push(Section::Rows(assertion::history(&app.mission, &self.assertion, width)));
        sections
    }

    fn go(&mut self, by: usize) -> Turn {
        self.top = 0;
        self.exhibit.go(by)
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
        let mut hints = if self.exhibit.len() > 1 { vec![Action::NextMatch] } else { Vec::new() };
        if !self.exhibit.is_empty() {
            hints.extend([Action::Outside, Action::Copy]);
        }
        hints.extend([Action::Edit, Action::Waive, Action::Down, Action::Back]);
        hints
    }

    fn opened(&mut self, _app: &App) -> Turn {
        self.exhibit.fetch()
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        match action {
            Action::NextMatch | Action::Right | Action::NextPane => return self.go(1),
            Action::PreviousMatch | Action::Left | Action::PreviousPane => {
                return self.go(self.exhibit.len().saturating_sub(1));
            }
            Action::Outside => return self.exhibit.outside(),
            Action::Copy => {
                let Some(doc) = self.exhibit.doc() else { return Turn::stay() };
                return Turn::effect(Effect::Copy(doc.content.clone()));
            }
            Action::Edit => return Turn::open(AssertionScreen::edit(app, &self.assertion)),
            Action::Waive => return Turn::open(Prompt::new(app, Purpose::Waive(self.assertion.clone()))),
            Action::Retire => return Turn::open(Prompt::new(app, Purpose::Retire(self.assertion.clone()))),
            Action::Open => return Turn::stay(),
            _ => {}
        }
        let Some(step) = Step::of(action) else { return Turn::pass() };
        let inner = inside(self.area(app));
        let lines = height(&self.sections(app, usize::from(inner.width)));
        self.top = List::scrolled(self.top, step, lines, usize::from(inner.height));
        Turn::stay()
    }

    fn answered(&mut self, _app: &App, errand: &Errand, result: &Result<Reply, SourceError>) -> Turn {
        self.exhibit.answered(errand, result);
        Turn::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(app, frame, area, &Row::of(Ink::Strong, "Evidence"));
        draw(app, frame, inner, self.top, &self.sections(app, usize::from(inner.width)));
    }
}
