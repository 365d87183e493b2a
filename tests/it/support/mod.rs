//! What tests share.
#![cfg(test)]

pub mod flight;
