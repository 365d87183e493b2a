//! One agent session: the loop between a model, its tools and those who send it messages.
//!
//! The rules are the [turn machine](super::turn)'s; this room waits. It asks the permit before every model call,
//! shows the observer what happens, puts messages in, and ends at once when it is cancelled.

mod call;
mod deadline;
mod inbox;
mod parts;
mod session_loop;

pub use call::panic_words;
pub(in crate::agent) use call::{Tools, make_call};
pub(in crate::agent) use deadline::{Deadline, Over};
pub(in crate::agent) use inbox::Inbox;
pub use parts::{Again, Ended, InboxMessage, Observer, Permit, Player, TakenUp, Urgency};
pub use session_loop::Session;
