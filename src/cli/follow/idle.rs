//! When a mission stands still: it has ended, or nothing moves without the person.

use crate::domain::activity::Activity;
use crate::domain::attention::{NeedKind, needs};
use crate::domain::mission::{HoldCause, Mission};
use crate::domain::schedule::schedule;

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
    let open = mission.questions.iter().filter(|question| question.is_open());
    activity.attempt.is_some_and(|id| open.into_iter().any(|question| question.from == id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::budget::Budget;
    use crate::domain::event::Founding;
    use crate::domain::gate::{Autopilot, Gate, GateId};
    use crate::domain::goal::Goal;
    use crate::domain::id::{Commit, MessageId, Timestamp};
    use crate::domain::message::{Delivery, Message, MessageState, Party};
    use crate::domain::mission::{End, Hold, Limits};
    use crate::domain::text::{Prose, Title};

    fn held(cause: HoldCause) -> Mission {
        let hold = Hold::new(cause, "held");
        Mission { hold: Some(hold), ..Mission::unborn() }
    }

    /// A mission at its plan gate.
    fn at_the_plan_gate() -> Mission {
        let text = |words: &str| Title::clipped(words);
        let founding = Founding {
            mission: "guestbook-1".parse().unwrap(),
            title: text("Guestbook"),
            goal: Goal::new("Build a guestbook").unwrap(),
            repository: "/x".to_owned(),
            target: text("main"),
            base: Commit("base".to_owned()),
            branch: text("flightdeck/guestbook-1"),
            models: BTreeMap::new(),
            budget: Budget::default(),
            limits: Limits::default(),
            autopilot: Autopilot::Off,
        };
        let gate = Gate { id: GateId::Plan, opened: Timestamp(0), decided: None };
        Mission { founding: Some(founding), gates: [(gate.id, gate)].into(), ..Mission::unborn() }
    }

    #[test]
    fn an_engine_that_has_not_begun_what_is_due_is_waited_for_however_slow_it_is() {
        let mut mission = at_the_plan_gate();
        assert!(stands_still(&mission, &[]), "nothing but the gate waits");
        mission.messages.push(Message {
            id: MessageId(1),
            from: Party::Person,
            to: Party::Orchestrator,
            text: Prose::clipped("why so many?"),
            delivery: Delivery::Queue,
            at: Timestamp(0),
            state: MessageState::Waiting,
        });
        assert!(!stands_still(&mission, &[]), "the orchestrator will answer, and nobody has begun");
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
