//! A change that waits for the person: the words that hold beside the other ones, yes or no.

use super::prelude::*;
use crate::domain::id::ProposalId;
use crate::domain::proposal::{Proposal, Ruling};
use crate::view::proposal;

/// The screen of one proposal.
#[derive(Debug)]
pub struct ProposalScreen {
    id: ProposalId,
}

impl ProposalScreen {
    /// The screen of a proposal.
    pub fn new(id: ProposalId) -> Self {
        Self { id }
    }

    fn is_open(&self, app: &App) -> bool {
        app.mission.proposals.iter().any(|known| known.id == self.id && Proposal::is_open(known))
    }

    fn decide(&self, ruling: Ruling) -> PopupResult {
        let done = match ruling {
            Ruling::Accept => format!("{} is accepted", self.id),
            Ruling::Refuse => format!("{} is refused: the present words stay", self.id),
        };
        let command = Command::DecideProposal { proposal: self.id, ruling };
        PopupResult::order(command, done).and_then(StackAction::Close)
    }
}

impl Popup for ProposalScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let decisions = if self.is_open(app) { vec![Action::Go, Action::NoGo] } else { Vec::new() };
        let rows = proposal::page(&app.mission, self.id, 92).len();
        ScreenInfo::named(app, Context::Gate, "Other words in place of these?")
            .hints(decisions.into_iter().chain([Action::Back]))
            .calling(Action::Go, "accept")
            .calling(Action::NoGo, "refuse")
            .fitting(96, rows)
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![proposal::page(&app.mission, self.id, width).into()]
    }

    fn act(&mut self, app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Go if self.is_open(app) => self.decide(Ruling::Accept),
            Action::NoGo if self.is_open(app) => self.decide(Ruling::Refuse),
            Action::Open => PopupResult::close(),
            _ => PopupResult::pass(),
        }
    }
}
