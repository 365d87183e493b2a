//! Which evidence the key for it means: that of what is selected, else of what failed.

use super::Popup;
use super::evidence::EvidenceScreen;
use super::result::PopupResult;
use crate::domain::attention::{Need, NeedKind};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, FindingId};
use crate::domain::mission::Mission;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::select::{selected_assertion, selected_moment, selected_target};
use crate::view::gate_items::{self, GateItem, urgency};
use crate::view::plan::Target;
use crate::view::timeline::Moment;

/// Why no evidence is shown.
const NOTHING: &str = "there is no evidence of this yet: nobody has tried it";

/// The evidence screen of an assertion, or why there is none; the key for recordings plays one there.
pub fn open(app: &App, assertion: Option<AssertionId>, action: Action) -> PopupResult {
    match assertion {
        Some(id) => PopupResult::open(of_assertion(&app.mission, id, action)),
        None => PopupResult::say(NOTHING),
    }
}

/// Of what is selected on the main screen, else of what most needs a look.
pub fn screen(app: &App, action: Action) -> Result<Box<dyn Popup>, &'static str> {
    let selected = if app.screens.is_empty() { of_pane(app) } else { None };
    let meant = selected.or_else(|| of_gate(&app.mission, GateId::Final));
    meant.map(|id| Box::new(of_assertion(&app.mission, id, action)) as Box<dyn Popup>).ok_or(NOTHING)
}

fn of_assertion(mission: &Mission, id: AssertionId, action: Action) -> EvidenceScreen {
    if action == Action::Recording {
        EvidenceScreen::playing(mission, id)
    } else {
        EvidenceScreen::new(mission, id)
    }
}

fn of_pane(app: &App) -> Option<AssertionId> {
    let mission = &app.mission;
    match app.focus {
        Pane::Contract => selected_assertion(app),
        Pane::Plan => match selected_target(app)? {
            Target::Feature(id) => of_feature(mission, id),
            Target::Milestone(id) | Target::Validation(id) => of_gate(mission, GateId::Milestone(id)),
            Target::PlanGate | Target::FinalGate => None,
        },
        Pane::Timeline => match selected_moment(app)?.1 {
            Moment::Waiver(id) => Some(id),
            Moment::Gate(gate) => of_gate(mission, gate),
            Moment::Replay(milestone, _) => of_gate(mission, milestone.into()),
            Moment::Attempt(id) => worst(mission, by_attempt(mission, id)),
            Moment::Question(_)
            | Moment::Change(_)
            | Moment::Directive(_)
            | Moment::Began
            | Moment::Ended => None,
        },
        Pane::Worker => worst(mission, by_attempt(mission, app.watched()?)),
    }
}

/// Of an item of a gate.
pub fn of_item(mission: &Mission, gate: GateId, item: Option<&GateItem>) -> Option<AssertionId> {
    match item {
        Some(GateItem::Assertion(id)) => Some(id.clone()),
        Some(GateItem::Feature(id)) => of_feature(mission, *id),
        Some(GateItem::Milestone(id)) => of_gate(mission, GateId::Milestone(*id)),
        Some(GateItem::Finding(id)) => of_finding(mission, *id),
        _ => of_gate(mission, gate),
    }
}

/// Of the assertion that a finding is about, else of those of its feature.
pub fn of_finding(mission: &Mission, id: FindingId) -> Option<AssertionId> {
    let finding = mission.findings.get(&id)?;
    finding.about().cloned().or_else(|| of_feature(mission, finding.feature?))
}

/// Of what waits for the person.
pub fn of_need(mission: &Mission, need: &Need) -> Option<AssertionId> {
    match need.kind {
        NeedKind::Gate { gate } => of_gate(mission, gate),
        NeedKind::Question { .. } | NeedKind::Hold { .. } | NeedKind::Proposal { .. } => {
            of_gate(mission, GateId::Final)
        }
    }
}

fn of_feature(mission: &Mission, id: FeatureId) -> Option<AssertionId> {
    worst(mission, mission.feature(id)?.fulfills.iter().cloned())
}

fn of_gate(mission: &Mission, gate: GateId) -> Option<AssertionId> {
    worst(mission, gate_items::assertions(mission, gate))
}

fn by_attempt(mission: &Mission, id: crate::domain::id::AttemptId) -> impl Iterator<Item = AssertionId> {
    let given = mission.verdicts.iter();
    given.filter(move |(_, verdicts)| verdicts.iter().any(|v| v.attempt == id)).map(|(id, _)| id.clone())
}

/// The one among assertions that most needs a look, of those that have evidence.
fn worst(mission: &Mission, among: impl IntoIterator<Item = AssertionId>) -> Option<AssertionId> {
    let has_evidence = |id: &AssertionId| {
        mission.verdicts.get(id).is_some_and(|given| given.iter().any(|verdict| !verdict.evidence.is_empty()))
    };
    let tried = among.into_iter().filter(has_evidence);
    tried.min_by_key(|id| (urgency(mission.standing(id)), id.clone()))
}
