//! Small things that are drawn in many places.

pub mod bar;
pub mod painter;
