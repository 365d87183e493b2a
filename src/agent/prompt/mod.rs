//! Prompts as files: the instructions of a role, its tools, and how far it may go.
//!
//! A prompt is TOML front matter between `+++` lines and a minijinja template. It is looked up again for every
//! session: the project's, then the person's own, then the built-in one. A file with a mistake in it does not stop a
//! mission: the last good version stays in use and the mistake is reported beside it.

mod file;
mod library;

pub use file::{Prompt, PromptError, PromptProblem};
pub use library::{Loaded, PromptLibrary};
