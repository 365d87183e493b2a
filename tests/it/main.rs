//! The tests that look at flightdeck from outside its rooms: one binary, one module a subject.

mod instrument;
mod workspace;
