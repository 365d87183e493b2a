//! Small things that are drawn in many places.

pub mod code;
pub mod painter;
pub mod text_box;
