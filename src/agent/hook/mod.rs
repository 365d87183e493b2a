//! Hooks: the person's own commands, which hear of what happens and may refuse some of it.
//!
//! They run as the person and outside of every sandbox. What fails in one is a warning; only exit code 2 refuses, with
//! the reason on its standard error.

mod fire;
mod rules;
mod session;

pub use fire::{Fired, Hooks};
pub use rules::{HookEvent, HookRules};
pub use session::{SessionHooks, Whose};
