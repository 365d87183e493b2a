//! When a mission stands still: it has ended, or nothing moves without the person.

use crate::domain::attention::{NeedKind, needs};
use crate::domain::mission::Mission;
use crate::link::protocol::Activity;

/// Whether nothing more happens by itself, as far as can be seen now.
pub(super) fn stands_still(mission: &Mission, activity: &[Activity]) -> bool {
    if mission.end.is_some() {
        return true;
    }
    let waiting = needs(mission);
    let held = waiting.iter().any(|need| matches!(need.kind, NeedKind::Hold { .. }));
    held || (!waiting.is_empty() && activity.iter().all(|one| waits_for_answer(mission, one)))
}

/// Whether it is the work of somebody who asked and was not answered.
fn waits_for_answer(mission: &Mission, activity: &Activity) -> bool {
    let open = mission.questions.iter().filter(|question| question.answer.is_none());
    activity.attempt.is_some_and(|id| open.into_iter().any(|question| question.from == id))
}
