//! A mission's files: the log, its snapshots, transcripts, evidence and the catalogue.
#![cfg(test)]

mod catalogue;
mod crash;
mod cut;
mod every_event;
mod evidence;
mod golden;
mod log;
mod snapshot;
mod transcript;

use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::id::Timestamp;
use flightdeck::domain::message::{Directive, Party};
use flightdeck::domain::text::Prose;
use flightdeck::store::Log;

/// A directive that says a number: the simplest event that leaves a trace in the state.
fn directive(number: u32) -> Event {
    Event::DirectiveIssued {
        directive: Directive {
            id: flightdeck::domain::id::DirectiveId(number),
            text: Prose::clipped(format!("directive {number}")),
            from: Party::Person,
            at: Timestamp(i64::from(number)),
        },
    }
}

/// Appends directives one by one, each acknowledged.
fn append_directives(log: &mut Log, numbers: std::ops::RangeInclusive<u32>) {
    for number in numbers {
        let at = Timestamp(i64::from(number));
        log.append(u64::from(number) - 1, at, Actor::Person, &[directive(number)]).unwrap();
    }
}
