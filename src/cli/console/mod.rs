//! The console on this terminal: which mission it shows, and what the machine around it offers.

mod appearance;
mod draft_file;
mod launcher;
mod machine;
mod open;
mod source;

pub use open::{after, attach, canvas, overview, replay, set_up, show};
