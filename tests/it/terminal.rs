//! The whole program as a person meets it: the real binary in a real terminal, typed to and read.

mod flight;
mod following;
mod keyboard;
mod surroundings;
mod ways_out;
