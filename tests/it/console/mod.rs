//! The console by keystrokes, on frames of every size.

mod answers;
mod bench;
mod decisions;
mod doorstep;
mod drafts;
mod evidence;
mod gallery;
pub mod harness;
mod holds;
mod kept;
mod pictures;
mod presenters;
mod properties;
mod rest;
mod screens;
mod setup;
#[path = "../../../examples/pictures/studio/mod.rs"]
mod studio;
mod typing;
