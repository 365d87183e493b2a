//! Which screen an action of the main screen opens: one about what is selected.

use super::Popup;
use super::assertion::AssertionScreen;
use super::attempt::AttemptScreen;
use super::diff::DiffScreen;
use super::evidence::EvidenceScreen;
use super::feature::FeatureScreen;
use super::gate::GateScreen;
use super::models::Models;
use super::prompt::{Prompt, Purpose};
use super::proposal::ProposalScreen;
use super::prove::ProveScreen;
use super::stats::Stats;
use super::talk::Talk;
use crate::domain::diff::DiffScope;
use crate::domain::gate::GateId;
use crate::domain::history::Change;
use crate::domain::id::{AssertionId, FeatureId};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::select::{attempt_on, selected_assertion, selected_moment, selected_target};
use crate::view::plan::Target;
use crate::view::timeline::Moment;

/// The screen of an action of the main screen, about what is selected in the pane that has the keys.
pub fn from_main(app: &App, action: Action) -> Option<Box<dyn Popup>> {
    Some(match action {
        Action::Open => return opened(app),
        Action::Add => Box::new(AssertionScreen::add(app)),
        Action::Edit => Box::new(AssertionScreen::edit(app, &assertion(app)?)),
        Action::Retire => Box::new(Prompt::new(app, Purpose::Retire(assertion(app)?))),
        Action::Waive => Box::new(Prompt::new(app, Purpose::Waive(assertion(app)?))),
        Action::Diff => Box::new(DiffScreen::new(diff_scope(app))),
        _ => return None,
    })
}

/// What can be proven again, the assertion that is meant first; or why nothing can.
///
/// # Errors
/// A sentence for the person.
pub fn proving_again(app: &App) -> Result<ProveScreen, String> {
    ProveScreen::about(app, assertion(app), GateId::Final)
}

/// The assertion that is meant: the selected one, or the first that the selected feature fulfills. What stands in no
/// list of assertions means none, so that nobody changes one that they do not look at.
fn assertion(app: &App) -> Option<AssertionId> {
    match app.focus {
        Pane::Contract => selected_assertion(app),
        Pane::Plan => {
            let Target::Feature(id) = selected_target(app)? else { return None };
            app.mission.assertions_at_stake(app.mission.feature(id)?).into_iter().next()
        }
        Pane::Worker | Pane::Timeline => None,
    }
}

fn opened(app: &App) -> Option<Box<dyn Popup>> {
    match app.focus {
        Pane::Plan => match selected_target(app)? {
            Target::PlanGate => Some(Box::new(GateScreen::new(GateId::Plan))),
            Target::Milestone(id) | Target::Validation(id) => {
                Some(Box::new(GateScreen::new(GateId::Milestone(id))))
            }
            Target::FinalGate => Some(Box::new(GateScreen::new(GateId::Final))),
            Target::Feature(id) => Some(work_on(app, id)),
        },
        Pane::Contract => Some(Box::new(EvidenceScreen::new(&app.mission, selected_assertion(app)?))),
        Pane::Worker => Some(Box::new(AttemptScreen::new(app.watched()?))),
        Pane::Timeline => match selected_moment(app)?.1 {
            Moment::Attempt(id) => Some(Box::new(AttemptScreen::new(id))),
            Moment::Gate(id) => Some(Box::new(GateScreen::new(id))),
            Moment::Replay(id, _) => Some(Box::new(GateScreen::new(id.into()))),
            Moment::Waiver(id) => Some(Box::new(EvidenceScreen::new(&app.mission, id))),
            Moment::Question(id) => Some(Box::new(Talk::about(app, id))),
            Moment::Change(seq) => Some(changed(app, seq)),
            Moment::Directive(_) | Moment::Began | Moment::Ended => Some(Box::new(Talk::new(app))),
        },
    }
}

/// What a change was about.
fn changed(app: &App, seq: u64) -> Box<dyn Popup> {
    match app.mission.record_of(seq).map(|record| &record.change) {
        Some(
            Change::AssertionAdded { assertion, .. }
            | Change::AssertionReworded { assertion, .. }
            | Change::AssertionUnsealed { assertion, .. }
            | Change::AssertionRetired { assertion, .. },
        ) => Box::new(EvidenceScreen::new(&app.mission, assertion.clone())),
        Some(Change::FeatureReworded { feature, .. } | Change::FeatureCancelled { feature, .. }) => {
            Box::new(FeatureScreen::new(*feature))
        }
        Some(Change::GateDecided { gate, .. }) => Box::new(GateScreen::new(*gate)),
        Some(Change::ProposalDecided { proposal, .. }) => Box::new(ProposalScreen::new(*proposal)),
        Some(Change::ModelChosen { .. }) => Box::new(Models),
        Some(Change::BudgetSet { .. } | Change::AutopilotSet { .. }) | None => Box::new(Stats::default()),
    }
}

/// The work on a feature: the attempt that did most of it, or what is to be built while there is none.
pub fn work_on(app: &App, feature: FeatureId) -> Box<dyn Popup> {
    match attempt_on(app, feature) {
        Some(attempt) => Box::new(AttemptScreen::new(attempt)),
        None => Box::new(FeatureScreen::new(feature)),
    }
}

fn diff_scope(app: &App) -> DiffScope {
    match app.focus {
        Pane::Plan => match selected_target(app) {
            Some(Target::Feature(id)) => DiffScope::Feature(id),
            Some(Target::Milestone(id) | Target::Validation(id)) => DiffScope::Milestone(id),
            Some(Target::PlanGate | Target::FinalGate) | None => DiffScope::Mission,
        },
        Pane::Timeline => match selected_moment(app).map(|(_, moment)| moment) {
            Some(Moment::Attempt(id)) => DiffScope::Attempt(id),
            Some(Moment::Gate(GateId::Milestone(id)) | Moment::Replay(id, _)) => DiffScope::Milestone(id),
            Some(
                Moment::Gate(GateId::Plan | GateId::Final)
                | Moment::Waiver(_)
                | Moment::Question(_)
                | Moment::Directive(_)
                | Moment::Change(_)
                | Moment::Began
                | Moment::Ended,
            )
            | None => DiffScope::Mission,
        },
        Pane::Worker => app.watched().map_or(DiffScope::Mission, DiffScope::Attempt),
        Pane::Contract => DiffScope::Mission,
    }
}
