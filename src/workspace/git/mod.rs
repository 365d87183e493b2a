//! git's own program, run by this room alone.
//!
//! git's library reads objects, refs and differences, and merges in memory. It knows neither filters nor split or sparse
//! indexes nor signing, so whatever touches a worktree, an index, a ref or a commit is done by the program.

mod command;
mod lock;
mod pin;
mod version;

pub use command::Git;
pub use lock::remove_locks_below;
pub use pin::{Pinned, pinned};
pub use version::{OLDEST, Version, version};
