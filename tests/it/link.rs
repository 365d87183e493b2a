//! The wire between engines and their clients.
#![cfg(test)]

mod attach;
mod calls;
mod host;
mod parting;
mod raw;
mod silent;
