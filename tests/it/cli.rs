//! The command line as a person or a script meets it: the real program, a home of its own, a real repository.

mod agents;
mod checkup;
mod deciding;
mod demo;
mod landing;
mod mistakes;
mod models;
mod preflight;
mod reading;
mod setup;
pub mod stage;
mod telling;
mod text;
mod trust;
mod verbs;
