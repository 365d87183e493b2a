//! The command line as a person or a script meets it: the real program, a home of its own, a real repository.

mod checkup;
mod deciding;
mod demo;
mod landing;
mod mistakes;
mod preflight;
mod models;
mod reading;
mod setup;
pub mod stage;
mod telling;
mod text;
mod verbs;
