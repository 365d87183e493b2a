//! The whole program as a person meets it: the real binary in a real terminal, typed to and read.

mod asides;
mod begun;
mod choosing;
mod dressing;
mod flight;
mod following;
pub mod keyboard;
mod slow_link;
mod surroundings;
mod ways_out;
