//! The console by keystrokes, on frames of every size.

mod decisions;
mod harness;
mod pictures;
mod presenters;
mod properties;
mod rest;
mod screens;
