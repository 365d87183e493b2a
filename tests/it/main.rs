//! The tests that look at flightdeck from outside its rooms: one binary, one module a subject.

#![cfg(test)]

mod agent;
mod architecture;
mod briefs;
#[cfg(feature = "browser")]
mod browser;
mod cli;
mod config;
mod console;
mod crash;
mod documents;
mod domain;
mod edges;
mod external;
mod faults;
mod flight;
mod flow_testers;
mod going_on;
mod independence;
mod instrument;
mod link;
mod mock_servers;
mod proofs;
mod rehearsal;
mod replays;
mod report;
mod rounds;
mod sabotage;
mod sample;
mod sandbox;
mod store;
mod support;
mod tampering;
mod terminal;
mod told;
mod workspace;
