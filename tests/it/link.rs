//! The wire between engines and their clients.

mod attach;
mod calls;
mod host;
mod parting;
mod raw;
