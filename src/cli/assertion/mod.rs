//! `assertion list|show|edit|add|retire`: the contract, and what changing it will cost.

mod add;
mod change;
mod edit;
mod editor;
mod list;
mod retire;
mod show;
mod verb;
mod wording;

pub use verb::{Verb, run};
