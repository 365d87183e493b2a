//! The turn machine: what a session does next, as a pure function of what has happened.
//!
//! It owns the conversation. Model, tools, clock and inbox are the session's; what they yield reaches the machine as
//! [`Input`]s, and it answers with the next [`TurnStep`]. So every rule of a session can be tested as a table.

mod answered;
mod machine;
mod shape;
mod words;

pub use answered::Answered;
pub use machine::Machine;
pub use shape::{Closing, Fault, Input, Limits, Outcome, ToolReply, TurnStep};
pub use words::MEND_FIRST;
pub(in crate::agent) use words::{NOT_RUN_CLOSED, not_closed, said_nothing};
