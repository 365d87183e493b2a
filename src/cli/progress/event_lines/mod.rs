//! What is told of an event: a line, or nothing where the event matters only to flightdeck itself.

mod plan;
mod talk;
mod validation;
mod work;

pub use talk::{budget_words, party};
pub use work::subject;

use super::line::Line;
use crate::domain::event::Stamped;
use crate::domain::mission::Mission;

/// The line for an event; `mission` is the mission after it.
pub fn tell(stamped: &Stamped, mission: &Mission) -> Option<Line> {
    let event = &stamped.event;
    plan::tell(event, mission)
        .or_else(|| work::tell(event, mission))
        .or_else(|| validation::tell(event, mission))
        .or_else(|| talk::tell(event, mission))
}
