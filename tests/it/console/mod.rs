//! The console by keystrokes, on frames of every size.

mod answers;
mod decisions;
mod doorstep;
mod gallery;
pub mod harness;
mod kept;
mod pictures;
mod presenters;
mod properties;
mod rest;
mod screens;
#[path = "../../../examples/pictures/studio/mod.rs"]
mod studio;
mod typing;
