//! What is selected on the main screen.

use crate::domain::attempt::AgentWork;
use crate::domain::id::{AssertionId, AttemptId, FeatureId, MilestoneId, Timestamp};
use crate::domain::plan::FeatureState;

use super::app::App;
use super::focus::Pane;
use crate::view::plan::Target;
use crate::view::timeline::Moment;
use crate::view::{contract, plan, timeline};

/// The row of the plan that is selected.
pub fn selected_target(app: &App) -> Option<Target> {
    plan::targets(&app.mission, &app.toggled).get(app.list(Pane::Plan).selected).copied()
}

/// The milestone that the selected row of the plan belongs to.
pub fn selected_milestone(app: &App) -> Option<MilestoneId> {
    match selected_target(app)? {
        Target::Milestone(id) | Target::Validation(id) => Some(id),
        Target::Feature(id) => app.mission.feature(id).map(|feature| feature.milestone),
        Target::PlanGate | Target::FinalGate => None,
    }
}

/// The assertion that is selected.
pub fn selected_assertion(app: &App) -> Option<AssertionId> {
    contract::targets(&app.mission).into_iter().nth(app.list(Pane::Contract).selected)
}

/// The row of the timeline that is selected.
pub fn selected_moment(app: &App) -> Option<(Timestamp, Moment)> {
    timeline::moments(&app.mission).into_iter().nth(app.list(Pane::Timeline).selected)
}

/// The attempt that built a feature or builds it now; else the last one that tried.
pub fn attempt_on(app: &App, feature: FeatureId) -> Option<AttemptId> {
    if let Some(FeatureState::Built { attempt, .. }) = app.mission.feature(feature).map(|f| &f.state) {
        return Some(*attempt);
    }
    app.mission
        .attempts
        .values()
        .rev()
        .find(|attempt| attempt.work == AgentWork::Build { feature })
        .map(|a| a.id)
}
