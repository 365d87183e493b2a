//! The tests that look at flightdeck from outside its rooms: one binary, one module a subject.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod domain;
#[cfg(test)]
mod support;
