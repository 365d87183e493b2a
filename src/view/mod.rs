//! What is said about a mission, once: rows of text in style roles, pure functions of the state. The command line prints
//! them, the console draws them; neither has a sentence of its own.

pub mod assertion;
pub mod attempt;
pub mod block;
pub mod card;
pub mod contract;
pub mod diff;
pub mod edit;
pub mod event_lines;
pub mod evidence;
pub mod feature;
pub mod finding;
pub mod gate;
pub mod gate_items;
pub mod gate_page;
pub mod glyph;
pub mod header;
pub mod hold;
pub mod live;
pub mod log_line;
pub mod models;
pub mod needs;
pub mod plan;
mod prelude;
pub mod prose;
pub mod row;
pub mod share;
pub mod stats;
pub mod style_role;
pub mod summary;
pub mod talk;
pub mod text;
pub mod timeline;
pub mod transcript;
pub mod wait;
pub mod words;
pub mod work;
