//! The tests that look at flightdeck from outside its rooms: one binary, one module a subject.

mod agent;
mod architecture;
mod config;
mod domain;
mod faults;
mod flight;
mod instrument;
mod link;
mod mock_servers;
mod rehearsal;
mod store;
mod support;
mod workspace;
