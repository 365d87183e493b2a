//! The kernel: what a mission is, and the rules that hold always.

mod crew;
mod laws;
mod rules;
