//! The console by keystrokes, on frames of every size.

mod harness;
mod look;
mod presenters;
mod properties;
mod screens;
