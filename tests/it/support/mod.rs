//! What tests share: builders and scripted parts.

pub mod mission;
pub mod words;
