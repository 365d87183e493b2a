//! The mission in rows: every presenter is a pure function from the state to rows of text in inks. None knows ratatui.

pub mod assertion;
pub mod attempt;
pub mod contract;
pub mod diff;
pub mod edit;
pub mod evidence;
pub mod feature;
pub mod finding;
pub mod gate;
pub mod gate_items;
pub mod header;
pub mod plan;
pub mod prose;
pub mod row;
pub mod share;
pub mod stats;
pub mod talk;
pub mod timeline;
pub mod transcript;
pub mod work;
