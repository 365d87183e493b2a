<<<<<<< HEAD
//! What tests share.
#![cfg(test)]

pub mod flight;
=======
//! What tests share: builders and scripted parts.

pub mod mission;
pub mod words;
>>>>>>> domain
