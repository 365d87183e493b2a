//! A feature in full: what is to be built, when it is done, what holds then.

use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState, Origin};
use crate::domain::text::Text;
use crate::view::style_role::StyleRole;

use super::contract;
use super::prose::{labelled, paragraph, points};
use super::row::Row;

/// Everything that its worker is told of it.
pub fn detail(mission: &Mission, feature: &Feature, width: usize) -> Vec<Row> {
    let mut rows = paragraph(StyleRole::Text, feature.spec.description.as_str(), width);
    rows.push(Row::new());
    rows.push(Row::of(StyleRole::Dim, "done when"));
    rows.extend(points(feature.spec.criteria.iter().map(Text::as_str), width));
    rows.push(Row::new());
    rows.push(Row::of(StyleRole::Dim, "fulfills"));
    rows.extend(mission.assertions_at_stake(feature).iter().map(|id| contract::row(mission, id)));
    if let Origin::Planned { no_assertion_because: Some(reason) } = &feature.origin {
        rows.extend(labelled("nothing", reason.as_str(), width));
    }
    if let Origin::Fix { findings } = &feature.origin {
        let names: Vec<String> = findings.iter().map(ToString::to_string).collect();
        rows.extend(labelled("mends", &names.join(", "), width));
    }
    if !feature.after.is_empty() {
        let names: Vec<String> = feature.after.iter().map(ToString::to_string).collect();
        rows.extend(labelled("after", &names.join(", "), width));
    }
    match &feature.state {
        FeatureState::Cancelled { reason } => rows.extend(labelled("cancelled", reason.as_str(), width)),
        FeatureState::Built { attempt, head, .. } => {
            rows.extend(labelled("built", &format!("by {attempt}, at {head}"), width));
        }
        FeatureState::Pending => {}
    }
    rows
}
