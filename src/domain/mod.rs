//! What a mission is: pure types and rules, without files, network, clock or chance.
//!
//! A [`command`] is decided on against the [`mission`], which yields [`event`]s or a [`rejection`]; events fold into
//! the mission; [`schedule`] says what should be running now.

pub mod activity;
pub mod apply;
pub mod attempt;
pub mod attention;
pub mod baseline;
pub mod brief;
pub mod budget;
pub mod claim;
pub mod command;
pub mod consequence;
pub mod contract;
pub mod decide;
pub mod diff;
pub mod document;
pub mod environment;
pub mod estimate;
pub mod event;
pub mod evidence;
pub mod finding;
pub mod flow;
pub mod gate;
pub mod goal;
pub mod handoff;
pub mod history;
pub mod id;
pub mod lint;
pub mod message;
pub mod milestone;
pub mod mission;
pub mod negotiation;
pub mod note;
pub mod part;
pub mod plan;
pub mod proposal;
pub mod refusal;
pub mod rejection;
pub mod requirement;
pub mod risk;
pub mod round;
pub mod sabotage;
pub mod schedule;
pub mod sealed;
pub mod tally;
pub mod tampering;
pub mod tests;
pub mod text;
pub mod trace;
pub mod transcript;
pub mod unshown;
pub mod usage;
pub mod verdict;
pub mod wait;
