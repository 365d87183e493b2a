//! The only place that starts programs.
//!
//! A [`Program`] is described first and then either [run](Program::run) to its end or
//! [kept in the background](Program::spawn_background). Either way it has a cleaned environment, a process group of its
//! own that is killed whole, and output that is bounded in memory and whole on disk.

mod background;
mod blocking;
mod bounded_log;
mod capture;
mod child;
mod detached;
mod dialogue;
mod environment;
mod foreground;
mod group;
mod hook;
mod inherited;
mod live;
mod program;
mod run;
mod text;

pub use background::Background;
pub use blocking::Outcome;
pub use capture::{CappedOutput, OutputCap, Spill};
pub use detached::Detached;
pub use dialogue::{Dialogue, Talk};
pub use environment::{CERTIFICATES, looks_secret};
pub use hook::Heard;
pub use inherited::close_inherited;
pub use program::Program;
pub use run::{Exit, Finished};
pub use text::{Cleaner, clean_text};

pub(super) use child::Waited;
pub(super) use group::Group;
pub(super) use live::{Live, keepers, live};
pub(super) use program::nothing;
pub(super) use run::GRACE;
