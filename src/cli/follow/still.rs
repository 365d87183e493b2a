//! When a mission stands still: it has ended, or nothing moves without the person.

use crate::domain::attention::{NeedKind, needs};
use crate::domain::mission::{HoldCause, Mission};
use crate::domain::schedule::schedule;
use crate::link::protocol::Activity;

/// Whether nothing more happens by itself. What is due follows from the mission alone, so an engine that is slow to
/// begin it is not taken for one that has nothing to do.
pub(super) fn stands_still(mission: &Mission, activity: &[Activity]) -> bool {
    if mission.end.is_some() {
        return true;
    }
    let waiting = needs(mission);
    let held = waiting.iter().any(|need| matches!(need.kind, NeedKind::Hold { .. }));
    let idle = schedule(mission).is_empty() && activity.iter().all(|one| waits_for_answer(mission, one));
    held || (!waiting.is_empty() && idle)
}

/// Whether a person holds the mission, as opposed to something that went wrong: they will let it go on.
pub(super) fn is_paused(mission: &Mission) -> bool {
    let cause = mission.hold.as_ref().map(|hold| hold.cause);
    matches!(cause, Some(HoldCause::Person | HoldCause::StoppedAttempt))
}

/// Why following ends now, in a sentence.
pub(super) fn why(mission: &Mission) -> Option<&'static str> {
    match (&mission.end, &mission.hold) {
        (Some(_), _) => None,
        (None, Some(_)) if is_paused(mission) => {
            Some("following ends: the mission is paused, and goes on when you resume it")
        }
        (None, Some(_)) => Some("following ends: the mission is held until you mend what holds it"),
        (None, None) if needs(mission).is_empty() => Some("following ends; the mission flies on"),
        (None, None) => Some("following ends: the mission waits for you"),
    }
}

/// Whether it is the work of somebody who asked and was not answered.
fn waits_for_answer(mission: &Mission, activity: &Activity) -> bool {
    let open = mission.questions.iter().filter(|question| question.answer.is_none());
    activity.attempt.is_some_and(|id| open.into_iter().any(|question| question.from == id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Timestamp;
    use crate::domain::mission::{End, Hold};
    use crate::domain::text::Line;

    fn held(cause: HoldCause) -> Mission {
        let hold = Hold { cause, sentence: Line::clipped("held"), until: None };
        Mission { hold: Some(hold), ..Mission::unborn() }
    }

    #[test]
    fn the_reason_of_the_end_is_told() {
        let over = Mission { end: Some(End::Completed { at: Timestamp(0) }), ..Mission::unborn() };
        let table = [
            (over, None),
            (held(HoldCause::Person), Some("paused")),
            (held(HoldCause::Backend), Some("mend what holds it")),
            (Mission::unborn(), Some("flies on")),
        ];
        for (mission, part) in table {
            assert_eq!(
                why(&mission).map(|told| part.is_some_and(|part| told.contains(part))),
                part.map(|_| true)
            );
        }
        assert!(stands_still(&held(HoldCause::Person), &[]) && is_paused(&held(HoldCause::StoppedAttempt)));
        assert!(!is_paused(&held(HoldCause::Failures)));
    }
}
